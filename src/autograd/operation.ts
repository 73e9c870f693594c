import { ArgumentError, show } from '../errors.js';
import { type Shape, sizeOf } from '../shape.js';
import { allocate, zeros } from './backend.js';
import { type GradientFunction, isRecording, ownedByScope } from './graph.js';
import type { AnyStorage, Storage } from './storage.js';
import { Tensor } from './tensor.js';
import { told } from './trace.js';

/** A forward computation and its gradient, side by side. */
export interface Operation {
  name: string;
  /** All of one dtype, which is the result's too. */
  inputs: readonly Tensor[];
  /** Shape of the result. */
  shape: Shape;
  /**
   * Writes the result into `y`. What else it allocates for the gradient's use goes into `owned`, to be freed with the
   * result. Left out, the result is a view: the first input's own numbers in another shape.
   */
  forward?: (y: Storage, owned: AnyStorage[]) => void;
  /** Adds to the gradient of each input, in order; an entry is null where none is wanted. */
  backward: GradientFunction;
  /** `forward` adds to `y`, which must start as zeros. */
  adds?: boolean;
  /** The result is a copy to keep: no `backward` or `noGrad` frees it. */
  keep?: boolean;
  /** What else decides the result, such as a stride: for those who write the operation down. */
  attributes?: object;
}

/** Throws unless all are tensors: for plain JavaScript, where the compiler does not see to it. */
export function checkTensors(where: string, ...values: readonly unknown[]): void {
  for (const value of values) {
    if (!(value instanceof Tensor)) throw new ArgumentError(where, `expected a tensor, got ${show(value)}`);
  }
}

/** Computes the result of an operation, and records it for `backward` if an input requires a gradient. */
export function operation(described: Operation): Tensor {
  const { name, inputs, shape, forward, backward, adds, keep } = described ?? {};
  if (!Array.isArray(inputs) || inputs.length === 0 || !Array.isArray(shape) || typeof backward !== 'function') {
    throw new ArgumentError('operation', `expected { name, inputs, shape, backward }, got ${show(described)}`);
  }
  checkTensors(name, ...inputs);
  let [{ dtype, storage }] = inputs;
  const other = inputs.find((input) => input.dtype !== dtype);
  if (other) throw new ArgumentError(name, `expected tensors of one dtype, got ${dtype} and ${other.dtype}`);

  const owned: AnyStorage[] = [];
  if (forward) {
    storage = (adds ? zeros : allocate)(dtype, sizeOf(shape));
    forward(storage, owned);
    if (!keep) owned.push(storage);
  }
  for (const each of owned) ownedByScope(each);
  if (!isRecording() || !inputs.some((input) => input.requiresGrad)) return told(described, new Tensor(storage, shape));
  const versions = inputs.map((input) => input.storage.version);
  return told(described, new Tensor(storage, shape, true, { name, inputs, versions, backward, owned }));
}

/**
 * Makes functions of a tensor its methods: `x.name(...)` is `name(x, ...)`. The file of an operation declares the method,
 * by adding to the interface Tensor, and calls this.
 */
export function addMethods<Name extends keyof Tensor>(functions: { [Key in Name]: AsFunction<Tensor[Key]> }): void {
  for (const [name, fn] of Object.entries(functions as Record<string, (x: Tensor, ...rest: never[]) => Tensor>)) {
    Object.defineProperty(Tensor.prototype, name, {
      value(this: Tensor, ...args: never[]) {
        return fn(this, ...args);
      },
      writable: true,
      configurable: true,
    });
  }
}

type AsFunction<Method> = Method extends (...args: infer Args) => infer Result
  ? (x: Tensor, ...args: Args) => Result
  : never;
