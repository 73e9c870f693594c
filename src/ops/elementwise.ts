import { tensor } from '../autograd/create.js';
import { checkTensors, operation } from '../autograd/operation.js';
import { Tensor } from '../autograd/tensor.js';
import { ArgumentError, checkNumber, checkOptions, show } from '../errors.js';
import type { BinaryOperation, UnaryOperation } from '../kernels/kernels.js';
import { broadcastShapes, broadcastStrides } from '../shape.js';

/** An operand: a tensor, or a number that is the same everywhere. */
export type Operand = Tensor | number;

/** a + b, with NumPy's broadcasting. */
export function add(a: Operand, b: Operand): Tensor {
  return binary('add', a, b);
}

/** a - b, with NumPy's broadcasting. */
export function sub(a: Operand, b: Operand): Tensor {
  return binary('sub', a, b);
}

/** a * b, element by element, with NumPy's broadcasting. */
export function mul(a: Operand, b: Operand): Tensor {
  return binary('mul', a, b);
}

/** a / b, with NumPy's broadcasting. */
export function div(a: Operand, b: Operand): Tensor {
  return binary('div', a, b);
}

/** a to the power of b, with NumPy's broadcasting. */
export function pow(a: Operand, b: Operand): Tensor {
  return binary('pow', a, b);
}

/** -x. */
export function neg(x: Tensor): Tensor {
  return unary('neg', x);
}

/** e to the power of x. */
export function exp(x: Tensor): Tensor {
  return unary('exp', x);
}

/** The natural logarithm; NaN for negative numbers, -Infinity for 0. */
export function log(x: Tensor): Tensor {
  return unary('log', x);
}

/** The square root; its gradient at 0 is infinite. */
export function sqrt(x: Tensor): Tensor {
  return unary('sqrt', x);
}

/** max(x, 0); its gradient at 0 is 0. */
export function relu(x: Tensor): Tensor {
  return unary('relu', x);
}

/** x where it is positive, and `negativeSlope` * x elsewhere. */
export function leakyRelu(x: Tensor, negativeSlope = 0.01): Tensor {
  checkNumber('leakyRelu', 'negativeSlope', negativeSlope);
  return unary('leakyRelu', x, negativeSlope);
}

/** 1 / (1 + e^-x). */
export function sigmoid(x: Tensor): Tensor {
  return unary('sigmoid', x);
}

/** The hyperbolic tangent. */
export function tanh(x: Tensor): Tensor {
  return unary('tanh', x);
}

/** |x|; its gradient at 0 is 0. */
export function abs(x: Tensor): Tensor {
  return unary('abs', x);
}

/** log(1 + e^x), without overflow on either side. */
export function softplus(x: Tensor): Tensor {
  return unary('softplus', x);
}

export interface GeluOptions {
  /** 'tanh' for 0.5 x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))); 'none', unless given, for the function itself. */
  approximate?: 'none' | 'tanh';
}

/** x times the share of the normal distribution below x (Hendrycks and Gimpel 2016, "Gaussian error linear units"). */
export function gelu(x: Tensor, options: GeluOptions = {}): Tensor {
  checkOptions('gelu', options, ['approximate']);
  const { approximate = 'none' } = options;
  if (approximate !== 'none' && approximate !== 'tanh') {
    throw new ArgumentError('gelu', `expected approximate to be 'none' or 'tanh', got ${show(approximate)}`);
  }
  return unary(approximate === 'tanh' ? 'geluTanh' : 'gelu', x);
}

function unary(name: UnaryOperation, x: Tensor, parameter = 0): Tensor {
  checkTensors(name, x);
  return operation({
    name,
    inputs: [x],
    shape: x.shape,
    forward: (kernels, y) => kernels.unary(name, x.storage, y, parameter),
    backward: (kernels, dy, [dx], y) => kernels.unaryGradient(name, x.storage, y, dy, dx!, parameter),
  });
}

function binary(name: BinaryOperation, left: Operand, right: Operand): Tensor {
  const a = typeof left === 'number' ? constant(left, right) : left;
  const b = typeof right === 'number' ? constant(right, left) : right;
  checkTensors(name, a, b);
  const shape = broadcastShapes(name, a.shape, b.shape);
  const walk = { shape, stridesA: broadcastStrides(a.shape, shape), stridesB: broadcastStrides(b.shape, shape) };
  return operation({
    name,
    inputs: [a, b],
    shape,
    forward: (kernels, y) => kernels.binary(name, a.storage, b.storage, y, walk),
    backward: (kernels, dy, [da, db]) => kernels.binaryGradient(name, a.storage, b.storage, dy, da, db, walk),
  });
}

/** A number as a tensor of the dtype of the operand that it meets. */
function constant(value: number, other: Operand): Tensor {
  return tensor(value, { dtype: other instanceof Tensor ? other.dtype : 'float32' });
}
