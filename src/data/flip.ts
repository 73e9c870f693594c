import { checkNumber, readOptions } from '../errors.js';
import { sizeOf } from '../shape.js';
import { imageShape, type Transform } from './transform.js';

/**
 * Random horizontal flip: mirrors an image, or leaves it as it is. For things that look as good in a mirror, such as
 * clothes; not for letters.
 * @param options `probability`: that an image is mirrored, from 0 to 1; 0.5 unless given
 * @returns a transform for `DataLoader` and `fit`, which throws a ShapeError for a batch that is not [N, C, H, W]
 * @throws ArgumentError for a probability out of range
 */
export function flip(options: { probability?: number } = {}): Transform {
  const { probability } = readOptions('flip', options, { probability: 0.5 });
  checkNumber('flip', 'probability', probability, { least: 0, most: 1 });
  return (inputs, shape, generator) => {
    const [n, c, h, w] = imageShape('flip', inputs, shape);
    const size = sizeOf([c, h, w]);
    for (let i = 0; i < n; i++) {
      if (generator.uniform() >= probability) continue;
      for (let row = i * size; row < (i + 1) * size; row += w) inputs.subarray(row, row + w).reverse();
    }
  };
}
