import { define } from '../autograd/define.js';
import { addMethods, checkTensors, operation } from '../autograd/operation.js';
import type { FloatArray, Storage } from '../autograd/storage.js';
import type { Tensor } from '../autograd/tensor.js';
import { normalizeAxis, sizeOf } from '../shape.js';

/**
 * y[i] = e^x[i] / sum over j of e^x[j], along an axis; dx[i] = y[i] * (dy[i] - sum over j of y[j] dy[j]).
 * @param axis a negative one counts from the back
 * @default axis -1, the last one
 */
export function softmax(x: Tensor, axis = -1): Tensor {
  return along('softmax', softmaxKernels, x, axis);
}

/**
 * The logarithm of `softmax`, computed without underflow: y[i] = x[i] - m - log(sum over j of e^(x[j] - m)), m the largest x;
 * dx[i] = dy[i] - e^y[i] * sum over j of dy[j].
 * @param axis a negative one counts from the back
 * @default axis -1, the last one
 */
export function logSoftmax(x: Tensor, axis = -1): Tensor {
  return along('logSoftmax', logSoftmaxKernels, x, axis);
}

declare module '../autograd/tensor.js' {
  interface Tensor {
    /** e^x divided by its sum along `axis`, the last one by default. */
    softmax(axis?: number): Tensor;
    /** The logarithm of the softmax along `axis`, the last one by default. */
    logSoftmax(axis?: number): Tensor;
  }
}
addMethods({ softmax, logSoftmax });

function along(name: string, kernels: typeof softmaxKernels | typeof logSoftmaxKernels, x: Tensor, axis: number) {
  checkTensors(name, x);
  const sizes = axisSizes(x, normalizeAxis(name, axis, x.shape.length));
  return operation({
    name,
    attributes: { axis },
    inputs: [x],
    shape: x.shape,
    forward: (y) => kernels.forward(x.storage, y, sizes),
    backward: (dy, [dx], y) => kernels.backward(y, dy, dx!, sizes),
  });
}

/** An array [outer, length, inner] that is worked on along its middle axis: in rows of `length`, `inner` apart. */
export interface AxisSizes {
  outer: number;
  length: number;
  inner: number;
}

export const softmaxKernels = /* @__PURE__ */ define('softmax', {
  forward(x: Storage, y: Storage, sizes: AxisSizes): void {
    const [X, Y] = [x.array, y.array];
    eachRow(sizes, (first) => {
      const { peak, sum } = exponentials(X, first, sizes);
      for (let j = 0, at = first; j < sizes.length; j++, at += sizes.inner) Y[at] = Math.exp(X[at] - peak) / sum;
    });
  },

  backward(y: Storage, dy: Storage, dx: Storage, sizes: AxisSizes): void {
    const [Y, dY, dX] = [y.array, dy.array, dx.array];
    eachRow(sizes, (first) => {
      // One number off all of dy changes nothing, and that of the largest y leaves a sum of small ones where y is near 1.
      const own = dY[argmaxOfRow(Y, first, sizes)];
      const base = Number.isFinite(own) ? own : 0;
      let dot = 0;
      for (let j = 0, at = first; j < sizes.length; j++, at += sizes.inner) dot += Y[at] * (dY[at] - base);
      for (let j = 0, at = first; j < sizes.length; j++, at += sizes.inner) dX[at] += Y[at] * (dY[at] - base - dot);
    });
  },
});

export const logSoftmaxKernels = /* @__PURE__ */ define('logSoftmax', {
  forward(x: Storage, y: Storage, sizes: AxisSizes): void {
    const [X, Y] = [x.array, y.array];
    eachRow(sizes, (first) => {
      const { peak, log } = exponentials(X, first, sizes);
      for (let j = 0, at = first; j < sizes.length; j++, at += sizes.inner) Y[at] = X[at] - peak - log;
    });
  },

  backward(y: Storage, dy: Storage, dx: Storage, sizes: AxisSizes): void {
    const [Y, dY, dX] = [y.array, dy.array, dx.array];
    eachRow(sizes, (first) => {
      let sum = 0;
      for (let j = 0, at = first; j < sizes.length; j++, at += sizes.inner) sum += dY[at];
      // dy - e^y * sum, with dy taken out of the sum: where y is near 0, the two are nearly the same.
      for (let j = 0, at = first; j < sizes.length; j++, at += sizes.inner) {
        dX[at] += -Math.expm1(Y[at]) * dY[at] - Math.exp(Y[at]) * (sum - dY[at]);
      }
    });
  },
});

/** @internal Calls `visit` with the position of the first element of each row, and the row's number. */
export function eachRow({ outer, length, inner }: AxisSizes, visit: (first: number, row: number) => void): void {
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) visit(o * length * inner + i, o * inner + i);
  }
}

/**
 * @internal The row's largest element, the sum of e^(x - largest), and its logarithm. The largest element's own 1 comes last,
 * so that small ones beside it still count in the logarithm.
 */
export function exponentials(X: FloatArray, first: number, sizes: AxisSizes) {
  const best = argmaxOfRow(X, first, sizes);
  const peak = X[best];
  let others = peak - peak; // 0, or NaN for what is not finite.
  for (let j = 0, at = first; j < sizes.length; j++, at += sizes.inner) {
    if (at !== best) others += Math.exp(X[at] - peak);
  }
  return { peak, sum: 1 + others, log: Math.log1p(others) };
}

/** @internal The position of the row's largest element: the first of equals, and the first NaN above all. */
export function argmaxOfRow(X: FloatArray, first: number, { length, inner }: AxisSizes): number {
  let best = first;
  for (let j = 1; j < length; j++) {
    const at = first + j * inner;
    if (X[at] > X[best] || (Number.isNaN(X[at]) && !Number.isNaN(X[best]))) best = at;
  }
  return best;
}

/** @internal The sizes of x for work along `axis`. */
export function axisSizes({ shape }: Tensor, axis: number): AxisSizes {
  return { outer: sizeOf(shape.slice(0, axis)), length: shape[axis], inner: sizeOf(shape.slice(axis + 1)) };
}
