import type { Tensor } from '../autograd/tensor.js';
import { checkNumber } from '../errors.js';
import { unaryDefinition, unaryOf } from './elementwise.js';

/**
 * x where it is positive, and alpha * (e^x - 1) elsewhere, the exponential linear unit (Clevert et al. 2016).
 * @param alpha minus the value for large negative x
 * @default alpha 1
 */
export function elu(x: Tensor, alpha = 1): Tensor {
  return unaryOf(eluKernels, x, checkNumber('elu', 'alpha', alpha));
}

export const eluKernels = /* @__PURE__ */ unaryDefinition('elu', {
  value: (x, alpha: number) => (x > 0 ? x : alpha * Math.expm1(x)),
  slope: (x, _, alpha) => (x > 0 ? 1 : alpha * Math.exp(x)),
});
