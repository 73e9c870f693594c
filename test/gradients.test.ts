import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { gradcheck } from '../src/autograd/gradcheck.js';
import { operation } from '../src/autograd/operation.js';
import * as convgrad from '../src/index.js';
import {
  abs,
  adaptiveAvgPool2d,
  add,
  argmax,
  avgPool2d,
  batchNorm2d,
  bceLoss,
  bceWithLogits,
  cat,
  clamp,
  clone,
  conv2d,
  convTranspose2d,
  crossEntropy,
  type DType,
  dense,
  div,
  dropout,
  dropout2d,
  elu,
  eq,
  exp,
  flatten,
  Generator,
  gather,
  ge,
  gelu,
  groupNorm,
  gt,
  huberLoss,
  l1Loss,
  layerNorm,
  le,
  leakyRelu,
  log,
  logSoftmax,
  logSumExp,
  lt,
  Module,
  matmul,
  max,
  maximum,
  maxPool2d,
  mean,
  min,
  minimum,
  mseLoss,
  mul,
  ne,
  neg,
  nllLoss,
  norm,
  oneHot,
  pad,
  permute,
  pow,
  prelu,
  relu,
  reshape,
  sigmoid,
  silu,
  slice,
  softmax,
  softplus,
  split,
  sqrt,
  squeeze,
  stack,
  sub,
  sum,
  Tensor,
  tanh,
  tensor,
  transpose,
  tripletMarginLoss,
  uniform,
  unsqueeze,
  upsample,
  variance,
  where,
} from '../src/index.js';

// Every gradient against central differences in float64, at every index: gradcheck's own limits, 1e-6 + 1e-5 relative.

const generator = new Generator('test/gradients');
const random = (low: number, high: number, shape: number[]) =>
  uniform(shape, { low, high, dtype: 'float64', requiresGrad: true, generator });
const x = (...shape: number[]) => random(-2, 2, shape);
const positive = (...shape: number[]) => random(0.5, 2, shape);
const fixed = (...shape: number[]) => x(...shape).detach();
const mask = (...shape: number[]) => gt(fixed(...shape), 0);

interface Row {
  name: string;
  covers: unknown;
  inputs: Tensor[];
  fn: (...inputs: Tensor[]) => Tensor;
}

/** A tensor in another dtype, also as a value of an options object; anything else as it is. */
function inDtype<T>(dtype: DType, value: T): T {
  if (value instanceof Tensor) {
    return value.dtype === dtype ? value : (tensor(value.data, { shape: value.shape, dtype }) as T & Tensor);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, inDtype(dtype, each)])) as T;
}

/** A check of `op(...args)`, with a gradient to each argument that is a tensor with requiresGrad. */
function row<Args extends unknown[]>(op: (...args: Args) => Tensor, ...args: Args): Row {
  const isInput = (arg: unknown): arg is Tensor => arg instanceof Tensor && arg.requiresGrad;
  const inputs = [...new Set((args as unknown[]).filter(isInput))];
  const fn = (...given: Tensor[]) =>
    op(...(args.map((a) => (isInput(a) ? given[inputs.indexOf(a)] : inDtype(given[0].dtype, a))) as Args));
  const shown = args.map((a) => (a instanceof Tensor ? `[${a.shape}]${a.requiresGrad ? '' : ' fixed'}` : show(a)));
  return { name: `${op.name}(${shown.join(', ')})`, covers: op, inputs, fn };
}

/** The row, each output times the sum of all, so that it depends on every input. */
function entangled({ fn, ...row }: Row): Row {
  return {
    ...row,
    fn: (...given) => {
      const y = fn(...given);
      return mul(y, sum(y));
    },
  };
}

/** A check of `cat` or `stack`, whose tensors come in a list. */
function listRow(op: typeof cat, tensors: Tensor[], axis: number): Row {
  const inputs = tensors.filter((each) => each.requiresGrad);
  const fn = (...given: Tensor[]) =>
    op(
      tensors.map((each) => (each.requiresGrad ? given[inputs.indexOf(each)] : inDtype(given[0].dtype, each))),
      axis,
    );
  const name = `${op.name}(${tensors.map(({ shape }) => `[${shape}]`).join(', ')}; ${axis})`;
  return entangled({ name, covers: op, inputs, fn });
}

/** A check of one part of a `split`. */
function partRow(part: number, input: Tensor, sizes: number | number[], axis?: number): Row {
  const name = `part ${part} of split([${input.shape}], ${show(sizes)}, ${axis})`;
  // Times its own sum of the whole, so that each output depends on every number.
  const fn = (given: Tensor) => mul(split(given, sizes, axis)[part], sum(given));
  return { name, covers: split, inputs: [input], fn };
}

