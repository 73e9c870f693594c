import { ArgumentError, checkNumber, checkOptions, ShapeError } from '../../errors.js';
import { Generator } from '../../random.js';
import type { Shape } from '../../shape.js';
import { checkFilters, type FilterClass, type FilterMetrics, filterMetrics } from './metrics.js';
import { type NullDistribution, type NullKind, nullDistribution } from './nulls.js';

/** How a layer compares with random layers of as many filters. */
export interface NullComparison {
  kind: NullKind;
  /** Mean over the random filters, and 99th percentile of the mean over a random layer: of R2ori. */
  mean: number;
  layer99: number;
  /** Share of random layers whose mean R2ori is at least as large, (1 + count) / (1 + layers): never below `pFloor`. */
  p: number;
  pFloor: number;
  /** How often one of the layer's filters has a larger R2ori than a random one, equal ones counted half. */
  auc: number;
  /** The layer's mean R2ori above the random filters', in standard deviations of these (Glass's delta). */
  effectSize: number;
  /** How many of as many random filters would be classified as an edge or a line. */
  expectedOriented: number;
}

/** Whether a layer's filters are more like edges and lines than chance makes them. */
export interface Emergence {
  filters: FilterMetrics[];
  /** Mean R2ori over the filters that are not dead: the layer's statistic. NaN when all are dead. */
  r2ori: number;
  /** The filters that are not dead. */
  live: number;
  /** How many filters are of each class. */
  classes: Record<FilterClass, number>;
  /** Edges and lines together: which of the two is less certain, for their templates overlap. */
  oriented: number;
  /** How many have an R2ori of at least 0.8, as no random filter of 5x5 or more does. */
  strong: number;
  /** Against each null. */
  nulls: NullComparison[];
}

/** Random layers that a layer is compared with. */
const LAYERS = 20_000;

/**
 * Measures a layer's filters and compares them, as one layer, with random ones: filters of a layer are not independent of
 * each other, and so the p-value is the layer's.
 * @param weights [filters, channels, k, k], k from 3 to 11; each channel of a filter counts as one
 * @param options `nulls` what to compare with, of the same k: independent normal taps unless given; `seed` of the random
 * layers: 0 unless given
 */
export function emergence(
  weights: ArrayLike<number>,
  shape: Shape,
  options: { nulls?: readonly NullDistribution[]; seed?: number | string } = {},
): Emergence {
  checkOptions('emergence', options, ['nulls', 'seed']);
  const { size } = checkFilters('emergence', weights, shape);
  const { nulls = [nullDistribution('normal', size)], seed = 0 } = options;
  const wrong = nulls.find((given) => given.size !== size);
  if (wrong) {
    throw new ShapeError(
      'emergence',
      `expected nulls of ${size}x${size} filters, got one of ${wrong.size}x${wrong.size}`,
    );
  }
  const filters = filterMetrics(weights, shape);
  const live = filters.filter((filter) => filter.class !== 'dead').map(({ r2ori }) => r2ori);
  const classes = { edge: 0, line: 0, blob: 0, unclassified: 0, dead: 0 };
  for (const filter of filters) classes[filter.class]++;
  return {
    filters,
    r2ori: mean(live),
    live: live.length,
    classes,
    oriented: classes.edge + classes.line,
    strong: live.filter((r2ori) => r2ori >= 0.8).length,
    nulls: nulls.map((given) => compare(live, given, seed)),
  };
}

/** A null's R2ori in ascending order, their mean and their standard deviation. */
interface Draws {
  sorted: Float64Array;
  mean: number;
  deviation: number;
}

/** What was counted and drawn before: a training's snapshots are all compared with the same draws and layers. */
const counted = new WeakMap<NullDistribution, Draws>();
const drawn = new WeakMap<NullDistribution, Map<string, Float64Array>>();

function drawsOf(given: NullDistribution): Draws {
  const known = counted.get(given);
  if (known) return known;
  const sorted = Float64Array.from(given.r2ori).sort();
  const average = mean(sorted);
  const deviation = Math.sqrt(mean(sorted.map((value) => (value - average) ** 2)));
  const draws = { sorted, mean: average, deviation };
  counted.set(given, draws);
  return draws;
}

/** What `randomLayers` gives, drawn once; empty for no filters. */
function knownLayers(given: NullDistribution, filters: number, seed: number | string): Float64Array {
  if (filters === 0) return Float64Array.of();
  const known = drawn.get(given) ?? new Map<string, Float64Array>();
  drawn.set(given, known);
  const key = `${filters} ${seed}`;
  const layers = known.get(key) ?? randomLayers(given, filters, seed);
  known.set(key, layers);
  return layers;
}

/**
 * The mean R2ori of random layers of so many filters, in ascending order. Of permuted filters each is there once, or as
 * many as are asked for: neighbors, from a random one on.
 */
export function randomLayers(given: NullDistribution, filters: number, seed: number | string = 0): Float64Array {
  checkNumber('randomLayers', 'the number of filters', filters, { least: 1, whole: true });
  const { r2ori, sources } = given;
  const generator = new Generator(seed);
  const rounds = Math.floor(r2ori.length / sources);
  if (rounds === 0) throw new ArgumentError('randomLayers', `expected at least ${sources} draws, got ${r2ori.length}`);
  return Float64Array.from({ length: LAYERS }, () => {
    const start = sources > 1 ? generator.integer(sources) : 0;
    let sum = 0;
    for (let i = 0; i < filters; i++) sum += r2ori[generator.integer(rounds) * sources + ((start + i) % sources)];
    return sum / filters;
  }).sort();
}

/** The value below which a share q of sorted values lies; NaN when there are none. */
export function quantile(sorted: ArrayLike<number>, q: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
}

function compare(live: number[], given: NullDistribution, seed: number | string): NullComparison {
  const { sorted, mean: average, deviation } = drawsOf(given);
  const layers = knownLayers(given, live.length, seed);
  const beats = (value: number) => (below(sorted, value) + below(sorted, value, true)) / 2 / sorted.length;
  return {
    kind: given.kind,
    mean: average,
    layer99: quantile(layers, 0.99),
    p: live.length > 0 ? (1 + layers.length - below(layers, mean(live))) / (1 + LAYERS) : 1,
    pFloor: 1 / (1 + LAYERS),
    auc: mean(live.map(beats)),
    effectSize: (mean(live) - average) / deviation,
    expectedOriented: (given.classes.edge + given.classes.line) * live.length,
  };
}

/** How many of the sorted values are smaller than this one, or not larger. */
function below(sorted: Float64Array, value: number, orEqual = false): number {
  let [from, to] = [0, sorted.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (sorted[middle] < value || (orEqual && sorted[middle] === value)) from = middle + 1;
    else to = middle;
  }
  return from;
}

function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}
