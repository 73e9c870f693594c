import { beforeAll, describe, expect, test } from 'vitest';
import { loadMnist } from '../datasets/index.js';
import { Dataset } from '../src/index.js';
import { colored } from '../src/inspect/filters/colored.js';
import { quantile, randomLayers } from '../src/inspect/filters/emergence.js';
import { filterMetrics } from '../src/inspect/filters/metrics.js';
import { type NullKind, nullDistribution } from '../src/inspect/filters/nulls.js';
import { Generator } from '../src/random.js';
import { noise, picture } from './filter-samples.js';
import { dot, expectShare, mean, variance } from './statistics.js';

let train: Dataset;
beforeAll(async () => {
  ({ train } = await loadMnist());
});

const images = (inputs: ArrayLike<number>, shape: number[], count: number) =>
  new Dataset(inputs, shape, Array(count).fill(0));
const share = (values: Float64Array, least: number) => values.filter((value) => value >= least).length / values.length;

describe('independent taps', () => {
  // The study in PyTorch: mean R2ori, its 99th percentile, and that of the mean over a layer of 8; 40,000 draws.
  test.each([
    [3, 0.563, 0.891, 0.686],
    [5, 0.271, 0.516, 0.347],
    [7, 0.155, 0.308, 0.202],
  ])('k = %i: mean, 99th percentile and layer of 8 are those of the study', (k, average, high, layer99) => {
    const { r2ori, classes } = nullDistribution('normal', k, { seed: 'table' });
    expect(r2ori).toHaveLength(40_000);
    expect(Math.abs(mean(r2ori) - average)).toBeLessThan(5 * Math.sqrt((2 * variance(r2ori)) / 40_000) + 5e-4);
    expectShare(share(r2ori, high), 0.01, 20_000, 5e-4);
    expectShare(
      share(randomLayers({ kind: 'normal', size: k, channels: 1, r2ori, classes, sources: 1 }, 8), layer99),
      0.01,
      5000,
    );
    if (k === 5) expect(Math.max(...r2ori.subarray(0, 20_000), ...r2ori.subarray(20_000))).toBeLessThan(0.8);
  });

  test.each([4, 6, 8, 9, 10, 11])('k = %i: one draw in a hundred is classified', (k) => {
    const { classes } = nullDistribution('normal', k, { draws: 6000, seed: 'thresholds' });
    expectShare(classes.unclassified, 0.99, 6000);
    expect(classes.edge + classes.line + classes.blob + classes.unclassified).toBeCloseTo(1, 9);
  });

  test.each<[NullKind, (generator: Generator) => number]>([
    ['normal', (generator) => generator.normal()],
    ['uniform', (generator) => generator.uniform(-1, 1)],
  ])("'%s' draws are measured as filterMetrics measures them", (kind, tap) => {
    const found = nullDistribution(kind, 3, { draws: 3000, seed: 5 });
    const generator = new Generator(5);
    const taps = Float32Array.from({ length: 3000 * 9 }, () => tap(generator));
    const metrics = filterMetrics(taps, [3000, 1, 3, 3]);
    expect([...found.r2ori]).toEqual(metrics.map(({ r2ori }) => r2ori));
    for (const name of ['edge', 'line', 'blob', 'unclassified'] as const) {
      expect(found.classes[name]).toBeCloseTo(metrics.filter((each) => each.class === name).length / 3000, 9);
    }
  });

  test('the same seed draws the same, another seed others; without one it is seed 0', () => {
    const patches = train.take(20);
    for (const kind of ['normal', 'uniform', 'colored', 'permuted', 'rotated'] as const) {
      const draw = (seed?: number | string) =>
        nullDistribution(kind, 4, {
          draws: 50,
          patches,
          filters: noise(1, 48),
          ...(seed !== undefined && { seed }),
        });
      expect(draw(3)).toEqual(draw('3'));
      expect(draw(3).r2ori).not.toEqual(draw(4).r2ori);
      expect(draw()).toEqual(draw(0));
      expect(draw()).toMatchObject({ kind, size: 4, sources: kind === 'permuted' || kind === 'rotated' ? 3 : 1 });
    }
  });
});

