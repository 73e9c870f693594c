import { type Generator, getDefaultGenerator } from '../random.js';
import type { Callback } from '../train/callback.js';

const HOOKS = ['onTrainBegin', 'onEpochBegin', 'onBatchEnd', 'onEpochEnd', 'onTrainEnd', 'onTrainError'] as const;

/** The callbacks, but what they draw changes nothing of what the training draws: they run on one rank only. */
export function apart(callbacks: readonly Callback[], generators: readonly Generator[]): Callback[] {
  return callbacks.map((callback) => {
    const { name, last } = callback;
    const wrapped: Callback = { name, last, saveState: callback.saveState?.bind(callback) };
    wrapped.loadState = callback.loadState?.bind(callback);
    for (const hook of HOOKS) {
      const fn = callback[hook] as ((...given: unknown[]) => void | Promise<void>) | undefined;
      if (!fn) continue;
      wrapped[hook] = async (...given: unknown[]) => {
        const drawn = [...new Set([getDefaultGenerator(), ...generators])];
        const states = drawn.map((each) => each.getState());
        try {
          await fn.apply(callback, given);
        } finally {
          drawn.forEach((each, i) => {
            each.setState(states[i]);
          });
        }
      };
    }
    return wrapped;
  });
}
