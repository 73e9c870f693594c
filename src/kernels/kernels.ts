import type { Shape } from '../shape.js';
import type { DType, IndexStorage, Storage } from './storage.js';

// Legend: N examples; C channels in; H, W height and width; O channels out; G groups.

/** A convolution's sizes: x [N, C, H, W], weight [O, C/G, kernelH, kernelW], y [N, O, outH, outW]. */
export interface ConvSizes {
  N: number;
  C: number;
  H: number;
  W: number;
  O: number;
  groups: number;
  kernelH: number;
  kernelW: number;
  strideH: number;
  strideW: number;
  dilationH: number;
  dilationW: number;
  /** Rows of zeros above the image; as many as `outH` asks for lie below it. */
  padTop: number;
  padLeft: number;
  outH: number;
  outW: number;
}

/** A pooling's sizes: one window over each of `planes` = N * C images. */
export type PoolSizes = Omit<ConvSizes, 'N' | 'C' | 'O' | 'groups' | 'dilationH' | 'dilationW'> & { planes: number };

/** `batch` products of [M, K] by [K, N]; the r-th takes matrix `batchA[r]` of a and `batchB[r]` of b. */
export interface MatmulSizes {
  M: number;
  K: number;
  N: number;
  /** a is stored as [K, M]. */
  transposeA?: boolean;
  /** b is stored as [N, K]. */
  transposeB?: boolean;
  batchA?: ArrayLike<number>;
  batchB?: ArrayLike<number>;
  /** Which matrix of y each product is added to. */
  batchY?: ArrayLike<number>;
}

/** An array of `outer` * `length` * `inner` elements, seen as lines of `length` that are `inner` apart. */
export interface LineSizes {
  outer: number;
  length: number;
  inner: number;
}

/** Numbers by channel, [N, C, size]: each channel has `N` runs of `size` neighbors. */
export interface ChannelSizes {
  N: number;
  C: number;
  size: number;
}

/** Which numbers dropout sets to 0: a hash of the two keys and of the number's place decides, so no mask is stored. */
export interface DropoutSettings {
  /** Two whole numbers below 2^32, drawn anew for each use. */
  keys: readonly [number, number];
  /** The probability of 0. */
  p: number;
  /** How many neighbors share their fate. */
  run: number;
}

/** `rows` rows of `length` neighbors: where the first begins in x and in y, and how far the next one is. */
export interface Strips {
  rows: number;
  length: number;
  from: { first: number; step: number };
  to: { first: number; step: number };
}

/** A walk over all indices of `shape` in row-major order, with the strides of the one array that is not contiguous. */
export interface Walk {
  shape: Shape;
  strides: readonly number[];
}

/** A walk for two operands that broadcast to `shape`. */
export interface BroadcastWalk {
  shape: Shape;
  stridesA: readonly number[];
  stridesB: readonly number[];
}

export type UnaryOperation =
  | 'neg'
  | 'exp'
  | 'log'
  | 'sqrt'
  | 'relu'
  | 'leakyRelu'
  | 'sigmoid'
  | 'tanh'
  | 'gelu'
  | 'geluTanh'
  | 'softplus'
  | 'abs';
export type BinaryOperation = 'add' | 'sub' | 'mul' | 'div' | 'pow';

/** How `normalize` does: what is added to the variance, and the sizes. */
export interface NormalizeSettings extends ChannelSizes {
  eps: number;
}

export interface SGDSettings {
  lr: number;
  momentum: number;
  dampening: number;
  nesterov: boolean;
  weightDecay: number;
  /** The first step sets the velocity to the gradient. */
  first: boolean;
}

export interface AdamSettings {
  /** What is kept of the running means of the gradients and of their squares. */
  beta1: number;
  beta2: number;
  eps: number;
  /** lr / (1 - beta1^steps). */
  stepSize: number;
  /** sqrt(1 - beta2^steps). */
  correction: number;
  /** Share of the parameter that is added to the gradient. */
  weightDecay: number;
  /** Share of the parameter that is taken away before the step (AdamW). */
  shrink: number;
}

export interface RMSpropSettings {
  lr: number;
  /** What is kept of the running means. */
  alpha: number;
  eps: number;
  momentum: number;
  weightDecay: number;
}

export interface AdadeltaSettings {
  lr: number;
  /** What is kept of the running means. */
  rho: number;
  eps: number;
  weightDecay: number;
}

/**
 * All that computes. Arguments are storages, sizes come as one object, and nothing here knows of tensors.
 *
 * Two rules: what a forward kernel writes, it overwrites; what a gradient kernel writes (`dx` means d(loss)/dx), it
 * adds to what is there. The few forward kernels that add say so.
 */
export interface Kernels {
  readonly name: string;

  /** Room for `length` numbers, whatever they are. */
  allocate(dtype: DType, length: number): Storage;
  /** Room for `length` zeros. */
  zeros(dtype: DType, length: number): Storage;
  allocateIndices(length: number): IndexStorage;

  unary(operation: UnaryOperation, x: Storage, y: Storage, parameter: number): void;
  unaryGradient(operation: UnaryOperation, x: Storage, y: Storage, dy: Storage, dx: Storage, parameter: number): void;
  binary(operation: BinaryOperation, a: Storage, b: Storage, y: Storage, walk: BroadcastWalk): void;
  /** Sums over the axes that were broadcast; `da` or `db` is null where no gradient is wanted. */
  binaryGradient(
    operation: BinaryOperation,
    a: Storage,
    b: Storage,
    dy: Storage,
    da: Storage | null,
    db: Storage | null,
    walk: BroadcastWalk,
  ): void;

