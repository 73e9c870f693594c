import { checkTensors } from '../autograd/operation.js';
import type { Tensor } from '../autograd/tensor.js';
import { checkNumber, ShapeError, show, withPlace } from '../errors.js';
import { checkSameShape, normalizeAxis } from '../shape.js';
import { cat, slice } from './slice.js';
import { unsqueeze } from './squeeze.js';

/**
 * Tensors of one shape along a new axis: three of [3, 4] give [3, 3, 4] for axis 0.
 * @param tensors at least one
 * @param axis where the new axis stands in the result; a negative one counts from the back
 * @default axis 0
 */
export function stack(tensors: readonly Tensor[], axis = 0): Tensor {
  return withPlace('stack', () => {
    if (!Array.isArray(tensors)) return cat(tensors); // Which refuses it.
    const parts = tensors.map((each) => unsqueeze(each, axis));
    for (const { shape } of tensors) checkSameShape('stack', 'tensors', shape, tensors[0].shape);
    return cat(parts, axis);
  });
}

/**
 * Parts of a tensor along an axis, as copies; `cat` puts them together again.
 * @param sizes how long each part is, the last one perhaps less; or the length of each
 * @param axis a negative one counts from the back
 * @default axis 0
 */
export function split(x: Tensor, sizes: number | readonly number[], axis = 0): Tensor[] {
  checkTensors('split', x);
  const along = normalizeAxis('split', axis, x.shape.length);
  const length = x.shape[along];
  let each = sizes;
  if (typeof each === 'number') {
    const size = checkNumber('split', 'the length of a part', each, { least: 1, whole: true });
    const count = Math.max(1, Math.ceil(length / size));
    each = Array.from({ length: count }, (_, i) => Math.min(size, length - i * size));
  }
  const whole = Array.isArray(each) && each.every((n) => Number.isInteger(n) && n >= 0);
  if (!whole || each.reduce((sum, n) => sum + n, 0) !== length) {
    const expected = `expected a length, or lengths that make the ${length} of axis ${along}`;
    throw new ShapeError('split', `${expected}, got ${show(sizes)}`);
  }
  let end = 0;
  return each.map((n) => {
    end += n;
    return slice(x, along, end - n, end);
  });
}
