import { pack, unpack } from './convolution';
import { Mode, productOf } from './matmul';
import {
  transformGradient, transformInput, transformOutput, transformSum, transformWeight,
} from './winogradTransforms';

// Convolutions of 3x3 filters by Winograd's F(4x4, 3x3): winogradTransforms.ts has the formulas.
//
// Legend: a tile is 4x4 outputs, or the 6x6 inputs that they need; its 36 products are its places. Vectors hold channels.
//     image [4 rows + 2, 4 columns + 2, C]: an example, padded    V [36, tiles, C]: the tiles of x, transformed
//     U [36, O / 8, C, 8]: the weights, transformed               M [36, tiles, O]: products; or the tiles of dy, transformed
// with C rounded up to 4 and O to 8, and 64 bytes between places, which else would fall on the same lines of the cache.

/** Half of a usual first-level cache, in bytes. */
const CACHE = 16384;

/** The fields of ../winograd.ts, in its order. All lengths in bytes. */
@unmanaged
export class WinogradSizes {
  C: i32;
  H: i32;
  W: i32;
  O: i32;
  padTop: i32;
  padLeft: i32;
  outH: i32;
  outW: i32;
  /** Tiles down and along an image, and rows of tiles that are computed together. */
  rows: i32;
  columns: i32;
  band: i32;
  /** Of the channels of a pixel: of x, and of y. */
  pixel: i32;
  result: i32;
  /** From one place to the next: in U, V and M, and in the sums of the gradient to the weights. */
  placeU: i32;
  placeV: i32;
  placeM: i32;
  placeSum: i32;
  imageBytes: i32;
  outputBytes: i32;
  stripBytes: i32;
}

/**
 * Transforms the weights of the filters [from, to), in vectors, into U. Filters and channels are `filterStep` and
 * `channelStep` apart. `turned`: by 180 degrees. `room` is for 27 vectors.
 */
export function winogradWeights(
  s: WinogradSizes, weight: usize, U: usize, filterStep: i32, channelStep: i32, turned: bool, room: usize, from: i32,
  to: i32,
): void {
  const columns = room + 9 * 16;
  for (let v = from; v < to; v++) {
    const lanes = min(s.O - 4 * v, 4);
    // Of 16 filters, or of the last 8.
    const width = (v & ~3) + 4 <= s.result >> 4 ? 64 : 32;
    const panel = U + (v & ~3) * (s.C << 4) + ((v & 3) << 4);
    for (let c = 0; c < s.C; c++) {
      const own = weight + 4 * v * filterStep + c * channelStep;
      for (let tap = 0; tap < 9; tap++) {
        const at = own + ((turned ? 8 - tap : tap) << 2);
        for (let lane = 0; lane < 4; lane++) {
          store<f32>(room + (tap << 4) + (lane << 2), lane < lanes ? load<f32>(at + lane * filterStep) : 0);
        }
      }
      transformWeight(room, 48, columns, 48, 48, 1, 0, 0);
      transformWeight(columns, 16, panel + c * width, s.placeU, 16, 6, 32, 6 * s.placeU - 16);
    }
  }
}

/** Packs planes [channels, H, W] into pixels of `pixel` bytes in rows of `rowBytes`. */
function packPlanes(x: usize, channels: i32, H: i32, W: i32, to: usize, pixel: i32, rowBytes: i32): void {
  for (let i = 0; i < H; i++, x += W << 2, to += rowBytes) pack(x, (H * W) << 2, to, pixel, channels, W);
}

/** Packs as much of an example as its tiles use; padding is zero in `image` already. */
function packExample(s: WinogradSizes, x: usize, n: i32, image: usize): void {
  const rowBytes = (4 * s.columns + 2) * s.pixel;
  packPlanes(x + ((n * s.C * s.H * s.W) << 2), s.C, s.H, s.W, image + s.padTop * rowBytes + s.padLeft * s.pixel, s.pixel, rowBytes);
}

/** Transforms a row of tiles, whose inputs begin at `image`: down the columns, which neighbors share, then along. */
function transformRow(s: WinogradSizes, image: usize, strip: usize, V: usize): void {
  const rowBytes = (4 * s.columns + 2) * s.pixel;
  transformInput(image, rowBytes, strip, rowBytes, rowBytes, 1, 0, 0);
  for (let k = 0; k < 6; k++, strip += rowBytes, V += 6 * s.placeV) {
    transformInput(strip, s.pixel, V, s.placeV, s.pixel, s.columns, 3 * s.pixel, 0);
  }
}

/** The convolution of the examples [from, to); y is overwritten, or added to. `room` has what ../winograd.ts gives it. */
export function winograd(
  s: WinogradSizes, x: usize, U: usize, bias: usize, y: usize, adds: bool, room: usize, from: i32, to: i32,
): void {
  const image = room;
  const strip = image + s.imageBytes;
  const V = strip + s.stripBytes;
  const M = V + 36 * s.placeV;
  const buffer = M + 36 * s.placeM;
  const rowBytes = 4 * (4 * s.columns + 2) * s.pixel;
  memory.fill(image, 0, s.imageBytes);
  const last = to * s.rows;
  for (let first = from * s.rows; first < last; first += s.band) {
    const count = min(s.band, last - first);
    for (let r = 0; r < count; r++) {
      const i = (first + r) % s.rows;
      if (i === 0) packExample(s, x, (first + r) / s.rows, image);
      transformRow(s, image + i * rowBytes, strip, V + r * s.columns * s.pixel);
    }
    const tiles = count * s.columns;
    for (let place = 0; place < 36; place++) {
      const rows = V + place * s.placeV;
      const panels = U + place * s.placeU;
      const target = M + place * s.placeM;
      productOf(rows, panels, target, s.result, tiles, s.C, s.pixel, 4, s.C, 0, s.result, Mode.Writes);
    }
    for (let r = 0; r < count; r++) {
      const i = (first + r) % s.rows;
      const planes = y + (((first + r) / s.rows * s.O * s.outH * s.outW) << 2);
      writeRow(s, M + r * s.columns * s.result, bias, planes, i << 2, adds, strip, buffer);
    }
  }
}

