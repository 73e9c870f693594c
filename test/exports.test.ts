import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { gradcheck } from '../src/autograd/gradcheck.js';
import * as main from '../src/index.js';
import { ConvgradError } from '../src/index.js';
import * as io from '../src/io/index.js';
import * as init from '../src/nn/init.js';
import * as transforms from '../src/transforms/index.js';

// Everything that these entries export, called with nothing, and with nonsense in each place: it works or throws an error of ours.

const convgrad = { ...main, ...transforms, ...io, gradcheck };
const { Dataset, Dense, Generator, SGD, ones, tensor, zeros } = convgrad;
const image = () => zeros([1, 2, 4, 4]);
const logits = () => zeros([2, 3]);
const data = () => new Dataset([0, 1, 2, 3], [1], [0, 1, 0, 1]);
const model = () => new Dense(1, 2);
const sgd = () => new SGD([ones([1])], { lr: 0.1, momentum: 0.9 });
const pair = () => [ones([2]), ones([2])];

/** Arguments that are right, for each export. What is abstract, or no function, has none. */
const RIGHT: Record<string, (() => unknown[]) | null> = {
  ArgumentError: null,
  ConvgradError: null,
  DivergenceError: null,
  FormatError: null,
  OutOfMemoryError: null,
  ReleasedError: null,
  ShapeError: null,
  LRScheduler: null,
  Module: null,
  Optimizer: null,
  Tensor: null,
  Adadelta: () => [pair(), { lr: 1 }],
  Adam: () => [pair(), { lr: 1 }],
  AdamW: () => [pair(), { lr: 1 }],
  AdaptiveAvgPool2D: () => [2],
  AvgPool2D: () => [2, {}],
  BatchNorm1D: () => [2, {}],
  BatchNorm2D: () => [2, {}],
  Conv2D: () => [1, 2, 3, {}],
  ConvTranspose2D: () => [1, 2, 3, {}],
  CosineAnnealingLR: () => [sgd(), { tMax: 3 }],
  DataLoader: () => [data(), {}],
  Dataset: () => [[0, 1], [1], [0, 1], 2],
  Dense: () => [1, 2, {}],
  Dropout: () => [0.5, {}],
  Dropout2D: () => [0.5, {}],
  ELU: () => [1],
  ExponentialLR: () => [sgd(), { gamma: 0.5 }],
  Flatten: () => [],
  GELU: () => [{}],
  Generator: () => [1],
  GlobalAvgPool2D: () => [],
  GroupNorm: () => [1, 2, {}],
  Identity: () => [],
  InstanceNorm2D: () => [2, {}],
  LayerNorm: () => [[2], {}],
  LeakyReLU: () => [0.1],
  LinearLR: () => [sgd(), {}],
  LogSoftmax: () => [1],
  MaxPool2D: () => [2, {}],
  MultiStepLR: () => [sgd(), { milestones: [1] }],
  OneCycleLR: () => [sgd(), { maxLr: 1, totalSteps: 5 }],
  Parameter: () => [ones([1])],
  PReLU: () => [1, {}],
  Reshape: () => [[2, -1]],
  RMSprop: () => [pair(), { lr: 1 }],
  ReLU: () => [],
  ReduceLROnPlateau: () => [sgd(), {}],
  Residual: () => [model(), null],
  SGD: () => [pair(), { lr: 1 }],
  Sequential: () => [model(), model()],
  SequentialLR: () => {
    const optimizer = sgd();
    const schedulers = [new convgrad.LinearLR(optimizer), new convgrad.ExponentialLR(optimizer, { gamma: 1 })];
    return [optimizer, { schedulers, milestones: [2] }];
  },
  Sigmoid: () => [],
  SiLU: () => [],
  Softmax: () => [1],
  StateBuffer: () => ['mean', ones([1])],
  StepLR: () => [sgd(), { stepSize: 1 }],
  Tanh: () => [],
  Upsample: () => [{ scale: 2 }],
  abs: () => [image()],
  accuracy: () => [],
  adaptiveAvgPool2d: () => [image(), 2],
  add: () => pair(),
  affine: () => [{ degrees: 3 }],
  argmax: () => [logits(), { axis: 1 }],
  avgPool2d: () => [image(), 2, {}],
  batchNorm2d: () => [image(), zeros([2]), ones([2]), ones([2]), zeros([2]), {}],
  bceLoss: () => [ones([2, 3]), logits(), {}],
  bceWithLogits: () => [logits(), logits(), {}],
  cat: () => [pair(), 0],
  clamp: () => [image(), { min: 0, max: 1 }],
  clipGradNorm: () => [pair(), 1],
  clipGradValue: () => [pair(), 1],
  clone: () => [image()],
  compose: () => [convgrad.shift(1), convgrad.shift(1)],
  conv2d: () => [image(), ones([1, 2, 3, 3]), zeros([1]), {}],
  convTranspose2d: () => [image(), ones([2, 1, 3, 3]), zeros([1]), {}],
  crossEntropy: () => [logits(), [0, 1], {}],
  dense: () => [logits(), ones([1, 3]), zeros([1])],
  div: () => pair(),
  dropout: () => [image(), 0.5, {}],
  dropout2d: () => [image(), 0.5, {}],
  earlyStopping: () => [{}],
  elastic: () => [{ alpha: 1, sigma: 1 }],
  elu: () => [image(), 1],
  eq: () => pair(),
  erase: () => [{}],
  evaluate: () => [model(), data(), {}],
  exp: () => [image()],
  fit: () => {
    const trained = model();
    return [trained, data(), { optimizer: new SGD(trained.parameters()) }];
  },
  flatten: () => [image(), 1],
  flip: () => [{}],
  full: () => [[2], 3, {}],
  gather: () => [logits(), 1, zeros([2, 1])],
  ge: () => pair(),
  gelu: () => [image(), {}],
  getDefaultGenerator: () => [],
  gradcheck: () => [(x: main.Tensor) => x.mul(2), [ones([1], { dtype: 'float64', requiresGrad: true })], {}],
  groupNorm: () => [image(), 2, ones([2]), zeros([2]), {}],
  gt: () => pair(),
  huberLoss: () => [logits(), logits(), {}],
  'init.constant': () => [ones([2, 2]), 1],
  'init.defaultUniform': () => [ones([2, 2]), {}],
  'init.fromValues': () => [ones([2, 2]), [1, 2], { at: [0] }],
  'init.gain': () => ['relu', 0],
  'init.kaimingNormal': () => [ones([2, 2]), {}],
  'init.kaimingUniform': () => [ones([2, 2]), {}],
  'init.orthogonal': () => [ones([2, 2]), {}],
  'init.xavierNormal': () => [ones([2, 2]), {}],
  'init.xavierUniform': () => [ones([2, 2]), {}],
  iou: () => [{}],
  l1Loss: () => [logits(), logits(), {}],
  layerNorm: () => [logits(), [3], ones([3]), zeros([3]), {}],
  le: () => pair(),
  leakyRelu: () => [image(), 0.1],
  log: () => [image()],
  logSoftmax: () => [logits(), 1],
  logSumExp: () => [logits(), { axis: 1 }],
  lt: () => pair(),
  manualSeed: () => [0],
  matmul: () => [ones([2, 2]), ones([2, 2])],
  max: () => [logits(), { axis: 1 }],
  maximum: () => pair(),
  maxPool2d: () => [image(), 2, {}],
  mean: () => [logits(), {}],
  meanAbsoluteError: () => [],
  min: () => [logits(), { axis: 1 }],
  minimum: () => pair(),
  mseLoss: () => [logits(), logits(), {}],
  mul: () => pair(),
  ne: () => pair(),
  neg: () => [image()],
  nllLoss: () => [logits(), [0, 1], {}],
  noGrad: () => [() => 1],
  norm: () => [logits(), { axis: 1 }],
  normalize: () => [{ mean: 0, std: 1 }],
  oneHot: () => [[0, 1], 2],
  ones: () => [[2], {}],
  operation: () => [{ name: 'same', inputs: [ones([1])], shape: [1], backward: () => {} }],
  pad: () => [image(), 1, {}],
  permute: () => [logits(), [1, 0]],
  pow: () => pair(),
  predict: () => [model(), ones([2, 1]), {}],
  prelu: () => [image(), ones([2])],
  randn: () => [[2], {}],
  readIdx: () => [new Uint8Array([0, 0, 8, 1, 0, 0, 0, 1, 5])],
  readSafetensors: () => [convgrad.writeSafetensors({ a: ones([1]) })],
  readState: () => ['mark', convgrad.writeState('mark', {})],
  relu: () => [image()],
  reshape: () => [image(), [-1]],
  setThreads: () => [1],
  shift: () => [1, {}],
  sigmoid: () => [image()],
  silu: () => [image()],
  slice: () => [image(), 1, 0, 1],
  softmax: () => [logits(), 1],
  softplus: () => [image()],
  split: () => [logits(), 1, 0],
  sqrt: () => [image()],
  squeeze: () => [image(), 0],
  stack: () => [pair(), 0],
  stratifiedSplit: () => [data(), 2, new Generator(1)],
  sub: () => pair(),
  sum: () => [logits(), {}],
  summary: () => [model(), [1]],
  tanh: () => [image()],
  tensor: () => [[1, 2], {}],
  topK: () => [1],
  transpose: () => [logits(), 0, 1],
  tripletMarginLoss: () => [logits(), logits(), logits(), {}],
  uniform: () => [[2], {}],
  unsqueeze: () => [image(), 0],
  upsample: () => [image(), { scale: 2 }],
  variance: () => [logits(), { axis: 1 }],
  weightHash: () => [model()],
  where: () => [ones([2]), ...pair()],
  writeSafetensors: () => [{ a: tensor([1]) }, {}],
  writeState: () => ['mark', {}],
  zeros: () => [[2], {}],
};

