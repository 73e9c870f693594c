import { ArgumentError, checkChoice, readOptions, ShapeError, show } from '../errors.js';
import { type Generator, generatorOf } from '../random.js';
import { checkShape, type Shape, showShape, sizeOf } from '../shape.js';
import { type DType, type FloatArray, isTyped, newArray, Storage } from './storage.js';
import { Tensor } from './tensor.js';

/** Options of every function that makes a tensor. */
export interface TensorOptions {
  /** @default 'float32' */
  dtype?: DType;
  /** Whether `backward` computes its gradient. @default false */
  requiresGrad?: boolean;
}

/** Options of functions that draw numbers. */
export interface RandomOptions extends TensorOptions {
  /** What the numbers are drawn from. @default the default generator, see `manualSeed` */
  generator?: Generator;
}

/** Numbers in nested arrays (all rows of a level of one length), in a typed array or in a plain one. */
export type TensorValues = number | readonly TensorValues[] | ArrayLike<number>;

const DEFAULTS = { dtype: 'float32', requiresGrad: false } as const;
const RANDOM = { dtype: 'float32', requiresGrad: false, generator: undefined } as const;

/**
 * A tensor that holds a copy of `values`.
 * @param values a number, nested arrays, or a typed array
 * @param options `dtype` ('float64' for a Float64Array, else 'float32'), `requiresGrad` (false), `shape` (that of nested
 * arrays, and one axis for a typed array)
 * @throws ShapeError when rows differ in length or the shape does not hold as many numbers as came
 */
export function tensor(values: TensorValues, options: TensorOptions & { shape?: Shape } = {}): Tensor {
  const nested = shapeOfValues(values);
  const { shape, dtype, requiresGrad } = readOptions('tensor', options, {
    dtype: isTyped(values, 'Float64Array') ? 'float64' : 'float32',
    requiresGrad: false,
    shape: nested,
  });
  checkShape('tensor', shape);
  if (sizeOf(shape) !== sizeOf(nested)) {
    throw new ShapeError(
      'tensor',
      `shape ${showShape(shape)} holds ${sizeOf(shape)} numbers, got ${sizeOf(nested)} in shape ${showShape(nested)}`,
    );
  }
  const array = allocate('tensor', shape, dtype);
  if (ArrayBuffer.isView(values)) array.set(values as FloatArray);
  else fillNested(array, values, nested, 0);
  return wrap(array, shape, requiresGrad);
}

/** A tensor of zeros. */
export function zeros(shape: Shape, options: TensorOptions = {}): Tensor {
  return filled('zeros', shape, 0, options);
}

/** A tensor of ones. */
export function ones(shape: Shape, options: TensorOptions = {}): Tensor {
  return filled('ones', shape, 1, options);
}

/** A tensor of one value. */
export function full(shape: Shape, value: number, options: TensorOptions = {}): Tensor {
  if (typeof value !== 'number') throw new ArgumentError('full', `expected a number, got ${show(value)}`);
  return filled('full', shape, value, options);
}

/** Independent numbers from the normal distribution of mean 0 and variance 1. */
export function randn(shape: Shape, options: RandomOptions = {}): Tensor {
  return random('randn', shape, readOptions('randn', options, RANDOM), (generator) => generator.normal());
}

/**
 * Independent numbers from the uniform distribution over [low, high).
 * @param options `low` (0) and `high` (1), and those of `randn`
 */
export function uniform(shape: Shape, options: RandomOptions & { low?: number; high?: number } = {}): Tensor {
  const { low, high, ...rest } = readOptions('uniform', options, { ...RANDOM, low: 0, high: 1 });
  return random('uniform', shape, rest, (generator) => generator.uniform(low, high));
}

/** @internal A tensor around an array that nobody else uses, without a copy. */
export function wrap(array: FloatArray, shape: Shape, requiresGrad = false): Tensor {
  return new Tensor(new Storage(array), [...shape], requiresGrad);
}

function filled(where: string, shape: Shape, value: number, options: TensorOptions): Tensor {
  const { dtype, requiresGrad } = readOptions(where, options, DEFAULTS);
  return wrap(allocate(where, shape, dtype).fill(value), shape, requiresGrad);
}

function random(where: string, shape: Shape, options: RandomOptions, draw: (generator: Generator) => number): Tensor {
  const generator = generatorOf(where, options.generator);
  const array = allocate(where, shape, options.dtype!);
  for (let i = 0; i < array.length; i++) array[i] = draw(generator);
  return wrap(array, shape, options.requiresGrad);
}

function allocate(where: string, shape: Shape, dtype: DType): FloatArray {
  checkShape(where, shape);
  return newArray(checkChoice(where, 'dtype', dtype, ['float32', 'float64']), sizeOf(shape));
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
  return ArrayBuffer.isView(values) && 'length' in values && !/Big/.test(Object.prototype.toString.call(values));
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
