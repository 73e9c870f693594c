import { describe, expect, test } from 'vitest';
import { emergence } from '../src/inspect/filters/emergence.js';
import { fitTemplates } from '../src/inspect/filters/fit.js';
import { type FilterMetrics, filterMetrics } from '../src/inspect/filters/metrics.js';
import { filterPatterns } from '../src/inspect/filters/pattern.js';
import { templates } from '../src/inspect/filters/templates.js';
import { expectClose } from './close.js';
import { noise, oriented, picture } from './filter-samples.js';
import { dot, expectShare, kolmogorov, mean, variance } from './statistics.js';

const DRAWS = 40_000;
const sizeOf = (taps: ArrayLike<number>) => Math.sqrt(taps.length);
const measure = (taps: ArrayLike<number>) => filterMetrics(taps, [1, 1, sizeOf(taps), sizeOf(taps)])[0];
/** From one angle to another, in degrees: edges and lines run the same way after half a turn. */
const turn = (from: number, to: number) => {
  const difference = Math.abs(from - to) % 180;
  return Math.min(difference, 180 - difference);
};

describe('random filters have the distributions that theory gives, over 40,000 of them', () => {
  /** The integral of (1 - u^2)^power from 0 to `end`, by Simpson's rule. */
  const cap = (power: number, end: number, steps = 40) => {
    let sum = 0;
    for (let i = 0; i <= steps; i++) {
      const weight = i === 0 || i === steps ? 1 : i % 2 === 0 ? 2 : 4;
      sum += weight * (1 - ((i * end) / steps) ** 2) ** power;
    }
    return (sum * end) / steps / 3;
  };
  /** Cumulative distributions for d independent normal taps: Beta(1, b), Beta(2, b) and Beta(1/2, b). */
  const theory: Record<'j1' | 'jori' | 'dc', (d: number) => (x: number) => number> = {
    j1: (d) => (x) => 1 - (1 - x) ** ((d - 2) / 2),
    jori: (d) => (x) => 1 - (1 - x) ** ((d - 4) / 2) * (1 + (x * (d - 4)) / 2),
    dc: (d) => {
      const all = cap((d - 3) / 2, 1);
      return (x) => cap((d - 3) / 2, Math.sqrt(x)) / all;
    },
  };
  const means = { j1: 2, jori: 4, dc: 1 };
  /** Mean and 99th percentile, as an independent study in PyTorch found them with other 40,000 draws. */
  const study: Record<number, Partial<Record<keyof FilterMetrics, [number, number]>>> = {
    3: { r2ori: [0.563, 0.891], jori: [0.444, 0.898], moran: [-0.126, 0.356] },
    5: { r2ori: [0.271, 0.516], jori: [0.16, 0.451], moran: [-0.041, 0.295] },
    7: { r2ori: [0.155, 0.308], jori: [0.082, 0.253], moran: [-0.021, 0.224] },
  };
  const chance: Record<number, number> = { 3: 0.0085, 5: 0.0079, 7: 0.0085 };

  test.each([3, 4, 5, 7])('k = %i', (k) => {
    const d = k * k;
    const metrics = filterMetrics(noise(`theory ${k}`, DRAWS * d), [DRAWS, 1, k, k]);
    const values = (key: 'r2ori' | 'j1' | 'jori' | 'dc' | 'moran') => Float64Array.from(metrics, (each) => each[key]);
    for (const key of ['j1', 'jori', 'dc'] as const) {
      const drawn = values(key);
      expect(kolmogorov(drawn, theory[key](d)), key).toBeLessThan(2.2);
      expect(kolmogorov(drawn, theory[key](1.1 * d)), `${key}, of too many taps`).toBeGreaterThan(2.5);
      expect(Math.abs(mean(drawn) - means[key] / d)).toBeLessThan(5 * Math.sqrt(variance(drawn) / DRAWS));
    }

    // Moran's I of normal taps: Cliff & Ord, Spatial Processes (1981), with w_ij = 1 for each of 2 * pairs neighbors.
    const moran = values('moran');
    const pairs = 2 * k * (k - 1);
    const degrees = picture(k, (x, y) => 4 - [x, y].filter((at) => Math.abs(at) === (k - 1) / 2).length);
    const [S0, S1, S2] = [2 * pairs, 4 * pairs, 4 * dot(degrees, degrees)];
    const spread = (d * d * S1 - d * S2 + 3 * S0 * S0) / (S0 * S0 * (d * d - 1)) - 1 / (d - 1) ** 2;
    expect(Math.abs(mean(moran) + 1 / (d - 1))).toBeLessThan(5 * Math.sqrt(spread / DRAWS));
    expect(Math.abs(variance(moran) / spread - 1)).toBeLessThan(0.05);

    // Both this run and the study's have a sampling error, and the study's figures have three digits.
    for (const [key, [average, high]] of Object.entries(study[k] ?? {})) {
      const drawn = values(key as 'r2ori');
      expect(Math.abs(mean(drawn) - average), key).toBeLessThan(5 * Math.sqrt((2 * variance(drawn)) / DRAWS) + 5e-4);
      expectShare(drawn.filter((value) => value > high).length / DRAWS, 0.01, DRAWS / 2, 5e-4);
    }
    const share = (...classes: string[]) => metrics.filter((each) => classes.includes(each.class)).length / DRAWS;
    expectShare(share('unclassified'), 0.99, DRAWS, 5e-4);
    if (k in chance) expectShare(share('edge', 'line'), chance[k], DRAWS / 2, 5e-4);
  });
});

