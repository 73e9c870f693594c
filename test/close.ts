import { expect } from 'vitest';

/** Fails unless |actual - expected| <= tolerance * max(1, |expected|) everywhere; says where it is worst. */
export function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  expect(actual.length).toBe(expected.length);
  let worst = -1;
  let at = 0;
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs(actual[i] - expected[i]) / Math.max(1, Math.abs(expected[i]));
    const error = actual[i] === expected[i] ? 0 : difference;
    if (!(error <= worst)) [worst, at] = [error, i];
    if (Number.isNaN(worst)) break;
  }
  const where = `${actual[at]} at index ${at} of ${expected.length}, expected ${expected[at]}`;
  expect(worst <= tolerance, `${where}; error ${worst}, tolerance ${tolerance}`).toBe(true);
}
