import type { Tensor } from '../autograd/tensor.js';
import { ArgumentError, show, withPlace } from '../errors.js';
import { lineOf, Module } from './module.js';

/** A place that a model inside has already named: 'conv2 (Conv2D)'. */
const PATH = /^\S+ \(\w+\)$/;

/** Whole numbers, which JavaScript puts in front of all other names in an object; dots, which stand between names; ''. */
const NO_NAME = /^(0|[1-9]\d*)$|\.|^$/;

/**
 * Layers one after the other.
 *
 *     new Sequential(new Conv2D(1, 8, 5), new ReLU())                  // named '0' and '1', as in PyTorch
 *     new Sequential({ conv1: new Conv2D(1, 8, 5), relu: new ReLU() }) // named by you
 *
 * `model[0]`, `model.at(-1)`, `model.at('conv1')`, `model.length` and `for (const layer of model)` reach the layers.
 */
export class Sequential extends Module {
  readonly [index: number]: Module;
  readonly #layers: Map<string, Module>;

  /**
   * @param layers the layers in their order, or one object of layers by name
   * @throws ArgumentError for what is no layer, and for a name that is a whole number or has a dot
   */
  constructor(...layers: Module[] | [Record<string, Module>]) {
    super();
    const named = layers.length === 1 && !(layers[0] instanceof Module) ? layers[0] : (layers as Module[]);
    if (typeof named !== 'object' || named === null) {
      throw new ArgumentError('Sequential', `expected layers, or an object of layers by name, got ${show(named)}`);
    }
    const wrong = Array.isArray(named) ? undefined : Object.keys(named).find((name) => NO_NAME.test(name));
    if (wrong !== undefined) {
      const reason = 'a name has no dot, and a whole number would lose its place; or give a list, new Sequential(a, b)';
      throw new ArgumentError('Sequential', `expected names such as conv1, got ${show(wrong)}: ${reason}`);
    }
    this.#layers = new Map(Object.entries(named));
    [...this.#layers].forEach(([name, layer], i) => {
      if (!(layer instanceof Module)) {
        throw new ArgumentError('Sequential', `expected a layer as ${name}, got ${show(layer)}`);
      }
      Object.defineProperty(this, i, { value: layer });
    });
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

  [Symbol.iterator](): IterableIterator<Module> {
    return this.#layers.values();
  }

  override namedChildren(): [string, Module][] {
    return [...this.#layers];
  }

  /** @throws ConvgradError that names the layer which refused, such as 'block.conv1 (Conv2D)' */
  override forward(x: Tensor): Tensor {
    for (const [name, layer] of this.#layers) {
      const input = x;
      x = withPlace(
        ({ where }) => (PATH.test(where) ? `${name}.${where}` : `${name} (${layer.constructor.name})`),
        () => layer.forward(input),
      );
    }
    return x;
  }
}
