import { spreadBias } from './convSparseForward';
import { matmul } from './matmul';

// Convolutions of 1x1 filters, stride 1 and no padding are matrix products, for each example:
//
//     y [O, pixels]  = weight [O, C] x [C, pixels]
//     dx [C, pixels] = weight' [C, O] dy [O, pixels]

/**
 * The examples [from, to) of y [O, pixels], which is overwritten, or added to. Neighbors in weight [O, C] are `stepO` and
 * `stepC` bytes apart. `panel` has the room that `matmul` needs.
 */
export function pointwise(
  x: usize, weight: usize, bias: usize, y: usize, adds: bool, C: i32, O: i32, pixels: i32, stepO: usize, stepC: usize,
  panel: usize, from: i32, to: i32,
): void {
  for (let n = from; n < to; n++) {
    const own = y + ((n * O * pixels) << 2);
    if (!adds) spreadBias(bias, O, own, O, pixels);
    matmul(weight, x + ((n * C * pixels) << 2), own, panel, C, C, pixels, stepO, stepC, 0, O);
  }
}
