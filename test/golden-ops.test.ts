import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import * as convgrad from '../src/index.js';
import {
  AdaptiveAvgPool2D,
  adaptiveAvgPool2d,
  argmax,
  BatchNorm1D,
  bceLoss,
  clamp,
  crossEntropy,
  ELU,
  elu,
  GroupNorm,
  gather,
  groupNorm,
  huberLoss,
  Identity,
  InstanceNorm2D,
  LogSoftmax,
  logSumExp,
  type Module,
  min,
  nllLoss,
  norm,
  oneHot,
  PReLU,
  pad,
  type Reduction,
  Reshape,
  SiLU,
  split,
  squeeze,
  stack,
  type Tensor,
  tensor,
  tripletMarginLoss,
  Upsample,
  type UpsampleOptions,
  unsqueeze,
  upsample,
  variance,
} from '../src/index.js';

// Results of PyTorch 1.13 in float64, made by fixtures/make_golden_ops.py, to 12 significant digits.

/** A number, or what JSON has no number for. */
type Stored = number | 'NaN' | 'Infinity' | '-Infinity';
interface Case {
  /** The function, then what this case is about. */
  name: string;
  inputs: { shape: number[]; data: Stored[]; grad: boolean }[];
  shape: number[];
  y: Stored[];
  gradients?: Stored[][];
  /** Of a layer, afterwards. Its parameters are the inputs behind the first. */
  state?: Record<string, Stored[]>;
}

const golden = JSON.parse(readFileSync(new URL('fixtures/golden-ops.json', import.meta.url), 'utf8')) as {
  torch: string;
  dy: number[];
  cases: Case[];
};

type Call = (...inputs: Tensor[]) => Tensor;

const along = (op: (x: Tensor, options: { axis?: number; keepDims?: boolean }) => Tensor): Record<string, Call> => ({
  [`${op.name} 0`]: (x) => op(x, { axis: 0 }),
  [`${op.name} 1`]: (x) => op(x, { axis: 1 }),
  [`${op.name} keepDims`]: (x) => op(x, { axis: 1, keepDims: true }),
});
const both = { axis: [0, 2], keepDims: true };
const scales: Record<string, UpsampleOptions['scale']> = { 2: 2, '[3, 1]': [3, 1], '[1, 4]': [1, 4] };

/** Calls of losses, each of three reductions. */
const LOSSES: Record<string, (reduction: Reduction) => Call> = {
  ...Object.fromEntries(
    (
      [
        ['ignored', [0.5, 2, 0.1, 1.5], -100],
        ['soft', [0.5, 2, 0.1, 1.5], -100],
        ['pixels', [0.5, 2, 0.1], 2],
        ['soft pixels', [0.5, 2, 0.1], -100],
      ] as const
    ).flatMap(([kind, weights, ignoreIndex]) =>
      [0, 0.2].flatMap((labelSmoothing) =>
        [undefined, weights].map((classWeights) => [
          `crossEntropy ${kind} smoothing ${labelSmoothing.toFixed(1)}${classWeights ? ' weighted' : ''}`,
          (reduction: Reduction) => (x: Tensor, labels: Tensor) =>
            crossEntropy(x, labels, { reduction, labelSmoothing, classWeights, ignoreIndex }),
        ]),
      ),
    ),
  ),
  'crossEntropy ignore 1': (reduction) => (x, labels) => crossEntropy(x, labels, { reduction, ignoreIndex: 1 }),
  ...Object.fromEntries(
    ['nllLoss ignored', 'nllLoss line'].flatMap((name) =>
      [undefined, [0.5, 2, 0.1]].map((classWeights) => [
        `${name}${classWeights ? ' weighted' : ''}`,
        (reduction: Reduction) => (x: Tensor, labels: Tensor) =>
          nllLoss(x, labels, { reduction, classWeights, ignoreIndex: 0 }),
      ]),
    ),
  ),
  'huberLoss delta': (reduction) => (x, target) => huberLoss(x, target, { reduction, delta: 0.5 }),
  bceLoss: (reduction) => (x, target) => bceLoss(x, target, { reduction }),
  'tripletMarginLoss margin': (reduction) => (a, p, n) => tripletMarginLoss(a, p, n, { reduction, margin: 0.7 }),
};
const reduced = Object.entries(LOSSES).flatMap(([name, call]) =>
  (['mean', 'sum', 'none'] as const).map((reduction): [string, Call] => [`${name} ${reduction}`, call(reduction)]),
);

