/** What the story's texts say of the very network that the reader looks at. */
import { noGrad, type Sequential, softmax, tensor } from '../../../../src/index.js';
import { type Verdict, verdictOf } from '../filters/emergence.js';
import type { Store } from '../state/store.js';
import { percent } from '../state/training.js';

export interface Facts {
  /** Filters of the first layer. */
  filters: number;
  /** Digits of a batch. */
  batch: number;
  /** Along a side: numbers of a filter's map, and of the pooled map. */
  map: number;
  pooled: number;
  /** Batches that the network has learned from. */
  step: number;
  /** Whether there is nothing left to learn from. */
  over: boolean;
  /** The share of the held-out digits named right, to be read, after so many batches; null while none is known. */
  score: { accuracy: string; step: number } | null;
  /** How many filters are edges or lines, of those in use, after so many batches; null as above. */
  oriented: { count: number; of: number; step: number } | null;
  /** Mean of R² before the training and after so many batches, and what follows of the latter; null as above. */
  likeness: { first: string; last: string; step: number; verdict: Verdict } | null;
  /** What the network takes the digit that was drawn for; null without one. */
  says: { digit: number; share: string } | null;
  /** The loss on the same digits, before and after the step that was taken apart. */
  loss: { before: number; after: number } | null;
}

/** Follows the signals that it reads. */
export function factsOf({ settings, training, parts, replica }: Store): Facts {
  const { filters, kernelSize, batchSize } = settings.value;
  const live = training.live.value;
  const score = training.score.value;
  const measured = training.measured.value;
  const map = 28 - kernelSize + 1;
  const states = training.snapshots.value.flatMap((state) => (state.measured ? [state.measured] : []));
  const [first, last] = [states.at(0), states.at(-1)];
  return {
    filters,
    batch: batchSize,
    map,
    pooled: Math.floor(map / 2),
    step: live?.step ?? 0,
    over: training.phase.value === 'finished',
    score: score && { accuracy: percent(score.accuracy), step: score.step },
    oriented: measured && { count: measured.oriented, of: measured.live, step: measured.step },
    likeness:
      first && last && last.step > first.step && Number.isFinite(first.r2ori) && Number.isFinite(last.r2ori)
        ? { first: first.r2ori.toFixed(2), last: last.r2ori.toFixed(2), step: last.step, verdict: verdictOf(last) }
        : null,
    says: saysOf(replica.value?.model ?? null, parts.image.value?.pixels ?? null),
    loss: parts.lastStep.value,
  };
}

function saysOf(model: Sequential | null, pixels: Float32Array | null): Facts['says'] {
  if (!model || !pixels) return null;
  const shares = noGrad(() => softmax(model.forward(tensor(pixels, { shape: [1, 1, 28, 28] }))).data);
  const digit = shares.indexOf(Math.max(...shares));
  return { digit, share: percent(shares[digit]) };
}