describe('known filters', () => {
  // The way the edge or line runs, counter-clockwise from horizontal, as seen on paper.
  test.each([
    ['edge', 90, [1, 0, -1, 1, 0, -1, 1, 0, -1]],
    ['edge', 90, [1, 0, -1, 2, 0, -2, 1, 0, -1]],
    ['edge', 0, [1, 1, 1, 0, 0, 0, -1, -1, -1]],
    ['edge', 135, [0, 1, 1, -1, 0, 1, -1, -1, 0]], // Along the main diagonal, from top left to bottom right.
    ['edge', 45, [1, 1, 0, 1, 0, -1, 0, -1, -1]],
    ['line', 90, [-1, 2, -1, -1, 2, -1, -1, 2, -1]],
    ['line', 0, [-1, -1, -1, 2, 2, 2, -1, -1, -1]],
  ] as const)('%s at %i degrees, written by hand', (family, angle, taps) => {
    const found = measure(taps);
    expect([found.class, found.template.family, found.template.angle]).toEqual([family, family, angle]);
    expect(found.r2ori).toBeGreaterThan(0.9);
  });

  test('a diagonal of 3x3 is found at its angle, but random filters fit as well: it is not classified', () => {
    const [down, up] = [measure([2, -1, -1, -1, 2, -1, -1, -1, 2]), measure([-1, -1, 2, -1, 2, -1, 2, -1, -1])];
    for (const found of [down, up])
      expect(found).toMatchObject({ class: 'unclassified', template: { family: 'line' } });
    expect([down.template.angle, up.template.angle]).toEqual([135, 45]);
  });

  test.each([3, 5, 7])('k = %i: Prewitt, Sobel and lines turned to 32 angles are found within a step', (k) => {
    for (let i = 0; i < 32; i++) {
      const across = i * 11.25 + 3; // Not on the angles of the templates.
      const cosine = (degrees: number) => Math.cos((degrees * Math.PI) / 180);
      const ramp = picture(k, (x, y) => -x * cosine(across) - y * cosine(across - 90));
      const filters = { ramp, edge: oriented('edge', k, across, k / 4), line: oriented('line', k, across, k / 5) };
      for (const [name, taps] of Object.entries(filters)) {
        const found = measure(taps);
        const message = `${name} at ${across}`;
        expect(found.class, message).toBe(name === 'line' ? 'line' : 'edge');
        expect(found.template.family, message).toBe(found.class);
        expect(turn(found.template.angle, across + 90), message).toBeLessThanOrEqual(11.25);
      }
    }
  });

  const laplacian5 = [0, 0, 1, 0, 0, 0, 1, 2, 1, 0, 1, 2, -16, 2, 1, 0, 1, 2, 1, 0, 0, 0, 1, 0, 0];
  const ofGaussian = (size: number) =>
    picture(size, (x, y) => ((x * x + y * y) / 1.5 ** 2 - 2) * Math.exp(-(x * x + y * y) / (2 * 1.5 ** 2)));
  test.each([
    ['box', picture(5, () => 0.1)],
    ['delta, 3x3', picture(3, (x, y) => (x === 0 && y === 0 ? 1 : 0))],
    ['delta, 7x7', picture(7, (x, y) => (x === 0 && y === 0 ? 1 : 0))],
    ['delta off the center', picture(5, (x, y) => (x === 1 && y === -1 ? 3 : 0))],
    ['Gaussian', picture(5, (x, y) => Math.exp(-(x * x + y * y) / 2))],
    // A Laplacian is a center against its surroundings; R2 of a single tap without its mean: 0.90, 1.00 and 0.95.
    ['Laplacian', [0, 1, 0, 1, -4, 1, 0, 1, 0]],
    ['Laplacian with 8 neighbors', [-1, -1, -1, -1, 8, -1, -1, -1, -1]],
    ['Laplacian, 5x5', laplacian5],
    ['Laplacian of a Gaussian', ofGaussian(7)],
  ])('%s is a blob, with no second derivative in one direction', (_, taps) => {
    const found = measure(taps);
    expect(found.class).toBe('blob');
    expect(found.r2best).toBeGreaterThan(found.r2ori + 0.05);
    if (found.dc < 0.5 || found.dc > 0.999) expect(found.moran > -1 || Number.isNaN(found.moran)).toBe(true);
  });

  test.each([3, 4, 5, 7, 11])('k = %i: a checkerboard and a lone corner are nothing', (k) => {
    const checker = picture(k, (x, y) => ((x + y + k - 1) % 2 === 0 ? 1 : -1));
    expect(measure(checker)).toMatchObject({ class: 'unclassified' });
    expect(measure(checker).moran).toBeCloseTo(-1, k % 2 === 0 ? 10 : 1);
    expect(measure(checker.map((_, i) => (i === 0 ? 1 : 0))).class).toBe('unclassified');
  });

  test('a constant is all mean: its orientation is 0, and Moran says nothing', () => {
    for (const value of [1, 0.1, -1e20]) {
      const found = measure(new Float32Array(25).fill(value));
      expect(found.dc).toBeCloseTo(1, 12);
      expect(found.r2ori).toBeLessThan(1e-12);
      expect(found.moran).toBeNaN();
    }
  });
});