/** A check of `crossEntropy` with rows that do not count; those that do are inputs. */
function keptRow(logits: Tensor, labels: number[], options: Parameters<typeof crossEntropy>[2]): Row {
  const rows = split(logits.detach(), 1).map((each) => tensor(each.data, { shape: each.shape, requiresGrad: true }));
  const counts = labels.map((label) => label !== -100);
  const inputs = rows.filter((_, i) => counts[i]);
  const fn = (...given: Tensor[]) => {
    const all = rows.map((each, i) =>
      counts[i] ? given[inputs.indexOf(each)] : inDtype(given[0].dtype, each.detach()),
    );
    return crossEntropy(cat(all), labels, options);
  };
  return entangled({ name: `crossEntropy with ignored rows, ${show(options)}`, covers: crossEntropy, inputs, fn });
}

/** A check of an operation with chance in it: the same seed, the same chance. */
function randomRow(covers: unknown, name: string, op: (x: Tensor, seed: number) => Tensor, ...shape: number[]): Row {
  const kept = uniform(shape, { low: 0.5, high: 2, dtype: 'float64', requiresGrad: true, generator });
  return { name, covers, inputs: [kept], fn: (input) => op(input, 1) };
}

const show = (value: unknown) => JSON.stringify(value).replaceAll('"', '');

