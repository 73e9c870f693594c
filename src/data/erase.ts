import { checkNumber, checkOptions } from '../errors.js';
import { imageShape, type Range, range, type Transform } from './transform.js';

/**
 * Paints over a random rectangle of an image, in all channels, so that a network does not rely on one part alone.
 * @param options `probability` that an image is painted on, 0.5 unless given; `size`, the range from which the height
 * and the width are drawn, each by itself, as shares of the image's, [0.1, 0.4] unless given; `value`, what is painted,
 * 0 unless given
 * @throws ArgumentError for options out of range; ShapeError, when it is used, for a batch that is not [N, C, H, W]
 * @see Z. Zhong and others, "Random erasing data augmentation", 2017
 */
export function erase(options: { probability?: number; size?: Range; value?: number } = {}): Transform {
  checkOptions('erase', options, ['probability', 'size', 'value']);
  const probability = checkNumber('erase', 'probability', options.probability ?? 0.5, { least: 0, most: 1 });
  const size = range('erase', 'size', options.size ?? [0.1, 0.4], { least: 0, most: 1 });
  const value = checkNumber('erase', 'value', options.value ?? 0);
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
