import { define } from '../autograd/define.js';
import { addMethods, operation } from '../autograd/operation.js';
import type { Storage } from '../autograd/storage.js';
import type { Tensor } from '../autograd/tensor.js';
import { positions, type Strided } from './broadcast.js';
import { plan, type ReduceOptions } from './reduce.js';

/** The Euclidean norm, the square root of the sum of x^2, over some axes, or over all; its gradient at 0 is 0. */
export function norm(x: Tensor, options: ReduceOptions = {}): Tensor {
  const { view, shape } = plan('norm', x, options);
  return operation({
    name: 'norm',
    attributes: options,
    inputs: [x],
    shape,
    forward: (y) => normKernels.forward(x.storage, y, view),
    backward: (dy, [dx], y) => normKernels.backward(x.storage, y, dy, dx!, view),
  });
}

declare module '../autograd/tensor.js' {
  interface Tensor {
    /** The Euclidean norm over some axes, or over all. */
    norm(options?: ReduceOptions): Tensor;
  }
}
addMethods({ norm });

/** With i over all numbers and view(i) where each counts: y[view(i)] = sqrt(sum of x[i]^2); dx[i] += x[i] * dy / y. */
export const normKernels = /* @__PURE__ */ define('norm', {
  forward(x: Storage, y: Storage, view: Strided): void {
    const X = x.array;
    const sums = new Float64Array(y.length);
    const at = positions(view.shape, view.strides);
    for (let i = 0; i < X.length; i++) sums[at[i]] += X[i] * X[i];
    y.array.set(sums.map(Math.sqrt));
  },

  backward(x: Storage, y: Storage, dy: Storage, dx: Storage, view: Strided): void {
    const [X, Y, dY, dX] = [x.array, y.array, dy.array, dx.array];
    const at = positions(view.shape, view.strides);
    for (let i = 0; i < dX.length; i++) if (Y[at[i]] !== 0) dX[i] += X[i] * (dY[at[i]] / Y[at[i]]);
  },
});
