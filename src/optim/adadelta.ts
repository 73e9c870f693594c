import type { Tensor } from '../autograd/tensor.js';
import { checkNumber } from '../errors.js';
import { Optimizer, type ParameterGroup, type ParameterState } from './optimizer.js';

export interface AdadeltaOptions {
  /** What each step is multiplied by: 1 unless given. */
  lr: number;
  /** What is kept of the running means: 0.9 unless given. */
  rho: number;
  /** Added below both roots: 1e-6 unless given. */
  eps: number;
  /** Adds weightDecay * parameter to each gradient: 0 unless given. */
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
    for (const { lr, rho, eps, weightDecay } of this.groups) {
      checkNumber('Adadelta', 'lr', lr, { least: 0 });
      checkNumber('Adadelta', 'rho', rho, { least: 0, most: 1 });
      checkNumber('Adadelta', 'eps', eps, { least: 0 });
      checkNumber('Adadelta', 'weightDecay', weightDecay, { least: 0 });
    }
  }

  protected override change(state: ParameterState, settings: AdadeltaOptions): void {
    const { storage, gradient } = state.parameter;
    state.kernels.adadelta(storage, gradient!, state.memory('square'), state.memory('delta'), settings);
  }
}
