/** How the hero's recording is made: what its recorder and its player agree upon. */

/** Pixels of the digit along a side: 28, without the outermost, which are empty. */
export const SIDE = 24;
/** Weights of the filter along a side. */
export const KERNEL = 5;
export const FRAMES = 84;
/** A weight is recorded as a whole multiple of this. */
export const WEIGHT_STEP = 0.008;
/** Batches in a training with the recipe's settings. */
export const BATCHES = 1410;

/** How many batches the filter has learned from in a frame: most frames are of the beginning, where it changes most. */
export function batchesAt(frame: number): number {
  return Math.round(BATCHES * (frame / (FRAMES - 1)) ** 2.2);
}
