import { useMemo, useRef } from 'preact/hooks';
import { ink } from '../../../../src/inspect/index.js';
import { useCalm, useInSight } from '../calm.js';
import { Pixels } from '../pictures/pixels.js';
import { useStore } from '../state/store.js';
import { Unmeasured } from '../training/trouble.js';
import { useAnswer } from './asking.js';
import type { Asked } from './layers.js';
import type { Likest } from './messages.js';
import { useLayersTexts } from './texts.js';

/** For each digit, what the network finds most like it. */
export function LikestSection({ asking, inquiry, heldOut, fits }: Asked) {
  const { training } = useStore();
  const texts = useLayersTexts();
  const box = useRef<HTMLElement>(null);
  const inSight = useInSight(box);
  const shown = useCalm(training.shown, inSight);
  const state = fits(shown) ? shown : NONE;
  const known = useAnswer(asking, 'likest', 'likest', state, inSight && state !== NONE, () =>
    inquiry.likest(state.weights),
  );
  // Painted when there is another answer, not whenever the network has changed.
  const list = useMemo(
    () => (
      <ul data-testid="layers-likest">
        {known?.answer.map((one) => (
          <li key={one.class}>
            <OneDigit one={one} pixelsOf={(index) => heldOut.input(index)} />
          </li>
        ))}
      </ul>
    ),
    [known?.answer, heldOut, texts],
  );
  return (
    <section class="likest" ref={box} aria-label={texts.likest}>
      <h3>{texts.likest}</h3>
      <p class="note">{texts.likestNote}</p>
      {known ? (
        <>
          {list}
          <p>{texts.honest(sure(known.answer))}</p>
          <p class="note" data-testid="layers-likest-step">
            {texts.figuresOf(known.step)}
          </p>
        </>
      ) : (
        <div class="pending">
          <Unmeasured waiting={texts.computing} />
        </div>
      )}
    </section>
  );
}

/** In place of a state, until there is one. */
const NONE = { weights: new Float32Array(0), step: 0 };

function OneDigit({ one, pixelsOf }: { one: Likest; pixelsOf: (index: number) => Float32Array }) {
  const texts = useLayersTexts();
  const { class: digit, best, stranger, made } = one;
  return (
    <>
      <h4>{digit}</h4>
      {[
        { one: best, kind: texts.best, toldAs: texts.bestOf },
        { one: stranger, kind: texts.stranger, toldAs: texts.strangerOf },
      ].map(
        ({ one, kind, toldAs }) =>
          one && (
            <Shown
              key={kind}
              pixels={pixelsOf(one.index)}
              kind={kind}
              digit={texts.named(one.label)}
              share={chance(one.probability)}
              label={toldAs(digit, one.label, chance(one.probability))}
            />
          ),
      )}
      {made && (
        <Shown
          pixels={made.pixels}
          kind={texts.made}
          digit={texts.input}
          share={chance(made.probability)}
          label={texts.madeOf(digit, chance(made.probability))}
        />
      )}
    </>
  );
}

function Shown({
  pixels,
  kind,
  digit,
  share,
  label,
}: {
  pixels: ArrayLike<number>;
  kind: string;
  digit: string;
  share: string;
  label: string;
}) {
  return (
    <figure title={label}>
      <Pixels values={pixels} width={28} height={28} color={ink} label={label} />
      <figcaption>
        <span>{kind}</span>
        <span>{digit}</span>
        <span>{share}</span>
      </figcaption>
    </figure>
  );
}

/** A probability, never as a certainty that it is not. */
function chance(probability: number): string {
  if (probability >= 0.9995) return '>99.9%';
  if (probability < 0.0005) return '<0.1%';
  return `${(100 * probability).toFixed(1)}%`;
}

/** Of how many digits the network is more than 90% sure in what was made up for them. */
function sure(all: readonly Likest[]): number {
  return all.filter(({ made }) => made !== null && made.probability > 0.9).length;
}