const same = x(2, 3);
const OPERATIONS: Row[] = [
  // Broadcasting: equal shapes, a scalar on either side, a missing axis, and axes of size 1 on both sides.
  ...[add, sub, mul, div].flatMap((op) => [
    row(op, x(2, 3), positive(2, 3)),
    row(op, x(3, 1), positive(1, 4)),
    row(op, x(3), positive(2, 1, 3)),
    row(op, x(2, 3), 1.5),
    row(op, -1.5, positive(2, 3)),
    row(op, x(2, 2), positive()),
    row(op, x(2), fixed(3, 1)),
  ]),
  row(add, same, same),
  row(mul, same, same),
  row(pow, positive(2, 3), x(2, 3)),
  row(pow, positive(3, 1), x(1, 4)),
  row(pow, positive(), x(2, 1, 3)),
  row(pow, x(2, 3), 2),
  row(pow, x(5), 3),
  row(pow, positive(4), -0.5),
  row(pow, 1.7, x(2, 3)),
  ...[neg, exp, relu, sigmoid, tanh].flatMap((op) => [row(op, x(2, 3)), row(op, positive())]),
  ...[gelu, silu, softplus, abs].flatMap((op) => [row(op, x(2, 5)), row(op, positive())]),
  row(gelu, random(-4, 4, [9]), { approximate: 'none' }),
  row(gelu, random(-4, 4, [9]), { approximate: 'tanh' }),
  row(log, positive(2, 3)),
  row(sqrt, positive(2, 3)),
  row(leakyRelu, x(2, 5)),
  row(leakyRelu, x(2, 5), 0.3),

  row(elu, x(2, 5)),
  row(elu, x(2, 5), 0.3),
  ...[
    row(clamp, x(3, 5), { min: -1, max: 0.5 }),
    row(clamp, x(2, 4), { min: 0 }),
    row(clamp, x(2, 4), { max: 0 }),
    ...[maximum, minimum].flatMap((op) => [
      row(op, x(2, 5), x(2, 5)),
      row(op, x(3, 1), x(1, 4)),
      row(op, x(7), 0.5),
      row(op, 0.5, x(7)),
    ]),
    row(where, mask(2, 5), x(2, 5), x(2, 5)),
    row(where, mask(3, 4), x(4), x(3, 1)),
    row(where, mask(3, 1), x(2, 1, 4), x()),
    row(where, mask(6), x(6), 2),
    row(where, mask(6), -1, x(6)),
  ].map(entangled),

  row(matmul, x(2, 3), x(3, 4)),
  row(matmul, x(1, 3), x(3, 1)),
  row(matmul, x(4, 2, 3), x(4, 3, 2)),
  row(matmul, x(2, 3), x(4, 3, 2)),
  row(matmul, x(2, 1, 2, 3), x(3, 3, 2)),
  row(matmul, x(2, 3), fixed(3, 2)),
  row(matmul, x(3), x(3)),
  row(matmul, x(3), x(3, 2)),
  row(matmul, x(2, 3), x(3)),
  row(matmul, x(3), x(2, 3, 2)),
  row(matmul, x(2, 2, 3), x(3)),

  ...[sum, mean].flatMap((op) => [
    row(op, x(2, 3, 2)),
    row(op, x()),
    row(op, x(2, 3, 2), { axis: 1 }),
    row(op, x(2, 3), { keepDims: true }),
    row(op, x(2, 3, 2), { axis: [0, -1] }),
    row(op, x(2, 3, 2), { axis: [0, 2], keepDims: true }),
  ]),
  row(max, x(2, 3, 2)),
  row(max, x(2, 3, 2), { axis: 1 }),
  row(max, x(2, 3, 2), { axis: -1, keepDims: true }),
  row(max, x(2, 3), { keepDims: true }),
  row(min, x(2, 3, 2)),
  row(min, x(2, 3, 2), { axis: 1 }),
  row(min, x(2, 3, 2), { axis: -1, keepDims: true }),
  row(logSumExp, x(2, 3)),
  row(logSumExp, x(2, 3, 2), { axis: 1 }),
  row(logSumExp, x(2, 3, 2), { axis: -1, keepDims: true }),
  row(norm, x(2, 3)),
  row(norm, x(2, 3, 2), { axis: [0, -1] }),
  row(norm, x(2, 3), { axis: 1, keepDims: true }),
  row(variance, x(2, 3)),
  row(variance, x(2, 4, 2), { axis: 1, correction: 0 }),
  row(variance, x(2, 3, 2), { axis: [0, 2], keepDims: true }),

  row(reshape, x(2, 3, 2), [4, 3]),
  row(reshape, x(2, 3), [3, -1]),
  row(reshape, x(1), []),
  row(flatten, x(2, 3)),
  row(flatten, x(2, 3, 2), 1),
  row(permute, x(2, 3, 2), [2, 0, 1]),
  row(permute, x(2, 3), [-1, 0]),
  row(transpose, x(2, 3)),
  row(transpose, x(2, 3, 4), 0, 2),
  row(transpose, x(2, 3, 2)),
  row(clone, x(2, 3)),
  row(squeeze, x(1, 3, 1)),
  row(squeeze, x(1, 3, 1), -1),
  row(squeeze, x(2, 3), 0),
  row(unsqueeze, x(2, 3), 1),
  row(unsqueeze, x(), -1),
  row(gather, x(2, 4), 1, tensor([2, 0, 2, 1, 3, 0], { shape: [2, 3] })),
  row(gather, x(3, 2, 2), 0, tensor([2, 0, 1, 1], { shape: [2, 1, 2] })),
  row(gather, x(3), -1, tensor([1, 2, 0, 1])),
  row(pad, x(2, 3), 1),
  row(pad, x(2, 1, 2, 3), [1, 0, 2, 3], { value: 0.5 }),

  ...[softmax, logSoftmax].flatMap((op) => [
    row(op, x(3, 4)),
    row(op, x(2, 3, 2), 0),
    row(op, x(2, 3, 2), 1),
    row(op, x(2, 3, 2), -1),
    row(op, x(4)),
  ]),

  row(batchNorm2d, x(3, 2, 2, 3), null, null, x(2), x(2), { training: true }),
  row(batchNorm2d, x(2, 3, 1, 2), fixed(3), fixed(3), null, null, { training: true, eps: 0.1 }),
  row(batchNorm2d, x(4, 1, 1, 1), null, null, null, x(1), { training: true }),
  row(batchNorm2d, x(2, 2, 2, 2), fixed(2), positive(2).detach(), x(2), x(2)),
  row(batchNorm2d, fixed(2, 2, 2, 2), fixed(2), positive(2).detach(), x(2), x(2), { training: true }),
  row(batchNorm2d, x(1, 2, 1, 1), fixed(2), positive(2).detach(), null, null, { eps: 0.1 }),
  row(layerNorm, x(3, 4), [4], x(4), x(4)),
  row(layerNorm, x(2, 3, 2), [3, 2], x(3, 2), null, { eps: 0.1 }),
  row(layerNorm, x(2, 2, 3), [3]),
  row(groupNorm, x(2, 4, 2, 2), 2, x(4), x(4)),
  row(groupNorm, x(2, 3, 3), 3, x(3), null, { eps: 0.1 }),
  row(groupNorm, x(3, 6), 2),
  row(adaptiveAvgPool2d, x(2, 1, 5, 4), 2),
  row(adaptiveAvgPool2d, x(1, 2, 3, 4), [4, 3]),
  entangled(row(prelu, x(2, 5), random(0.1, 0.5, [1]))),
  entangled(row(prelu, x(3, 2, 4), random(0.1, 0.5, [2]))),
  listRow(cat, [x(2, 3), x(1, 3), x(2, 3)], 0),
  listRow(cat, [x(2, 1, 2), x(2, 3, 2), fixed(2, 2, 2)], 1),
  listRow(cat, [x(3, 2), x(3, 1)], -1),
  listRow(stack, [x(2, 3), fixed(2, 3), x(2, 3)], 0),
  listRow(stack, [x(2, 3), x(2, 3)], 1),
  listRow(stack, [x(2), x(2), x(2)], -1),
  partRow(0, x(5, 2), 2),
  partRow(2, x(5, 2), 2),
  partRow(1, x(2, 5), [1, 3, 1], -1),
  row(slice, x(4, 3), 0, 1, 3),
  row(slice, x(2, 4, 3), 1, -2),
  row(slice, x(2, 5), -1, 0, -1),
  randomRow(dropout, 'dropout([3, 4], 0.3)', (a, seed) => dropout(a, 0.3, { generator: new Generator(seed) }), 3, 4),
  randomRow(
    dropout2d,
    'dropout2d([3, 4, 2, 3])',
    (a, seed) => dropout2d(a, 0.5, { generator: new Generator(seed) }),
    3,
    4,
    2,
    3,
  ),

  row(conv2d, x(2, 2, 5, 4), x(3, 2, 3, 3), x(3)),
  row(conv2d, x(1, 2, 4, 5), x(2, 2, 3, 2)),
  row(conv2d, x(1, 1, 4, 4), x(2, 1, 1, 1), null),
  row(conv2d, x(2, 1, 6, 5), x(2, 1, 3, 3), x(2), { stride: 2 }),
  row(conv2d, x(1, 1, 7, 6), x(1, 1, 2, 3), x(1), { stride: [3, 2] }),
  row(conv2d, x(2, 2, 4, 4), x(2, 2, 3, 3), x(2), { padding: 1 }),
  row(conv2d, x(1, 2, 4, 3), x(2, 2, 3, 4), x(2), { padding: [1, 3], stride: [2, 1] }),
  row(conv2d, x(1, 2, 4, 4), x(2, 2, 3, 3), null, { padding: 'valid' }),
  row(conv2d, x(2, 1, 4, 4), x(2, 1, 3, 3), x(2), { padding: 'same' }),
  row(conv2d, x(1, 2, 5, 4), x(2, 2, 2, 4), x(2), { padding: 'same' }),
  row(conv2d, x(1, 1, 5, 6), x(2, 1, 2, 2), x(2), { padding: 'same', dilation: [3, 1] }),
  row(conv2d, x(1, 2, 6, 7), x(2, 2, 3, 3), x(2), { dilation: [2, 3] }),
  row(conv2d, x(1, 1, 7, 7), x(2, 1, 3, 2), x(2), { dilation: 2, padding: 2, stride: 2 }),
  row(conv2d, x(2, 4, 4, 4), x(6, 2, 2, 2), x(6), { groups: 2 }),
  row(conv2d, x(1, 3, 5, 5), x(3, 1, 3, 3), x(3), { groups: 3, padding: 1, stride: 2 }),
  row(conv2d, x(1, 2, 4, 4), x(4, 1, 2, 2), null, { groups: 2, dilation: 2 }),
  row(conv2d, fixed(2, 1, 4, 4), x(2, 1, 3, 3), x(2)),
  row(conv2d, x(2, 1, 4, 4), fixed(2, 1, 3, 3)),

  row(convTranspose2d, x(2, 2, 3, 4), x(2, 3, 3, 2), x(3)),
  row(convTranspose2d, x(1, 2, 3, 3), x(2, 1, 3, 3), x(1), { stride: 2, padding: 1, outputPadding: 1 }),
  row(convTranspose2d, x(1, 4, 2, 3), x(4, 2, 2, 2), null, { groups: 2, dilation: 2, stride: [1, 2] }),
  row(convTranspose2d, fixed(1, 1, 2, 2), x(1, 1, 2, 3), x(1), { padding: [0, 1] }),

  ...[maxPool2d, avgPool2d].flatMap((op) => [
    row(op, x(2, 2, 4, 4), 2),
    row(op, x(1, 2, 5, 4), [2, 1]),
    row(op, x(1, 1, 5, 5), 3, { stride: 1 }),
    row(op, x(1, 2, 5, 6), 3, { stride: 2, padding: 1 }),
    row(op, x(1, 1, 4, 7), [2, 3], { stride: [1, 2], padding: [1, 0] }),
    row(op, x(1, 1, 7, 7), 2, { stride: 3 }),
  ]),
  row(upsample, x(2, 2, 2, 3), { scale: 2 }),
  row(upsample, x(1, 2, 3, 2), { scale: [1, 3], mode: 'nearest' }),
  row(upsample, x(2, 1, 3, 4), { scale: 2, mode: 'bilinear' }),
  row(upsample, x(1, 2, 2, 1), { scale: [3, 4], mode: 'bilinear' }),
  row(dense, x(3, 4), x(2, 4), x(2)),
  row(dense, x(1, 3), x(5, 3)),
  row(dense, fixed(2, 3), x(2, 3), null),

  ...(['mean', 'sum', 'none'] as const).flatMap((reduction) => [
    row(crossEntropy, x(4, 3), [2, 0, 1, 1], { reduction }),
    row(crossEntropy, x(3, 5), [4, 0, 2], { reduction, labelSmoothing: 0.1 }),
    row(crossEntropy, x(4, 3), [2, 0, 1, 1], { reduction, classWeights: [0.5, 2, 0.1] }),
    row(crossEntropy, x(4, 3), [2, 0, 1, 1], { reduction, classWeights: [0.5, 2, 3], labelSmoothing: 0.2 }),
    row(crossEntropy, x(1, 2, 2, 2), fixed(1, 2, 2).gt(0), { reduction, labelSmoothing: 0.1 }),
    row(crossEntropy, x(1, 2, 2, 2), [0, 1, 1, 0], { reduction, classWeights: [0.5, 2] }),
    row(crossEntropy, x(2, 3, 2), random(0.1, 1, [2, 3, 2]), { reduction }),
    row(nllLoss, x(4, 3), [2, 0, 1, 1], { reduction }),
    row(nllLoss, x(1, 3, 1, 2), [2, 1], { reduction }),
    row(nllLoss, x(3, 2), [1, 1, 0], { reduction, classWeights: [0.5, 2] }),
    row(bceWithLogits, x(2, 3), random(0, 1, [2, 3]), { reduction }),
    row(bceWithLogits, x(2, 3), fixed(2, 3), { reduction, posWeight: positive(3) }),
    row(l1Loss, x(2, 3), x(2, 3), { reduction }),
    row(mseLoss, x(2, 3), x(2, 3), { reduction }),
    row(huberLoss, x(2, 3), x(2, 3), { reduction, delta: 0.7 }),
    row(bceLoss, random(0.1, 0.9, [2, 3]), random(0, 1, [2, 3]), { reduction }),
    row(tripletMarginLoss, x(3, 2), x(3, 2), x(3, 2), { reduction, margin: 5 }),
    row(crossEntropy, x(2, 3), random(0.1, 1, [2, 3]), { reduction, classWeights: [0.5, 2, 1], labelSmoothing: 0.1 }),
    ...[undefined, [0.5, 2, 1]].flatMap((classWeights) =>
      [0, 0.2].map((labelSmoothing) =>
        keptRow(x(4, 3), [2, -100, 1, -100], { reduction, classWeights, labelSmoothing }),
      ),
    ),
  ]),
  row(crossEntropy, x(2, 3), [0, 2], { labelSmoothing: 1 }),
  row(crossEntropy, x(1, 2), [1]),
  row(mseLoss, x(4), fixed(4)),
  row(mseLoss, fixed(2, 2), x(2, 2)),
];