describe('permuted', () => {
  const delta = picture(5, (x, y) => (x === 0 && y === 0 ? 1 : 0));
  const constant = picture(5, () => 2);
  const step = picture(5, (x) => (x > 0 ? 1 : 0));

  test('draw i has the taps of filter i % n: a lone tap comes to every place equally often, a constant stays one', () => {
    const draws = 3 * 5000;
    const { r2ori, sources } = nullDistribution('permuted', 5, { filters: [...delta, ...constant, ...step], draws });
    expect(sources).toBe(3);
    const of = (source: number) => r2ori.filter((_, i) => i % 3 === source);
    expect(Math.max(...of(1))).toBeLessThan(1e-12);

    const places = filterMetrics(
      Array.from({ length: 25 }, (_, place) => Array.from({ length: 25 }, (_, tap) => (tap === place ? 1 : 0))).flat(),
      [25, 1, 5, 5],
    ).map((each) => each.r2ori);
    const near = (value: number, place: number) => Math.abs(value - place) < 1e-6;
    for (const place of places) {
      const equal = places.filter((other) => near(other, place)).length; // By symmetry 1, 4 or 8.
      expectShare(of(0).filter((value) => near(value, place)).length / 5000, equal / 25, 5000);
    }
    expect(of(0).every((value) => places.some((place) => near(value, place)))).toBe(true);
    expect(of(2).every((value) => value > 1e-3)).toBe(true);
  });

  test('the order of the taps is all that is lost: an edge loses its orientation, noise nothing', () => {
    const filters = noise('permuted', 40 * 25);
    const before = filterMetrics(filters, [40, 1, 5, 5]).map(({ r2ori }) => r2ori);
    const { r2ori } = nullDistribution('permuted', 5, { filters, draws: 40 * 100 });
    expect(Math.abs(mean(r2ori) - mean(before))).toBeLessThan(5 * Math.sqrt(variance(before) / 40));
    const edge = nullDistribution('permuted', 5, { filters: step, draws: 1000 }).r2ori;
    expect(mean(edge)).toBeLessThan(0.3);
  });
});

describe('colored', () => {
  /** The sum of p p^T over patches, in plain loops; `turned` swaps the two axes of a patch. */
  function moments(data: Dataset, size: number, turned = false): number[][] {
    const [channels, height, width] = data.inputShape;
    const sum = Array.from({ length: size ** 2 }, () => Array<number>(size ** 2).fill(0));
    for (let plane = 0; plane < data.length * channels; plane++) {
      for (let top = 0; top + size <= height; top++) {
        for (let left = 0; left + size <= width; left++) {
          const patch = sum.map((_, tap) => {
            const [r, c] = turned ? [tap % size, Math.floor(tap / size)] : [Math.floor(tap / size), tap % size];
            return data.inputs[(plane * height + top + r) * width + left + c];
          });
          for (const [i, row] of sum.entries()) for (let j = 0; j < patch.length; j++) row[j] += patch[i] * patch[j];
        }
      }
    }
    return sum;
  }
  /** What is left of a covariance when every draw loses its mean, scaled to trace 1. */
  function centered(matrix: number[][]): number[][] {
    const rows = matrix.map(mean);
    const all = mean(rows);
    const rest = matrix.map((row, i) => row.map((value, j) => value - rows[i] - rows[j] + all));
    const trace = rest.reduce((sum, row, i) => sum + row[i], 0);
    return rest.map((row) => row.map((value) => value / trace));
  }
  /** The largest distance of a sample's covariance from the expected one, in standard errors. */
  function distance(draws: Float64Array[], expected: number[][]): number {
    const energy = mean(draws.map((taps) => dot(taps, taps)));
    return Math.max(
      ...expected.flatMap((row, i) =>
        row.map((value, j) => {
          const found = mean(draws.map((taps) => taps[i] * taps[j])) / energy;
          return Math.abs(found - value) / Math.sqrt((row[i] * expected[j][j] + value ** 2) / draws.length);
        }),
      ),
    );
  }
  /** Noise with a mean of its own, smooth along rows in the first half of the images. */
  function smooth(shape: number[], count: number): Dataset {
    const raw = noise(`images ${shape}`, count * shape[0] * shape[1] * shape[2]);
    return images(
      raw.map((value, i) => 0.5 + value + (i < raw.length / 2 ? (raw[i - 1] ?? 0) + (raw[i - 2] ?? 0) : 0)),
      shape,
      count,
    );
  }

  test.each([
    ['two channels', 3, [2, 5, 8], 20],
    ['more than one matrix product', 3, [3, 60, 90], 12],
    ['patches as large as the images', 4, [1, 4, 4], 50],
    ['one row of patches, even size', 4, [3, 4, 9], 10],
  ] as const)('%s: draws have the second moments of the patches, without the mean', (_, size, shape, count) => {
    const data = smooth([...shape], count);
    const draw = colored(size, data, new Generator('colored'));
    const draws = Array.from({ length: 10_000 }, draw);
    for (const taps of draws.slice(0, 100)) expect(Math.abs(mean(taps))).toBeLessThan(1e-12 * Math.hypot(...taps));
    expect(distance(draws, centered(moments(data, size)))).toBeLessThan(5);
    expect(distance(draws, centered(moments(data, size, true)))).toBeGreaterThan(10);
    for (let tap = 0; tap < size ** 2; tap++) {
      const own = draws.map((taps) => taps[tap]);
      expect(Math.abs(mean(own))).toBeLessThan(5 * Math.sqrt(variance(own) / draws.length));
    }
  });

  test('of more than 1,000 images an even choice is taken', () => {
    const kinds = [picture(3, (x) => x + 1), picture(3, (_, y) => 2 * y)];
    const data = images(Array.from({ length: 2500 }, (_, i) => kinds[i < 1250 ? 0 : 1]).flat(), [1, 3, 3], 2500);
    const draws = Array.from({ length: 10_000 }, colored(3, data, new Generator(1)));
    const halves = images(kinds.flat(), [1, 3, 3], 2);
    expect(mean(draws.map((taps) => taps[1] ** 2)) / mean(draws.map((taps) => taps[3] ** 2))).toBeCloseTo(
      centered(moments(halves, 3))[1][1] / centered(moments(halves, 3))[3][3],
      0,
    );
    expect(draws.every((taps) => Math.abs(taps[4]) < 1e-2 * Math.hypot(...taps))).toBe(true); // The center tells nothing.
  });

  test.each([
    [3, 0.8],
    [5, 0.655],
    [7, 0.56],
  ])('k = %i: R2ori over digits has mean %d, as in the study on all of MNIST', (k, average) => {
    const found = nullDistribution('colored', k, { patches: train, draws: 10_000 });
    expect(Math.abs(mean(found.r2ori) - average)).toBeLessThan(0.01);
    if (k === 5) expect(Math.abs(share(found.r2ori, 0.7) - 0.42)).toBeLessThan(0.025);
    expect(quantile(found.r2ori.sort(), 0.99)).toBeLessThan(1);
  });
});