/** Turns the products of a row of tiles into their outputs, from row i on, of as many as lie inside y. */
function writeRow(
  s: WinogradSizes, products: usize, bias: usize, y: usize, i: i32, adds: bool, strip: usize, buffer: usize,
): void {
  const step = s.result;
  const rows = min(s.outH - i, 4);
  // So many tiles at a time that what lies between both transforms stays in the first-level cache.
  const some = max(1, CACHE / (24 * step));
  for (let first = 0; first < s.columns; first += some) {
    const tiles = min(s.columns - first, some);
    const along = tiles * step;
    transformOutput(products + first * step, 6 * s.placeM, strip, 6 * along, along, 6, s.placeM - along, 0);
    for (let r = 0; r < rows; r++) {
      transformOutput(strip + 6 * r * along, along, buffer, step, step, tiles, 0, 3 * step);
      const to = y + (((i + r) * s.outW + 4 * first) << 2);
      unpack(buffer, step, to, (s.outH * s.outW) << 2, s.O, min(s.outW - 4 * first, 4 * tiles), adds, bias);
    }
  }
}

/** Sums the products of x and dy, both transformed, over the examples [from, to), in their order, into `sums` [36, C, O]. */
export function winogradGradient(
  s: WinogradSizes, x: usize, dy: usize, sums: usize, room: usize, from: i32, to: i32,
): void {
  const image = room;
  const output = image + s.imageBytes;
  const strip = output + s.outputBytes;
  const V = strip + s.stripBytes;
  const M = V + 36 * s.placeV;
  const rowBytes = 4 * (4 * s.columns + 2) * s.pixel;
  const outputRow = 4 * s.columns * s.result;
  const planeBytes = (s.outH * s.outW) << 2;
  memory.fill(image, 0, s.imageBytes + s.outputBytes);
  memory.fill(sums, 0, 36 * s.placeSum);
  const last = to * s.rows;
  for (let first = from * s.rows; first < last; first += s.band) {
    const count = min(s.band, last - first);
    for (let r = 0; r < count; r++) {
      const i = (first + r) % s.rows;
      if (i === 0) {
        const n = (first + r) / s.rows;
        packExample(s, x, n, image);
        packPlanes(dy + n * s.O * planeBytes, s.O, s.outH, s.outW, output, s.result, outputRow);
      }
      transformRow(s, image + i * rowBytes, strip, V + r * s.columns * s.pixel);
      transformGradient(output + 4 * i * outputRow, outputRow, strip, outputRow, outputRow, 1, 0, 0);
      const target = M + r * s.columns * s.result;
      for (let k = 0; k < 6; k++) {
        const from = strip + k * outputRow;
        transformGradient(from, s.result, target + 6 * k * s.placeM, s.placeM, s.result, s.columns, 3 * s.result, 0);
      }
    }
    const tiles = count * s.columns;
    for (let place = 0; place < 36; place++) {
      const target = sums + place * s.placeSum;
      productOf(V + place * s.placeV, M + place * s.placeM, target, s.result, s.C, tiles, 4, s.pixel, 1, s.result, s.result, Mode.Adds);
    }
  }
}

/** Adds `shares` sums, `shareBytes` apart, of the filters [from, to), in vectors, to dweight. `room` is for 54 vectors. */
export function winogradCollect(
  s: WinogradSizes, sums: usize, shares: i32, shareBytes: usize, dweight: usize, room: usize, from: i32, to: i32,
): void {
  const columns = room + 36 * 16;
  const filterBytes = s.C * 36;
  for (let v = from; v < to; v++) {
    const lanes = min(s.O - 4 * v, 4);
    for (let c = 0; c < s.C; c++) {
      for (let place = 0; place < 36; place++) {
        let at = sums + place * s.placeSum + c * s.result + (v << 4);
        let sum = v128.load(at);
        for (let i = 1; i < shares; i++) {
          at += shareBytes;
          sum = f32x4.add(sum, v128.load(at));
        }
        v128.store(room + (place << 4), sum);
      }
      transformSum(room, 96, columns, 96, 96, 1, 0, 0);
      transformSum(columns, 16, columns, 16, 16, 3, 80, 80);
      for (let ky = 0; ky < 3; ky++) {
        for (let kx = 0; kx < 3; kx++) {
          let weight = dweight + 4 * v * filterBytes + (c * 9 + ky * 3 + kx) * 4;
          for (let lane = 0; lane < lanes; lane++, weight += filterBytes) {
            store<f32>(weight, load<f32>(weight) + load<f32>(columns + ky * 96 + (kx << 4) + (lane << 2)));
          }
        }
      }
    }
  }
}
