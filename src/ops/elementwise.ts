import { define } from '../autograd/define.js';
import { addMethods, checkTensors, operation } from '../autograd/operation.js';
import type { Storage } from '../autograd/storage.js';
import type { Tensor } from '../autograd/tensor.js';
import { checkChoice, checkNumber, readOptions } from '../errors.js';

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

/** The rectifier, max(x, 0); its gradient is dy where x > 0, and 0 elsewhere, at 0 too. */
export function relu(x: Tensor): Tensor {
  return unary('relu', x);
}

/**
 * x where it is positive, and negativeSlope * x elsewhere (Maas et al. 2013).
 * @param negativeSlope also the gradient at 0
 * @default negativeSlope 0.01
 */
export function leakyRelu(x: Tensor, negativeSlope = 0.01): Tensor {
  checkNumber('leakyRelu', 'negativeSlope', negativeSlope);
  return unary('leakyRelu', x, negativeSlope);
}

/** The logistic function, 1 / (1 + e^-x). */
export function sigmoid(x: Tensor): Tensor {
  return unary('sigmoid', x);
}

/** The hyperbolic tangent. */
export function tanh(x: Tensor): Tensor {
  return unary('tanh', x);
}

/** |x|; its gradient at 0 and at NaN is 0. */
export function abs(x: Tensor): Tensor {
  return unary('abs', x);
}

/** log(1 + e^x), without overflow on either side. */
export function softplus(x: Tensor): Tensor {
  return unary('softplus', x);
}

/** x / (1 + e^-x), the sigmoid linear unit, also called swish (Elfwing et al. 2018; Ramachandran et al. 2017). */
export function silu(x: Tensor): Tensor {
  return unary('silu', x);
}

/** Options of `gelu`. */
export interface GeluOptions {
  /** 'tanh' for the approximation 0.5 x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))). @default 'none' */
  approximate?: 'none' | 'tanh';
}

/** x * Φ(x), Φ the cumulative normal distribution (Hendrycks and Gimpel 2016, "Gaussian error linear units"). */
export function gelu(x: Tensor, options: GeluOptions = {}): Tensor {
  const { approximate } = readOptions('gelu', options, { approximate: 'none' });
  checkChoice('gelu', 'approximate', approximate, ['none', 'tanh']);
  return unary(approximate === 'tanh' ? 'geluTanh' : 'gelu', x);
}

declare module '../autograd/tensor.js' {
  interface Tensor {
    /** -x, element by element. */
    neg(): Tensor;
    /** e to the power of x, element by element. */
    exp(): Tensor;
    /** The natural logarithm of each element. */
    log(): Tensor;
    /** The square root of each element. */
    sqrt(): Tensor;
    /** max(x, 0), element by element. */
    relu(): Tensor;
    /** x where it is positive, and negativeSlope * x (0.01 by default) elsewhere. */
    leakyRelu(negativeSlope?: number): Tensor;
    /** 1 / (1 + e^-x), element by element. */
    sigmoid(): Tensor;
    /** The hyperbolic tangent of each element. */
    tanh(): Tensor;
    /** |x|, element by element. */
    abs(): Tensor;
    /** log(1 + e^x), element by element. */
    softplus(): Tensor;
    /** x * Φ(x), Φ the cumulative normal distribution, element by element. */
    gelu(options?: GeluOptions): Tensor;
    /** x / (1 + e^-x), element by element. */
    silu(): Tensor;
  }
}
addMethods({ neg, exp, log, sqrt, relu, leakyRelu, sigmoid, tanh, abs, softplus, gelu, silu });

/** f(x) and f'(x), each from x, y = f(x) and the operation's parameter p. */
export interface Unary<P> {
  value: (x: number, p: P) => number;
  slope: (x: number, y: number, p: P) => number;
}

/** (1 + tanh u) / 2 is the logistic function of 2 u. */
const GELU = 2 * Math.sqrt(2 / Math.PI);

