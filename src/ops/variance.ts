import type { Tensor } from '../autograd/tensor.js';
import { checkNumber, readOptions, withPlace } from '../errors.js';
import { mul, sub } from './arithmetic.js';
import { mean, type ReduceOptions, sum } from './reduce.js';

/** Options of `variance`. */
export interface VarianceOptions extends ReduceOptions {
  /** What is taken off the number of elements that the sum is divided by; 0 for the biased variance. @default 1 */
  correction?: number;
}

/**
 * The variance over some axes, or over all: the sum of (x - mean)^2, divided by the number of elements less `correction`.
 * NaN for one element with the correction 1.
 */
export function variance(x: Tensor, options: VarianceOptions = {}): Tensor {
  const defaults = { axis: undefined, keepDims: false, correction: 1 };
  const { axis, keepDims, correction } = readOptions('variance', options, defaults);
  checkNumber('variance', 'correction', correction, { least: 0 });
  return withPlace('variance', () => {
    const difference = sub(x, mean(x, { axis, keepDims: true }));
    const squares = sum(mul(difference, difference), { axis, keepDims });
    return mul(squares, 1 / Math.max(0, x.size / squares.size - correction));
  });
}
