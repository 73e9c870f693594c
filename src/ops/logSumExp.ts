import { define } from '../autograd/define.js';
import { operation } from '../autograd/operation.js';
import type { Storage } from '../autograd/storage.js';
import type { Tensor } from '../autograd/tensor.js';
import { type RowOptions, rowsAlong } from './reduce.js';
import { type AxisSizes, eachRow, exponentials } from './softmax.js';

/** The logarithm of the sum of e^x along one axis, or of all, without overflow. */
export function logSumExp(x: Tensor, options: RowOptions = {}): Tensor {
  const { sizes, shape } = rowsAlong('logSumExp', x, options);
  return operation({
    name: 'logSumExp',
    inputs: [x],
    shape,
    forward: (y) => logSumExpKernels.forward(x.storage, y, sizes),
    backward: (dy, [dx], y) => logSumExpKernels.backward(x.storage, y, dy, dx!, sizes),
  });
}

/** y[row] = m + log(sum of e^(x - m)), m the row's largest x; dx = dy * e^(x - y). */
export const logSumExpKernels = /* @__PURE__ */ define('logSumExp', {
  forward(x: Storage, y: Storage, sizes: AxisSizes): void {
    const [X, Y] = [x.array, y.array];
    eachRow(sizes, (first, row) => {
      const { peak, log } = exponentials(X, first, sizes);
      Y[row] = Number.isFinite(peak) ? peak + log : peak;
    });
  },

  backward(x: Storage, y: Storage, dy: Storage, dx: Storage, sizes: AxisSizes): void {
    const [X, Y, dY, dX] = [x.array, y.array, dy.array, dx.array];
    eachRow(sizes, (first, row) => {
      for (let j = 0, at = first; j < sizes.length; j++, at += sizes.inner)
        dX[at] += dY[row] * Math.exp(X[at] - Y[row]);
    });
  },
});
