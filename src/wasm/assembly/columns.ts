import { addFour } from './broadcast';
import { copyRow } from './convolution';
import { columnsOf16 } from './matmul';
import { high, highPairs, low, lowPairs } from './transpose';

// Convolutions as matrix products. What the taps of a filter see at an output pixel is a column ("im2col"), so that
//
//     y [filters, pixels]      = weight [filters, taps] columns [taps, pixels]
//     dweight [filters, taps] += dy [filters, pixels] columns' [pixels, taps]
//
// for each example and group, with taps = C / groups * kernelH * kernelW in the order of the weights. Two tables say where a tap
// and where a pixel is in padded planes, in bytes: an address is the sum of both. They have whole fours of taps and whole
// sixteens of pixels, the last one repeated; the first pixel of four tells in its lowest bits whether these are neighbors (1), two
// apart (2), or neither (0).

/** The fields of ../columns.ts, in its order. All lengths in bytes. */
@unmanaged
class ColumnSizes {
  /** Of a group. */
  channels: i32;
  filters: i32;
  groups: i32;
  H: i32;
  W: i32;
  padTop: i32;
  padLeft: i32;
  pixels: i32;
  taps: i32;
  /** Of a padded plane's row, of the plane, and of those of a group; the last is 0 where x itself serves. */
  rowBytes: i32;
  planeBytes: i32;
  imageBytes: i32;
  /** How many pixels' columns are made at once: a multiple of 16. */
  strip: i32;
}

/** How many products are summed at once: a panel of so many rows fits a usual first-level cache. */
const PART = 512;
/** How many pixels the gradient to the weights sums at once; and the bytes from one row of their columns to the next. */
const STRIP = 256;
const ROW: usize = 4 * STRIP + 64;

/** Pads the planes of a group of an example; padding is zero in `image` already. Returns where the planes are. */
function padded(s: ColumnSizes, x: usize, image: usize): usize {
  if (s.imageBytes === 0) return x;
  for (let c = 0; c < s.channels; c++) {
    let to = image + c * s.planeBytes + s.padTop * s.rowBytes + (s.padLeft << 2);
    for (let i = 0; i < s.H; i++, x += s.W << 2, to += s.rowBytes) copyRow(x, to, s.W);
  }
  return image;
}

/** Four pixels anywhere. */
function fourAt(from: usize, pixel: usize): v128 {
  let four = v128.load32_splat(from + load<i32>(pixel));
  four = v128.load_lane<f32>(from + load<i32>(pixel, 4), four, 1);
  four = v128.load_lane<f32>(from + load<i32>(pixel, 8), four, 2);
  return v128.load_lane<f32>(from + load<i32>(pixel, 12), four, 3);
}

@inline
function everySecond(from: usize): v128 {
  return i32x4.shuffle(v128.load(from), v128.load(from, 12), 0, 2, 5, 7);
}

/**
 * What the taps [taps, end) see at the pixels [pixel, last): as vectors of four pixels. Sixteen pixels are neighbors, and sixteens
 * `stepPanel` apart; taps are `stepTap` apart, but fours of them `stepFour`.
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
    for (let p = pixel; p < last; at += ((p - pixel) & 48) === 48 ? stepPanel - 48 : 16, p += 16) {
      const first = load<i32>(p);
      const from = first & ~3;
      if (first & 1) {
        v128.store(at, v128.load(a + from));
        v128.store(at + stepTap, v128.load(b + from));
        v128.store(at + 2 * stepTap, v128.load(c + from));
        v128.store(at + 3 * stepTap, v128.load(d + from));
      } else if (first & 2) {
        v128.store(at, everySecond(a + from));
        v128.store(at + stepTap, everySecond(b + from));
        v128.store(at + 2 * stepTap, everySecond(c + from));
        v128.store(at + 3 * stepTap, everySecond(d + from));
      } else {
        v128.store(at, fourAt(a, p));
        v128.store(at + stepTap, fourAt(b, p));
        v128.store(at + 2 * stepTap, fourAt(c, p));
        v128.store(at + 3 * stepTap, fourAt(d, p));
      }
    }
  }
}

/** The product of rows [rows, K], in pairs, and a panel [K, 16]. */
function multiply(rows: usize, panel: usize, to: usize, count: i32, K: i32, stepTo: usize, adds: bool): void {
  for (let k = 0; k < K; k += PART) {
    columnsOf16(rows + (k << 2), panel + (k << 6), to, count, min(K - k, PART), K << 2, 4, 64, stepTo, adds || k > 0);
  }
}

/**
 * The examples [from, to) of y, which is overwritten, or added to. `weight` has pairs of filters. `room` is for padded planes, a
 * panel [taps, 16] and a tile [filters, 16].
 */