/** What has no gradient, as functions of two tensors [2, 6] of whole numbers from 0 to 2. */
const WITHOUT_GRADIENT: [unknown, (a: Tensor, b: Tensor) => Tensor][] = [
  ...[eq, ne, lt, le, gt, ge].map((op): [unknown, (a: Tensor, b: Tensor) => Tensor] => [op, op]),
  [argmax, (a) => argmax(a, { axis: 1 })],
  [oneHot, (a) => oneHot(a, 3)],
];

/** A check of a layer: gradients to its input and to all of its parameters, which convert to float64. */
function layerRow(layer: Module, ...shape: number[]): Row {
  const forward = (input: Tensor) => layer.forward(input);
  const inputs = [x(...shape), ...layer.to('float64').parameters()];
  return { name: `${layer} on [${shape}]`, covers: layer.constructor, inputs, fn: forward };
}

const LAYERS: Row[] = [
  layerRow(new convgrad.Conv2D(2, 3, 3, { padding: 1, generator }), 2, 2, 4, 4),
  layerRow(new convgrad.Conv2D(2, 4, [2, 3], { groups: 2, stride: 2, bias: false, generator }), 1, 2, 5, 6),
  layerRow(new convgrad.Conv2D(1, 2, 2, { padding: 'same', dilation: 2, generator }), 2, 1, 4, 5),
  layerRow(new convgrad.Dense(4, 3, { generator }), 2, 4),
  layerRow(new convgrad.Dense(3, 2, { bias: false, generator }), 3, 3),
  layerRow(new convgrad.ReLU(), 2, 3, 2),
  layerRow(new convgrad.MaxPool2D(2), 2, 2, 4, 5),
  layerRow(new convgrad.MaxPool2D(3, { stride: 2, padding: 1 }), 1, 1, 5, 6),
  layerRow(new convgrad.AvgPool2D([2, 3], { stride: 1, padding: [1, 1] }), 1, 2, 4, 5),
  layerRow(new convgrad.LeakyReLU(0.2), 2, 3, 2),
  layerRow(new convgrad.GELU(), 2, 3),
  layerRow(new convgrad.GELU({ approximate: 'tanh' }), 2, 3),
  layerRow(new convgrad.Sigmoid(), 2, 3),
  layerRow(new convgrad.Tanh(), 2, 3),
  layerRow(new convgrad.Softmax(), 2, 3),
  layerRow(new convgrad.Softmax(1), 2, 3, 2),
  layerRow(new convgrad.GlobalAvgPool2D(), 2, 3, 2, 4),
  layerRow(new convgrad.BatchNorm2D(3), 2, 3, 2, 2),
  layerRow(new convgrad.BatchNorm2D(2, { affine: false, trackRunningStatistics: false, eps: 0.01 }), 3, 2, 2, 1),
  layerRow(new convgrad.BatchNorm2D(2).eval(), 2, 2, 2, 2),
  layerRow(new convgrad.Dropout(0.5).eval(), 2, 3),
  layerRow(new convgrad.Dropout2D(0.5).eval(), 2, 3, 1, 2),
  ...[convgrad.Dropout, convgrad.Dropout2D].map((Kind) =>
    randomRow(
      Kind,
      `${Kind.name} in training`,
      (a, seed) => new Kind(0.4, { generator: new Generator(seed) }).forward(a),
      2,
      4,
      2,
      2,
    ),
  ),
  layerRow(new convgrad.LayerNorm([3, 2]), 2, 3, 2),
  layerRow(new convgrad.BatchNorm1D(3), 4, 3),
  layerRow(new convgrad.BatchNorm1D(2), 2, 2, 3),
  layerRow(new convgrad.BatchNorm1D(2).eval(), 1, 2),
  layerRow(new convgrad.GroupNorm(2, 4), 2, 4, 2, 1),
  layerRow(new convgrad.GroupNorm(1, 3, { affine: false, eps: 0.1 }), 2, 3),
  layerRow(new convgrad.InstanceNorm2D(2), 2, 2, 2, 3),
  layerRow(new convgrad.InstanceNorm2D(2, { affine: true }), 2, 2, 2, 2),
  layerRow(new convgrad.SiLU(), 2, 3),
  layerRow(new convgrad.ELU(0.5), 2, 3),
  layerRow(new convgrad.LogSoftmax(1), 2, 3, 2),
  entangled(layerRow(new convgrad.PReLU(), 2, 4)),
  entangled(layerRow(new convgrad.PReLU(3), 4, 3, 4)),
  layerRow(new convgrad.Identity(), 2, 3),
  layerRow(new convgrad.Reshape([3, -1]), 2, 6),
  layerRow(new convgrad.Upsample({ scale: 2 }), 1, 2, 2, 2),
  layerRow(new convgrad.Upsample({ scale: [2, 3], mode: 'bilinear' }), 1, 1, 2, 2),
  layerRow(new convgrad.AdaptiveAvgPool2D([2, 3]), 2, 2, 5, 4),
  layerRow(new convgrad.Sequential(new convgrad.Dense(3, 2, { generator }), (input) => mul(input, input)), 2, 3),
  layerRow(new convgrad.LayerNorm(3, { affine: false, eps: 0.1 }), 2, 2, 3),
  layerRow(new convgrad.ConvTranspose2D(2, 3, 3, { stride: 2, generator }), 1, 2, 3, 2),
  layerRow(new convgrad.ConvTranspose2D(2, 4, [1, 2], { groups: 2, bias: false, generator }), 2, 2, 2, 2),
  layerRow(new convgrad.Residual(new convgrad.Dense(3, 3, { generator })), 2, 3),
  layerRow(
    new convgrad.Residual(new convgrad.Dense(3, 2, { generator }), new convgrad.Dense(3, 2, { generator })),
    2,
    3,
  ),
  layerRow(new convgrad.Flatten(), 2, 3, 2),
  layerRow(
    new convgrad.Sequential(
      new convgrad.Conv2D(1, 2, 3, { generator }),
      new convgrad.ReLU(),
      new convgrad.MaxPool2D(2),
      new convgrad.Flatten(),
      new convgrad.Dense(8, 3, { generator }),
    ),
    2,
    1,
    6,
    6,
  ),
];