/** What a case calls, where that is not the function that its name begins with on all inputs. */
const CALLS: Record<string, Call> = {
  ...Object.fromEntries(reduced),
  'crossEntropy ignored edges': (x, labels) => crossEntropy(x, labels, { reduction: 'none' }),
  'huberLoss edges': (x, target) => huberLoss(x, target, { reduction: 'none', delta: 0.5 }),
  'bceLoss edges': (x, target) => bceLoss(x, target, { reduction: 'none' }),
  'elu alpha': (x) => elu(x, 0.7),
  clamp: (x) => clamp(x, { min: -0.5, max: 1 }),
  'clamp min': (x) => clamp(x, { min: 0.5 }),
  'clamp max': (x) => clamp(x, { max: 0 }),
  'clamp crossed': (x) => clamp(x, { min: 1, max: -1 }),
  ...along(min),
  ...along(argmax),
  ...along(logSumExp),
  'norm keepDims': (x) => norm(x, both),
  'norm edges': (x) => norm(x, { axis: 1 }),
  'norm of nothing': (x) => norm(x, { axis: 1 }),
  'variance keepDims': (x) => variance(x, both),
  'variance biased': (x) => variance(x, { axis: 1, correction: 0 }),
  'variance of one': (x) => variance(x, { axis: 1 }),
  'variance correction': (x) => variance(x, { axis: 1, correction: 2 }),
  stack: (...xs) => stack(xs),
  'stack -1': (...xs) => stack(xs, -1),
  ...Object.fromEntries([0, 1, 2].map((part) => [`split ${part}`, (x: Tensor) => split(x, 2)[part]])),
  ...Object.fromEntries([0, 1, 2].map((part) => [`split sizes ${part}`, (x: Tensor) => split(x, [1, 0, 3], -1)[part]])),
  'squeeze 1': (x) => squeeze(x, 1),
  'squeeze -1': (x) => squeeze(x, -1),
  'unsqueeze 1': (x) => unsqueeze(x, 1),
  'unsqueeze -1': (x) => unsqueeze(x, -1),
  'groupNorm 2': (x, weight, bias) => groupNorm(x, 2, weight, bias),
  'groupNorm 3': (x, weight, bias) => groupNorm(x, 3, weight, bias),
  'groupNorm plain': (x) => groupNorm(x, 2, null, null, { eps: 0.1 }),
  ...Object.fromEntries(
    [[1, 1] as const, [2, 3] as const, [3, 2] as const, [5, 7] as const].map((size) => [
      `adaptiveAvgPool2d [${size.join(', ')}]`,
      (x: Tensor) => adaptiveAvgPool2d(x, size),
    ]),
  ),
  'gather 0': (x, index) => gather(x, 0, index),
  'gather 1': (x, index) => gather(x, 1, index),
  oneHot: (labels) => oneHot(labels, 4),
  pad: (x) => pad(x, 1),
  'pad sides': (x) => pad(x, [1, 2, 0, 3], { value: 0.5 }),
  ...Object.fromEntries(
    (['nearest', 'bilinear'] as const).flatMap((mode) =>
      Object.entries(scales).map(([name, scale]) => [
        `upsample ${mode} ${name}`,
        (x: Tensor) => upsample(x, { scale, mode }),
      ]),
    ),
  ),
};

