import { allocate } from '../autograd/backend.js';
import { checkTensors } from '../autograd/operation.js';
import type { DType, FloatArray, Storage } from '../autograd/storage.js';
import { Tensor } from '../autograd/tensor.js';
import { ArgumentError, checkChoice, readOptions, ShapeError, show, withPlace } from '../errors.js';
import { sameShape, showShape } from '../shape.js';
import { heldBy } from './fields.js';

/** A tensor that a model learns: a field of a `Module` that holds one is found by `parameters()`. */
export class Parameter extends Tensor {
  /** @param value the initial numbers, which are copied */
  constructor(value: Tensor) {
    super(ownCopy(new.target.name, value), value.shape, true);
  }
}

/**
 * Numbers that a layer keeps and no optimizer learns, such as running statistics: no parameter, but part of `stateDict`,
 * of `loadStateDict`, of `weightHash` and of `to`. PyTorch's word for it is a buffer.
 */
export class StateBuffer extends Tensor {
  /** Its name in the state dict, such as 'running_mean'. */
  readonly key: string;

  /**
   * @param key its name in the state dict
   * @param value the initial numbers, which are copied
   */
  constructor(key: string, value: Tensor) {
    super(ownCopy(new.target.name, value), value.shape);
    this.key = key;
  }
}

/** The numbers of a model by PyTorch's keys, such as '0.weight'; they share the model's memory. */
export type StateDict = Record<string, Tensor>;

/**
 * A part of a network: a layer, or a model of layers. Its fields that are parameters, state buffers or modules, or lists,
 * plain objects or Maps of them, belong to it; fields named with a # are not seen. What it learns itself is a `Parameter`:
 *
 *     class Scale extends Module {
 *       readonly scale = new Parameter(ones([4]));
 *       override forward(x: Tensor): Tensor {
 *         return x.mul(this.scale);
 *       }
 *     }
 *
 * One that gets two tensors is a `Module<[Tensor, Tensor]>`, one that gives two a `Module<[Tensor], [Tensor, Tensor]>`.
 */
export abstract class Module<Inputs extends Tensor[] = [Tensor], Output = Tensor> {
  /** Whether layers that behave differently during training (dropout, batch norm) do so; see `train` and `eval`. */
  training = true;
  /** Whether it is frozen; see `freeze`. */
  frozen = false;
  /** What the classes are called of which it gives logits: `fit` takes the names from its data. Null where they have none. */
  classNames: readonly string[] | null = null;

  /**
   * Computes the result.
   * @param inputs a batch, or several tensors of one; the class says of which shapes
   */
  abstract forward(...inputs: Inputs): Output;

  /** The modules directly inside, by name; a list of modules gives 'list.0', 'list.1', an object 'object.key'. */
  namedChildren(): [string, AnyModule][] {
    return heldBy<AnyModule>(this, Module);
  }

  /** This module and all inside it, by path; its own path is ''. */
  namedModules(prefix = ''): [string, AnyModule][] {
    const inner = this.namedChildren().flatMap(([name, child]) => child.namedModules(join(prefix, name)));
    return [[prefix, this], ...inner];
  }