describe('several channels', () => {
  test('normal ones need none: the first component of any number has the distribution of one', () => {
    const { r2ori } = nullDistribution('normal', 5, { draws: 4000, channels: 3 });
    expect(r2ori).toEqual(nullDistribution('normal', 5, { draws: 4000 }).r2ori);
    const three = filterMetrics(noise('three', 4000 * 75), [4000, 3, 5, 5]).map((each) => each.r2ori);
    const error = Math.sqrt((variance(three) + variance(r2ori)) / 4000);
    expect(Math.abs(mean(three) - mean(r2ori))).toBeLessThan(4 * error);
    const sorted = [three, r2ori].map((values) => Float64Array.from(values).sort());
    for (const q of [0.1, 0.5, 0.9, 0.99]) {
      expect(Math.abs(quantile(sorted[0], q) - quantile(sorted[1], q)), `${q}`).toBeLessThan(0.02);
    }
  });

  test('uniform and permuted draws are measured as filterMetrics measures them', () => {
    const found = nullDistribution('uniform', 3, { draws: 500, seed: 5, channels: 2 });
    const generator = new Generator(5);
    const taps = Float64Array.from({ length: 500 * 18 }, () => generator.uniform(-1, 1));
    expect(found.channels).toBe(2);
    filterMetrics(taps, [500, 2, 3, 3]).forEach(({ r2ori }, i) => {
      expect(found.r2ori[i]).toBeCloseTo(r2ori, 5);
    });
    const filters = noise('permuted, 2', 4 * 18);
    const permuted = nullDistribution('permuted', 3, { filters, channels: 2, draws: 4, seed: 1 });
    expect(permuted).toMatchObject({ sources: 4, channels: 2 });
    const order = new Generator(1);
    const moved = [0, 1, 2, 3].flatMap((i) => {
      const places = order.shuffle(Float64Array.from({ length: 9 }, (_, at) => at));
      return [0, 1].flatMap((c) => Array.from(places, (at) => filters[18 * i + 9 * c + at]));
    });
    filterMetrics(moved, [4, 2, 3, 3]).forEach(({ r2ori }, i) => {
      expect(permuted.r2ori[i]).toBeCloseTo(r2ori, 5);
    });
  });

  test('colored ones like equal channels are those of one channel; all of a filter but its mean counts', () => {
    const patches = train.take(200);
    const one = nullDistribution('colored', 3, { patches, draws: 4000 });
    const equal = [...noise('equal', 9), ...noise('equal', 9)];
    const like = (filters: number[]) =>
      nullDistribution('colored', 3, { patches, filters, channels: 2, draws: 4000 }).r2ori;
    const error = Math.sqrt((2 * variance(one.r2ori)) / 4000);
    expect(Math.abs(mean(like(equal)) - mean(one.r2ori))).toBeLessThan(4 * error);
    expect(Math.abs(mean(like(Array(18).fill(1))) - mean(one.r2ori))).toBeLessThan(4 * error);
    const other = like([...noise('equal', 9), ...noise('other', 9)]);
    const moved = like([...noise('equal', 9).map((tap) => tap + 3), ...noise('other', 9)]);
    expect(Math.max(...moved.map((value, i) => Math.abs(value - other[i])))).toBeLessThan(1e-3);
    expect(like([...noise('equal', 9), ...noise('equal', 9)])).not.toEqual(other);
  });

  test('what does not fit is refused', () => {
    const patches = train.take(2);
    const colored = (filters?: ArrayLike<number>) => () =>
      nullDistribution('colored', 3, { patches, channels: 2, draws: 10, ...(filters && { filters }) });
    expect(colored()).toThrow('expected filters [n, 2, 3, 3] whose channels those of the draws are to be as alike as');
    expect(colored(noise(1, 27))).toThrow('got 27 numbers');
    expect(colored(new Float32Array(18))).toThrow('that are not dead, got one of norm 0 at 0');
    expect(() => nullDistribution('normal', 3, { channels: 0 })).toThrow('channels to be a whole number of at least 1');
  });
});

