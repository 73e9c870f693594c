import { allocateIndices } from '../autograd/backend.js';
import { define } from '../autograd/define.js';
import { addMethods, checkTensors, operation } from '../autograd/operation.js';
import type { IndexStorage, Storage } from '../autograd/storage.js';
import type { Tensor } from '../autograd/tensor.js';
import { readOptions, ShapeError, show, withPlace } from '../errors.js';
import { normalizeAxis, showShape, sizeOf, stridesOf } from '../shape.js';
import { broadcastKernels } from './broadcast.js';
import { neg } from './elementwise.js';
import { type AxisSizes, argmaxOfRow, axisSizes, eachRow } from './softmax.js';

/** Options of reductions: along which axes. */
export interface ReduceOptions {
  /** The axis, or axes, to reduce over, negative ones counted from the back. @default all */
  axis?: number | readonly number[];
  /** Whether the reduced axes are kept, with size 1. @default false */
  keepDims?: boolean;
}

/** Options of functions along one axis. */
export interface RowOptions {
  /** The axis to reduce over, a negative one counted from the back. @default all, as if they were one */
  axis?: number;
  /** Whether the reduced axes are kept, with size 1. @default false */
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
export function max(x: Tensor, options: RowOptions = {}): Tensor {
  const { sizes, shape } = rowsAlong('max', x, options);
  let indices: IndexStorage;
  return operation({
    name: 'max',
    attributes: options,
    inputs: [x],
    shape,
    forward: (y, owned) => {
      indices = allocateIndices(x.dtype, sizeOf(shape));
      maxKernels.forward(x.storage, y, indices, sizes);
      owned.push(indices);
    },
    backward: (dy, [dx]) => maxKernels.backward(dy, indices, dx!),
  });
}

/**
 * The smallest element along one axis, or of all. The gradient goes to the first of equal ones, and a NaN is smaller than
 * any number.
 */
export function min(x: Tensor, options: RowOptions = {}): Tensor {
  return withPlace('min', () => neg(max(neg(x), options)));
}

declare module '../autograd/tensor.js' {
  interface Tensor {
    /** The sum over some axes, or over all. */
    sum(options?: ReduceOptions): Tensor;
    /** The arithmetic mean over some axes, or over all. */
    mean(options?: ReduceOptions): Tensor;
    /** The largest element along one axis, or of all. */
    max(options?: RowOptions): Tensor;
    /** The smallest element along one axis, or of all. */
    min(options?: RowOptions): Tensor;
  }
}
addMethods({ sum, mean, max, min });

/** y[row] = the largest element of the row, at indices[row] in x; dx[indices[row]] += dy[row]. */
export const maxKernels = /* @__PURE__ */ define('max', {
  forward(x: Storage, y: Storage, indices: IndexStorage, sizes: AxisSizes): void {
    const [X, Y, at] = [x.array, y.array, indices.array];
    eachRow(sizes, (first, row) => {
      at[row] = argmaxOfRow(X, first, sizes);
      Y[row] = X[at[row]];
    });
  },

  backward(dy: Storage, indices: IndexStorage, dx: Storage): void {
    const [dY, at, dX] = [dy.array, indices.array, dx.array];
    for (let row = 0; row < dY.length; row++) dX[at[row]] += dY[row];
  },
});

/** y = scale * sum of x; dx = scale * dy, repeated. */
function scaledSum(name: string, x: Tensor, options: ReduceOptions, scaleOf: (count: number) => number): Tensor {
  const { count, view, shape } = plan(name, x, options);
  const scale = scaleOf(count);
  return operation({
    name,
    attributes: options,
    inputs: [x],
    shape,
    adds: true,
    forward: (y) => broadcastKernels.reduce(x.storage, y, view, scale),
    backward: (dy, [dx]) => broadcastKernels.expand(dy, dx!, view, scale),
  });
}

/** @internal How the axes are reduced: what is along them, how many numbers make one, the view of the result, its shape. */
export function plan(name: string, x: Tensor, options: ReduceOptions) {
  checkTensors(name, x);
  const all = x.shape.map((_, i) => i);
  const { axis, keepDims } = readOptions(name, options, { axis: all, keepDims: false });
  const axes = (typeof axis === 'number' ? [axis] : [...axis]).map((i) => normalizeAxis(name, i, x.shape.length));
  if (new Set(axes).size < axes.length) throw new ShapeError(name, `expected each axis once, got ${show(axis)}`);
  const kept = x.shape.map((n, i) => (axes.includes(i) ? 1 : n));
  const shape = keepDims ? kept : x.shape.filter((_, i) => !axes.includes(i));
  const view = { shape: x.shape, strides: stridesOf(kept).map((stride, i) => (kept[i] === x.shape[i] ? stride : 0)) };
  return { axes, shape, view, count: sizeOf(axes.map((i) => x.shape[i])) };
}

/** @internal Rows along one axis, or all numbers as one row, and the shape of one number a row. */
export function rowsAlong(name: string, x: Tensor, options: RowOptions) {
  const { axes, shape } = plan(name, x, options);
  if (Array.isArray(options?.axis)) throw new ShapeError(name, `expected one axis, got ${show(options.axis)}`);
  const sizes = options.axis === undefined ? { outer: 1, length: x.size, inner: 1 } : axisSizes(x, axes[0]);
  if (sizes.length > 0) return { sizes, shape };
  throw new ShapeError(name, `expected at least one number, got shape ${showShape(x.shape)}`);
}
