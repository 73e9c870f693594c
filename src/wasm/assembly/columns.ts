import { addFour } from './broadcast';
import { copyRow } from './convolution';
import { columnsOf16 } from './matmul';
import { high, highPairs, low, lowPairs } from './transpose';

// Convolutions of stride 1 as matrix products. What the taps of a filter see at an output pixel is a column ("im2col"), so that
//
//     y [filters, pixels]      = weight [filters, taps] columns [taps, pixels]
//     dweight [filters, taps] += dy [filters, pixels] columns' [pixels, taps]
//
// for each example, with taps = C * kernelH * kernelW in the order of the weights. A table says where a tap is in padded planes, in
// bytes, and then where the first of four pixels is, which are neighbors: an address is the sum of both. Of taps it has whole
// fours, the last one repeated.

/** The fields of ../columns.ts, in its order. All lengths in bytes. */
@unmanaged
class ColumnSizes {
  C: i32;
  H: i32;
  W: i32;
  /** An even number. */
  filters: i32;
  padTop: i32;
  padLeft: i32;
  /** A multiple of 16; and how many pixels' columns are made at once, which is one, too. */
  pixels: i32;
  strip: i32;
  taps: i32;
  /** Of a padded plane's row, and of all planes, or 0 where x itself serves. */
  rowBytes: i32;
  planeBytes: i32;
  imageBytes: i32;
}

/** How many pixels the gradient to the weights sums at once; and the bytes from one row of their columns to the next. */
const STRIP = 256;
const ROW: usize = 4 * STRIP + 64;

/** Pads the planes of an example; padding is zero in `image` already. Returns where the planes are. */
function padded(s: ColumnSizes, x: usize, image: usize): usize {
  if (s.imageBytes === 0) return x;
  for (let c = 0; c < s.C; c++) {
    let to = image + c * s.planeBytes + s.padTop * s.rowBytes + (s.padLeft << 2);
    for (let i = 0; i < s.H; i++, x += s.W << 2, to += s.rowBytes) copyRow(x, to, s.W);
  }
  return image;
}

/**
 * What the taps [taps, end) see at the pixels [pixel, last): as vectors of four pixels. Sixteen pixels are neighbors, and sixteens
 * `stepPanel` apart; taps are `stepTap` apart, and fours of them `stepFour`.
 */
function gather(
  image: usize, taps: usize, end: usize, pixel: usize, last: usize, to: usize, stepTap: usize, stepPanel: usize,
  stepFour: usize,
): void {
  for (; taps < end; taps += 16, to += stepFour) {
    const a = image + load<i32>(taps);
    const b = image + load<i32>(taps, 4);
    const c = image + load<i32>(taps, 8);
    const d = image + load<i32>(taps, 12);
    let at = to;
    for (let p = pixel; p < last; ) {
      const from = load<i32>(p);
      v128.store(at, v128.load(a + from));
      v128.store(at + stepTap, v128.load(b + from));
      v128.store(at + 2 * stepTap, v128.load(c + from));
      v128.store(at + 3 * stepTap, v128.load(d + from));
      p += 4;
      at += ((p - pixel) & 15) === 0 ? stepPanel - 48 : 16;
    }
  }
}

/**
 * The examples [from, to) of y, which is overwritten, or added to; there is no bias then. `room` is for padded planes and `strip`
 * pixels of columns, in panels [taps, 16].
 */
