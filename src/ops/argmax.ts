import { define } from '../autograd/define.js';
import { addMethods, operation } from '../autograd/operation.js';
import type { Storage } from '../autograd/storage.js';
import type { Tensor } from '../autograd/tensor.js';
import { type RowOptions, rowsAlong } from './reduce.js';
import { type AxisSizes, argmaxOfRow, eachRow } from './softmax.js';

/**
 * The index of the largest element along one axis, or of all in row-major order: the first of equal ones, and a NaN is
 * larger than any number. No gradient.
 * @returns whole numbers as floats, which serve as labels
 */
export function argmax(x: Tensor, options: RowOptions = {}): Tensor {
  const { sizes, shape } = rowsAlong('argmax', x, options);
  return operation({
    name: 'argmax',
    attributes: options,
    inputs: [x.detach()],
    shape,
    forward: (y) => argmaxKernels.forward(x.storage, y, sizes),
    backward: () => {},
  });
}

declare module '../autograd/tensor.js' {
  interface Tensor {
    /** The index of the largest element along one axis, or of all; no gradient. */
    argmax(options?: RowOptions): Tensor;
  }
}
addMethods({ argmax });

export const argmaxKernels = /* @__PURE__ */ define('argmax', {
  forward(x: Storage, y: Storage, sizes: AxisSizes): void {
    const [X, Y] = [x.array, y.array];
    eachRow(sizes, (first, row) => {
      Y[row] = (argmaxOfRow(X, first, sizes) - first) / sizes.inner;
    });
  },
});
