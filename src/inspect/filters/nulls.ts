import type { Dataset } from '../../data/dataset.js';
import { checkChoice, checkNumber, FormatError, readOptions, ShapeError } from '../../errors.js';
import { Generator } from '../../random.js';
import { norm, partsOf } from '../values.js';
import { colored, coloredLike } from './colored.js';
import { fitTemplates } from './fit.js';
import { classOf } from './metrics.js';
import { patternOf } from './pattern.js';
import { rotated } from './rotated.js';
import { type Family, LARGEST, SMALLEST, templates } from './templates.js';

/**
 * How random filters are drawn: 'normal' and 'uniform' have independent taps; 'colored' ones have the second moments of
 * image patches, as one gradient step with random errors would give, and no mean, and with several channels are as alike in
 * these as given filters; 'permuted' ones are given filters with their own taps in random order, the same in all channels;
 * 'rotated' ones are random orthogonal mixtures of given filters, a layer at a time: each has exactly the second moments of the
 * given layer, and needs no images.
 */
export type NullKind = 'normal' | 'uniform' | 'colored' | 'permuted' | 'rotated';

/** What random filters look like. */
export interface NullDistribution {
  kind: NullKind;
  /** k: the filters are k x k. */
  size: number;
  /** How many channels they have. */
  channels: number;
  /** R2ori of each draw. */
  r2ori: Float64Array;
  /** Share of the draws in each class. */
  classes: Record<Family | 'unclassified', number>;
  /**
   * How many filters were permuted or mixed: draw i is of filter i % sources, or of the mixture i / sources. 1 for another kind.
   */
  sources: number;
}

const WHERE = 'nullDistribution';

/** Options of `nullDistribution`. */
export interface NullOptions {
  /**
   * How many random filters, at least 1. A p-value below about `sources` / `draws` means no more than that.
   * @default 40000
   */
  draws?: number;
  /** @default 0 */
  seed?: number | string;
  /** How many channels the filters have; of 'normal' ones any number has the same distribution. @default 1 */
  channels?: number;
  /** For 'colored': images [channels, height, width] whose patches, of each channel, give the second moments. */
  patches?: Dataset;
  /**
   * For 'permuted' and 'rotated', and for 'colored' with several channels: the filters, [n, channels, k, k], row-major; leave
   * dead ones out. To be mixed there must be two at least.
   */
  filters?: ArrayLike<number>;
}

/**
 * Draws random filters and measures them as `filterMetrics` does.
 * @param size k from 3 to 11
 * @throws ShapeError for patches or filters of another shape; FormatError for patches without contrast and for filters
 * that are dead
 */
export function nullDistribution(kind: NullKind, size: number, options: NullOptions = {}): NullDistribution {
  const { r2ori, classes, ...rest } = keptNull(kind, size, options);
  return { ...rest, r2ori: r2ori.slice(), classes: { ...classes } }; // What the caller does to it stays with the caller.
}

/** Nulls that need no data, by kind, size, channels, draws and seed. */
const kept = new Map<string, NullDistribution>();
/** How many are kept: each has 320 kB of draws. */
const KEPT = 16;

/** What `nullDistribution` gives; drawn once where it needs no data, and not to be changed. */
export function keptNull(kind: NullKind, size: number, options: NullOptions = {}): NullDistribution {
  const defaults = { draws: 40_000, seed: 0, channels: 1, patches: undefined, filters: undefined };
  const { draws, seed, channels, patches, filters } = readOptions(WHERE, options, defaults);
  checkNumber(WHERE, 'the kernel size', size, { least: SMALLEST, most: LARGEST, whole: true });
  checkNumber(WHERE, 'draws', draws, { least: 1, whole: true });
  checkChoice(WHERE, 'the kind', kind, ['normal', 'uniform', 'colored', 'permuted', 'rotated']);
  checkNumber(WHERE, 'channels', channels, { least: 1, whole: true });
  if (kind !== 'normal' && kind !== 'uniform') return drawn(kind, size, channels, draws, seed, { patches, filters });
  const key = [kind, size, channels, draws, typeof seed, seed].join(' ');
  const found = kept.get(key) ?? drawn(kind, size, channels, draws, seed, {});
  kept.delete(key);
  kept.set(key, found);
  if (kept.size > KEPT) kept.delete(kept.keys().next().value!);
  return found;
}

