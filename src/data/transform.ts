import { ArgumentError, checkNumber, readOptions, ShapeError, show } from '../errors.js';
import type { Generator } from '../random.js';
import { type Shape, showShape, sizeOf } from '../shape.js';

/**
 * Changes a batch in place, for `DataLoader` and `fit`.
 * @param inputs all numbers of the batch, row-major
 * @param shape [N, ...one example's shape], such as [32, 1, 28, 28]
 * @param generator what to draw from, so that the same seed gives the same batches
 * @param targets where inputs are images and targets too: a transform that moves pixels moves these in the same way
 */
export type Transform = (inputs: Float32Array, shape: Shape, generator: Generator, targets?: TargetImages) => void;

/** Targets of a batch that are images, such as masks. */
export interface TargetImages {
  /** All numbers of the batch's targets, row-major, to be changed in place. */
  readonly values: Float32Array;
  /** [N, H, W] or [N, C, H, W]. */
  readonly shape: Shape;
  /** Whether they are whole numbers, in all of the dataset, such as classes: what moves them must not mix them. */
  readonly whole: boolean;
}

/**
 * Applies several transforms in the order in which they are given.
 * @returns one transform
 */
export function compose(...transforms: Transform[]): Transform {
  for (const transform of transforms) checkTransform('compose', transform);
  return (inputs, shape, generator, targets) => {
    for (const transform of transforms) transform(inputs, shape, generator, targets);
  };
}

/**
 * Normalizes inputs, (input - mean) / std. Give it to what is evaluated, too:
 * `heldOut.transformed(normalize({ mean, std }))`.
 * @param options `mean` and `std`: of the training data, a number each for everything or one a channel; std above 0
 * @returns a transform, which throws a ShapeError for images with another number of channels
 * @throws ArgumentError for other numbers; ShapeError for another number of means than of stds
 */
export function normalize(options: { mean: number | readonly number[]; std: number | readonly number[] }): Transform {
  const { mean, std } = readOptions('normalize', options, { mean: undefined, std: undefined });
  const [means, stds] = [list(mean), list(std)];
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
  return Array.isArray(value) ? value : [value as number];
}

/** @internal Throws unless `value` is a function. */
export function checkTransform(where: string, value: unknown): void {
  if (typeof value === 'function') return;
  throw new ArgumentError(where, `expected a transform such as shift(2), got ${show(value)}`);
}

/** @internal The shape of a batch of images, checked to be [N, C, H, W] and to hold all inputs. */
export function imageShape(where: string, inputs: Float32Array, shape: Shape) {
  if (shape.length !== 4 || sizeOf(shape) !== inputs.length) {
    const got = `got shape ${showShape(shape)} and ${inputs.length} numbers`;
    throw new ShapeError(where, `expected a batch of images [N, C, H, W], ${got}`);
  }
  return shape;
}

/** @internal The targets of each batch as a transform gets them; undefined where inputs or targets are no images. */
export function targetImages({
  inputShape,
  targetShape,
  targets,
}: {
  inputShape: Shape;
  targetShape: Shape | null;
  targets: Float32Array | Int32Array;
}) {
  if (inputShape.length !== 3 || !targetShape || targetShape.length < 2) return () => undefined;
  const whole = targets.every(Number.isInteger);
  return (values: Float32Array | Int32Array): TargetImages => {
    const shape = [values.length / sizeOf(targetShape), ...targetShape];
    return { values: values as Float32Array, shape, whole };
  };
}

/** @internal How many numbers of one example's targets move along with an image of [h, w]. */
export function sizeOfTarget(where: string, shape: Shape, h: number, w: number): number {
  if (shape.at(-2) === h && shape.at(-1) === w) return sizeOf(shape.slice(1));
  const expected = `expected targets [..., ${h}, ${w}], which move as the images do, got ${showShape(shape.slice(1))}`;
  throw new ShapeError(where, `${expected}; to move images alone: (x, shape, generator) => move(x, shape, generator)`);
}

/** A range that numbers are drawn from evenly; both ends may be equal. */
export type Range = readonly [low: number, high: number];

/** @internal A range within `limits`. */
export function range(where: string, what: string, value: Range, limits: { least?: number; most?: number } = {}) {
  if (Array.isArray(value) && value.length === 2) {
    const [low, high] = value.map((end) => checkNumber(where, what, end, limits));
    if (low <= high) return [low, high] as const;
  }
  throw new ArgumentError(where, `expected ${what} to be a range [low, high], got ${show(value)}`);
}
