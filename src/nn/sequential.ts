import type { Tensor } from '../autograd/tensor.js';
import { ArgumentError, show } from '../errors.js';
import { ReLU } from './activations.js';
import { Module, relocate } from './module.js';
import { MaxPool2D } from './pooling.js';

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

  constructor(...layers: Module[] | [Record<string, Module>]) {
    super();
    const named = layers.length === 1 && !(layers[0] instanceof Module) ? layers[0] : (layers as Module[]);
    if (typeof named !== 'object' || named === null) {
      throw new ArgumentError('Sequential', `expected layers, or an object of layers by name, got ${show(named)}`);
    }
    this.#layers = new Map(Object.entries(named));
    [...this.#layers].forEach(([name, layer], i) => {
      if (!(layer instanceof Module)) {
        throw new ArgumentError('Sequential', `expected a layer as ${name}, got ${show(layer)}`);
      }
      Object.defineProperty(this, i, { value: layer });
    });
  }

  get length(): number {
    return this.#layers.size;
  }

  /**
   * The layer of this name, or at this index; a negative one counts from the end.
   * @param Kind what it must be: `model.at('conv1', Conv2D).weight`
   */
  at<Layer extends Module = Module>(which: number | string, Kind?: abstract new (...args: never[]) => Layer): Layer {
    const layer = typeof which === 'string' ? this.#layers.get(which) : [...this].at(which);
    if (layer && Kind && !(layer instanceof Kind)) {
      throw new ArgumentError('Sequential', `expected layer ${show(which)} to be a ${Kind.name}, got ${layer}`);
    }
    if (layer) return layer as Layer;
    throw new ArgumentError(
      'Sequential',
      `no layer ${show(which)}; the layers are ${[...this.#layers.keys()].join(', ')}`,
    );
  }

  [Symbol.iterator](): IterableIterator<Module> {
    return this.#layers.values();
  }

  override namedChildren(): [string, Module][] {
    return [...this.#layers];
  }

  override forward(x: Tensor): Tensor {
    for (const [name, layer] of inOrder([...this.#layers])) {
      const input = x;
      x = relocate(
        () => layer.forward(input),
        (error) => (PATH.test(error.where) ? `${name}.${error.where}` : `${name} (${layer.constructor.name})`),
      );
    }
    return x;
  }
}

/**
 * The layers in the order in which they run: max pooling before a ReLU that stands in front of it. The numbers are the
 * same either way, and so are all finite gradients, because ReLU never turns an order around; and ReLU then has a
 * quarter of the work. Layers whose `forward` is not the usual one, because somebody watches them, keep their places.
 */
function inOrder(layers: [string, Module][]): [string, Module][] {
  for (let i = 0; i + 1 < layers.length; i++) {
    const [[, first], [, second]] = [layers[i], layers[i + 1]];
    if (first.forward !== ReLU.prototype.forward || second.forward !== MaxPool2D.prototype.forward) continue;
    [layers[i], layers[i + 1]] = [layers[i + 1], layers[i]];
  }
  return layers;
}

/** A place that a model inside has already named: 'conv2 (Conv2D)'. */
const PATH = /^\S+ \(\w+\)$/;
