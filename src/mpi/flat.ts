import { accumulateKernels } from '../autograd/accumulate.js';
import { allocate, zeros } from '../autograd/backend.js';
import type { Storage } from '../autograd/storage.js';
import type { Tensor } from '../autograd/tensor.js';
import type { World } from '../train/world.js';

/** What comes in front of the figures of the parts. */
const FLAGS = 3;

/**
 * All that travels in a step, in one list of float32 numbers that are added: the gradients, how many parts gave one to each
 * parameter, the buffers, how many parts changed each, flags, and figures of each part, such as its loss. A figure is a float64
 * number, in three float32 ones, and all but the part's own rank add 0 to it: it arrives as it was.
 */
export class Flat {
  readonly #parameters: readonly Tensor[];
  readonly #buffers: readonly Tensor[];
  /** How many figures a part has. */
  readonly #figures: number;
  /** Where the counts, the flags and the figures begin. */
  readonly #counts: number;
  readonly #flags: number;
  readonly #length: number;
  /** The sum, then what is to be added to it; for each halving of the parts one more. */
  readonly #sums: Storage[] = [];
  /** The buffers before the batch. */
  #before: Float32Array[] = [];

  constructor(parameters: readonly Tensor[], buffers: readonly Tensor[], parts: number, figures: number) {
    this.#parameters = parameters;
    this.#buffers = buffers;
    this.#figures = figures;
    const all = [...parameters, ...buffers];
    this.#counts = all.reduce((sum, { size }) => sum + size, 0);
    this.#flags = this.#counts + all.length;
    this.#length = this.#flags + FLAGS + 3 * parts * figures;
  }

  /** Notes the buffers, which each part begins with. */
  begin(): void {
    this.#before = this.#buffers.map(({ storage }) => (storage.array as Float32Array).slice());
  }

  /** Puts the buffers back. */
  restore(): void {
    this.#buffers.forEach(({ storage }, i) => {
      write(storage, this.#before[i]);
    });
  }

  /**
   * Adds up parts, as a tree: each half by itself, then both.
   * @param compute computes one, so that gradients and buffers are the part's; gives its figures
   */
  sum(from: number, to: number, compute: (part: number) => ArrayLike<number>, depth = 0): void {
    const sum = this.#sum(depth);
    if (to - from > 1) {
      const middle = (from + to) >> 1;
      this.sum(from, middle, compute, depth);
      this.sum(middle, to, compute, depth + 1);
      accumulateKernels.forward(this.#sum(depth + 1), sum);
      return;
    }
    if (to === from) {
      sum.array.fill(0);
      return;
    }
    this.restore();
    const figures = compute(from);
    const { array } = sum;
    array.fill(0, this.#counts);
    let at = 0;
    this.#parameters.forEach(({ gradient, size }, i) => {
      if (gradient) array.set(gradient.array, at);
      else array.fill(0, at, at + size);
      if (gradient) array[this.#counts + i] = 1;
      at += size;
    });
    this.#buffers.forEach(({ storage, size }, i) => {
      array.set(storage.array, at);
      const changed = storage.array.some((value, k) => value !== this.#before[i][k]);
      array[this.#counts + this.#parameters.length + i] = changed ? 1 : 0;
      at += size;
    });
    for (let k = 0; k < figures.length; k++) encode(array, this.#figureAt(from, k), figures[k]);
  }

  /** Adds the sums of all ranks: along the tree whose leaves are the parts, where each rank has a branch; or as it comes. */
  async reduce(world: World): Promise<void> {
    const sum = this.#sum(0);
    if (world.reduction === 'allReduce') {
      await world.allReduce(sum.array as Float32Array);
      return;
    }
    for (let distance = 1; distance < world.size; distance *= 2) {
      const other = this.#sum(1);
      await world.exchange(world.rank ^ distance, sum.array as Float32Array, other.array as Float32Array);
      accumulateKernels.forward(other, sum);
    }
  }

  /** Raises one of the flags on this rank, after `sum`; after `reduce`, whether anyone did. */
  raise(flag: number): void {
    this.#sum(0).array[this.#flags + flag] = 1;
  }

  raised(flag: number): boolean {
    return this.#sum(0).array[this.#flags + flag] > 0;
  }

  figure(part: number, which: number): number {
    const { array } = this.#sum(0);
    const at = this.#figureAt(part, which);
    return array[at] + array[at + 1] + array[at + 2];
  }

  /**
   * Gives each parameter the sum of its gradients, and each buffer the mean over the parts.
   * @param scale of the gradients
   * @param filled how many parts there were
   */
  spread(scale: number, filled: number): void {
    const { array } = this.#sum(0);
    let at = 0;
    this.#parameters.forEach((parameter, i) => {
      const { size, dtype } = parameter;
      if (array[this.#counts + i] === 0) parameter.grad = null;
      else {
        parameter.gradient ??= zeros(dtype, size);
        const gradient = parameter.gradient.array;
        gradient.set(array.subarray(at, at + size));
        if (scale !== 1) for (let k = 0; k < size; k++) gradient[k] *= scale;
      }
      at += size;
    });
    this.#buffers.forEach(({ storage, size }, i) => {
      const changed = array[this.#counts + this.#parameters.length + i] > 0;
      const mean = () => array.slice(at, at + size).map((value) => value / filled);
      write(storage, changed ? mean() : this.#before[i]);
      at += size;
    });
  }

  #figureAt(part: number, which: number): number {
    return this.#flags + FLAGS + 3 * (part * this.#figures + which);
  }

  #sum(depth: number): Storage {
    this.#sums[depth] ??= allocate('float32', this.#length);
    return this.#sums[depth];
  }
}

function write(storage: Storage, numbers: ArrayLike<number>): void {
  storage.array.set(numbers);
  storage.version++;
}

/** A float64 number as the sum of three float32 ones: exact, within the range of float32. */
function encode(array: { [at: number]: number }, at: number, value: number): void {
  const high = Math.fround(value);
  array[at] = high;
  if (!Number.isFinite(high)) return;
  const middle = Math.fround(value - high);
  array[at + 1] = middle;
  array[at + 2] = value - high - middle;
}
