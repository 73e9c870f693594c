import { loadMnist } from '../../datasets/index.js';
import { Conv2D, manualSeed } from '../../src/index.js';
import { network, SETTINGS, train } from '../lib/recipe.js';
import { batchesAt, FRAMES, KERNEL, SIDE, WEIGHT_STEP } from './src/hero/frames.js';

/** Which filter of conv1: the one that ends as the clearest vertical edge. */
const FILTER = 0;
/** Which of the held-out digits: a 4 of thick upright strokes. */
const DIGIT = 22;

/**
 * Trains the recipe and records one filter of conv1 as it learns.
 * @param until after how many batches it stops; the whole training unless given
 * @returns the digit as [SIDE, SIDE] gray values, and the filter in each frame as KERNEL² multiples of WEIGHT_STEP
 */
export async function record(until = Number.POSITIVE_INFINITY): Promise<{ digit: Uint8Array; filters: Int8Array }> {
  const digits = await loadMnist({ seed: SETTINGS.seed });
  manualSeed(SETTINGS.seed);
  const model = network();
  const { data } = model.at('conv1', Conv2D).weight;
  const area = KERNEL ** 2;
  const frames: Int8Array[] = [];
  const keep = (batches: number) => {
    while (frames.length < FRAMES && batchesAt(frames.length) === batches) {
      const weights = data.subarray(FILTER * area, (FILTER + 1) * area);
      frames.push(Int8Array.from(weights, (weight) => Math.round(weight / WEIGHT_STEP)));
    }
  };
  keep(0);
  await train(model, digits, SETTINGS, [
    {
      onBatchEnd(state) {
        keep(state.step);
        if (state.step >= until) state.stop('recorded');
      },
    },
  ]);
  const pixels = digits.heldOut.inputs.subarray(DIGIT * 28 * 28, (DIGIT + 1) * 28 * 28);
  const edge = (28 - SIDE) / 2;
  const digit = Uint8Array.from({ length: SIDE ** 2 }, (_, i) => {
    const [row, column] = [Math.floor(i / SIDE) + edge, (i % SIDE) + edge];
    return Math.round(255 * pixels[row * 28 + column]);
  });
  return { digit, filters: Int8Array.from(frames.flatMap((frame) => Array.from(frame))) };
}
