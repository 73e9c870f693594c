import { ArgumentError, checkOptions, ShapeError, show } from '../errors.js';
import { type Generator, generatorOf } from '../random.js';
import { checkShape, type Shape, showShape, sizeOf } from '../shape.js';
import { type DType, type FloatArray, newArray, Storage } from './storage.js';
import { Tensor } from './tensor.js';

export interface TensorOptions {
  /** 'float32' unless the values come in a Float64Array. */
  dtype?: DType;
  /** Whether `backward` computes its gradient; false unless set. */
  requiresGrad?: boolean;
}

export interface RandomOptions extends TensorOptions {
  /** Where the numbers come from; the default generator (see `manualSeed`) unless given. */
  generator?: Generator;
}

/** Numbers in nested arrays (all rows of a level of one length), in a typed array or in a plain one. */
export type TensorValues = number | readonly TensorValues[] | ArrayLike<number>;

const OPTIONS = ['dtype', 'requiresGrad'];
const RANDOM_OPTIONS = [...OPTIONS, 'generator'];

/**
 * A tensor that holds a copy of `values`.
 * @param values a number, nested arrays, or a typed array.
 * @param options `shape` is read off nested arrays, and is one axis for a typed array, unless given.
 * @throws ShapeError when rows differ in length or the shape does not hold as many numbers as came.
 */
export function tensor(values: TensorValues, options: TensorOptions & { shape?: Shape } = {}): Tensor {
  checkOptions('tensor', options, [...OPTIONS, 'shape']);
  const nested = shapeOfValues(values);
  const shape = options.shape ?? nested;
  checkShape('tensor', shape);
  if (sizeOf(shape) !== sizeOf(nested)) {
    throw new ShapeError(
      'tensor',
      `shape ${showShape(shape)} holds ${sizeOf(shape)} numbers, got ${sizeOf(nested)} in shape ${showShape(nested)}`,
    );
  }
  const array = allocate('tensor', shape, options.dtype ?? (values instanceof Float64Array ? 'float64' : 'float32'));
  if (ArrayBuffer.isView(values)) array.set(values as FloatArray);
  else fillNested(array, values, nested, 0);
  return wrap(array, shape, options);
}

/** A tensor of zeros. */
export function zeros(shape: Shape, options: TensorOptions = {}): Tensor {
  checkOptions('zeros', options, OPTIONS);
  return wrap(allocate('zeros', shape, options.dtype), shape, options);
}

/** A tensor of ones. */
export function ones(shape: Shape, options: TensorOptions = {}): Tensor {
  checkOptions('ones', options, OPTIONS);
  return wrap(allocate('ones', shape, options.dtype).fill(1), shape, options);
}

/** Independent numbers from the normal distribution of mean 0 and variance 1. */
export function randn(shape: Shape, options: RandomOptions = {}): Tensor {
  return random('randn', shape, options, RANDOM_OPTIONS, (generator) => generator.normal());
}

/** Independent numbers spread evenly over [low, high), by default [0, 1). */
export function uniform(shape: Shape, options: RandomOptions & { low?: number; high?: number } = {}): Tensor {
  const { low = 0, high = 1 } = options;
  return random('uniform', shape, options, [...RANDOM_OPTIONS, 'low', 'high'], (g) => g.uniform(low, high));
}

/** @internal A tensor around an array that nobody else uses, without a copy. */
export function wrap(array: FloatArray, shape: Shape, options: TensorOptions = {}): Tensor {
  return new Tensor(new Storage(array), [...shape], options.requiresGrad ?? false);
}

function random(
  where: string,
  shape: Shape,
  options: RandomOptions,
  known: string[],
  draw: (generator: Generator) => number,
): Tensor {
  checkOptions(where, options, known);
  const generator = generatorOf(where, options.generator);
  const array = allocate(where, shape, options.dtype);
  for (let i = 0; i < array.length; i++) array[i] = draw(generator);
  return wrap(array, shape, options);
}

function allocate(where: string, shape: Shape, dtype: DType = 'float32'): FloatArray {
  checkShape(where, shape);
  if (dtype === 'float32' || dtype === 'float64') return newArray(dtype, sizeOf(shape));
  throw new ArgumentError(where, `expected dtype 'float32' or 'float64', got ${show(dtype)}`);
}

/** The shape that the first of each level has; whether the others have it too, `fillNested` sees. */
function shapeOfValues(values: TensorValues): number[] {
  if (typeof values === 'number') return [];
  if (!isRow(values)) {
    throw new ArgumentError('tensor', `expected numbers, nested arrays or a typed array, got ${show(values)}`);
  }
  return [values.length, ...(values.length > 0 ? shapeOfValues(values[0]) : [])];
}

function isRow(values: unknown): values is ArrayLike<TensorValues> {
  if (Array.isArray(values)) return true;
  const bigInts = values instanceof BigInt64Array || values instanceof BigUint64Array;
  return ArrayBuffer.isView(values) && 'length' in values && !bigInts;
}

/** Copies values of the shape `shape` into `array` from `at` on. */
function fillNested(array: FloatArray, values: TensorValues, shape: Shape, at: number): void {
  if (typeof values !== 'number' && !isRow(values)) {
    throw new ArgumentError('tensor', `expected numbers, got ${show(values)} as element ${at}`);
  }
  const got = typeof values === 'number' ? 'a number' : `a row of ${values.length}`;
  const expected = shape.length === 0 ? 'a number' : `a row of ${shape[0]}`;
  if (got !== expected)
    throw new ShapeError('tensor', `rows differ: expected ${expected} as element ${at}, got ${got}`);
  if (typeof values === 'number') {
    array[at] = values;
    return;
  }
  const inner = shape.slice(1);
  const size = sizeOf(inner);
  for (let i = 0; i < values.length; i++) fillNested(array, values[i], inner, at + i * size);
}
