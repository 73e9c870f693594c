import { beforeAll, describe, expect, test } from 'vitest';
import { loadMnist } from '../datasets/index.js';
import type { Dataset } from '../src/index.js';
import { colored } from '../src/inspect/filters/colored.js';
import { emergence, randomLayers } from '../src/inspect/filters/emergence.js';
import { filterMetrics } from '../src/inspect/filters/metrics.js';
import { nullDistribution } from '../src/inspect/filters/nulls.js';
import { rotated } from '../src/inspect/filters/rotated.js';
import { Generator } from '../src/random.js';
import { noise, oriented } from './filter-samples.js';
import { dot, expectShare, kolmogorov, mean } from './statistics.js';

const rowsOf = (values: ArrayLike<number>, length: number) =>
  Array.from({ length: values.length / length }, (_, i) =>
    Float64Array.from(values).subarray(i * length, (i + 1) * length),
  );
const axes = (n: number) => Array.from({ length: n }, (_, i) => Float64Array.from({ length: n }, (_, j) => +(i === j)));

describe('mixtures', () => {
  test('each round of draws has the second moments of the filters, to rounding', () => {
    const filters = rowsOf(noise('moments', 6 * 9), 9);
    const draw = rotated(filters, new Generator(3));
    for (let round = 0; round < 5; round++) {
      const mixed = filters.map((_, i) => draw(6 * round + i));
      for (let s = 0; s < 9; s++) {
        for (let t = 0; t < 9; t++) {
          const moment = (rows: Float64Array[]) => rows.reduce((total, row) => total + row[s] * row[t], 0);
          expect(moment(mixed)).toBeCloseTo(moment(filters), 10);
        }
      }
      expect(Math.abs(mixed[0][0] - filters[0][0])).toBeGreaterThan(1e-3);
    }
  });

  test('the matrices are orthogonal and all alike: entries have the moments of a random unit vector', () => {
    const n = 4;
    const rounds = 1000;
    const draw = rotated(axes(n), new Generator('uniform'));
    const entries = Array.from({ length: rounds }, (_, round) => {
      const rows = axes(n).map((_, i) => draw(n * round + i));
      for (const [i, row] of rows.entries()) {
        for (const [j, other] of rows.entries()) expect(Math.abs(dot(row, other) - +(i === j))).toBeLessThan(1e-12);
      }
      return rows.flatMap((row) => [...row]);
    });
    // Of a unit vector in n dimensions: E x = 0, E x^2 = 1/n, E x^4 = 3/(n(n+2)); of every entry.
    for (let at = 0; at < n * n; at++) {
      const values = entries.map((round) => round[at]);
      const power = (k: number) => mean(values.map((value) => value ** k));
      const off = (found: number, expected: number, square: number) =>
        Math.abs(found - expected) / Math.sqrt((square - expected ** 2) / rounds);
      expect(off(power(1), 0, 1 / n)).toBeLessThan(5);
      expect(off(power(2), 1 / n, 3 / (n * (n + 2)))).toBeLessThan(5);
      expect(off(power(4), 3 / (n * (n + 2)), 105 / (n * (n + 2) * (n + 4) * (n + 6)))).toBeLessThan(5);
    }
  });

  test('of one shape in several filters nothing else can be mixed; of several channels the pattern is measured', () => {
    const edge = oriented('edge', 5, 30, 1);
    const own = filterMetrics(edge, [1, 1, 5, 5])[0].r2ori;
    const { r2ori, sources, classes } = nullDistribution('rotated', 5, {
      filters: [...edge, ...edge.map((tap) => -3 * tap)],
      draws: 40,
    });
    for (const value of r2ori) expect(value).toBeCloseTo(own, 5);
    expect([sources, classes.edge]).toEqual([2, expect.closeTo(1, 9)]);

    const filters = noise('channels', 4 * 3 * 9);
    const found = nullDistribution('rotated', 3, { filters, channels: 3, draws: 8, seed: 5 });
    const draw = rotated(rowsOf(filters, 27), new Generator(5));
    const mixed = Array.from({ length: 8 }, (_, i) => [...draw(i)]).flat();
    for (const [i, { r2ori }] of filterMetrics(mixed, [8, 3, 3, 3]).entries()) {
      expect(found.r2ori[i]).toBeCloseTo(r2ori, 5);
    }
  });

  test('fewer than two filters, and dead ones, are refused', () => {
    const refuse = (filters: ArrayLike<number> | undefined, message: string) =>
      expect(() => nullDistribution('rotated', 3, { filters, draws: 8 })).toThrow(message);
    refuse(undefined, 'expected filters [n, 3, 3] to mix (two at least), got none');
    refuse(noise(1, 9), 'to mix (two at least), got 9 numbers');
    refuse([...noise(1, 9), ...Array(9).fill(0)], 'that are not dead, got one of norm 0 at 1');
  });
});

