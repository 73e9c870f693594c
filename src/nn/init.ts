import { type TensorValues, tensor } from '../autograd/create.js';
import { checkTensors } from '../autograd/operation.js';
import { Tensor } from '../autograd/tensor.js';
import { ArgumentError, checkNumber, checkOptions, ShapeError, show } from '../errors.js';
import { type Generator, generatorOf } from '../random.js';
import { sameShape, showShape, sizeOf } from '../shape.js';

// Initial values for parameters. As in torch.nn.init, each function fills a tensor in place, and returns it.

/** What follows a layer, and scales the numbers that it passes on. */
export type Nonlinearity = 'linear' | 'sigmoid' | 'tanh' | 'relu' | 'leakyRelu';

export interface Draws {
  /** Where the numbers come from; the default generator unless given. */
  generator?: Generator;
}

export interface KaimingOptions extends Draws {
  /** Whether forward ('fanIn', unless given) or backward ('fanOut') numbers keep their size. */
  mode?: 'fanIn' | 'fanOut';
  /** What follows: 'leakyRelu' unless given. */
  nonlinearity?: Nonlinearity;
  /** Of leakyRelu: 0 unless given, which is ReLU. */
  negativeSlope?: number;
}

export interface GainOptions extends Draws {
  /** A factor for what follows the layer, see `gain`: 1 unless given. */
  gain?: number;
}

/** The factor that makes up for what a nonlinearity takes from the size of numbers; PyTorch's calculate_gain. */
export function gain(nonlinearity: Nonlinearity, negativeSlope = 0.01): number {
  checkNumber('gain', 'negativeSlope', negativeSlope);
  const gains = {
    linear: 1,
    sigmoid: 1,
    tanh: 5 / 3,
    relu: Math.SQRT2,
    leakyRelu: Math.sqrt(2 / (1 + negativeSlope ** 2)),
  };
  if (Object.hasOwn(gains, nonlinearity)) return gains[nonlinearity];
  throw new ArgumentError('gain', `expected one of ${Object.keys(gains).join(', ')}, got ${show(nonlinearity)}`);
}

/** The same number everywhere. */
export function constant<T extends Tensor>(parameter: T, value: number): T {
  checkNumber('constant', 'value', value);
  return fill('constant', parameter, () => value);
}

/**
 * PyTorch's default for convolutions and dense layers: uniform in [-b, b), b = 1 / sqrt(fanIn).
 * @param options `fanIn`: how many numbers meet in one output; read off the shape of a weight unless given (a bias takes
 * its weight's)
 */
export function defaultUniform<T extends Tensor>(parameter: T, options: Draws & { fanIn?: number } = {}): T {
  const where = 'defaultUniform';
  checkOptions(where, options, ['fanIn', 'generator']);
  const fanIn = checkNumber(where, 'fanIn', options.fanIn ?? fans(where, parameter).fanIn, { least: 1 });
  return uniform(where, parameter, 1 / Math.sqrt(fanIn), options);
}

/** Uniform in [-b, b), b = gain sqrt(3 / fan) (He et al. 2015, "Delving deep into rectifiers"). */
export function kaimingUniform<T extends Tensor>(parameter: T, options: KaimingOptions = {}): T {
  return uniform('kaimingUniform', parameter, Math.sqrt(3) * kaiming('kaimingUniform', parameter, options), options);
}

/** Normal with mean 0 and deviation gain / sqrt(fan) (He et al. 2015, "Delving deep into rectifiers"). */
export function kaimingNormal<T extends Tensor>(parameter: T, options: KaimingOptions = {}): T {
  return normal('kaimingNormal', parameter, kaiming('kaimingNormal', parameter, options), options);
}

/** Uniform in [-b, b), b = gain sqrt(6 / (fanIn + fanOut)) (Glorot and Bengio 2010, "Understanding the difficulty..."). */
export function xavierUniform<T extends Tensor>(parameter: T, options: GainOptions = {}): T {
  return uniform('xavierUniform', parameter, Math.sqrt(3) * xavier('xavierUniform', parameter, options), options);
}

/** Normal with mean 0 and deviation gain sqrt(2 / (fanIn + fanOut)) (Glorot and Bengio 2010). */
export function xavierNormal<T extends Tensor>(parameter: T, options: GainOptions = {}): T {
  return normal('xavierNormal', parameter, xavier('xavierNormal', parameter, options), options);
}

/**
 * Rows that are orthogonal and of length `gain`, the weight being seen as [first axis, all others]; the columns, where
 * there are more rows (Saxe, McClelland and Ganguli 2014, "Exact solutions to the nonlinear dynamics of learning").
 */
