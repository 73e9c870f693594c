import { zeros } from '../autograd/create.js';
import { Tensor } from '../autograd/tensor.js';
import { ArgumentError, checkNumber, show } from '../errors.js';
import { classIndices, type Labels } from './labels.js';

/**
 * Rows of zeros with a one where the label says.
 * @param labels class indices from 0 to classes - 1: an array, or a tensor of any shape
 * @param classes how many there are
 * @returns [...labels, classes], of the dtype of a tensor, else float32; no gradient
 */
export function oneHot(labels: Labels, classes: number): Tensor {
  checkNumber('oneHot', 'classes', classes, { least: 1, whole: true });
  const { shape, dtype } = labels instanceof Tensor ? labels : { shape: [labels?.length], dtype: undefined };
  if (shape[0] === undefined && !(labels instanceof Tensor)) {
    throw new ArgumentError('oneHot', `expected labels, got ${show(labels)}`);
  }
  const y = zeros([...shape, classes], { dtype });
  const indices = classIndices('oneHot', labels, classes);
  for (let i = 0; i < indices.length; i++) y.storage.array[i * classes + indices[i]] = 1;
  return y;
}
