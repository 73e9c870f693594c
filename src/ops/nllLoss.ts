import { allocateIndices } from '../autograd/backend.js';
import { define } from '../autograd/define.js';
import { operation } from '../autograd/operation.js';
import type { IndexStorage, Storage } from '../autograd/storage.js';
import type { Tensor } from '../autograd/tensor.js';
import { readOptions } from '../errors.js';
import { mul } from './arithmetic.js';
import { type ClassWeights, classification, type Labels, rowWeights, weightsOf } from './labels.js';
import { type Reduction, reduceLosses } from './losses.js';

/**
 * The negative logarithm of the label's probability: `crossEntropy` for a model that ends with `logSoftmax`.
 * @param logProbabilities [N, classes]
 * @param labels N class indices from 0 to classes - 1
 * @param options `reduction` ('mean'); `classWeights` as for `crossEntropy`
 * @returns one number, or [N] for the reduction 'none'
 */
export function nllLoss(
  logProbabilities: Tensor,
  labels: Labels,
  options: { reduction?: Reduction; classWeights?: ClassWeights } = {},
): Tensor {
  const where = 'nllLoss';
  const defaults = { reduction: 'mean', classWeights: undefined } as const;
  const { reduction, classWeights } = readOptions(where, options, defaults);
  const { rows, classes, indices } = classification(where, 'log probabilities', logProbabilities, labels);
  let target: IndexStorage;
  const losses = operation({
    name: where,
    inputs: [logProbabilities],
    shape: [rows],
    forward: (y, owned) => {
      target = allocateIndices(logProbabilities.dtype, rows);
      target.array.set(indices);
      nllLossKernels.forward(logProbabilities.storage, target, y, classes);
      owned.push(target);
    },
    backward: (dy, [dx]) => nllLossKernels.backward(dy, target, dx!, classes),
  });
  if (classWeights === undefined) return reduceLosses(where, losses, reduction);
  const own = rowWeights(weightsOf(where, classWeights, classes, logProbabilities.dtype), indices);
  return reduceLosses(where, mul(losses, own), reduction, own);
}

/** loss[row] = -x[row, label]. */
export const nllLossKernels = /* @__PURE__ */ define('nllLoss', {
  forward(x: Storage, labels: IndexStorage, losses: Storage, classes: number): void {
    const [X, T, L] = [x.array, labels.array, losses.array];
    for (let row = 0; row < L.length; row++) L[row] = -X[row * classes + T[row]];
  },

  backward(dlosses: Storage, labels: IndexStorage, dx: Storage, classes: number): void {
    const [dL, T, dX] = [dlosses.array, labels.array, dx.array];
    for (let row = 0; row < dL.length; row++) dX[row * classes + T[row]] -= dL[row];
  },
});
