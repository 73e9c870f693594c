import { addMethods } from '../autograd/operation.js';
import type { Tensor } from '../autograd/tensor.js';
import { withPlace } from '../errors.js';
import { add, sub } from './arithmetic.js';
import { clamp } from './clamp.js';
import { exp, log } from './elementwise.js';
import { max, type RowOptions, sum } from './reduce.js';
import { reshape } from './reshape.js';

/** The logarithm of the sum of e^x along one axis, or of all, without overflow: m + log(sum of e^(x - m)), m the largest x. */
export function logSumExp(x: Tensor, options: RowOptions = {}): Tensor {
  return withPlace('logSumExp', () => {
    const peak = max(x, { ...options, keepDims: true }).detach();
    // Infinity less itself would be NaN.
    const most = x.dtype === 'float32' ? 2 ** 128 - 2 ** 104 : Number.MAX_VALUE;
    const least = clamp(peak, { min: -most, max: most });
    const logs = log(sum(exp(sub(x, least)), options));
    return add(logs, reshape(least, logs.shape));
  });
}

declare module '../autograd/tensor.js' {
  interface Tensor {
    /** The logarithm of the sum of e^x along one axis, or of all. */
    logSumExp(options?: RowOptions): Tensor;
  }
}
addMethods({ logSumExp });
