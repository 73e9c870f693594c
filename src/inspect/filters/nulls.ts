import type { Dataset } from '../../data/dataset.js';
import { ArgumentError, checkNumber, checkOptions, FormatError, ShapeError, show } from '../../errors.js';
import { Generator } from '../../random.js';
import { colored } from './colored.js';
import { fitTemplates } from './fit.js';
import { classOf } from './metrics.js';
import { type Family, LARGEST, SMALLEST, templates } from './templates.js';

/**
 * What random filters are made of: 'normal' and 'uniform' have independent taps; 'colored' ones have the second moments
 * of image patches, as one gradient step with random errors would give, and no mean; 'permuted' ones are given filters
 * with their own taps in random order.
 */
export type NullKind = 'normal' | 'uniform' | 'colored' | 'permuted';

/** What filters look like that nothing was learned into. */
export interface NullDistribution {
  kind: NullKind;
  /** k: the filters are k x k. */
  size: number;
  /** R2ori of each draw. */
  r2ori: Float64Array;
  /** Share of the draws in each class. */
  classes: Record<Family | 'unclassified', number>;
  /** Draw i is of given filter i % sources, when they are permuted; 1 otherwise. */
  sources: number;
}

export interface NullOptions {
  /** How many random filters: 40,000 unless given; a p-value below about `sources` / `draws` means no more than that. */
  draws?: number;
  /** 0 unless given. */
  seed?: number | string;
  /** For 'colored': images [channels, height, width] whose patches give the second moments. */
  patches?: Dataset;
  /** For 'permuted': the filters, [n, k, k], row-major; leave dead ones out. */
  filters?: ArrayLike<number>;
}

/**
 * Draws random filters and measures them as `filterMetrics` does.
 * @param size k from 3 to 11
 */
export function nullDistribution(kind: NullKind, size: number, options: NullOptions = {}): NullDistribution {
  const where = 'nullDistribution';
  checkOptions(where, options, ['draws', 'seed', 'patches', 'filters']);
  checkNumber(where, 'the kernel size', size, { least: SMALLEST, most: LARGEST, whole: true });
  const draws = checkNumber(where, 'draws', options.draws ?? 40_000, { least: 1, whole: true });
  const generator = new Generator(options.seed ?? 0);
  const area = size * size;
  const next = sampler(kind, size, generator, options);
  const filters = new Float32Array(draws * area);
  for (let i = 0; i < draws; i++) next(filters.subarray(i * area, (i + 1) * area), i);

  const { r2ori, r2best, best } = fitTemplates(filters, size);
  const list = templates(size);
  const classes = { edge: 0, line: 0, blob: 0, unclassified: 0 };
  best.forEach((template, i) => {
    classes[classOf(r2best[i], list[template], size)] += 1 / draws;
  });
  return { kind, size, r2ori, classes, sources: kind === 'permuted' ? sourcesOf(size, options) : 1 };
}

function fill(taps: Float32Array, value: (tap: number) => number): void {
  for (let tap = 0; tap < taps.length; tap++) taps[tap] = value(tap);
}

/** Fills an array with the taps of draw i. */
type Sampler = (taps: Float32Array, i: number) => void;

function sampler(kind: NullKind, size: number, generator: Generator, options: NullOptions): Sampler {
  switch (kind) {
    case 'normal':
      return (taps) => fill(taps, () => generator.normal());
    case 'uniform':
      return (taps) => fill(taps, () => generator.uniform(-1, 1));
    case 'colored': {
      const draw = colored(size, options.patches, generator);
      return (taps) => taps.set(draw());
    }
    case 'permuted': {
      const sources = sourcesOf(size, options);
      const given = options.filters as ArrayLike<number>;
      return (taps, i) => {
        const first = (i % sources) * taps.length;
        fill(taps, (tap) => given[first + tap]);
        generator.shuffle(taps);
      };
    }
    default:
      throw new ArgumentError(
        'nullDistribution',
        `expected the kind 'normal', 'uniform', 'colored' or 'permuted', got ${show(kind)}`,
      );
  }
}

function sourcesOf(size: number, { filters }: NullOptions): number {
  const sources = (filters?.length ?? 0) / (size * size);
  if (!filters || sources === 0 || !Number.isInteger(sources)) {
    const got = filters ? `${filters.length} numbers` : 'none';
    throw new ShapeError('nullDistribution', `expected filters [n, ${size}, ${size}] to permute, got ${got}`);
  }
  for (let i = 0; i < sources; i++) {
    const norm = Math.hypot(...Array.prototype.slice.call(filters, i * size * size, (i + 1) * size * size));
    if (norm > 0 && norm < Infinity) continue;
    throw new FormatError(
      'nullDistribution',
      `expected filters to permute that are not dead, got one of norm ${norm} at ${i}`,
    );
  }
  return sources;
}
