import { ArgumentError, checkNumber, checkOptions, ShapeError, show } from '../errors.js';
import type { Generator } from '../random.js';
import { type Shape, showShape, sizeOf } from '../shape.js';

/**
 * Changes a batch in place.
 * @param inputs all numbers of the batch, row-major
 * @param shape [N, ...one example's shape], such as [32, 1, 28, 28]
 * @param generator where all that is random comes from, so that the same seed gives the same batches
 */
export type Transform = (inputs: Float32Array, shape: Shape, generator: Generator) => void;

/** One transform that applies several, in this order. */
export function compose(...transforms: Transform[]): Transform {
  for (const transform of transforms) checkTransform('compose', transform);
  return (inputs, shape, generator) => {
    for (const transform of transforms) transform(inputs, shape, generator);
  };
}

/**
 * (input - mean) / std, both of the training data. Give it to what is evaluated, too:
 * `heldOut.transformed(normalize({ mean, std }))`.
 * @param options `mean` and `std`, a number each for everything, or one a channel; std above 0
 * @throws ArgumentError for other numbers; ShapeError, when it is used, for images with another number of channels
 */
export function normalize(options: { mean: number | readonly number[]; std: number | readonly number[] }): Transform {
  checkOptions('normalize', options, ['mean', 'std']);
  const [means, stds] = [list(options?.mean), list(options?.std)];
  for (const mean of means) checkNumber('normalize', 'mean', mean);
  for (const std of stds) {
    if (!(checkNumber('normalize', 'std', std) > 0)) {
      throw new ArgumentError('normalize', `expected std to be above 0, got ${std}`);
    }
  }
  const channels = Math.max(means.length, stds.length);
  if (![1, channels].includes(means.length) || ![1, channels].includes(stds.length)) {
    throw new ShapeError('normalize', `expected as many means as stds, got ${means.length} and ${stds.length}`);
  }
  return (inputs, shape) => {
    const [, held, ...rest] = channels === 1 ? [0, 1, sizeOf(shape.slice(1))] : imageShape('normalize', inputs, shape);
    if (held !== channels) {
      throw new ShapeError(
        'normalize',
        `expected ${channels} channels, as many as means, got shape ${showShape(shape)}`,
      );
    }
    const size = sizeOf(rest);
    for (let start = 0, c = 0; start < inputs.length; start += size, c = (c + 1) % channels) {
      const [mean, scale] = [means[c % means.length], 1 / stds[c % stds.length]];
      for (let i = start; i < start + size; i++) inputs[i] = (inputs[i] - mean) * scale;
    }
  };
}

function list(value: number | readonly number[]): readonly number[] {
  return typeof value === 'object' && value !== null ? value : [value];
}

/** @internal Throws unless `value` is a function. */
export function checkTransform(where: string, value: unknown): void {
  if (typeof value === 'function') return;
  throw new ArgumentError(where, `expected a transform such as shift(2), got ${show(value)}`);
}

/** @internal The shape of a batch of images, checked to be [N, C, H, W] and to hold all inputs. */
export function imageShape(
  where: string,
  inputs: Float32Array,
  shape: Shape,
): readonly [number, number, number, number] {
  if (shape.length !== 4 || sizeOf(shape) !== inputs.length) {
    throw new ShapeError(
      where,
      `expected a batch of images [N, C, H, W], got shape ${showShape(shape)} and ${inputs.length} numbers`,
    );
  }
  const [n, c, h, w] = shape;
  return [n, c, h, w];
}

/** A range that something is drawn from evenly. */
export type Range = readonly [low: number, high: number];

/** @internal A range within `limits`. */
export function range(
  where: string,
  what: string,
  value: Range,
  limits: { least?: number; most?: number } = {},
): Range {
  if (!Array.isArray(value) || value.length !== 2) {
    throw new ArgumentError(where, `expected ${what} to be a range [low, high], got ${show(value)}`);
  }
  const [low, high] = value.map((end) => checkNumber(where, what, end, limits));
  if (low > high) throw new ArgumentError(where, `expected ${what} to be a range [low, high], got ${show(value)}`);
  return [low, high];
}
