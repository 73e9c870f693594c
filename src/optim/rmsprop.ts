import type { Tensor } from '../autograd/tensor.js';
import { checkNumber } from '../errors.js';
import { Optimizer, type ParameterGroup, type ParameterState } from './optimizer.js';

export interface RMSpropOptions {
  /** Learning rate: 0.01 unless given. */
  lr: number;
  /** What is kept of the running mean of squared gradients: 0.99 unless given. */
  alpha: number;
  /** Added to the divisor: 1e-8 unless given. */
  eps: number;
  /** Adds weightDecay * parameter to each gradient: 0 unless given. */
  weightDecay: number;
  /** Share of the last step that is taken again: 0 unless given. */
  momentum: number;
  /** Divides by the gradient's standard deviation, its mean left out: false unless given. */
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
    for (const { lr, alpha, eps, weightDecay, momentum } of this.groups) {
      checkNumber('RMSprop', 'lr', lr, { least: 0 });
      checkNumber('RMSprop', 'alpha', alpha, { least: 0, most: 1 });
      checkNumber('RMSprop', 'eps', eps, { least: 0 });
      checkNumber('RMSprop', 'weightDecay', weightDecay, { least: 0 });
      checkNumber('RMSprop', 'momentum', momentum, { least: 0 });
    }
  }

  protected override change(state: ParameterState, settings: RMSpropOptions): void {
    const { storage, gradient } = state.parameter;
    const mean = settings.centered ? state.memory('mean') : null;
    const velocity = settings.momentum === 0 ? null : state.memory('velocity');
    state.kernels.rmsprop(storage, gradient!, state.memory('square'), mean, velocity, settings);
  }
}