export function orthogonal<T extends Tensor>(parameter: T, options: GainOptions = {}): T {
  const where = 'orthogonal';
  checkOptions(where, options, ['gain', 'generator']);
  fans(where, parameter);
  const scale = checkNumber(where, 'gain', options.gain ?? 1);
  const generator = generatorOf(where, options.generator);
  const [rows, columns] = [parameter.shape[0], parameter.size / parameter.shape[0]];
  const [count, length] = [Math.min(rows, columns), Math.max(rows, columns)];
  const vectors: Float64Array[] = [];
  for (let i = 0; i < count; i++) {
    const vector = Float64Array.from({ length }, () => generator.normal());
    // Gram and Schmidt; twice, because the first time leaves rounding errors (Giraud et al. 2005).
    for (const other of [...vectors, ...vectors]) {
      const along = dot(vector, other);
      for (let j = 0; j < length; j++) vector[j] -= along * other[j];
    }
    const norm = Math.sqrt(dot(vector, vector));
    vectors.push(vector.map((value) => value / norm));
  }
  return fill(where, parameter, (at) => {
    const [row, column] = [Math.floor(at / columns), at % columns];
    return scale * (rows <= columns ? vectors[row][column] : vectors[column][row]);
  });
}

/**
 * Numbers of your own, for the whole parameter or a part of it:
 *
 *     init.fromValues(conv1.weight, [[1, 0, -1], [2, 0, -2], [1, 0, -1]], { at: [3, 0] })  // filter 3, input channel 0
 *
 * @param options `at`: indices along the first axes, which choose the part; the whole unless given
 * @throws ShapeError when the values have another shape than the part
 */
export function fromValues<T extends Tensor>(
  parameter: T,
  values: Tensor | TensorValues,
  options: { at?: readonly number[] } = {},
): T {
  const where = 'fromValues';
  checkTensors(where, parameter);
  checkOptions(where, options, ['at']);
  const { at = [] } = options;
  const { shape } = parameter;
  if (!Array.isArray(at) || at.length > shape.length) {
    throw new ArgumentError(where, `expected at most ${shape.length} indices, got ${show(at)}`);
  }
  let part = 0;
  at.forEach((index: number, axis) => {
    checkNumber(where, `the index along axis ${axis}`, index, { least: 0, most: shape[axis] - 1, whole: true });
    part = part * shape[axis] + index;
  });
  const own = shape.slice(at.length);
  const given = values instanceof Tensor ? values : tensor(values);
  if (!sameShape(given.shape, own)) {
    throw new ShapeError(where, `expected values of shape ${showShape(own)}, got ${showShape(given.shape)}`);
  }
  parameter.storage.array.set(given.storage.array, part * sizeOf(own));
  parameter.storage.version++;
  return parameter;
}

function uniform<T extends Tensor>(where: string, parameter: T, bound: number, options: Draws): T {
  const generator = generatorOf(where, options.generator);
  return fill(where, parameter, () => generator.uniform(-bound, bound));
}

function normal<T extends Tensor>(where: string, parameter: T, deviation: number, options: Draws): T {
  const generator = generatorOf(where, options.generator);
  return fill(where, parameter, () => generator.normal() * deviation);
}

function fill<T extends Tensor>(where: string, parameter: T, value: (at: number) => number): T {
  checkTensors(where, parameter);
  const { array } = parameter.storage;
  for (let i = 0; i < array.length; i++) array[i] = value(i);
  parameter.storage.version++;
  return parameter;
}

/** gain / sqrt(fan). */
function kaiming(where: string, parameter: Tensor, options: KaimingOptions): number {
  checkOptions(where, options, ['mode', 'nonlinearity', 'negativeSlope', 'generator']);
  const { mode = 'fanIn', nonlinearity = 'leakyRelu', negativeSlope = 0 } = options;
  if (mode !== 'fanIn' && mode !== 'fanOut') {
    throw new ArgumentError(where, `expected mode to be 'fanIn' or 'fanOut', got ${show(mode)}`);
  }
  return gain(nonlinearity, negativeSlope) / Math.sqrt(fans(where, parameter)[mode]);
}

/** gain sqrt(2 / (fanIn + fanOut)). */
function xavier(where: string, parameter: Tensor, options: GainOptions): number {
  checkOptions(where, options, ['gain', 'generator']);
  const { fanIn, fanOut } = fans(where, parameter);
  return checkNumber(where, 'gain', options.gain ?? 1) * Math.sqrt(2 / (fanIn + fanOut));
}

/** How many numbers meet in an output, and how many outputs a number goes into, for a weight [out, in, ...]. */
function fans(where: string, parameter: Tensor): { fanIn: number; fanOut: number } {
  checkTensors(where, parameter);
  const { shape } = parameter;
  if (shape.length < 2 || parameter.size === 0) {
    throw new ShapeError(where, `expected a weight of two axes or more, got shape ${showShape(shape)}`);
  }
  const taps = sizeOf(shape.slice(2));
  return { fanIn: shape[1] * taps, fanOut: shape[0] * taps };
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
