import { PIXELS } from '../../../../datasets/mnist-file.js';
import { Dataset } from '../../../../src/index.js';
import { VALUES } from './byte-batches.js';

const SHAPE = [1, 28, 28];
const CLASSES = 10;

/** The held-out digits as a worker or the page keeps them: a byte a pixel, where bytes say them exactly. */
export class HeldOut {
  readonly classes = CLASSES;

  /** @param pixels bytes; or numbers, where a control has made such of them as no byte stands for */
  constructor(
    readonly pixels: Uint8Array<ArrayBuffer> | Float32Array<ArrayBuffer>,
    readonly labels: Int32Array<ArrayBuffer>,
  ) {}

  static of({ inputs, labels }: Dataset): HeldOut {
    const bytes = Uint8Array.from(inputs, (value) => Math.round(value * 255));
    const exact = inputs.every((value, i) => value === VALUES[bytes[i]]);
    return new HeldOut(exact ? bytes : inputs.slice(), labels.slice());
  }

  get length(): number {
    return this.labels.length;
  }

  /** All of them as numbers, to be dropped soon. */
  dataset(): Dataset {
    return new Dataset(numbersOf(this.pixels), SHAPE, this.labels, CLASSES);
  }

  /** The pixels of one, 0 to 1. */
  input(index: number): Float32Array<ArrayBuffer> {
    return numbersOf(this.pixels.subarray(index * PIXELS, (index + 1) * PIXELS));
  }

  subset(indices: readonly number[]): Dataset {
    const some = new Float32Array(indices.length * PIXELS);
    indices.forEach((index, i) => {
      some.set(this.input(index), i * PIXELS);
    });
    const labels = indices.map((index) => this.labels[index]);
    return new Dataset(some, SHAPE, labels, CLASSES);
  }

  /** One in so many of them. */
  every(each: number): Dataset {
    return this.subset(Array.from({ length: Math.floor(this.length / each) }, (_, i) => each * i));
  }

  equals({ pixels, labels }: HeldOut): boolean {
    const same = (a: ArrayLike<number>, b: ArrayLike<number>) =>
      a.length === b.length && Array.prototype.every.call(a, (value, i) => value === b[i]);
    return same(this.pixels, pixels) && same(this.labels, labels);
  }
}

function numbersOf(pixels: Uint8Array | Float32Array<ArrayBuffer>): Float32Array<ArrayBuffer> {
  if (pixels instanceof Float32Array) return pixels;
  const values = new Float32Array(pixels.length);
  for (let i = 0; i < values.length; i++) values[i] = VALUES[pixels[i]];
  return values;
}
