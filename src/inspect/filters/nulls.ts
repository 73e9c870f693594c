import type { Dataset } from '../../data/dataset.js';
import { checkChoice, checkNumber, FormatError, readOptions, ShapeError } from '../../errors.js';
import { Generator } from '../../random.js';
import { norm, partsOf } from '../values.js';
import { colored } from './colored.js';
import { fitTemplates } from './fit.js';
import { classOf } from './metrics.js';
import { type Family, LARGEST, SMALLEST, templates } from './templates.js';

/**
 * How random filters are drawn: 'normal' and 'uniform' have independent taps; 'colored' ones have the second moments of
 * image patches, as one gradient step with random errors would give, and no mean; 'permuted' ones are given filters with
 * their own taps in random order.
 */
export type NullKind = 'normal' | 'uniform' | 'colored' | 'permuted';

/** What random filters look like. */
export interface NullDistribution {
  kind: NullKind;
  /** k: the filters are k x k. */
  size: number;
  /** R2ori of each draw. */
  r2ori: Float64Array;
  /** Share of the draws in each class. */
  classes: Record<Family | 'unclassified', number>;
  /** How many filters were permuted: draw i is of filter i % sources. 1 for another kind. */
  sources: number;
}

const WHERE = 'nullDistribution';

export interface NullOptions {
  /**
   * How many random filters, at least 1. A p-value below about `sources` / `draws` means no more than that.
   * @default 40000
   */
  draws?: number;
  /** @default 0 */
  seed?: number | string;
  /** For 'colored': images [channels, height, width] whose patches give the second moments. */
  patches?: Dataset;
  /** For 'permuted': the filters, [n, k, k], row-major; leave dead ones out. */
  filters?: ArrayLike<number>;
}

/**
 * Draws random filters and measures them as `filterMetrics` does.
 * @param size k from 3 to 11
 * @throws ShapeError for patches or filters of another shape; FormatError for patches without contrast and for filters
 * that are dead
 */
export function nullDistribution(kind: NullKind, size: number, options: NullOptions = {}): NullDistribution {
  const defaults = { draws: 40_000, seed: 0, patches: undefined, filters: undefined };
  const { draws, seed, patches, ...given } = readOptions(WHERE, options, defaults);
  checkNumber(WHERE, 'the kernel size', size, { least: SMALLEST, most: LARGEST, whole: true });
  checkNumber(WHERE, 'draws', draws, { least: 1, whole: true });
  checkChoice(WHERE, 'the kind', kind, ['normal', 'uniform', 'colored', 'permuted']);
  const sources = kind === 'permuted' ? sourcesOf(size, given.filters) : null;
  const draw = sampler(kind, size, new Generator(seed), patches, sources ?? []);
  const filters = new Float32Array(draws * size * size);
  for (let i = 0; i < draws; i++) filters.set(draw(i), i * size * size);

  const { r2ori, r2best, best } = fitTemplates(filters, size);
  const list = templates(size);
  const classes = { edge: 0, line: 0, blob: 0, unclassified: 0 };
  best.forEach((template, i) => {
    classes[classOf(r2best[i], list[template], size)] += 1 / draws;
  });
  return { kind, size, r2ori, classes, sources: sources?.length ?? 1 };
}

/** Gives the taps of draw i, until the next draw. */
type Sampler = (i: number) => ArrayLike<number>;

function sampler(
  kind: NullKind,
  size: number,
  generator: Generator,
  patches: Dataset | undefined,
  sources: readonly Float64Array[],
): Sampler {
  const taps = new Float64Array(size * size);
  const filled = (draw: () => number) => {
    for (let i = 0; i < taps.length; i++) taps[i] = draw();
    return taps;
  };
  switch (kind) {
    case 'normal':
      return () => filled(() => generator.normal());
    case 'uniform':
      return () => filled(() => generator.uniform(-1, 1));
    case 'colored':
      return colored(size, patches, generator);
    case 'permuted':
      return (i) => {
        taps.set(sources[i % sources.length]);
        return generator.shuffle(taps);
      };
  }
}

/** The filters to permute, checked to be some, and none of them dead. */
function sourcesOf(size: number, filters: ArrayLike<number> | undefined): Float64Array[] {
  if (!filters || filters.length === 0 || filters.length % (size * size) !== 0) {
    const got = filters ? `${filters.length} numbers` : 'none';
    throw new ShapeError(WHERE, `expected filters [n, ${size}, ${size}] to permute, got ${got}`);
  }
  const sources = partsOf(filters, size * size);
  sources.forEach((taps, i) => {
    if (norm(taps) > 0 && norm(taps) < Infinity) return;
    throw new FormatError(
      WHERE,
      `expected filters to permute that are not dead, got one of norm ${norm(taps)} at ${i}`,
    );
  });
  return sources;
}
