import { zeros } from '../../autograd/create.js';
import { noGrad } from '../../autograd/graph.js';
import type { Tensor } from '../../autograd/tensor.js';
import { checkNumber, checkOptions, ShapeError } from '../../errors.js';
import { inEvaluation, type Module } from '../../nn/module.js';
import { type Pair, pair, windowsAlong } from '../../shape.js';
import type { Values } from '../values.js';
import { imageFor, layerAt, logitsOf } from './layer.js';

export interface Occlusion extends Values {
  /** Of the whole image. */
  logit: number;
  /** [H, W], for `overlay`: for each pixel the mean of `values` over the parts that cover it, 0 where none does. */
  map: Float64Array;
}

/** How many covered images go through the model at once. */
const BATCH = 64;

/**
 * How much a class's logit falls when a part of the image is covered (Zeiler and Fergus 2013, "Visualizing and
 * understanding convolutional networks"): positive where what is covered speaks for the class.
 * @param image [C, H, W] or [1, C, H, W]
 * @param classIndex which of the logits [1, classes]
 * @param options `size` of the part, in pixels, for all channels (5 unless given); `stride` from one part to the next (1
 * unless given); `value` that covers it (0 unless given)
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
  checkOptions('occlusion', options, ['size', 'stride', 'value']);
  const [height, width] = pair('occlusion', 'size', options.size ?? 5, 1);
  const [down, across] = pair('occlusion', 'stride', options.stride ?? 1, 1);
  const value = checkNumber('occlusion', 'value', options.value ?? 0);
  layerAt('occlusion', model, '');
  const whole = imageFor('occlusion', model, image);
  const [, channels, H, W] = whole.shape;
  const rows = windowsAlong(H, height, down, 0, 1);
  const columns = windowsAlong(W, width, across, 0, 1);
  if (rows < 1 || columns < 1) {
    throw new ShapeError('occlusion', `expected a size within the image of ${H}x${W}, got ${height}x${width}`);
  }
  const pixels = whole.storage.array;
  const logits = (x: Tensor) =>
    noGrad(() => {
      const { array, length } = logitsOf('occlusion', model, x, classIndex).storage;
      const classes = length / x.shape[0];
      return array.filter((_, i) => i % classes === classIndex);
    });
  return inEvaluation(model, () => {
    const logit = logits(whole)[0];
    const values = new Float64Array(rows * columns);
    for (let first = 0; first < values.length; first += BATCH) {
      const count = Math.min(BATCH, values.length - first);
      const x = zeros([count, channels, H, W], { dtype: whole.dtype });
      for (let n = 0; n < count; n++) {
        const copy = x.storage.array.subarray(n * pixels.length, (n + 1) * pixels.length);
        copy.set(pixels);
        const top = Math.floor((first + n) / columns) * down;
        const left = ((first + n) % columns) * across;
        for (let row = 0; row < channels * H; row++) {
          if (row % H < top || row % H >= top + height) continue;
          copy.fill(value, row * W + left, row * W + left + width);
        }
      }
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