export function columns(
  s: ColumnSizes, x: usize, weight: usize, bias: usize, y: usize, adds: bool, table: usize, room: usize, from: i32,
  to: i32,
): void {
  const taps = s.taps + 3 & ~3;
  const pixels = table + (taps << 2);
  const panel = room + s.imageBytes;
  const panelBytes = <usize>((taps << 6) + 64);
  const tile = panel + (s.strip >> 4) * panelBytes;
  let at = panel;
  const rows = s.filters + 1 & ~1;
  const exampleBytes = (s.channels * s.H * s.W) << 2;
  const outputBytes = s.pixels << 2;
  memory.fill(room, 0, s.imageBytes);
  for (let i = from * s.groups; i < to * s.groups; i++) {
    const image = padded(s, x + i * exampleBytes, room);
    const g = i % s.groups;
    const own = weight + g * rows * (s.taps << 2);
    for (let p = 0; p < s.pixels; p += 16) {
      if (p % s.strip === 0) {
        at = panel;
        const pixel = pixels + (p << 2);
        gather(image, table, pixels, pixel, pixel + ((min(s.pixels - p, s.strip) + 15 & ~15) << 2), panel, 64, panelBytes, 256);
      }
      const target = y + i * s.filters * outputBytes + (p << 2);
      const count = min(s.pixels - p, 16);
      if (count === 16 && rows === s.filters && bias === 0) {
        multiply(own, at, target, rows, s.taps, outputBytes, adds);
        at += panelBytes;
        continue;
      }
      multiply(own, at, tile, rows, s.taps, 64, false);
      for (let o = 0; o < s.filters; o++) {
        put(tile + (o << 6), target + o * outputBytes, count, bias && bias + ((g * s.filters + o) << 2), adds);
      }
      at += panelBytes;
    }
  }
}

/** Writes `count` numbers, plus the bias at an address unless that is 0. */
function put(from: usize, to: usize, count: i32, bias: usize, adds: bool): void {
  const shift: f32 = bias ? load<f32>(bias) : 0;
  for (; count >= 4; count -= 4, from += 16, to += 16) {
    const value = f32x4.add(v128.load(from), f32x4.splat(shift));
    v128.store(to, adds ? f32x4.add(v128.load(to), value) : value);
  }
  for (; count > 0; count--, from += 4, to += 4) {
    const value = load<f32>(from) + shift;
    store<f32>(to, adds ? load<f32>(to) + value : value);
  }
}

/**
 * Sums the gradient to the weights over the examples [from, to), in their order, into `sums` [groups, filters, taps], whole pairs
 * and fours, for a multiple of four pixels. `room` is for padded planes and STRIP pixels of columns.
 */
export function columnsGradient(
  s: ColumnSizes, x: usize, dy: usize, table: usize, room: usize, sums: usize, from: i32, to: i32,
): void {
  const taps = s.taps + 3 & ~3;
  const pixels = table + (taps << 2);
  const rows = room + s.imageBytes;
  const exampleBytes = (s.channels * s.H * s.W) << 2;
  const outputBytes = s.pixels << 2;
  const groupBytes = ((s.filters + 1 & ~1) * taps) << 2;
  memory.fill(room, 0, s.imageBytes);
  memory.fill(sums, 0, s.groups * groupBytes);
  for (let i = from * s.groups; i < to * s.groups; i++) {
    const image = padded(s, x + i * exampleBytes, room);
    const own = sums + (i % s.groups) * groupBytes;
    for (let p = 0; p < s.pixels; p += STRIP) {
      const count = min(s.pixels - p, STRIP) << 2;
      const pixel = pixels + (p << 2);
      gather(image, table, pixels, pixel, pixel + count, rows, ROW, 64, 4 * ROW);
      const planes = dy + i * s.filters * outputBytes + (p << 2);
      for (let k = 0; k < taps; k += 4) {
        let plane = planes;
        let to = own + (k << 2);
        for (let o = 0; o < s.filters; o += 2, plane += outputBytes << 1, to += taps << 3) {
          // An odd last filter comes twice.
          const second = o + 1 < s.filters ? outputBytes : 0;
          dots(plane, second, rows + k * ROW, count, to, to + (taps << 2));
        }
      }
    }
  }
}

/** Two filters by four taps. */
@inline
function dots(dy: usize, stepY: usize, x: usize, bytes: i32, to: usize, to1: usize): void {
  let a0 = f32x4.splat(0);
  let a1 = a0;
  let a2 = a0;
  let a3 = a0;
  let b0 = a0;
  let b1 = a0;
  let b2 = a0;
  let b3 = a0;
  let dy1 = dy + stepY;
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
