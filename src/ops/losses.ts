import { checkTensors, operation } from '../autograd/operation.js';
import { Tensor } from '../autograd/tensor.js';
import { ArgumentError, checkNumber, checkOptions, ShapeError, show } from '../errors.js';
import type { IndexStorage, Storage } from '../kernels/storage.js';
import { sameShape, showShape } from '../shape.js';
import { mul, sub } from './elementwise.js';
import { mean, sum } from './reduce.js';

/** What becomes of the losses of a batch: their mean, their sum, or a tensor of them all. */
export type Reduction = 'mean' | 'sum' | 'none';

/** Class indices, one an example: an array, a typed array, or a tensor [N]. */
export type Labels = ArrayLike<number> | Tensor;

/**
 * Cross entropy of a classification: -log softmax(logits)[label], in nats.
 * @param logits [N, classes], before any softmax
 * @param labels N class indices from 0 to classes - 1
 * @param options `reduction`, 'mean' unless given; `labelSmoothing` in [0, 1], the weight spread evenly over all classes
 * @returns one number, or [N] for the reduction 'none'
 */
export function crossEntropy(
  logits: Tensor,
  labels: Labels,
  options: { reduction?: Reduction; labelSmoothing?: number } = {},
): Tensor {
  checkTensors('crossEntropy', logits);
  checkOptions('crossEntropy', options, ['reduction', 'labelSmoothing']);
  const smoothing = checkNumber('crossEntropy', 'labelSmoothing', options.labelSmoothing ?? 0, { least: 0, most: 1 });
  if (logits.shape.length !== 2 || logits.shape[1] === 0) {
    throw new ShapeError('crossEntropy', `expected logits [N, classes], got shape ${showShape(logits.shape)}`);
  }
  const [rows, classes] = logits.shape;
  const indices = classIndices(labels, rows, classes);
  let target: IndexStorage;
  let probabilities: Storage;
  const losses = operation({
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
  return reduce('crossEntropy', losses, options.reduction);
}

/**
 * The squared difference.
 * @param prediction any shape
 * @param target the same shape
 * @param options `reduction`, 'mean' unless given
 */
export function mseLoss(prediction: Tensor, target: Tensor, options: { reduction?: Reduction } = {}): Tensor {
  checkTensors('mseLoss', prediction, target);
  checkOptions('mseLoss', options, ['reduction']);
  if (!sameShape(prediction.shape, target.shape)) {
    throw new ShapeError(
      'mseLoss',
      `expected a target of shape ${showShape(prediction.shape)}, got ${showShape(target.shape)}`,
    );
  }
  const difference = sub(prediction, target);
  return reduce('mseLoss', mul(difference, difference), options.reduction);
}

function reduce(where: string, losses: Tensor, reduction: Reduction = 'mean'): Tensor {
  if (reduction === 'mean') return mean(losses);
  if (reduction === 'sum') return sum(losses);
  if (reduction === 'none') return losses;
  throw new ArgumentError(where, `expected reduction 'mean', 'sum' or 'none', got ${show(reduction)}`);
}

/** Labels checked: as many as rows, each a class. */
function classIndices(labels: Labels, rows: number, classes: number): ArrayLike<number> {
  const indices = labels instanceof Tensor ? labels.storage.array : labels;
  if (indices?.length !== rows || (labels instanceof Tensor && labels.shape.length !== 1)) {
    const got = labels instanceof Tensor ? `shape ${showShape(labels.shape)}` : show(labels);
    throw new ShapeError('crossEntropy', `expected ${rows} labels, one for each row of logits, got ${got}`);
  }
  for (let i = 0; i < rows; i++) {
    if (!(Number.isInteger(indices[i]) && indices[i] >= 0 && indices[i] < classes)) {
      throw new ArgumentError(
        'crossEntropy',
        `expected labels from 0 to ${classes - 1}, got ${show(indices[i])} at index ${i}`,
      );
    }
  }
  return indices;
}
