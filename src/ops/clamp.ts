import { addMethods } from '../autograd/operation.js';
import type { Tensor } from '../autograd/tensor.js';
import { ArgumentError, readOptions, show } from '../errors.js';
import { unaryDefinition, unaryOf } from './elementwise.js';

/** Options of `clamp`. */
export interface ClampOptions {
  /** What is less becomes this. @default -Infinity */
  min?: number;
  /** What is more becomes this, also where `min` is more. @default Infinity */
  max?: number;
}

/**
 * Each element within [min, max]; NaN stays NaN. The gradient is dy within the limits, at the limits too, and 0 outside.
 * @param options `min` and `max`: at least one of them
 */
export function clamp(x: Tensor, options: ClampOptions): Tensor {
  const limits = readOptions('clamp', options, { min: -Infinity, max: Infinity });
  if (!(limits.min > -Infinity || limits.max < Infinity)) {
    throw new ArgumentError('clamp', `expected min or max, got ${show(limits.min)} and ${show(limits.max)}`);
  }
  return unaryOf(clampKernels, x, limits);
}

declare module '../autograd/tensor.js' {
  interface Tensor {
    /** Each element within [min, max]. */
    clamp(options: ClampOptions): Tensor;
  }
}
addMethods({ clamp });

export const clampKernels = /* @__PURE__ */ unaryDefinition('clamp', {
  value: (x, { min, max }: Required<ClampOptions>) => Math.min(Math.max(x, min), max),
  slope: (x, _, { min, max }) => (x >= min && x <= max ? 1 : 0),
});
