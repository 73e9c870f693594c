import { tensor } from '../autograd/create.js';
import { define } from '../autograd/define.js';
import { addMethods, checkTensors, operation } from '../autograd/operation.js';
import type { FloatArray, Storage } from '../autograd/storage.js';
import { Tensor } from '../autograd/tensor.js';
import { broadcastShapes, broadcastStrides, type Shape } from '../shape.js';
import { positions } from './broadcast.js';

/** An operand: a tensor, or a number that is the same everywhere. */
export type Operand = Tensor | number;

/** a + b, element by element, with NumPy's broadcasting. */
export function add(a: Operand, b: Operand): Tensor {
  return binary('add', a, b);
}

/** a - b, element by element, with NumPy's broadcasting. */
export function sub(a: Operand, b: Operand): Tensor {
  return binary('sub', a, b);
}

/** a * b, element by element, with NumPy's broadcasting. */
export function mul(a: Operand, b: Operand): Tensor {
  return binary('mul', a, b);
}

/** a / b, element by element, with NumPy's broadcasting. */
export function div(a: Operand, b: Operand): Tensor {
  return binary('div', a, b);
}

/** a to the power of b, element by element, with NumPy's broadcasting; the gradient with respect to a is 0 where b is 0. */
export function pow(a: Operand, b: Operand): Tensor {
  return binary('pow', a, b);
}

declare module '../autograd/tensor.js' {
  interface Tensor {
    /** This + other, element by element, with broadcasting. */
    add(other: Operand): Tensor;
    /** This - other, element by element, with broadcasting. */
    sub(other: Operand): Tensor;
    /** This * other, element by element, with broadcasting. */
    mul(other: Operand): Tensor;
    /** This / other, element by element, with broadcasting. */
    div(other: Operand): Tensor;
    /** This to the power of `exponent`, element by element, with broadcasting. */
    pow(exponent: Operand): Tensor;
  }
}
addMethods({ add, sub, mul, div, pow });

/** f(a, b), and its partial derivatives df/da and df/db. */
export type Binary = Record<'value' | 'slopeA' | 'slopeB', (a: number, b: number) => number>;

const BINARY = {
  add: { value: (a, b) => a + b, slopeA: () => 1, slopeB: () => 1 },
  sub: { value: (a, b) => a - b, slopeA: () => 1, slopeB: () => -1 },
  mul: { value: (a, b) => a * b, slopeA: (_, b) => b, slopeB: (a) => a },
  div: { value: (a, b) => a / b, slopeA: (_, b) => 1 / b, slopeB: (a, b) => -(a / b) / b },
  pow: {
    value: power,
    slopeA: (a, b) => (b === 0 ? 0 : b * power(a, b - 1)),
    slopeB: (a, b) => (a === 0 && b >= 0 ? 0 : power(a, b) * Math.log(a)),
  },
} satisfies Record<string, Binary>;

/** As in C and PyTorch: 1 to the power of anything is 1, and so is -1 to the power of an infinity; JavaScript has NaN. */
function power(a: number, b: number): number {
  return a === 1 || (a === -1 && Math.abs(b) === Infinity) ? 1 : a ** b;
}

export type BinaryName = keyof typeof BINARY;

/** How two operands are read so that both have the shape of the result. */
export interface BroadcastSizes {
  shape: Shape;
  stridesA: readonly number[];
  stridesB: readonly number[];
}

/** y = f(a, b); da += dy * df/da and db += dy * df/db, summed over the axes that were broadcast. */
export const binaryDefinition = <const Name extends string>(name: Name, { value, slopeA, slopeB }: Binary) =>
  define(name, {
    forward(a: Storage, b: Storage, y: Storage, sizes: BroadcastSizes): void {
      const [A, B, Y] = [a.array, b.array, y.array];
      const [atA, atB] = [positions(sizes.shape, sizes.stridesA), positions(sizes.shape, sizes.stridesB)];
      for (let i = 0; i < Y.length; i++) Y[i] = value(A[atA[i]], B[atB[i]]);
    },

    /** `da` or `db` is null where no gradient is wanted. */
    backward(a: Storage, b: Storage, dy: Storage, da: Storage | null, db: Storage | null, sizes: BroadcastSizes): void {
      const [A, B, dY] = [a.array, b.array, dy.array];
      const [atA, atB] = [positions(sizes.shape, sizes.stridesA), positions(sizes.shape, sizes.stridesB)];
      const addSlopes = (slope: Binary['value'], dX: FloatArray, at: Int32Array) => {
        const sums = new Float64Array(dX);
        for (let i = 0; i < dY.length; i++) sums[at[i]] += dY[i] * slope(A[atA[i]], B[atB[i]]);
        dX.set(sums);
      };
      if (da) addSlopes(slopeA, da.array, atA);
      if (db) addSlopes(slopeB, db.array, atB);
    },
  });

export const binaryKernels = /* @__PURE__ */ Object.fromEntries(
  Object.entries(BINARY).map(([name, row]) => [name, binaryDefinition(name, row)]),
) as { [Name in BinaryName]: ReturnType<typeof binaryDefinition<Name>> };

function binary(name: BinaryName, left: Operand, right: Operand): Tensor {
  return binaryOf(binaryKernels[name], left, right);
}

/** @internal An elementwise operation on two tensors, with broadcasting. */
export function binaryOf(kernels: ReturnType<typeof binaryDefinition<string>>, left: Operand, right: Operand): Tensor {
  const { name } = kernels;
  const a = constant(left, right);
  const b = constant(right, left);
  checkTensors(name, a, b);
  const shape = broadcastShapes(name, a.shape, b.shape);
  const sizes = { shape, stridesA: broadcastStrides(a.shape, shape), stridesB: broadcastStrides(b.shape, shape) };
  return operation({
    name,
    inputs: [a, b],
    shape,
    forward: (y) => kernels.forward(a.storage, b.storage, y, sizes),
    backward: (dy, [da, db]) => kernels.backward(a.storage, b.storage, dy, da, db, sizes),
  });
}

/** An operand as a tensor: a number has the dtype of the other one. */
function constant(value: Operand, other: Operand): Tensor {
  if (typeof value !== 'number') return value;
  return tensor(value, { dtype: other instanceof Tensor ? other.dtype : 'float32' });
}
