import type { Transform } from '../data/transform.js';
import { checkNumber, readOptions } from '../errors.js';
import { sizeOf } from '../shape.js';
import { imageShape, sizeOfTarget } from './images.js';

/**
 * Random horizontal flip: mirrors an image, or leaves it as it is; targets that are images with it. For things that look as good
 * in a mirror, such as clothes; not for letters.
 * @param options `probability`: that an image is mirrored, from 0 to 1; 0.5 unless given
 * @returns a transform for `DataLoader` and `fit`, which throws a ShapeError for a batch that is not [N, C, H, W]
 * @throws ArgumentError for a probability out of range
 */
export function flip(options: { probability?: number } = {}): Transform {
  const { probability } = readOptions('flip', options, { probability: 0.5 });
  checkNumber('flip', 'probability', probability, { least: 0, most: 1 });
  return (inputs, shape, generator, targets) => {
    const [n, c, h, w] = imageShape('flip', inputs, shape);
    const size = sizeOf([c, h, w]);
    const own = targets ? sizeOfTarget('flip', targets.shape, h, w) : 0;
    for (let i = 0; i < n; i++) {
      if (generator.uniform() >= probability) continue;
      mirror(inputs, i * size, size, w);
      if (targets) mirror(targets.values, i * own, own, w);
    }
  };
}

function mirror(images: Float32Array, start: number, size: number, width: number): void {
  for (let row = start; row < start + size; row += width) images.subarray(row, row + width).reverse();
}
