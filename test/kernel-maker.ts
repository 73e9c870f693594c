import { allocate, allocateIndices, zeros } from '../src/autograd/backend.js';
import { type DType, type IndexStorage, newArray, Storage } from '../src/autograd/storage.js';
import { Generator } from '../src/random.js';

/** Makes the arguments of a kernel: the same numbers, whichever kernels and dtype. */
export class Maker {
  readonly #generator = new Generator('kernels');
  constructor(
    readonly dtype: DType,
    /** Whether what is added to starts as zeros that nobody has written yet. */
    readonly fresh: boolean,
    /** Whether the numbers lie where the backend's kernels work, or in ordinary arrays. */
    readonly resident: boolean,
  ) {}

  given(values: ArrayLike<number>): Storage {
    const storage = this.resident ? allocate(this.dtype, values.length) : this.#plain(values.length);
    storage.array.set(Float32Array.from(values));
    return storage;
  }

  /** Numbers from the normal distribution, or from [low, high). */
  random(length: number, low?: number, high?: number): Storage {
    const draw = () => (low === undefined ? this.#generator.normal() : this.#generator.uniform(low, high!));
    return this.given(Float32Array.from({ length }, draw));
  }

  /** A gradient as it comes out of ReLU and max pooling: mostly zeros. */
  sparse(length: number): Storage {
    return this.given(
      Float32Array.from({ length }, () => (this.#generator.uniform() < 0.2 ? this.#generator.normal() : 0)),
    );
  }

  /** Room for a result, filled with numbers that must not show. */
  room(length: number): Storage {
    return this.given(new Float32Array(length).fill(Number.NaN));
  }

  /** What a kernel adds to. */
  sum(length: number): Storage {
    if (!this.fresh) return this.random(length);
    return this.resident ? zeros(this.dtype, length) : this.#plain(length);
  }

  indices(values: ArrayLike<number> | number): IndexStorage {
    const list = typeof values === 'number' ? new Int32Array(values).fill(-1) : Int32Array.from(values);
    const storage = this.resident ? allocateIndices(this.dtype, list.length) : new Storage(new Int32Array(list.length));
    storage.array.set(list);
    return storage;
  }

  #plain(length: number): Storage {
    return new Storage(newArray(this.dtype, length));
  }
}
