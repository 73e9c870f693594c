import { wrap } from '../autograd/create.js';
import type { Tensor } from '../autograd/tensor.js';
import { ArgumentError, checkNumber, checkOptions, show } from '../errors.js';
import { type Generator, generatorOf, getDefaultGenerator } from '../random.js';
import { sizeOf } from '../shape.js';
import { Dataset } from './dataset.js';
import { checkTransform, type Transform } from './transform.js';

export interface DataLoaderOptions {
  /** 1 unless given. */
  batchSize?: number;
  /** A new random order each time it is iterated: false unless given. */
  shuffle?: boolean;
  /** Leaves out the last batch when it is smaller than the others: false unless given. */
  dropLast?: boolean;
  /** Where the order, and what the transform draws, come from; the default generator unless given. */
  generator?: Generator;
  /** Changes each batch before it is given out, such as `affine({ degrees: 10 })`. */
  transform?: Transform;
}

/** x a tensor [n, ...inputShape], y n class indices. */
export interface Batch {
  x: Tensor;
  y: Int32Array;
}

/**
 * A dataset in batches: `for (const { x, y } of loader)`. Nothing is fetched ahead: gathering 64 images of 28x28
 * takes 0.04 ms.
 */
export class DataLoader {
  readonly dataset: Dataset;
  readonly batchSize: number;
  readonly #shuffle: boolean;
  readonly #dropLast: boolean;
  readonly #generator: Generator | undefined;
  readonly #transform: Transform | undefined;

  constructor(dataset: Dataset, options: DataLoaderOptions = {}) {
    checkOptions('DataLoader', options, ['batchSize', 'shuffle', 'dropLast', 'generator', 'transform']);
    if (!(dataset instanceof Dataset)) {
      throw new ArgumentError('DataLoader', `expected a Dataset, got ${show(dataset)}`);
    }
    this.dataset = dataset;
    this.batchSize = checkNumber('DataLoader', 'batchSize', options.batchSize ?? 1, { least: 1, whole: true });
    for (const flag of ['shuffle', 'dropLast'] as const) {
      if (['boolean', 'undefined'].includes(typeof options[flag])) continue;
      throw new ArgumentError('DataLoader', `expected ${flag} to be true or false, got ${show(options[flag])}`);
    }
    generatorOf('DataLoader', options.generator);
    this.#shuffle = options.shuffle ?? false;
    this.#dropLast = options.dropLast ?? false;
    this.#generator = options.generator;
    if (options.transform !== undefined) checkTransform('DataLoader', options.transform);
    this.#transform = options.transform;
  }

  /** The number of batches; without `dropLast` the last one may be smaller. */
  get length(): number {
    const exact = this.dataset.length / this.batchSize;
    return this.#dropLast ? Math.floor(exact) : Math.ceil(exact);
  }

  [Symbol.iterator](): IterableIterator<Batch> {
    return this.batches();
  }

  /**
   * The batches of one epoch, in an order that is drawn now.
   * @param from how many are left out at the beginning: what a resumed epoch has done
   */
  batches(from = 0): IterableIterator<Batch> {
    const order = Int32Array.from({ length: this.dataset.length }, (_, i) => i);
    if (this.#shuffle) (this.#generator ?? getDefaultGenerator()).shuffle(order);
    return this.#read(order, from);
  }

  *#read(order: Int32Array, from: number): IterableIterator<Batch> {
    const { dataset, batchSize } = this;
    const size = sizeOf(dataset.inputShape);
    for (let batch = from; batch < this.length; batch++) {
      const indices = order.subarray(batch * batchSize, (batch + 1) * batchSize);
      const inputs = new Float32Array(indices.length * size);
      indices.forEach((index, i) => {
        inputs.set(dataset.input(index), i * size);
      });
      const shape = [indices.length, ...dataset.inputShape];
      this.#transform?.(inputs, shape, this.#generator ?? getDefaultGenerator());
      yield { x: wrap(inputs, shape), y: indices.map((i) => dataset.labels[i]) };
    }
  }
}
