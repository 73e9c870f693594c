import type { Tensor } from './tensor.js';

/** What a trace is told of an operation. */
export interface Step {
  readonly name: string;
  readonly inputs: readonly Tensor[];
  readonly attributes?: object;
}

type Observe = (step: Step, result: Tensor) => void;

let tracer: Observe | null = null;

/** The result of an operation, which a trace is told of if there is one. */
export function told(step: Step, result: Tensor): Tensor {
  tracer?.(step, result);
  return result;
}

/** @internal Calls `fn`; meanwhile `observe` is told every operation and its result. */
export function traced<T>(observe: Observe, fn: () => T): T {
  const outer = tracer;
  tracer = observe;
  try {
    return fn();
  } finally {
    tracer = outer;
  }
}
