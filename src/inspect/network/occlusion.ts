import { noGrad } from '../../autograd/graph.js';
import type { FloatArray } from '../../autograd/storage.js';
import type { Tensor } from '../../autograd/tensor.js';
import { checkNumber, readOptions, ShapeError } from '../../errors.js';
import { inEvaluation } from '../../nn/modes.js';
import type { Module } from '../../nn/module.js';
import { type Pair, pair, windowsAlong } from '../../shape.js';
import type { Values } from '../values.js';
import { copies, imageFor, layerAt, logitsOf } from './layer.js';

export interface Occlusion extends Values {
  /** The class's logit for the whole image. */
  logit: number;
  /** [H, W], for `overlay`: for each pixel the mean of `values` over the parts that cover it, 0 where none does. */
  map: Float64Array;
}

/**
 * How much a class's logit falls when a part of the image is covered (Zeiler and Fergus 2013, "Visualizing and
 * understanding convolutional networks"): positive where the covered part raises the logit.
 * @param image [C, H, W] or [1, C, H, W]
 * @param classIndex which of the logits [1, classes]
 * @param options `size` of the part, in pixels, for all channels (5 by default); `stride` from one part to the next, in
 * pixels (1 by default); `value` of the pixels that cover it (0 by default)
 * @returns values [rows, columns], one for each part that fits into the image: entry (i, j) covers `size` pixels from
 * (i * stride, j * stride); the same as a `map` [H, W] over the image; and the `logit` of the whole image
 * @throws ArgumentError for a class that is not there, or a logit that is NaN; ShapeError for an image that does not fit
 * the model, or is smaller than the part
 */
export function occlusion(
  model: Module,
  image: Tensor,
  classIndex: number,
  options: { size?: Pair; stride?: Pair; value?: number } = {},
): Occlusion {
  const { size, stride, value } = readOptions('occlusion', options, { size: 5, stride: 1, value: 0 });
  const [height, width] = pair('occlusion', 'size', size, 1);
  const [down, across] = pair('occlusion', 'stride', stride, 1);
  checkNumber('occlusion', 'value', value);
  layerAt('occlusion', model, '');
  const whole = imageFor('occlusion', model, image);
  const [, channels, H, W] = whole.shape;
  const rows = windowsAlong(H, height, down, 0, 1);
  const columns = windowsAlong(W, width, across, 0, 1);
  if (rows < 1 || columns < 1) {
    throw new ShapeError('occlusion', `expected a size within the image of ${H}x${W}, got ${height}x${width}`);
  }
  const logits = (x: Tensor) =>
    noGrad(() => {
      const { array, length } = logitsOf('occlusion', model, x, classIndex).storage;
      const classes = length / x.shape[0];
      return array.filter((_, i) => i % classes === classIndex);
    });
  const cover = (copy: FloatArray, part: number) => {
    const top = Math.floor(part / columns) * down;
    const left = (part % columns) * across;
    for (let row = 0; row < channels * H; row++) {
      if (row % H >= top && row % H < top + height) copy.fill(value, row * W + left, row * W + left + width);
    }
  };
  return inEvaluation(model, () => {
    const logit = logits(whole)[0];
    const values = new Float64Array(rows * columns);
    for (const { first, x } of copies(whole, values.length, cover)) {
      logits(x).forEach((covered, n) => {
        values[first + n] = logit - covered;
      });
    }
    const map = new Float64Array(H * W);
    const covers = new Float64Array(H * W);
    values.forEach((fall, i) => {
      const corner = Math.floor(i / columns) * down * W + (i % columns) * across;
      for (let row = 0; row < height; row++) {
        for (let at = corner + row * W; at < corner + row * W + width; at++) {
          map[at] += (fall - map[at]) / ++covers[at];
        }
      }
    });
    return { shape: [rows, columns], values, logit, map };
  });
}
