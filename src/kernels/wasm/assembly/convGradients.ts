import { addArranged, arrange, ConvSizes } from './convolution';
import { append, gather } from './gather';
import { high, highPairs, low, lowPairs } from './transpose';

/**
 * Adds the gradients of the filters [from, to), summed over all examples in their order, to `rows`: filter rows as
 * `packRows` makes them. `image` is one arranged image of zeros, `list` has room for two lists of outH * outW + 4.
 */
export function gradWeight(
  s: ConvSizes,
  x: usize,
  dy: usize,
  table: usize,
  image: usize,
  list: usize,
  rows: usize,
  from: i32,
  to: i32,
): void {
  const pixels = s.outH * s.outW;
  const filters = s.O / s.groups;
  const list2 = list + ((pixels + 4) << 2);
  for (let n = 0; n < s.N; n++) {
    arrange(s, x + ((n * s.C * s.H * s.W) << 2), image);
    for (let o = from; o < to; o++) {
      const bytes = listPlane(dy + (((n * s.O + o) * pixels) << 2), pixels, table, list, list2);
      const source = image + (o / filters) * s.groupBytes;
      const target = rows + o * s.kernelH * s.tapBytes;
      gather(list, list2, bytes, source, s.rowStep, target, s.tapBytes, s.kernelH, s.tapBytes >> 4);
    }
  }
}

/** The nonzero numbers of one plane of dy, each with its pixel's offset in the arranged image. */
function listPlane(dy: usize, pixels: i32, table: usize, values: usize, offsets: usize): i32 {
  let bytes = 0;
  for (let p = 0; p < pixels; p += 4, dy += 16, table += 16) {
    bytes += append(v128.load(dy), v128.load(table), min(pixels - p, 4), values + bytes, offsets + bytes);
  }
  return bytes;
}

/**
 * The gradient to the examples [from, to). `rows` are the weights as `packRows` makes them, `list` has room for eight
 * lists of O / groups + 4, and `image` for one arranged image.
 */
export function gradInput(
  s: ConvSizes,
  dy: usize,
  dx: usize,
  adds: bool,
  table: usize,
  rows: usize,
  image: usize,
  list: usize,
  from: i32,
  to: i32,
): void {
  const pixels = s.outH * s.outW;
  const filters = s.O / s.groups;
  const listBytes = (filters + 4) << 2;
  const filterBytes = s.kernelH * s.tapBytes;
  for (let n = from; n < to; n++) {
    memory.fill(image, 0, s.groups * s.groupBytes);
    for (let g = 0; g < s.groups; g++) {
      const weights = rows + g * filters * filterBytes;
      const target = image + g * s.groupBytes;
      const planes = dy + (((n * s.O + g * filters) * pixels) << 2);
      for (let p = 0; p < pixels; p += 4) {
        listPixels(planes + (p << 2), pixels << 2, filters, filterBytes, list, listBytes);
        for (let i = 0; i < min(pixels - p, 4); i++) {
          const values = list + 2 * i * listBytes;
          const bytes = i === 0 ? bytes0 : i === 1 ? bytes1 : i === 2 ? bytes2 : bytes3;
          const pixel = target + load<i32>(table + ((p + i) << 2));
          gather(values, values + listBytes, bytes, weights, s.tapBytes, pixel, s.rowStep, s.kernelH, s.tapBytes >> 4);
        }
      }
    }
    addArranged(s, image, dx + ((n * s.C * s.H * s.W) << 2), adds);
  }
}

/** The lengths that `listPixels` found. */
let bytes0: i32 = 0;
let bytes1: i32 = 0;
let bytes2: i32 = 0;
let bytes3: i32 = 0;

/** For each of four neighbouring pixels, the nonzero numbers of dy over all filters, each with its filter's offset. */
function listPixels(dy: usize, planeBytes: i32, filters: i32, filterBytes: i32, list: usize, listBytes: i32): void {
  let v0 = list;
  let v1 = v0 + 2 * listBytes;
  let v2 = v1 + 2 * listBytes;
  let v3 = v2 + 2 * listBytes;
  let offset = i32x4.mul(i32x4(0, 1, 2, 3), i32x4.splat(filterBytes));
  const step = i32x4.splat(filterBytes << 2);
  for (let o = 0; o < filters; o += 4, offset = i32x4.add(offset, step)) {
    const lanes = min(filters - o, 4);
    const a = v128.load(dy);
    const b = lanes > 1 ? v128.load(dy + planeBytes) : a;
    const c = lanes > 2 ? v128.load(dy + 2 * planeBytes) : a;
    const d = lanes > 3 ? v128.load(dy + 3 * planeBytes) : a;
    dy += planeBytes << 2;
    // Transposed: from four pixels of each filter to four filters of each pixel.
    const ab = low(a, b);
    const cd = low(c, d);
    const AB = high(a, b);
    const CD = high(c, d);
    v0 += append(lowPairs(ab, cd), offset, lanes, v0, v0 + listBytes);
    v1 += append(highPairs(ab, cd), offset, lanes, v1, v1 + listBytes);
    v2 += append(lowPairs(AB, CD), offset, lanes, v2, v2 + listBytes);
    v3 += append(highPairs(AB, CD), offset, lanes, v3, v3 + listBytes);
  }
  bytes0 = v0 - list;
  bytes1 = v1 - list - 2 * listBytes;
  bytes2 = v2 - list - 4 * listBytes;
  bytes3 = v3 - list - 6 * listBytes;
}
