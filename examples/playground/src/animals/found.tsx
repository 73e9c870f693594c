import { useMemo } from 'preact/hooks';
import type { Part } from '../../../lib/animals/drawings.js';
import { Pixels } from '../pictures/pixels.js';
import { FIELD, MOSAIC, mosaicOf, outlined, SIZE, shade } from './drawings.js';
import type { Drawings, FilterFound, Piece } from './messages.js';
import { PartLines } from './samples.js';
import { THRESHOLDS, TOP } from './sizes.js';
import { useAnimalsTexts } from './texts.js';

/** A share without decimals: of 19 drawings one is 5%. */
export function whole(share: number): string {
  return `${Math.round(100 * share) || 0}%`;
}

/** All filters, by the pieces that excite them and the part that they find, to choose one. */
export function FilterGridOf(props: {
  filters: readonly FilterFound[];
  drawings: Drawings;
  chosen: number;
  choose(index: number): void;
}) {
  const { filters: texts } = useAnimalsTexts();
  return (
    <fieldset class="part-filters">
      <legend class="unseen">{texts.title}</legend>
      {props.filters.map((filter, i) => (
        <Square key={i} filter={filter} index={i} {...props} />
      ))}
    </fieldset>
  );
}

function Square(props: {
  filter: FilterFound;
  index: number;
  drawings: Drawings;
  chosen: number;
  choose(index: number): void;
}) {
  const { filter, index, drawings } = props;
  const { filters: texts, parts } = useAnimalsTexts();
  const { counted, part, onPart, top } = filter;
  const values = useMemo(() => mosaicOf(drawings, top), [drawings, top]);
  const silent = top.length === 0;
  const words = silent
    ? texts.silent
    : part === null
      ? texts.none
      : (counted ? texts.finds : texts.leans)(parts[part], whole(onPart));
  const label = texts.filter(index, words);
  return (
    <label class={counted ? `part-${counted} counted` : ''} title={texts.tip}>
      <input
        type="radio"
        name="animals-filter"
        aria-label={label}
        checked={index === props.chosen}
        onChange={() => props.choose(index)}
      />
      <Pixels values={values} width={MOSAIC} height={MOSAIC} color={shade} label={label} />
      <span aria-hidden="true">{words}</span>
    </label>
  );
}

/** One filter: its figures, and the drawings that excite it, with the truth about its part. */
export function OneFilter({ filter, index, drawings }: { filter: FilterFound; index: number; drawings: Drawings }) {
  const { filters: texts, parts, lines } = useAnimalsTexts();
  const { counted, part, onPart, fall, others, top } = filter;
  const verdict = counted ? texts.counted(parts[counted]) : texts.uncounted;
  return (
    <section class="one-filter" aria-live="off" aria-label={texts.filter(index, verdict)}>
      <h4>{texts.filter(index, verdict)}</h4>
      {top.length === 0 ? (
        <p class="note">{texts.silentNote}</p>
      ) : part === null ? (
        <p class="note">{texts.rises}</p>
      ) : (
        <ul class="note">
          <li>{texts.onPart(parts[part], whole(onPart), TOP, whole(THRESHOLDS[part].onPart))}</li>
          <li>{texts.fall(parts[part], whole(fall), whole(Math.max(0, others)))}</li>
        </ul>
      )}
      {top.length > 0 && (
        <>
          <p class="note">{texts.pieces}</p>
          {part && <PartLines lines={lines} only={part} />}
          <ul class="pieces">
            {top.map((piece, i) => (
              <li key={i}>
                <Framed piece={piece} drawings={drawings} part={part} />
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

function Framed({ piece, drawings, part }: { piece: Piece; drawings: Drawings; part: Part | null }) {
  const { filters: texts, samples, parts } = useAnimalsTexts();
  const { drawing, top, left, onPart } = piece;
  const values = useMemo(() => outlined(drawings, drawing, part ? [part] : []), [drawings, drawing, part]);
  const name = samples.animals[drawings.faces[drawing].animal as keyof typeof samples.animals];
  const label = part ? texts.drawing(name, onPart, parts[part]) : name;
  const share = (pixels: number) => `${(100 * pixels) / SIZE}%`;
  return (
    <>
      <div>
        <Pixels values={values} width={SIZE} height={SIZE} color={shade} label={label} />
        <i style={{ top: share(top), left: share(left), width: share(FIELD), height: share(FIELD) }} />
      </div>
      {part && <span aria-hidden="true">{onPart ? '✓' : '✗'}</span>}
    </>
  );
}
