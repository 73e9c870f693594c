import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  abs,
  avgPool2d,
  BatchNorm2D,
  bceWithLogits,
  Conv2D,
  type ConvolutionOptions,
  conv2d,
  convTranspose2d,
  crossEntropy,
  Dense,
  type DType,
  dense,
  Flatten,
  gelu,
  LinearLR,
  l1Loss,
  layerNorm,
  logSoftmax,
  MaxPool2D,
  maxPool2d,
  mseLoss,
  nllLoss,
  type PoolingOptions,
  type Reduction,
  ReLU,
  Sequential,
  SGD,
  type SGDOptions,
  softmax,
  softplus,
  type Tensor,
  type TransposedConvolutionOptions,
  tensor,
} from '../src/index.js';
import { expectClose } from './close.js';

// Results of PyTorch 1.13 in float64, made by fixtures/make_golden.py, to 12 significant digits. The inputs are not
// stored: `fill` makes the same numbers there and here.

type Numbers = number[];
interface Case {
  name: string;
  y: Numbers;
  gradients: Numbers[];
}
interface Golden {
  torch: string;
  fill: Numbers;
  conv2d: {
    name: string;
    x: Numbers;
    weight: Numbers;
    bias: boolean;
    options: ConvolutionOptions;
    outShape: Numbers;
    y: Numbers;
    dx: Numbers;
    dweight: Numbers;
    dbias?: Numbers;
  }[];
  pool: {
    name: string;
    kind: 'max' | 'avg';
    x: Numbers;
    kernel: number | [number, number];
    options: PoolingOptions;
    ties: number;
    outShape: Numbers;
    y: Numbers;
    dx: Numbers;
  }[];
  dense: {
    name: string;
    x: Numbers;
    weight: Numbers;
    bias: boolean;
    y: Numbers;
    dx: Numbers;
    dweight: Numbers;
    dbias?: Numbers;
  }[];
  crossEntropy: { reduction: Reduction; labelSmoothing: number; loss: Numbers; dlogits: Numbers }[];
  softmax: { kind: 'softmax' | 'logSoftmax'; axis: number; y: Numbers; dx: Numbers }[];
  sgd: {
    name: string;
    options: Partial<SGDOptions>;
    weightOptions: Partial<SGDOptions> | null;
    schedule: { startFactor: number; endFactor: number; totalIters: number } | null;
    steps: { lr: Numbers; parameters: Numbers }[];
  }[];
  batchNorm: (Case & { state?: Record<string, Numbers> })[];
  functions: Case[];
  convTranspose2d: (Case & {
    x: Numbers;
    weight: Numbers;
    bias: number;
    options: TransposedConvolutionOptions;
    outShape: Numbers;
  })[];
  netS: {
    losses: Numbers;
    parameters: {
      key: string;
      shape: Numbers;
      bound: number;
      sum: number;
      sumOfSquares: number;
      every: number;
      entries: Numbers;
    }[];
  };
}

const golden = JSON.parse(readFileSync(new URL('fixtures/golden.json', import.meta.url), 'utf8')) as Golden;

/** Numbers in [low, high): murmur3's finalizer of seed and index. The script's `fill` is the same. */
function fillArray(seed: number, size: number, low = -1, high = 1): Float64Array {
  return Float64Array.from({ length: size }, (_, i) => {
    let h = (i + 1 + Math.imul(seed, 0x9e3779b9)) >>> 0;
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b) >>> 0;
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35) >>> 0;
    h = (h ^ (h >>> 16)) >>> 0;
    return low + (high - low) * (h / 2 ** 32);
  });
}

/** A float64 tensor of such numbers. */
function fill(seed: number, shape: readonly number[], low = -1, high = 1, requiresGrad = true): Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  return tensor(fillArray(seed, size, low, high), { shape, requiresGrad });
}

test('the script and this file make the same inputs, to 12 digits', () => {
  expect(golden.torch).toMatch(/^1\.13/);
  expectClose(fillArray(1, 4), golden.fill, 1e-12);
});

/** Whether a function gives this result, and these gradients to its inputs when `fill(seed)` comes back. */
function expectCase({ y: expected, gradients }: Omit<Case, 'name'>, y: Tensor, inputs: Tensor[], seed: number): void {
  expectClose(y.data, expected, 1e-10);
  y.backward(y.shape.length > 0 ? fill(seed, y.shape) : undefined);
  expect(inputs.length).toBe(gradients.length);
  inputs.forEach((input, i) => {
    expectClose(input.grad!.data, gradients[i], 1e-10);
  });
}

/** A case of a layer, as the script wrote it. */
function withBias({ y, dx, dweight, dbias }: { y: Numbers; dx: Numbers; dweight: Numbers; dbias?: Numbers | null }) {
  return { y, gradients: [dx, dweight, ...(dbias ? [dbias] : [])] };
}

