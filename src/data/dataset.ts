import { isTyped } from '../autograd/storage.js';
import { ArgumentError, checkNumber, FormatError, ShapeError, show } from '../errors.js';
import { type Generator, generatorOf, getDefaultGenerator } from '../random.js';
import { checkShape, type Shape, showShape, sizeOf } from '../shape.js';
import { checkTransform, type Transform } from './transform.js';

/** Labeled examples in memory, in plain typed arrays. */
export class Dataset {
  /** The inputs, [length, ...inputShape], row-major. */
  readonly inputs: Float32Array;
  /** One example's shape, such as [1, 28, 28]. */
  readonly inputShape: Shape;
  /** The class index of each example. */
  readonly labels: Int32Array;
  /** The number of classes. */
  readonly classes: number;
  /** What each class is called: '0', '1' and so on unless names were given. */
  readonly classNames: readonly string[];

  /**
   * @param inputs all numbers of all examples in one array; a Float32Array is kept, anything else is copied
   * @param inputShape one example's shape, such as [1, 28, 28]
   * @param labels the class index of each example, from 0
   * @param classes how many there are, at most a million, or their names; one more than the largest label unless given
   * @throws ShapeError when inputs and labels differ in number; FormatError for a label that is no class;
   * ArgumentError for what is no array of numbers
   */
  constructor(
    inputs: ArrayLike<number>,
    inputShape: Shape,
    labels: ArrayLike<number>,
    classes?: number | readonly string[],
  ) {
    const where = 'Dataset';
    checkNumbers('the inputs', inputs);
    checkShape(where, inputShape);
    checkNumbers('the labels', labels);
    const size = labels.length * sizeOf(inputShape);
    if (inputs.length !== size) {
      const expected = `expected ${labels.length} inputs, one a label, of shape ${showShape(inputShape)}`;
      throw new ShapeError(where, `${expected}: ${size} numbers, got ${inputs.length}`);
    }
    this.inputs = isTyped(inputs, 'Float32Array') ? inputs : Float32Array.from(inputs);
    this.inputShape = inputShape;
    this.labels = Int32Array.from(labels);
    const found = () => this.labels.reduce((most, label) => Math.max(most, label + 1), 0);
    const count = Array.isArray(classes) ? classes.length : ((classes as number | undefined) ?? found());
    // A damaged label would take all memory for the names of those below it.
    this.classes = checkNumber(where, 'classes', count, { least: 0, most: 1e6, whole: true });
    this.classNames = Array.isArray(classes) ? classes : Array.from({ length: count }, (_, c) => String(c));
    const notNamed = this.classNames.find((name: unknown) => typeof name !== 'string');
    if (notNamed !== undefined) {
      throw new ArgumentError(where, `expected the names of classes to be strings, got ${show(notNamed)}`);
    }
    if (new Set(this.classNames).size < count)
      throw new ArgumentError(where, `two of the classes ${show(this.classNames)} have one name`);
    const wrong = Array.prototype.findIndex.call(labels, (y) => !(Number.isInteger(y) && y >= 0 && y < this.classes));
    if (wrong < 0) return;
    throw new FormatError(where, `expected labels from 0 to ${this.classes - 1}, got ${labels[wrong]} at ${wrong}`);
  }

  /** The number of examples. */
  get length(): number {
    return this.labels.length;
  }

  /**
   * The numbers of one example; a view, not a copy.
   * @param index from 0 to length - 1
   */
  input(index: number): Float32Array {
    const size = sizeOf(this.inputShape);
    return this.inputs.subarray(index * size, (index + 1) * size);
  }

  /**
   * The examples at these indices, in this order, copied.
   * @throws ArgumentError for an index that no example has
   */
  subset(indices: ArrayLike<number>): Dataset {
    if (typeof indices !== 'object' || typeof indices?.length !== 'number') {
      throw new ArgumentError('subset', `expected a list of indices, got ${show(indices)}`);
    }
    const size = sizeOf(this.inputShape);
    const inputs = new Float32Array(indices.length * size);
    const labels = new Int32Array(indices.length);
    for (let i = 0; i < indices.length; i++) {
      checkNumber('subset', `index ${i}`, indices[i], { least: 0, most: this.length - 1, whole: true });
      inputs.set(this.input(indices[i]), i * size);
      labels[i] = this.labels[indices[i]];
    }
    return new Dataset(inputs, this.inputShape, labels, this.classNames);
  }

  /**
   * The first examples, in the same memory.
   * @param count from 0 to length
   */
  take(count: number): Dataset {
    checkNumber('take', 'the count', count, { least: 0, most: this.length, whole: true });
    const inputs = this.inputs.subarray(0, count * sizeOf(this.inputShape));
    return new Dataset(inputs, this.inputShape, this.labels.subarray(0, count), this.classNames);
  }

