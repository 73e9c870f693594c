import { define } from './define.js';
import type { Storage } from './storage.js';

/** y += x: what becomes of the gradients of a tensor that is used more than once. */
export const accumulateKernels = /* @__PURE__ */ define('accumulate', {
  forward(x: Storage, y: Storage): void {
    const [X, Y] = [x.array, y.array];
    for (let i = 0; i < Y.length; i++) Y[i] += X[i];
  },
});
