import { ArgumentError, readOptions, ShapeError } from '../errors.js';
import { type Emergence, emergence } from '../inspect/filters/emergence.js';
import { nearestHandMade } from '../inspect/filters/handmade.js';
import type { FilterMetrics } from '../inspect/filters/metrics.js';
import type { NullDistribution, NullKind } from '../inspect/filters/nulls.js';
import { filterPatterns } from '../inspect/filters/pattern.js';
import type { Timeline } from '../inspect/timeline.js';
import { type Shape, sameShape, showShape } from '../shape.js';
import { conclude } from './conclusion.js';

/** One filter, as a row of a table. */
export interface StudiedFilter extends Omit<FilterMetrics, 'template'> {
  /** Of the edge or line that fits best: its direction in degrees, 90 is vertical; its width and offset in pixels. */
  angle: number;
  scale: number;
  offset: readonly [number, number];
  /** The hand-made filter that is most like its pattern; null for a filter of zeros. */
  nearest: { name: string; cosine: number } | null;
}

/** A layer at one time: its filters and how it compares with the nulls. */
export interface StudiedLayer extends Omit<Emergence, 'filters'> {
  filters: StudiedFilter[];
}

/** The layer's statistic at one step of the training. */
export interface TimelinePoint {
  step: number;
  accuracy: number;
  loss: number;
  /** Mean R2ori of the filters that were not dead, and their number. */
  r2ori: number;
  live: number;
  /** 99th percentile of the statistic over random layers of as many filters, for each null. */
  layer99: number[];
}

/** How a layer's filters developed, in numbers that can be written as JSON. */
export interface FilterStudy {
  shape: Shape;
  after: StudiedLayer;
  before: StudiedLayer | null;
  timeline: TimelinePoint[];
  /** For each null, the first snapshot's step from which on the layer stayed above its 99th percentile; else null. */
  leftNullBand: { kind: NullKind; step: number | null }[];
  /** What follows from the numbers, and what does not, in words. */
  conclusion: string;
}

/**
 * Measures the filters of a layer after training, before it, and over it.
 * @param weights [filters, channels, k, k], k from 3 to 11
 * @param options `nulls` to compare with; `before`: the weights before training, or a `timeline`, which begins with them, and beside
 * which filters that have all but vanished since are dead;
 * `seed` of the random layers (0 by default)
 * @throws ArgumentError without nulls; ShapeError for weights, nulls or a timeline of another shape
 */
export function studyFilters(
  weights: ArrayLike<number>,
  shape: Shape,
  options: {
    nulls: readonly NullDistribution[];
    before?: ArrayLike<number>;
    timeline?: Timeline;
    seed?: number | string;
  },
): FilterStudy {
  const defaults = { nulls: undefined, before: undefined, timeline: undefined, seed: 0 };
  const { nulls, timeline, seed, ...given } = readOptions('studyFilters', options, defaults);
  if (!Array.isArray(nulls) || nulls.length === 0) {
    throw new ArgumentError('studyFilters', "expected nulls, such as [nullDistribution('normal', 5)]");
  }
  if (timeline && !sameShape(timeline.shape, shape)) {
    const [expected, got] = [shape, timeline.shape].map(showShape);
    throw new ShapeError('studyFilters', `expected a timeline of filters ${expected}, got one of ${got}`);
  }
  const first = given.before ?? timeline?.snapshots[0]?.weights;
  const compare = (values: ArrayLike<number>) => emergence(values, shape, { nulls, seed, initial: first });
  const after = studied(weights, shape, compare(weights));
  const before = first ? studied(first, shape, compare(first)) : null;
  const points = (timeline?.snapshots ?? []).map(({ step, accuracy, loss, weights }): TimelinePoint => {
    const { r2ori, live, nulls: compared } = compare(weights);
    return { step, accuracy, loss, r2ori, live, layer99: compared.map(({ layer99 }) => layer99) };
  });
  const leftNullBand = nulls.map(({ kind }, i) => {
    const inside = points.findLastIndex(({ r2ori, layer99 }) => !(r2ori > layer99[i]));
    return { kind, step: points[inside + 1]?.step ?? null };
  });
  return { shape, after, before, timeline: points, leftNullBand, conclusion: conclude(after, before) };
}

function studied(weights: ArrayLike<number>, shape: Shape, { filters, ...rest }: Emergence): StudiedLayer {
  const patterns = filterPatterns(weights, shape);
  return {
    ...rest,
    filters: filters.map(({ template: { angle, scale, offset }, ...metrics }, i) => {
      return { ...metrics, angle, scale, offset, nearest: nearestHandMade(patterns[i].taps, shape[2]) };
    }),
  };
}
