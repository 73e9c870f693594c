import { allocate } from '../autograd/backend.js';
import { define } from '../autograd/define.js';
import { checkTensors, operation } from '../autograd/operation.js';
import type { Storage } from '../autograd/storage.js';
import type { Tensor } from '../autograd/tensor.js';
import { checkNumber, readOptions, ShapeError } from '../errors.js';
import { checkRank, checkSameShape, checkShape, type Shape, sameShape, showShape, sizeOf } from '../shape.js';
import { add, mul } from './arithmetic.js';

/** Options of `batchNorm2d`. */
export interface BatchNormalizationOptions {
  /** Whether to use the statistics of x, and bring the running ones up to date. @default false */
  training?: boolean;
  /** Weight of the new statistics in the running ones, from 0 to 1. @default 0.1 */
  momentum?: number;
  /** Added to the variance, at least 0. @default 1e-5 */
  eps?: number;
}

/**
 * Each channel with mean 0 and variance 1, then times its weight, plus its bias:
 * y = (x - mean) / sqrt(variance + eps) * weight + bias (Ioffe and Szegedy 2015, "Batch normalization").
 * In training, mean and variance (the biased one) are those of the batch and the image, and the running ones, if there
 * are any, become (1 - momentum) of themselves plus momentum of the new ones (the unbiased variance), in place.
 * @param x [N, C, H, W]
 * @param runningMean [C], or null when training
 * @param runningVariance [C], or null when training
 * @param weight [C], or null for ones
 * @param bias [C], or null for zeros
 * @returns the shape of x
 * @throws ShapeError for another number of channels, and when training with one value for each channel
 */
export function batchNorm2d(
  x: Tensor,
  runningMean: Tensor | null,
  runningVariance: Tensor | null,
  weight: Tensor | null = null,
  bias: Tensor | null = null,
  options: BatchNormalizationOptions = {},
): Tensor {
  const where = 'batchNorm2d';
  const { training, momentum, eps } = readOptions(where, options, { training: false, momentum: 0.1, eps: 1e-5 });
  checkNumber(where, 'momentum', momentum, { least: 0, most: 1 });
  checkNumber(where, 'eps', eps, { least: 0 });
  const others = [runningMean, runningVariance, weight, bias];
  checkTensors(
    where,
    x,
    ...(training ? [] : [runningMean, runningVariance]),
    ...others.filter((each) => each !== null),
  );
  checkRank(where, 'an input [N, C, H, W]', x.shape, 4);
  const [N, C, H, W] = x.shape;
  for (const each of others) {
    if (each && !sameShape(each.shape, [C])) {
      throw new ShapeError(where, `expected ${each.shape[0]} channels, got ${C}, input shape ${showShape(x.shape)}`);
    }
  }
  const count = N * H * W;
  if (training && count < 2) {
    const got = `input shape ${showShape(x.shape)}`;
    throw new ShapeError(where, `expected more than 1 value per channel in training, ${got}`);
  }
  const settings = { N, C, size: H * W, eps };
  if (!training) return normalized(where, x, settings, weight, bias, [runningMean!, runningVariance!]);
  return normalized(where, x, settings, weight, bias, null, (mean, variance) => {
    if (runningMean) moveToward(runningMean.storage, mean, momentum, 1);
    if (runningVariance) moveToward(runningVariance.storage, variance, momentum, count / (count - 1));
  });
}

/**
 * Each example with mean 0 and variance 1 over its last axes, then times a weight, plus a bias, for each place:
 * y = (x - mean) / sqrt(variance + eps) * weight + bias (Ba, Kiros and Hinton 2016, "Layer normalization").
 * @param x [..., ...shape]
 * @param shape of the last axes
 * @param weight of that shape, or null for ones
 * @param bias of that shape, or null for zeros
 * @param options `eps` (1e-5), added to the variance
 * @returns the shape of x
 */
export function layerNorm(
  x: Tensor,
  shape: Shape,
  weight: Tensor | null = null,
  bias: Tensor | null = null,
  options: { eps?: number } = {},
): Tensor {
  const where = 'layerNorm';
  checkTensors(where, x, ...[weight, bias].filter((each) => each !== null));
  const eps = checkNumber(where, 'eps', readOptions(where, options, { eps: 1e-5 }).eps, { least: 0 });
  checkShape(where, shape);
  const rows = x.shape.length - shape.length;
  if (shape.length === 0 || sizeOf(shape) === 0 || rows < 0 || !sameShape(x.shape.slice(rows), shape)) {
    const expected = shape.map((n) => `, ${n}`).join('');
    throw new ShapeError(where, `expected an input [...${expected}], got shape ${showShape(x.shape)}`);
  }
  for (const each of [weight, bias]) if (each) checkSameShape(where, 'a weight and a bias', each.shape, shape);
  const size = sizeOf(shape);
  // Every example is a channel of its own.
  let y = normalized(where, x, { N: 1, C: x.size / size, size, eps }, null, null, null);
  if (weight) y = mul(y, weight);
  return bias ? add(y, bias) : y;
}

/** running = (1 - momentum) running + momentum * scale * fresh. */
function moveToward(running: Storage, fresh: Storage, momentum: number, scale: number): void {
  const [to, from] = [running.array, fresh.array];
  for (let c = 0; c < to.length; c++) to[c] = (1 - momentum) * to[c] + momentum * scale * from[c];
  running.version++;
}

