import { addMethods, checkTensors } from '../autograd/operation.js';
import type { Tensor } from '../autograd/tensor.js';
import { normalizeAxis } from '../shape.js';
import { reshape } from './reshape.js';

/**
 * Without the axes of size 1, no copy: [N, 1, 3, 1] gives [N, 3].
 * @param axis only this one is left out, if its size is 1; a negative one counts from the back
 * @default axis all
 */
export function squeeze(x: Tensor, axis?: number): Tensor {
  checkTensors('squeeze', x);
  const only = axis === undefined ? undefined : normalizeAxis('squeeze', axis, x.shape.length);
  return reshape(
    x,
    x.shape.filter((n, i) => n !== 1 || i !== (only ?? i)),
  );
}

/**
 * With one axis of size 1 more, no copy: [3, 4] gives [3, 1, 4] for axis 1.
 * @param axis where the new axis stands in the result; a negative one counts from the back
 */
export function unsqueeze(x: Tensor, axis: number): Tensor {
  checkTensors('unsqueeze', x);
  const at = normalizeAxis('unsqueeze', axis, x.shape.length + 1);
  return reshape(x, [...x.shape.slice(0, at), 1, ...x.shape.slice(at)]);
}

declare module '../autograd/tensor.js' {
  interface Tensor {
    /** Without the axes of size 1, or without this one, if its size is 1. */
    squeeze(axis?: number): Tensor;
    /** With an axis of size 1 more, which is `axis` of the result. */
    unsqueeze(axis: number): Tensor;
  }
}
addMethods({ squeeze, unsqueeze });
