import type { Tensor } from '../autograd/tensor.js';
import type { AnyModule } from './module.js';

/** A layer that may give what it and the layer before it give, as one function. A name, not a symbol: bundlers drop such classes. */
type Joining = AnyModule & { joinedTo?(before: AnyModule): ((x: Tensor) => Tensor) | null };

let joins = false;

/** @internal Calls `fn`; meanwhile every `Sequential` runs neighbors as one where the second of them can. */
export function joining<T>(fn: () => T): T {
  const outer = joins;
  joins = true;
  try {
    return fn();
  } finally {
    joins = outer;
  }
}

/** @internal What stands for both layers; null where each is to run. */
export function joined(before: AnyModule, layer: Joining | undefined): ((x: Tensor) => Tensor) | null {
  return (joins && layer?.joinedTo?.(before)) || null;
}
