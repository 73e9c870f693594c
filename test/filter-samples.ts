import { expect } from 'vitest';
import { Generator } from '../src/random.js';

// What the tests of filters and of their statistics share: filters to measure, and how far chance goes.

/** A picture of size x size, row-major: x to the right and y up from its center, in pixels. */
export function picture(size: number, value: (x: number, y: number) => number): number[] {
  const middle = (size - 1) / 2;
  return Array.from({ length: size ** 2 }, (_, i) => value((i % size) - middle, middle - Math.floor(i / size)));
}

/** Independent normal numbers. */
export function noise(seed: number | string, length: number): Float32Array {
  const generator = new Generator(seed);
  return Float32Array.from({ length }, () => generator.normal());
}

/** A bar or a step across which `degrees` counts, 0 from left to right, counter-clockwise; sigma in pixels. */
export function oriented(family: 'edge' | 'line', size: number, degrees: number, sigma: number): number[] {
  const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  const values = picture(size, (x, y) => {
    const u = (x * cos + y * sin) / sigma;
    return (family === 'edge' ? -u : 1 - u * u) * Math.exp(-(x * x + y * y) / (2 * sigma * sigma));
  });
  return values.map((value) => value - mean(values));
}

export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}

/** The mean of the squared distances from the mean. */
export const variance = (values: ArrayLike<number>) =>
  mean(Array.from(values, (value) => value ** 2)) - mean(values) ** 2;

export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** Fails unless the share is `p` within five standard errors of so many trials, and `slack` for what p itself is off. */
export function expectShare(share: number, p: number, trials: number, slack = 0): void {
  const error = 5 * Math.sqrt((p * (1 - p)) / trials) + slack;
  expect(Math.abs(share - p), `share ${share}, expected ${p} +- ${error}`).toBeLessThan(error);
}

/** The largest distance between the distribution of values and `cdf`, times sqrt(n): above 1.95 once in 1,000 times. */
export function kolmogorov(values: ArrayLike<number>, cdf: (x: number) => number): number {
  const sorted = Float64Array.from(values).sort();
  const distances = sorted.map((x, i) => {
    const share = cdf(x);
    return Math.max(share - i / sorted.length, (i + 1) / sorted.length - share);
  });
  return Math.sqrt(sorted.length) * distances.reduce((most, distance) => Math.max(most, distance), 0);
}
