import { checkTensors } from '../autograd/operation.js';
import type { Tensor } from '../autograd/tensor.js';
import { checkNumber, readOptions } from '../errors.js';
import { add, sub } from './arithmetic.js';
import { clamp } from './clamp.js';
import { checkTarget, type Reduction, reduceLosses } from './losses.js';
import { norm } from './norm.js';

/**
 * max(|anchor - positive| - |anchor - negative| + margin, 0): an example is to be nearer to one of its own class than to one
 * of another, by the margin (Schroff et al. 2015, who square the distances). As in PyTorch, 1e-6 is added to each difference.
 * @param anchor embeddings [..., D]
 * @param positive the same shape: of the same classes
 * @param negative the same shape: of others
 * @param options `reduction` ('mean'); `margin` (1), at least 0
 * @returns one number, or [...] for the reduction 'none'
 */
export function tripletMarginLoss(
  anchor: Tensor,
  positive: Tensor,
  negative: Tensor,
  options: { reduction?: Reduction; margin?: number } = {},
): Tensor {
  const where = 'tripletMarginLoss';
  const { reduction, margin } = readOptions(where, options, { reduction: 'mean', margin: 1 });
  checkNumber(where, 'margin', margin, { least: 0 });
  checkTensors(where, anchor);
  const [near, far] = [positive, negative].map((other) => {
    checkTarget(where, anchor, other);
    return norm(add(sub(anchor, other), 1e-6), { axis: -1 });
  });
  return reduceLosses(where, clamp(add(sub(near, far), margin), { min: 0 }), reduction);
}
