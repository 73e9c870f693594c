import type { Tensor } from '../autograd/tensor.js';

/** How a loss of one batch counts where the mean over several batches is asked for. */
interface Share {
  /** Whether the loss is the sum of the losses, or their mean. */
  isSum: boolean;
  /** How many losses there are, or their weights together. */
  weight: number;
}

const shares = /* @__PURE__ */ new WeakMap<Tensor, Share>();

/**
 * @internal Notes how a loss counts, and gives it back.
 * @param losses their number, or the weights that they are already times
 */
export function counted(loss: Tensor, isSum: boolean, losses: number | ArrayLike<number>): Tensor {
  let weight = 0;
  if (typeof losses === 'number') weight = losses;
  else for (let i = 0; i < losses.length; i++) weight += losses[i];
  shares.set(loss, { isSum, weight });
  return loss;
}

/**
 * @internal The sum of the losses of a batch, what the loss was multiplied by to be it, and what to divide the sums of all
 * batches by. A loss of which nothing was noted counts as the mean over the examples.
 */
export function shareOf(loss: Tensor, examples: number): Share & { sum: number; scale: number } {
  const { isSum, weight } = shares.get(loss) ?? { isSum: false, weight: examples };
  const scale = isSum ? 1 : weight;
  return { isSum, scale, weight, sum: weight === 0 ? 0 : loss.item() * scale };
}