describe.each([...OPERATIONS, ...LAYERS])('$name', ({ inputs, fn }) => {
  test('agrees with central differences at every index', () => {
    const result = gradcheck(fn, inputs);
    expect(result.message).toMatch(/^\d+ derivatives agree/);
    expect(result.ok).toBe(true);
    expect(result.checked).toBe(inputs.reduce((count, input) => count + input.size, 0));
  });

  test('control: one output gradient 1% off shows in every input', () => {
    const at = indexOfLargest(fn(...inputs).data);
    const result = gradcheck((...given) => distorted(fn(...given), at, 1.01), inputs);
    expect(result.ok).toBe(false);
    expect(new Set(result.mismatches.map(({ input }) => input))).toEqual(new Set(inputs.keys()));
  });
});

/** Of the outputs, when all of them together are sent backward. */
const WEIGHTS = x(1000).data;

describe.each(OPERATIONS)('$name in float32', ({ fn, inputs }) => {
  test('gives the value and the gradients of float64, to 1e-5', () => {
    const single = inputs.map((each) => tensor(each.data, { shape: each.shape, dtype: 'float32', requiresGrad: true }));
    const run = (given: Tensor[]) => {
      for (const each of given) each.grad = null;
      const y = fn(...given);
      y.backward(tensor(WEIGHTS.subarray(0, y.size), { shape: y.shape, dtype: y.dtype }));
      return [y, ...given.map(({ grad }) => grad!)].map(({ data, dtype }) => ({ data: Array.from(data), dtype }));
    };
    const wanted = run(inputs);
    run(single).forEach(({ data, dtype }, i) => {
      expect([dtype, data.length]).toEqual(['float32', wanted[i].data.length]);
      const size = Math.max(1, ...wanted[i].data.map(Math.abs));
      data.forEach((value, at) => {
        expect(
          Math.abs(value - wanted[i].data[at]) / size,
          `${i === 0 ? 'the value' : `gradient ${i - 1}`} at ${at}`,
        ).toBeLessThan(1e-5);
      });
    });
  });
});

