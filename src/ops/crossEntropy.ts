import { allocate, allocateIndices } from '../autograd/backend.js';
import { define } from '../autograd/define.js';
import { operation } from '../autograd/operation.js';
import type { IndexStorage, Storage } from '../autograd/storage.js';
import type { Tensor } from '../autograd/tensor.js';
import { checkNumber, readOptions } from '../errors.js';
import { mul, sub } from './arithmetic.js';
import { type ClassWeights, classification, type Labels, rowWeights, weightsOf } from './labels.js';
import { type Reduction, reduceLosses } from './losses.js';
import { matmul } from './matmul.js';
import { eachRow, exponentials, logSoftmax } from './softmax.js';

/**
 * Cross entropy of a classification, in nats: loss = -log softmax(logits)[label].
 * Gradient: dlogits[c] = dloss * (softmax(logits)[c] - (c is the label ? 1 : 0)).
 * @param logits [N, classes], before any softmax
 * @param labels N class indices from 0 to classes - 1
 * @param options `reduction` ('mean'); `labelSmoothing` in [0, 1] (0), the weight spread evenly over all classes;
 * `classWeights`, by which each class's share counts: the mean is then the sum divided by the weights of the labels
 * @returns one number, or [N] for the reduction 'none'
 */
export function crossEntropy(
  logits: Tensor,
  labels: Labels,
  options: { reduction?: Reduction; labelSmoothing?: number; classWeights?: ClassWeights } = {},
): Tensor {
  const where = 'crossEntropy';
  const defaults = { reduction: 'mean', labelSmoothing: 0, classWeights: undefined } as const;
  const { reduction, labelSmoothing, classWeights } = readOptions(where, options, defaults);
  const smoothing = checkNumber(where, 'labelSmoothing', labelSmoothing, { least: 0, most: 1 });
  const { classes, indices } = classification(where, 'logits', logits, labels);
  if (classWeights === undefined) {
    return reduceLosses(where, crossEntropies(logits, indices, smoothing), reduction);
  }
  const weights = weightsOf(where, classWeights, classes, logits.dtype);
  const own = rowWeights(weights, indices);
  let losses = mul(crossEntropies(logits, indices, 0), smoothing === 0 ? own : mul(own, 1 - smoothing));
  // Without smoothing the other classes are left out, not weighted by 0: an infinite logit would make that NaN.
  if (smoothing > 0) losses = sub(losses, mul(matmul(logSoftmax(logits), weights), smoothing / classes));
  return reduceLosses(where, losses, reduction, own);
}

/** The loss of each row. */
function crossEntropies(logits: Tensor, indices: ArrayLike<number>, smoothing: number): Tensor {
  const [rows, classes] = logits.shape;
  let target: IndexStorage;
  let probabilities: Storage;
  return operation({
    name: 'crossEntropy',
    inputs: [logits],
    shape: [rows],
    forward: (y, owned) => {
      target = allocateIndices(logits.dtype, rows);
      target.array.set(indices);
      probabilities = allocate(logits.dtype, logits.size);
      crossEntropyKernels.forward(logits.storage, target, y, probabilities, classes, smoothing);
      owned.push(target, probabilities);
    },
    backward: (dy, [dx]) => crossEntropyKernels.backward(probabilities, target, dy, dx!, classes, smoothing),
  });
}

/** With q[c] = smoothing / classes, and 1 - smoothing more for the label: loss = -sum over c of q[c] * log softmax(x)[c]. */
export const crossEntropyKernels = /* @__PURE__ */ define('crossEntropy', {
  /** Also writes each row's softmax into `probabilities`, for the gradient. */
  forward(
    logits: Storage,
    labels: IndexStorage,
    losses: Storage,
    probabilities: Storage,
    classes: number,
    smoothing: number,
  ): void {
    const [X, T, L, P] = [logits.array, labels.array, losses.array, probabilities.array];
    const sizes = { outer: L.length, length: classes, inner: 1 };
    eachRow(sizes, (first, row) => {
      const { peak, sum, log } = exponentials(X, first, sizes);
      let all = 0;
      for (let c = first; c < first + classes; c++) {
        P[c] = Math.exp(X[c] - peak) / sum;
        all += log - (X[c] - peak);
      }
      const own = log - (X[first + T[row]] - peak);
      // Without smoothing the other classes are left out, not weighted by 0: an infinite logit would make that NaN.
      L[row] = smoothing === 0 ? own : (1 - smoothing) * own + (smoothing / classes) * all;
    });
  },

  /** A row's gradients sum to 0: the label's is minus the sum of the others, which keeps the digits that P - 1 loses. */
  backward(
    probabilities: Storage,
    labels: IndexStorage,
    dlosses: Storage,
    dlogits: Storage,
    classes: number,
    smoothing: number,
  ): void {
    const [P, T, dL, dX] = [probabilities.array, labels.array, dlosses.array, dlogits.array];
    for (let row = 0, at = 0; row < dL.length; row++) {
      const label = at + T[row];
      let others = 0;
      for (const end = at + classes; at < end; at++) {
        if (at === label) continue;
        others += P[at] - smoothing / classes;
        dX[at] += dL[row] * (P[at] - smoothing / classes);
      }
      dX[label] -= dL[row] * others;
    }
  },
});
