import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { DType } from '../src/autograd/storage.js';
import * as convgrad from '../src/index.js';
import {
  avgPool2d,
  batchNorm2d,
  bceWithLogits,
  conv2d,
  crossEntropy,
  gelu,
  l1Loss,
  layerNorm,
  leakyRelu,
  logSoftmax,
  matmul,
  max,
  maxPool2d,
  mean,
  min,
  mseLoss,
  nllLoss,
  softmax,
  sum,
  type Tensor,
  tensor,
} from '../src/index.js';
import { byDefinitions } from './plain-backend.js';

// What PyTorch 1.13 makes of zeros of both signs, infinities, NaN, subnormal and huge numbers, forward and gradient, in
// float32 and float64: by fixtures/make_special.py.

/** A number, or what JSON has no number for. */
type Stored = number | 'NaN' | 'Infinity' | '-Infinity';
interface Result {
  y: Stored[];
  gradients: Stored[][];
}
interface Case {
  op: string;
  options: { axis: number; kernelSize: number; stride: number; approximate: 'tanh'; reduction: 'none' };
  /** The last one is a target where there are more of them than gradients. */
  inputs: { shape: number[]; data: Stored[] }[];
  dy: number[];
  float32: Result;
  float64: Result;
}

const special = JSON.parse(readFileSync(new URL('fixtures/special.json', import.meta.url), 'utf8')) as {
  torch: string;
  labels: number[];
  cases: Case[];
};

type Call = (inputs: Tensor[], options: Case['options']) => Tensor;
const CALLS: Record<string, Call> = {
  leakyRelu: ([x]) => leakyRelu(x),
  gelu: ([x], options) => gelu(x, options),
  softmax: ([x], { axis }) => softmax(x, axis),
  logSoftmax: ([x], { axis }) => logSoftmax(x, axis),
  sum: ([x], options) => sum(x, options),
  mean: ([x], options) => mean(x, options),
  max: ([x], options) => max(x, options),
  min: ([x], options) => min(x, options),
  layerNorm: ([x]) => layerNorm(x, [3]),
  batchNorm2d: ([x]) => batchNorm2d(x, null, null, null, null, { training: true }),
  crossEntropy: ([x], options) => crossEntropy(x, special.labels, options),
  nllLoss: ([x], options) => nllLoss(x, special.labels, options),
  bceWithLogits: ([x, target], options) => bceWithLogits(x, target, options),
  mseLoss: ([x, target], options) => mseLoss(x, target, options),
  l1Loss: ([x, target], options) => l1Loss(x, target, options),
  maxPool2d: ([x], { kernelSize, ...options }) => maxPool2d(x, kernelSize, options),
  avgPool2d: ([x], { kernelSize, ...options }) => avgPool2d(x, kernelSize, options),
  conv2d: ([x, weight]) => conv2d(x, weight),
  matmul: ([a, b]) => matmul(a, b),
};
/** Any other operation takes its inputs and nothing else. */
const callOf = (op: string): Call =>
  CALLS[op] ?? ((inputs) => (convgrad as never as Record<string, (...inputs: Tensor[]) => Tensor>)[op](...inputs));

function expectSame(
  got: ArrayLike<number>,
  wanted: Stored[],
  tolerance: number,
  what: string,
  of: (i: number) => string,
) {
  expect(got.length).toBe(wanted.length);
  const wrong = wanted.flatMap((each, i) => {
    const value = Number(each);
    const close =
      Object.is(got[i], value) ||
      got[i] === value ||
      Math.abs(got[i] - value) <= tolerance * Math.max(1, Math.abs(value));
    return close ? [] : [`${what}[${i}] of ${of(i)}: expected ${value}, got ${got[i]}`];
  });
  expect(wrong).toEqual([]);
}

function check({ op, options, inputs, dy, ...results }: Case, dtype: DType): void {
  const { y: wanted, gradients } = results[dtype];
  const leaves = inputs.map(({ shape, data }, i) =>
    tensor(data.map(Number), { shape, dtype, requiresGrad: i < gradients.length }),
  );
  const y = callOf(op)(leaves, options);
  const tolerance = dtype === 'float32' ? 2e-6 : 1e-12;
  const at = (i: number) => inputs.map(({ data }) => (data.length === wanted.length ? data[i] : data)).join(' and ');
  expectSame(y.data, wanted, tolerance, 'result', at);
  y.backward(
    tensor(
      Array.from({ length: y.size }, (_, i) => dy[i % dy.length]),
      { shape: y.shape, dtype },
    ),
  );
  gradients.forEach((gradient, i) => {
    expectSame(leaves[i].grad!.data, gradient, tolerance, `gradient ${i}`, at);
  });
}

const named = special.cases.map((each): [string, Case] => {
  const shapes = each.inputs.map(({ shape }) => `[${shape}]`).join(', ');
  return [`${each.op} ${JSON.stringify(each.options)} of ${shapes}`, each];
});

describe.each(['float32', 'float64'] as const)('as in PyTorch, special values, %s:', (dtype) => {
  test.each(named)('%s', (_, each) => check(each, dtype));
});

describe('as in PyTorch, special values, float32 by the definitions:', () => {
  byDefinitions();
  test.each(named)('%s', (_, each) => check(each, 'float32'));
});