describe.each(OPERATIONS)('$name', ({ inputs, fn }) => {
  test.each([
    { wrong: '1% off', factor: 1.01 },
    { wrong: 'missing', factor: 0 },
  ])('control: one input gradient $wrong is found, there and nowhere else', ({ factor }) => {
    const gradients = gradientsOf(fn, inputs);
    inputs.forEach((_, input) => {
      const index = indexOfLargest(gradients[input]);
      const wrong = (...given: Tensor[]) =>
        fn(...given.map((each, i) => (i === input ? distorted(each, index, factor) : each)));
      const found = gradcheck(wrong, inputs).mismatches.map((mismatch) => [mismatch.input, mismatch.index]);
      expect(found).toEqual([[input, index]]);
    });
  });
});

/** The same numbers; the gradient is multiplied by `factor` at one index on its way back. */
function distorted(input: Tensor, index: number, factor: number): Tensor {
  return operation({
    name: 'distorted',
    inputs: [input],
    shape: input.shape,
    backward: (dy, [dx]) => {
      for (let i = 0; i < dx!.length; i++) dx!.array[i] += dy.array[i] * (i === index ? factor : 1);
    },
  });
}

function gradientsOf(fn: Row['fn'], inputs: Tensor[]): Float64Array[] {
  for (const input of inputs) input.grad = null;
  const y = fn(...inputs);
  y.backward(x(...y.shape));
  return inputs.map((input) => Float64Array.from(input.grad!.data));
}

