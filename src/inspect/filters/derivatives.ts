import { dot } from '../values.js';
import { bySize, draw, oncePerSize, unit } from './templates.js';

/**
 * Shares of energy in the derivatives of one isotropic Gaussian g: j1 in the first, xg and yg; jori in these and the
 * second, (x^2 - y^2)g and xyg. By the symmetries of a square these are orthogonal to each other, to a constant and to
 * whatever looks the same all around. For independent normal taps, d = k*k, j1 ~ Beta(1, (d-2)/2) and
 * jori ~ Beta(2, (d-4)/2).
 */
export function derivativeShares(taps: Float64Array, size: number): { jori: number; j1: number } {
  const energy = dot(taps, taps);
  const [x, y, plus, cross] = derivatives(size).map((derivative) => dot(derivative, taps) ** 2 / energy);
  return { jori: x + y + plus + cross, j1: x + y };
}

const derivatives = /* @__PURE__ */ oncePerSize((size) => {
  const s = bySize(size, [0.85, 1.3, 1.8]);
  const factors = [
    (x: number) => x,
    (_: number, y: number) => y,
    (x: number, y: number) => x * x - y * y,
    (x: number, y: number) => x * y,
  ];
  return factors.map((factor) => unit(draw(size, (x, y) => factor(x, y) * Math.exp(-(x * x + y * y) / (2 * s * s)))));
});
