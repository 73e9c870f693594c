import '../styles/inspector.css';
import { useRef } from 'preact/hooks';
import { useCalm, useInSight } from '../calm.js';
import { Card } from '../card.js';
import { Pixels, roundScale } from '../pictures/pixels.js';
import type { Snapshot } from '../state/measuring.js';
import { useStore } from '../state/store.js';
import { useTexts } from '../texts/index.js';
import { Unmeasured } from '../training/trouble.js';
import { Excited } from './excited.js';
import { Likeness } from './likeness.js';
import { Needed } from './needed.js';
import { Weights } from './weights.js';

/** One filter of conv1: what it is, what it looks for and whether the network needs it. */
export function InspectorCard() {
  const { training, parts, settings, inquiry: asked } = useStore();
  const { inspector: texts } = useTexts();
  const box = useRef<HTMLDivElement>(null);
  const inSight = useInSight(box);
  const shown = useCalm(training.shown, inSight);
  const heldOut = training.heldOut.value;
  const own = settings.value;
  const inquiry = asked.value;
  const fits = shown !== null && shown.shape[0] === own.filters && shown.shape[2] === own.kernelSize;
  const filter = fits ? Math.min(parts.filter.value, shown.shape[0] - 1) : 0;
  return (
    <Card id="inspector" title={texts.title} lede={texts.lede}>
      <div ref={box}>
        {fits && heldOut && inquiry ? (
          <>
            <Choose shown={shown} chosen={filter} />
            <p class="note">{texts.of(shown.step)}</p>
            <Needed {...{ shown, filter, inquiry }} />
            <div class="inspected">
              <Weights shown={shown} filter={filter} />
              <Likeness shown={shown} filter={filter} />
              <Excited {...{ shown, filter, inquiry, heldOut, inSight }} />
            </div>
          </>
        ) : (
          <Unmeasured />
        )}
      </div>
    </Card>
  );
}

/** All filters in a row, to choose one. */
function Choose({ shown, chosen }: { shown: Snapshot; chosen: number }) {
  const { parts } = useStore();
  const { inspector: texts } = useTexts();
  const [filters, , size] = shown.shape;
  const area = size * size;
  const scale = roundScale(shown.weights.subarray(0, filters * area));
  return (
    <fieldset class="choose-filter">
      <legend class="unseen">{texts.choose}</legend>
      {Array.from({ length: filters }, (_, i) => (
        <label key={i} title={texts.open(i)}>
          <input
            type="radio"
            name="inspected-filter"
            aria-label={texts.filter(i)}
            checked={i === chosen}
            onChange={() => {
              parts.filter.value = i;
            }}
          />
          <Pixels
            values={shown.weights.subarray(i * area, (i + 1) * area)}
            {...{ width: size, height: size, scale }}
            label={texts.filter(i)}
          />
          <span aria-hidden="true">{i}</span>
        </label>
      ))}
    </fieldset>
  );
}
