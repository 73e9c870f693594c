import { define } from '../autograd/define.js';
import type { Storage } from '../autograd/storage.js';
import type { Tensor } from '../autograd/tensor.js';
import { checkNumber } from '../errors.js';
import { decayed } from './arithmetic.js';
import { checkNotNegative, Optimizer, type ParameterGroup, type ParameterState } from './optimizer.js';

/** Options of `RMSprop`. */
export interface RMSpropOptions {
  /** Learning rate. @default 0.01 */
  lr: number;
  /** Decay rate of the running mean of squared gradients (smoothing constant). @default 0.99 */
  alpha: number;
  /** Added to the divisor, for numerical stability. @default 1e-8 */
  eps: number;
  /** Weight decay (L2 penalty): weightDecay * parameter is added to each gradient. @default 0 */
  weightDecay: number;
  /** Momentum factor: how much of the last step is taken again, from 0 to below 1. @default 0 */
  momentum: number;
  /** Whether to divide by the gradient's standard deviation, its mean left out. @default false */
  centered: boolean;
}

const DEFAULTS: RMSpropOptions = { lr: 0.01, alpha: 0.99, eps: 1e-8, weightDecay: 0, momentum: 0, centered: false };

/**
 * RMSprop, as PyTorch defines it: s is the running mean of the squared gradient, w = w - lr * g / (sqrt(s) + eps).
 * Source: Hinton, Neural Networks for Machine Learning, lecture 6e.
 */
export class RMSprop extends Optimizer<RMSpropOptions> {
  constructor(
    params: readonly Tensor[] | readonly ParameterGroup<RMSpropOptions>[],
    options: Partial<RMSpropOptions> = {},
  ) {
    super(params, DEFAULTS, options);
  }

  protected override check({ lr, alpha, eps, weightDecay, momentum }: RMSpropOptions): void {
    checkNotNegative('RMSprop', { lr, eps, weightDecay, momentum });
    checkNumber('RMSprop', 'alpha', alpha, { least: 0, most: 1 });
  }

  protected override change(state: ParameterState, settings: RMSpropOptions): void {
    const { storage, gradient } = state.parameter;
    const mean = settings.centered ? state.memory('mean') : null;
    const velocity = settings.momentum === 0 ? null : state.memory('velocity');
    rmspropKernels.step(storage, gradient!, state.memory('square'), mean, velocity, settings);
  }
}

export const rmspropKernels = /* @__PURE__ */ define('rmsprop', {
  /** `square` is the running mean of squared gradients; `mean` of gradients is null unless centered, `velocity` without momentum. */
  step(
    parameter: Storage,
    gradient: Storage,
    square: Storage,
    mean: Storage | null,
    velocity: Storage | null,
    { lr, alpha, eps, momentum, weightDecay }: Omit<RMSpropOptions, 'centered'>,
  ): void {
    const [W, G, S, M, V] = [parameter.array, gradient.array, square.array, mean?.array, velocity?.array];
    for (let i = 0; i < W.length; i++) {
      const g = decayed(G[i], weightDecay, W[i]);
      S[i] = alpha * S[i] + (1 - alpha) * g * g;
      let variance = S[i];
      if (M) {
        M[i] = alpha * M[i] + (1 - alpha) * g;
        variance = Math.max(variance - M[i] * M[i], 0); // Rounding can make it negative where the gradient is steady.
      }
      let step = g / (Math.sqrt(variance) + eps);
      if (V) {
        V[i] = momentum * V[i] + step;
        step = V[i];
      }
      W[i] -= lr * step;
    }
  },
});
