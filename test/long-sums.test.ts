import { afterEach, describe, expect, test } from 'vitest';
import { allocate, zeros } from '../src/autograd/backend.js';
import {
  avgPool2d,
  batchNorm2d,
  conv2d,
  dense,
  Generator,
  matmul,
  mean,
  mul,
  ones,
  setThreads,
  sum,
  type Tensor,
  tensor,
} from '../src/index.js';
import { type ConvSizes, conv2dKernels } from '../src/ops/conv2d.js';
import { byDefinitions } from './plain-backend.js';

// Sums of many numbers in float32: added up one by one they lose digits with each, 4.5% of 20 million times 0.7.

const generator = new Generator('long sums');
/** An array of one number; as float32 has it. */
const filled = (value: number, ...shape: number[]) =>
  tensor(new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(value), { shape });

const CONV: ConvSizes = {
  N: 1,
  C: 1,
  H: 1,
  W: 1,
  O: 1,
  groups: 1,
  kernelH: 1,
  kernelW: 1,
  strideH: 1,
  strideW: 1,
  dilationH: 1,
  dilationW: 1,
  padTop: 0,
  padLeft: 0,
  outH: 1,
  outW: 1,
};

/** The largest relative error of the gradient to the weights of images of one number, where dy is 1 everywhere. */
function weightGradientError(value: number, given: Partial<ConvSizes>): number {
  const s = { ...CONV, ...given };
  [s.outH, s.outW] = [s.H - s.kernelH + 1, s.W - s.kernelW + 1];
  const [x, dy] = [allocate('float32', s.N * s.C * s.H * s.W), allocate('float32', s.N * s.O * s.outH * s.outW)];
  const dweight = zeros('float32', s.O * s.C * s.kernelH * s.kernelW);
  x.array.fill(value);
  dy.array.fill(1);
  conv2dKernels.gradWeight(x, dy, dweight, s);
  const right = Math.fround(value) * s.N * s.outH * s.outW;
  const errors = Array.from(dweight.array, (each) => Math.abs(each / right - 1));
  for (const storage of [x, dy, dweight]) storage.release();
  return Math.max(...errors);
}

