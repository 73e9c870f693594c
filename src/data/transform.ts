import { ArgumentError, show } from '../errors.js';
import type { Generator } from '../random.js';
import { type Shape, sizeOf } from '../shape.js';

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

/** @internal Throws unless `value` is a function. */
export function checkTransform(where: string, value: unknown): void {
  if (typeof value === 'function') return;
  throw new ArgumentError(where, `expected a transform such as shift(2), got ${show(value)}`);
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