/** Normalizes the channels of x with the statistics given, or with its own, which `see` is shown. */
function normalized(
  name: string,
  x: Tensor,
  settings: NormalizeSettings,
  weight: Tensor | null,
  bias: Tensor | null,
  given: [mean: Tensor, variance: Tensor] | null,
  see?: (mean: Storage, variance: Storage) => void,
): Tensor {
  let statistics: { mean: Storage; variance: Storage };
  const inputs = [x, weight, bias, ...(given ?? [])].filter((input) => input !== null);
  return operation({
    name,
    attributes: { settings, weight, bias, given },
    inputs,
    shape: x.shape,
    forward: (y, owned) => {
      if (given) statistics = { mean: given[0].storage, variance: given[1].storage };
      else {
        const [mean, variance] = [0, 1].map(() => allocate(x.dtype, settings.C));
        normalizeKernels.moments(x.storage, mean, variance, settings);
        see?.(mean, variance);
        owned.push(mean, variance);
        statistics = { mean, variance };
      }
      normalizeKernels.forward(x.storage, statistics, weight?.storage ?? null, bias?.storage ?? null, y, settings);
    },
    backward: (dy, gradients) => {
      const [dx, dweight, dbias] = [x, weight, bias].map((each) => each && gradients[inputs.indexOf(each)]);
      const from = { ...statistics, fixed: given !== null };
      normalizeKernels.backward(x.storage, from, weight?.storage ?? null, dy, { dx, dweight, dbias }, settings);
    },
  });
}

/** Numbers by channel, [N, C, size]: each channel has `N` runs of `size` neighbors. */
export interface ChannelSizes {
  N: number;
  C: number;
  size: number;
}

export interface NormalizeSettings extends ChannelSizes {
  /** Added to the variance. */
  eps: number;
}

/** Channel by channel, with r = 1 / sqrt(variance + eps). */
export const normalizeKernels = /* @__PURE__ */ define('normalize', {
  /** The mean of each channel, and its biased variance. */
  moments(x: Storage, mean: Storage, variance: Storage, sizes: ChannelSizes): void {
    const [X, M, V] = [x.array, mean.array, variance.array];
    const count = sizes.N * sizes.size;
    for (let c = 0; c < sizes.C; c++) {
      let sum = 0;
      eachOf(c, sizes, (at) => {
        sum += X[at];
      });
      const middle = sum / count;
      let squares = 0;
      eachOf(c, sizes, (at) => {
        squares += (X[at] - middle) ** 2;
      });
      M[c] = middle;
      V[c] = squares / count;
    }
  },

  /** y = (x - mean) * r * weight + bias; weight and bias are null for 1 and 0. */
  forward(
    x: Storage,
    { mean, variance }: { mean: Storage; variance: Storage },
    weight: Storage | null,
    bias: Storage | null,
    y: Storage,
    settings: NormalizeSettings,
  ): void {
    const [X, Y] = [x.array, y.array];
    for (let c = 0; c < settings.C; c++) {
      const scale = (weight ? weight.array[c] : 1) / Math.sqrt(variance.array[c] + settings.eps);
      const [middle, shift] = [mean.array[c], bias ? bias.array[c] : 0];
      eachOf(c, settings, (at) => {
        Y[at] = (X[at] - middle) * scale + shift;
      });
    }
  },

  /**
   * With m the mean of the channel, and means over the channel: dx = weight * r * (dy - mean(dy) - (x - m) * r^2 * mean(dy * (x - m))). Where the
   * statistics are `fixed`, no gradient flows through them: dx = weight * r * dy. Gradients that are not wanted are null.
   */
  backward(
    x: Storage,
    statistics: { mean: Storage; variance: Storage; fixed: boolean },
    weight: Storage | null,
    dy: Storage,
    { dx, dweight, dbias }: { dx: Storage | null; dweight: Storage | null; dbias: Storage | null },
    settings: NormalizeSettings,
  ): void {
    const [X, dY] = [x.array, dy.array];
    const count = settings.N * settings.size;
    for (let c = 0; c < settings.C; c++) {
      const r = 1 / Math.sqrt(statistics.variance.array[c] + settings.eps);
      const middle = statistics.mean.array[c];
      let [sum, product] = [0, 0];
      eachOf(c, settings, (at) => {
        sum += dY[at];
        product += dY[at] * (X[at] - middle);
      });
      if (dbias) dbias.array[c] += sum;
      if (dweight) dweight.array[c] += product * r;
      if (!dx) continue;
      const scale = (weight ? weight.array[c] : 1) * r;
      const shift = statistics.fixed ? 0 : sum / count;
      const slope = statistics.fixed ? 0 : (r * r * product) / count;
      const dX = dx.array;
      eachOf(c, settings, (at) => {
        dX[at] += scale * (dY[at] - shift - (X[at] - middle) * slope);
      });
    }
  },
});

/** Calls `visit` with the index of each number of a channel. */
function eachOf(channel: number, { N, C, size }: ChannelSizes, visit: (at: number) => void): void {
  for (let n = 0; n < N; n++) {
    const first = (n * C + channel) * size;
    for (let at = first; at < first + size; at++) visit(at);
  }
}
