import { wrap } from '../autograd/create.js';
import type { Tensor } from '../autograd/tensor.js';
import { ArgumentError, checkNumber, readOptions, show } from '../errors.js';
import { type Generator, generatorOf, getDefaultGenerator } from '../random.js';
import { sizeOf } from '../shape.js';
import { Dataset, type Inputs, rowsOf, type Targets } from './dataset.js';
import { checkTransform, type Transform } from './transform.js';

/** Options of a `DataLoader`. */
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
export interface Batch<Y = Int32Array, X = Tensor> {
  /** The inputs, [n, ...inputShape]; a list of tensors where a model gets several. */
  x: X;
  /** The n class indices, or the targets, [n, ...targetShape]. */
  y: Y;
}

/**
 * Gives a dataset in batches: `for (const { x, y } of loader)`. Nothing is fetched ahead: copying 64 images of 28x28 takes
 * 0.04 ms.
 */
export class DataLoader<Y extends Targets = Int32Array, X extends Inputs = Tensor> {
  readonly dataset: Dataset<Y, X>;
  readonly batchSize: number;
  readonly #options: DataLoaderOptions;

  constructor(dataset: Dataset<Y, X>, options: DataLoaderOptions = {}) {
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
    if (all.transform !== undefined && dataset.several) {
      throw new ArgumentError(
        where,
        'a transform changes one input, and this dataset has several: change them in its inputs',
      );
    }
    this.#options = all;
  }

  /** The number of batches; without `dropLast` the last one may be smaller. */
  get length(): number {
    const exact = this.dataset.length / this.batchSize;
    return this.#options.dropLast ? Math.floor(exact) : Math.ceil(exact);
  }

  /** The batches of one epoch. */
  [Symbol.iterator](): IterableIterator<Batch<Y, X>> {
    return this.batches();
  }

  /**
   * The batches of one epoch, in an order that is drawn at the call.
   * @param from how many are left out at the beginning: those that a resumed epoch has done
   */
  batches(from = 0): IterableIterator<Batch<Y, X>> {
    return this.#read(this.indices(from));
  }

  /** @internal Which examples these batches are made of. */
  indices(from = 0): IterableIterator<Int32Array> {
    const order = Int32Array.from({ length: this.dataset.length }, (_, i) => i);
    if (this.#options.shuffle) (this.#options.generator ?? getDefaultGenerator()).shuffle(order);
    return this.#cut(order, from);
  }

  *#cut(order: Int32Array, from: number): IterableIterator<Int32Array> {
    const { batchSize } = this;
    for (let i = from; i < this.length; i++) yield order.subarray(i * batchSize, (i + 1) * batchSize);
  }

  *#read(all: Iterable<Int32Array>): IterableIterator<Batch<Y, X>> {
    for (const indices of all) yield this.pick(indices);
  }

  /** @internal A batch of these examples. */
  pick(indices: Int32Array): Batch<Y, X> {
    const { dataset } = this;
    const { transform, generator } = this.#options;
    const inputs = dataset.allInputs.map(({ values, shape }) => {
      const picked = rowsOf(values, sizeOf(shape), indices);
      const batchShape = [indices.length, ...shape];
      transform?.(picked, batchShape, generator ?? getDefaultGenerator());
      return wrap(picked, batchShape);
    });
    const { targets, targetShape } = dataset;
    const picked = rowsOf<Float32Array | Int32Array>(targets, sizeOf(targetShape ?? []), indices);
    const y = targetShape ? wrap(picked as Float32Array, [indices.length, ...targetShape]) : picked;
    return { x: (dataset.several ? inputs : inputs[0]) as X, y: y as Y };
  }
}
