import { allocate, allocateIndices } from '../autograd/backend.js';
import { tensor } from '../autograd/create.js';
import { define } from '../autograd/define.js';
import { checkTensors, operation } from '../autograd/operation.js';
import type { DType, IndexStorage, Storage } from '../autograd/storage.js';
import { Tensor } from '../autograd/tensor.js';
import { ArgumentError, checkNumber, checkOptions, ShapeError, show } from '../errors.js';
import { showShape } from '../shape.js';
import { mul, sub } from './arithmetic.js';
import { type Reduction, reduceLosses } from './losses.js';
import { matmul } from './matmul.js';
import { eachRow, exponentials, logSoftmax } from './softmax.js';

/** Class indices, one an example: an array, a typed array, or a tensor [N]. */
export type Labels = ArrayLike<number> | Tensor;

/** A weight for each class, of at least 0: an array, a typed array, or a tensor [classes]. */
export type ClassWeights = ArrayLike<number> | Tensor;

/**
 * Cross entropy of a classification, in nats: loss = -log softmax(logits)[label].
 * Gradient: dlogits[c] = dloss * (softmax(logits)[c] - (c is the label ? 1 : 0)).
 * @param logits [N, classes], before any softmax
 * @param labels N class indices from 0 to classes - 1
 * @param options `reduction`, 'mean' unless given; `labelSmoothing` in [0, 1], the weight spread evenly over all classes;
 * `classWeights`, by which each class's share counts: the mean is then the sum divided by the weights of the labels
 * @returns one number, or [N] for the reduction 'none'
 */
export function crossEntropy(
  logits: Tensor,
  labels: Labels,
  options: { reduction?: Reduction; labelSmoothing?: number; classWeights?: ClassWeights } = {},
): Tensor {
  const where = 'crossEntropy';
  checkOptions(where, options, ['reduction', 'labelSmoothing', 'classWeights']);
  const smoothing = checkNumber(where, 'labelSmoothing', options.labelSmoothing ?? 0, { least: 0, most: 1 });
  const { classes, indices } = classification(where, 'logits', logits, labels);
  if (options.classWeights === undefined) {
    return reduceLosses(where, crossEntropies(logits, indices, smoothing), options.reduction);
  }
  const weights = weightsOf(where, options.classWeights, classes, logits.dtype);
  const own = rowWeights(weights, indices);
  let losses = mul(crossEntropies(logits, indices, 0), smoothing === 0 ? own : mul(own, 1 - smoothing));
  // Without smoothing the other classes are left out, not weighted by 0: an infinite logit would make that NaN.
  if (smoothing > 0) losses = sub(losses, mul(matmul(logSoftmax(logits), weights), smoothing / classes));
  return reduceLosses(where, losses, options.reduction, own);
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
      const { peak, sum } = exponentials(X, first, sizes);
      const shift = peak + Math.log(sum);
      let all = 0;
      for (let c = first; c < first + classes; c++) {
        P[c] = Math.exp(X[c] - peak) / sum;
        all += shift - X[c];
      }
      const own = shift - X[first + T[row]];
      // Without smoothing the other classes are left out, not weighted by 0: an infinite logit would make that NaN.
      L[row] = smoothing === 0 ? own : (1 - smoothing) * own + (smoothing / classes) * all;
    });
  },

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
      for (let c = 0; c < classes; c++, at++) {
        const target = (c === T[row] ? 1 - smoothing : 0) + smoothing / classes;
        dX[at] += dL[row] * (P[at] - target);
      }
    }
  },
});

/**
 * The negative logarithm of the label's probability: `crossEntropy` for a model that ends with `logSoftmax`.
 * @param logProbabilities [N, classes]
 * @param labels N class indices from 0 to classes - 1
 * @param options `reduction`, 'mean' unless given; `classWeights` as for `crossEntropy`
 * @returns one number, or [N] for the reduction 'none'
 */
export function nllLoss(
  logProbabilities: Tensor,
  labels: Labels,
  options: { reduction?: Reduction; classWeights?: ClassWeights } = {},
): Tensor {
  const where = 'nllLoss';
  checkOptions(where, options, ['reduction', 'classWeights']);
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
  if (options.classWeights === undefined) return reduceLosses(where, losses, options.reduction);
  const own = rowWeights(weightsOf(where, options.classWeights, classes, logProbabilities.dtype), indices);
  return reduceLosses(where, mul(losses, own), options.reduction, own);
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

/** Class weights as a tensor [classes], checked. */
function weightsOf(where: string, weights: ClassWeights, classes: number, dtype: DType): Tensor {
  const values = weights instanceof Tensor ? weights.storage.array : weights;
  if (values?.length !== classes) {
    throw new ShapeError(where, `expected classWeights for ${classes} classes, got ${show(values)}`);
  }
  for (let c = 0; c < classes; c++) checkNumber(where, `the weight of class ${c}`, values[c], { least: 0 });
  return tensor(values, { dtype });
}

/** The weight of each row's label. */
function rowWeights(weights: Tensor, indices: ArrayLike<number>): Tensor {
  const each = weights.storage.array;
  const { dtype } = weights;
  return tensor(
    Float64Array.from(indices, (label) => each[label]),
    { dtype },
  );
}

/** The sizes and the labels of a classification, checked. */
function classification(where: string, what: string, scores: Tensor, labels: Labels) {
  checkTensors(where, scores);
  if (scores.shape.length !== 2 || scores.shape[1] === 0) {
    throw new ShapeError(where, `expected ${what} [N, classes], got shape ${showShape(scores.shape)}`);
  }
  const [rows, classes] = scores.shape;
  return { rows, classes, indices: classIndices(where, what, labels, rows, classes) };
}

/** Labels checked: as many as rows, each a class. */
function classIndices(where: string, what: string, labels: Labels, rows: number, classes: number): ArrayLike<number> {
  const indices = labels instanceof Tensor ? labels.storage.array : labels;
  if (indices?.length !== rows || (labels instanceof Tensor && labels.shape.length !== 1)) {
    const got = labels instanceof Tensor ? `shape ${showShape(labels.shape)}` : show(labels);
    throw new ShapeError(where, `expected ${rows} labels, one for each row of ${what}, got ${got}`);
  }
  for (let i = 0; i < rows; i++) {
    if (!(Number.isInteger(indices[i]) && indices[i] >= 0 && indices[i] < classes)) {
      throw new ArgumentError(where, `expected labels from 0 to ${classes - 1}, got ${show(indices[i])} at index ${i}`);
    }
  }
  return indices;
}
