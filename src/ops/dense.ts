import { checkTensors, operation } from '../autograd/operation.js';
import type { Tensor } from '../autograd/tensor.js';
import { ShapeError } from '../errors.js';
import { checkRank, checkSameShape, showShape } from '../shape.js';
import { broadcastKernels } from './broadcast.js';
import { matmulKernels } from './matmul.js';

/**
 * A fully connected layer: y = x W^T + b. Gradients: dx = dy W, dW = dy^T x, db = the sum of dy over the examples.
 * @param x [N, inFeatures]
 * @param weight [outFeatures, inFeatures]
 * @param bias [outFeatures], or null
 * @returns [N, outFeatures]
 */
export function dense(x: Tensor, weight: Tensor, bias: Tensor | null = null): Tensor {
  checkTensors('dense', x, weight, ...(bias ? [bias] : []));
  const [N, K] = x.shape;
  const [O, inFeatures] = weight.shape;
  checkRank('dense', 'a weight [outFeatures, inFeatures]', weight.shape, 2);
  if (x.shape.length !== 2 || K !== inFeatures) {
    const expected = `expected ${inFeatures} input features, input shape [N, ${inFeatures}]`;
    throw new ShapeError('dense', `${expected}, got input shape ${showShape(x.shape)}`);
  }
  if (bias) checkSameShape('dense', 'a bias', bias.shape, [O]);
  const perRow = { shape: [N, O], strides: [0, 1] };
  return operation({
    name: 'dense',
    inputs: bias ? [x, weight, bias] : [x, weight],
    shape: [N, O],
    adds: true,
    forward: (y) => {
      if (bias) broadcastKernels.expand(bias.storage, y, perRow, 1);
      matmulKernels.add(x.storage, weight.storage, y, { M: N, K, N: O, transposeB: true });
    },
    backward: (dy, [dx, dweight, dbias]) => {
      if (dx) matmulKernels.add(dy, weight.storage, dx, { M: N, K: O, N: K });
      if (dweight) matmulKernels.add(dy, x.storage, dweight, { M: O, K: N, N: K, transposeA: true });
      if (dbias) broadcastKernels.reduce(dy, dbias, perRow, 1);
    },
  });
}