  /** y[walk] += scale * x, x contiguous: sums over the axes of y with stride 0. */
  reduceAdd(x: Storage, y: Storage, walk: Walk, scale: number): void;
  /** y += scale * x[walk], y contiguous: repeats x along the axes with stride 0. */
  spreadAdd(x: Storage, y: Storage, walk: Walk, scale: number): void;
  /** The largest of each line, and where it stands in x; the first of equals, and the first NaN above all. */
  max(x: Storage, y: Storage, indices: IndexStorage, sizes: LineSizes): void;
  /** y[i] = x[indices[i]]. */
  gather(x: Storage, indices: IndexStorage, y: Storage): void;
  /** y[indices[i]] += x[i]. */
  scatterAdd(x: Storage, indices: IndexStorage, y: Storage): void;
  /** Adds rows of x to rows of y. */
  stripsAdd(x: Storage, y: Storage, strips: Strips): void;

  /** y += a b. */
  matmulAdd(a: Storage, b: Storage, y: Storage, sizes: MatmulSizes): void;

  softmax(x: Storage, y: Storage, sizes: LineSizes): void;
  softmaxGradient(y: Storage, dy: Storage, dx: Storage, sizes: LineSizes): void;
  logSoftmax(x: Storage, y: Storage, sizes: LineSizes): void;
  logSoftmaxGradient(y: Storage, dy: Storage, dx: Storage, sizes: LineSizes): void;
  /**
   * Loss of each row of `logits` [rows, classes] against its label, with `smoothing` of the weight spread over all
   * classes; also the row's softmax, for the gradient.
   */
  crossEntropy(
    logits: Storage,
    labels: IndexStorage,
    losses: Storage,
    probabilities: Storage,
    classes: number,
    smoothing: number,
  ): void;
  crossEntropyGradient(
    probabilities: Storage,
    labels: IndexStorage,
    dlosses: Storage,
    dlogits: Storage,
    classes: number,
    smoothing: number,
  ): void;

  /** The mean of each channel, and the mean square of the distances from it. */
  moments(x: Storage, mean: Storage, variance: Storage, sizes: ChannelSizes): void;
  /** y = (x - mean) / sqrt(variance + eps) * weight + bias, channel by channel; weight and bias are null for 1 and 0. */
  normalize(
    x: Storage,
    statistics: { mean: Storage; variance: Storage },
    weight: Storage | null,
    bias: Storage | null,
    y: Storage,
    settings: NormalizeSettings,
  ): void;
  /**
   * Entries of `gradients` are null where none is wanted. `fixed` says that mean and variance were given; else they are
   * the moments of x, and a gradient flows through them.
   */
  normalizeGradient(
    x: Storage,
    statistics: { mean: Storage; variance: Storage; fixed: boolean },
    weight: Storage | null,
    dy: Storage,
    gradients: { dx: Storage | null; dweight: Storage | null; dbias: Storage | null },
    settings: NormalizeSettings,
  ): void;
  /** y += x / (1 - p), where it is not dropped: its own gradient. */
  dropoutAdd(x: Storage, y: Storage, settings: DropoutSettings): void;

  conv2d(x: Storage, weight: Storage, bias: Storage | null, y: Storage, sizes: ConvSizes): void;
  conv2dGradInput(dy: Storage, weight: Storage, dx: Storage, sizes: ConvSizes): void;
  conv2dGradWeight(x: Storage, dy: Storage, dweight: Storage, sizes: ConvSizes): void;

  /** The largest of each window, and where it stands in x; the first of equals, and the first NaN above all. */
  maxPool2d(x: Storage, y: Storage, indices: IndexStorage, sizes: PoolSizes): void;
  /** dx[indices[i]] += dy[i], the indices being those that `maxPool2d` found. */
  maxPool2dGradient(dy: Storage, indices: IndexStorage, dx: Storage, sizes: PoolSizes): void;
  /** The mean of each window, its padding counted as zeros. */
  avgPool2d(x: Storage, y: Storage, sizes: PoolSizes): void;
  avgPool2dGradient(dy: Storage, dx: Storage, sizes: PoolSizes): void;

  /** One step of stochastic gradient descent on `parameter`, as PyTorch defines it; `velocity` is null without momentum. */
  sgd(parameter: Storage, gradient: Storage, velocity: Storage | null, settings: SGDSettings): void;
  /** One step of Adam or AdamW; `mean` of the gradients, `square` of their squares, `largest` the largest square (amsgrad). */
  adam(
    parameter: Storage,
    gradient: Storage,
    mean: Storage,
    square: Storage,
    largest: Storage | null,
    settings: AdamSettings,
  ): void;
  /** One step of RMSprop; `mean` of the gradients is null unless centered, `velocity` without momentum. */
  rmsprop(
    parameter: Storage,
    gradient: Storage,
    square: Storage,
    mean: Storage | null,
    velocity: Storage | null,
    settings: RMSpropSettings,
  ): void;
  /** One step of Adadelta; `square` is the running mean of squared gradients, `delta` of squared steps. */
  adadelta(parameter: Storage, gradient: Storage, square: Storage, delta: Storage, settings: AdadeltaSettings): void;
}