function indexOfLargest(values: ArrayLike<number>): number {
  const sizes = Array.from(values, Math.abs);
  return sizes.indexOf(Math.max(...sizes));
}

test.each(WITHOUT_GRADIENT.map(([op, fn]) => ({ name: (op as () => void).name, fn })))(
  '$name has no gradient, and the same values in float32 as in float64',
  ({ fn }) => {
    const [a, b] = [
      Float64Array.of(0, 1, 2, 0, 1, 2, 0, 2, 1, 1, 1, 0),
      Float64Array.of(0, 0, 0, 1, 1, 1, 2, 2, 2, 0, 2, 1),
    ];
    const call = (dtype: DType) => {
      const y = fn(
        ...([a, b].map((data) => tensor(data, { shape: [2, 6], dtype, requiresGrad: true })) as [Tensor, Tensor]),
      );
      expect([y.requiresGrad, y.node, y.dtype]).toEqual([false, null, dtype]);
      return y.toArray();
    };
    expect(call('float32')).toEqual(call('float64'));
    expect(new Set(fn(tensor(a, { shape: [2, 6] }), tensor(b, { shape: [2, 6] })).data).size).toBeGreaterThan(1);
  },
);

describe('nothing is left out of the table:', () => {
  test('every operation in src/ops has a row, and is exported', () => {
    const folder = new URL('../src/ops/', import.meta.url);
    const texts = readdirSync(folder).map((file) => readFileSync(new URL(file, folder), 'utf8'));
    const functions = texts.flatMap((text) => [
      ...text.matchAll(/((?:\/\*\*(?:(?!\*\/)[\s\S])*\*\/\n)?)export function (\w+)/g),
    ]);
    const named = functions.filter(([, comment]) => !comment.includes('@internal')).map(([, , name]) => name);
    expect(named.length).toBeGreaterThanOrEqual(40);
    const exported = new Map<string, unknown>(Object.entries(convgrad));
    expect(named.filter((name) => !exported.has(name))).toEqual([]);
    const covered = new Set([...OPERATIONS.map(({ covers }) => covers), ...WITHOUT_GRADIENT.map(([op]) => op)]);
    expect(named.filter((name) => !covered.has(exported.get(name)))).toEqual([]);
  });

  test('every exported layer has a row', () => {
    const layers = Object.values(convgrad).filter((v) => typeof v === 'function' && v.prototype instanceof Module);
    expect(layers.length).toBeGreaterThanOrEqual(7);
    expect(new Set(LAYERS.map(({ covers }) => covers))).toEqual(new Set(layers));
  });
});

const leaf = (...values: number[]) => tensor(Float64Array.from(values), { requiresGrad: true });