test.each([
  [3, 0.85],
  [5, 1.3],
  [6, 1.55],
  [7, 1.8],
])(
  'k = %i: derivatives of a Gaussian of %d pixels are all j1 or jori, and what is even all around is none of it',
  (k, s) => {
    const shares = (factor: (x: number, y: number) => number) => {
      const { j1, jori } = measure(picture(k, (x, y) => factor(x, y) * Math.exp(-(x * x + y * y) / (2 * s * s))));
      return [j1, jori].map((share) => Math.round(share * 1e9) / 1e9);
    };
    expect(shares((x, y) => 3 * x - y)).toEqual([1, 1]);
    expect(shares((x, y) => x * x - y * y + 3 * x * y)).toEqual([0, 1]);
    expect(shares((x, y) => (x * x + y * y) / (s * s) - 2)).toEqual([0, 0]);
    expect(shares(() => 1)).toEqual([0, 0]);
  },
);

describe('what must not matter', () => {
  const K = 5;
  const filters = Array.from({ length: 60 }, (_, i) => noise(`invariance ${i}`, K * K));
  const numbers = ({ r2ori, r2best, jori, j1, moran, dc }: FilterMetrics) => [r2ori, r2best, jori, j1, moran, dc];
  /** The tap that lands on row r and column c. */
  const moved = (taps: Float32Array, from: (r: number, c: number) => [number, number]) =>
    taps.map((_, i) => {
      const [r, c] = from(Math.floor(i / K), i % K);
      return taps[r * K + c];
    });

  test.each([-1, 1e-20, 1e20, -3e-3])('the filter times %d: all figures stay', (factor) => {
    for (const taps of filters) {
      const [before, after] = [measure(taps), measure(taps.map((tap) => tap * factor))];
      expectClose(numbers(after), numbers(before), 1e-6);
      expect([after.class, after.template]).toEqual([before.class, before.template]);
      expect(after.norm / before.norm / Math.abs(factor)).toBeCloseTo(1, 5);
    }
  });

  test.each<[string, (r: number, c: number) => [number, number], (angle: number) => number]>([
    ['a quarter turn, counter-clockwise', (r, c) => [c, K - 1 - r], (angle) => (angle + 90) % 180],
    ['a mirror, left for right', (r, c) => [r, K - 1 - c], (angle) => (180 - angle) % 180],
    ['a mirror in the main diagonal', (r, c) => [c, r], (angle) => (270 - angle) % 180],
  ])('%s turns the angle and leaves the figures', (_, from, expected) => {
    for (const taps of filters) {
      const [before, after] = [measure(taps), measure(moved(taps, from))];
      expectClose(numbers(after), numbers(before), 1e-5);
      expect(after.template.angle).toBeCloseTo(expected(before.template.angle), 9);
    }
  });

  test('energy in the mean cannot be explained by an edge or a line', () => {
    for (const taps of filters) {
      const found = measure(taps.map((tap) => tap + 0.5));
      expect(found.r2ori).toBeLessThanOrEqual(1 - found.dc + 1e-6);
      expect(found.jori).toBeLessThanOrEqual(1 - found.dc + 1e-12);
      expect(found.r2best).toBeGreaterThanOrEqual(Math.max(found.r2ori, found.dc - 1e-6));
    }
  });
});

