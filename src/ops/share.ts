import type { Tensor } from '../autograd/tensor.js';

/** How a loss of one batch counts where the mean over several batches is asked for. */
interface Share {
  /** What the loss has to be multiplied by to be the sum of the losses. */
  scale: number;
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
  shares.set(loss, { scale: isSum ? 1 : weight, weight });
  return loss;
}

/**
 * @internal The sum of the losses of a batch, and what to divide the sums of all batches by. A loss of which nothing was
 * noted counts as the mean over the examples.
 */
export function shareOf(loss: Tensor, examples: number): { sum: number; weight: number } {
  const { scale, weight } = shares.get(loss) ?? { scale: examples, weight: examples };
  return { sum: weight === 0 ? 0 : loss.item() * scale, weight };
}
