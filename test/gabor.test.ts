import { describe, expect, test } from 'vitest';
import { FormatError, Generator, ShapeError } from '../src/index.js';
import { fitGabor } from '../src/inspect/index.js';

interface Planted {
  orientation: number;
  frequency: number;
  phase: number;
  position: readonly [number, number];
  sigma: number;
}

/** A Gabor function as a filter of size x size, without its mean. */
function gabor(size: number, { orientation, frequency, phase, position, sigma }: Planted): Float64Array {
  const across = (((orientation + 90) % 180) * Math.PI) / 180;
  const taps = Float64Array.from({ length: size * size }, (_, i) => {
    const right = (i % size) - (size - 1) / 2 - position[0];
    const above = (size - 1) / 2 - Math.floor(i / size) - position[1];
    const u = right * Math.cos(across) + above * Math.sin(across);
    const wave = Math.cos(2 * Math.PI * frequency * u - (phase * Math.PI) / 180);
    return wave * Math.exp(-(right ** 2 + above ** 2) / (2 * sigma ** 2));
  });
  const mean = taps.reduce((sum, value) => sum + value, 0) / taps.length;
  return taps.map((value) => value - mean);
}

/** The degrees between two angles that repeat after `period`. */
const between = (a: number, b: number, period: number) => {
  const apart = (((a - b) % period) + period) % period;
  return Math.min(apart, period - apart);
};

const one = (taps: ArrayLike<number>, channels = 1) => {
  const size = Math.sqrt(taps.length / channels);
  return fitGabor(taps, [1, channels, size, size])[0];
};

/** Of the dictionary for 9 x 9. */
const MEMBER: Planted = {
  orientation: 135,
  frequency: 0.1 * 4.2 ** (3 / 5),
  phase: 70,
  position: [0.7, -2.1],
  sigma: 0.6 / (0.1 * 4.2 ** (3 / 5)),
};

