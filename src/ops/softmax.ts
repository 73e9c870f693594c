import { checkTensors, operation } from '../autograd/operation.js';
import type { Tensor } from '../autograd/tensor.js';
import type { LineSizes } from '../kernels/kernels.js';
import { normalizeAxis, sizeOf } from '../shape.js';

/** e^x divided by its sum along `axis`, the last one unless given. */
export function softmax(x: Tensor, axis = -1): Tensor {
  const sizes = linesAlong('softmax', x, axis);
  return operation({
    name: 'softmax',
    inputs: [x],
    shape: x.shape,
    forward: (kernels, y) => kernels.softmax(x.storage, y, sizes),
    backward: (kernels, dy, [dx], y) => kernels.softmaxGradient(y, dy, dx!, sizes),
  });
}

/** The logarithm of `softmax`, computed without underflow. */
export function logSoftmax(x: Tensor, axis = -1): Tensor {
  const sizes = linesAlong('logSoftmax', x, axis);
  return operation({
    name: 'logSoftmax',
    inputs: [x],
    shape: x.shape,
    forward: (kernels, y) => kernels.logSoftmax(x.storage, y, sizes),
    backward: (kernels, dy, [dx], y) => kernels.logSoftmaxGradient(y, dy, dx!, sizes),
  });
}

function linesAlong(where: string, x: Tensor, axis: number): LineSizes {
  checkTensors(where, x);
  const along = normalizeAxis(where, axis, x.shape.length);
  const [outer, inner] = [sizeOf(x.shape.slice(0, along)), sizeOf(x.shape.slice(along + 1))];
  return { outer, length: x.shape[along], inner };
}
