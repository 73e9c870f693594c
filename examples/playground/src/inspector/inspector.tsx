import { useEffect, useMemo, useRef } from 'preact/hooks';
import { useCalm } from '../calm.js';
import { Card } from '../card.js';
import { Pixels, roundScale } from '../pictures/pixels.js';
import type { Snapshot } from '../state/measuring.js';
import { useStore } from '../state/store.js';
import { useTexts } from '../texts/index.js';
import { Excited } from './excited.js';
import { Inquiry } from './inquiry.js';
import { Likeness } from './likeness.js';
import { Needed } from './needed.js';
import { Weights } from './weights.js';

/** One filter of conv1: what it is, what it looks for and whether the network needs it. */
export function InspectorCard() {
  const { training, parts, settings } = useStore();
  const { inspector: texts } = useTexts();
  const box = useRef<HTMLDivElement>(null);
  const shown = useCalm(training.shown, box);
  const heldOut = training.heldOut.value;
  const own = settings.value;
  // A worker for each make of a network, and for its digits.
  const inquiry = useMemo(() => (heldOut ? new Inquiry(own, heldOut) : null), [own, heldOut]);
  useEffect(() => () => inquiry?.end(), [inquiry]);
  const fits = shown !== null && shown.shape[0] === own.filters && shown.shape[2] === own.kernelSize;
  const filter = fits ? Math.min(parts.filter.value, shown.shape[0] - 1) : 0;
  return (
    <Card id="inspector" title={texts.title} lede={texts.lede}>
      <div ref={box}>
        {fits && heldOut && inquiry ? (
          <>
            <Choose shown={shown} chosen={filter} />
            <div class="inspected">
              <Weights shown={shown} filter={filter} />
              <Likeness shown={shown} filter={filter} />
              <Excited {...{ shown, filter, inquiry, heldOut }} />
              <Needed {...{ shown, filter, inquiry }} />
            </div>
          </>
        ) : (
          <p class="note">{texts.loading}</p>
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
