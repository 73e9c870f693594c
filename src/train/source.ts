import { Tensor } from '../autograd/tensor.js';
import { checkDataset, Dataset, type Inputs, type Targets } from '../data/dataset.js';
import { fingerprint } from '../data/fingerprint.js';
import { type Batch, DataLoader, type DataLoaderOptions } from '../data/loader.js';
import { ArgumentError, show } from '../errors.js';

/** Batches that can be gone through again and again, in an order of their own. */
export type Batches<B> = (Iterable<B> | AsyncIterable<B>) & {
  /** How many there are. @default unknown, until the first epoch has ended */
  readonly length?: number;
};

/** What a batch of any kind may have. */
export type AnyBatch = Batch<unknown, unknown>;

/** @internal Where the batches of a training come from: a dataset, or batches that somebody else makes. */
export class Source {
  readonly dataset: Dataset<Targets, Inputs> | null;
  readonly #loader: DataLoader<Targets, Inputs> | null;
  readonly #given: Batches<AnyBatch>;
  /** The batches of an epoch; null while nobody knows how many there are. */
  length: number | null;

  constructor(data: Dataset<Targets, Inputs> | Batches<AnyBatch>, options: DataLoaderOptions) {
    this.dataset = data instanceof Dataset ? data : null;
    this.#loader = this.dataset && new DataLoader(this.dataset, options);
    this.#given = data as Batches<AnyBatch>;
    this.length = this.#loader?.length ?? (data as Batches<AnyBatch>).length ?? null;
  }

  /**
   * The batches of one epoch but for the first ones: those that a resumed epoch has done.
   * @param shared whether only the indices of their examples are asked for, of which several machines take their parts
   */
  async batches(from: number, shared: boolean): Promise<Iterable<AnyBatch> | AsyncIterable<AnyBatch>> {
    // Who asks for indices knows that they are no batches.
    if (this.#loader) return shared ? (this.#loader.indices(from) as Iterable<never>) : this.#loader.batches(from);
    const iterator =
      Symbol.asyncIterator in this.#given
        ? this.#given[Symbol.asyncIterator]()
        : (this.#given as Iterable<AnyBatch>)[Symbol.iterator]();
    // One after the other: whatever they draw from a generator is drawn in the same order again.
    for (let i = 0; i < from; i++) await iterator.next();
    return { [Symbol.asyncIterator]: () => asynchronous(iterator) };
  }

  /** What must be the same when a training goes on. */
  get setting(): { examples: number | null; inputShape: readonly number[] | null; classes: number | null } {
    if (!this.dataset) return { examples: null, inputShape: null, classes: null };
    const { length, allInputs, classes } = this.dataset;
    return { examples: length, inputShape: allInputs.flatMap(({ shape }) => shape), classes };
  }

  fingerprint(): number | null {
    return this.dataset && fingerprint(this.dataset);
  }
}

function asynchronous(iterator: Iterator<AnyBatch> | AsyncIterator<AnyBatch>): AsyncIterator<AnyBatch> {
  return {
    next: async () => iterator.next(),
    return: async () => (await iterator.return?.()) ?? { done: true, value: undefined },
  };
}

/**
 * @internal Throws unless batches can be made of it, again and again.
 * @throws ArgumentError for a generator that is under way, which would be empty in the second epoch
 */
export function checkSource(where: string, data: unknown): void {
  const isList = typeof data === 'object' && data !== null && !(data instanceof Dataset);
  const iterate = isList && ((data as never)[Symbol.asyncIterator] ?? (data as never)[Symbol.iterator]);
  const isNumbers = Array.isArray(data) && data.some((each) => typeof each !== 'object' || each === null);
  if (typeof iterate !== 'function' || isNumbers) checkDataset(where, 'the training data', data);
  if (data instanceof Dataset || typeof (data as { next?: unknown }).next !== 'function') return;
  const advice = 'give an object whose [Symbol.iterator] begins anew, such as { *[Symbol.iterator]() { ... } }';
  throw new ArgumentError(where, `expected batches that can be gone through once an epoch, got a generator: ${advice}`);
}

/** @internal How many examples a batch has, as its targets or its inputs tell; 1 where neither does. */
export function sizeOfBatch({ x, y }: Partial<AnyBatch>): number {
  for (const value of [y, Array.isArray(x) ? x[0] : x]) {
    if (value instanceof Tensor && value.shape.length > 0) return value.shape[0];
    if (ArrayBuffer.isView(value)) return (value as Int32Array).length;
  }
  return 1;
}

/** @internal A batch that a model can be given, or an error that says what came instead. */
export function checkBatch(where: string, batch: AnyBatch): { x: Inputs; y: unknown } {
  const { x, y } = batch ?? {};
  const fits = Array.isArray(x) ? x.every((each) => each instanceof Tensor) : x instanceof Tensor;
  if (fits) return { x: x as Inputs, y };
  throw new ArgumentError(where, `expected batches { x, y } with x a tensor or a list of tensors, got ${show(batch)}`);
}
