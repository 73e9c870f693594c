import { ArgumentError, readOptions, ShapeError, show } from '../errors.js';
import { checkSameShape, type Shape, sameShape, showShape, sizeOf } from '../shape.js';
import { allocate } from './backend.js';
import { backward, type Node } from './graph.js';
import { printNumbers } from './print.js';
import type { DType, FloatArray, Storage } from './storage.js';

/** Numbers nested as deep as a tensor has axes. */
export type NestedArray = number | NestedArray[];

/**
 * An array of float32 or float64 numbers, row-major, that remembers how it was computed, so that `backward` can send a
 * gradient to whatever it was computed from.
 */
export class Tensor {
  readonly shape: Shape;
  /** @internal */
  storage: Storage;
  /** @internal */
  readonly node: Node | null;
  /** @internal */
  keepsGrad = false;
  #requiresGrad: boolean;
  #gradient: Storage | null = null;
  #grad: Tensor | null = null;

  /** @internal Users call `tensor`, `zeros`, `ones`, `randn` or `uniform`. */
  constructor(storage: Storage, shape: Shape, requiresGrad = false, node: Node | null = null) {
    this.storage = storage;
    this.shape = shape;
    this.node = node;
    this.#requiresGrad = requiresGrad;
  }

  /** 'float32', or 'float64', which is for checks. */
  get dtype(): DType {
    return this.storage.dtype;
  }

  /** The number of elements. */
  get size(): number {
    return sizeOf(this.shape);
  }

  /**
   * The numbers themselves, row-major; writing to the array changes the tensor. The array of a parameter shows what the
   * optimizer makes of it; the array of a result stays what it is, however long it is kept. Keep the
   * array itself, or a copy: a `subarray` does not hold on to the numbers of a parameter that is gone.
   * @throws ReleasedError when they are gone (see `clone`).
   */
  get data(): FloatArray {
    return this.storage.expose();
  }

  /** Whether `backward` computes a gradient for it. Settable on leaves: a frozen parameter costs no gradient work. */
  get requiresGrad(): boolean {
    return this.#requiresGrad;
  }

  set requiresGrad(value: boolean) {
    if (this.node && !value) {
      throw new ArgumentError('requiresGrad', `'${this.node.name}' computed this tensor; use detach() to cut it off`);
    }
    this.#requiresGrad = value;
  }

  /** d(loss)/d(this), summed over the calls of `backward`, for a leaf or after `retainGrad`; else null. Set null to clear it. */
  get grad(): Tensor | null {
    if (this.#gradient && !this.#grad) this.#grad = new Tensor(this.#gradient, this.shape);
    return this.#grad;
  }

  set grad(value: Tensor | null) {
    if (value) checkSameShape('grad', 'a tensor', value.shape, this.shape);
    // A gradient that somebody has seen may still be read: garbage collection sees to it.
    if (!this.#grad) this.#gradient?.release();
    this.#gradient = value?.storage ?? null;
    this.#grad = value;
  }

  /** @internal */
  get gradient(): Storage | null {
    return this.#gradient;
  }

  /** @internal */
  set gradient(value: Storage | null) {
    this.#gradient = value;
    this.#grad = null;
  }

  /** Keeps the gradient of a tensor that is not a leaf in `grad`, until the next `backward` ends. */
  retainGrad(): this {
    this.keepsGrad = true;
    return this;
  }

  /**
   * Adds d(this)/d(leaf) to the `grad` of every leaf that this tensor was computed from.
   * @param gradient d(loss)/d(this), of this tensor's shape; may be left out for a single number, where it is 1.
   * @param options `retainGraph` (false): whether another `backward` may use the graph, or a part of it, again. What is
   * retained is freed by a later `backward` without it, or by garbage collection.
   * @throws ArgumentError when nothing here requires a gradient; ReleasedError when an earlier `backward` used up a part of
   * the graph.
   */
  backward(gradient?: Tensor, options: { retainGraph?: boolean } = {}): void {
    const { retainGraph } = readOptions('backward', options, { retainGraph: false });
    if (gradient && !(gradient instanceof Tensor)) {
      throw new ArgumentError('backward', `expected a tensor, then options, got ${show(gradient)}`);
    }
    if (!this.requiresGrad) {
      throw new ArgumentError('backward', 'expected a tensor computed from one with requiresGrad; none of them has it');
    }
    if (!gradient && this.size !== 1) {
      throw new ShapeError(
        'backward',
        `expected a single number, got shape ${showShape(this.shape)}; pass d(loss)/d(this) of that shape, or sum()`,
      );
    }
    if (gradient && (!sameShape(gradient.shape, this.shape) || gradient.dtype !== this.dtype)) {
      throw new ShapeError(
        'backward',
        `expected a ${this.dtype} gradient of shape ${showShape(this.shape)}, ` +
          `got ${gradient.dtype} ${showShape(gradient.shape)}`,
      );
    }
    if (gradient) {
      backward(this, gradient.storage, retainGraph);
      return;
    }
    const one = allocate(this.dtype, 1);
    one.array[0] = 1;
    backward(this, one, retainGraph);
    one.release();
  }

  /** The single number that the tensor holds. */
  item(): number {
    if (this.size !== 1) {
      throw new ShapeError('item', `expected a tensor of one number, got shape ${showShape(this.shape)}`);
    }
    return this.storage.array[0];
  }

  /** The numbers in nested arrays, one level an axis; a plain number when there is none. */
  toArray(): NestedArray {
    const { shape } = this;
    const data = this.storage.array;
    let at = 0;
    const level = (axis: number): NestedArray =>
      axis === shape.length ? data[at++] : Array.from({ length: shape[axis] }, () => level(axis + 1));
    return level(0);
  }

  /** The same numbers, in the same memory, without their history: no gradient flows back through it. */
  detach(): Tensor {
    return new Tensor(this.storage, this.shape);
  }

  /** Kind, shape and dtype, and the numbers as rows in brackets; of more than 1000 the first and last three along each axis. */
  toString(): string {
    const head = `${this.constructor.name} ${showShape(this.shape)} ${this.dtype}`;
    if (this.storage.released) return `${head} (released)`;
    return `${head}${this.shape.length === 0 ? ' ' : '\n'}${printNumbers(this.storage.array, this.shape)}`;
  }

  /** What `console.log` prints in Node. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}
