import { expect } from 'vitest';

// Sums, and how far chance goes.

export function sum(values: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i];
  return total;
}

export function mean(values: ArrayLike<number>): number {
  return sum(values) / values.length;
}

/** The mean square of the distances from the mean; `less` is 1 for the unbiased estimate. */
export function variance(values: ArrayLike<number>, less = 0): number {
  const middle = mean(values);
  return sum(Array.from(values, (value) => (value - middle) ** 2)) / (values.length - less);
}

export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += a[i] * b[i];
  return total;
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
