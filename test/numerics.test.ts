import { describe, expect, test } from 'vitest';
import type { DType } from '../src/autograd/storage.js';
import {
  bceWithLogits,
  crossEntropy,
  Generator,
  gelu,
  logSoftmax,
  max,
  mean,
  pow,
  type Shape,
  sigmoid,
  silu,
  softmax,
  softplus,
  sum,
  type Tensor,
  tanh,
  tensor,
} from '../src/index.js';
import { byDefinitions } from './plain-backend.js';

// float32 keeps its digits: small differences of large numbers, long sums, and values that have no like in float64's tests.

const generator = new Generator('numerics');
const leaf = (values: ArrayLike<number>, shape: Shape, dtype: DType = 'float32') =>
  tensor(values, { shape, dtype, requiresGrad: true });
/** Runs the tests also by the definitions. */
function byBoth(name: string, tests: () => void): void {
  describe(name, tests);
  describe(`${name}, by the definitions`, () => {
    byDefinitions();
    tests();
  });
}

/** The largest relative error of float32 beside float64 on the same numbers, and where it is. */
function worstOf(values: ArrayLike<number>, shape: Shape, fn: (x: Tensor) => Tensor, dy?: number[]) {
  const both = (['float32', 'float64'] as const).map((dtype) => {
    const x = leaf(Float32Array.from(values), shape, dtype);
    const y = fn(x);
    y.backward(
      tensor(
        Float32Array.from({ length: y.size }, (_, i) => dy?.[i] ?? 1),
        { shape: y.shape, dtype },
      ),
    );
    return [...y.data, ...x.grad!.data];
  });
  const [got, wanted] = both;
  let worst = { error: 0, of: '' };
  for (let i = 0; i < wanted.length; i++) {
    if (Math.abs(wanted[i]) < 1e-30) continue; // Subnormal numbers have fewer digits.
    const error = Math.abs(got[i] / wanted[i] - 1);
    if (!(error <= worst.error)) worst = { error, of: `${got[i]} at ${i} for ${wanted[i]}, of ${Array.from(values)}` };
  }
  return worst;
}

byBoth('cross entropy and softmax in float32', () => {
  test.each<[number[], number, number]>([
    [[1e8, 1e8], 0, Math.LN2],
    [[-1e8, -1e8, -1e8], 2, Math.log(3)],
    [[1000, 1012, 1000], 1, Math.log1p(2 * Math.exp(-12))],
    [[100, 117], 1, Math.log1p(Math.exp(-17))],
    [[0, 40], 1, Math.exp(-40)],
    [[3e38, 3e38], 1, Math.LN2],
  ])('the loss of %j, label %i, is %f', (logits, label, loss) => {
    const got = crossEntropy(leaf(logits, [1, logits.length]), [label]).item();
    expect(Math.abs(got - loss)).toBeLessThanOrEqual(2e-6 * loss);
    const smoothed = crossEntropy(leaf(logits, [1, logits.length], 'float64'), [label], { labelSmoothing: 0.1 }).item();
    const own = crossEntropy(leaf(logits, [1, logits.length]), [label], { labelSmoothing: 0.1 }).item();
    expect(Math.abs(own - smoothed)).toBeLessThanOrEqual(2e-6 * Math.abs(smoothed));
  });

  test("logSoftmax's gradient far from 0 is that near 0", () => {
    const x = leaf([1e8, 1e8], [2]);
    logSoftmax(x).backward(tensor([1, 0]));
    expect([...x.grad!.data]).toEqual([0.5, -0.5]);
  });

  test('losses and gradients of rows of every offset and spread are right to 1e-5', () => {
    for (let i = 0; i < 300; i++) {
      const [classes, offset, spread] = [2 + (i % 8), 10 ** generator.uniform(0, 7), 10 ** generator.uniform(-2, 1.9)];
      const x = Array.from({ length: classes }, () => (i % 3) * offset + spread * generator.normal());
      const label = i % classes;
      const oneHot = x.map((_, c) => (c === label ? -1 : 0));
      const shape = [1, classes];
      for (const { error, of } of [
        worstOf(x, shape, (each) => crossEntropy(each, [label])),
        worstOf(x, shape, logSoftmax, oneHot),
        worstOf(x, shape, softmax, oneHot),
      ]) {
        if (!(error <= 1e-5)) expect.fail(`${error}: ${of}`);
      }
    }
  });

  test('100,000 classes', () => {
    const x = Float32Array.from({ length: 1e5 }, (_, i) => (i === 0 ? 0 : -0.3));
    const p = softmax(tensor(x)).data[0];
    expect(p * (1 + 99_999 * Math.exp(x[1]))).toBeCloseTo(1, 5);
    expect(crossEntropy(tensor(x, { shape: [1, 1e5] }), [0], { labelSmoothing: 0.5 }).item()).toBeCloseTo(
      crossEntropy(tensor(x, { shape: [1, 1e5], dtype: 'float64' }), [0], { labelSmoothing: 0.5 }).item(),
      4,
    );
  });
});

