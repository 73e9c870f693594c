import { Tensor } from '../autograd/tensor.js';
import { ArgumentError, ConvgradError, checkOptions, ShapeError, show } from '../errors.js';
import { kernelsFor } from '../kernels/index.js';
import type { DType, FloatArray, Storage } from '../kernels/storage.js';
import { sameShape, showShape } from '../shape.js';

/** A tensor that a model learns. A field of a `Module` that holds one is found by `parameters()`. */
export class Parameter extends Tensor {
  /** Holds a copy of the numbers of `value`. */
  constructor(value: Tensor) {
    super(copyOf(value.storage.array, value.dtype), value.shape, true);
  }
}

/** The numbers of a model by PyTorch's keys, such as `0.weight`; they share the model's memory. */
export type StateDict = Record<string, Tensor>;

/**
 * A part of a network: a layer, or a model of layers. Its fields that are parameters or modules, or lists of them, belong
 * to it; fields named with a # are not seen.
 */
export abstract class Module {
  /** Whether layers that behave differently during training (dropout, batch norm) do so; see `train` and `eval`. */
  training = true;

  /** Computes the result. */
  abstract forward(x: Tensor): Tensor;

  /** The modules directly inside, by name; a list of modules gives `list.0`, `list.1`. */
  namedChildren(): [string, Module][] {
    return this.#fields(Module);
  }

  /** This module and all inside it, by path; its own path is ''. */
  namedModules(prefix = ''): [string, Module][] {
    const inner = this.namedChildren().flatMap(([name, child]) => child.namedModules(join(prefix, name)));
    return [[prefix, this], ...inner];
  }

  /** All parameters by PyTorch's keys; one that is used in two places comes once. */
  namedParameters(): [string, Parameter][] {
    const seen = new Set<Parameter>();
    return this.#allParameters().filter(([, parameter]) => !seen.has(parameter) && seen.add(parameter));
  }

  parameters(): Parameter[] {
    return this.namedParameters().map(([, parameter]) => parameter);
  }

  /** Multiply-adds that the layer itself does for an output of this shape. */
  multiplyAdds(_outputShape: readonly number[]): number {
    return 0;
  }

  /** The model's numbers, sharing its memory: clone them to keep a state. */
  stateDict(): StateDict {
    const state: StateDict = Object.create(null);
    for (const [key, parameter] of this.#allParameters()) state[key] = parameter.detach();
    return state;
  }

  /**
   * Copies the numbers in. Nothing is changed unless everything fits.
   * @param options `strict` (true unless given) refuses keys that are missing or left over
   * @returns the keys that the model has and `state` has not, and the other way round
   */
  loadStateDict(state: StateDict, options: { strict?: boolean } = {}): { missing: string[]; unexpected: string[] } {
    checkOptions('loadStateDict', options, ['strict']);
    const own = new Map(this.#allParameters());
    const missing = [...own.keys()].filter((key) => !(key in state));
    const unexpected = Object.keys(state).filter((key) => !own.has(key));
    if ((options.strict ?? true) && (missing.length > 0 || unexpected.length > 0)) {
      throw new ArgumentError('loadStateDict', `missing keys ${show(missing)}, unexpected keys ${show(unexpected)}`);
    }
    const matching = [...own].filter(([key]) => key in state);
    for (const [key, parameter] of matching) {
      if (!sameShape(state[key].shape, parameter.shape)) {
        throw new ShapeError(
          'loadStateDict',
          `expected shape ${showShape(parameter.shape)} for ${key}, got ${showShape(state[key].shape)}`,
        );
      }
    }
    const numbers = matching.map(([key]) => state[key].storage.array); // Throws, before anything is changed, if some are gone.
    for (const [i, [, parameter]] of matching.entries()) {
      parameter.storage.array.set(numbers[i]);
      parameter.storage.version++;
    }
    return { missing, unexpected };
  }

  /** Switches this module and all inside it to training (or away from it). */
  train(mode = true): this {
    for (const [, module] of this.namedModules()) module.training = mode;
    return this;
  }

  /** Switches this module and all inside it to evaluation. */
  eval(): this {
    return this.train(false);
  }

  /** Converts all parameters, in place; what was computed from them before cannot be sent backward any more. */
  to(dtype: DType): this {
    for (const parameter of this.parameters()) {
      parameter.grad = null;
      const { version } = parameter.storage;
      parameter.storage = copyOf(parameter.storage.array, dtype);
      parameter.storage.version = version + 1;
    }
    return this;
  }

  /** The layer as a line of a table shows it. */
  toString(): string {
    return this.constructor.name;
  }

  /** Calls `fn`; an error from it names this layer. */
  protected located<T>(fn: () => T): T {
    return relocate(fn, () => String(this));
  }

  #allParameters(prefix = ''): [string, Parameter][] {
    const own = this.#fields(Parameter).map(([name, value]): [string, Parameter] => [join(prefix, name), value]);
    return [...own, ...this.namedChildren().flatMap(([name, child]) => child.#allParameters(join(prefix, name)))];
  }

  #fields<T>(Kind: abstract new (...args: never[]) => T): [string, T][] {
    return Object.entries(this).flatMap(([name, value]): [string, T][] => {
      if (value instanceof Kind) return [[name, value]];
      if (!Array.isArray(value)) return [];
      return value.flatMap((item, i): [string, T][] => (item instanceof Kind ? [[`${name}.${i}`, item]] : []));
    });
  }
}

/** Calls `fn`; an error of ours that it throws gets a new place. */
export function relocate<T>(fn: () => T, where: (error: ConvgradError) => string): T {
  try {
    return fn();
  } catch (error) {
    throw error instanceof ConvgradError ? error.at(where(error)) : error;
  }
}

/** In the memory of the kernels, where what is used in every step belongs. */
function copyOf(data: FloatArray, dtype: DType): Storage {
  const storage = kernelsFor(dtype).allocate(dtype, data.length);
  storage.array.set(data);
  storage.resident = true;
  return storage;
}

function join(prefix: string, name: string): string {
  return prefix === '' ? name : `${prefix}.${name}`;
}
