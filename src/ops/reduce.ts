import { checkTensors, operation } from '../autograd/operation.js';
import type { Tensor } from '../autograd/tensor.js';
import { checkOptions, ShapeError, show } from '../errors.js';
import type { IndexStorage } from '../kernels/storage.js';
import { normalizeAxis, showShape, sizeOf, stridesOf } from '../shape.js';

export interface ReduceOptions {
  /** The axis, or axes, to reduce over, negative ones counted from the back; all unless given. */
  axis?: number | readonly number[];
  /** Keeps the reduced axes, with size 1. */
  keepDims?: boolean;
}

/** The sum over some axes, or over all. */
export function sum(x: Tensor, options: ReduceOptions = {}): Tensor {
  return scaledSum('sum', x, options, () => 1);
}

/** The arithmetic mean over some axes, or over all. */
export function mean(x: Tensor, options: ReduceOptions = {}): Tensor {
  return scaledSum('mean', x, options, (count) => {
    if (count > 0) return 1 / count;
    throw new ShapeError('mean', `expected at least one number, got shape ${showShape(x.shape)}`);
  });
}

/**
 * The largest element along one axis, or of all. The gradient goes to the first of equal ones, and a NaN is larger
 * than any number.
 */
export function max(x: Tensor, options: { axis?: number; keepDims?: boolean } = {}): Tensor {
  if (Array.isArray(options.axis)) throw new ShapeError('max', `expected one axis, got ${show(options.axis)}`);
  const { axes, kept, shape } = plan('max', x, options);
  // All axes together are one line; one axis makes a line of each row along it.
  const length = options.axis === undefined ? x.size : x.shape[axes[0]];
  const inner = options.axis === undefined ? 1 : sizeOf(x.shape.slice(axes[0] + 1));
  if (length === 0) throw new ShapeError('max', `expected at least one number, got shape ${showShape(x.shape)}`);
  const outer = x.size / (length * inner);
  let indices: IndexStorage;
  return operation({
    name: 'max',
    inputs: [x],
    shape,
    forward: (kernels, y, owned) => {
      indices = kernels.allocateIndices(sizeOf(kept));
      kernels.max(x.storage, y, indices, { outer, length, inner });
      owned.push(indices);
    },
    backward: (kernels, dy, [dx]) => kernels.scatterAdd(dy, indices, dx!),
  });
}

function scaledSum(name: string, x: Tensor, options: ReduceOptions, scaleOf: (count: number) => number): Tensor {
  const { kept, shape } = plan(name, x, options);
  const scale = scaleOf(x.size / sizeOf(kept));
  const walk = { shape: x.shape, strides: stridesOf(kept).map((stride, i) => (kept[i] === x.shape[i] ? stride : 0)) };
  return operation({
    name,
    inputs: [x],
    shape,
    adds: true,
    forward: (kernels, y) => kernels.reduceAdd(x.storage, y, walk, scale),
    backward: (kernels, dy, [dx]) => kernels.spreadAdd(dy, dx!, walk, scale),
  });
}

/** The axes to reduce, the shape with them at size 1, and the shape of the result. */
function plan(name: string, x: Tensor, options: ReduceOptions) {
  checkTensors(name, x);
  checkOptions(name, options, ['axis', 'keepDims']);
  const { axis = x.shape.map((_, i) => i), keepDims = false } = options;
  const axes = (typeof axis === 'number' ? [axis] : [...axis]).map((i) => normalizeAxis(name, i, x.shape.length));
  if (new Set(axes).size < axes.length) throw new ShapeError(name, `expected each axis once, got ${show(axis)}`);
  const kept = x.shape.map((n, i) => (axes.includes(i) ? 1 : n));
  return { axes, kept, shape: keepDims ? kept : x.shape.filter((_, i) => !axes.includes(i)) };
}