byBoth('functions in float32 are right to a few units of the last place far out, and so are their slopes:', () => {
  const functions: [string, (x: Tensor) => Tensor, number, number][] = [
    ['sigmoid', sigmoid, 60, 1e-6],
    ['tanh', tanh, 30, 1e-6],
    ['softplus', softplus, 60, 1e-6],
    ['silu', silu, 60, 1e-5],
    ['gelu', gelu, 11, 1e-4],
    ['gelu by tanh', (x) => gelu(x, { approximate: 'tanh' }), 8, 1e-4],
    ['bceWithLogits, no', (x) => bceWithLogits(x, filledLike(x, 0), { reduction: 'sum' }), 60, 1e-6],
    ['bceWithLogits, yes', (x) => bceWithLogits(x, filledLike(x, 1), { reduction: 'sum' }), 60, 1e-6],
  ];
  const filledLike = (x: Tensor, value: number) => tensor(new Float64Array(x.size).fill(value), { dtype: x.dtype });

  test.each(functions)('%s', (_, fn, reach, limit) => {
    const values = Array.from({ length: 2000 }, (_, i) => ((i - 999.5) / 1000) * reach);
    const { error, of } = worstOf(values, [2000], fn);
    expect(error, of.slice(0, 100)).toBeLessThan(limit);
  });

  test('the gradient of a quotient in its divisor, where the square of that is beyond the range', () => {
    for (const [a, b, slope] of [
      [1e-20, 1e-25, -1e30],
      [1e30, 1e25, -1e-20],
    ]) {
      const divisor = leaf([b], [1]);
      tensor([a]).div(divisor).backward();
      expect(divisor.grad!.data[0] / slope).toBeCloseTo(1, 5);
    }
  });
});

describe('axes of size 0', () => {
  test('the mean, sum and maximum over another axis are empty; a mean over nothing is refused', () => {
    const x = () => leaf([], [2, 0]);
    for (const fn of [sum, mean, max]) {
      const input = x();
      const y = fn(input, { axis: 0 });
      expect([y.shape, [...y.data]]).toEqual([[0], []]);
      expect(fn(input, { axis: 0, keepDims: true }).shape).toEqual([1, 0]);
      sum(y).backward();
      expect(input.grad!.shape).toEqual([2, 0]);
    }
    expect([...sum(x(), { axis: 1 }).data]).toEqual([0, 0]);
    expect(() => mean(x(), { axis: 1 })).toThrow('at least one number');
    expect(() => mean(leaf([], [0]))).toThrow('at least one number');
    expect(mean(leaf([], [0, 3, 4]), { axis: [1, 2] }).shape).toEqual([0]);
  });

  test.each([
    ['softmax', softmax],
    ['logSoftmax', logSoftmax],
  ])('%s of nothing is empty', (_, fn) => {
    for (const axis of [0, 1]) {
      const x = leaf([], [2, 0]);
      fn(x, axis).sum().backward();
      expect([...x.grad!.data]).toEqual([]);
    }
  });
});

byBoth('powers in float32', () => {
  test('are right to 6e-8, over the whole range of bases and exponents', () => {
    const n = 20_000;
    const a = Float32Array.from({ length: n }, () => 10 ** generator.uniform(-37, 38));
    const b = Float32Array.from(a, (each) => generator.uniform(-37, 38) / Math.abs(Math.log10(each)));
    const got = pow(tensor(a), tensor(b)).data;
    for (let i = 0; i < n; i++) {
      const wanted = a[i] ** b[i];
      if (wanted < 1.2e-38 || wanted > 3.4e38) continue;
      const error = Math.abs(got[i] / wanted - 1);
      if (!(error <= 6.1e-8)) expect.fail(`${a[i]} to the power of ${b[i]}: expected ${wanted}, got ${got[i]}`);
    }
  });

  test('of whole numbers are whole', () => {
    const list: [number, number][] = [
      [2, 10],
      [-2, 3],
      [-3, 4],
      [7, 1],
      [10, 6],
      [-1, 16_777_217],
      [5, -1],
      [9, 0.5],
    ];
    const y = pow(tensor(list.map(([a]) => a)), tensor(list.map(([, b]) => b)));
    expect([...y.data]).toEqual([1024, -8, 81, 7, 1e6, 1, Math.fround(0.2), 3]);
    expect([...pow(tensor([-2, -2, -2, -2, -2, -2]), 3).data]).toEqual(new Array(6).fill(-8));
  });
});
