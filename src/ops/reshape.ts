import { accumulateKernels } from '../autograd/accumulate.js';
import { addMethods, checkTensors, operation } from '../autograd/operation.js';
import type { Tensor } from '../autograd/tensor.js';
import { ShapeError, show } from '../errors.js';
import { normalizeAxis, type Shape, showShape, sizeOf, stridesOf } from '../shape.js';
import { broadcastKernels } from './broadcast.js';

/**
 * The same numbers in another shape, without a copy.
 * @param shape one entry may be -1: it becomes whatever makes the sizes equal.
 */
export function reshape(x: Tensor, shape: Shape): Tensor {
  checkTensors('reshape', x);
  if (!Array.isArray(shape)) throw new ShapeError('reshape', `expected a shape like [2, -1], got ${show(shape)}`);
  const free = shape.indexOf(-1);
  const known = sizeOf(shape.filter((n) => n !== -1));
  const full = shape.map((n, i) => (i === free ? x.size / known : n));
  if (!full.every((n) => Number.isInteger(n) && n >= 0) || sizeOf(full) !== x.size) {
    throw new ShapeError('reshape', `cannot view shape ${showShape(x.shape)} (${x.size} numbers) as ${show(shape)}`);
  }
  return operation({
    name: 'reshape',
    inputs: [x],
    shape: full,
    backward: (dy, [dx]) => accumulateKernels.forward(dy, dx!),
  });
}

/** All axes from `startAxis` on as one. */
export function flatten(x: Tensor, startAxis = 0): Tensor {
  checkTensors('flatten', x);
  const from = x.shape.length === 0 ? 0 : normalizeAxis('flatten', startAxis, x.shape.length);
  return reshape(x, [...x.shape.slice(0, from), sizeOf(x.shape.slice(from))]);
}

/** A copy with its axes in the order `axes`: axis i of the result is axis axes[i] of x. */
export function permute(x: Tensor, axes: readonly number[]): Tensor {
  checkTensors('permute', x);
  if (!Array.isArray(axes)) throw new ShapeError('permute', `expected axes like [1, 0], got ${show(axes)}`);
  const order = axes.map((axis) => normalizeAxis('permute', axis, x.shape.length));
  if (order.length !== x.shape.length || new Set(order).size !== order.length) {
    throw new ShapeError('permute', `expected each of the ${x.shape.length} axes once, got ${show(axes)}`);
  }
  const shape = order.map((axis) => x.shape[axis]);
  const strides = stridesOf(x.shape);
  const view = { shape, strides: order.map((axis) => strides[axis]) };
  return operation({
    name: 'permute',
    attributes: { order },
    inputs: [x],
    shape,
    adds: true,
    forward: (y) => broadcastKernels.expand(x.storage, y, view, 1),
    backward: (dy, [dx]) => broadcastKernels.reduce(dy, dx!, view, 1),
  });
}

/**
 * A copy with two axes exchanged.
 * @default axis0 -2
 * @default axis1 -1
 */
export function transpose(x: Tensor, axis0 = -2, axis1 = -1): Tensor {
  checkTensors('transpose', x);
  const first = normalizeAxis('transpose', axis0, x.shape.length);
  const second = normalizeAxis('transpose', axis1, x.shape.length);
  const order = x.shape.map((_, i) => (i === first ? second : i === second ? first : i));
  return permute(x, order);
}

/** A copy that no `backward` and no `noGrad` frees; a gradient flows through it to x. */
export function clone(x: Tensor): Tensor {
  checkTensors('clone', x);
  return operation({
    name: 'clone',
    inputs: [x],
    shape: x.shape,
    adds: true,
    keep: true,
    forward: (y) => accumulateKernels.forward(x.storage, y),
    backward: (dy, [dx]) => accumulateKernels.forward(dy, dx!),
  });
}

declare module '../autograd/tensor.js' {
  interface Tensor {
    /** The same numbers in another shape, without a copy; one entry may be -1. */
    reshape(shape: Shape): Tensor;
    /** All axes from `startAxis` (0 by default) on as one. */
    flatten(startAxis?: number): Tensor;
    /** A copy with its axes in another order: axis i of the result is axis axes[i] of this. */
    permute(axes: readonly number[]): Tensor;
    /** A copy with two axes exchanged, the last two by default. */
    transpose(axis0?: number, axis1?: number): Tensor;
    /** A copy that no `backward` and no `noGrad` frees; a gradient flows through it. */
    clone(): Tensor;
  }
}
addMethods({ reshape, flatten, permute, transpose, clone });
