import { packFour } from './convolution';
import { spread } from './convSparseForward';
import { columnsOf16, matmul, Mode } from './matmul';

// Convolutions of 1x1 filters, stride 1 and no padding are matrix products, for each example:
//
//     y [O, pixels]   = weight [O, C] x [C, pixels]
//     dx [C, pixels]  = weight' [C, O] dy [O, pixels]
//     dweight [O, C] += dy [O, pixels] x' [pixels, C]

/** How many pixels the gradient to the weights sums at once: as many as fit the first-level cache. */
const STRIP = 256;

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
    if (!adds) spread(bias, own, O, pixels);
    matmul(weight, x + ((n * C * pixels) << 2), own, panel, C, C, pixels, stepO, stepC, 0, O);
  }
}

/**
 * Sums the gradient to the weights over the examples [from, to), in their order, into `sums`: rows of `sixteens` of channels. O is
 * even and C a multiple of 4. `panels` is room for [sixteens, STRIP, 16] numbers.
 */
export function pointwiseGradient(
  x: usize, dy: usize, sums: usize, C: i32, O: i32, pixels: i32, panels: usize, from: i32, to: i32,
): void {
  const planeBytes = pixels << 2;
  const rowBytes = (C + 15 & ~15) << 2;
  memory.fill(sums, 0, O * rowBytes);
  memory.fill(panels, 0, rowBytes * STRIP);
  for (let n = from; n < to; n++) {
    for (let p = 0; p < pixels; p += STRIP) {
      const count = min(pixels - p, STRIP);
      for (let c = 0; c < C; c += 4) {
        const panel = panels + (c & ~15) * (STRIP << 2) + ((c & 15) << 2);
        packFour(x + (n * C + c) * planeBytes + (p << 2), planeBytes, panel, 64, count);
      }
      const own = dy + n * O * planeBytes + (p << 2);
      for (let at = 0; at < rowBytes; at += 64) {
        columnsOf16(own, panels + at * STRIP, sums + at, O, count, planeBytes, 4, 64, rowBytes, Mode.Adds);
      }
    }
  }
}
