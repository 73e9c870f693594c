import { ArgumentError, checkNumber, readOptions, ShapeError } from '../../errors.js';
import { Generator } from '../../random.js';
import type { Shape } from '../../shape.js';
import { mean } from '../values.js';
import { type FilterClass, type FilterMetrics, filterMetrics } from './metrics.js';
import { keptNull, type NullDistribution, type NullKind } from './nulls.js';
import { checkFilters } from './pattern.js';

/** How a layer compares with random layers of as many filters. */
export interface NullComparison {
  kind: NullKind;
  /** Mean R2ori of the random filters. */
  mean: number;
  /** 99th percentile of the mean R2ori of a random layer. */
  layer99: number;
  /** Share of random layers whose mean R2ori is at least as large: (1 + count) / (1 + layers). */
  p: number;
  /** The smallest p that so many random layers can give. */
  pFloor: number;
  /** How many of as many random filters would be classified as an edge or a line, on average. */
  expectedOriented: number;
}

/** Whether a layer's filters are more like edges and lines than random ones. */
export interface Emergence {
  filters: FilterMetrics[];
  /** Mean R2ori over the filters that are not dead: the layer's statistic. NaN when all are dead. */
  r2ori: number;
  /** How many filters are not dead. */
  live: number;
  /** How many filters are of each class. */
  classes: Record<FilterClass, number>;
  /** Edges and lines together: their templates overlap, so that which of the two a filter is is less certain. */
  oriented: number;
  /** How many have an R2ori of at least 0.8: no filter of independent taps of 5x5 or more has, but one in five as smooth as digits. */
  strong: number;
  /** The comparison with each null. */
  nulls: NullComparison[];
}

/** Random layers that a layer is compared with. */
const LAYERS = 20_000;

/**
 * Measures a layer's filters and compares them, as one layer, with random ones. The random filters of 'normal', 'uniform',
 * 'colored' and 'permuted' nulls are independent of each other. Where a trained layer's filters resemble each other its mean
 * scatters more than theirs, and p is too small: among smooth 5x5 layers of 12 with pairwise correlations of 0.4 (of either sign), 15 of 100 have p
 * below 0.05. A 'rotated' null keeps what the filters have in common, and there it is 6 of 100. Either way p speaks of one
 * training; whether a result holds is for several seeds to say.
 * @param weights [filters, channels, k, k], k from 3 to 11; a filter has one statistic, that of the pattern which its channels
 * share (see `filterPatterns`)
 * @param options `nulls`: what to compare with, of the same k, and but for 'normal' ones of as many channels
 * (`[nullDistribution('normal', k)]` by default, which is drawn once); `initial`: the weights before training, so that filters
 * which have all but vanished since are dead (see `filterMetrics`); `seed` of the random layers (0 by default)
 * @throws ShapeError for weights or nulls of another shape; FormatError for a weight that is NaN or infinite
 */
export function emergence(
  weights: ArrayLike<number>,
  shape: Shape,
  options: { nulls?: readonly NullDistribution[]; initial?: ArrayLike<number>; seed?: number | string } = {},
): Emergence {
  const { seed, initial, ...rest } = readOptions('emergence', options, {
    nulls: undefined,
    initial: undefined,
    seed: 0,
  });
  checkFilters('emergence', weights, shape);
  const [, channels, size] = shape;
  const { nulls = [keptNull('normal', size)] } = rest;
  const wrong = nulls.find((given) => given.size !== size);
  if (wrong) {
    throw new ShapeError('emergence', `expected nulls of ${size}x${size} filters, got ${wrong.size}x${wrong.size}`);
  }
  const other = nulls.find((given) => given.kind !== 'normal' && given.channels !== channels);
  if (other) {
    const got = `got a '${other.kind}' one of ${other.channels}; nullDistribution has the options channels and filters`;
    throw new ShapeError('emergence', `expected nulls of filters with ${channels} channels, ${got}`);
  }
  const filters = filterMetrics(weights, shape, { initial });
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

/** What is computed once for each null: all snapshots of a training are compared with the same random layers. */
const computed = new WeakMap<NullDistribution, { mean: number; layers: Map<string, Float64Array> }>();

function computedFor(given: NullDistribution) {
  const known = computed.get(given);
  if (known) return known;
  const ascending = Float64Array.from(given.r2ori).sort(); // So that the sum does not depend on the order of the draws.
  const first = { mean: mean(ascending), layers: new Map<string, Float64Array>() };
  computed.set(given, first);
  return first;
}

/** What `randomLayers` gives, drawn once; empty for no filters. */
function layersOf(given: NullDistribution, filters: number, seed: number | string): Float64Array {
  if (filters === 0) return new Float64Array(0);
  const { layers } = computedFor(given);
  const key = `${filters} ${seed}`;
  const drawn = layers.get(key) ?? randomLayers(given, filters, seed);
  layers.set(key, drawn);
  return drawn;
}

/**
 * The mean R2ori of 20,000 random layers, in ascending order. When filters were permuted, a layer has each of them once;
 * when it has fewer, as many neighbors from a random one on. When filters were rotated, the layers are those that were drawn, each
 * once: draws / sources of them.
 * @param filters how many a layer has, at least 1
 * @throws ArgumentError for a null with fewer draws than filters that were permuted, or than a rotated layer has
 */
export function randomLayers(given: NullDistribution, filters: number, seed: number | string = 0): Float64Array {
  checkNumber('randomLayers', 'the number of filters', filters, { least: 1, whole: true });
  const { kind, r2ori, sources } = given;
  if (kind === 'rotated') return rotatedLayers(r2ori, Math.ceil(filters / sources) * sources, filters);
  const generator = new Generator(seed);
  const rounds = Math.floor(r2ori.length / sources);
  if (rounds === 0) throw new ArgumentError('randomLayers', `expected at least ${sources} draws, got ${r2ori.length}`);
  const layer = new Float64Array(filters);
  return Float64Array.from({ length: LAYERS }, () => {
    const start = sources > 1 ? generator.integer(sources) : 0;
    for (let i = 0; i < filters; i++) layer[i] = r2ori[generator.integer(rounds) * sources + ((start + i) % sources)];
    return mean(layer);
  }).sort();
}

/** The mixtures of one rotation depend on each other: they stay together. */
function rotatedLayers(r2ori: Float64Array, step: number, filters: number): Float64Array {
  const count = Math.floor(r2ori.length / step);
  if (count === 0) throw new ArgumentError('randomLayers', `expected at least ${step} draws, got ${r2ori.length}`);
  return Float64Array.from({ length: count }, (_, i) => mean(r2ori.subarray(i * step, i * step + filters))).sort();
}

/** The value below which a share q of sorted values lies; NaN when there are none. */
export function quantile(sorted: ArrayLike<number>, q: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
}

function compare(live: number[], given: NullDistribution, seed: number | string): NullComparison {
  const layers = layersOf(given, live.length, seed);
  const observed = mean(live);
  const atLeast = layers.filter((r2ori) => r2ori >= observed).length;
  return {
    kind: given.kind,
    mean: computedFor(given).mean,
    layer99: quantile(layers, 0.99),
    p: live.length > 0 ? (1 + atLeast) / (1 + layers.length) : 1,
    pFloor: 1 / (1 + (layers.length || LAYERS)),
    expectedOriented: (given.classes.edge + given.classes.line) * live.length,
  };
}
