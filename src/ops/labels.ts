import { tensor } from '../autograd/create.js';
import { checkTensors } from '../autograd/operation.js';
import type { DType } from '../autograd/storage.js';
import { Tensor } from '../autograd/tensor.js';
import { ArgumentError, checkNumber, ShapeError, show } from '../errors.js';
import { checkRank, showShape } from '../shape.js';

/** Class indices, one an example: an array, a typed array, or a tensor [N]. */
export type Labels = ArrayLike<number> | Tensor;

/** A weight for each class, of at least 0: an array, a typed array, or a tensor [classes]. */
export type ClassWeights = ArrayLike<number> | Tensor;

/** @internal Class weights as a tensor [classes], checked. */
export function weightsOf(where: string, weights: ClassWeights, classes: number, dtype: DType): Tensor {
  const values = weights instanceof Tensor ? weights.storage.array : weights;
  if (values?.length !== classes) {
    throw new ShapeError(where, `expected classWeights for ${classes} classes, got ${show(values)}`);
  }
  for (let c = 0; c < classes; c++) checkNumber(where, `the weight of class ${c}`, values[c], { least: 0 });
  return tensor(values, { dtype });
}

/** @internal The weight of each row's label; 0 where that is ignored. */
export function rowWeights(weights: Tensor, indices: Int32Array): Tensor {
  const each = weights.storage.array;
  const { dtype } = weights;
  return tensor(
    Float64Array.from(indices, (label) => each[label] ?? 0),
    { dtype },
  );
}

/** @internal The sizes and the labels of a classification, checked: as many labels as rows, each a class or `ignored`. */
export function classification(where: string, what: string, scores: Tensor, labels: Labels, ignored?: number) {
  checkTensors(where, scores);
  checkRank(where, `${what} [N, classes]`, scores.shape, scores.shape[1] === 0 ? -1 : 2);
  const [rows, classes] = scores.shape;
  const shape = labels instanceof Tensor ? labels.shape : [labels?.length];
  if (shape.length !== 1 || shape[0] !== rows) {
    const got = labels instanceof Tensor ? `shape ${showShape(shape)}` : show(labels);
    throw new ShapeError(where, `expected ${rows} labels, one for each row of ${what}, got ${got}`);
  }
  return { rows, classes, indices: classIndices(where, labels, classes, { ignored }) };
}

/** @internal The labels, or whatever counts from 0 on, checked: each below `classes`; -1 for those that are `ignored`. */
export function classIndices(
  where: string,
  labels: Labels,
  classes: number,
  { what = 'labels', ignored = Number.NaN } = {},
): Int32Array {
  return Int32Array.from(labels instanceof Tensor ? labels.storage.array : labels, (label, i) => {
    if (label === ignored) return -1;
    if (Number.isInteger(label) && label >= 0 && label < classes) return label;
    throw new ArgumentError(where, `expected ${what} from 0 to ${classes - 1}, got ${show(label)} at index ${i}`);
  });
}
