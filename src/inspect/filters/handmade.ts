import { checkNumber, ShapeError } from '../../errors.js';
import { dot } from '../values.js';
import { draw, LARGEST, SMALLEST, unit } from './templates.js';

/** A filter with a name from the textbooks. */
export interface HandMadeFilter {
  name: string;
  /** [size, size], row-major. */
  values: Float64Array;
}

/**
 * The filters that people designed before filters were learned, at size x size. All are built from a row of binomial
 * coefficients, which smooths, and its first and second differences, which find edges and lines; at 3 x 3 these are the
 * Prewitt, Sobel, Laplacian, Gaussian, box and sharpening filters of the textbooks.
 * @param size k from 3 to 11
 */
export function handMadeFilters(size: number): HandMadeFilter[] {
  checkNumber('handMadeFilters', 'the size', size, { least: SMALLEST, most: LARGEST, whole: true });
  const smooth = binomial(size);
  const first = convolve(binomial(size - 2), [1, 0, -1]);
  const second = convolve(binomial(size - 2), [-1, 2, -1]);
  const ones = new Array<number>(size).fill(1);
  const ramp = Array.from({ length: size }, (_, i) => (size - 1) / 2 - i);
  // The outer product of a column and a row.
  const outer = (down: number[], right: number[]) =>
    Float64Array.from({ length: size * size }, (_, i) => down[Math.floor(i / size)] * right[i % size]);
  const sum = (a: Float64Array, b: Float64Array, sign: 1 | -1) => a.map((value, i) => value + sign * b[i]);
  const [right, down] = [outer(smooth, first), outer(first, smooth)];
  const [acrossColumns, acrossRows] = [outer(smooth, second), outer(second, smooth)];
  // A second derivative along a diagonal: half of each straight one, and the mixed one.
  const mixed = outer(first, first);
  const half = sum(acrossColumns, acrossRows, 1).map((value) => value / 2);
  const narrow = [0, ...binomial(size - 2), 0];
  const laplacian = sum(outer(narrow, second), outer(second, narrow), 1);
  const center = draw(size, (x, y) => (Math.abs(x) < 1 && Math.abs(y) < 1 ? 1 : 0));
  const peak = Math.max(...laplacian);
  const sharpen = center.map((value, i) => value + (4 * laplacian[i]) / peak);
  return [
    { name: 'vertical edge (Prewitt)', values: outer(ones, ramp) },
    { name: 'horizontal edge (Prewitt)', values: outer(ramp, ones) },
    { name: 'vertical edge (Sobel)', values: right },
    { name: 'horizontal edge (Sobel)', values: down },
    { name: 'diagonal edge \\ (Sobel)', values: sum(right, down, -1) },
    { name: 'diagonal edge / (Sobel)', values: sum(right, down, 1) },
    { name: 'vertical line', values: acrossColumns },
    { name: 'horizontal line', values: acrossRows },
    { name: 'diagonal line \\', values: sum(half, mixed, 1) },
    { name: 'diagonal line /', values: sum(half, mixed, -1) },
    { name: 'Laplacian', values: laplacian },
    { name: 'Gaussian blur', values: outer(smooth, smooth) },
    { name: 'box blur', values: outer(ones, ones) },
    { name: 'sharpen', values: sharpen },
    { name: 'identity', values: center },
  ];
}

/**
 * The hand-made filter that is most like a filter.
 * @param taps [size, size], row-major
 * @returns its name and the cosine similarity of the two, -1 to 1: negative when bright and dark are exchanged. Null for
 * a filter of zeros.
 */
export function nearestHandMade(taps: ArrayLike<number>, size: number): { name: string; cosine: number } | null {
  if (taps.length !== size * size) {
    throw new ShapeError('nearestHandMade', `expected ${size * size} taps, got ${taps.length}`);
  }
  const given = unit(Float64Array.from(taps));
  const all = handMadeFilters(size).map(({ name, values }) => ({ name, cosine: dot(given, unit(values)) }));
  const [nearest] = all.sort((a, b) => Math.abs(b.cosine) - Math.abs(a.cosine));
  return Number.isNaN(nearest.cosine) ? null : nearest;
}

function binomial(n: number): number[] {
  return n <= 1 ? [1] : convolve(binomial(n - 1), [1, 1]);
}

function convolve(a: number[], b: number[]): number[] {
  return Array.from({ length: a.length + b.length - 1 }, (_, i) =>
    b.reduce((sum, value, j) => sum + value * (a[i - j] ?? 0), 0),
  );
}