const NONSENSE = [undefined, null, Number.NaN, -1, 1.5, 'text', true, [], {}, [null], () => {}, 10n];

const exported = new Map<string, unknown>([
  ...Object.entries(convgrad),
  ...Object.entries(init).map(([name, fn]): [string, unknown] => [`init.${name}`, fn]),
]);

/** What a call throws that is no error of ours; null when it works or refuses. */
async function rawError(value: unknown, args: unknown[]): Promise<string | null> {
  const isClass = /^class\b/.test(Function.prototype.toString.call(value));
  try {
    await (isClass ? Reflect.construct(value as never, args) : (value as (...args: unknown[]) => unknown)(...args));
    return null;
  } catch (error) {
    return error instanceof ConvgradError ? null : String(error);
  }
}

test('no two types differ in case only', () => {
  const names = [...readFileSync('src/index.ts', 'utf8').matchAll(/\b[A-Z]\w+/g)].map(([name]) => name);
  expect(names.length).toBeGreaterThan(90);
  const lower = names.map((name) => name.toLowerCase());
  expect(names.filter((_, i) => lower.indexOf(lower[i]) !== i)).toEqual([]);
});

test('every export has a row here', () => {
  expect([...exported.keys()].sort()).toEqual(Object.keys(RIGHT).sort());
});

test.each(Object.keys(RIGHT).filter((name) => RIGHT[name]))('%s', async (name) => {
  const value = exported.get(name);
  const right = RIGHT[name]!;
  const called = async (args: unknown[]) => {
    const error = await rawError(value, args);
    const shown = args.map((each) =>
      typeof each === 'object' && each !== null ? each.constructor.name : String(each),
    );
    return error === null ? [] : [`${name}(${shown.join(', ')}): ${error}`];
  };
  const count = right().length;
  const wrong = [
    ...NONSENSE.flatMap((nonsense) =>
      Array.from({ length: Math.max(1, count) }, (_, i) => [...right().slice(0, i), nonsense, ...right().slice(i + 1)]),
    ),
    ...Array.from({ length: count }, (_, i) => right().slice(0, i)),
  ];
  const found: string[] = await called(right());
  for (const args of wrong) found.push(...(await called(args)));
  await convgrad.setThreads(1);
  expect(found).toEqual([]);
});
