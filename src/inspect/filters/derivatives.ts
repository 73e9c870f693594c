import { bySize, draw, unit } from './templates.js';

const bases = new Map<number, Float64Array[]>();

/**
 * Shares of energy in the derivatives of one isotropic Gaussian g, made orthonormal in the order 1, xg, yg,
 * (r^2/s^2 - 2)g, (x^2 - y^2)g, xyg: j1 in the second and third, jori in these and the last two. For independent normal
 * taps, d = k*k, j1 ~ Beta(1, (d-2)/2) and jori ~ Beta(2, (d-4)/2).
 */
export function derivativeShares(taps: Float64Array, size: number): { jori: number; j1: number } {
  const basis = bases.get(size) ?? derivatives(size);
  bases.set(size, basis);
  const energy = dot(taps, taps);
  const [, x, y, , plus, cross] = basis.map((function_) => dot(function_, taps) ** 2 / energy);
  return { jori: x + y + plus + cross, j1: x + y };
}

function derivatives(size: number): Float64Array[] {
  const s = bySize(size, [0.85, 1.3, 1.8]);
  const g = (x: number, y: number) => Math.exp(-(x * x + y * y) / (2 * s * s));
  const basis: Float64Array[] = [];
  for (const factor of [
    (x: number, y: number) => 1 / g(x, y),
    (x: number) => x,
    (_: number, y: number) => y,
    (x: number, y: number) => (x * x + y * y) / (s * s) - 2,
    (x: number, y: number) => x * x - y * y,
    (x: number, y: number) => x * y,
  ]) {
    const function_ = draw(size, (x, y) => factor(x, y) * g(x, y));
    for (const earlier of basis) {
      const share = dot(earlier, function_);
      earlier.forEach((value, i) => {
        function_[i] -= share * value;
      });
    }
    basis.push(unit(function_));
  }
  return basis;
}

/** The sum of the products. */
export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
