import { expect, test } from 'vitest';
import {
  areaUnder,
  asinhScale,
  decadesTo,
  linearScale,
  mostOf,
  pathOf,
  ticksOf,
} from '../examples/playground/src/charts/scales.js';

test('an axis has about five round numbers, and holds its range', () => {
  expect(ticksOf([0, 1])).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
  expect(ticksOf([0, 2.31])).toEqual([0, 0.5, 1, 1.5, 2, 2.5]);
  expect(ticksOf([0, 0.0031])).toEqual([0, 0.001, 0.002, 0.003, 0.004]);
  expect(ticksOf([0, 42])).toEqual([0, 10, 20, 30, 40, 50]);
  expect(ticksOf([-3, 7])).toEqual([-4, -2, 0, 2, 4, 6, 8]);
});

test('steps lie on a scale that is linear at first and logarithmic later', () => {
  const x = asinhScale(1410, 46, 500);
  expect([x(0), x(1410)]).toEqual([46, 500]);
  expect(x(2) - x(0)).toBeCloseTo(2 * (x(1) - x(0)), 0);
  expect(x(1000) - x(500)).toBeCloseTo(x(500) - x(250), 0);
  expect(decadesTo(1410)).toEqual([0, 3, 10, 30, 100, 300, 1000]);
});

test('a line goes over gaps and over what is no number, and an area goes down at its ends', () => {
  const y = linearScale(0, 1, 100, 0);
  const path = pathOf([10, 20, 30, 40], [null, 0.5, Number.NaN, 1], y);
  expect(path).toBe('M20.0 50.0L40.0 0.0');
  expect(areaUnder(path, 100)).toBe('M20.0 50.0L40.0 0.0V100H20.0Z');
  expect(areaUnder(pathOf([10], [null], y), 100)).toBe('');
  expect(
    mostOf([
      [null, 2, Number.POSITIVE_INFINITY],
      [3, null],
    ]),
  ).toBe(3);
  expect(mostOf([[], [null, 0]])).toBe(1);
});
