import { readOptions } from '../../errors.js';
import { type Shape, sizeOf } from '../../shape.js';
import { dot, norm, partsOf, sum } from '../values.js';
import { derivativeShares } from './derivatives.js';
import { fitTemplates } from './fit.js';
import { checkFilters, patternOf } from './pattern.js';
import { centered, type Family, SMALLEST, type Template, templates } from './templates.js';

/** What a filter is called. */
export type FilterClass = Family | 'unclassified' | 'dead';

/** What one filter looks like, in numbers: of several channels the pattern that they share (see `filterPatterns`). */
export interface FilterMetrics {
  /** Which filter of the layer. */
  filter: number;
  /** How strong the pattern is in each input channel, of length 1 together; [1] for one channel. */
  channels: number[];
  /** The share of the filter's energy that is in the pattern: 1 for one channel. */
  shared: number;
  /**
   * 'dead' when its norm is below 5% of the layer's largest, now or, where they are given, among the initial weights; else the family of the template that fits best, or
   * 'unclassified' when it fits no better than 99% of random filters fit theirs.
   */
  class: FilterClass;
  /** Share of the pattern's energy that the best edge or line explains, 0 to 1: the primary figure. */
  r2ori: number;
  /** That edge or line. */
  template: Template;
  /** The share that the best template of any family explains. */
  r2best: number;
  /** Share of energy in the first and second oriented derivatives of a Gaussian, and in the first alone, 0 to 1. */
  jori: number;
  j1: number;
  /**
   * Moran's I over 4-neighbors: near 1 for a large smooth filter, -1/(k*k - 1) on average for independent taps; NaN for
   * a constant.
   */
  moran: number;
  /** Share of energy in the mean: 1 for a constant. */
  dc: number;
  /** Euclidean length of the filter with all its channels. */
  norm: number;
}

/**
 * Whether each filter of a layer is dead: its norm is 0, or below 5% of the largest. Where all have all but vanished, only the norms
 * at the start show it.
 */
export function deadOf(norms: readonly number[], initial: readonly number[] = []): boolean[] {
  const least = 0.05 * [...norms, ...initial].reduce((most, each) => Math.max(most, each), 0);
  return norms.map((each) => each === 0 || each < least);
}

/**
 * What each filter of a layer looks like. Of a filter with several channels its first principal component over them is
 * measured, the pattern that they share (see `filterPatterns`). A filter of zeros looks like nothing: its shares are NaN.
 * @param weights [filters, channels, k, k], k from 3 to 11: the templates, drawn at 16 angles, need a square; below 3x3 an edge
 * and a line are one, and beyond 11x11 no thresholds are known
 * @param options `initial`: the same layer's weights before training, so that a filter is dead, too, when its norm is below 5% of
 * the largest at the start: where weight decay leaves nothing of any filter, no filter stands out
 * @throws ShapeError for another shape; FormatError for a weight that is NaN or infinite
 */
export function filterMetrics(
  weights: ArrayLike<number>,
  shape: Shape,
  options: { initial?: ArrayLike<number> } = {},
): FilterMetrics[] {
  const { initial } = readOptions('filterMetrics', options, { initial: undefined });
  checkFilters('filterMetrics', weights, shape);
  if (initial) checkFilters('filterMetrics', initial, shape, 'initial weights');
  const [count, channels, size] = shape;
  const filters = partsOf(weights, sizeOf(shape.slice(1)));
  const patterns = filters.map((filter) => patternOf(filter, channels));
  const all = new Float64Array(count * size * size);
  for (const [i, { taps }] of patterns.entries()) all.set(taps, i * taps.length);
  const fits = fitTemplates(all, size);
  const list = templates(size);
  const norms = filters.map(norm);
  const dead = deadOf(norms, initial && partsOf(initial, sizeOf(shape.slice(1))).map(norm));
  return patterns.map(({ taps, channels, share }, i) => {
    const { jori, j1 } = derivativeShares(taps, size);
    return {
      filter: i,
      channels,
      shared: share,
      class: dead[i] ? 'dead' : classOf(fits.r2best[i], list[fits.best[i]], size),
      r2ori: fits.r2ori[i],
      template: list[fits.oriented[i]],
      r2best: fits.r2best[i],
      jori,
      j1,
      moran: moran(taps, size),
      dc: dcShare(taps),
      norm: norms[i],
    };
  });
}

/**
 * The 99th percentile of the best R2 over all families among two million filters of independent normal taps, for 3 to 11
 * pixels; a run of 40,000 comes within 0.004. The tests draw them again.
 */
const THRESHOLDS = [0.896, 0.685, 0.529, 0.397, 0.317, 0.25, 0.208, 0.17, 0.146];

/** How a filter of size x size is called whose best template explains this share of it. */
export function classOf(r2best: number, { family }: Template, size: number): Family | 'unclassified' {
  return r2best >= THRESHOLDS[size - SMALLEST] ? family : 'unclassified';
}

/** How alike neighbors are: n/W * sum of w_ij z_i z_j / sum of z_i^2, with w_ij = 1 for the 4-neighbors (Moran 1950). */
function moran(taps: Float64Array, size: number): number {
  const z = centered(taps);
  const energy = dot(z, z);
  // Rounding leaves a little of a constant.
  if (energy <= 1e-24 * dot(taps, taps)) return Number.NaN;
  let together = 0;
  for (let i = 0; i < z.length; i++) {
    if ((i + 1) % size > 0) together += z[i] * z[i + 1];
    if (i + size < z.length) together += z[i] * z[i + size];
  }
  const pairs = 2 * size * (size - 1);
  return ((z.length / pairs) * together) / energy;
}

function dcShare(taps: Float64Array): number {
  const total = sum(taps);
  return (total * total) / (taps.length * dot(taps, taps));
}
