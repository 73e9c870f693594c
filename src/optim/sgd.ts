import { define } from '../autograd/define.js';
import type { Storage } from '../autograd/storage.js';
import type { Tensor } from '../autograd/tensor.js';
import { ArgumentError, checkNumber } from '../errors.js';
import { decayed } from './arithmetic.js';
import { checkNotNegative, Optimizer, type ParameterGroup, type ParameterState } from './optimizer.js';

/** Options of `SGD`. */
export interface SGDOptions {
  /** Learning rate. @default 0.001 */
  lr: number;
  /** Momentum factor: how much of the last step is taken again, from 0 to below 1. @default 0 */
  momentum: number;
  /** Dampening of the momentum: how much of the gradient is kept out of the velocity. @default 0 */
  dampening: number;
  /** Whether to use Nesterov's momentum, which looks ahead along the velocity. @default false */
  nesterov: boolean;
  /** Weight decay (L2 penalty): weightDecay * parameter is added to each gradient. @default 0 */
  weightDecay: number;
}

const DEFAULTS: SGDOptions = { lr: 0.001, momentum: 0, dampening: 0, nesterov: false, weightDecay: 0 };

/**
 * Stochastic gradient descent, as PyTorch defines it: v = momentum * v + (1 - dampening) * (g + weightDecay * w),
 * w = w - lr * v; the first step sets v = g + weightDecay * w.
 *
 *     new SGD(model.parameters(), { lr: 0.05, momentum: 0.9 })
 *     new SGD([{ params: conv.parameters(), weightDecay: 0.01 }, { params: dense.parameters() }], { lr: 0.05 })
 */
export class SGD extends Optimizer<SGDOptions> {
  constructor(params: readonly Tensor[] | readonly ParameterGroup<SGDOptions>[], options: Partial<SGDOptions> = {}) {
    super(params, DEFAULTS, options);
    for (const { momentum, nesterov, dampening } of this.groups) {
      if (nesterov && (momentum === 0 || dampening !== 0)) {
        throw new ArgumentError('SGD', 'nesterov needs a momentum and no dampening');
      }
    }
  }

  protected override check({ lr, momentum, weightDecay, dampening }: SGDOptions): void {
    checkNotNegative('SGD', { lr, momentum, weightDecay });
    checkNumber('SGD', 'dampening', dampening);
  }

  protected override change(state: ParameterState, settings: SGDOptions): void {
    const { storage, gradient } = state.parameter;
    const first = !state.memories.has('velocity');
    const velocity = settings.momentum === 0 ? null : state.memory('velocity');
    sgdKernels.step(storage, gradient!, velocity, { ...settings, first });
  }
}

export interface SGDSettings extends SGDOptions {
  /** The first step sets the velocity to the gradient. */
  first: boolean;
}

export const sgdKernels = /* @__PURE__ */ define('sgd', {
  /** `velocity` is null without momentum. */
  step(parameter: Storage, gradient: Storage, velocity: Storage | null, settings: SGDSettings): void {
    const { lr, momentum, dampening, nesterov, weightDecay, first } = settings;
    const [W, G, V] = [parameter.array, gradient.array, velocity?.array];
    for (let i = 0; i < W.length; i++) {
      let step = decayed(G[i], weightDecay, W[i]);
      if (V) {
        V[i] = first ? step : momentum * V[i] + (1 - dampening) * step;
        step = nesterov ? step + momentum * V[i] : V[i];
      }
      W[i] -= lr * step;
    }
  },
});
