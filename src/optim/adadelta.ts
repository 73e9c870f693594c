import { define } from '../autograd/define.js';
import type { Storage } from '../autograd/storage.js';
import type { Tensor } from '../autograd/tensor.js';
import { checkNumber } from '../errors.js';
import { decayed } from './arithmetic.js';
import { checkNotNegative, Optimizer, type ParameterGroup, type ParameterState } from './optimizer.js';

/** Options of `Adadelta`. */
export interface AdadeltaOptions {
  /** Learning rate: what each step is multiplied by. @default 1 */
  lr: number;
  /** Decay rate of the running means. @default 0.9 */
  rho: number;
  /** Added below both roots, for numerical stability. @default 1e-6 */
  eps: number;
  /** Weight decay (L2 penalty): weightDecay * parameter is added to each gradient. @default 0 */
  weightDecay: number;
}

/**
 * Adadelta, as PyTorch defines it: s and d are running means of the squared gradient and of the squared step;
 * step = sqrt(d + eps) / sqrt(s + eps) * g, w = w - lr * step.
 * Source: Zeiler 2012, https://arxiv.org/abs/1212.5701
 */
export class Adadelta extends Optimizer<AdadeltaOptions> {
  constructor(
    params: readonly Tensor[] | readonly ParameterGroup<AdadeltaOptions>[],
    options: Partial<AdadeltaOptions> = {},
  ) {
    super(params, { lr: 1, rho: 0.9, eps: 1e-6, weightDecay: 0 }, options);
  }

  protected override check({ lr, rho, eps, weightDecay }: AdadeltaOptions): void {
    checkNotNegative('Adadelta', { lr, eps, weightDecay });
    checkNumber('Adadelta', 'rho', rho, { least: 0, most: 1 });
  }

  protected override change(state: ParameterState, settings: AdadeltaOptions): void {
    const { storage, gradient } = state.parameter;
    adadeltaKernels.step(storage, gradient!, state.memory('square'), state.memory('delta'), settings);
  }
}

export const adadeltaKernels = /* @__PURE__ */ define('adadelta', {
  /** `square` is the running mean of squared gradients, `delta` that of squared steps. */
  step(
    parameter: Storage,
    gradient: Storage,
    square: Storage,
    delta: Storage,
    { lr, rho, eps, weightDecay }: AdadeltaOptions,
  ): void {
    const [W, G, S, D] = [parameter.array, gradient.array, square.array, delta.array];
    for (let i = 0; i < W.length; i++) {
      const g = decayed(G[i], weightDecay, W[i]);
      S[i] = rho * S[i] + (1 - rho) * g * g;
      const step = (Math.sqrt(D[i] + eps) / Math.sqrt(S[i] + eps)) * g;
      D[i] = rho * D[i] + (1 - rho) * step * step;
      W[i] -= lr * step;
    }
  },
});
