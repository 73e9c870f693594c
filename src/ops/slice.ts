import { define } from '../autograd/define.js';
import { checkTensors, operation } from '../autograd/operation.js';
import type { Storage } from '../autograd/storage.js';
import type { Tensor } from '../autograd/tensor.js';
import { ArgumentError, ShapeError, show } from '../errors.js';
import { normalizeAxis, type Shape, sameShape, showShape, sizeOf } from '../shape.js';

/**
 * Tensors one after the other along an axis: [N, A, ...] and [N, B, ...] give [N, A + B, ...] along axis 1.
 * @param tensors at least one; they differ in that axis only
 * @param axis a negative one counts from the back
 * @default axis 0
 */
export function cat(tensors: readonly Tensor[], axis = 0): Tensor {
  if (!Array.isArray(tensors) || tensors.length === 0) {
    throw new ArgumentError('cat', `expected a list of tensors, got ${show(tensors)}`);
  }
  checkTensors('cat', ...tensors);
  const [{ shape: first }] = tensors;
  const along = normalizeAxis('cat', axis, first.length);
  const withLength = (shape: Shape, length: number) => shape.map((n, i) => (i === along ? length : n));
  for (const { shape } of tensors) {
    if (!sameShape(withLength(shape, 0), withLength(first, 0))) {
      const got = `got ${showShape(first)} and ${showShape(shape)}`;
      throw new ShapeError('cat', `expected shapes that differ only in axis ${along}, ${got}`);
    }
  }
  const total = tensors.reduce((sum, { shape }) => sum + shape[along], 0);
  const shape = withLength(first, total);
  let start = 0;
  const parts = tensors.map((each) => {
    start += each.shape[along];
    return rowsOf(shape, along, start - each.shape[along], start);
  });
  return operation({
    name: 'cat',
    attributes: { axis: along },
    inputs: tensors,
    shape,
    adds: true,
    forward: (y) => {
      tensors.forEach(({ storage }, i) => {
        sliceKernels.add(storage, y, reversed(parts[i]));
      });
    },
    backward: (dy, gradients) => {
      gradients.forEach((dx, i) => {
        if (dx) sliceKernels.add(dy, dx, parts[i]);
      });
    },
  });
}

/**
 * The part of a tensor from index `start` to before `end` along an axis, as a copy.
 * @param start from 0; a negative one counts from the back
 * @param end a negative one counts from the back
 * @default end the axis's length
 */
export function slice(x: Tensor, axis: number, start: number, end?: number): Tensor {
  checkTensors('slice', x);
  const along = normalizeAxis('slice', axis, x.shape.length);
  const length = x.shape[along];
  const [from, to] = [start, end ?? length].map((at) => (at < 0 ? at + length : at));
  if (!Number.isInteger(from) || !Number.isInteger(to) || from < 0 || to < from || to > length) {
    const got = `got ${show(start)} to ${show(end ?? length)}`;
    throw new ShapeError('slice', `expected a range within the ${length} of axis ${along}, ${got}`);
  }
  const part = rowsOf(x.shape, along, from, to);
  return operation({
    name: 'slice',
    attributes: { axis: along, from, to },
    inputs: [x],
    shape: x.shape.map((n, i) => (i === along ? to - from : n)),
    adds: true,
    forward: (y) => sliceKernels.add(x.storage, y, part),
    backward: (dy, [dx]) => sliceKernels.add(dy, dx!, reversed(part)),
  });
}

/** `count` rows of `length` neighbors: where the first begins in x and in y, and how far the next one is. */
export interface Rows {
  count: number;
  length: number;
  x: { offset: number; stride: number };
  y: { offset: number; stride: number };
}

/** Adds rows of x to rows of y: a slice forward, and its gradient with x and y exchanged. */
export const sliceKernels = /* @__PURE__ */ define('slice', {
  add(x: Storage, y: Storage, rows: Rows): void {
    const [X, Y] = [x.array, y.array];
    for (let row = 0; row < rows.count; row++) {
      const [from, to] = [rows.x.offset + row * rows.x.stride, rows.y.offset + row * rows.y.stride];
      for (let i = 0; i < rows.length; i++) Y[to + i] += X[from + i];
    }
  },
});

/** From the part [start, end) of an axis of an array of `shape` to an array that holds this part alone. */
function rowsOf(shape: Shape, axis: number, start: number, end: number): Rows {
  const inner = sizeOf(shape.slice(axis + 1));
  const length = (end - start) * inner;
  const whole = { offset: start * inner, stride: shape[axis] * inner };
  return { count: sizeOf(shape.slice(0, axis)), length, x: whole, y: { offset: 0, stride: length } };
}

function reversed({ x, y, ...sizes }: Rows): Rows {
  return { ...sizes, x: y, y: x };
}