describe("where there is no derivative, the gradient is PyTorch's:", () => {
  test.each<[string, (input: Tensor) => Tensor, number[], number[]]>([
    ['relu at 0 has 0, also at -0', relu, [0, -0, 1], [0, 0, 1]],
    ['leakyRelu at 0 has the slope of negative numbers', (a) => leakyRelu(a, 0.25), [0, -0, 1], [0.25, 0.25, 1]],
    ['max of equals goes to the first', (a) => max(a), [1, 3, 3, 3], [0, 1, 0, 0]],
    ['max along an axis likewise', (a) => max(reshape(a, [2, 2]), { axis: 0 }), [1, 2, 1, 2], [1, 1, 0, 0]],
    ['max takes the first NaN', (a) => max(a), [1, Number.NaN, 9, Number.NaN], [0, 1, 0, 0]],
    ['min of equals goes to the first', (a) => min(a), [3, 1, 1], [0, 1, 0]],
    ['min along an axis takes the first NaN', (a) => min(a, { axis: 0 }), [1, Number.NaN, Number.NaN], [0, 1, 0]],
    ['elu at 0 has the slope of negative numbers', (a) => elu(a, 0.25), [0, -0, 1], [0.25, 0.25, 1]],
    ['clamp at a limit has 1', (a) => clamp(a, { min: -1, max: 1 }), [-1, 1, 2, Number.NaN], [1, 1, 0, 0]],
    ['norm of zeros has 0', (a) => norm(a), [0, 0], [0, 0]],
    ['where leaves out NaN', (a) => where(gt(a, 0), a, mul(a, 2)), [Number.NaN, -1, 1], [2, 2, 1]],
    ['maximum of equals halves', (a) => maximum(a, 1), [0, 1, 2, Number.NaN], [0, 0.5, 1, 1]],
    ['0 to the power of 0 is flat', (a) => pow(a, 0), [0, 2], [0, 0]],
  ])('%s', (_, fn, values, expected) => {
    const input = leaf(...values);
    sum(fn(input)).backward();
    expect(input.grad!.toArray()).toEqual(expected);
  });
});

describe('gradcheck', () => {
  test('reports a kink: relu at 0, and the tie of a maximum', () => {
    const atZero = gradcheck(relu, [leaf(1, 0, -1)]);
    expect(atZero).toMatchObject({ ok: false, kinks: [{ input: 0, index: 1 }], mismatches: [], checked: 2 });
    expect(atZero.message).toBe('input 0 at index 1 is at a kink');
    expect(gradcheck((a) => max(a), [leaf(3, 1, 3)]).kinks).toEqual([0, 2].map((index) => ({ input: 0, index })));
  });

  test('steps clear of a kink that is nearer than eps: relu at 3e-6 and at -3e-6, eps 1e-5', () => {
    expect(gradcheck(relu, [leaf(3e-6, -3e-6)])).toMatchObject({ ok: true, kinks: [], checked: 2 });
  });

  test('says where a planted error is, and how large', () => {
    const fn = (a: Tensor, b: Tensor) => mul(a, distorted(b, 3, 1.5));
    const result = gradcheck(fn, [leaf(1, 2, 3, 4), leaf(1, 1, 1, 1)]);
    expect(result).toMatchObject({ ok: false, checked: 8, mismatches: [{ input: 1, index: 3 }] });
    const [{ analytic, numeric }] = result.mismatches;
    expect(analytic / numeric).toBeCloseTo(1.5, 6);
    expect(result.maxError).toBeCloseTo(Math.abs(numeric) / 2, 6);
    expect(result.message).toBe(`input 1 at index 3: backward says ${analytic}, the central difference ${numeric}`);
  });

  test('atol and rtol are the limit', () => {
    const fn = (a: Tensor) => distorted(a, 0, 1.01);
    expect(gradcheck(fn, [leaf(1, 2)]).ok).toBe(false);
    expect(gradcheck(fn, [leaf(1, 2)], { rtol: 0.02 }).ok).toBe(true);
    expect(gradcheck(fn, [leaf(1, 2)], { atol: 0.02 }).ok).toBe(true);
  });

  test('a NaN is a mismatch', () => {
    const result = gradcheck(sqrt, [leaf(4, -4)]);
    expect(result).toMatchObject({ ok: false, maxError: Number.NaN });
    expect(result.mismatches.find(({ index }) => index === 1)!.analytic).toBeNaN();
  });

  test('leaves values and gradients as they were, and checks only what requires a gradient', () => {
    const [a, b] = [leaf(1, 2), tensor(Float64Array.of(3, 4))];
    a.mul(5).sum().backward();
    expect(gradcheck(mul, [a, b])).toMatchObject({ ok: true, checked: 2 });
    expect([a.toArray(), a.grad!.toArray(), b.grad]).toEqual([[1, 2], [5, 5], null]);
  });

  test('refuses float32, inputs without requiresGrad, a misspelled option, and a function that is not deterministic', () => {
    const single = tensor([1], { requiresGrad: true });
    expect(() => gradcheck(add, [leaf(1), single])).toThrow('expected float64 inputs, got float32 as input 1');
    expect(() => gradcheck(exp, [fixed(2)])).toThrow('expected at least one input with requiresGrad');
    expect(() => gradcheck(exp, [leaf(1)], { epsilon: 1 } as object)).toThrow("unknown option 'epsilon'");
    let calls = 0;
    expect(() => gradcheck((a) => add(a, calls++), [leaf(1)])).toThrow('different results for the same inputs');
  });
});
