import { checkTensors, operation } from '../autograd/operation.js';
import type { Tensor } from '../autograd/tensor.js';
import { ArgumentError, ShapeError, show } from '../errors.js';
import type { Strips } from '../kernels/kernels.js';
import { normalizeAxis, type Shape, sameShape, showShape, sizeOf } from '../shape.js';

/**
 * Tensors one after the other along an axis: [N, A, ...] and [N, B, ...] give [N, A + B, ...] along axis 1.
 * @param tensors at least one; they differ in that axis only
 * @param axis the first one unless given; a negative one counts from the back
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
  const strips = tensors.map((each) => {
    start += each.shape[along];
    return stripsOf(shape, along, start - each.shape[along], start);
  });
  return operation({
    name: 'cat',
    inputs: tensors,
    shape,
    adds: true,
    forward: (kernels, y) => {
      tensors.forEach(({ storage }, i) => {
        kernels.stripsAdd(storage, y, back(strips[i]));
      });
    },
    backward: (kernels, dy, gradients) => {
      gradients.forEach((dx, i) => {
        if (dx) kernels.stripsAdd(dy, dx, strips[i]);
      });
    },
  });
}

/**
 * The part of a tensor from index `start` to before `end` along an axis, as a copy.
 * @param start from 0; a negative one counts from the back
 * @param end the axis's length unless given; a negative one counts from the back
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
  const strips = stripsOf(x.shape, along, from, to);
  return operation({
    name: 'slice',
    inputs: [x],
    shape: x.shape.map((n, i) => (i === along ? to - from : n)),
    adds: true,
    forward: (kernels, y) => kernels.stripsAdd(x.storage, y, strips),
    backward: (kernels, dy, [dx]) => kernels.stripsAdd(dy, dx!, back(strips)),
  });
}

/** From the part [start, end) of an axis of an array of `shape` to an array that holds this part alone. */
function stripsOf(shape: Shape, axis: number, start: number, end: number): Strips {
  const inner = sizeOf(shape.slice(axis + 1));
  const length = (end - start) * inner;
  return {
    ...{ rows: sizeOf(shape.slice(0, axis)), length },
    ...{ from: { first: start * inner, step: shape[axis] * inner }, to: { first: 0, step: length } },
  };
}

function back({ from, to, ...sizes }: Strips): Strips {
  return { ...sizes, from: to, to: from };
}
