import { full } from '../autograd/create.js';
import { checkTensors } from '../autograd/operation.js';
import type { Tensor } from '../autograd/tensor.js';
import { readOptions, ShapeError, show, withPlace } from '../errors.js';
import { showShape } from '../shape.js';
import { cat } from './slice.js';

/**
 * Rows and columns of one value around images.
 * @param x [..., H, W]
 * @param amount how many on each side: a number, or [left, right, top, bottom]
 * @param options `value` (0)
 * @returns [..., top + H + bottom, left + W + right]
 */
export function pad(x: Tensor, amount: number | readonly number[], options: { value?: number } = {}): Tensor {
  checkTensors('pad', x);
  const { value } = readOptions('pad', options, { value: 0 });
  const sides = typeof amount === 'number' ? [amount, amount, amount, amount] : amount;
  if (x.shape.length < 2 || !Array.isArray(sides) || sides.length !== 4 || !sides.every((n) => n >= 0)) {
    const expected = 'expected an input [..., H, W], then a number or [left, right, top, bottom]';
    throw new ShapeError('pad', `${expected}, got shape ${showShape(x.shape)} and ${show(amount)}`);
  }
  const edge = (axis: number, length: number) =>
    full([...x.shape.slice(0, axis), length, ...x.shape.slice(axis).slice(1)], value, { dtype: x.dtype });
  return withPlace('pad', () => {
    const [left, right, top, bottom] = sides;
    x = cat([edge(-1, left), x, edge(-1, right)], -1);
    return cat([edge(-2, top), x, edge(-2, bottom)], -2);
  });
}
