import type { BinaryOperation, BroadcastWalk, Strips, UnaryOperation, Walk } from '../kernels.js';
import type { FloatArray, IndexStorage, Storage } from '../storage.js';

const GELU = Math.sqrt(2 / Math.PI);

type Unary = { value: (x: number, p: number) => number; slope: (x: number, y: number, p: number) => number };

/** f(x) and f'(x); the slope may use y = f(x). ReLU's and abs's slope at 0 is 0. `p` is the operation's parameter. */
const UNARY: Record<UnaryOperation, Unary> = {
  neg: { value: (x) => -x, slope: () => -1 },
  exp: { value: (x) => Math.exp(x), slope: (_, y) => y },
  log: { value: (x) => Math.log(x), slope: (x) => 1 / x },
  sqrt: { value: (x) => Math.sqrt(x), slope: (_, y) => 0.5 / y },
  relu: { value: (x) => Math.max(x, 0), slope: (x) => (x <= 0 ? 0 : 1) },
  leakyRelu: { value: (x, p) => (x > 0 ? x : p * x), slope: (x, _, p) => (x > 0 ? 1 : p) },
  sigmoid: { value: sigmoid, slope: (_, y) => y * (1 - y) },
  tanh: { value: (x) => Math.tanh(x), slope: (_, y) => 1 - y * y },
  gelu: {
    value: (x) => 0.5 * x * erfc(-x * Math.SQRT1_2),
    slope: (x) => 0.5 * erfc(-x * Math.SQRT1_2) + (x * Math.exp(-0.5 * x * x)) / Math.sqrt(2 * Math.PI),
  },
  geluTanh: {
    value: (x) => 0.5 * x * (1 + Math.tanh(GELU * (x + 0.044715 * x ** 3))),
    slope: (x) => {
      const t = Math.tanh(GELU * (x + 0.044715 * x ** 3));
      return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * GELU * (1 + 3 * 0.044715 * x * x);
    },
  },
  softplus: { value: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))), slope: (x) => sigmoid(x) },
  abs: { value: (x) => Math.abs(x), slope: (x) => Math.sign(x) },
};

type Binary = {
  value: (a: number, b: number) => number;
  slopeA: (a: number, b: number) => number;
  slopeB: (a: number, b: number) => number;
};

const BINARY: Record<BinaryOperation, Binary> = {
  add: { value: (a, b) => a + b, slopeA: () => 1, slopeB: () => 1 },
  sub: { value: (a, b) => a - b, slopeA: () => 1, slopeB: () => -1 },
  mul: { value: (a, b) => a * b, slopeA: (_, b) => b, slopeB: (a) => a },
  div: { value: (a, b) => a / b, slopeA: (_, b) => 1 / b, slopeB: (a, b) => -a / (b * b) },
  pow: {
    value: (a, b) => a ** b,
    slopeA: (a, b) => (b === 0 ? 0 : b * a ** (b - 1)),
    slopeB: (a, b) => (a === 0 && b >= 0 ? 0 : a ** b * Math.log(a)),
  },
};

/** 1 / (1 + e^-x), without overflow on either side. */
function sigmoid(x: number): number {
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

export function unary(operation: UnaryOperation, x: Storage, y: Storage, parameter: number): void {
  const { value } = UNARY[operation];
  const X = x.array;
  const Y = y.array;
  for (let i = 0; i < Y.length; i++) Y[i] = value(X[i], parameter);
}

export function unaryGradient(
  operation: UnaryOperation,
  x: Storage,
  y: Storage,
  dy: Storage,
  dx: Storage,
  parameter: number,
): void {
  const { slope } = UNARY[operation];
  const [X, Y, dY, dX] = [x.array, y.array, dy.array, dx.array];
  for (let i = 0; i < dX.length; i++) dX[i] += dY[i] * slope(X[i], Y[i], parameter);
}

export function binary(operation: BinaryOperation, a: Storage, b: Storage, y: Storage, walk: BroadcastWalk): void {
  const { value } = BINARY[operation];
  const [A, B, Y] = [a.array, b.array, y.array];
  const atA = positions(walk.shape, walk.stridesA);
  const atB = positions(walk.shape, walk.stridesB);
  for (let i = 0; i < Y.length; i++) Y[i] = value(A[atA[i]], B[atB[i]]);
}

export function binaryGradient(
  operation: BinaryOperation,
  a: Storage,
  b: Storage,
  dy: Storage,
  da: Storage | null,
  db: Storage | null,
  walk: BroadcastWalk,
): void {
  const [A, B] = [a.array, b.array];
  const atA = positions(walk.shape, walk.stridesA);
  const atB = positions(walk.shape, walk.stridesB);
  if (da) addSlopes(BINARY[operation].slopeA, A, B, atA, atB, dy.array, da.array, atA);
  if (db) addSlopes(BINARY[operation].slopeB, A, B, atA, atB, dy.array, db.array, atB);
}

function addSlopes(
  slope: (a: number, b: number) => number,
  A: FloatArray,
  B: FloatArray,
  atA: Int32Array,
  atB: Int32Array,
  dY: FloatArray,
  dX: FloatArray,
  atX: Int32Array,
): void {
  for (let i = 0; i < dY.length; i++) dX[atX[i]] += dY[i] * slope(A[atA[i]], B[atB[i]]);
}

export function reduceAdd(x: Storage, y: Storage, walk: Walk, scale: number): void {
  const [X, Y] = [x.array, y.array];
  const at = positions(walk.shape, walk.strides);
  for (let i = 0; i < X.length; i++) Y[at[i]] += scale * X[i];
}

export function spreadAdd(x: Storage, y: Storage, walk: Walk, scale: number): void {
  const [X, Y] = [x.array, y.array];
  const at = positions(walk.shape, walk.strides);
  for (let i = 0; i < Y.length; i++) Y[i] += scale * X[at[i]];
}

export function gather(x: Storage, indices: IndexStorage, y: Storage): void {
  const [X, at, Y] = [x.array, indices.array, y.array];
  for (let i = 0; i < Y.length; i++) Y[i] = X[at[i]];
}

export function stripsAdd(x: Storage, y: Storage, { rows, length, from, to }: Strips): void {
  const [X, Y] = [x.array, y.array];
  for (let row = 0; row < rows; row++) {
    const [source, target] = [from.first + row * from.step, to.first + row * to.step];
    for (let i = 0; i < length; i++) Y[target + i] += X[source + i];
  }
}

export function scatterAdd(x: Storage, indices: IndexStorage, y: Storage): void {
  const [X, at, Y] = [x.array, indices.array, y.array];
  for (let i = 0; i < X.length; i++) Y[at[i]] += X[i];
}

/** Where a strided array holds the element of each index of `shape`, in row-major order. */
function positions(shape: readonly number[], strides: readonly number[]): Int32Array {
  let at = new Int32Array(1);
  for (let axis = 0; axis < shape.length; axis++) {
    const [n, stride] = [shape[axis], strides[axis]];
    const next = new Int32Array(at.length * n);
    for (let i = 0, to = 0; i < at.length; i++) {
      for (let j = 0; j < n; j++) next[to++] = at[i] + j * stride;
    }
    at = next;
  }
  return at;
}