describe('long sums in float32 have a relative error below 1e-5:', () => {
  test.each<[string, number, Partial<ConvSizes>]>([
    ['300 images of 256x256, all 0.7', 0.7, { N: 300, H: 256, W: 256 }],
    ['one image of 4100x4100, all 1', 1, { H: 4100, W: 4100 }],
    ['one row of a million pixels', 0.1, { W: 1_000_003 }],
    ['100,000 images of 2x2', 1 / 3, { N: 100_000, H: 2, W: 2 }],
    ['5x5 filters, 16 of them, on 3 channels', 0.9, { N: 7, H: 75, W: 75, C: 3, O: 16, kernelH: 5, kernelW: 5 }],
  ])('the gradient to the weights of a convolution, %s', (_, value, sizes) => {
    expect(weightGradientError(value, sizes)).toBeLessThan(1e-5);
  });

  const tenth = Math.fround(0.1);
  const gradientOf = (b: Tensor, y: Tensor) => {
    mul(y, 0.1).sum().backward();
    return b.grad!.data[0];
  };
  const one = (...shape: number[]) => ones(shape, { requiresGrad: true });
  const rows: [string, () => number, number][] = [
    ['sum', () => sum(filled(0.1, 1e6)).item(), 1e6 * tenth],
    ['mean over the first axis', () => mean(filled(0.1, 3e5, 4), { axis: 0 }).data[3], tenth],
    ['mean over the last axis', () => mean(filled(0.1, 4, 3e5), { axis: 1 }).data[3], tenth],
    ['sum over the outer axes', () => sum(filled(0.1, 1000, 3, 400), { axis: [0, 2] }).data[1], 4e5 * tenth],
    ['average pooling', () => avgPool2d(filled(0.1, 1, 1, 500, 500), 500).item(), tenth],
    ['the gradient of a factor', () => gradient(1, 1e6), 1e6 * tenth],
    ['the gradient of a row of factors', () => gradient(4, 3e5), 3e5 * tenth],
    ['matmul', () => matmul(filled(0.1, 1, 1e6), filled(1, 1e6, 1)).item(), 1e6 * tenth],
    ['matmul by many', () => matmul(filled(0.1, 3, 3e5), filled(1, 3e5, 9)).data[20], 3e5 * tenth],
    ['dense', () => dense(filled(0.1, 1, 1e6), filled(1, 1, 1e6)).item(), 1e6 * tenth],
    ['one factor of many products', () => sharedGradient(), 1e5 * tenth],
    ['a convolution of 3x3 over 512 channels', () => convolved(512, 3), 512 * 9 * tenth],
    ['a convolution of 1x1 over 4608 channels', () => convolved(4608, 1), 4608 * tenth],
    ['a convolution of 100x100 over one channel', () => convolved(1, 100), 1e4 * tenth],
    ['a sparse convolution over 512 channels', () => convolved(512, 3, 0.5), 256 * 9 * tenth],
    ['the gradient to the input, 512 filters', () => inputGradient(), 512 * 9 * tenth],
  ];
  function gradient(columns: number, length: number): number {
    const factor = one(columns);
    return gradientOf(factor, mul(ones([length, columns]), factor));
  }
  function sharedGradient(): number {
    const w = one(3, 4);
    return gradientOf(w, matmul(ones([5e4, 2, 3]), w));
  }
  function convolved(channels: number, size: number, share = 1): number {
    const x = new Float32Array(channels * size * (size + 3)).map((_, i) =>
      Math.floor(i / (size * (size + 3))) % 2 < 2 * share ? 0.1 : 0,
    );
    return conv2d(tensor(x, { shape: [1, channels, size, size + 3] }), ones([5, channels, size, size])).data[0];
  }
  function inputGradient(): number {
    const x = one(1, 2, 5, 5);
    mul(conv2d(x, ones([512, 2, 3, 3])), 0.1)
      .sum()
      .backward();
    return x.grad!.data[12];
  }

  test.each(rows)('%s', (_, compute, right) => {
    expect(Math.abs(compute() / right - 1)).toBeLessThan(1e-5);
  });

  test('the gradients of biases', () => {
    const [b, c] = [one(2), one(2)];
    expect(gradientOf(b, dense(ones([2e5, 1]), ones([2, 1]), b)) / (2e5 * tenth)).toBeCloseTo(1, 5);
    expect(gradientOf(c, conv2d(ones([1e5, 1, 1, 2]), ones([2, 1, 1, 1]), c)) / (2e5 * tenth)).toBeCloseTo(1, 5);
  });

  test("a channel's statistics are right however large its mean", () => {
    for (const offset of [1e3, 1e6, -1e7]) {
      const x = Float32Array.from({ length: 4000 }, () => offset + 3 * generator.normal());
      const [got, wanted] = (['float32', 'float64'] as const).map((dtype) => {
        const running = [tensor([0], { dtype }), tensor([1], { dtype })];
        const options = { training: true, momentum: 1 };
        batchNorm2d(tensor(x, { shape: [4, 1, 20, 50], dtype }), running[0], running[1], null, null, options);
        return running.map((each) => each.item());
      });
      expect(got[0] / wanted[0]).toBeCloseTo(1, 6);
      expect(got[1] / wanted[1]).toBeCloseTo(1, 5);
    }
  });

  describe('in an order that threads do not change', () => {
    afterEach(() => setThreads(1));
    test('one thread and three give the same bits', async () => {
      const x = Float32Array.from({ length: 9 * 2 * 90 * 90 }, () => generator.normal());
      const bits = [];
      for (const count of [1, 3]) {
        await setThreads(count);
        const [weight, bias] = [one(20, 2, 3, 3), one(20)];
        const y = conv2d(tensor(x, { shape: [9, 2, 90, 90] }), weight, bias);
        y.backward(mul(y.detach(), 0.3));
        const z = matmul(tensor(x, { shape: [2, 72_900] }), tensor(x, { shape: [72_900, 2] }));
        bits.push([...weight.grad!.data, ...bias.grad!.data, ...z.data]);
      }
      expect(bits[1]).toEqual(bits[0]);
    });
  });
});

describe.each(['the faster versions', 'the definitions'])('long sums by %s', (by) => {
  if (by === 'the definitions') byDefinitions();
  test('have a relative error below 1e-5', () => {
    const factor = ones([3], { requiresGrad: true });
    mul(mul(ones([1e5, 3]), factor), 0.1)
      .sum()
      .backward();
    const right = 1e5 * Math.fround(0.1);
    expect(Math.abs(factor.grad!.data[1] / right - 1)).toBeLessThan(1e-5);
    expect(Math.abs(sum(filled(0.1, 1e5, 2), { axis: 0 }).data[1] / right - 1)).toBeLessThan(1e-5);
    expect(weightGradientError(0.7, { N: 20_000, H: 2, W: 2 })).toBeLessThan(1e-5);
  });
});
