import { isTyped } from '../autograd/storage.js';
import type { Tensor } from '../autograd/tensor.js';
import { ArgumentError, checkNumber, FormatError, readOptions, ShapeError, show } from '../errors.js';
import { type Generator, generatorOf, getDefaultGenerator } from '../random.js';
import { checkShape, type Shape, showShape, sizeOf } from '../shape.js';
import { checkTransform, type Transform } from './transform.js';

/** What the examples of a batch are to be: class indices, or numbers [n, ...targetShape]. */
export type Targets = Int32Array | Tensor;

/** What a model gets of a batch: one input [n, ...inputShape], or several. */
export type Inputs = Tensor | Tensor[];

/** Options of a `Dataset`: what its targets are. */
export interface DatasetOptions {
  /** How many classes there are, or their names. @default one more than the largest label */
  classes?: number | readonly string[];
  /** The shape of one example's targets where these are numbers and no class indices: [2], [1, 28, 28]. */
  targetShape?: Shape;
}

/** All numbers of all examples, in one list. */
export type Numbers = ArrayLike<number>;
/** How classes are told. */
export type ClassOptions =
  | number
  | readonly string[]
  | { classes?: DatasetOptions['classes']; targetShape?: undefined };
/** How targets that are numbers are told. */
export type NumberOptions = { targetShape: Shape; classes?: undefined };

/** The ways to make a Dataset: of class indices or numbers, for one input or several. */
export interface DatasetConstructor {
  /**
   * @param inputs all numbers of all examples in one array; a Float32Array is kept, anything else is copied. For several inputs
   * a list of such arrays
   * @param inputShape one example's shape, such as [1, 28, 28]; for several inputs a list of shapes
   * @param targets the class index of each example, from 0; with `targetShape` all numbers of all examples
   * @param options the classes, or `DatasetOptions`
   * @throws ShapeError when inputs and targets differ in number; FormatError for a label that is no class;
   * ArgumentError for what is no array of numbers
   */
  new (inputs: Numbers, inputShape: Shape, targets: Numbers, options?: ClassOptions): Dataset;
  new (inputs: Numbers, inputShape: Shape, targets: Numbers, options: NumberOptions): Dataset<Tensor>;
  new (inputs: Numbers[], inputShape: Shape[], targets: Numbers, options?: ClassOptions): Dataset<Int32Array, Tensor[]>;
  new (inputs: Numbers[], inputShape: Shape[], targets: Numbers, options: NumberOptions): Dataset<Tensor, Tensor[]>;
  readonly prototype: Dataset<Targets, Inputs>;
}

/** Examples in memory, in plain typed arrays: inputs, and what a model is to make of them. */
export interface Dataset<Y extends Targets = Int32Array, X extends Inputs = Tensor> extends Examples<Y, X> {}

/** What a `Dataset` is made of. */
export class Examples<Y extends Targets, X extends Inputs> {
  static readonly name = 'Dataset';
  /** @internal What a batch of it is made of, for the compiler: there is no such field. */
  declare readonly batch?: { x: X; y: Y };
  /** The inputs, [length, ...inputShape], row-major; the first, where there are several. */
  readonly inputs: Float32Array;
  /** One example's shape, such as [1, 28, 28]. */
  readonly inputShape: Shape;
  /** All inputs with their shapes, for a model that gets several. */
  readonly allInputs: readonly { readonly values: Float32Array; readonly shape: Shape }[];
  /** Whether a model gets a list of inputs. */
  readonly several: boolean;
  /** The class index of each example, or the targets, [length, ...targetShape]. */
  readonly targets: Y extends Tensor ? Float32Array : Int32Array;
  /** One example's targets; null where these are class indices. */
  readonly targetShape: Shape | null;
  /** The number of examples. */
  readonly length: number;
  /** The number of classes; 0 where targets are numbers. */
  readonly classes: number;
  /** What each class is called: '0', '1' and so on unless names were given. */
  readonly classNames: readonly string[];

