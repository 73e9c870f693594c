import { allocateIndices } from '../autograd/backend.js';
import { ones } from '../autograd/create.js';
import { define } from '../autograd/define.js';
import { operation } from '../autograd/operation.js';
import type { IndexStorage, Storage } from '../autograd/storage.js';
import type { Tensor } from '../autograd/tensor.js';
import { readOptions } from '../errors.js';
import { mul } from './arithmetic.js';
import { byRow, type ClassWeights, type Labels, rowLabels, rowWeights, weightsOf } from './labels.js';
import { type Reduction, reduceLosses } from './losses.js';

/**
 * The negative logarithm of the label's probability: `crossEntropy` for a model that ends with `logSoftmax`.
 * @param logProbabilities [N, classes], or [N, classes, H, W] for a label a pixel, or any further axes
 * @param labels class indices from 0 to classes - 1, [N] or [N, H, W]
 * @param options `reduction` ('mean'); `classWeights` and `ignoreIndex` (-100) as for `crossEntropy`
 * @returns one number, or [N] or [N, H, W] for the reduction 'none'
 */
export function nllLoss(
  logProbabilities: Tensor,
  labels: Labels,
  options: { reduction?: Reduction; classWeights?: ClassWeights; ignoreIndex?: number } = {},
): Tensor {
  const where = 'nllLoss';
  const defaults = { reduction: 'mean', classWeights: undefined, ignoreIndex: -100 } as const;
  const { reduction, classWeights, ignoreIndex } = readOptions(where, options, defaults);
  const { rows, shape } = byRow(where, 'log probabilities', logProbabilities);
  const { dtype } = rows;
  const [count, classes] = rows.shape;
  const indices = rowLabels(where, 'log probabilities', logProbabilities, labels, ignoreIndex);
  let target: IndexStorage;
  const losses = operation({
    name: where,
    inputs: [rows],
    shape: [count],
    forward: (y, owned) => {
      target = allocateIndices(dtype, count);
      target.array.set(indices);
      nllLossKernels.forward(rows.storage, target, y, classes);
      owned.push(target);
    },
    backward: (dy, [dx]) => nllLossKernels.backward(dy, target, dx!, classes),
  });
  const isWhole = classWeights === undefined && !indices.includes(-1);
  const weights = isWhole ? undefined : weightsOf(where, classWeights ?? ones([classes]), classes, dtype);
  const own = weights && rowWeights(weights, indices);
  return reduceLosses(where, own ? mul(losses, own) : losses, reduction, { weights: own, shape });
}

/** loss[row] = -x[row, label]; 0 for a label below 0. */
export const nllLossKernels = /* @__PURE__ */ define('nllLoss', {
  forward(x: Storage, labels: IndexStorage, losses: Storage, classes: number): void {
    const [X, T, L] = [x.array, labels.array, losses.array];
    for (let row = 0; row < L.length; row++) L[row] = T[row] < 0 ? 0 : -X[row * classes + T[row]];
  },

  backward(dlosses: Storage, labels: IndexStorage, dx: Storage, classes: number): void {
    const [dL, T, dX] = [dlosses.array, labels.array, dx.array];
    for (let row = 0; row < dL.length; row++) if (T[row] >= 0) dX[row * classes + T[row]] -= dL[row];
  },
});