export function columns(
  s: ColumnSizes, x: usize, weight: usize, bias: usize, y: usize, adds: bool, table: usize, room: usize, from: i32,
  to: i32,
): void {
  const taps = s.taps + 3 & ~3;
  const pixels = table + (taps << 2);
  const panels = room + s.imageBytes;
  const panelBytes = <usize>((taps << 6) + 64);
  const outputBytes = s.pixels << 2;
  let panel = panels;
  memory.fill(room, 0, s.imageBytes);
  for (let n = from; n < to; n++) {
    const image = padded(s, x + ((n * s.C * s.H * s.W) << 2), room);
    for (let p = 0; p < s.pixels; p += 16, panel += panelBytes) {
      if (p % s.strip === 0) {
        panel = panels;
        gather(image, table, pixels, pixels + p, pixels + min(p + s.strip, s.pixels), panel, 64, panelBytes, 256);
      }
      const target = y + n * s.filters * outputBytes + (p << 2);
      for (let o = 0; bias !== 0 && o < s.filters; o++) {
        const shift = v128.load32_splat(bias + (o << 2));
        for (let i = 0; i < 64; i += 16) v128.store(target + o * outputBytes + i, shift);
      }
      columnsOf16(weight, panel, target, s.filters, s.taps, s.taps << 2, 4, 64, outputBytes, adds || bias !== 0);
    }
  }
}

/**
 * Sums the gradient to the weights over the examples [from, to), in their order, into `sums` [filters, taps], whole fours. `room`
 * is for padded planes and STRIP pixels of columns, [taps, STRIP].
 */
export function columnsGradient(
  s: ColumnSizes, x: usize, dy: usize, table: usize, room: usize, sums: usize, from: i32, to: i32,
): void {
  const taps = s.taps + 3 & ~3;
  const pixels = table + (taps << 2);
  const rows = room + s.imageBytes;
  const outputBytes = s.pixels << 2;
  memory.fill(room, 0, s.imageBytes);
  memory.fill(sums, 0, (s.filters * taps) << 2);
  for (let n = from; n < to; n++) {
    const image = padded(s, x + ((n * s.C * s.H * s.W) << 2), room);
    for (let p = 0; p < s.pixels; p += STRIP) {
      const count = min(s.pixels - p, STRIP);
      gather(image, table, pixels, pixels + p, pixels + p + count, rows, ROW, 64, 4 * ROW);
      for (let k = 0; k < taps; k += 4) {
        let plane = dy + n * s.filters * outputBytes + (p << 2);
        for (let o = 0; o < s.filters; o += 2, plane += outputBytes << 1) {
          const at = sums + ((o * taps + k) << 2);
          dots(plane, plane + outputBytes, rows + k * ROW, count << 2, at, at + (taps << 2));
        }
      }
    }
  }
}

/** Adds the sums of products of two filters' dy and four taps' columns. */
@inline
function dots(dy: usize, dy1: usize, x: usize, bytes: i32, to: usize, to1: usize): void {
  let a0 = f32x4.splat(0);
  let a1 = a0;
  let a2 = a0;
  let a3 = a0;
  let b0 = a0;
  let b1 = a0;
  let b2 = a0;
  let b3 = a0;
  for (const end = x + bytes; x < end; x += 16, dy += 16, dy1 += 16) {
    const a = v128.load(dy);
    const b = v128.load(dy1);
    const x0 = v128.load(x);
    a0 = f32x4.add(a0, f32x4.mul(a, x0));
    b0 = f32x4.add(b0, f32x4.mul(b, x0));
    const x1 = v128.load(x, ROW);
    a1 = f32x4.add(a1, f32x4.mul(a, x1));
    b1 = f32x4.add(b1, f32x4.mul(b, x1));
    const x2 = v128.load(x, 2 * ROW);
    a2 = f32x4.add(a2, f32x4.mul(a, x2));
    b2 = f32x4.add(b2, f32x4.mul(b, x2));
    const x3 = v128.load(x, 3 * ROW);
    a3 = f32x4.add(a3, f32x4.mul(a, x3));
    b3 = f32x4.add(b3, f32x4.mul(b, x3));
  }
  addFour(to, sumsOf(a0, a1, a2, a3), false);
  addFour(to1, sumsOf(b0, b1, b2, b3), false);
}

/** The sum of each of four vectors. */
function sumsOf(a: v128, b: v128, c: v128, d: v128): v128 {
  const first = f32x4.add(low(a, b), high(a, b));
  const second = f32x4.add(low(c, d), high(c, d));
  return f32x4.add(lowPairs(first, second), highPairs(first, second));
}
