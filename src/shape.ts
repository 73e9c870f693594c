import { ShapeError, show } from './errors.js';

/** Sizes of the axes of a row-major array, the slowest first; `[]` is a single number. */
export type Shape = readonly number[];

/** The number of elements. */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const n of shape) size *= n;
  return size;
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((n, i) => n === b[i]);
}

/** A shape as an error message shows it: `[32, 8, 28, 28]`. */
export function showShape(shape: Shape): string {
  return `[${shape.join(', ')}]`;
}

/** Throws unless `shape` is an array of whole numbers that are at least 0. */
export function checkShape(where: string, shape: Shape): void {
  if (!Array.isArray(shape) || !shape.every((n) => Number.isSafeInteger(n) && n >= 0)) {
    throw new ShapeError(where, `expected a shape like [32, 1, 28, 28], got ${show(shape)}`);
  }
}

/** Throws unless there are as many axes as `expected` says, such as 'an input [N, C, H, W]'. */
export function checkRank(where: string, expected: string, shape: Shape, rank: number): void {
  if (shape.length !== rank) throw new ShapeError(where, `expected ${expected}, got shape ${showShape(shape)}`);
}

/** Throws unless `what` has this shape. */
export function checkSameShape(where: string, what: string, shape: Shape, expected: Shape): void {
  if (sameShape(shape, expected)) return;
  throw new ShapeError(where, `expected ${what} of shape ${showShape(expected)}, got ${showShape(shape)}`);
}

/** Row-major strides, in elements. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = stride;
    stride *= shape[i];
  }
  return strides;
}

/** The shape that two operands broadcast to under NumPy's rules. */
export function broadcastShapes(where: string, a: Shape, b: Shape): number[] {
  const rank = Math.max(a.length, b.length);
  const shape = new Array<number>(rank);
  for (let i = 1; i <= rank; i++) {
    const m = a[a.length - i] ?? 1;
    const n = b[b.length - i] ?? 1;
    if (m !== n && m !== 1 && n !== 1) {
      throw new ShapeError(where, `shapes ${showShape(a)} and ${showShape(b)} do not broadcast (${m} against ${n})`);
    }
    shape[rank - i] = m === 1 ? n : m;
  }
  return shape;
}

/** Strides that walk an array of shape `from` as if it had the shape `to`: 0 along each axis that is repeated. */
export function broadcastStrides(from: Shape, to: Shape): number[] {
  const own = stridesOf(from);
  const shift = to.length - from.length;
  return to.map((_, i) => (i < shift || from[i - shift] === 1 ? 0 : own[i - shift]));
}

/** An axis counted from the front; a negative one counts from the back. */
export function normalizeAxis(where: string, axis: number, rank: number): number {
  const i = axis < 0 ? axis + rank : axis;
  if (rank === 0) throw new ShapeError(where, `expected an axis to exist, got ${show(axis)} of a single number`);
  if (!Number.isInteger(i) || i < 0 || i >= rank) {
    throw new ShapeError(where, `expected an axis from ${-rank} to ${rank - 1}, got ${show(axis)}`);
  }
  return i;
}

/**
 * How often a window fits along one axis: floor((size + padding - dilation * (kernel - 1) - 1) / stride) + 1,
 * where `padding` counts both sides together.
 */
export function windowsAlong(size: number, kernel: number, stride: number, padding: number, dilation: number): number {
  return Math.floor((size + padding - dilation * (kernel - 1) - 1) / stride) + 1;
}

/** A number, or one for the height and one for the width. */
export type Pair = number | readonly [number, number];

/** Height and width from one number or two, each a whole number of at least `least`. */
export function pair(where: string, what: string, value: Pair, least: number): readonly [number, number] {
  const both = typeof value === 'number' ? [value, value] : value;
  if (Array.isArray(both) && both.length === 2 && both.every((n) => Number.isInteger(n) && n >= least)) {
    return both as [number, number];
  }
  throw new ShapeError(where, `expected ${what} to be a whole number of at least ${least}, or two, got ${show(value)}`);
}
