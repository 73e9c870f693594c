import { tensor } from '../autograd/create.js';
import { checkTensors, operation } from '../autograd/operation.js';
import { Tensor } from '../autograd/tensor.js';
import { ArgumentError, checkNumber, checkOptions, ShapeError, show } from '../errors.js';
import type { DType, IndexStorage, Storage } from '../kernels/storage.js';
import { sameShape, showShape } from '../shape.js';
import { abs, add, div, mul, neg, type Operand, softplus, sub } from './elementwise.js';
import { matmul } from './matmul.js';
import { mean, sum } from './reduce.js';
import { logSoftmax } from './softmax.js';

/** What becomes of the losses of a batch: their mean, their sum, or a tensor of them all. */
export type Reduction = 'mean' | 'sum' | 'none';

/** Class indices, one an example: an array, a typed array, or a tensor [N]. */
export type Labels = ArrayLike<number> | Tensor;

/** A weight for each class, of at least 0: an array, a typed array, or a tensor [classes]. */
export type ClassWeights = ArrayLike<number> | Tensor;

/**
 * Cross entropy of a classification: -log softmax(logits)[label], in nats.
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
    return reduce(where, crossEntropies(logits, indices, smoothing), options.reduction);
  }
  const weights = weightsOf(where, options.classWeights, classes, logits.dtype);
  const own = rowWeights(weights, indices);
  let losses = mul(crossEntropies(logits, indices, 0), smoothing === 0 ? own : mul(own, 1 - smoothing));
  // Without smoothing the other classes are left out, not weighted by 0: an infinite logit would make that NaN.
  if (smoothing > 0) losses = sub(losses, mul(matmul(logSoftmax(logits), weights), smoothing / classes));
  return reduce(where, losses, options.reduction, own);
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
    forward: (kernels, y, owned) => {
      target = kernels.allocateIndices(rows);
      target.array.set(indices);
      probabilities = kernels.allocate(logits.dtype, logits.size);
      kernels.crossEntropy(logits.storage, target, y, probabilities, classes, smoothing);
      owned.push(target, probabilities);
    },
    backward: (kernels, dy, [dx]) => kernels.crossEntropyGradient(probabilities, target, dy, dx!, classes, smoothing),
  });
}

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
  let places: IndexStorage;
  const picked = operation({
    name: where,
    inputs: [logProbabilities],
    shape: [rows],
    forward: (kernels, y, owned) => {
      places = kernels.allocateIndices(rows);
      places.array.set(Int32Array.from(indices, (label, row) => row * classes + label));
      kernels.gather(logProbabilities.storage, places, y);
      owned.push(places);
    },
    backward: (kernels, dy, [dx]) => kernels.scatterAdd(dy, places, dx!),
  });
  if (options.classWeights === undefined) return reduce(where, neg(picked), options.reduction);
  const own = rowWeights(weightsOf(where, options.classWeights, classes, logProbabilities.dtype), indices);
  return reduce(where, neg(mul(picked, own)), options.reduction, own);
}

/**
 * Cross entropy of yes-or-no questions: -(posWeight t log sigmoid(x) + (1 - t) log(1 - sigmoid(x))), in nats, without
 * overflow or cancellation however large a logit is.
 * @param logits any shape, before any sigmoid
 * @param targets the same shape: probabilities of yes, from 0 to 1
 * @param options `reduction`, 'mean' unless given; `posWeight`, by which a yes counts: a number or a tensor that broadcasts
 */
export function bceWithLogits(
  logits: Tensor,
  targets: Tensor,
  options: { reduction?: Reduction; posWeight?: Operand } = {},
): Tensor {
  const where = 'bceWithLogits';
  checkOptions(where, options, ['reduction', 'posWeight']);
  checkSameShape(where, logits, targets);
  const yes = mul(targets, softplus(neg(logits)));
  const no = mul(sub(1, targets), softplus(logits));
  const weighted = options.posWeight === undefined ? yes : mul(yes, options.posWeight);
  return reduce(where, add(weighted, no), options.reduction);
}

/**
 * The squared difference.
 * @param prediction any shape
 * @param target the same shape
 * @param options `reduction`, 'mean' unless given
 */
export function mseLoss(prediction: Tensor, target: Tensor, options: { reduction?: Reduction } = {}): Tensor {
  checkOptions('mseLoss', options, ['reduction']);
  checkSameShape('mseLoss', prediction, target);
  const difference = sub(prediction, target);
  return reduce('mseLoss', mul(difference, difference), options.reduction);
}

/**
 * The absolute difference; its gradient where there is none is 0.
 * @param prediction any shape
 * @param target the same shape
 * @param options `reduction`, 'mean' unless given
 */
export function l1Loss(prediction: Tensor, target: Tensor, options: { reduction?: Reduction } = {}): Tensor {
  checkOptions('l1Loss', options, ['reduction']);
  checkSameShape('l1Loss', prediction, target);
  return reduce('l1Loss', abs(sub(prediction, target)), options.reduction);
}

function checkSameShape(where: string, prediction: Tensor, target: Tensor): void {
  checkTensors(where, prediction, target);
  if (sameShape(prediction.shape, target.shape)) return;
  throw new ShapeError(
    where,
    `expected a target of shape ${showShape(prediction.shape)}, got ${showShape(target.shape)}`,
  );
}

/** The mean is one over the sum of `weights`, if there are any. */
function reduce(where: string, losses: Tensor, reduction: Reduction = 'mean', weights?: Tensor): Tensor {
  if (reduction === 'mean') return weights ? div(sum(losses), sum(weights)) : mean(losses);
  if (reduction === 'sum') return sum(losses);
  if (reduction === 'none') return losses;
  throw new ArgumentError(where, `expected reduction 'mean', 'sum' or 'none', got ${show(reduction)}`);
}

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