function drawn(
  kind: NullKind,
  size: number,
  channels: number,
  draws: number,
  seed: number | string,
  { patches, filters }: Pick<NullOptions, 'patches' | 'filters'>,
): NullDistribution {
  const isLike = kind === 'permuted' || kind === 'rotated' || (kind === 'colored' && channels > 1);
  const sources = isLike ? sourcesOf(kind, size, channels, filters) : [];
  const draw = sampler(kind, size, channels, new Generator(seed), patches, sources);
  const taps = new Float32Array(draws * size * size);
  for (let i = 0; i < draws; i++) taps.set(draw(i), i * size * size);

  const { r2ori, r2best, best } = fitTemplates(taps, size);
  const list = templates(size);
  const classes = { edge: 0, line: 0, blob: 0, unclassified: 0 };
  best.forEach((template, i) => {
    classes[classOf(r2best[i], list[template], size)] += 1 / draws;
  });
  return { kind, size, channels, r2ori, classes, sources: Math.max(1, sources.length) };
}

/** Gives the pattern of draw i, until the next draw. */
type Sampler = (i: number) => ArrayLike<number>;

function sampler(
  kind: NullKind,
  size: number,
  channels: number,
  generator: Generator,
  patches: Dataset | undefined,
  sources: readonly Float64Array[],
): Sampler {
  const filled = (count: number, draw: () => number) => {
    const taps = new Float64Array(count * size * size);
    return () => {
      for (let i = 0; i < taps.length; i++) taps[i] = draw();
      return count === 1 ? taps : patternOf(taps, count).taps;
    };
  };
  switch (kind) {
    case 'normal': // Of several channels a pattern has the same distribution.
      return filled(1, () => generator.normal());
    case 'uniform':
      return filled(channels, () => generator.uniform(-1, 1));
    case 'colored': {
      if (channels === 1) return colored(size, patches, generator);
      const draw = coloredLike(size, patches, generator, sources);
      return (i) => {
        const filter = draw(i);
        return patternOf(filter.taps, filter.channels).taps;
      };
    }
    case 'rotated': {
      const draw = rotated(sources, generator);
      return (i) => patternOf(draw(i), channels).taps;
    }
    case 'permuted': {
      // One order of the taps for all channels permutes the pattern that they share.
      const patterns = sources.map((filter) => patternOf(filter, channels).taps);
      const taps = new Float64Array(size * size);
      return (i) => {
        taps.set(patterns[i % patterns.length]);
        return generator.shuffle(taps);
      };
    }
  }
}

const WHAT_FOR = {
  permuted: 'to permute',
  rotated: 'to mix (two at least)',
  colored: 'whose channels those of the draws are to be as alike as',
};

/** The filters to permute, to mix or to draw others like, checked to be some, and none of them dead. */
function sourcesOf(
  kind: NullKind,
  size: number,
  channels: number,
  filters: ArrayLike<number> | undefined,
): Float64Array[] {
  const each = channels * size * size;
  const what = WHAT_FOR[kind as keyof typeof WHAT_FOR];
  const least = kind === 'rotated' ? 2 : 1;
  if (!filters || filters.length < least * each || filters.length % each !== 0) {
    const got = filters ? `${filters.length} numbers` : 'none';
    const shape = channels === 1 ? `${size}, ${size}` : `${channels}, ${size}, ${size}`;
    throw new ShapeError(WHERE, `expected filters [n, ${shape}] ${what}, got ${got}`);
  }
  const sources = partsOf(filters, each);
  sources.forEach((filter, i) => {
    if (norm(filter) > 0 && norm(filter) < Infinity) return;
    throw new FormatError(WHERE, `expected filters ${what} that are not dead, got one of norm ${norm(filter)} at ${i}`);
  });
  return sources;
}
