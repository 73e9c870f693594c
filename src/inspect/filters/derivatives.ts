import { bySize, draw, unit } from './templates.js';

const bases = new Map<number, Float64Array[]>();

/**
 * Shares of energy in the derivatives of one isotropic Gaussian g: j1 in the first, xg and yg; jori in these and the
 * second, (x^2 - y^2)g and xyg. By the symmetries of a square these are orthogonal to each other, to a constant and to
 * whatever looks the same all around. For independent normal taps, d = k*k, j1 ~ Beta(1, (d-2)/2) and
 * jori ~ Beta(2, (d-4)/2).
 */
export function derivativeShares(taps: Float64Array, size: number): { jori: number; j1: number } {
  const basis = bases.get(size) ?? derivatives(size);
  bases.set(size, basis);
  const energy = dot(taps, taps);
  const [x, y, plus, cross] = basis.map((function_) => dot(function_, taps) ** 2 / energy);
  return { jori: x + y + plus + cross, j1: x + y };
}

function derivatives(size: number): Float64Array[] {
  const s = bySize(size, [0.85, 1.3, 1.8]);
  return [
    (x: number) => x,
    (_: number, y: number) => y,
    (x: number, y: number) => x * x - y * y,
    (x: number, y: number) => x * y,
  ].map((factor) => unit(draw(size, (x, y) => factor(x, y) * Math.exp(-(x * x + y * y) / (2 * s * s)))));
}

/** The sum of the products. */
export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