  constructor(
    inputs: Numbers | Numbers[],
    inputShape: Shape | Shape[],
    targets: Numbers,
    given: ClassOptions | DatasetOptions = {},
  ) {
    const where = 'Dataset';
    const named = typeof given !== 'object' || Array.isArray(given) ? { classes: given } : given;
    const { classes, targetShape } = readOptions(where, named as DatasetOptions, {
      classes: undefined,
      targetShape: undefined,
    });
    this.several = Array.isArray(inputShape?.[0]);
    const shapes = (this.several ? inputShape : [inputShape]) as Shape[];
    const lists = (this.several ? inputs : [inputs]) as Numbers[];
    if (this.several && (!Array.isArray(inputs) || lists.length !== shapes.length)) {
      const got = Array.isArray(inputs) ? lists.length : show(inputs);
      throw new ArgumentError(where, `expected ${shapes.length} lists of inputs, one a shape, got ${got}`);
    }
    lists.forEach((values, i) => {
      checkNumbers(this.several ? `inputs ${i}` : 'the inputs', values);
      checkShape(where, shapes[i]);
    });
    checkNumbers(targetShape ? 'the targets' : 'the labels', targets);
    if (targetShape !== undefined) checkShape(where, targetShape);
    const each = targetShape ? sizeOf(targetShape) : 1;
    this.length = each === 0 ? 0 : targets.length / each;
    if (!Number.isInteger(this.length)) {
      const expected = `expected targets of shape ${showShape(targetShape!)}, ${each} numbers an example`;
      throw new ShapeError(where, `${expected}, got ${targets.length} numbers`);
    }
    this.allInputs = lists.map((values, i) => {
      const size = this.length * sizeOf(shapes[i]);
      if (values.length !== size) {
        const one = targetShape ? 'one for each of the targets' : 'one a label';
        const expected = `expected ${this.length} inputs, ${one}, of shape ${showShape(shapes[i])}`;
        throw new ShapeError(where, `${expected}: ${size} numbers, got ${values.length}`);
      }
      return { values: isTyped(values, 'Float32Array') ? values : Float32Array.from(values), shape: shapes[i] };
    });
    [{ values: this.inputs, shape: this.inputShape }] = this.allInputs;
    this.targetShape = targetShape ?? null;
    if (targetShape) {
      if (classes !== undefined) {
        throw new ArgumentError(where, 'expected classes or targetShape: targets are class indices, or numbers');
      }
      this.targets = (isTyped(targets, 'Float32Array') ? targets : Float32Array.from(targets)) as this['targets'];
      [this.classes, this.classNames] = [0, []];
      return;
    }
    const labels = Int32Array.from(targets);
    this.targets = labels as this['targets'];
    const found = () => labels.reduce((most, label) => Math.max(most, label + 1), 0);
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
    const wrong = Array.prototype.findIndex.call(targets, (y) => !(Number.isInteger(y) && y >= 0 && y < this.classes));
    if (wrong < 0) return;
    throw new FormatError(where, `expected labels from 0 to ${this.classes - 1}, got ${targets[wrong]} at ${wrong}`);
  }

  /**
   * The class index of each example.
   * @throws ArgumentError where the targets are numbers
   */
  get labels(): Int32Array {
    if (this.targetShape === null) return this.targets as Int32Array;
    throw new ArgumentError('labels', `the targets are numbers of shape ${showShape(this.targetShape)}, not classes`);
  }

