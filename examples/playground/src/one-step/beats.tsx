import type { ComponentChildren } from 'preact';
import { roundScale } from '../pictures/pixels.js';
import type { Taps } from './numbers.js';
import { Arrows, Numbers, Picture } from './picture.js';
import { arrowsOf } from './step.js';
import type { OneStepTexts } from './texts.en.js';

/** The filter as it is, where the step takes each of its weights, and what it is then: shown one after the other. */
export function Beats({
  before,
  taps,
  size,
  filter,
  chosen,
  beat,
  losses,
  texts,
  onChoose,
}: {
  before: Float32Array;
  /** null before a step was taken. */
  taps: Taps | null;
  size: number;
  filter: number;
  /** The weight that is written out. */
  chosen: number;
  /** How many of the three are shown; the first always is. */
  beat: number;
  /** Before and after; null for one that is not known. */
  losses: readonly [number | null, number | null];
  texts: OneStepTexts;
  onChoose(weight: number): void;
}) {
  const scale = Math.max(roundScale(before), taps ? roundScale(taps.after) : 0);
  const arrows = taps && beat >= 2 ? arrowsOf(taps.before, taps.after) : null;
  const after = taps && beat >= 3 ? taps.after : null;
  const common = { size, scale, chosen };
  return (
    <ol class="beats">
      <Beat title={texts.before} here={beat === 1} note={`${texts.lossBefore} ${losses[0]?.toFixed(4) ?? '–'}`}>
        <Picture {...common} values={before} label={texts.beforePicture(filter)}>
          <Numbers values={before} {...{ size, scale }} />
        </Picture>
      </Beat>
      <Beat
        title={texts.change}
        here={beat === 2}
        note={arrows ? (arrows.most > 0 ? texts.longest(arrows.most.toPrecision(2)) : texts.unmoved) : texts.change1}
      >
        {arrows ? (
          <div class="choose-weight">
            <Picture {...common} values={before} label={texts.changePicture(filter)}>
              <Arrows reach={arrows.reach} size={size} />
            </Picture>
            <fieldset style={{ '--size': size }}>
              <legend class="unseen">{texts.numbers}</legend>
              {arrows.reach.map((_, i) => (
                <input
                  key={i}
                  type="radio"
                  name="one-step-weight"
                  title={texts.writeOut}
                  aria-label={texts.weight(Math.floor(i / size) + 1, (i % size) + 1)}
                  checked={i === chosen}
                  onChange={() => onChoose(i)}
                />
              ))}
            </fieldset>
          </div>
        ) : (
          <Empty text={texts.waiting} />
        )}
      </Beat>
      <Beat
        title={texts.after}
        here={beat === 3}
        note={losses[1] === null ? texts.lossAfter : `${texts.lossAfter} ${losses[1].toFixed(4)}`}
      >
        {after ? (
          <Picture {...common} values={after} label={texts.afterPicture(filter)}>
            <Numbers values={after} {...{ size, scale }} />
          </Picture>
        ) : (
          <Empty text={texts.waiting} />
        )}
      </Beat>
    </ol>
  );
}

function Beat({
  title,
  note,
  here,
  children,
}: {
  title: string;
  note: string;
  /** Whether it is the newest. */
  here: boolean;
  children: ComponentChildren;
}) {
  return (
    <li class={here ? 'here' : ''}>
      <h3>{title}</h3>
      {children}
      <p class="note">{note}</p>
    </li>
  );
}

function Empty({ text }: { text: string }) {
  return <div class="to-come note">{text}</div>;
}
