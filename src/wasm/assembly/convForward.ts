import { clear, ConvSizes, packImage, place, unpack } from './convolution';
import { columnsOf16, columnsOf8, denseOf16, Mode } from './matmul';

// Forward: a row of y is the sum, over the rows of the filters, of matrix products: of the pixels' inputs that a filter row sees
// [pixels, taps], which overlap in the packed image, and its weights [taps, filters]. So any stride, dilation and width runs at
// full speed. Sums of more than LONG taps are taken in parts of at most PART taps.
const LONG = 768;
const PART = 512;

/** The filters of a group fall into blocks of 16; where 8 or fewer are left, into one of 8. */
@inline
function widthOf(filters: i32, first: i32): i32 {
  return filters - first > 8 ? 16 : 8;
}

/**
 * Copies weights into blocks of 16 or 8 filters: the biases, then the weights [kernelH, kernelW * channels, 16 or 8]. Where
 * they are `turned`, from those of the convolution whose gradient to the input this is: [channels, filters], taps backwards.
 */
export function packBlocks(s: ConvSizes, weight: usize, bias: usize, to: usize, turned: bool): void {
  const channels = s.C / s.groups;
  const filters = s.O / s.groups;
  const taps = (s.kernelH * s.kernelW) << 2;
  const step = turned ? -4 : 4;
  if (turned) weight += taps - 4;
  for (let g = 0; g < s.groups; g++) {
    for (let first = 0; first < filters; ) {
      const width = widthOf(filters, first);
      const count = min(filters - first, width);
      const tap = width << 2;
      const bytes = (s.kernelH * s.taps + 1) * tap;
      if (count < width) memory.fill(to, 0, bytes);
      for (let lane = 0; lane < count; lane++) {
        const o = g * filters + first + lane;
        store<f32>(to + (lane << 2), bias ? load<f32>(bias + (o << 2)) : 0);
        for (let c = 0; c < channels; c++) {
          let from = weight + (turned ? (g * channels + c) * filters + first + lane : o * channels + c) * taps;
          for (let ky = 0; ky < s.kernelH; ky++) {
            let at = to + (lane << 2) + (1 + ky * s.taps + c) * tap;
            for (let kx = 0; kx < s.kernelW; kx++, from += step, at += channels * tap) store<f32>(at, load<f32>(from));
          }
        }
      }
      to += bytes;
      first += width;
    }
  }
}

/** Examples [from, to) of y, which is overwritten, or added to. `packed` has the weights; `room` is for sums of some rows and an image. */
export function conv2d(
  s: ConvSizes, x: usize, y: usize, adds: bool, packed: usize, room: usize, from: i32, to: i32,
): void {
  const image = room + s.sumBytes;
  const planeBytes = (s.outH * s.outW) << 2;
  const filters = s.O / s.groups;
  const long = s.kernelH * s.taps > LONG;
  clear(s, image);
  for (let n = from; n < to; n++) {
    packImage(s, x + ((n * s.C * s.H * s.W) << 2), image);
    let weights = packed;
    for (let g = 0; g < s.groups; g++) {
      for (let first = 0; first < filters; ) {
        const width = widthOf(filters, first);
        const count = min(filters - first, width);
        let source = image + g * s.groupBytes;
        let target = y + (n * s.O + g * filters + first) * planeBytes;
        for (let i = 0; i < s.outH; i += s.together) {
          const rows = min(s.outH - i, s.together);
          for (let r = 0; r < rows; r++, source += s.strideH * s.rowBytes) {
            const sums = room + r * s.outW * (width << 2);
            rowOf(width, s, source, weights, sums, long);
          }
          unpack(room, width << 2, target, planeBytes, count, rows * s.outW, adds);
          target += (rows * s.outW) << 2;
        }
        weights += ((s.kernelH * s.taps + 1) * width) << 2;
        first += width;
      }
    }
  }
}

/** A row of pixels of 16 or 8 filters, and at most three more pixels of each kind, which the next row overwrites. */
function rowOf(width: i32, s: ConvSizes, source: usize, weights: usize, sums: usize, long: bool): void {
  const bytes = width << 2;
  const channelBytes = (s.C / s.groups) << 2;
  const rows = long ? 1 : s.kernelH;
  const part = long ? PART : s.taps;
  // Of each `every` pixels the first ones are equally far apart in the image, the second ones, and so on.
  for (let r = min(s.every, s.outW) - 1; r >= 0; r--) {
    const pixels = (s.outW - r + s.every - 1) / s.every;
    const a = source + place(s, r * s.strideW, channelBytes);
    const b = weights + bytes;
    for (let ky = 0; ky < s.kernelH; ky += rows) {
      for (let k = 0; k < s.taps; k += part) {
        const from = a + ky * s.rowStep + (k << 2);
        const panel = b + (ky * s.taps + k) * bytes;
        const to = sums + r * bytes;
        const taps = min(s.taps - k, part);
        const skip = s.rowStep - (taps << 2);
        const stepY = s.every * bytes;
        // The first part begins with the biases, which stand before the weights.
        const begins = ky + k === 0;
        if (width === 16) {
          if (begins) denseOf16(from, panel, to, pixels, taps, s.pixelStep, stepY, rows, skip);
          else columnsOf16(from, panel, to, pixels, taps, s.pixelStep, 4, 64, stepY, true);
        } else {
          const mode = begins ? Mode.Begins : Mode.Adds;
          columnsOf8(from, panel, to, pixels, taps, s.pixelStep, 4, 32, stepY, mode, rows, skip);
        }
      }
    }
  }
}
