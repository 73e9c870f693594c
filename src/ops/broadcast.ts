import { define } from '../autograd/define.js';
import type { Storage } from '../autograd/storage.js';
import type { Shape } from '../shape.js';

/** A strided view of an array: its element at each index of `shape`. Stride 0 repeats it along that axis. */
export interface Strided {
  shape: Shape;
  strides: readonly number[];
}

/**
 * Two loops, each the gradient of the other; sum, mean, permute and biases are built on them. Both add.
 * With i over all indices of the view, and view(i) = i . strides:
 * expand: y[i] += scale * x[view(i)] (broadcasts x over the axes of stride 0);
 * reduce: y[view(i)] += scale * x[i] (sums x over them).
 */
export const broadcastKernels = /* @__PURE__ */ define('broadcast', {
  expand(x: Storage, y: Storage, view: Strided, scale: number): void {
    const [X, Y] = [x.array, y.array];
    const at = positions(view.shape, view.strides);
    for (let i = 0; i < Y.length; i++) Y[i] += scale * X[at[i]];
  },

  reduce(x: Storage, y: Storage, view: Strided, scale: number): void {
    const X = x.array;
    const sums = new Float64Array(y.array); // Adding one by one in float32 would lose digits with each.
    const at = positions(view.shape, view.strides);
    for (let i = 0; i < X.length; i++) sums[at[i]] += scale * X[i];
    y.array.set(sums);
  },
});

/** @internal Where a strided view holds the element of each index of `shape`, in row-major order. */
export function positions(shape: Shape, strides: readonly number[]): Int32Array {
  let at = new Int32Array(1);
  for (let axis = 0; axis < shape.length; axis++) {
    const [n, stride] = [shape[axis], strides[axis]];
    const next = new Int32Array(at.length * n);
    for (let i = 0, to = 0; i < at.length; i++) {
      for (let j = 0; j < n; j++) next[to++] = at[i] + j * stride;
    }
    at = next;
  }
  return at;
}