describe('layers', () => {
  const r2ori = Float64Array.from([0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 0.4, 0.4, 0.4, 1]);
  const given = {
    kind: 'rotated',
    size: 3,
    channels: 1,
    r2ori,
    classes: { edge: 0, line: 0, blob: 0, unclassified: 1 },
  } as const;

  test('those that were drawn, each once: its own mixtures, or the first of them', () => {
    expect([...randomLayers({ ...given, sources: 3 }, 3)].map((value) => Number(value.toFixed(6)))).toEqual([
      0.2, 0.4, 0.7,
    ]);
    expect([...randomLayers({ ...given, sources: 3 }, 2)].map((value) => Number(value.toFixed(6)))).toEqual([
      0.15, 0.4, 0.6,
    ]);
    expect([...randomLayers({ ...given, sources: 2 }, 3)].map((value) => Number(value.toFixed(6)))).toEqual([
      0.2, 0.666667,
    ]);
    expect(() => randomLayers({ ...given, sources: 11 }, 11)).toThrow('expected at least 11 draws, got 10');
  });

  test('p counts them: (1 + as good) / (1 + rotations)', () => {
    const weights = noise('p', 4 * 9);
    const own = nullDistribution('rotated', 3, { filters: weights, draws: 4 * 99 });
    const { r2ori: statistic, nulls } = emergence(weights, [4, 1, 3, 3], { nulls: [own] });
    const layers = Array.from({ length: 99 }, (_, i) => mean(own.r2ori.subarray(4 * i, 4 * i + 4)));
    const better = layers.filter((layer) => layer >= statistic).length;
    expect(nulls[0]).toMatchObject({ kind: 'rotated', p: (1 + better) / 100, pFloor: 1 / 100 });
  });
});

// The claim that `emergence` makes of p, on smooth filters. 200 layers: shares are good to 0.08 (five standard errors).
describe('p where nothing was planted and filters resemble each other', () => {
  const COUNT = 200;
  const FILTERS = 8;
  let train: Dataset;
  beforeAll(async () => {
    ({ train } = await loadMnist());
  });
  /** p against smooth independent filters, and against rotations. */
  function values(seed: string, layer: (draw: () => Float64Array, generator: Generator) => number[][]) {
    const draw = colored(3, train, new Generator(`draws ${seed}`));
    const generator = new Generator(`layers ${seed}`);
    const smooth = nullDistribution('colored', 3, { patches: train, draws: 10_000 });
    const found = Array.from({ length: COUNT }, (_, i) => {
      const weights = layer(() => draw().slice(), generator).flat();
      const own = nullDistribution('rotated', 3, { filters: weights, draws: FILTERS * 79, seed: i });
      return emergence(weights, [FILTERS, 1, 3, 3], { nulls: [smooth, own] }).nulls.map(({ p }) => p);
    });
    return [0, 1].map((which) => found.map((pair) => pair[which]));
  }
  const below = (p: number[]) => p.filter((each) => each <= 0.05).length / COUNT;
  const each = <T>(make: () => T) => Array.from({ length: FILTERS }, make);

  test('independent filters: both spread evenly', () => {
    for (const p of values('independent', (draw) => each(() => [...draw()]))) {
      expect(kolmogorov(p, (x) => x)).toBeLessThan(1.95);
      expectShare(below(p), 0.05, COUNT);
    }
  });

  test('mixtures of two: against independent filters p is too small far more often; against rotations it is right', () => {
    const [smooth, own] = values('rank 2', (draw, generator) => {
      const [one, other] = [draw(), draw()];
      return each(() => {
        const [a, b] = [generator.normal(), generator.normal()];
        return Array.from(one, (tap, t) => a * tap + b * other[t]);
      });
    });
    expect(below(smooth)).toBeGreaterThan(0.12);
    expect(kolmogorov(own, (x) => x)).toBeLessThan(1.95);
    expectShare(below(own), 0.05, COUNT);
  });

  test('one part in common, of either sign: likewise', () => {
    const [smooth, own] = values('common', (draw, generator) => {
      const common = draw();
      return each(() => {
        const sign = generator.integer(2) === 0 ? -1 : 1;
        return Array.from(draw(), (tap, t) => Math.sqrt(0.4) * tap + sign * Math.sqrt(0.6) * common[t]);
      });
    });
    expect(below(smooth)).toBeGreaterThan(0.12);
    expectShare(below(own), 0.05, COUNT, 0.03);
  });
});
