import type { FloatArray } from '../autograd/storage.js';
import type { Tensor } from '../autograd/tensor.js';
import { ArgumentError } from '../errors.js';
import type { ConvSizes } from '../ops/conv2d.js';
import type { NormalizeSettings } from '../ops/normalize.js';
import type { PoolSizes } from '../ops/pool2d.js';
import type { ReduceOptions, RowOptions } from '../ops/reduce.js';
import type { Taps } from '../ops/resample.js';
import { normalizeAxis, type Shape, sizeOf, windowsAlong } from '../shape.js';
import type { Attribute, Attributes } from './file.js';

/** A tensor of the graph. */
export interface Operand {
  /** Of the value in the file. */
  name: string;
  shape: Shape;
  /** Along which axes the number of examples decides the size. */
  varies: readonly boolean[];
}

/** What is known of an operation that is to be written down. */
interface Applied {
  name: string;
  inputs: readonly Operand[];
  result: Omit<Operand, 'name'>;
  attributes: object;
  /** A tensor among the attributes. */
  operand(tensor: Tensor): Operand;
  /** Writes an operator, and gives the name of its result. */
  add(operator: string, inputs: readonly string[], attributes?: Attributes): string;
  /** The name of numbers that the file holds: float32 in a typed array, whole numbers in a list. */
  constant(values: FloatArray | readonly number[], shape?: Shape): string;
}

type Writer = (applied: Applied) => string;

const names = (operands: readonly Operand[]) => operands.map(({ name }) => name);
const int = (value: number): Attribute => ({ int: value });
const float = (value: number): Attribute => ({ float: value });
const scalar = (value: number) => Float32Array.of(value);
/** ONNX's numbers of types. */
const [FLOAT, INT64, BOOL] = [1, 7, 9].map(int);
/** An end beyond every axis. */
const END = Number.MAX_SAFE_INTEGER;

/** An operator of the same inputs. */
const as =
  (operator: string): Writer =>
  ({ inputs, add }) =>
    add(operator, names(inputs));

/** An activation that has a parameter. */
const withAlpha =
  (operator: string): Writer =>
  ({ inputs, attributes, add }) =>
    add(operator, names(inputs), { alpha: float((attributes as { parameter: number }).parameter) });

const along =
  (operator: string): Writer =>
  ({ inputs, attributes, add }) =>
    add(operator, names(inputs), { axis: int((attributes as { axis: number }).axis) });

/** A comparison gives truth values; ours are 0 and 1. */
const comparison =
  (...operators: string[]): Writer =>
  ({ inputs, add }) => {
    const truth = operators.reduce((values, operator) => [add(operator, values)], names(inputs));
    return add('Cast', truth, { to: FLOAT });
  };

/** One of the two ways to choose by a mask: the other gives 0. */
const chosen =
  (first: boolean): Writer =>
  ({ inputs: [mask, x], add, constant }) => {
    const zero = constant(scalar(0), []);
    const choices = first ? [x.name, zero] : [zero, x.name];
    return add('Where', [add('Cast', [mask.name], { to: BOOL }), ...choices]);
  };

/** Sums, means and norms over axes, which are an attribute but for sums. */
const reduction =
  (operator: string): Writer =>
  ({ inputs: [x], attributes, add, constant }) => {
    const { axis = x.shape.map((_, i) => i), keepDims = false } = attributes as ReduceOptions;
    const axes = (typeof axis === 'number' ? [axis] : axis).map((i) => normalizeAxis('axis', i, x.shape.length));
    const keepdims = int(Number(keepDims));
    if (axes.length === 0) return add(operator === 'ReduceL2' ? 'Abs' : 'Identity', [x.name]);
    if (operator === 'ReduceSum') return add(operator, [x.name, constant(axes)], { keepdims });
    return add(operator, [x.name], { axes, keepdims });
  };

