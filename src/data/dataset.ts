import { ArgumentError, checkNumber, FormatError, ShapeError, show } from '../errors.js';
import type { Generator } from '../random.js';
import { checkShape, type Shape, showShape, sizeOf } from '../shape.js';

/** Labelled examples in memory, in plain typed arrays. */
export class Dataset {
  /** [length, ...inputShape], row-major. */
  readonly inputs: Float32Array;
  /** One example's shape, such as [1, 28, 28]. */
  readonly inputShape: Shape;
  /** One class index an example. */
  readonly labels: Int32Array;
  /** The number of classes. */
  readonly classes: number;

  /**
   * @param inputs all numbers of all examples in one array; a Float32Array is kept, anything else is copied
   * @param classes one more than the largest label unless given
   * @throws ShapeError when inputs and labels differ in number; FormatError for a label that is no class;
   * ArgumentError for what is no array of numbers
   */
  constructor(inputs: ArrayLike<number>, inputShape: Shape, labels: ArrayLike<number>, classes?: number) {
    checkNumbers('the inputs', inputs);
    checkShape('Dataset', inputShape);
    checkNumbers('the labels', labels);
    if (inputs.length !== labels.length * sizeOf(inputShape)) {
      throw new ShapeError(
        'Dataset',
        `expected ${labels.length} inputs, one a label, of shape ${showShape(inputShape)}: ` +
          `${labels.length * sizeOf(inputShape)} numbers, got ${inputs.length}`,
      );
    }
    this.inputs = inputs instanceof Float32Array ? inputs : Float32Array.from(inputs);
    this.inputShape = inputShape;
    this.labels = Int32Array.from(labels);
    const found = () => this.labels.reduce((most, label) => Math.max(most, label + 1), 0);
    this.classes = checkNumber('Dataset', 'classes', classes ?? found(), { least: 0, whole: true });
    const wrong = Array.from(labels).findIndex((y) => !(Number.isInteger(y) && y >= 0 && y < this.classes));
    if (wrong >= 0) {
      throw new FormatError(
        'Dataset',
        `expected labels from 0 to ${this.classes - 1}, got ${labels[wrong]} at ${wrong}`,
      );
    }
  }

  /** The number of examples. */
  get length(): number {
    return this.labels.length;
  }

  /** The numbers of one example; a view, not a copy. */
  input(index: number): Float32Array {
    const size = sizeOf(this.inputShape);
    return this.inputs.subarray(index * size, (index + 1) * size);
  }

  /** The examples at these indices, in this order, copied. */
  subset(indices: ArrayLike<number>): Dataset {
    const size = sizeOf(this.inputShape);
    const inputs = new Float32Array(indices.length * size);
    for (let i = 0; i < indices.length; i++) inputs.set(this.input(indices[i]), i * size);
    return new Dataset(
      inputs,
      this.inputShape,
      Array.from(indices, (i) => this.labels[i]),
      this.classes,
    );
  }
}

/** One flat array, and nothing but numbers in it. */
function checkNumbers(what: string, values: ArrayLike<number>): void {
  if (!Array.isArray(values) && !(ArrayBuffer.isView(values) && 'length' in values)) {
    const call = 'new Dataset(inputs, inputShape, labels, classes)';
    throw new ArgumentError('Dataset', `expected ${what} to be an array of numbers, got ${show(values)}; use ${call}`);
  }
  const wrong = Array.prototype.findIndex.call(values, (value) => typeof value !== 'number');
  if (wrong >= 0) {
    throw new ArgumentError('Dataset', `expected ${what} to be numbers, got ${show(values[wrong])} at ${wrong}`);
  }
}

/** @internal Throws unless `value` is a Dataset that holds something. */
export function checkDataset(where: string, what: string, value: unknown): void {
  if (!(value instanceof Dataset)) {
    throw new ArgumentError(where, `expected ${what} to be a Dataset, got ${show(value)}`);
  }
  if (value.length > 0) return;
  throw new ArgumentError(where, `expected at least one example in ${what}, got an empty dataset`);
}

/**
 * Splits at random into `count` examples held out and the rest, every class in the same share of both (stratified; the
 * classes with the largest remainders get the examples that are left over).
 * @returns the rest first
 */
export function stratifiedSplit(dataset: Dataset, count: number, generator: Generator): [Dataset, Dataset] {
  checkNumber('stratifiedSplit', 'the held-out count', count, { least: 0, most: dataset.length, whole: true });
  const byClass = Array.from({ length: dataset.classes }, (): number[] => []);
  dataset.labels.forEach((label, i) => {
    byClass[label].push(i);
  });
  const exact = byClass.map((members) => (members.length * count) / dataset.length);
  const shares = exact.map(Math.floor);
  const byRemainder = exact.map((_, c) => c).sort((a, b) => exact[b] - shares[b] - (exact[a] - shares[a]) || a - b);
  const missing = count - shares.reduce((sum, n) => sum + n, 0);
  for (const c of byRemainder.slice(0, missing)) shares[c]++;

  const heldOut: number[] = [];
  const rest: number[] = [];
  byClass.forEach((members, c) => {
    generator.shuffle(members);
    heldOut.push(...members.slice(0, shares[c]));
    rest.push(...members.slice(shares[c]));
  });
  return [dataset.subset(generator.shuffle(rest)), dataset.subset(generator.shuffle(heldOut))];
}
