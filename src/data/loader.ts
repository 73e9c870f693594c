import { wrap } from '../autograd/create.js';
import type { Tensor } from '../autograd/tensor.js';
import { ArgumentError, checkNumber, readOptions, show } from '../errors.js';
import { type Generator, generatorOf, getDefaultGenerator } from '../random.js';
import { sizeOf } from '../shape.js';
import { Dataset } from './dataset.js';
import { checkTransform, type Transform } from './transform.js';

export interface DataLoaderOptions {
  /** Examples in a batch. @default 1 */
  batchSize?: number;
  /** Whether there is a new random order each time it is iterated. @default false */
  shuffle?: boolean;
  /** Whether the last batch is left out when it is smaller than the others. @default false */
  dropLast?: boolean;
  /** What the order and the transform draw from. @default the default generator */
  generator?: Generator;
  /** Changes each batch, a copy, before it is given out, such as `affine({ degrees: 10 })`. */
  transform?: Transform;
}

/** Some examples of a dataset. */
export interface Batch {
  /** The inputs, [n, ...inputShape]. */
  x: Tensor;
  /** The n class indices. */
  y: Int32Array;
}

/**
 * Gives a dataset in batches: `for (const { x, y } of loader)`. Nothing is fetched ahead: copying 64 images of 28x28 takes
 * 0.04 ms.
 */
export class DataLoader {
  readonly dataset: Dataset;
  readonly batchSize: number;
  readonly #options: DataLoaderOptions;

  constructor(dataset: Dataset, options: DataLoaderOptions = {}) {
    const where = 'DataLoader';
    const defaults = { batchSize: 1, shuffle: false, dropLast: false, generator: undefined, transform: undefined };
    const all = readOptions(where, options, defaults);
    if (!(dataset instanceof Dataset)) throw new ArgumentError(where, `expected a Dataset, got ${show(dataset)}`);
    this.dataset = dataset;
    this.batchSize = checkNumber(where, 'batchSize', all.batchSize, { least: 1, whole: true });
    for (const flag of ['shuffle', 'dropLast'] as const) {
      if (typeof all[flag] === 'boolean') continue;
      throw new ArgumentError(where, `expected ${flag} to be true or false, got ${show(all[flag])}`);
    }
    generatorOf(where, all.generator);
    if (all.transform !== undefined) checkTransform(where, all.transform);
    this.#options = all;
  }

  /** The number of batches; without `dropLast` the last one may be smaller. */
  get length(): number {
    const exact = this.dataset.length / this.batchSize;
    return this.#options.dropLast ? Math.floor(exact) : Math.ceil(exact);
  }

  [Symbol.iterator](): IterableIterator<Batch> {
    return this.batches();
  }

  /**
   * The batches of one epoch, in an order that is drawn at the call.
   * @param from how many are left out at the beginning: those that a resumed epoch has done
   */
  batches(from = 0): IterableIterator<Batch> {
    const order = Int32Array.from({ length: this.dataset.length }, (_, i) => i);
    if (this.#options.shuffle) (this.#options.generator ?? getDefaultGenerator()).shuffle(order);
    return this.#read(order, from);
  }

  *#read(order: Int32Array, from: number): IterableIterator<Batch> {
    const { dataset, batchSize } = this;
    const { transform, generator } = this.#options;
    const size = sizeOf(dataset.inputShape);
    for (let batch = from; batch < this.length; batch++) {
      const indices = order.subarray(batch * batchSize, (batch + 1) * batchSize);
      const inputs = new Float32Array(indices.length * size);
      indices.forEach((index, i) => {
        inputs.set(dataset.input(index), i * size);
      });
      const shape = [indices.length, ...dataset.inputShape];
      transform?.(inputs, shape, generator ?? getDefaultGenerator());
      yield { x: wrap(inputs, shape), y: indices.map((i) => dataset.labels[i]) };
    }
  }
}
