import { OutOfMemoryError, ReleasedError } from '../errors.js';

/** The element types of tensors. */
export type DType = 'float32' | 'float64';
/** A tensor's numbers, of dtype float32 or float64. */
export type FloatArray = Float32Array | Float64Array;

interface Typed {
  Uint8Array: Uint8Array;
  Int32Array: Int32Array;
  Float32Array: Float32Array;
  Float64Array: Float64Array;
}

/**
 * @internal Whether a value is a typed array of this kind. `instanceof` says no to those of another realm: of a frame, of
 * a vm context, of a test under jsdom, where a file's bytes are Node's.
 */
export function isTyped<Name extends keyof Typed>(value: unknown, name: Name): value is Typed[Name] {
  return ArrayBuffer.isView(value) && (value as FloatArray)[Symbol.toStringTag] === (name as string);
}

/**
 * A run of numbers in the memory of the kernels, owned by whoever allocated it. `array` is where it can be read and
 * written; after `release` it is gone, and touching it throws. Kernels with a memory of their own extend it.
 */
export class Storage<A extends FloatArray | Int32Array = FloatArray> {
  readonly length: number;
  readonly dtype: DType;
  /** Counts the times that a parameter's numbers were replaced, so that a gradient can tell that they were. */
  version = 0;
  /** Set for what is used in every step, such as parameters: it stays where the kernels work. */
  resident = false;
  /** Set when a user has got the array: from then on the numbers may change without a new version. */
  exposed = false;
  /** Where the numbers are; null when they are gone, or not to be reached by JavaScript yet. */
  protected held: A | null;

  constructor(held: A | null, length = held?.length ?? 0) {
    this.held = held;
    this.length = length;
    this.dtype = isTyped(held, 'Float64Array') ? 'float64' : 'float32';
  }

  /** The numbers, wherever they lie now. @throws ReleasedError when they are gone */
  get array(): A {
    if (this.held === null) {
      throw new ReleasedError(
        'tensor',
        'its numbers are gone: what a training step computes lives until the next backward() has ended, and what ' +
          'noGrad computes lives as long as noGrad, unless it returns it. Keep a copy with clone() before that',
      );
    }
    return this.held;
  }

  /** The numbers for a user to keep: an array that stays true for as long as somebody holds it. */
  expose(): A {
    this.exposed = true;
    return this.array;
  }

  /** Whether the numbers are gone. */
  get released(): boolean {
    return this.held === null;
  }

  /** A single number, such as a loss, stays readable for as long as somebody holds it. */
  release(): void {
    if (this.length !== 1) this.held = null;
  }
}

/** An array of zeros outside any kernels' memory, in the care of the garbage collector. */
export function newArray(dtype: DType, length: number): FloatArray {
  try {
    return dtype === 'float64' ? new Float64Array(length) : new Float32Array(length);
  } catch {
    const bytes = (length * (dtype === 'float64' ? 8 : 4)).toLocaleString('en');
    throw new OutOfMemoryError(
      'allocate',
      `no room for ${length.toLocaleString('en')} ${dtype} numbers (${bytes} bytes)`,
    );
  }
}

/** Whole numbers: labels, and where a maximum stood. */
export type IndexStorage = Storage<Int32Array>;
/** The numbers of a tensor, or whole numbers that a kernel keeps. */
export type AnyStorage = Storage | IndexStorage;