const LAYERS: Record<string, () => Module> = {
  BatchNorm1D: () => new BatchNorm1D(3),
  'BatchNorm1D length': () => new BatchNorm1D(2, { momentum: 0.3 }),
  GroupNorm: () => new GroupNorm(2, 4),
  InstanceNorm2D: () => new InstanceNorm2D(2),
  'InstanceNorm2D affine': () => new InstanceNorm2D(2, { affine: true }),
  PReLU: () => new PReLU(),
  'PReLU channels': () => new PReLU(3, { initial: 0.5 }),
  SiLU: () => new SiLU(),
  ELU: () => new ELU(0.5),
  LogSoftmax: () => new LogSoftmax(1),
  Identity: () => new Identity(),
  Upsample: () => new Upsample({ scale: 2, mode: 'bilinear' }),
  Reshape: () => new Reshape([2, 3]),
  AdaptiveAvgPool2D: () => new AdaptiveAvgPool2D([3, 2]),
};

const callOf = (name: string): Call => CALLS[name] ?? (convgrad as never as Record<string, Call>)[name.split(' ')[0]];

function expectSame(got: ArrayLike<number>, wanted: Stored[], what: string): void {
  expect(got.length).toBe(wanted.length);
  const wrong = wanted.flatMap((each, i) => {
    const value = Number(each);
    const close =
      Object.is(got[i], value) || got[i] === value || Math.abs(got[i] - value) <= 1e-10 * Math.max(1, Math.abs(value));
    return close ? [] : [`${what}[${i}]: expected ${value}, got ${got[i]}`];
  });
  expect(wrong).toEqual([]);
}

describe('as in PyTorch, float64, within 1e-10, with its keys:', () => {
  const layers = golden.cases.filter(({ state }) => state);
  test.each(layers.map((each) => [each.name, each] as const))('%s', (name, { inputs, state, gradients, ...rest }) => {
    const layer = LAYERS[name]().to('float64');
    expect(Object.keys(layer.stateDict())).toEqual(Object.keys(state!));
    const [x, ...parameters] = inputs;
    layer.parameters().forEach((parameter, i) => {
      // PReLU is tested with the weights that it begins with.
      if (!name.startsWith('PReLU')) parameter.data.set(parameters[i].data.map(Number));
    });
    const input = tensor(Float64Array.from(x.data, Number), { shape: x.shape, requiresGrad: true });
    const y = layer.forward(input);
    expect(y.shape).toEqual(rest.shape);
    expectSame(y.data, rest.y, 'result');
    y.backward(
      tensor(
        Float64Array.from({ length: y.size }, (_, i) => golden.dy[i % golden.dy.length]),
        { shape: y.shape },
      ),
    );
    const leaves = [input, ...layer.parameters()];
    expect(leaves.length).toBe(gradients!.length);
    leaves.forEach((leaf, i) => {
      expectSame(leaf.grad!.data, gradients![i], `gradient ${i}`);
    });
    for (const [key, value] of Object.entries(layer.stateDict())) expectSame(value.data, state![key], key);
  });
});

describe('as in PyTorch, float64, within 1e-10:', () => {
  const operations = golden.cases.filter(({ state }) => !state);
  test.each(operations.map((each) => [each.name, each] as const))(
    '%s',
    (name, { inputs, shape, y: wanted, gradients }) => {
      expect(golden.torch).toMatch(/^1\.13/);
      const tensors = inputs.map(({ data, grad, ...rest }) =>
        tensor(Float64Array.from(data, Number), { ...rest, requiresGrad: grad }),
      );
      const y = callOf(name)(...tensors);
      expect(y.shape).toEqual(shape);
      expectSame(y.data, wanted, 'result');
      expect(y.requiresGrad).toBe(gradients !== undefined);
      if (!gradients) return;
      y.backward(
        tensor(
          Float64Array.from({ length: y.size }, (_, i) => golden.dy[i % golden.dy.length]),
          { shape },
        ),
      );
      const leaves = tensors.filter(({ requiresGrad }) => requiresGrad);
      expect(leaves.length).toBe(gradients.length);
      leaves.forEach((leaf, i) => {
        expectSame(leaf.grad!.data, gradients[i], `gradient ${i}`);
      });
    },
  );
});