  /** The same kind of targets, and other examples. */
  #with(inputs: Float32Array[], shapes: Shape[], targets: Numbers): Dataset<Y, X> {
    const options = this.targetShape ? { targetShape: this.targetShape } : this.classNames;
    const [list, shape] = this.several ? [inputs, shapes] : [inputs[0], shapes[0]];
    return new Examples<Y, X>(list, shape, targets, options);
  }

  /**
   * The numbers of one example; a view, not a copy.
   * @param index from 0 to length - 1
   * @param which of several inputs, from 0
   */
  input(index: number, which = 0): Float32Array {
    const { values, shape } = this.allInputs[which];
    const size = sizeOf(shape);
    return values.subarray(index * size, (index + 1) * size);
  }

  /**
   * The examples at these indices, in this order, copied.
   * @throws ArgumentError for an index that no example has
   */
  subset(indices: ArrayLike<number>): Dataset<Y, X> {
    if (typeof indices !== 'object' || typeof indices?.length !== 'number') {
      throw new ArgumentError('subset', `expected a list of indices, got ${show(indices)}`);
    }
    for (let i = 0; i < indices.length; i++) {
      checkNumber('subset', `index ${i}`, indices[i], { least: 0, most: this.length - 1, whole: true });
    }
    const inputs = this.allInputs.map(({ values, shape }) => rowsOf(values, sizeOf(shape), indices));
    const targets = rowsOf<Float32Array | Int32Array>(this.targets, sizeOf(this.targetShape ?? []), indices);
    return this.#with(inputs, this.#shapes, targets);
  }

  /**
   * The first examples, in the same memory.
   * @param count from 0 to length
   */
  take(count: number): Dataset<Y, X> {
    checkNumber('take', 'the count', count, { least: 0, most: this.length, whole: true });
    const inputs = this.allInputs.map(({ values, shape }) => values.subarray(0, count * sizeOf(shape)));
    return this.#with(inputs, this.#shapes, this.targets.subarray(0, count * sizeOf(this.targetShape ?? [])));
  }

  get #shapes(): Shape[] {
    return this.allInputs.map(({ shape }) => shape);
  }

  /**
   * Splits at random, without regard to the classes (see `stratifiedSplit`).
   * @param heldOut how many examples are held out: a whole number, or a fraction above 0 and below 1
   * @param generator what the order is drawn from
   * @returns the rest, then what is held out
   */
  split(heldOut: number, generator: Generator = getDefaultGenerator()): [Dataset<Y, X>, Dataset<Y, X>] {
    const count = heldOut > 0 && heldOut < 1 ? Math.round(heldOut * this.length) : heldOut;
    checkNumber('split', 'the held-out count', count, { least: 0, most: this.length, whole: true });
    const order = generatorOf('split', generator).shuffle(Int32Array.from({ length: this.length }, (_, i) => i));
    return [this.subset(order.subarray(count)), this.subset(order.subarray(0, count))];
  }

  /**
   * The same examples with other inputs; of several the first is changed.
   * @param change from an input, a view of this dataset's that it must not write to, its label or where targets are numbers
   * NaN, and its index, to one of shape `inputShape`
   * @param inputShape the shape of the new inputs
   * @throws ShapeError when a result does not have as many numbers as that shape
   */
  map(
    change: (input: Float32Array, label: number, index: number) => ArrayLike<number>,
    inputShape: Shape = this.inputShape,
  ): Dataset<Y, X> {
    const size = sizeOf(inputShape);
    const inputs = new Float32Array(this.length * size);
    for (let i = 0; i < this.length; i++) {
      const changed = change(this.input(i), this.targetShape ? Number.NaN : this.targets[i], i);
      if (changed.length !== size) {
        const expected = `expected inputs of shape ${showShape(inputShape)}, ${size} numbers`;
        throw new ShapeError('map', `${expected}, got ${changed.length} for example ${i}`);
      }
      inputs.set(changed, i * size);
    }
    return this.#changed(inputs, inputShape);
  }

  /**
   * A copy that a transform has changed once: for `normalize`, or to look at what training sees. Of several inputs the first
   * is changed.
   * @param generator what the transform draws from
   */
  transformed(transform: Transform, generator: Generator = getDefaultGenerator()): Dataset<Y, X> {
    checkTransform('transformed', transform);
    const inputs = this.inputs.slice();
    transform(inputs, [this.length, ...this.inputShape], generator);
    return this.#changed(inputs, this.inputShape);
  }

  /** The same examples with another first input. */
  #changed(inputs: Float32Array, inputShape: Shape): Dataset<Y, X> {
    const others = this.allInputs.slice(1).map(({ values }) => values);
    return this.#with([inputs, ...others], [inputShape, ...this.#shapes.slice(1)], this.targets);
  }
}

/** Makes data sets: `new Dataset(inputs, inputShape, targets, options)`. */
export const Dataset = /* @__PURE__ */ (() => Examples as DatasetConstructor)();

/** @internal Rows of `size` numbers, in the order of these indices. */
export function rowsOf<A extends Float32Array | Int32Array>(from: A, size: number, indices: ArrayLike<number>): A {
  const picked = new (from.constructor as new (length: number) => A)(indices.length * size);
  for (let i = 0; i < indices.length; i++) {
    picked.set(from.subarray(indices[i] * size, (indices[i] + 1) * size), i * size);
  }
  return picked;
}

/** @internal The names that somebody gave to the classes; null where they are only counted. */
export function givenNames({ classNames }: Dataset<Targets, Inputs>): readonly string[] | null {
  return classNames.some((name, i) => name !== String(i)) ? classNames : null;
}

/**
 * @internal Throws when both sides have names for their classes, and not the same in the same order.
 * @param names those that are known already
 */
export function checkNames(
  where: string,
  what: string,
  names: readonly string[] | null,
  dataset: Dataset<Targets, Inputs>,
): void {
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
