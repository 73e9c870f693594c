import { spreadBias } from './convSparseForward';
import { multiply, PANEL } from './matmul';

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
    if (bias !== 0) spreadBias(bias, O, own, O, pixels);
    for (let c = 0; c < C; c += PANEL) {
      const image = x + (((n * C + c) * pixels) << 2);
      multiply(weight + c * stepC, image, own, panel, min(C - c, PANEL), pixels, stepO, stepC, 0, O, adds || bias + c !== 0);
    }
  }
}
