import { define } from '../autograd/define.js';
import { operation } from '../autograd/operation.js';
import type { Storage } from '../autograd/storage.js';
import type { Tensor } from '../autograd/tensor.js';
import { ArgumentError, readOptions } from '../errors.js';
import { checkTarget, type Reduction, reduceLosses } from './losses.js';

/**
 * Binary cross entropy of probabilities, -(t log p + (1 - t) log(1 - p)), in nats. As in PyTorch, a logarithm is never less than
 * -100. `bceWithLogits`, of a model without a sigmoid at its end, loses no digits near 0 and 1.
 * @param probabilities any shape, from 0 to 1, as `sigmoid` gives them
 * @param targets the same shape: probabilities of yes, from 0 to 1
 * @param options `reduction` ('mean')
 * @throws ArgumentError for a probability outside [0, 1], such as a logit
 */
export function bceLoss(probabilities: Tensor, targets: Tensor, options: { reduction?: Reduction } = {}): Tensor {
  const { reduction } = readOptions('bceLoss', options, { reduction: 'mean' });
  checkTarget('bceLoss', probabilities, targets);
  const [p, t] = [probabilities.storage, targets.storage];
  const wrong = p.array.find((value) => value < 0 || value > 1);
  if (wrong !== undefined) throw new ArgumentError('bceLoss', `expected probabilities from 0 to 1, got ${wrong}`);
  const losses = operation({
    name: 'bceLoss',
    inputs: [probabilities, targets],
    shape: probabilities.shape,
    forward: (y) => bceLossKernels.forward(p, t, y),
    backward: (dy, [dp, dt]) => bceLossKernels.backward(p, t, dy, dp, dt),
  });
  return reduceLosses('bceLoss', losses, reduction);
}

/** loss = -t max(log p, -100) - (1 - t) max(log(1 - p), -100); dp = dloss * (p - t) / max(p (1 - p), 1e-12). */
export const bceLossKernels = /* @__PURE__ */ define('bceLoss', {
  forward(p: Storage, t: Storage, losses: Storage): void {
    const [P, T, L] = [p.array, t.array, losses.array];
    for (let i = 0; i < L.length; i++) {
      L[i] = (T[i] - 1) * Math.max(Math.log1p(-P[i]), -100) - T[i] * Math.max(Math.log(P[i]), -100);
    }
  },

  backward(p: Storage, t: Storage, dlosses: Storage, dp: Storage | null, dt: Storage | null): void {
    const [P, T, dL] = [p.array, t.array, dlosses.array];
    for (let i = 0; i < dL.length; i++) {
      if (dp) dp.array[i] += (dL[i] * (P[i] - T[i])) / Math.max(P[i] * (1 - P[i]), 1e-12);
      if (dt) dt.array[i] += dL[i] * (Math.log1p(-P[i]) - Math.log(P[i]));
    }
  },
});
