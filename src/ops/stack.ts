import { checkTensors } from '../autograd/operation.js';
import type { Tensor } from '../autograd/tensor.js';
import { ArgumentError, checkNumber, ShapeError, show, withPlace } from '../errors.js';
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
  if (!Array.isArray(tensors) || tensors.length === 0) {
    throw new ArgumentError('stack', `expected a list of tensors, got ${show(tensors)}`);
  }
  checkTensors('stack', ...tensors);
  for (const { shape } of tensors) checkSameShape('stack', 'tensors', shape, tensors[0].shape);
  return withPlace('stack', () =>
    cat(
      tensors.map((each) => unsqueeze(each, axis)),
      axis,
    ),
  );
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
  const each = typeof sizes === 'number' ? equalParts(length, sizes) : sizes;
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

function equalParts(length: number, size: number): number[] {
  checkNumber('split', 'the length of a part', size, { least: 1, whole: true });
  const count = Math.max(1, Math.ceil(length / size));
  return Array.from({ length: count }, (_, i) => Math.min(size, length - i * size));
}
