import { define } from '../autograd/define.js';
import type { Storage } from '../autograd/storage.js';
import type { Tensor } from '../autograd/tensor.js';
import { ArgumentError, show } from '../errors.js';
import { decayed, power } from './arithmetic.js';
import { checkNotNegative, Optimizer, type ParameterGroup, type ParameterState } from './optimizer.js';

/** Options of `Adam` and `AdamW`. */
export interface AdamOptions {
  /** Learning rate. @default 0.001 */
  lr: number;
  /** Decay rates of the running means of the gradients and of their squares, from 0 to below 1. @default [0.9, 0.999] */
  betas: readonly [number, number];
  /** Added to the divisor, for numerical stability. @default 1e-8 */
  eps: number;
  /** Weight decay (L2 penalty): weightDecay * parameter is added to each gradient. @default 0 */
  weightDecay: number;
  /** Whether to divide by the largest mean square so far (AMSGrad). @default false */
  amsgrad: boolean;
}

/**
 * Adam, as PyTorch defines it: m and s are running means of the gradient and of its square, t the number of steps, and
 * w = w - lr * (m / (1 - beta1^t)) / (sqrt(s / (1 - beta2^t)) + eps).
 * Source: Kingma and Ba 2015, https://arxiv.org/abs/1412.6980
 */
export class Adam extends Optimizer<AdamOptions> {
  constructor(params: readonly Tensor[] | readonly ParameterGroup<AdamOptions>[], options: Partial<AdamOptions> = {}) {
    super(params, { lr: 0.001, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0, amsgrad: false }, options);
  }

  protected override check(settings: AdamOptions): void {
    checkAdam('Adam', settings);
  }

  protected override change(state: ParameterState, settings: AdamOptions): void {
    adamStep(state, settings, { weightDecay: settings.weightDecay, shrink: 0 });
  }
}

/** @internal Checks the settings of a group. */
export function checkAdam(where: string, { lr, betas, eps, weightDecay }: AdamOptions): void {
  checkNotNegative(where, { lr, eps, weightDecay });
  if (!Array.isArray(betas) || betas.length !== 2 || !betas.every((beta) => beta >= 0 && beta < 1)) {
    throw new ArgumentError(where, `expected betas to be two numbers from 0 to below 1, got ${show(betas)}`);
  }
}

/** @internal What Adam and AdamW share; they differ in where the decay goes. */
export function adamStep(
  state: ParameterState,
  { lr, betas: [beta1, beta2], eps, amsgrad }: AdamOptions,
  decay: { weightDecay: number; shrink: number },
): void {
  const { storage, gradient } = state.parameter;
  const largest = amsgrad ? state.memory('largestSquare') : null;
  adamKernels.step(storage, gradient!, state.memory('mean'), state.memory('square'), largest, {
    beta1,
    beta2,
    eps,
    ...decay,
    stepSize: lr / (1 - power(beta1, state.steps)),
    correction: Math.sqrt(1 - power(beta2, state.steps)),
  });
}

export interface AdamSettings {
  /** Decay rates of the running means of the gradients and of their squares. */
  beta1: number;
  beta2: number;
  eps: number;
  /** lr / (1 - beta1^steps). */
  stepSize: number;
  /** sqrt(1 - beta2^steps). */
  correction: number;
  /** Times the parameter, it is added to the gradient. */
  weightDecay: number;
  /** Times the parameter, it is taken away before the step (AdamW). */
  shrink: number;
}

export const adamKernels = /* @__PURE__ */ define('adam', {
  /** `mean` of the gradients, `square` of their squares, `largest` the largest square so far, null without amsgrad. */
  step(
    parameter: Storage,
    gradient: Storage,
    mean: Storage,
    square: Storage,
    largest: Storage | null,
    { beta1, beta2, eps, stepSize, correction, weightDecay, shrink }: AdamSettings,
  ): void {
    const [W, G, M, S, L] = [parameter.array, gradient.array, mean.array, square.array, largest?.array];
    for (let i = 0; i < W.length; i++) {
      const g = decayed(G[i], weightDecay, W[i]);
      const w = decayed(W[i], -shrink, W[i]);
      M[i] = beta1 * M[i] + (1 - beta1) * g;
      S[i] = beta2 * S[i] + (1 - beta2) * g * g;
      if (L) L[i] = Math.max(L[i], S[i]);
      W[i] = w - (stepSize * M[i]) / (Math.sqrt(L ? L[i] : S[i]) / correction + eps);
    }
  },
});