  /** All parameters by PyTorch's keys; one that is used in two places comes once. */
  namedParameters(): [string, Parameter][] {
    const keys = new Map<Parameter, string>();
    for (const [key, value] of this.#state()) if (value instanceof Parameter && !keys.has(value)) keys.set(value, key);
    return [...keys].map(([parameter, key]) => [key, parameter]);
  }

  /** All parameters, for an optimizer; one that is used in two places comes once. */
  parameters(): Parameter[] {
    return this.namedParameters().map(([, parameter]) => parameter);
  }

  /** How many multiply-adds the layer itself does for an output of this shape; those of the layers inside are not counted. */
  multiplyAdds(_outputShape: readonly number[]): number {
    return 0;
  }

  /** The model's parameters and state buffers by PyTorch's keys, sharing its memory: clone them to keep a state. */
  stateDict(): StateDict {
    const state: StateDict = Object.create(null);
    for (const [key, value] of this.#state()) state[key] = value.detach();
    return state;
  }

  /**
   * Copies the numbers of a state dict into the model. Nothing is changed unless everything fits.
   * @param options `strict`: whether keys that are missing or left over are refused; true unless given
   * @returns the keys that the model has and `state` has not, and the other way round
   * @throws ShapeError for another shape; ArgumentError for what is no state dict, or has other keys
   */
  loadStateDict(state: StateDict, options: { strict?: boolean } = {}): { missing: string[]; unexpected: string[] } {
    const where = 'loadStateDict';
    const { strict } = readOptions(where, options, { strict: true });
    checkStateDict(where, state);
    const own = new Map(this.#state());
    const missing = [...own.keys()].filter((key) => !Object.hasOwn(state, key));
    const unexpected = Object.keys(state).filter((key) => !own.has(key));
    if (strict && (missing.length > 0 || unexpected.length > 0)) {
      throw new ArgumentError(where, `missing keys ${shortList(missing)}, unexpected keys ${shortList(unexpected)}`);
    }
    const matching = [...own].filter(([key]) => Object.hasOwn(state, key));
    for (const [key, { shape }] of matching) {
      if (sameShape(state[key].shape, shape)) continue;
      throw new ShapeError(where, `expected shape ${showShape(shape)} for ${key}, got ${showShape(state[key].shape)}`);
    }
    const numbers = matching.map(([key]) => state[key].storage.array); // Throws, before anything is changed, if some are gone.
    for (const [i, [, parameter]] of matching.entries()) {
      parameter.storage.array.set(numbers[i]);
      parameter.storage.version++;
    }
    return { missing, unexpected };
  }

  /** Switches this module and all inside it to training, or to evaluation where `mode` is false; what is frozen stays there. */
  train(mode = true): this {
    for (const [, module] of this.namedModules()) module.training = mode && !module.frozen;
    return this;
  }

  /** Switches this module and all inside it to evaluation. */
  eval(): this {
    return this.train(false);
  }

  /**
   * Freezes this module and all inside it: its parameters get no gradient, so that no optimizer changes them, and it is in
   * evaluation mode whatever `train` and `fit` do, so that batch norm keeps its statistics.
   * @param mode false ends it, for all inside
   */
  freeze(mode = true): this {
    for (const parameter of this.parameters()) {
      parameter.requiresGrad = !mode;
      parameter.grad = null;
    }
    for (const [, module] of this.namedModules()) Object.assign(module, { frozen: mode, training: !mode });
    return this;
  }

  /**
   * Converts all parameters and state buffers, in place. `backward` of what was computed from them before is refused.
   * @param dtype 'float32', or 'float64' to check gradients
   */
  to(dtype: DType): this {
    checkChoice('to', 'dtype', dtype, ['float32', 'float64']);
    for (const value of new Set(this.#state().map(([, each]) => each))) {
      value.grad = null;
      const { version } = value.storage;
      value.storage = copyOf(value.storage.array, dtype);
      value.storage.version = version + 1;
    }
    return this;
  }

  /** A layer in one line, such as `Conv2D(1, 8, 5x5)`; a module of layers as a tree of their names, as PyTorch shows it. */
  toString(): string {
    const { name } = this.constructor;
    const lines = this.namedChildren().map(([key, child]) => `\n  (${key}): ${String(child).replaceAll('\n', '\n  ')}`);
    return lines.length === 0 ? name : `${name}(${lines.join('')}\n)`;
  }

  /** What `console.log` prints in Node. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }

  /** Calls `fn`; an error from it names this layer. */
  protected located<T>(fn: () => T): T {
    return withPlace(() => lineOf(this), fn);
  }

  /** Everything that `stateDict` holds, in its order: PyTorch's, parameters first. */
  #state(prefix = ''): (readonly [string, Parameter | StateBuffer])[] {
    const tensors = heldBy(this, Tensor);
    for (const [name, value] of tensors) {
      if (value instanceof Parameter || !value.requiresGrad || value.node) continue;
      const detail = `the field ${name} is a tensor with requiresGrad that nobody would train: make it new Parameter(...)`;
      throw new ArgumentError(this.constructor.name, detail);
    }
    const parameters: [string, Parameter | StateBuffer][] = [];
    const buffers: typeof parameters = [];
    for (const [name, value] of tensors) {
      if (value instanceof Parameter) parameters.push([join(prefix, name), value]);
      if (value instanceof StateBuffer) buffers.push([join(prefix, value.key), value]);
    }
    const inside = this.namedChildren().flatMap(([name, child]) => child.#state(join(prefix, name)));
    return [...parameters, ...buffers, ...inside];
  }
}

/** A module whatever it gets and gives. */
export type AnyModule = Module<Tensor[], unknown>;

/** @internal Throws unless it is a model. */
export function checkModel(where: string, model: unknown): void {
  if (!(model instanceof Module)) throw new ArgumentError(where, `expected a model, a Module, got ${show(model)}`);
}

/** @internal Throws unless it is an object of nothing but tensors. */
export function checkStateDict(where: string, state: unknown): void {
  const wrong = Object.entries(state ?? {}).find(([, value]) => !(value instanceof Tensor));
  if (typeof state === 'object' && state !== null && !wrong) return;
  const got = wrong ? `${show(wrong[1])} for ${wrong[0]}` : show(state);
  throw new ArgumentError(where, `expected tensors by their keys, got ${got}`);
}

/** @internal A layer in one line, with its sizes and with those settings that are not their defaults. */
export function describe(layer: AnyModule, sizes: readonly unknown[], settings: object = {}, defaults = {}): string {
  const shown = (value: unknown) => (Array.isArray(value) ? value.join('x') : String(value));
  const usual = new Map<string, unknown>(Object.entries(defaults));
  const given = Object.entries(settings).filter(([key, value]) => value !== usual.get(key));
  const all = [...sizes.map(shown), ...given.map(([key, value]) => `${key}: ${shown(value)}`)];
  return `${layer.constructor.name}${all.length > 0 ? `(${all.join(', ')})` : ''}`;
}

/** @internal A module in one line: one that holds others by its class alone. */
export function lineOf(module: AnyModule): string {
  const text = String(module);
  return text.includes('\n') ? module.constructor.name : text;
}

function ownCopy(where: string, value: Tensor): Storage {
  checkTensors(where, value);
  return copyOf(value.storage.array, value.dtype);
}

/** A copy in the memory of the kernels, where what is used in every step belongs. */
function copyOf(data: FloatArray, dtype: DType): Storage {
  const storage = allocate(dtype, data.length);
  storage.array.set(data);
  storage.resident = true;
  return storage;
}

/** A list, cut where it becomes long. */
function shortList(keys: string[]): string {
  return keys.length > 8 ? `${show(keys.slice(0, 8))} and ${keys.length - 8} more` : show(keys);
}

function join(prefix: string, name: string): string {
  return prefix === '' ? name : `${prefix}.${name}`;
}
