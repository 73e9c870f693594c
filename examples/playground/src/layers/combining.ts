/** What filters of conv2 are made of, read from the weights alone. */
import type { Snapshot } from '../state/measuring.js';

/** Filters of conv2, and places of each on a map of conv1: 3x3. */
export const SECOND_FILTERS = 16;
const SIDE = 3;
const TAPS = SIDE * SIDE;

/** The part of a filter of conv2 that reads the map of one filter of conv1. */
export interface Slice {
  /** The filter of conv1. */
  channel: number;
  /** [3, 3] */
  weights: Float32Array;
  /** The square root of the sum of their squares. */
  norm: number;
  /** Of the sum of squares of the whole filter, 0 to 1. */
  share: number;
  sum: number;
  /** Whether it adds what the other filter finds or subtracts it; 'both' where its weights nearly cancel. */
  sign: 'adds' | 'subtracts' | 'both';
}

/** How much larger than half of all weights in magnitude those of one sign are, for the slice to have it. */
const ONE_SIGN = 0.5;

/** The slices of a filter of conv2, the one of the largest norm first. */
export function slicesOf({ weights, shape }: Snapshot, filter: number): Slice[] {
  const [channels] = shape;
  const own = secondLayer({ weights, shape }, filter);
  const total = squares(own);
  return Array.from({ length: channels }, (_, channel): Slice => {
    const slice = own.subarray(channel * TAPS, (channel + 1) * TAPS);
    const sum = slice.reduce((all, weight) => all + weight, 0);
    const magnitude = slice.reduce((all, weight) => all + Math.abs(weight), 0);
    const oneSign = Math.abs(sum) >= ONE_SIGN * magnitude;
    const square = squares(slice);
    return {
      channel,
      weights: slice,
      norm: Math.sqrt(square),
      share: total > 0 ? square / total : 0,
      sum,
      sign: oneSign ? (sum > 0 ? 'adds' : 'subtracts') : 'both',
    };
  }).sort((a, b) => b.norm - a.norm);
}

/** [filters of conv1, 3, 3]: the weights of a filter of conv2. */
function secondLayer({ weights, shape }: Pick<Snapshot, 'weights' | 'shape'>, filter: number): Float32Array {
  const [channels, , height, width] = shape;
  const from = channels * height * width + filter * channels * TAPS;
  return weights.subarray(from, from + channels * TAPS);
}

/** Width and height of what a filter of conv2 sees: 3 places, 2 pixels apart, each the largest of 2x2 windows. */
export function fieldOf({ shape }: Pick<Snapshot, 'shape'>): number {
  return shape[2] + 1 + 2 * (SIDE - 1);
}

/**
 * The filters of conv1 put in their places and added up with the weights of a filter of conv2: the weight of each pixel in
 * its output, if pooling took the mean and there were no ReLU.
 * @param channels the filters of conv1 that are added up; all unless given
 * @returns [field, field]
 */
export function composedOf(snapshot: Snapshot, filter: number, channels?: readonly number[]): Float64Array {
  const { weights, shape } = snapshot;
  const [all, , size] = shape;
  const own = secondLayer(snapshot, filter);
  const field = fieldOf(snapshot);
  const pixels = new Float64Array(field * field);
  for (const channel of channels ?? Array.from({ length: all }, (_, i) => i)) {
    const spread = pooled(weights.subarray(channel * size * size, (channel + 1) * size * size), size);
    for (let tap = 0; tap < TAPS; tap++) {
      const weight = own[channel * TAPS + tap];
      const corner = 2 * (Math.floor(tap / SIDE) * field + (tap % SIDE));
      for (let i = 0; i < spread.length; i++) {
        pixels[corner + Math.floor(i / (size + 1)) * field + (i % (size + 1))] += weight * spread[i];
      }
    }
  }
  return pixels;
}

/** [size + 1, size + 1]: a filter, as the mean over windows of 2x2 places has it. */
function pooled(filter: Float32Array, size: number): Float64Array {
  const spread = new Float64Array((size + 1) ** 2);
  filter.forEach((value, i) => {
    const corner = Math.floor(i / size) * (size + 1) + (i % size);
    for (const place of [corner, corner + 1, corner + size + 1, corner + size + 2]) spread[place] += value / 4;
  });
  return spread;
}

function squares(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value * value, 0);
}
