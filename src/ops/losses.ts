import { checkTensors } from '../autograd/operation.js';
import { Tensor } from '../autograd/tensor.js';
import { ArgumentError, checkChoice, readOptions, show } from '../errors.js';
import { checkSameShape, type Shape } from '../shape.js';
import { add, div, mul, type Operand, sub } from './arithmetic.js';
import { abs, neg, softplus } from './elementwise.js';
import { mean, sum } from './reduce.js';
import { reshape } from './reshape.js';
import { counted } from './share.js';

/** What becomes of the losses of a batch: their mean, their sum, or a tensor of them all. */
export type Reduction = 'mean' | 'sum' | 'none';

/**
 * Binary cross entropy with logits: -(posWeight t log sigmoid(x) + (1 - t) log(1 - sigmoid(x))), in nats, without
 * overflow or cancellation however large a logit is.
 * @param logits any shape, before any sigmoid
 * @param targets the same shape: probabilities of yes, from 0 to 1
 * @param options `reduction` ('mean'); `posWeight` (1), by which a yes counts: a number or a tensor that broadcasts
 */
export function bceWithLogits(
  logits: Tensor,
  targets: Tensor,
  options: { reduction?: Reduction; posWeight?: Operand } = {},
): Tensor {
  const where = 'bceWithLogits';
  const { reduction, posWeight } = readOptions(where, options, { reduction: 'mean', posWeight: undefined });
  checkTarget(where, logits, targets);
  const yes = mul(targets, softplus(neg(logits)));
  const no = mul(sub(1, targets), softplus(logits));
  const weighted = posWeight === undefined ? yes : mul(yes, posWeight);
  return reduceLosses(where, add(weighted, no), reduction);
}

/**
 * The squared difference.
 * @param prediction any shape
 * @param target the same shape
 * @param options `reduction` ('mean')
 */
export function mseLoss(prediction: Tensor, target: Tensor, options: { reduction?: Reduction } = {}): Tensor {
  const { reduction } = readOptions('mseLoss', options, { reduction: 'mean' });
  checkTarget('mseLoss', prediction, target);
  const difference = sub(prediction, target);
  return reduceLosses('mseLoss', mul(difference, difference), reduction);
}

/**
 * The absolute difference; its gradient at 0 is 0.
 * @param prediction any shape
 * @param target the same shape
 * @param options `reduction` ('mean')
 */
export function l1Loss(prediction: Tensor, target: Tensor, options: { reduction?: Reduction } = {}): Tensor {
  const { reduction } = readOptions('l1Loss', options, { reduction: 'mean' });
  checkTarget('l1Loss', prediction, target);
  return reduceLosses('l1Loss', abs(sub(prediction, target)), reduction);
}

/** @internal Throws unless both are tensors of one shape. */
export function checkTarget(where: string, prediction: Tensor, target: Tensor): void {
  checkTensors(where, prediction);
  if (!(target instanceof Tensor)) {
    const wanted = 'a tensor as target, as of a Dataset with targetShape';
    throw new ArgumentError(where, `expected ${wanted}, got ${show(target)}`);
  }
  checkSameShape(where, 'a target', target.shape, prediction.shape);
}

/**
 * @internal Reduces losses.
 * @param of `weights`, which are already multiplied in: the mean divides by their sum; the `shape` of losses that are not reduced
 */
export function reduceLosses(
  where: string,
  losses: Tensor,
  reduction: Reduction,
  { weights, shape = losses.shape }: { weights?: Tensor; shape?: Shape } = {},
): Tensor {
  checkChoice(where, 'reduction', reduction, ['mean', 'sum', 'none']);
  if (reduction === 'none') return shape.length === losses.shape.length ? losses : reshape(losses, shape);
  const count = weights?.storage.array ?? losses.size;
  if (reduction === 'sum') return counted(sum(losses), true, count);
  return counted(weights ? div(sum(losses), sum(weights)) : mean(losses), false, count);
}
