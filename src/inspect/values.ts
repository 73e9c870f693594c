import type { FloatArray } from '../autograd/storage.js';
import { ShapeError } from '../errors.js';
import { type Shape, showShape, sizeOf } from '../shape.js';

/** Numbers with a shape, row-major. */
export interface Values {
  shape: Shape;
  values: FloatArray;
}

/** Throws unless there are as many values as the shape says, at least one, and the shape `fits` what is expected. */
export function checkValues(where: string, what: string, values: ArrayLike<number>, shape: Shape, fits: boolean): void {
  if (fits && values.length === sizeOf(shape) && values.length > 0) return;
  throw new ShapeError(where, `expected ${what}, got ${values.length} numbers and the shape ${showShape(shape)}`);
}

/** The numbers in parts of one size, such as the weights of a layer filter by filter. */
export function partsOf(values: ArrayLike<number>, size: number): Float64Array[] {
  const all = Float64Array.from(values);
  return Array.from({ length: all.length / size }, (_, i) => all.subarray(i * size, (i + 1) * size));
}

export function sum(values: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i];
  return total;
}

/** NaN when there are none. */
export function mean(values: ArrayLike<number>): number {
  return sum(values) / values.length;
}

/** The scalar product. */
export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += a[i] * b[i];
  return total;
}

/** The Euclidean norm. */
export function norm(values: ArrayLike<number>): number {
  return Math.sqrt(dot(values, values));
}
