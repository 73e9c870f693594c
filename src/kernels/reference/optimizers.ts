import type { AdadeltaSettings, AdamSettings, RMSpropSettings, SGDSettings } from '../kernels.js';
import type { Storage } from '../storage.js';

export function sgd(parameter: Storage, gradient: Storage, velocity: Storage | null, settings: SGDSettings): void {
  const { lr, momentum, dampening, nesterov, weightDecay, first } = settings;
  const [W, G, V] = [parameter.array, gradient.array, velocity?.array];
  for (let i = 0; i < W.length; i++) {
    let step = G[i] + weightDecay * W[i];
    if (V) {
      V[i] = first ? step : momentum * V[i] + (1 - dampening) * step;
      step = nesterov ? step + momentum * V[i] : V[i];
    }
    W[i] -= lr * step;
  }
}

export function adam(
  parameter: Storage,
  gradient: Storage,
  mean: Storage,
  square: Storage,
  largest: Storage | null,
  { beta1, beta2, eps, stepSize, correction, weightDecay, shrink }: AdamSettings,
): void {
  const [W, G, M, S, L] = [parameter.array, gradient.array, mean.array, square.array, largest?.array];
  for (let i = 0; i < W.length; i++) {
    const g = G[i] + weightDecay * W[i];
    const w = W[i] - shrink * W[i];
    M[i] = beta1 * M[i] + (1 - beta1) * g;
    S[i] = beta2 * S[i] + (1 - beta2) * g * g;
    if (L) L[i] = Math.max(L[i], S[i]);
    W[i] = w - (stepSize * M[i]) / (Math.sqrt(L ? L[i] : S[i]) / correction + eps);
  }
}

export function rmsprop(
  parameter: Storage,
  gradient: Storage,
  square: Storage,
  mean: Storage | null,
  velocity: Storage | null,
  { lr, alpha, eps, momentum, weightDecay }: RMSpropSettings,
): void {
  const [W, G, S, M, V] = [parameter.array, gradient.array, square.array, mean?.array, velocity?.array];
  for (let i = 0; i < W.length; i++) {
    const g = G[i] + weightDecay * W[i];
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
}

export function adadelta(
  parameter: Storage,
  gradient: Storage,
  square: Storage,
  delta: Storage,
  { lr, rho, eps, weightDecay }: AdadeltaSettings,
): void {
  const [W, G, S, D] = [parameter.array, gradient.array, square.array, delta.array];
  for (let i = 0; i < W.length; i++) {
    const g = G[i] + weightDecay * W[i];
    S[i] = rho * S[i] + (1 - rho) * g * g;
    const step = (Math.sqrt(D[i] + eps) / Math.sqrt(S[i] + eps)) * g;
    D[i] = rho * D[i] + (1 - rho) * step * step;
    W[i] -= lr * step;
  }
}
