import { useMemo, useRef } from 'preact/hooks';
import type { Dataset } from '../../../../src/index.js';
import { useCalm, useInSight } from '../calm.js';
import { oneOfEach } from '../draw/examples.js';
import { useStore } from '../state/store.js';
import { STEPS } from '../story/steps.js';
import { useTexts } from '../texts/index.js';
import type { LearnedFilter } from './choices.js';
import { ConvolutionLab } from './index.js';

/** "Take a convolution apart" as a card of the page, with its digits and with the filters that the page shows. */
export function ConvolutionCard() {
  const { training, parts, lab } = useStore();
  const { convolution } = useTexts();
  const heldOut = training.heldOut.value;
  const digits = useMemo(() => (heldOut ? digitsOf(heldOut) : []), [heldOut]);
  const box = useRef<HTMLDivElement>(null);
  const { weights, shape } = useCalm(training.shown, useInSight(box)) ?? {};
  const learned = useMemo(() => (weights && shape ? filtersOf(weights, shape) : []), [weights, shape]);
  const { value: step } = parts.story;
  const told = step !== null && STEPS[step].card === 'convolution';
  return (
    <div class={told ? 'card told' : 'card'} id="convolution" ref={box}>
      <ConvolutionLab lab={lab} digits={digits} learned={learned} texts={convolution} />
    </div>
  );
}

function digitsOf(heldOut: Dataset) {
  return oneOfEach(heldOut).map((index) => ({ pixels: heldOut.input(index), label: heldOut.labels[index] }));
}

function filtersOf(weights: Float32Array, [filters, , size]: readonly number[]): LearnedFilter[] {
  const area = size * size;
  return Array.from({ length: filters }, (_, i) => ({
    values: weights.slice(i * area, (i + 1) * area),
    ...{ size, label: String(i) },
  }));
}