/** A new row computes right with nothing else. */
const UNARY = {
  neg: { value: (x) => -x, slope: () => -1 },
  exp: { value: (x) => Math.exp(x), slope: (_, y) => y },
  log: { value: (x) => Math.log(x), slope: (x) => 1 / x },
  sqrt: { value: (x) => Math.sqrt(x), slope: (_, y) => 0.5 / y },
  relu: { value: (x) => Math.max(x, 0), slope: (x) => (x <= 0 ? 0 : 1) },
  leakyRelu: { value: (x, p) => (x > 0 ? x : p * x), slope: (x, _, p) => (x > 0 ? 1 : p) },
  sigmoid: { value: logistic, slope: (x) => logistic(x) * logistic(-x) },
  tanh: { value: (x) => Math.tanh(x), slope: (x) => 4 * logistic(2 * x) * logistic(-2 * x) },
  gelu: {
    value: (x) => 0.5 * x * erfc(-x * Math.SQRT1_2),
    slope: (x) => 0.5 * erfc(-x * Math.SQRT1_2) + (x * Math.exp(-0.5 * x * x)) / Math.sqrt(2 * Math.PI),
  },
  geluTanh: {
    value: (x) => x * logistic(GELU * (x + 0.044715 * x ** 3)),
    slope: (x) => {
      const inner = GELU * (x + 0.044715 * x ** 3);
      return logistic(inner) * (1 + x * logistic(-inner) * GELU * (1 + 3 * 0.044715 * x * x));
    },
  },
  softplus: { value: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))), slope: (x) => logistic(x) },
  silu: { value: (x) => x * logistic(x), slope: (x) => logistic(x) * (1 + x * logistic(-x)) },
  abs: { value: (x) => Math.abs(x), slope: (x) => Math.sign(x) || 0 },
} satisfies Record<string, Unary<number>>;

export type UnaryName = keyof typeof UNARY;

/** y = f(x); dx += dy * f'(x). */
export const unaryDefinition = <const Name extends string, P>(name: Name, { value, slope }: Unary<P>) =>
  define(name, {
    forward(x: Storage, y: Storage, parameter: P): void {
      const [X, Y] = [x.array, y.array];
      for (let i = 0; i < Y.length; i++) Y[i] = value(X[i], parameter);
    },

    backward(x: Storage, y: Storage, dy: Storage, dx: Storage, parameter: P): void {
      const [X, Y, dY, dX] = [x.array, y.array, dy.array, dx.array];
      for (let i = 0; i < dX.length; i++) dX[i] += dY[i] * slope(X[i], Y[i], parameter);
    },
  });

export const unaryKernels = /* @__PURE__ */ Object.fromEntries(
  Object.entries(UNARY).map(([name, row]) => [name, unaryDefinition(name, row)]),
) as { [Name in UnaryName]: ReturnType<typeof unaryDefinition<Name, number>> };

function unary(name: UnaryName, x: Tensor, parameter = 0): Tensor {
  return unaryOf(unaryKernels[name], x, parameter);
}

/** @internal An elementwise operation. */
export function unaryOf<P>(kernels: ReturnType<typeof unaryDefinition<string, P>>, x: Tensor, parameter: P): Tensor {
  const { name } = kernels;
  checkTensors(name, x);
  return operation({
    name,
    attributes: { parameter },
    inputs: [x],
    shape: x.shape,
    forward: (y) => kernels.forward(x.storage, y, parameter),
    backward: (dy, [dx], y) => kernels.backward(x.storage, y, dy, dx!, parameter),
  });
}

/** 1 / (1 + e^-x), without overflow on either side. */
function logistic(x: number): number {
  const e = Math.exp(-Math.abs(x));
  return x >= 0 ? 1 / (1 + e) : e / (1 + e);
}

/**
 * 1 - erf(x), to about 1e-15: a series of positive terms near 0, a continued fraction further out (Abramowitz and Stegun,
 * Handbook of mathematical functions, 7.1.6 and 7.1.14).
 */
function erfc(x: number): number {
  const size = Math.abs(x);
  const bell = Math.exp(-x * x) / Math.sqrt(Math.PI);
  if (size < 2.5) {
    let term = 2 * x;
    let sum = term;
    for (let n = 1; n < 60; n++) sum += term *= (2 * x * x) / (2 * n + 1);
    return 1 - bell * sum;
  }
  let fraction = size;
  for (let k = 60; k >= 1; k--) fraction = size + k / 2 / fraction;
  return x > 0 ? bell / fraction : 2 - bell / fraction;
}
