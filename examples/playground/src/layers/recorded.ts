import type { Separable } from './messages.js';

/** Of examples/emergence/layers.jsonl, which the page does not load: five seeds each, layers of filters 1, 2 and 3. */
export const RECORDED = {
  trained: [
    [0.799, 0.876, 0.914],
    [0.816, 0.899, 0.939],
    [0.84, 0.924, 0.941],
    [0.818, 0.898, 0.924],
    [0.808, 0.882, 0.933],
  ],
  untrained: [
    [0.789, 0.8, 0.767],
    [0.774, 0.766, 0.758],
    [0.818, 0.806, 0.797],
    [0.811, 0.81, 0.793],
    [0.795, 0.812, 0.761],
  ],
  byHeart: [
    [0.808, 0.857, 0.781],
    [0.808, 0.853, 0.78],
    [0.828, 0.859, 0.795],
    [0.813, 0.849, 0.789],
    [0.811, 0.834, 0.811],
  ],
};

/** The three networks that are compared. */
export type Network = keyof typeof RECORDED;

/** Of one network, layer after layer: a number for each seed. */
export type Series = readonly (readonly number[])[];

/** By layer instead of by seed. */
export function byLayer(seeds: readonly (readonly number[])[]): number[][] {
  return seeds[0].map((_, layer) => seeds.map((seed) => seed[layer]));
}

/** One network as a series. */
export function seriesOf(found: readonly Separable[]): Series {
  return found.map(({ accuracy }) => [accuracy]);
}

export function meanOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
}
