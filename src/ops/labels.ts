import { tensor } from '../autograd/create.js';
import { checkTensors } from '../autograd/operation.js';
import type { DType } from '../autograd/storage.js';
import { Tensor } from '../autograd/tensor.js';
import { ArgumentError, checkNumber, ShapeError, show } from '../errors.js';
import { type Shape, sameShape, showShape, sizeOf } from '../shape.js';
import { permute, reshape } from './reshape.js';

/** Class indices, one an example (or pixel): an array, a typed array, or a tensor [N] ([N, H, W]). */
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

/** @internal Scores [N, classes, ...] with a row for each label, [N * ..., classes], and the shape of the labels, [N, ...]. */
export function byRow(where: string, what: string, scores: Tensor): { rows: Tensor; shape: Shape } {
  checkTensors(where, scores);
  const [n, classes, ...places] = scores.shape;
  if (!(classes > 0))
    throw new ShapeError(where, `expected ${what} [N, classes], got shape ${showShape(scores.shape)}`);
  const shape = [n, ...places];
  if (places.length === 0) return { rows: scores, shape };
  const last = permute(scores, [0, ...places.map((_, i) => i + 2), 1]);
  return { rows: reshape(last, [sizeOf(shape), classes]), shape };
}

/** @internal The class index of each row, checked: labels of this shape or as many in a list, each a class or `ignored`. */
export function rowLabels(where: string, what: string, scores: Tensor, labels: Labels, ignored: number): Int32Array {
  checkNumber(where, 'ignoreIndex', ignored, { whole: true });
  const [n, classes, ...places] = scores.shape;
  const shape = [n, ...places];
  const fits = labels instanceof Tensor ? sameShape(labels.shape, shape) : labels?.length === sizeOf(shape);
  if (fits) return classIndices(where, labels, classes, { ignored });
  const got = labels instanceof Tensor ? showShape(labels.shape) : show(labels);
  const expected = `expected labels ${showShape(shape)} for ${what} ${showShape(scores.shape)}`;
  throw new ShapeError(where, `${expected}, got ${got}`);
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