describe('fitGabor', () => {
  test.each([-180, -100, -45, 0, 1, 45, 90, 179])('an entry of its list is found exactly, at phase %i', (phase) => {
    const fit = one(gabor(9, { ...MEMBER, phase }));
    expect(fit.r2).toBeCloseTo(1, 10);
    expect(fit).toMatchObject({ filter: 0, orientation: 135, channels: [1] });
    expect(fit.frequency).toBeCloseTo(MEMBER.frequency, 12);
    expect(fit.sigma).toBeCloseTo(MEMBER.sigma, 12);
    expect(fit.position[0]).toBeCloseTo(0.7, 12);
    expect(fit.position[1]).toBeCloseTo(-2.1, 12);
    expect(between(fit.phase, phase, 360)).toBeLessThan(1e-6);
  });

  test('any other is found to half a step: orientation, frequency, size and place', () => {
    const generator = new Generator(4);
    for (let i = 0; i < 60; i++) {
      const frequency = generator.uniform(0.14, 0.35);
      const planted = {
        orientation: generator.uniform(0, 180),
        frequency,
        phase: generator.uniform(-180, 180),
        position: [generator.uniform(-2, 2), generator.uniform(-2, 2)] as const,
        sigma: generator.uniform(0.4, 0.6) / frequency,
      };
      const fit = one(gabor(9, planted));
      expect(fit.r2).toBeGreaterThan(0.75);
      expect(between(fit.orientation, planted.orientation, 180)).toBeLessThan(12);
      expect(Math.abs(Math.log2(fit.frequency / frequency))).toBeLessThan(0.35);
      // Along the stripes and across them an envelope is known less well than a wave.
      expect(Math.hypot(fit.position[0] - planted.position[0], fit.position[1] - planted.position[1])).toBeLessThan(
        1.6,
      );
    }
  });

  test.each([
    ['vertical, bright on the right', (x: number) => Math.sign(x), 90, 90],
    ['vertical, bright on the left', (x: number) => -Math.sign(x), 90, -90],
    ['horizontal, bright above', (_: number, y: number) => Math.sign(y), 0, 90],
    ['rising, bright below on the right', (x: number, y: number) => Math.sign(x - y), 45, -90],
  ])('an edge: %s', (_, value, orientation, phase) => {
    const taps = Float64Array.from({ length: 81 }, (_, i) => {
      const [x, y] = [(i % 9) - 4, 4 - Math.floor(i / 9)];
      return value(x, y) * Math.exp(-(x * x + y * y) / 12);
    });
    const fit = one(taps);
    expect(fit.orientation).toBe(orientation);
    expect(fit.r2).toBeGreaterThan(0.75);
    // Where the bright side is, whichever center the envelope has.
    const across = (((orientation + 90) % 180) * Math.PI) / 180;
    const along = fit.position[0] * Math.cos(across) + fit.position[1] * Math.sin(across);
    const atCenter = fit.phase + 360 * fit.frequency * along;
    expect(between(atCenter, phase, 360)).toBeLessThan(30);
  });

  test('contrast and scale change nothing but the phase by half a turn', () => {
    const taps = gabor(9, { ...MEMBER, phase: 30 }).map((value, i) => value + 0.05 * Math.sin(7 * i));
    const fit = one(taps);
    for (const factor of [1e-12, 3, 1e12, -1]) {
      const other = one(taps.map((value) => factor * value));
      expect(other.r2).toBeCloseTo(fit.r2, 10);
      expect([other.orientation, other.frequency, other.position]).toEqual([
        fit.orientation,
        fit.frequency,
        fit.position,
      ]);
      expect(between(other.phase, fit.phase + (factor < 0 ? 180 : 0), 360)).toBeLessThan(1e-6);
    }
  });

  test('R2 is the best over the list: noise that is orthogonal to a filter counts against it', () => {
    const taps = gabor(9, MEMBER);
    const generator = new Generator(1);
    const noise = Float64Array.from(taps, () => generator.normal());
    const energy = (values: Float64Array) => values.reduce((sum, value) => sum + value * value, 0);
    const along = noise.reduce((sum, value, i) => sum + value * taps[i], 0) / energy(taps);
    const apart = noise.map((value, i) => value - along * taps[i]);
    const equal = Math.sqrt(energy(taps) / energy(apart));
    const { r2 } = one(taps.map((value, i) => value + equal * apart[i]));
    expect(r2).toBeGreaterThanOrEqual(0.5 - 1e-9);
    expect(r2).toBeLessThan(0.62);
  });

  test('independent taps of 9 x 9 have an R2 of 0.14 on average', () => {
    const generator = new Generator(2);
    const random = Float64Array.from({ length: 400 * 81 }, () => generator.normal());
    const fits = fitGabor(random, [400, 1, 9, 9]);
    const mean = fits.reduce((sum, { r2 }) => sum + r2, 0) / 400;
    expect(mean).toBeGreaterThan(0.1);
    expect(mean).toBeLessThan(0.2);
    expect(fits.every(({ r2 }, i) => r2 > 2 / 81 && r2 < 0.5 && fits[i].filter === i)).toBe(true);
  });

  test('several channels: the pattern that they share, and how strong it is in each', () => {
    const taps = gabor(9, MEMBER);
    const color = [0.6, 0, -0.8];
    const fit = one(
      color.flatMap((factor) => Array.from(taps, (value) => factor * value)),
      3,
    );
    expect(fit.r2).toBeCloseTo(1, 10);
    expect(fit.orientation).toBe(135);
    fit.channels.forEach((each, i) => {
      expect(each).toBeCloseTo(-color[i], 10); // The strongest is positive, the phase half a turn further.
    });
    expect(between(fit.phase, MEMBER.phase + 180, 360)).toBeLessThan(1e-6);
  });

  test('a constant is no Gabor function, and nothing is known of zeros', () => {
    expect(one(new Float64Array(81).fill(0.3)).r2).toBeLessThan(1e-12);
    const { r2, orientation, frequency, phase, sigma, position } = one(new Float64Array(81));
    for (const value of [r2, orientation, frequency, phase, sigma, ...position]) expect(value).toBeNaN();
  });

  test.each([5, 7, 11])('for filters of %i pixels across, too', (size) => {
    const frequency = 0.9 / size;
    const planted = { orientation: 60, frequency, phase: 90, sigma: 0.4 / frequency };
    const fit = one(gabor(size, { ...planted, position: [(0.175 * (size - 1)) / 2, (0.175 * (size - 1)) / 2] }));
    expect(fit.r2).toBeCloseTo(1, 10);
    expect([fit.orientation, fit.frequency]).toEqual([60, frequency]);
  });

  test.each<[ArrayLike<number>, number[], new (...args: never[]) => Error, string]>([
    [new Float64Array(9), [1, 1, 3, 3], ShapeError, 'fitGabor: expected k x k with k of at least 5, got [1, 1, 3, 3]'],
    [new Float64Array(54), [1, 1, 6, 9], ShapeError, 'expected weights [filters, channels, k, k]'],
    [new Float64Array(25).fill(Number.NaN), [1, 1, 5, 5], FormatError, 'expected finite weights, got NaN at 0'],
    [[1, 2], [1, 1, 5, 5], ShapeError, 'got 2 numbers'],
  ])('refuses %o of shape %o', (weights, shape, kind, message) => {
    expect(() => fitGabor(weights, shape)).toThrow(kind);
    expect(() => fitGabor(weights, shape)).toThrow(message);
  });
});
