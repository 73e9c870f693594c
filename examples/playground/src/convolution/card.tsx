import { useMemo, useRef } from 'preact/hooks';
import { useCalm, useInSight } from '../calm.js';
import { CopyButton } from '../copy-button.js';
import { oneOfEach } from '../draw/examples.js';
import { isCarried, queryOf, writeLink } from '../state/link.js';
import { writeSettings } from '../state/settings.js';
import { useStore } from '../state/store.js';
import { STEPS } from '../story/steps.js';
import { useTexts } from '../texts/index.js';
import type { HeldOut } from '../worker/held-out.js';
import type { LearnedFilter } from './choices.js';
import { useDropped, usePasted } from './hand-over.js';
import { ConvolutionLab } from './index.js';

/** "Take a convolution apart" as a card of the page, with its digits and with the filters that the page shows. */
export function ConvolutionCard() {
  const { training, parts, lab } = useStore();
  const { convolution } = useTexts();
  const heldOut = training.heldOut.value;
  const digits = useMemo(() => (heldOut ? digitsOf(heldOut) : []), [heldOut]);
  const box = useRef<HTMLDivElement>(null);
  const inSight = useInSight(box);
  const shown = useCalm(training.shown, inSight);
  // Until the network stands, what is shown is left of the run before.
  const { weights, shape } = (training.prepared.value && shown) || {};
  const learned = useMemo(() => (weights && shape ? filtersOf(weights, shape) : []), [weights, shape]);
  const { holding, ...drops } = useDropped(lab);
  usePasted(lab, inSight);
  const { value: step } = parts.story;
  const told = step !== null && STEPS[step].card === 'convolution' ? ' told' : '';
  // The story begins with the image alone.
  const bare = step === 0;
  return (
    <div class={`card${told}${holding ? ' dropping' : ''}`} id="convolution" ref={box} {...drops}>
      <ConvolutionLab lab={lab} digits={digits} learned={learned} texts={convolution} bare={bare}>
        <CopyLink />
      </ConvolutionLab>
    </div>
  );
}

/** A link that opens the page with this image, this filter and this place. */
function CopyLink() {
  const { lab, parts, settings } = useStore();
  const { convolution } = useTexts();
  const texts = convolution.link;
  const query = queryOf(writeSettings(settings.value), writeLink(lab.state, parts.filter.value, settings.value));
  return (
    <div class="link">
      <CopyButton
        text={`${location.origin}${location.pathname}${query}#convolution`}
        tip={texts.copyTip}
        label={texts.copy}
        copied={texts.copied}
      />
      <p class="note">{isCarried(lab.imageChoice.value) ? texts.carries : texts.carriesNoImage}</p>
    </div>
  );
}

function digitsOf(heldOut: HeldOut) {
  return oneOfEach(heldOut).map((index) => ({ pixels: heldOut.input(index), label: heldOut.labels[index] }));
}

function filtersOf(weights: Float32Array, [filters, , size]: readonly number[]): LearnedFilter[] {
  const area = size * size;
  return Array.from({ length: filters }, (_, i) => ({
    values: weights.slice(i * area, (i + 1) * area),
    ...{ size, label: String(i) },
  }));
}
