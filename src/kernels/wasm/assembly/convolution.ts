// Legend: N examples; C channels in; H, W height and width; O channels out; channels = C / groups; a tap is one weight
// of a filter for one channel.
//
// All three kernels see an example as an *arranged* image: padded, with the channels of a group innermost, so that the
// taps of one filter row, kernelW * channels of them, are neighbours in memory. Columns that a dilation joins are made
// neighbours too. Each output pixel then is one offset into the arranged image, whatever stride, padding and dilation,
// and `rowStep` leads from one filter row to the next.

/** The fields of ../convolution.ts, in its order: the sizes, then what follows from them. All lengths in bytes. */
// @ts-expect-error: decorator
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
  /** Rows of an arranged image, and columns for each of the dilationW remainders. */
  rows: i32;
  phase: i32;
  /** Of a row of the arranged image, and of one group of it. */
  rowBytes: i32;
  groupBytes: i32;
  /** From one filter row to the next in the arranged image. */
  rowStep: i32;
  /** kernelW * channels, and the bytes of such a row rounded up to whole vectors. */
  taps: i32;
  tapBytes: i32;
}

/** Where each output pixel's first tap stands in the arranged image, in bytes; four more entries follow the last. */
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

/** The bytes from a row of the arranged image to the place of column `column` of the padded image. */
// @ts-expect-error: decorator
@inline
function place(s: ConvSizes, column: i32, channelBytes: i32): i32 {
  return ((column % s.dilationW) * s.phase + column / s.dilationW) * channelBytes;
}

/** Arranges example x [C, H, W]; what lies outside the image is already zero in `to`. */
export function arrange(s: ConvSizes, x: usize, to: usize): void {
  const channels = s.C / s.groups;
  const step = channels << 2;
  const bottom = min(s.H, s.rows - s.padTop);
  const right = min(s.W, s.phase * s.dilationW - s.padLeft);
  for (let c = 0; c < s.C; c++) {
    const first = to + (c / channels) * s.groupBytes + ((c % channels) << 2);
    for (let i = 0; i < bottom; i++) {
      let from = x + (((c * s.H + i) * s.W) << 2);
      const row = first + (i + s.padTop) * s.rowBytes;
      if (s.dilationW === 1) {
        let at = row + s.padLeft * step;
        for (const end = from + (right << 2); from < end; from += 4, at += step) store<f32>(at, load<f32>(from));
      } else {
        for (let j = 0; j < right; j++, from += 4) store<f32>(row + place(s, j + s.padLeft, step), load<f32>(from));
      }
    }
  }
}

/** Adds an arranged image to dx [C, H, W], or overwrites what it covers of dx when `adds` is false. */
export function addArranged(s: ConvSizes, from: usize, dx: usize, adds: bool): void {
  const channels = s.C / s.groups;
  const step = channels << 2;
  const bottom = min(s.H, s.rows - s.padTop);
  const right = min(s.W, s.phase * s.dilationW - s.padLeft);
  for (let c = 0; c < s.C; c++) {
    const first = from + (c / channels) * s.groupBytes + ((c % channels) << 2);
    for (let i = 0; i < bottom; i++) {
      let to = dx + (((c * s.H + i) * s.W) << 2);
      const row = first + (i + s.padTop) * s.rowBytes;
      for (let j = 0; j < right; j++, to += 4) {
        const value = load<f32>(row + place(s, j + s.padLeft, step));
        store<f32>(to, adds ? load<f32>(to) + value : value);
      }
    }
  }
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