describe('templates', () => {
  const scales = { 3: [0.6, 0.85, 1.5], 5: [0.7, 1, 1.5, 2.5], 7: [0.8, 1.2, 1.8, 3] };
  const offsets = { 3: [-0.5, 0, 0.5], 5: [-1, -0.5, 0, 0.5, 1], 7: [-1.5, -1, -0.5, 0, 0.5, 1, 1.5] };
  /** The edges and lines once more, from their formula, or from one that is wrong. */
  function bank(k: 3 | 5 | 7, { angles = 16, long = 2, keepMean = false, shift = 0 } = {}): number[][] {
    const all: number[][] = [];
    for (let a = 0; a < angles; a++) {
      const [cos, sin] = [Math.cos((a * Math.PI) / angles), Math.sin((a * Math.PI) / angles)];
      for (const e of [1, long]) {
        for (const s of scales[k]) {
          for (const d of offsets[k]) {
            for (const odd of [true, false]) {
              const values = picture(k, (x, y) => {
                const [u, v] = [x * cos + y * sin - d - shift, -x * sin + y * cos];
                return (odd ? -u : 1 - (u / s) ** 2) * Math.exp(-(u * u) / (2 * s * s) - (v * v) / (2 * e * e * s * s));
              });
              all.push(keepMean ? values : values.map((value) => value - mean(values)));
            }
          }
        }
      }
    }
    return all;
  }
  const best = (taps: ArrayLike<number>, pictures: ArrayLike<number>[]) =>
    Math.max(...pictures.map((each) => dot(taps, each) ** 2 / dot(each, each))) / dot(taps, taps);

  test.each([3, 5, 7] as const)('k = %i: R2ori is that of the formula, and a slightly wrong bank is noticed', (k) => {
    const all = noise(`bank ${k}`, 20 * k * k);
    const filters = Array.from({ length: 20 }, (_, i) => all.subarray(i * k * k, (i + 1) * k * k));
    const { r2ori } = fitTemplates(all, k);
    const distance = (pictures: number[][]) =>
      Math.max(...filters.map((taps, i) => Math.abs(best(taps, pictures) - r2ori[i])));
    expect(distance(bank(k))).toBeLessThan(1e-5);
    for (const wrong of [{ angles: 15 }, { long: 1.9 }, { keepMean: true }, { shift: 0.05 }]) {
      expect(distance(bank(k, wrong)), JSON.stringify(wrong)).toBeGreaterThan(1e-3);
    }
  });

  test.each([3, 4, 5, 6, 7, 8, 9, 10, 11])('k = %i: one matrix product agrees with a loop in float64', (k) => {
    const count = 70; // More than one matrix product.
    const all = noise(`loop ${k}`, count * k * k);
    const list = templates(k);
    const fits = fitTemplates(all, k);
    const two = [list.filter(({ family }) => family !== 'blob'), list].map((some) => some.map(({ values }) => values));
    for (let i = 0; i < count; i += 6) {
      const taps = all.subarray(i * k * k, (i + 1) * k * k);
      expect(Math.abs(fits.r2ori[i] - best(taps, two[0]))).toBeLessThan(1e-5);
      expect(Math.abs(fits.r2best[i] - best(taps, two[1]))).toBeLessThan(1e-5);
      expect(Math.abs(fits.r2ori[i] - best(taps, [list[fits.oriented[i]].values]))).toBeLessThan(1e-5);
      expect(Math.abs(fits.r2best[i] - best(taps, [list[fits.best[i]].values]))).toBeLessThan(1e-5);
    }
  });

  test.each([3, 5, 7] as const)('k = %i: as many as the description says, of its scales and offsets', (k) => {
    const list = templates(k);
    for (const family of ['edge', 'line']) {
      const own = list.filter((template) => template.family === family);
      expect(own).toHaveLength(16 * 2 * scales[k].length * offsets[k].length);
      expect([...new Set(own.map(({ angle }) => angle))].sort((a, b) => a - b)).toEqual(
        Array.from({ length: 16 }, (_, i) => i * 11.25),
      );
      expect([...new Set(own.map(({ scale }) => scale))]).toEqual(scales[k]);
      const upright = own.filter(({ angle }) => angle === 90).map(({ offset }) => offset[0]);
      expect([...new Set(upright)]).toEqual(offsets[k]);
    }
  });

  test.each([3, 4, 5, 8, 11])('k = %i: each has length 1 and finds itself; edges and lines have no mean', (k) => {
    const list = templates(k);
    const found = filterMetrics(
      list.flatMap(({ values }) => [...values]),
      [list.length, 1, k, k],
    );
    const largest = (values: number[]) => values.reduce((most, value) => Math.max(most, value));
    const smallest = (values: number[]) => values.reduce((least, value) => Math.min(least, value));
    const r2best = found.map((each) => each.r2best);
    expect(largest(list.map(({ values }) => Math.abs(dot(values, values) - 1)))).toBeLessThan(1e-12);
    expect(smallest(r2best)).toBeGreaterThan(1 - 1e-5);
    expect(largest(r2best)).toBeLessThanOrEqual(1);
    const oriented = [...list.keys()].filter((i) => list[i].family !== 'blob');
    expect(largest(oriented.map((i) => Math.abs(mean(list[i].values))))).toBeLessThan(1e-12);
    expect(oriented.filter((i) => found[i].r2ori !== found[i].r2best)).toEqual([]);
    const own = oriented.map((i) => dot(found[i].template.values, list[i].values) ** 2);
    expect(smallest(own)).toBeGreaterThan(1 - 1e-5);
  });
});

