import { type TensorValues, tensor } from '../autograd/create.js';
import { checkTensors } from '../autograd/operation.js';
import { Tensor } from '../autograd/tensor.js';
import { ArgumentError, checkChoice, checkNumber, readOptions, ShapeError, show } from '../errors.js';
import { type Generator, generatorOf } from '../random.js';
import { sameShape, showShape, sizeOf } from '../shape.js';

// Initial values for parameters. As in torch.nn.init, each function fills a tensor in place, and returns it.

/** The function that follows a layer. */
export type Nonlinearity = 'linear' | 'sigmoid' | 'tanh' | 'relu' | 'leakyRelu';

/** Options of every initialization. */
export interface InitOptions {
  /** What the numbers are drawn from. @default the default generator */
  generator?: Generator;
}

/** Options of layers that have a weight. */
export interface WeightOptions extends InitOptions {
  /** Whether a bias is added to each output. @default true */
  bias?: boolean;
}

/** Options of Kaiming He's initializations. */
export interface KaimingOptions extends InitOptions {
  /** Whether the variance is kept in the forward pass ('fanIn') or in the backward pass ('fanOut'). @default 'fanIn' */
  mode?: 'fanIn' | 'fanOut';
  /** What follows the layer. @default 'leakyRelu' */
  nonlinearity?: Nonlinearity;
  /** The slope of leakyRelu below 0; 0 is ReLU. @default 0 */
  negativeSlope?: number;
}

/** Options of Glorot's initializations and of the orthogonal one. */
export interface GainOptions extends InitOptions {
  /** A factor for what follows the layer, see `gain`. @default 1 */
  gain?: number;
}

/**
 * The factor that makes up for what a nonlinearity takes from the variance; PyTorch's calculate_gain.
 * @param negativeSlope the slope of leakyRelu below 0
 */
export function gain(nonlinearity: Nonlinearity, negativeSlope = 0.01): number {
  checkNumber('gain', 'negativeSlope', negativeSlope);
  const gains = {
    linear: 1,
    sigmoid: 1,
    tanh: 5 / 3,
    relu: Math.SQRT2,
    leakyRelu: Math.sqrt(2 / (1 + negativeSlope ** 2)),
  };
  return gains[checkChoice('gain', 'nonlinearity', nonlinearity, Object.keys(gains) as Nonlinearity[])];
}

/** Fills a tensor with one number. */
export function constant<T extends Tensor>(parameter: T, value: number): T {
  checkNumber('constant', 'value', value);
  return fill('constant', parameter, () => value);
}

/**
 * PyTorch's default for convolutions and dense layers: uniform in [-b, b), b = 1 / sqrt(fanIn).
 * @param options `fanIn`: how many inputs an output has, at least 1; read off the shape of a weight unless given, and a
 * bias takes its weight's. `generator`: what the numbers are drawn from
 */
export function defaultUniform<T extends Tensor>(parameter: T, options: InitOptions & { fanIn?: number } = {}): T {
  const where = 'defaultUniform';
  const { generator, fanIn = fans(where, parameter).fanIn } = readOptions(where, options, {
    fanIn: undefined,
    generator: undefined,
  });
  return uniform(where, parameter, 1 / Math.sqrt(checkNumber(where, 'fanIn', fanIn, { least: 1 })), generator);
}

/**
 * Uniform in [-b, b), b = gain sqrt(3 / fan).
 * Source: He et al. 2015, https://arxiv.org/abs/1502.01852
 */
export function kaimingUniform<T extends Tensor>(parameter: T, options: KaimingOptions = {}): T {
  const deviation = kaiming('kaimingUniform', parameter, options);
  return uniform('kaimingUniform', parameter, Math.sqrt(3) * deviation, options.generator);
}

/**
 * Normal with mean 0 and standard deviation gain / sqrt(fan).
 * Source: He et al. 2015, https://arxiv.org/abs/1502.01852
 */
export function kaimingNormal<T extends Tensor>(parameter: T, options: KaimingOptions = {}): T {
  return normal('kaimingNormal', parameter, kaiming('kaimingNormal', parameter, options), options.generator);
}

/**
 * Uniform in [-b, b), b = gain sqrt(6 / (fanIn + fanOut)).
 * Source: Glorot and Bengio 2010, https://proceedings.mlr.press/v9/glorot10a.html
 */
export function xavierUniform<T extends Tensor>(parameter: T, options: GainOptions = {}): T {
  const deviation = xavier('xavierUniform', parameter, options);
  return uniform('xavierUniform', parameter, Math.sqrt(3) * deviation, options.generator);
}

/**
 * Normal with mean 0 and standard deviation gain sqrt(2 / (fanIn + fanOut)).
 * Source: Glorot and Bengio 2010, https://proceedings.mlr.press/v9/glorot10a.html
 */
export function xavierNormal<T extends Tensor>(parameter: T, options: GainOptions = {}): T {
  return normal('xavierNormal', parameter, xavier('xavierNormal', parameter, options), options.generator);
}

/**
 * Rows that are orthogonal and of length `gain`, the weight being seen as [first axis, all others]; the columns, where
 * there are more rows.
 * Source: Saxe, McClelland and Ganguli 2014, https://arxiv.org/abs/1312.6120
 */
export function orthogonal<T extends Tensor>(parameter: T, options: GainOptions = {}): T {
  const where = 'orthogonal';
  const settings = readOptions(where, options, { gain: 1, generator: undefined });
  fans(where, parameter);
  const scale = checkNumber(where, 'gain', settings.gain);
  const generator = generatorOf(where, settings.generator);
  const [rows, columns] = [parameter.shape[0], parameter.size / parameter.shape[0]];
  const [count, length] = [Math.min(rows, columns), Math.max(rows, columns)];
  const vectors: Float64Array[] = [];
  for (let i = 0; i < count; i++) {
    const vector = Float64Array.from({ length }, () => generator.normal());
    // The Gram-Schmidt process; twice, because the first time leaves rounding errors (Giraud et al. 2005).
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
 * Fills a parameter, or a part of it, with numbers of your own:
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
  const { at = [] } = readOptions(where, options, { at: undefined });
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

function uniform<T extends Tensor>(where: string, parameter: T, bound: number, given?: Generator): T {
  const generator = generatorOf(where, given);
  return fill(where, parameter, () => generator.uniform(-bound, bound));
}

function normal<T extends Tensor>(where: string, parameter: T, deviation: number, given?: Generator): T {
  const generator = generatorOf(where, given);
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
  const defaults = { mode: 'fanIn', nonlinearity: 'leakyRelu', negativeSlope: 0, generator: undefined } as const;
  const { mode, nonlinearity, negativeSlope } = readOptions(where, options, defaults);
  checkChoice(where, 'mode', mode, ['fanIn', 'fanOut']);
  return gain(nonlinearity, negativeSlope) / Math.sqrt(fans(where, parameter)[mode]);
}

/** gain sqrt(2 / (fanIn + fanOut)). */
function xavier(where: string, parameter: Tensor, options: GainOptions): number {
  const { gain: scale } = readOptions(where, options, { gain: 1, generator: undefined });
  const { fanIn, fanOut } = fans(where, parameter);
  return checkNumber(where, 'gain', scale) * Math.sqrt(2 / (fanIn + fanOut));
}

/** How many inputs an output has, and how many outputs an input goes into, for a weight [out, in, ...]. */
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
