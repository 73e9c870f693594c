import { high, highPairs, low, lowPairs } from './transpose';

// Legend: N examples; C channels in; H, W height and width; O channels out; channels = C / groups; a tap is one weight
// of a filter for one channel.
//
// All three kernels see an example as an *packed* image (NHWC): padded, with the channels of a group innermost, so that the
// taps of one filter row, kernelW * channels of them, are neighbors in memory. Columns that a dilation joins are made
// neighbors too. Each output pixel then is one offset into the packed image, whatever stride, padding and dilation,
// and `rowStep` leads from one filter row to the next.

/** The fields of ../convolution.ts, in its order: the sizes, then what follows from them. All lengths in bytes. */
@unmanaged
export class ConvSizes {
  N: i32;
  C: i32;
  H: i32;
  W: i32;
  O: i32;
  groups: i32;
  kernelH: i32;
  kernelW: i32;
  strideH: i32;
  strideW: i32;
  dilationH: i32;
  dilationW: i32;
  padTop: i32;
  padLeft: i32;
  outH: i32;
  outW: i32;
  /** Rows of a packed image, and columns for each of the dilationW remainders. */
  rows: i32;
  phase: i32;
  /** Of a row of the packed image, and of one group of it. */
  rowBytes: i32;
  groupBytes: i32;
  /** From one filter row to the next in the packed image. */
  rowStep: i32;
  /** kernelW * channels, and the bytes of such a row rounded up to whole vectors. */
  taps: i32;
  tapBytes: i32;
  /** How many output pixels' inputs fit the first-level cache together. */
  strip: i32;
  /** Pixels of a row that are `every` apart are `pixelStep` apart in the packed image, wherever they begin. */
  every: i32;
  pixelStep: i32;
  /** How many rows of y are computed together, and the bytes of such rows of 16 filters. */
  together: i32;
  sumBytes: i32;
}

/** Where each output pixel's first tap stands in the packed image, in bytes; four more entries follow the last. */
export function offsets(s: ConvSizes, table: usize): void {
  const channelBytes = (s.C / s.groups) << 2;
  let last = 0;
  for (let i = 0; i < s.outH; i++) {
    for (let j = 0; j < s.outW; j++, table += 4) {
      const column = j * s.strideW;
      const slot = (column % s.dilationW) * s.phase + column / s.dilationW;
      last = i * s.strideH * s.rowBytes + slot * channelBytes;
      store<i32>(table, last);
    }
  }
  for (let i = 0; i < 4; i++) store<i32>(table + (i << 2), last);
}

/** The bytes from a row of the packed image to the place of column `column` of the padded image. */
export function place(s: ConvSizes, column: i32, channelBytes: i32): i32 {
  return ((column % s.dilationW) * s.phase + column / s.dilationW) * channelBytes;
}

/** A packed image of zeros; and beyond it, because the last filter row may be read one vector too far. */
export function clear(s: ConvSizes, image: usize): void {
  memory.fill(image, 0, s.groups * s.groupBytes + 16);
}

/** Packs example x [C, H, W]; what lies outside the image is already zero in `to`. */
export function packImage(s: ConvSizes, x: usize, to: usize): void {
  const channels = s.C / s.groups;
  const step = channels << 2;
  const bottom = min(s.H, s.rows - s.padTop);
  const right = min(s.W, s.phase * s.dilationW - s.padLeft);
  const planeBytes = (s.H * s.W) << 2;
  for (let g = 0; g < s.groups; g++, x += channels * planeBytes, to += s.groupBytes) {
    for (let i = 0; i < bottom; i++) {
      const from = x + ((i * s.W) << 2);
      const row = to + (i + s.padTop) * s.rowBytes;
      if (s.dilationW > 1) {
        for (let c = 0; c < channels; c++) {
          for (let j = 0; j < right; j++) {
            store<f32>(row + place(s, j + s.padLeft, step) + (c << 2), load<f32>(from + c * planeBytes + (j << 2)));
          }
        }
      } else if (channels === 1) copyRow(from, row + (s.padLeft << 2), right);
      else pack(from, planeBytes, row + s.padLeft * step, step, channels, right);
    }
  }
}

function copyRow(from: usize, to: usize, count: i32): void {
  for (; count >= 4; count -= 4, from += 16, to += 16) v128.store(to, v128.load(from));
  for (; count > 0; count--, from += 4, to += 4) store<f32>(to, load<f32>(from));
}

/** A row of planes, `planeBytes` apart, to pixels, `step` apart. */
export function pack(from: usize, planeBytes: usize, to: usize, step: usize, channels: i32, count: i32): void {
  for (; channels >= 4; channels -= 4, from += 4 * planeBytes, to += 16) packFour(from, planeBytes, to, step, count);
  for (; channels > 0; channels--, from += planeBytes, to += 4) {
    for (let j = 0; j < count; j++) store<f32>(to + j * step, load<f32>(from + (j << 2)));
  }
}

/** A row of four planes, `planeBytes` apart, to pixels of four channels, `step` apart. */
export function packFour(from: usize, planeBytes: usize, to: usize, step: usize, count: i32): void {
  const from1 = from + planeBytes;
  const from2 = from1 + planeBytes;
  const from3 = from2 + planeBytes;
  let at: usize = 0;
  for (; count >= 4; count -= 4, at += 16, to += 4 * step) {
    const a = v128.load(from + at);
    const b = v128.load(from1 + at);
    const c = v128.load(from2 + at);
    const d = v128.load(from3 + at);
    v128.store(to, lowPairs(low(a, b), low(c, d)));
    v128.store(to + step, highPairs(low(a, b), low(c, d)));
    v128.store(to + 2 * step, lowPairs(high(a, b), high(c, d)));
    v128.store(to + 3 * step, highPairs(high(a, b), high(c, d)));
  }
  for (; count > 0; count--, at += 4, to += step) {
    store<f32>(to, load<f32>(from + at));
    store<f32>(to, load<f32>(from1 + at), 4);
    store<f32>(to, load<f32>(from2 + at), 8);
    store<f32>(to, load<f32>(from3 + at), 12);
  }
}

