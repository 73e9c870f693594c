import fc from 'fast-check';
import { type DType, Generator, noGrad, type Shape, type Tensor, tensor } from '../src/index.js';

// What the property tests share: arrays by a seed, and row-major indices in plain loops.

export const sizeOf = (shape: Shape) => shape.reduce((a, b) => a * b, 1);
export const upTo = (most: number, least = 0) => fc.integer({ min: least, max: most });
export const anySeed = fc.integer();

/** Numbers in [low, high) by a seed. */
export function numbers(seed: number | string, shape: Shape, low = -1, high = 1): Float64Array {
  const generator = new Generator(seed);
  return Float64Array.from({ length: sizeOf(shape) }, () => generator.uniform(low, high));
}

export const leaf = (values: ArrayLike<number>, shape: Shape, dtype: DType = 'float64') =>
  tensor(values, { shape, dtype, requiresGrad: true });

/** The index of each element of `shape`, in row-major order. */
export function indices(shape: Shape): number[][] {
  return shape.reduce<number[][]>(
    (heads, n) => heads.flatMap((head) => Array.from({ length: n }, (_, i) => [...head, i])),
    [[]],
  );
}

/** Where an array of `shape` keeps the element `index`; axes that it lacks or has once are broadcast. */
export function offset(index: readonly number[], shape: Shape): number {
  const own = index.slice(index.length - shape.length);
  return own.reduce((at, i, axis) => at * shape[axis] + (shape[axis] === 1 ? 0 : i), 0);
}

/** d(dy . fn)/d(input[index]) by a central difference. */
export function difference(fn: () => Tensor, dy: Float64Array, input: Tensor, index: number, eps: number): number {
  const at = (step: number) => {
    const value = input.data[index];
    input.data[index] = value + step;
    const y = Array.from(noGrad(fn).data).reduce((dot, each, i) => dot + each * dy[i], 0);
    input.data[index] = value;
    return y;
  };
  return (at(eps) - at(-eps)) / (2 * eps);
}
