import { define } from '../autograd/define.js';
import { operation } from '../autograd/operation.js';
import type { Storage } from '../autograd/storage.js';
import type { Tensor } from '../autograd/tensor.js';
import { type AxisSizes, axisSizes } from './softmax.js';

/** Which numbers along an axis of x make one of y: from `start` on, each times its weight. */
export interface Taps {
  start: number;
  weights: readonly number[];
}

/** @internal Images of another size, each pixel a weighted sum of neighbors in a row, then in a column. */
export function resample(name: string, x: Tensor, rows: readonly Taps[], columns: readonly Taps[]): Tensor {
  return along(name, along(name, x, 3, columns), 2, rows);
}

function along(name: string, x: Tensor, axis: number, taps: readonly Taps[]): Tensor {
  const sizes = { ...axisSizes(x, axis), taps };
  return operation({
    name,
    attributes: { axis, taps },
    inputs: [x],
    shape: x.shape.map((n, i) => (i === axis ? taps.length : n)),
    adds: true,
    forward: (y) => resampleKernels.add(x.storage, y, sizes, false),
    backward: (dy, [dx]) => resampleKernels.add(dy, dx!, sizes, true),
  });
}

/** From [outer, length, inner] to [outer, taps, inner]. */
export interface ResampleSizes extends AxisSizes {
  taps: readonly Taps[];
}

export const resampleKernels = /* @__PURE__ */ define('resample', {
  /** With t over the taps and k over the weights of each: y[t] += weights[k] * x[start + k]; or `back`, y[start + k] from x[t]. */
  add(x: Storage, y: Storage, { outer, length, inner, taps }: ResampleSizes, back: boolean): void {
    const [X, Y] = [x.array, y.array];
    taps.forEach(({ start, weights }, t) => {
      weights.forEach((weight, k) => {
        for (let o = 0; o < outer; o++) {
          const [long, short] = [(o * length + start + k) * inner, (o * taps.length + t) * inner];
          const [from, to] = back ? [short, long] : [long, short];
          for (let i = 0; i < inner; i++) Y[to + i] += weight * X[from + i];
        }
      });
    });
  },
});
