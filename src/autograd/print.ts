import type { FloatArray } from '../autograd/storage.js';
import { type Shape, stridesOf } from '../shape.js';

/** A tensor with more numbers than this is shown by the first and the last `EDGE` along each axis, as in NumPy. */
const MOST = 1000;
const EDGE = 3;
/** Columns of a line. */
const WIDTH = 80;

/** @internal Numbers in nested brackets, one level an axis, rows below each other and columns aligned. */
export function printNumbers(values: FloatArray, shape: Shape): string {
  const strides = stridesOf(shape);
  /** The indices that are shown along an axis; null in place of those that are not. */
  const along = (axis: number): (number | null)[] => {
    const all = Array.from({ length: shape[axis] }, (_, i) => i);
    if (values.length <= MOST || all.length <= 2 * EDGE) return all;
    return [...all.slice(0, EDGE), null, ...all.slice(-EDGE)];
  };
  const shown = (axis: number, at: number): number[] =>
    axis === shape.length
      ? [values[at]]
      : along(axis).flatMap((i) => (i === null ? [] : shown(axis + 1, at + i * strides[axis])));
  const cellOf = formatOf(shown(0, 0));

  const level = (axis: number, at: number): string => {
    if (axis === shape.length) return cellOf(values[at]);
    const items = along(axis).map((i) => (i === null ? '...' : level(axis + 1, at + i * strides[axis])));
    const indent = ' '.repeat(axis + 1);
    // Matrices of an array of three axes or more stand apart, by an empty line for each axis more.
    if (axis < shape.length - 1) return `[${items.join(`,${'\n'.repeat(shape.length - axis - 1)}${indent}`)}]`;
    const perLine = Math.max(1, Math.floor((WIDTH - indent.length) / `${items[0]}, `.length));
    const lines = items.map((item, i) => (i === 0 ? item : i % perLine === 0 ? `,\n${indent}${item}` : `, ${item}`));
    return `[${lines.join('')}]`;
  };
  return level(0, 0);
}

/** How to show numbers of these sizes, all equally wide: whole, with four decimals, or with an exponent. */
function formatOf(values: readonly number[]): (value: number) => string {
  const sizes = values.filter((value) => Number.isFinite(value) && value !== 0).map(Math.abs);
  const [least, most] = [Math.min(...sizes), Math.max(...sizes)];
  const plain = sizes.length === 0 || most < 1e8;
  const text = (value: number) => {
    if (!Number.isFinite(value)) return String(value);
    if (plain && sizes.every(Number.isInteger)) return String(value);
    return plain && least >= 1e-4 && most < 1e5 ? value.toFixed(4) : value.toExponential(4);
  };
  const width = Math.max(0, ...values.map((value) => text(value).length));
  return (value) => text(value).padStart(width);
}
