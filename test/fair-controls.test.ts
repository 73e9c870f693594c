import { expect, test } from 'vitest';
import { interval } from '../examples/lib/fair/interval.js';
import { seedsOf } from '../examples/lib/fair/seeds.js';
import { differencesOf, type Run, rowsOf } from '../examples/lib/fair/summary.js';

const statistic = (excess: number, p: number) => ({ r2ori: 0.5 + excess, excess, pSmooth: p, pRotated: 1 - p });
const run = (condition: string, seed: number, excess: number | null): Run => ({
  condition,
  size: 5,
  seed,
  accuracy: 0.9,
  trainAccuracy: 1,
  seconds: 1,
  weightHash: '',
  nullMean: 0.5,
  readings: {
    trained: {
      live: excess === null ? 1 : 12,
      dc: 0.1,
      norm: 1,
      raw: excess === null ? null : statistic(excess, 0.01),
      centered: excess === null ? null : statistic(excess + 0.1, 0.2),
    },
  },
});

test('the interval of a mean, by hand: 1 to 5 has mean 3, standard error sqrt(1/2), t 2.776', () => {
  const found = interval([1, 2, 3, 4, 5]);
  expect(found).toEqual({
    mean: 3,
    count: 5,
    low: expect.closeTo(3 - 1.96293, 4),
    high: expect.closeTo(3 + 1.96293, 4),
  });
  expect(interval([7])).toEqual({ mean: 7, count: 1, low: Number.NaN, high: Number.NaN });
});

test('seeds are groups of four digits; those that are small or taken are moved', () => {
  expect(seedsOf('9637c817d163a7543b0ab87f2d73f75e20b1c184')).toEqual([
    38455, 51223, 53603, 42836, 15114, 47231, 11635, 63326, 8369, 49540,
  ]);
  expect(seedsOf(`${'03e8'.repeat(3)}03e7`)).toEqual([1000, 66_536, 132_072, 66_535]);
});

test('rows have every seed, and count what has no value; differences are those of the same seed', () => {
  const runs = [
    run('whitened', 1, 0.2),
    run('whitened', 2, 0.3),
    run('whitened', 3, 0.9),
    run('whitened, scrambled', 2, 0.2),
    run('whitened, scrambled', 1, 0.05),
    run('whitened, scrambled', 3, null),
  ];
  const [row, scrambled] = rowsOf(runs);
  expect(row).toMatchObject({ condition: 'whitened', reading: 'trained', size: 5, nullMean: 0.5, without: 0 });
  expect(row.raw).toMatchObject({ values: [0.2, 0.3, 0.9], smooth: 3, rotated: 0 });
  expect(row.centered).toMatchObject({ smooth: 0, rotated: 0 });
  expect(scrambled).toMatchObject({ without: 1 });
  expect(scrambled.raw?.values).toEqual([0.2, 0.05]);
  const [first] = differencesOf(runs);
  expect(first).toMatchObject({ what: 'whitened (trained) − whitened, scrambled (trained)', size: 5, kind: 'raw' });
  expect(first.difference).toMatchObject({ count: 2, mean: expect.closeTo(0.125, 9) });
});
