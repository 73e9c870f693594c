import { ShapeError } from '../errors.js';
import { type Shape, showShape, sizeOf } from '../shape.js';

/** @internal The shape of a batch of images, checked to be [N, C, H, W] and to hold all inputs. */
export function imageShape(where: string, inputs: Float32Array, shape: Shape) {
  if (shape.length !== 4 || sizeOf(shape) !== inputs.length) {
    const got = `got shape ${showShape(shape)} and ${inputs.length} numbers`;
    throw new ShapeError(where, `expected a batch of images [N, C, H, W], ${got}`);
  }
  return shape;
}

/** @internal How many numbers of one example's targets move along with an image of [h, w]. */
export function sizeOfTarget(where: string, shape: Shape, h: number, w: number): number {
  if (shape.at(-2) === h && shape.at(-1) === w) return sizeOf(shape.slice(1));
  const expected = `expected targets [..., ${h}, ${w}], which move as the images do, got ${showShape(shape.slice(1))}`;
  throw new ShapeError(where, `${expected}; to move images alone: (x, shape, generator) => move(x, shape, generator)`);
}