describe('as in PyTorch, float64, within 1e-10: conv2d and its gradients,', () => {
  test.each(golden.conv2d)('$name', (c) => {
    const [x, weight] = [fill(1, c.x), fill(2, c.weight)];
    const bias = c.bias ? fill(3, [c.weight[0]]) : null;
    const y = conv2d(x, weight, bias, c.options);
    expect(y.shape).toEqual(c.outShape);
    expectCase(withBias(c), y, bias ? [x, weight, bias] : [x, weight], 4);
  });
});

describe('as in PyTorch, float64, within 1e-10: pooling and its gradient,', () => {
  test.each(golden.pool)('$name', (c) => {
    const whole = Float64Array.from(fill(5, c.x, 0, c.ties).data, Math.floor);
    const x = c.ties > 0 ? tensor(whole, { shape: c.x, requiresGrad: true }) : fill(5, c.x);
    const y = (c.kind === 'max' ? maxPool2d : avgPool2d)(x, c.kernel, c.options);
    expect(y.shape).toEqual(c.outShape);
    expectCase({ y: c.y, gradients: [c.dx] }, y, [x], 6);
  });
});

describe('as in PyTorch, float64, within 1e-10: dense and its gradients,', () => {
  test.each(golden.dense)('$name', (c) => {
    const [x, weight] = [fill(7, c.x), fill(8, c.weight)];
    const bias = c.bias ? fill(9, [c.weight[0]]) : null;
    expectCase(withBias(c), dense(x, weight, bias), bias ? [x, weight, bias] : [x, weight], 10);
  });
});

describe('as in PyTorch, float64, within 1e-10: crossEntropy and its gradient,', () => {
  test.each(golden.crossEntropy)('$reduction, labelSmoothing $labelSmoothing', ({ loss, dlogits, ...options }) => {
    const logits = fill(11, [6, 5], -8, 8);
    const labels = Array.from({ length: 6 }, (_, i) => (3 * i + 1) % 5);
    expectCase({ y: loss, gradients: [dlogits] }, crossEntropy(logits, labels, options), [logits], 12);
  });
});

describe('as in PyTorch, float64, within 1e-10:', () => {
  test.each(golden.softmax)('$kind over axis $axis and its gradient', ({ kind, axis, y: expected, dx }) => {
    const x = fill(13, [3, 4, 5], -8, 8);
    const y = (kind === 'softmax' ? softmax : logSoftmax)(x, axis);
    expectCase({ y: expected, gradients: [dx] }, y, [x], 14);
  });
});

describe('as in PyTorch, float64, within 1e-10: ten steps of SGD,', () => {
  test.each(golden.sgd)('$name', ({ options, weightOptions, schedule, steps }) => {
    const [weight, bias] = [fill(15, [2, 3]), fill(16, [2])];
    const [x, target] = [fill(17, [5, 3], -1, 1, false), fill(18, [5, 2], -1, 1, false)];
    const groups = weightOptions ? [{ params: [weight], ...weightOptions }, { params: [bias] }] : [weight, bias];
    const optimizer = new SGD(groups as ConstructorParameters<typeof SGD>[0], options);
    const scheduler = schedule && new LinearLR(optimizer, schedule);
    expect(steps.length).toBe(10);
    for (const { lr, parameters } of steps) {
      optimizer.zeroGrad();
      const rates = optimizer.groups.map((group) => group.lr);
      expectClose(rates, lr, 1e-14);
      mseLoss(dense(x, weight, bias), target).backward();
      optimizer.step();
      scheduler?.step();
      expectClose([...weight.data, ...bias.data], parameters, 1e-10);
    }
  });
});

test('as in PyTorch, float64, within 1e-10: BatchNorm2D in training, its state, and in evaluation', () => {
  const layer = new BatchNorm2D(2, { eps: 1e-3, momentum: 0.3 }).to('float64');
  layer.weight!.data.set(fill(41, [2]).data);
  layer.bias!.data.set(fill(42, [2]).data);
  layer.forward(fill(43, [2, 2, 3, 3]));
  const inputs = [fill(40, [3, 2, 2, 3], 0, 4), layer.weight!, layer.bias!];
  const [training, evaluation] = golden.batchNorm;
  expectCase(training, layer.forward(inputs[0]), inputs, 44);
  const state = Object.entries(layer.stateDict());
  expect(state.map(([key]) => key)).toEqual(Object.keys(evaluation.state!));
  for (const [key, value] of state) expectClose(value.data, evaluation.state![key], 1e-10);
  for (const input of inputs) input.grad = null;
  expectCase(evaluation, layer.eval().forward(inputs[0]), inputs, 45);
});

