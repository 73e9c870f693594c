import { useMemo, useRef } from 'preact/hooks';
import { ink } from '../../../../src/inspect/index.js';
import { useCalm, useInSight } from '../calm.js';
import { Legend } from '../filters/legend.js';
import { Framed } from '../pictures/framed.js';
import { Pixels, roundScale } from '../pictures/pixels.js';
import type { Snapshot } from '../state/measuring.js';
import { useStore } from '../state/store.js';
import { Unmeasured } from '../training/trouble.js';
import { useAnswer } from './asking.js';
import { composedOf, fieldOf, SECOND_FILTERS } from './combining.js';
import { Edges } from './edges.js';
import type { Asked } from './layers.js';
import { useLayersTexts } from './texts.js';

/** The filters of conv2: what excites each, what it prefers, and the edges that it adds up. */
export function StrokesSection(asked: Asked) {
  const { training, parts } = useStore();
  const texts = useLayersTexts();
  const box = useRef<HTMLElement>(null);
  const inSight = useInSight(box);
  const shown = useCalm(training.shown, inSight);
  const filter = Math.min(parts.filter2.value, SECOND_FILTERS - 1);
  return (
    <section class="strokes" ref={box} aria-label={texts.strokes}>
      <h3>{texts.strokes}</h3>
      <p class="note">{texts.strokesNote}</p>
      {asked.fits(shown) ? (
        <>
          <Choose shown={shown} chosen={filter} />
          <Seen {...{ shown, filter, inSight, ...asked }} />
          <Edges shown={shown} filter={filter} />
        </>
      ) : (
        <Unmeasured />
      )}
    </section>
  );
}

/** All filters of conv2 in a row, each as the sum of its edges. */
function Choose({ shown, chosen }: { shown: Snapshot; chosen: number }) {
  const { parts } = useStore();
  const texts = useLayersTexts();
  const size = fieldOf(shown);
  const all = Array.from({ length: SECOND_FILTERS }, (_, i) => composedOf(shown, i));
  const scale = Math.max(...all.map(roundScale));
  return (
    <fieldset class="choose-filter choose-stroke">
      <legend class="unseen">{texts.choose}</legend>
      {all.map((values, i) => (
        <label key={i} title={texts.open(i)}>
          <input
            type="radio"
            name="layers-filter"
            aria-label={texts.filter(i)}
            checked={i === chosen}
            onChange={() => {
              parts.filter2.value = i;
            }}
          />
          <Pixels {...{ values, width: size, height: size, scale }} label={texts.filter(i)} />
          <span aria-hidden="true">{i}</span>
        </label>
      ))}
    </fieldset>
  );
}

/** The sum of its edges, what was made up for it, and what excites it. */
function Seen({
  shown,
  filter,
  inSight,
  asking,
  inquiry,
  heldOut,
}: Asked & { shown: Snapshot; filter: number; inSight: boolean }) {
  const texts = useLayersTexts();
  const known = useAnswer(asking, 'filter', `filter ${filter}`, shown, inSight, () =>
    inquiry.combined(shown.weights, filter),
  );
  const seen = known?.answer;
  const size = fieldOf(shown);
  const sum = composedOf(shown, filter);
  const scale = roundScale(sum);
  const square = { width: size, height: size };
  // Painted when there is another answer, not whenever the network has changed.
  const exciting = useMemo(
    () => (
      <ul data-testid="layers-exciting">
        {seen?.exciting.map(({ index, label, value, top, left }, i) => {
          const tip = texts.excitingTip(label, value.toFixed(2));
          return (
            <li key={i} title={tip}>
              <div>
                <Framed values={heldOut.input(index)} label={tip} top={top} left={left} size={size} />
              </div>
              <span class="note">{texts.excitingNote(label, value.toFixed(2))}</span>
            </li>
          );
        })}
      </ul>
    ),
    [seen, heldOut, texts],
  );
  return (
    <>
      <p class="note" data-testid="layers-step">
        {texts.of(shown.step)} {known && !known.exact && texts.behind(known.step)}
      </p>
      <div class="stroke">
        <figure>
          <Pixels values={sum} {...square} scale={scale} label={texts.sum} />
          <figcaption>
            <strong>{texts.sum}</strong>
            <Legend scale={scale} label={texts.sum} />
            <span class="note">{texts.sumNote}</span>
          </figcaption>
        </figure>
        <figure>
          {seen?.maximized ? (
            <Pixels values={seen.maximized} {...square} color={ink} label={texts.maximized} />
          ) : seen ? (
            <p class="note">{texts.unmoved}</p>
          ) : (
            <Waiting />
          )}
          <figcaption>
            <strong>{texts.maximized}</strong>
            <span class="note">{texts.maximizedNote}</span>
          </figcaption>
        </figure>
        <figure>
          {seen ? <Pixels values={seen.mean} {...square} color={ink} label={texts.mean} /> : <Waiting />}
          <figcaption>
            <strong>{texts.mean}</strong>
            <span class="note">
              {texts.meanNote}
              {typeof seen?.likeness === 'number' && texts.likeness(seen.likeness.toFixed(2))}
            </span>
          </figcaption>
        </figure>
        <div class="most-excited">
          <strong>{texts.exciting}</strong>
          {exciting}
          {seen ? <p class="note">{texts.excitingLegend(size)}</p> : <Unmeasured waiting={texts.computing} />}
        </div>
      </div>
    </>
  );
}

/** The place of a picture that is to come. */
function Waiting() {
  return <div class="pixels waiting" aria-hidden="true" />;
}
