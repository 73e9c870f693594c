import { FormatError, ShapeError } from '../../errors.js';
import { type Shape, showShape, sizeOf } from '../../shape.js';
import { checkValues, dot, partsOf } from '../values.js';
import { symmetricEigen } from './eigen.js';
import { LARGEST, SMALLEST } from './templates.js';

/** What all channels of a filter have in common: one picture, and how strong it is in each channel. */
export interface FilterPattern {
  /** [k, k], row-major: the filter itself where it has one channel, else the sum of its channels weighted by `channels`. */
  taps: Float64Array;
  /** One number a channel, of length 1 together; the largest in magnitude is positive. */
  channels: number[];
  /** The share of the filter's energy in channels[c] * taps, 1/channels to 1; NaN for a filter of zeros. */
  share: number;
}

/**
 * The first principal component of each filter over its channels: the best approximation by one picture that stands, with
 * another factor, in every channel (Eckart and Young 1936, "The approximation of one matrix by another of lower rank"). Where
 * taps are independent and normal, all directions of `taps` are equally likely, however alike the channels are: it has the
 * distribution of a filter of one channel.
 * @param weights [filters, channels, k, k], k from 3 to 11
 * @throws ShapeError for another shape; FormatError for a weight that is NaN or infinite
 */
export function filterPatterns(weights: ArrayLike<number>, shape: Shape): FilterPattern[] {
  checkFilters('filterPatterns', weights, shape);
  return partsOf(weights, sizeOf(shape.slice(1))).map((filter) => patternOf(filter, shape[1]));
}

/** The same of one filter, [channels, area]. */
export function patternOf(filter: Float64Array, channels: number): FilterPattern {
  const energy = dot(filter, filter);
  if (channels === 1) return { taps: filter, channels: [1], share: energy / energy };
  const area = filter.length / channels;
  const rows = partsOf(filter, area);
  // The smaller of the two products has the same largest eigenvalue.
  const narrow = channels <= area;
  const columns = () => Array.from({ length: area }, (_, i) => Float64Array.from(rows, (row) => row[i]));
  const { values, vectors } = eigen(narrow ? rows : columns());
  const first = vectors[values.reduce((best, value, i) => (value > values[best] ? i : best), 0)];
  const factors = narrow ? first : Float64Array.from(rows, (row) => dot(row, first));
  const length = Math.sqrt(dot(factors, factors)) || 1;
  const strongest = factors.reduce((most, each) => (Math.abs(each) > Math.abs(most) ? each : most), 0);
  const unit = Array.from(factors, (factor) => (factor / length) * (strongest < 0 ? -1 : 1));
  const taps = new Float64Array(area);
  for (const [c, row] of rows.entries()) for (let i = 0; i < area; i++) taps[i] += unit[c] * row[i];
  return { taps, channels: unit, share: dot(taps, taps) / energy };
}

/** The eigenvalues and eigenvectors of the products of rows with each other, in no order. */
export function eigen(rows: readonly Float64Array[]): { values: number[]; vectors: Float64Array[] } {
  return symmetricEigen(rows.map((row) => Float64Array.from(rows, (other) => dot(row, other))));
}

/** Why other kernels cannot be measured. */
const REASON =
  'templates at 16 angles need a square; below 3x3 an edge and a line are one, and beyond 11x11 no thresholds are known';

/**
 * Throws unless these are the weights of filters, [filters, channels, k, k] with k from 3 to 11, and all finite.
 * @throws ShapeError for another shape; FormatError for a weight that is NaN or infinite
 */
export function checkFilters(where: string, weights: ArrayLike<number>, shape: Shape, what = 'weights'): void {
  const [, , size, width] = shape;
  const isKernel = size === width && size >= SMALLEST && size <= LARGEST;
  const expected = `${what} [filters, channels, k, k] with k from ${SMALLEST} to ${LARGEST}`;
  if (shape.length === 4 && !isKernel) {
    const got = `got ${weights.length} numbers and the shape ${showShape(shape)}`;
    throw new ShapeError(where, `expected ${expected}, ${got}: ${REASON}`);
  }
  checkValues(where, expected, weights, shape, shape.length === 4);
  const wrong = Array.prototype.findIndex.call(weights, (value) => !Number.isFinite(value));
  if (wrong < 0) return;
  throw new FormatError(where, `expected finite ${what}, got ${weights[wrong]} at ${wrong} of ${showShape(shape)}`);
}
