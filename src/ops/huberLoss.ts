import type { Tensor } from '../autograd/tensor.js';
import { ArgumentError, readOptions, show } from '../errors.js';
import { mul, sub } from './arithmetic.js';
import { clamp } from './clamp.js';
import { checkTarget, type Reduction, reduceLosses } from './losses.js';

/**
 * With d the difference: d^2 / 2 where |d| is less than delta, and delta * (|d| - delta / 2) elsewhere, so that the gradient
 * is d, but never more than delta (Huber 1964). For delta 1 PyTorch also calls it the smooth L1 loss.
 * @param prediction any shape
 * @param target the same shape
 * @param options `reduction` ('mean'); `delta` (1), above 0
 */
export function huberLoss(
  prediction: Tensor,
  target: Tensor,
  options: { reduction?: Reduction; delta?: number } = {},
): Tensor {
  const { reduction, delta } = readOptions('huberLoss', options, { reduction: 'mean', delta: 1 });
  checkTarget('huberLoss', prediction, target);
  if (!(delta > 0)) throw new ArgumentError('huberLoss', `expected delta to be above 0, got ${show(delta)}`);
  const difference = sub(prediction, target);
  // The gradient is `limited` itself, so that it may count as a constant: limited * d - limited^2 / 2.
  const limited = clamp(difference.detach(), { min: -delta, max: delta });
  return reduceLosses('huberLoss', mul(limited, sub(difference, mul(limited, 0.5))), reduction);
}