describe('layers', () => {
  test('a filter of several channels is measured by what they share', () => {
    const weights = noise('layer', 4 * 3 * 25);
    const layer = filterMetrics(weights, [4, 3, 5, 5]);
    const patterns = filterPatterns(weights, [4, 3, 5, 5]);
    expect(layer.map(({ filter }) => filter)).toEqual([0, 1, 2, 3]);
    for (const [i, { taps, channels, share }] of patterns.entries()) {
      const own = weights.subarray(75 * i, 75 * (i + 1));
      const { filter: _, ...rest } = measure(taps);
      expect(layer[i]).toEqual({ ...rest, filter: i, channels, shared: share, norm: layer[i].norm });
      expect(layer[i].norm).toBeCloseTo(Math.hypot(...own), 9);
    }
  });

  test('what they share is the best approximation by one picture, the same in every channel up to a factor', () => {
    // A red and green edge with a little noise in blue; more channels than taps; equal channels.
    const edge = oriented('edge', 5, 30, 1.2);
    const opponent = [...edge, ...edge.map((tap) => -0.8 * tap), ...noise('blue', 25).map((tap) => 0.01 * tap)];
    const [found] = filterPatterns(opponent, [1, 3, 5, 5]);
    expect(found.channels[0] / found.channels[1]).toBeCloseTo(-1 / 0.8, 3);
    expect(found.share).toBeGreaterThan(0.99);
    expect(Math.hypot(...found.channels)).toBeCloseTo(1, 12);
    expect(filterMetrics(opponent, [1, 3, 5, 5])[0]).toMatchObject({ class: 'edge', channels: found.channels });
    for (const [channels, size] of [
      [3, 5],
      [20, 3],
      [2, 11],
    ]) {
      const area = size * size;
      const taps = noise(`components ${channels}`, channels * area);
      const [{ taps: pattern, channels: factors, share }] = filterPatterns(taps, [1, channels, size, size]);
      const rest = Float64Array.from(taps, (tap, i) => tap - factors[Math.floor(i / area)] * pattern[i % area]);
      expect(dot(rest, rest) / dot(taps, taps)).toBeCloseTo(1 - share, 9);
      // Neither of the two factors can be changed to fit better.
      for (let c = 0; c < channels; c++)
        expect(dot(rest.subarray(c * area, (c + 1) * area), pattern)).toBeCloseTo(0, 7);
      // Power iteration from another start finds the same share.
      let picture = Float64Array.from(noise('start', area));
      for (let step = 0; step < 2000; step++) {
        const rows = Array.from({ length: channels }, (_, c) => dot(taps.subarray(c * area, (c + 1) * area), picture));
        picture = picture.map((_, i) => rows.reduce((sum, row, c) => sum + row * taps[c * area + i], 0));
        const length = Math.hypot(...picture);
        picture = picture.map((value) => value / length);
      }
      const along = Array.from({ length: channels }, (_, c) => dot(taps.subarray(c * area, (c + 1) * area), picture));
      expect(dot(along, along) / dot(taps, taps)).toBeCloseTo(share, 6);
    }
    const [one] = filterPatterns(edge, [1, 1, 5, 5]);
    expect([[...one.taps], one.channels, one.share]).toEqual([edge, [1], 1]);
    expect(filterPatterns(new Float32Array(75), [1, 3, 5, 5])[0].share).toBeNaN();
  });

  test('dead is less than 5% of the largest norm; a filter of zeros looks like nothing', () => {
    const edge = oriented('edge', 3, 20, 1);
    const times = (factor: number) => edge.map((tap) => tap * factor);
    const layer = filterMetrics([edge, times(0.0501), times(-0.0499), times(0)].flat(), [4, 1, 3, 3]);
    expect(layer.map((each) => each.class)).toEqual(['edge', 'edge', 'dead', 'dead']);
    expect(layer[2].r2ori).toBeCloseTo(layer[0].r2ori, 6);
    const { r2ori, r2best, jori, j1, moran, dc, norm } = layer[3];
    expect([r2ori, r2best, jori, j1, moran, dc, norm]).toEqual([...Array(6).fill(Number.NaN), 0]);
  });

  test('dead is also less than 5% of the largest norm at the start: where all fade alike, no filter stands out', () => {
    const edge = oriented('edge', 3, 20, 1);
    const times = (factor: number) => edge.map((tap) => tap * factor);
    const [weights, shape] = [[times(0.0501), times(-0.0499)].flat(), [2, 1, 3, 3]];
    const classes = (initial?: number[]) => filterMetrics(weights, shape, { initial }).map((each) => each.class);
    expect(classes()).toEqual(['edge', 'edge']);
    expect(classes([edge, times(0.2)].flat())).toEqual(['edge', 'dead']);
    expect(classes([times(0.2), times(-2)].flat())).toEqual(['dead', 'dead']);
    expect(classes([times(0.01), times(0)].flat())).toEqual(['edge', 'edge']); // Filters that grew are not dead.
    expect(() => classes([edge].flat())).toThrow(
      'expected initial weights [filters, channels, k, k] with k from 3 to 11',
    );
    expect(() => classes([...edge, ...times(Number.NaN)])).toThrow('expected finite initial weights, got NaN at 9');
    const layer = (initial?: number[]) => emergence(weights, shape, { initial });
    expect([layer().live, layer([edge, times(0.2)].flat()).live]).toEqual([2, 1]);
    expect(layer([times(0.2), times(-2)].flat())).toMatchObject({ live: 0, r2ori: Number.NaN });
  });

  test('a layer of 500 x 260 kernels fits on the stack', () => {
    const layer = filterMetrics(new Float32Array(130_000 * 9).fill(1), [500, 260, 3, 3]);
    expect(layer).toHaveLength(500);
    expect(layer[499]).toMatchObject({ filter: 499, class: 'blob' });
  });

  test('what is no layer of filters is refused', () => {
    const refuse = (length: number, shape: number[]) => expect(() => filterMetrics(new Float32Array(length), shape));
    refuse(25, [1, 1, 5, 4]).toThrow('expected weights [filters, channels, k, k] with k from 3 to 11, got 25 numbers');
    refuse(20, [1, 1, 5, 4]).toThrow(
      '[1, 1, 5, 4]: templates at 16 angles need a square; below 3x3 an edge and a line are',
    );
    for (const [length, shape] of [
      [4, [1, 1, 2, 2]],
      [144, [1, 1, 12, 12]],
      [0, [0, 1, 5, 5]],
      [25, [1, 5, 5]],
      [24, [1, 1, 5, 5]],
    ] as const) {
      refuse(length, [...shape]).toThrow(/ShapeError|k from 3 to 11/);
    }
    for (const value of [Number.NaN, Infinity]) {
      const call = () =>
        filterMetrics(
          picture(3, (x) => (x === 1 ? value : 1)),
          [1, 1, 3, 3],
        );
      expect(call).toThrow(`expected finite weights, got ${value} at 2 of [1, 1, 3, 3]`);
      expect(call).toThrow(expect.objectContaining({ name: 'FormatError' }));
    }
  });
});
