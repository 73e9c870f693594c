import { checkNumber, checkOptions } from '../errors.js';
import { sizeOf } from '../shape.js';
import { imageShape, type Transform } from './transform.js';

/**
 * Swaps left and right in each image, in all channels, or leaves it as it is. For things that look as good in a mirror,
 * such as clothes; not for writing.
 * @param options `probability` that an image is swapped, 0.5 unless given
 * @throws ArgumentError for a probability out of range; ShapeError, when it is used, for a batch that is not [N, C, H, W]
 */
export function flip(options: { probability?: number } = {}): Transform {
  checkOptions('flip', options, ['probability']);
  const probability = checkNumber('flip', 'probability', options.probability ?? 0.5, { least: 0, most: 1 });
  return (inputs, shape, generator) => {
    const [n, c, h, w] = imageShape('flip', inputs, shape);
    const size = sizeOf([c, h, w]);
    for (let i = 0; i < n; i++) {
      if (generator.uniform() >= probability) continue;
      for (let row = i * size; row < (i + 1) * size; row += w) inputs.subarray(row, row + w).reverse();
    }
  };
}
