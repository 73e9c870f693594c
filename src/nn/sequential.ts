import { checkTensors } from '../autograd/operation.js';
import type { Tensor } from '../autograd/tensor.js';
import { ArgumentError, checkNumber, show, withPlace } from '../errors.js';
import { heldBy } from './fields.js';
import { joined } from './join.js';
import { describe, lineOf, Module } from './module.js';

/** A place that a model inside has already named: 'conv2 (Conv2D)'. */
const PATH = /^\S+ \(\w+\)$/;

/** Whole numbers, which JavaScript puts in front of all other names in an object; dots, which stand between names; ''. */
const NO_NAME = /^(0|[1-9]\d*)$|\.|^$/;

/** A layer, or a function that stands for one without parameters. */
export type Layer = Module | ((x: Tensor) => Tensor);

/** A function as a layer. */
class Lambda extends Module {
  constructor(readonly fn: (x: Tensor) => Tensor) {
    super();
  }

  override forward(x: Tensor): Tensor {
    const y = this.fn(x);
    checkTensors('Lambda', y);
    return y;
  }

  override toString(): string {
    return describe(this, this.fn.name ? [this.fn.name] : []);
  }
}

/**
 * Layers one after the other.
 *
 *     new Sequential(new Conv2D(1, 8, 5), new ReLU())                  // named '0' and '1', as in PyTorch
 *     new Sequential({ conv1: new Conv2D(1, 8, 5), relu: new ReLU() }) // named by you
 *     new Sequential(new Conv2D(1, 8, 5), (x) => x.clamp({ min: 0 }))  // a function is a layer without parameters
 *
 * `model[0]`, `model.at(-1)`, `model.at('conv1')`, `model.length` and `for (const layer of model)` reach the layers; `replace`,
 * `append` and `insert` change them. An optimizer made before that does not have the new layer's parameters.
 */
export class Sequential extends Module {
  readonly [index: number]: Module;
  #layers: ReadonlyMap<string, Module> = new Map();
  /** The same as a list, which is quicker to go through. */
  #list: readonly [string, Module][] = [];

  /**
   * @param layers the layers in their order, or one object of layers by name
   * @throws ArgumentError for what is no layer, and for a name that is a whole number or has a dot
   */
  constructor(...layers: Layer[] | [Record<string, Layer>]) {
    super();
    const [first] = layers;
    const isList = layers.length !== 1 || first instanceof Module || typeof first === 'function';
    const named = isList ? (layers as Layer[]) : first;
    if (typeof named !== 'object' || named === null) {
      throw new ArgumentError('Sequential', `expected layers, or an object of layers by name, got ${show(named)}`);
    }
    this.#take(Object.entries(named).map(([name, layer]) => [Array.isArray(named) ? '' : checkName(name), layer]));
  }

  /** The number of layers. */
  get length(): number {
    return this.#layers.size;
  }

  /**
   * The layer of this name, or at this index; a negative one counts from the end.
   * @param Kind what it must be: `model.at('conv1', Conv2D).weight`
   * @throws ArgumentError when there is none, or one of another kind
   */
  at<Layer extends Module = Module>(which: number | string, Kind?: abstract new (...args: never[]) => Layer): Layer {
    const layer = typeof which === 'string' ? this.#layers.get(which) : [...this].at(which);
    if (layer && Kind && !(layer instanceof Kind)) {
      throw new ArgumentError('Sequential', `expected layer ${show(which)} to be a ${Kind.name}, got ${lineOf(layer)}`);
    }
    if (layer) return layer as Layer;
    const names = [...this.#layers.keys()].join(', ');
    throw new ArgumentError('Sequential', `no layer ${show(which)}; the layers are ${names}`);
  }

  /**
   * Puts another layer in the place, and under the name, of one that there is.
   * @param which its name, or its index; a negative one counts from the end
   * @throws ArgumentError when there is none, and for what is no layer
   */
  replace(which: number | string, layer: Layer): this {
    this.at(which); // Throws where there is none.
    const name = typeof which === 'string' ? which : [...this.#layers.keys()].at(which);
    return this.#take([...this.#layers].map(([key, each]) => [key, key === name ? layer : each]));
  }

  /** Adds a layer at the end; see `insert`. */
  append(layer: Layer, name?: string): this {
    return this.insert(this.length, layer, name);
  }

  /**
   * Adds a layer in front of the one at this index.
   * @param index from 0 to length
   * @param name its place unless given, and so for those behind it
   * @throws ArgumentError for what is no layer, and for a name that another one has or that does not fit
   */
  insert(index: number, layer: Layer, name?: string): this {
    checkNumber('Sequential', 'the index', index, { least: 0, most: this.length, whole: true });
    const layers: [string, Layer][] = [...this.#layers];
    layers.splice(index, 0, [name === undefined ? '' : checkName(name), layer]);
    return this.#take(layers);
  }

  /** Takes these for its layers, those without a name under their places; `model[0]` and `model.conv1` are the layers then. */
  #take(layers: readonly (readonly [string, Layer])[]): this {
    const all = new Map(
      layers.map(([key, layer], i): [string, Module] => {
        const name = NO_NAME.test(key) ? String(i) : key;
        if (layer instanceof Module) return [name, layer];
        // A class is a function, too: somebody forgot `new`.
        if (typeof layer === 'function' && !(layer.prototype instanceof Module)) return [name, new Lambda(layer)];
        throw new ArgumentError('Sequential', `expected a layer as ${name}, got ${show(layer)}`);
      }),
    );
    if (all.size < layers.length) throw new ArgumentError('Sequential', 'expected a name that no other layer has');
    this.#layers = all;
    this.#list = [...all];
    [...all.keys()].forEach((name, i) => {
      for (const key of [i, name]) {
        if (!(key in this)) Object.defineProperty(this, key, { get: () => this.at(key), set: () => this.#refuse(key) });
      }
    });
    return this;
  }

  /** Throws: a layer that was assigned would neither run nor learn. */
  #refuse(key: number | string): never {
    const call = `${this.#layers.has(String(key)) ? 'replace' : 'append'}, or a Module of your own`;
    throw new ArgumentError('Sequential', `a layer cannot be assigned to ${key}: use ${call}`);
  }

  /** The layers, in their order. */
  [Symbol.iterator](): IterableIterator<Module> {
    return this.#layers.values();
  }

  override namedChildren(): [string, Module][] {
    for (const [name] of heldBy(this, Module)) this.#refuse(name);
    return [...this.#list];
  }

  /** @throws ConvgradError that names the layer which refused, such as 'block.conv1 (Conv2D)' */
  override forward(x: Tensor): Tensor {
    for (const [name] of heldBy(this, Module)) this.#refuse(name);
    const layers = this.#list;
    for (let i = 0; i < layers.length; i++) {
      const [name, layer] = layers[i];
      const input = x;
      const both = joined(layer, layers[i + 1]?.[1]);
      x = withPlace(
        ({ where }) => (PATH.test(where) ? `${name}.${where}` : `${name} (${layer.constructor.name})`),
        () => (both ? both(input) : layer.forward(input)),
      );
      if (both) i++;
    }
    return x;
  }
}

function checkName(name: string): string {
  if (typeof name === 'string' && !NO_NAME.test(name)) return name;
  const reason = 'a name has no dot, and a whole number would lose its place; or give a list, new Sequential(a, b)';
  throw new ArgumentError('Sequential', `expected names such as conv1, got ${show(name)}: ${reason}`);
}
