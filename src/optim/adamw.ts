import type { Tensor } from '../autograd/tensor.js';
import { type AdamOptions, adamStep, checkAdam } from './adam.js';
import { Optimizer, type ParameterGroup, type ParameterState } from './optimizer.js';

/**
 * Adam with decoupled weight decay, as PyTorch defines it: first w = w - lr * weightDecay * w, then Adam's step, whose
 * gradient knows nothing of the decay. Options and defaults are Adam's, but the default of `weightDecay` is 0.01.
 * Source: Loshchilov and Hutter 2019, https://arxiv.org/abs/1711.05101
 */
export class AdamW extends Optimizer<AdamOptions> {
  constructor(params: readonly Tensor[] | readonly ParameterGroup<AdamOptions>[], options: Partial<AdamOptions> = {}) {
    super(params, { lr: 0.001, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0.01, amsgrad: false }, options);
  }

  protected override check(settings: AdamOptions): void {
    checkAdam('AdamW', settings);
  }

  protected override change(state: ParameterState, settings: AdamOptions): void {
    adamStep(state, settings, { weightDecay: 0, shrink: settings.lr * settings.weightDecay });
  }
}
