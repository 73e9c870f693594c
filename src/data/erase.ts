import { checkNumber, readOptions } from '../errors.js';
import { imageShape, type Range, range, type Transform } from './transform.js';

/** Options of `erase`. */
export interface EraseOptions {
  /** Probability that an image is changed, from 0 to 1. @default 0.5 */
  probability?: number;
  /** Range of the height and of the width, drawn independently, as fractions of the image's, from 0 to 1. @default [0.1, 0.4] */
  size?: Range;
  /** The value of the erased pixels. @default 0 */
  value?: number;
}

/**
 * Random erasing: overwrites a random rectangle of an image, in all channels, so that a network does not rely on one part.
 * Source: Zhong et al. 2017, https://arxiv.org/abs/1708.04896
 * @returns a transform for `DataLoader` and `fit`, which throws a ShapeError for a batch that is not [N, C, H, W]
 * @throws ArgumentError for options out of range
 */
export function erase(options: EraseOptions = {}): Transform {
  const defaults = { probability: 0.5, size: undefined, value: 0 };
  const { probability, size: sizes = [0.1, 0.4], value } = readOptions('erase', options, defaults);
  checkNumber('erase', 'probability', probability, { least: 0, most: 1 });
  const size = range('erase', 'size', sizes, { least: 0, most: 1 });
  checkNumber('erase', 'value', value);
  return (inputs, shape, generator) => {
    const [n, c, h, w] = imageShape('erase', inputs, shape);
    for (let i = 0; i < n; i++) {
      if (generator.uniform() >= probability) continue;
      const height = Math.round(h * generator.uniform(...size));
      const width = Math.round(w * generator.uniform(...size));
      const top = generator.integer(h - height + 1);
      const left = generator.integer(w - width + 1);
      for (let channel = i * c; channel < (i + 1) * c; channel++) {
        for (let y = top; y < top + height; y++) {
          const start = (channel * h + y) * w + left;
          inputs.fill(value, start, start + width);
        }
      }
    }
  };
}
