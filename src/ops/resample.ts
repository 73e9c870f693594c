import { define } from '../autograd/define.js';
import { operation } from '../autograd/operation.js';
import type { Storage } from '../autograd/storage.js';
import type { Tensor } from '../autograd/tensor.js';
import { axisSizes } from './softmax.js';

/** Which numbers along an axis of x make one of y: from `start` on, each times its weight. */
export interface Taps {
  start: number;
  weights: readonly number[];
}

/** @internal Another length of one axis, each place a weighted sum of neighbors. */
export function resample(name: string, x: Tensor, axis: number, taps: readonly Taps[]): Tensor {
  const { outer, length, inner } = axisSizes(x, axis);
  const sizes = { outer, length, inner, taps };
  return operation({
    name,
    inputs: [x],
    shape: x.shape.map((n, i) => (i === axis ? taps.length : n)),
    adds: true,
    forward: (y) => resampleKernels.forward(x.storage, y, sizes),
    backward: (dy, [dx]) => resampleKernels.backward(dy, dx!, sizes),
  });
}

/** From [outer, length, inner] to [outer, taps, inner]. */
export interface ResampleSizes {
  outer: number;
  length: number;
  inner: number;
  taps: readonly Taps[];
}

/** With i over the taps and k over the weights of each: y[i] += weights[k] * x[start + k]; dx[start + k] += weights[k] * dy[i]. */
export const resampleKernels = /* @__PURE__ */ define('resample', {
  forward(x: Storage, y: Storage, sizes: ResampleSizes): void {
    const [X, Y] = [x.array, y.array];
    eachTap(sizes, (from, to, weight) => {
      for (let i = 0; i < sizes.inner; i++) Y[to + i] += weight * X[from + i];
    });
  },

  backward(dy: Storage, dx: Storage, sizes: ResampleSizes): void {
    const [dY, dX] = [dy.array, dx.array];
    eachTap(sizes, (from, to, weight) => {
      for (let i = 0; i < sizes.inner; i++) dX[from + i] += weight * dY[to + i];
    });
  },
});

/** Calls `visit` for each weight with where its numbers begin in x and in y. */
function eachTap(sizes: ResampleSizes, visit: (from: number, to: number, weight: number) => void): void {
  const { outer, length, inner, taps } = sizes;
  for (let o = 0, to = 0; o < outer; o++) {
    for (const { start, weights } of taps) {
      for (const [k, weight] of weights.entries()) visit((o * length + start + k) * inner, to, weight);
      to += inner;
    }
  }
}
