import { allocate, allocateIndices } from '../autograd/backend.js';
import { ones } from '../autograd/create.js';
import { define } from '../autograd/define.js';
import { operation } from '../autograd/operation.js';
import type { IndexStorage, Storage } from '../autograd/storage.js';
import { Tensor } from '../autograd/tensor.js';
import { ArgumentError, checkNumber, readOptions } from '../errors.js';
import { checkSameShape } from '../shape.js';
import { add, mul, sub } from './arithmetic.js';
import { neg } from './elementwise.js';
import { byRow, type ClassWeights, type Labels, rowLabels, rowWeights, weightsOf } from './labels.js';
import { type Reduction, reduceLosses } from './losses.js';
import { matmul } from './matmul.js';
import { sum } from './reduce.js';
import { eachRow, exponentials, logSoftmax } from './softmax.js';

/**
 * Cross entropy of a classification, in nats: loss = -log softmax(logits)[label].
 * Gradient: dlogits[c] = dloss * (softmax(logits)[c] - (c is the label ? 1 : 0)).
 * @param logits [N, classes], before any softmax; or [N, classes, H, W] for a label a pixel, or any further axes
 * @param labels class indices from 0 to classes - 1, [N] or [N, H, W]; or a tensor of the logits' shape, of probabilities p, and
 * then loss = -sum over c of p[c] * log softmax(logits)[c]
 * @param options `reduction` ('mean'); `labelSmoothing` in [0, 1] (0), the weight spread evenly over all classes;
 * `classWeights`, by which each class's share counts: the mean is then the sum divided by the weights of the labels (by their
 * number for probabilities, as in PyTorch); `ignoreIndex` (-100), the label of what does not count
 * @returns one number, or [N] or [N, H, W] for the reduction 'none'
 */
export function crossEntropy(
  logits: Tensor,
  labels: Labels,
  options: { reduction?: Reduction; labelSmoothing?: number; classWeights?: ClassWeights; ignoreIndex?: number } = {},
): Tensor {
  const where = 'crossEntropy';
  const defaults = { reduction: 'mean', labelSmoothing: 0, classWeights: undefined, ignoreIndex: -100 } as const;
  const { reduction, labelSmoothing, classWeights, ignoreIndex } = readOptions(where, options, defaults);
  const smoothing = checkNumber(where, 'labelSmoothing', labelSmoothing, { least: 0, most: 1 });
  const { rows, shape } = byRow(where, 'logits', logits);
  const [, classes] = rows.shape;
  const weights = classWeights && weightsOf(where, classWeights, classes, logits.dtype);
  if (labels instanceof Tensor && labels.shape.length > shape.length) {
    checkSameShape(where, 'probabilities', labels.shape, logits.shape);
    if (ignoreIndex >= 0) throw new ArgumentError(where, 'expected class indices as labels, for ignoreIndex');
    const given = byRow(where, 'probabilities', labels).rows;
    const shares = smoothing === 0 ? given : add(mul(given, 1 - smoothing), smoothing / classes);
    const weighted = mul(shares, mul(logSoftmax(rows), weights ?? 1));
    return reduceLosses(where, neg(sum(weighted, { axis: 1 })), reduction, { shape });
  }
  const indices = rowLabels(where, 'logits', logits, labels, ignoreIndex);
  const counts = ones([classes], { dtype: logits.dtype });
  const own = weights || indices.includes(-1) ? rowWeights(weights ?? counts, indices) : undefined;
  let losses = crossEntropies(rows, indices, weights ? 0 : smoothing);
  if (weights && own) losses = mul(losses, mul(own, 1 - smoothing));
  // Without smoothing the other classes are left out, not weighted by 0: an infinite logit would make that NaN.
  if (weights && smoothing > 0) {
    const all = mul(matmul(logSoftmax(rows), weights), smoothing / classes);
    losses = sub(losses, mul(all, rowWeights(counts, indices)));
  }
  return reduceLosses(where, losses, reduction, { weights: own, shape });
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

/**
 * With q[c] = smoothing / classes, and 1 - smoothing more for the label: loss = -sum over c of q[c] * log softmax(x)[c]. A row
 * with a label below 0 has the loss 0.
 */
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
      const loss = smoothing === 0 ? own : (1 - smoothing) * own + (smoothing / classes) * all;
      L[row] = T[row] < 0 ? 0 : loss;
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
    for (let row = 0; row < dL.length; row++) {
      if (T[row] < 0) continue;
      const first = row * classes;
      const label = first + T[row];
      let others = 0;
      for (let at = first; at < first + classes; at++) {
        if (at === label) continue;
        others += P[at] - smoothing / classes;
        dX[at] += dL[row] * (P[at] - smoothing / classes);
      }
      dX[label] -= dL[row] * others;
    }
  },
});