/** Each operation that can be exported, by its name, as operators of opset 17. */
export const OPERATORS: Readonly<Record<string, Writer>> = {
  neg: as('Neg'),
  exp: as('Exp'),
  log: as('Log'),
  sqrt: as('Sqrt'),
  relu: as('Relu'),
  sigmoid: as('Sigmoid'),
  tanh: as('Tanh'),
  softplus: as('Softplus'),
  abs: as('Abs'),
  leakyRelu: withAlpha('LeakyRelu'),
  elu: withAlpha('Elu'),
  silu: ({ inputs: [x], add }) => add('Mul', [x.name, add('Sigmoid', [x.name])]),
  // 0.5 x (1 + erf(x / sqrt 2)): GELU is an operator from opset 20 on.
  gelu: ({ inputs: [x], add, constant }) => {
    const erf = add('Erf', [add('Mul', [x.name, constant(scalar(Math.SQRT1_2), [])])]);
    const half = add('Mul', [x.name, constant(scalar(0.5), [])]);
    return add('Mul', [half, add('Add', [erf, constant(scalar(1), [])])]);
  },
  // x sigmoid(2 sqrt(2 / pi) (x + 0.044715 x^3)), as in ops/elementwise.ts.
  geluTanh: ({ inputs: [x], add, constant }) => {
    const cube = add('Mul', [x.name, add('Mul', [x.name, x.name])]);
    const inner = add('Add', [x.name, add('Mul', [cube, constant(scalar(0.044715), [])])]);
    const scaled = add('Mul', [inner, constant(scalar(2 * Math.sqrt(2 / Math.PI)), [])]);
    return add('Mul', [x.name, add('Sigmoid', [scaled])]);
  },
  clamp: ({ inputs: [x], attributes, add, constant }) => {
    const { min, max } = (attributes as { parameter: { min: number; max: number } }).parameter;
    const limits = [min, max].map((limit) => (Number.isFinite(limit) ? constant(scalar(limit), []) : ''));
    return add('Clip', [x.name, ...limits]);
  },

  add: as('Add'),
  sub: as('Sub'),
  mul: as('Mul'),
  div: as('Div'),
  pow: as('Pow'),
  maximum: as('Max'),
  minimum: as('Min'),
  eq: comparison('Equal'),
  ne: comparison('Equal', 'Not'),
  lt: comparison('Less'),
  le: comparison('LessOrEqual'),
  gt: comparison('Greater'),
  ge: comparison('GreaterOrEqual'),
  whereChosen: chosen(true),
  whereOther: chosen(false),

  sum: reduction('ReduceSum'),
  mean: reduction('ReduceMean'),
  max: reduction('ReduceMax'),
  norm: reduction('ReduceL2'),
  argmax: ({ inputs: [x], attributes, result, add, constant }) => {
    const { axis, keepDims = false } = attributes as RowOptions;
    const flat = axis === undefined ? add('Reshape', [x.name, constant([-1])]) : x.name;
    const settings = { axis: int(axis === undefined ? 0 : normalizeAxis('axis', axis, x.shape.length)) };
    const at = add('ArgMax', [flat], { ...settings, keepdims: int(Number(keepDims && axis !== undefined)) });
    const numbers = add('Cast', [at], { to: FLOAT });
    return axis === undefined && keepDims ? add('Reshape', [numbers, constant([...result.shape])]) : numbers;
  },
  softmax: along('Softmax'),
  logSoftmax: along('LogSoftmax'),

  clone: as('Identity'),
  reshape: ({ inputs: [x], result, add, constant }) => {
    const sizes = result.shape.map((size, i) => (result.varies[i] ? -1 : size));
    if (sizes.filter((size) => size === -1).length > 1) {
      throw new ArgumentError(
        'reshape',
        'expected the number of examples to decide the size of one axis, not of several',
      );
    }
    return add('Reshape', [x.name, constant(sizes)], sizes.includes(0) ? { allowzero: int(1) } : {});
  },
  permute: ({ inputs, attributes, add }) =>
    add('Transpose', names(inputs), { perm: (attributes as { order: number[] }).order }),
  cat: along('Concat'),
  slice: ({ inputs: [x], attributes, add, constant }) => {
    const { axis, from, to } = attributes as { axis: number; from: number; to: number };
    const end = x.varies[axis] && to === x.shape[axis] ? END : to;
    return add('Slice', [x.name, ...[from, end, axis].map((value) => constant([value]))]);
  },
  gather: ({ inputs: [x], attributes, operand, add }) => {
    const { axis, index } = attributes as { axis: number; index: Tensor };
    return add('GatherElements', [x.name, add('Cast', [operand(index).name], { to: INT64 })], { axis: int(axis) });
  },

  matmul: as('MatMul'),
  dense: ({ inputs, add }) => add('Gemm', names(inputs), { transB: int(1) }),
  conv2d: ({ inputs, attributes, add }) => add('Conv', names(inputs), convolution(attributes as ConvSizes)),
  convTranspose2d: ({ inputs, attributes, add }) =>
    add('ConvTranspose', names(inputs), transposedConvolution(attributes as ConvSizes)),
  maxPool2d: ({ inputs, attributes, add }) => add('MaxPool', names(inputs), pooling(attributes as PoolSizes)),
  avgPool2d: ({ inputs, attributes, add }) =>
    add('AveragePool', names(inputs), { ...pooling(attributes as PoolSizes), count_include_pad: int(1) }),
  adaptiveAvgPool2d: resampled,
  upsample: (applied) => {
    const { scale } = applied.attributes as { scale?: readonly [number, number] };
    if (!scale) return resampled(applied);
    const { inputs, add, constant } = applied;
    const settings = { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' };
    return add('Resize', [inputs[0].name, '', constant(Float32Array.of(1, 1, ...scale), [4])], settings);
  },

  batchNorm2d: normalized,
  layerNorm: normalized,
};

/** What a convolution and a transposed one have in common. */
function window({ kernelH, kernelW, strideH, strideW, dilationH, dilationW, groups }: ConvSizes): Attributes {
  return {
    kernel_shape: [kernelH, kernelW],
    strides: [strideH, strideW],
    dilations: [dilationH, dilationW],
    group: int(groups),
  };
}

function convolution(sizes: ConvSizes): Attributes {
  const { H, W, outH, outW, kernelH, kernelW, strideH, strideW, dilationH, dilationW, padTop, padLeft } = sizes;
  return {
    ...window(sizes),
    pads: [
      padTop,
      padLeft,
      padAfter(H, kernelH, strideH, dilationH, padTop, outH),
      padAfter(W, kernelW, strideW, dilationW, padLeft, outW),
    ],
  };
}

/** The zeros on the far side: as many as on the near one, unless 'same' has put the odd one there. */
function padAfter(size: number, kernel: number, stride: number, dilation: number, before: number, out: number): number {
  const even = windowsAlong(size, kernel, stride, 2 * before, dilation) === out;
  return even ? before : (out - 1) * stride + dilation * (kernel - 1) + 1 - size - before;
}

/** The sizes are those of the convolution from the result to the input. */
function transposedConvolution(sizes: ConvSizes): Attributes {
  const { H, W, outH, outW, kernelH, kernelW, strideH, strideW, dilationH, dilationW, padTop, padLeft } = sizes;
  return {
    ...window(sizes),
    pads: [padTop, padLeft, padTop, padLeft],
    output_padding: [
      H - ((outH - 1) * strideH - 2 * padTop + dilationH * (kernelH - 1) + 1),
      W - ((outW - 1) * strideW - 2 * padLeft + dilationW * (kernelW - 1) + 1),
    ],
  };
}

function pooling({ kernelH, kernelW, strideH, strideW, padTop, padLeft }: PoolSizes): Attributes {
  return { kernel_shape: [kernelH, kernelW], strides: [strideH, strideW], pads: [padTop, padLeft, padTop, padLeft] };
}

/** Weighted sums of neighbors along the height or the width, as the product with a matrix of the weights. */
function resampled({ inputs: [x], attributes, add, constant }: Applied): string {
  const { axis, taps } = attributes as { axis: number; taps: readonly Taps[] };
  const rows = axis === 2;
  const [length, count] = [x.shape[axis], taps.length];
  const matrix = new Float32Array(length * count);
  taps.forEach(({ start, weights }, t) => {
    weights.forEach((weight, k) => {
      matrix[rows ? t * length + start + k : (start + k) * count + t] = weight;
    });
  });
  const weights = constant(matrix, rows ? [count, length] : [length, count]);
  return add('MatMul', rows ? [weights, x.name] : [x.name, weights]);
}

/** Batch norm with its running statistics; or, like layer norm, with those of the numbers themselves. */
function normalized({ name, inputs: [x], attributes, operand, add, constant }: Applied): string {
  const { settings, ...tensors } = attributes as {
    settings: NormalizeSettings;
    weight: Tensor | null;
    bias: Tensor | null;
    given: [Tensor, Tensor] | null;
  };
  const { C, size } = settings;
  const epsilon = Math.fround(settings.eps);
  const [weight, bias] = [tensors.weight, tensors.bias].map((tensor) => tensor && operand(tensor).name);
  if (tensors.given) {
    const scale = weight ?? constant(new Float32Array(C).fill(1), [C]);
    const shift = bias ?? constant(new Float32Array(C), [C]);
    const statistics = names(tensors.given.map(operand));
    return add('BatchNormalization', [x.name, scale, shift, ...statistics], { epsilon: float(epsilon) });
  }
  const axes = name === 'batchNorm2d' ? [0, 2, 3] : lastAxes(x.shape, size);
  const mean = (value: string) => add('ReduceMean', [value], { axes, keepdims: int(1) });
  const difference = add('Sub', [x.name, mean(x.name)]);
  const variance = mean(add('Mul', [difference, difference]));
  const deviation = add('Sqrt', [add('Add', [variance, constant(scalar(epsilon), [])])]);
  const perChannel = (value: string) => add('Reshape', [value, constant([1, C, 1, 1])]);
  let y = add('Div', [difference, deviation]);
  if (weight) y = add('Mul', [y, perChannel(weight)]);
  return bias ? add('Add', [y, perChannel(bias)]) : y;
}

/** The last axes, which hold `size` numbers together. */
function lastAxes(shape: Shape, size: number): number[] {
  let first = shape.length - 1;
  while (sizeOf(shape.slice(first)) < size) first--;
  return shape.map((_, i) => i).slice(first);
}
