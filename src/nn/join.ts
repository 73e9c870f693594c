import type { Tensor } from '../autograd/tensor.js';
import type { Module } from './module.js';

/** The method of a layer that can give what it and the layer before it give, as one function; null where it cannot. */
export const JOIN = Symbol('join');

/** A layer that may have that method. */
type Joining = Module & { [JOIN]?(before: Module): ((x: Tensor) => Tensor) | null };

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
export function joined(before: Module, layer: Joining | undefined): ((x: Tensor) => Tensor) | null {
  return (joins && layer?.[JOIN]?.(before)) || null;
}