describe('what cannot be drawn is refused', () => {
  const refused = (message: string, kind: NullKind, size: number, options: object, name = 'ArgumentError') => {
    expect(() => nullDistribution(kind, size, options)).toThrow(message);
    expect(() => nullDistribution(kind, size, options)).toThrow(expect.objectContaining({ name }));
  };

  test('kind, size, options', () => {
    const kinds = "'normal', 'uniform', 'colored', 'permuted' or 'rotated'";
    refused(`expected the kind to be ${kinds}, got 'pink'`, 'pink' as NullKind, 5, {});
    refused('expected the kernel size to be a whole number from 3 to 11, got 2', 'normal', 2, {});
    refused('got 12', 'normal', 12, {});
    refused('got 4.5', 'normal', 4.5, {});
    refused("unknown option 'draw'; the options are draws, seed, channels, patches, filters", 'normal', 5, { draw: 9 });
    refused('expected draws to be a whole number of at least 1, got 0', 'normal', 5, { draws: 0 });
    expect(nullDistribution('normal', 5, { draws: 1 }).r2ori).toHaveLength(1);
  });

  test('images', () => {
    const refuse = (message: string, patches: unknown, name?: string) =>
      refused(message, 'colored', 3, { patches, draws: 10 }, name);
    refuse("expected the images for 'colored', patches, to be a Dataset, got undefined", undefined);
    refuse('got an empty dataset', images([], [1, 5, 5], 0));
    refuse('at least 3 x 3 pixels, got [1, 2, 9]', images(noise(1, 18), [1, 2, 9], 1), 'ShapeError');
    refuse('got [9, 9]', images(noise(1, 81), [9, 9], 1), 'ShapeError');
    for (const value of [0, 0.1, 255, Number.NaN, Infinity]) {
      refuse('expected images with contrast', images(Array(200).fill(value), [2, 5, 5], 4), 'FormatError');
    }
    // Only one pixel in all patches, or one that is always black, is enough.
    const lone = images(
      picture(3, (x, y) => (x === 1 && y === 1 ? 1 : 0)),
      [1, 3, 3],
      1,
    );
    expect([...nullDistribution('colored', 3, { patches: lone, draws: 10 }).r2ori].every(Number.isFinite)).toBe(true);
  });

  test('filters to permute', () => {
    const refuse = (message: string, filters: unknown, name = 'ShapeError') =>
      refused(message, 'permuted', 3, { filters, draws: 10 }, name);
    refuse('expected filters [n, 3, 3] to permute, got none', undefined);
    refuse('got 0 numbers', []);
    refuse('got 10 numbers', noise(1, 10));
    refuse('that are not dead, got one of norm 0 at 1', [...noise(1, 9), ...Array(9).fill(0)], 'FormatError');
    refuse('got one of norm NaN at 0', Array(9).fill(Number.NaN), 'FormatError');
    const short = nullDistribution('permuted', 3, { filters: noise(1, 36), draws: 3 });
    expect(() => randomLayers(short, 4)).toThrow('expected at least 4 draws, got 3');
  });
});