describe('as in PyTorch, float64, within 1e-10:', () => {
  const labels = [1, 0, 3];
  const weights = [0.5, 2, 1, 0.25];
  const target = fill(50, [3, 4], 0, 1, false);
  type Options = { reduction: Reduction };
  const calls: Record<string, (t: Tensor, options: Options) => Tensor> = {
    gelu: (t) => gelu(t),
    geluTanh: (t) => gelu(t, { approximate: 'tanh' }),
    softplus: (t) => softplus(t),
    abs: (t) => abs(t),
    'crossEntropy weighted': (t, o) => crossEntropy(t, labels, { ...o, classWeights: weights }),
    'crossEntropy smoothed': (t, o) => crossEntropy(t, labels, { ...o, classWeights: weights, labelSmoothing: 0.2 }),
    nllLoss: (t, o) => nllLoss(t, labels, o),
    'nllLoss weighted': (t, o) => nllLoss(t, labels, { ...o, classWeights: weights }),
    bceWithLogits: (t, o) => bceWithLogits(t, target, o),
    'bceWithLogits posWeight': (t, o) =>
      bceWithLogits(t, target, { ...o, posWeight: tensor(Float64Array.from(weights)) }),
    l1Loss: (t, o) => l1Loss(t, target, o),
  };

  test('layerNorm and its gradients', () => {
    const inputs = [fill(46, [2, 3, 4], -3, 3), fill(47, [3, 4]), fill(48, [3, 4])];
    const [x, weight, bias] = inputs;
    expectCase(golden.functions[0], layerNorm(x, [3, 4], weight, bias, { eps: 1e-3 }), inputs, 51);
  });

  test.each(golden.functions.slice(1))('$name and its gradient', (c) => {
    const reduction = (['mean', 'sum', 'none'] as const).find((each) => c.name.endsWith(` ${each}`));
    const call = calls[reduction ? c.name.slice(0, -reduction.length - 1) : c.name];
    const x = fill(49, [3, 4], -6, 6);
    expectCase(c, call(x, { reduction: reduction ?? 'mean' }), [x], reduction ? 53 : 52);
  });

  test.each(golden.convTranspose2d)('convTranspose2d and its gradients, $name', (c) => {
    const [x, weight] = [fill(54, c.x), fill(55, c.weight)];
    const bias = c.bias > 0 ? fill(56, [c.bias]) : null;
    const y = convTranspose2d(x, weight, bias, c.options);
    expect(y.shape).toEqual(c.outShape);
    expectCase(c, y, bias ? [x, weight, bias] : [x, weight], 57);
  });
});

/** Ten steps on one batch of 32 images, from the script's weights. */
function trainNetS(dtype: DType): { losses: number[]; model: Sequential } {
  const model = new Sequential(
    new Conv2D(1, 8, 5, { padding: 2 }),
    new ReLU(),
    new MaxPool2D(2),
    new Conv2D(8, 16, 5, { padding: 2 }),
    new ReLU(),
    new MaxPool2D(2),
    new Flatten(),
    new Dense(784, 10),
  ).to(dtype);
  const state = golden.netS.parameters.map(({ key, shape, bound }, i) => [key, fill(20 + i, shape, -bound, bound)]);
  model.loadStateDict(Object.fromEntries(state));
  const images = tensor(fillArray(30, 32 * 28 * 28, 0, 1), { shape: [32, 1, 28, 28], dtype });
  const labels = Array.from({ length: 32 }, (_, i) => i % 10);
  const optimizer = new SGD(model.parameters(), { lr: 0.05, momentum: 0.9 });
  const losses = [];
  for (let step = 0; step < 10; step++) {
    optimizer.zeroGrad();
    const loss = crossEntropy(model.forward(images), labels);
    loss.backward();
    optimizer.step();
    losses.push(loss.item());
  }
  return { losses, model };
}

// In float32 each sum of up to 784 products carries a relative error near 1e-7, which ten steps of momentum amplify;
// the plain loops end within 1.1e-7. The margin is for kernels that add in another order.
describe.each([
  { dtype: 'float64', tolerance: 1e-10 },
  { dtype: 'float32', tolerance: 2e-6 },
] as const)('as in PyTorch: ten SGD steps of Net S in $dtype, within $tolerance,', ({ dtype, tolerance }) => {
  test('the ten losses, and of each parameter its sum, its sum of squares and some entries', () => {
    const { losses, model } = trainNetS(dtype);
    expectClose(losses, golden.netS.losses, tolerance);
    const state = model.stateDict();
    expect(Object.keys(state)).toEqual(golden.netS.parameters.map(({ key }) => key));
    for (const { key, every, entries, sum, sumOfSquares } of golden.netS.parameters) {
      const values = Array.from(state[key].data);
      expectClose(
        values.filter((_, i) => i % every === 0),
        entries,
        tolerance,
      );
      const sums = values.reduce(([a, b], value) => [a + value, b + value * value], [0, 0]);
      expectClose(sums, [sum, sumOfSquares], 10 * tolerance);
    }
  });
});
