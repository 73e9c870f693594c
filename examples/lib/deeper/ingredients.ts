/**
 * What a filter of a deeper layer is made of; for example 06.
 *
 * A filter's output is a sum: for each channel of the layer below and each of its 3x3 taps, weight times activation,
 * plus a bias. So the rise of the output, from an average place to the places that excite the filter most, falls into
 * parts without a rest,
 *
 *     weight * (mean activation at the best places - mean activation at all places),
 *
 * one a channel and tap. Divided by their sum they are shares of the rise. A tap with a positive weight adds to it when
 * its channel is found there more than elsewhere, one with a negative weight when it is found there less.
 */
import type { Values } from '../../../src/inspect/index.js';

/** A filter is 3x3 on each channel. */
const TAPS = 9;

/** One channel of the layer below, as far as the filter wants it found, or as far as it wants it absent. */
export interface Ingredient {
  channel: number;
  /** Whether its weights are the positive ones. */
  wanted: boolean;
  /** Of the filter's rise; all ingredients together make 1. Below 0 when it works against the rise. */
  share: number;
  /** Row and column, 0 to 2, of the tap that has most of it. */
  tap: readonly [number, number];
}

/** The activations that a 3x3 filter at a place of the maps [C, h, w] sees: [C, 3, 3]. */
export function seenFrom({ shape, values }: Values, row: number, column: number): Float64Array {
  const [channels, height, width] = shape;
  return Float64Array.from({ length: channels * TAPS }, (_, i) => {
    const [channel, y, x] = [Math.floor(i / TAPS), row + (Math.floor(i / 3) % 3), column + (i % 3)];
    return values[(channel * height + y) * width + x];
  });
}

/** The same, on average over all places of the maps. */
export function seenOnAverage(maps: Values): Float64Array {
  const [rows, columns] = [maps.shape[1] - 2, maps.shape[2] - 2];
  const places = Array.from({ length: rows * columns }, (_, i) => [Math.floor(i / columns), i % columns] as const);
  return meanOf(places.map(([row, column]) => seenFrom(maps, row, column)));
}

/** The mean of several arrays of one length, number by number. */
export function meanOf(arrays: readonly ArrayLike<number>[]): Float64Array {
  const sum = new Float64Array(arrays[0].length);
  for (const array of arrays) {
    for (let i = 0; i < sum.length; i++) sum[i] += array[i] / arrays.length;
  }
  return sum;
}

/**
 * The ingredients of a filter, the largest share first.
 * @param weights the filter's, [C, 3, 3]
 * @param best, average what it sees in its best places and in those to compare with, [C, 3, 3]
 * @returns `rise`: by how much its output is higher there
 */
export function ingredients(weights: ArrayLike<number>, best: Float64Array, average: Float64Array) {
  const parts = best.map((activation, i) => weights[i] * (activation - average[i]));
  const rise = parts.reduce((sum, part) => sum + part, 0);
  const list: Ingredient[] = [];
  for (let first = 0; first < parts.length; first += TAPS) {
    for (const wanted of [true, false]) {
      let [share, most] = [0, -1];
      for (let i = first; i < first + TAPS; i++) {
        if (weights[i] > 0 !== wanted) continue;
        share += parts[i] / rise;
        if (most < 0 || parts[i] > parts[most]) most = i;
      }
      const tap = [Math.floor((most - first) / 3), (most - first) % 3] as const;
      if (most >= 0) list.push({ channel: first / TAPS, wanted, share, tap });
    }
  }
  return { rise, combines: list.sort((a, b) => b.share - a.share) };
}