/** Adds a packed image to dx [C, H, W], or overwrites what it covers of dx when `adds` is false. */
@inline
export function unpackImage(s: ConvSizes, from: usize, dx: usize, adds: bool): void {
  const channels = s.C / s.groups;
  const step = channels << 2;
  const bottom = min(s.H, s.rows - s.padTop);
  const right = min(s.W, s.phase * s.dilationW - s.padLeft);
  const planeBytes = (s.H * s.W) << 2;
  for (let g = 0; g < s.groups; g++, from += s.groupBytes, dx += channels * planeBytes) {
    for (let i = 0; i < bottom; i++) {
      const to = dx + ((i * s.W) << 2);
      const row = from + (i + s.padTop) * s.rowBytes;
      if (s.dilationW > 1) {
        for (let c = 0; c < channels; c++) {
          for (let j = 0; j < right; j++) {
            put(to + c * planeBytes + (j << 2), load<f32>(row + place(s, j + s.padLeft, step) + (c << 2)), adds);
          }
        }
      } else unpack(row + s.padLeft * step, step, to, planeBytes, channels, right, adds);
    }
  }
}

/** The other way round than `pack`, plus a bias for each plane unless `bias` is 0; added when `adds` is set. */
export function unpack(
  from: usize, step: usize, to: usize, planeBytes: usize, channels: i32, count: i32, adds: bool, bias: usize = 0,
): void {
  for (; channels > 0; channels -= 4, from += 16, to += 4 * planeBytes) {
    const shift = bias ? v128.load(bias) : f32x4.splat(0);
    if (bias !== 0) bias += 16;
    unpackFour(from, step, to, planeBytes, count, adds, shift, min(channels, 4));
  }
}

/** Four planes or less, of pixels to whose numbers `shift` is added. */
function unpackFour(
  from: usize, step: usize, to: usize, planeBytes: usize, count: i32, adds: bool, shift: v128, planes: i32,
): void {
  const to1 = to + planeBytes;
  const to2 = to1 + planeBytes;
  const to3 = to2 + planeBytes;
  let at: usize = 0;
  for (; count >= 4 && planes === 4; count -= 4, at += 16, from += 4 * step) {
    const a = f32x4.add(v128.load(from), shift);
    const b = f32x4.add(v128.load(from + step), shift);
    const c = f32x4.add(v128.load(from + 2 * step), shift);
    const d = f32x4.add(v128.load(from + 3 * step), shift);
    put4(to + at, lowPairs(low(a, b), low(c, d)), adds);
    put4(to1 + at, highPairs(low(a, b), low(c, d)), adds);
    put4(to2 + at, lowPairs(high(a, b), high(c, d)), adds);
    put4(to3 + at, highPairs(high(a, b), high(c, d)), adds);
  }
  for (; count > 0; count--, at += 4, from += step) {
    const a = f32x4.add(v128.load(from), shift);
    put(to + at, f32x4.extract_lane(a, 0), adds);
    if (planes > 1) put(to1 + at, f32x4.extract_lane(a, 1), adds);
    if (planes > 2) put(to2 + at, f32x4.extract_lane(a, 2), adds);
    if (planes > 3) put(to3 + at, f32x4.extract_lane(a, 3), adds);
  }
}

@inline
function put4(to: usize, value: v128, adds: bool): void {
  v128.store(to, adds ? f32x4.add(v128.load(to), value) : value);
}

@inline
function put(to: usize, value: f32, adds: bool): void {
  store<f32>(to, adds ? load<f32>(to) + value : value);
}

/** Copies weights [O, channels, kernelH, kernelW] into filter rows [O, kernelH, kernelW * channels], zeros to whole vectors. */
export function packRows(s: ConvSizes, weight: usize, to: usize): void {
  const channels = s.C / s.groups;
  memory.fill(to, 0, s.O * s.kernelH * s.tapBytes);
  for (let o = 0; o < s.O; o++) {
    for (let c = 0; c < channels; c++) {
      for (let ky = 0; ky < s.kernelH; ky++) {
        let at = to + (o * s.kernelH + ky) * s.tapBytes + (c << 2);
        for (let kx = 0; kx < s.kernelW; kx++, weight += 4, at += channels << 2) store<f32>(at, load<f32>(weight));
      }
    }
  }
}

/** Adds filter rows, packed as above, of the filters [from, to) to dweight. */
export function addRows(s: ConvSizes, rows: usize, dweight: usize, from: i32, to: i32): void {
  const channels = s.C / s.groups;
  dweight += from * s.kernelH * (s.taps << 2);
  for (let o = from; o < to; o++) {
    for (let c = 0; c < channels; c++) {
      for (let ky = 0; ky < s.kernelH; ky++) {
        let at = rows + (o * s.kernelH + ky) * s.tapBytes + (c << 2);
        for (let kx = 0; kx < s.kernelW; kx++, dweight += 4, at += channels << 2) {
          store<f32>(dweight, load<f32>(dweight) + load<f32>(at));
        }
      }
    }
  }
}