  /**
   * Splits at random, without regard to the classes (see `stratifiedSplit`).
   * @param heldOut how many examples are held out: a whole number, or a fraction above 0 and below 1
   * @param generator what the order is drawn from
   * @returns the rest, then what is held out
   */
  split(heldOut: number, generator: Generator = getDefaultGenerator()): [Dataset, Dataset] {
    const count = heldOut > 0 && heldOut < 1 ? Math.round(heldOut * this.length) : heldOut;
    checkNumber('split', 'the held-out count', count, { least: 0, most: this.length, whole: true });
    const order = generatorOf('split', generator).shuffle(Int32Array.from({ length: this.length }, (_, i) => i));
    return [this.subset(order.subarray(count)), this.subset(order.subarray(0, count))];
  }

  /**
   * The same examples with other inputs.
   * @param change from an input, a view of this dataset's that it must not write to, to one of shape `inputShape`
   * @param inputShape the shape of the new inputs
   * @throws ShapeError when a result does not have as many numbers as that shape
   */
  map(
    change: (input: Float32Array, label: number, index: number) => ArrayLike<number>,
    inputShape: Shape = this.inputShape,
  ): Dataset {
    const size = sizeOf(inputShape);
    const inputs = new Float32Array(this.length * size);
    for (let i = 0; i < this.length; i++) {
      const changed = change(this.input(i), this.labels[i], i);
      if (changed.length !== size) {
        const expected = `expected inputs of shape ${showShape(inputShape)}, ${size} numbers`;
        throw new ShapeError('map', `${expected}, got ${changed.length} for example ${i}`);
      }
      inputs.set(changed, i * size);
    }
    return new Dataset(inputs, inputShape, this.labels, this.classNames);
  }

  /**
   * A copy that a transform has changed once: for `normalize`, or to look at what training sees.
   * @param generator what the transform draws from
   */
  transformed(transform: Transform, generator: Generator = getDefaultGenerator()): Dataset {
    checkTransform('transformed', transform);
    const inputs = this.inputs.slice();
    transform(inputs, [this.length, ...this.inputShape], generator);
    return new Dataset(inputs, this.inputShape, this.labels, this.classNames);
  }
}

/** @internal The names that somebody gave to the classes; null where they are only counted. */
export function givenNames({ classNames }: Dataset): readonly string[] | null {
  return classNames.some((name, i) => name !== String(i)) ? classNames : null;
}

/**
 * @internal Throws when both sides have names for their classes, and not the same in the same order.
 * @param names those that are known already
 */
export function checkNames(where: string, what: string, names: readonly string[] | null, dataset: Dataset): void {
  const given = givenNames(dataset);
  if (!names || !given || (names.length === given.length && names.every((name, i) => name === given[i]))) return;
  throw new ArgumentError(
    where,
    `expected the classes ${show(names)} in ${what}, got ${show(given)}; a Dataset and loadImageFolder take such a list as classes`,
  );
}

/** One flat array, and nothing but numbers in it. */
function checkNumbers(what: string, values: ArrayLike<number>): void {
  if (!Array.isArray(values) && !(ArrayBuffer.isView(values) && 'length' in values)) {
    const call = 'new Dataset(inputs, inputShape, labels, classes)';
    throw new ArgumentError('Dataset', `expected ${what} to be an array of numbers, got ${show(values)}; use ${call}`);
  }
  // A typed array holds numbers only, unless they are big ones.
  if (ArrayBuffer.isView(values) && typeof (values as ArrayLike<unknown>)[0] !== 'bigint') return;
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
 * Splits at random so that every class makes the same fraction of both parts, as far as whole examples allow (largest
 * remainders).
 * @param count how many examples are held out, from 0 to the dataset's length
 * @param generator what the order is drawn from
 * @returns the rest, then what is held out
 */
export function stratifiedSplit(dataset: Dataset, count: number, generator?: Generator): [Dataset, Dataset] {
  const where = 'stratifiedSplit';
  if (!(dataset instanceof Dataset)) throw new ArgumentError(where, `expected a Dataset, got ${show(dataset)}`);
  const random = generatorOf(where, generator);
  checkNumber(where, 'the held-out count', count, { least: 0, most: dataset.length, whole: true });
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
    random.shuffle(members);
    members.forEach((member, i) => {
      (i < shares[c] ? heldOut : rest).push(member);
    });
  });
  return [dataset.subset(random.shuffle(rest)), dataset.subset(random.shuffle(heldOut))];
}
