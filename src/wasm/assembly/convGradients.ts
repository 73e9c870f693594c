import { addFour, addRounded } from './broadcast';
import { clear, ConvSizes, packImage, place, unpackImage } from './convolution';
import { Mode, productOf } from './matmul';
import { allFinite, append, Job, sumSparse } from './sparseSum';
import { high, highPairs, low, lowPairs } from './transpose';

/** How many products are summed in float32 before the sum goes to others: more would lose digits. In bytes of a list. */
const PART = 2048;
/** How many terms a number of the gradient to the input may have in one pass over the image. */
const LONG = 1024;

/**
 * Writes the gradients of all filters, summed over the examples [from, to) in their order, into `rows`: filter rows as
 * `packRows` makes them. It goes by lists of what is not zero in dy, or, where that is `dense` and finite, by products. `image`
 * has room for a packed image, `list` for a job, a count for each filter and two lists of s.strip + 4. `sums` has room for
 * what `rows` has, in float64 where it is `wide`, or is 0 where no sum is long.
 */
export function gradWeight(
  s: ConvSizes, x: usize, dy: usize, table: usize, image: usize, list: usize, rows: usize, sums: usize, wide: bool,
  dense: bool, from: i32, to: i32,
): void {
  const pixels = s.outH * s.outW;
  const filters = s.O / s.groups;
  const filterBytes = s.kernelH * s.tapBytes;
  const size = s.C * s.H * s.W;
  const job = changetype<Job>(list);
  const counts = list + 64;
  const values = counts + (s.O << 2);
  const offsets = values + ((s.strip + 4) << 2);
  memory.fill(counts, 0, s.O << 2);
  memory.fill(rows, 0, s.O * filterBytes);
  if (sums !== 0) memory.fill(sums, 0, s.O * filterBytes << i32(wide));
  clear(s, image);
  let tiled = 0;
  for (let n = from; n < to; n++) {
    const own = x + ((n * size) << 2);
    const skipped = f32x4.splat(allFinite(own, size) ? 0 : NaN);
    packImage(s, own, image);
    // A strip of pixels at a time, whose part of the image fits the cache while all filters use it.
    for (let p = 0; p < pixels; p += s.strip) {
      const count = min(pixels - p, s.strip);
      const first = dy + ((n * s.O * pixels + p) << 2);
      if (dense) {
        tiled += count << 2;
        if (tiled > PART && sums !== 0) {
          moveRows(rows, sums, s.O * filterBytes, wide);
          tiled = count << 2;
        }
        sumProducts(s, first, count, image + p / s.outW * s.strideH * s.rowBytes, rows);
        continue;
      }
      for (let o = 0; o < s.O; o++) {
        const plane = dy + (((n * s.O + o) * pixels + p) << 2);
        const bytes = listPlane(plane, skipped, count, table + (p << 2), values, offsets);
        const source = image + (o / filters) * s.groupBytes;
        job.target = rows + o * filterBytes;
        for (let at = 0; at < bytes; at += PART) {
          job.values = values + at;
          job.offsets = offsets + at;
          job.bytes = min(bytes - at, PART);
          let terms = load<i32>(counts + (o << 2)) + job.bytes;
          if (terms > PART && sums !== 0) {
            moveRows(job.target, sums + (o * filterBytes << i32(wide)), filterBytes, wide);
            terms = job.bytes;
          }
          store<i32>(counts + (o << 2), terms);
          sumSparse(list, 1, source, s.rowStep, s.tapBytes, s.kernelH, s.tapBytes >> 4);
        }
      }
    }
  }
  if (sums === 0) return;
  if (wide) addRounded(sums, rows, s.O * filterBytes >> 2, 1);
  else for (let at = 0; at < s.O * filterBytes; at += 16) addFour(rows + at, v128.load(sums + at), false);
}

/**
 * Adds to the rows what they get from so many pixels of dy, whether zero or not, which are whole rows of it: products of dy
 * [filters, pixels] and what a filter row sees [pixels, taps].
 */
function sumProducts(s: ConvSizes, dy: usize, pixels: i32, image: usize, rows: usize): void {
  const filters = s.O / s.groups;
  const channelBytes = (s.C / s.groups) << 2;
  const planeBytes = (s.outH * s.outW) << 2;
  const imageRow = s.strideH * s.rowBytes;
  // All pixels are one row where the step from row to row is that from pixel to pixel.
  const width = s.every === 1 && imageRow === s.outW * s.pixelStep ? pixels : s.outW;
  const together = max(1, (PART >> 2) / width);
  for (let g = 0; g < s.groups; g++, image += s.groupBytes, dy += filters * planeBytes) {
    for (let ky = 0; ky < s.kernelH; ky++, rows += s.tapBytes) {
      let source = image + ky * s.rowStep;
      for (let p = 0; p < pixels; p += together * width, source += together * imageRow) {
        const pieces = min((pixels - p) / width, together);
        for (let r = 0; r < min(s.every, width); r++) {
          const from = source + place(s, r * s.strideW, channelBytes);
          const count = (width - r + s.every - 1) / s.every;
          for (let k = 0; k < count; k += PART >> 2) {
            const some = min(count - k, PART >> 2);
            productOf(
              dy + ((p + r + k * s.every) << 2), from + k * s.pixelStep, rows, s.tapBytes, filters, some, planeBytes,
              s.every << 2, 1, s.pixelStep, s.kernelH * s.tapBytes, Mode.Adds, pieces, (width - some * s.every) << 2,
              imageRow - some * s.pixelStep,
            );
          }
        }
      }
    }
    rows += (filters - 1) * s.kernelH * s.tapBytes;
  }
}

/** Adds filter rows to sums, and leaves zeros. */
function moveRows(rows: usize, sums: usize, bytes: i32, wide: bool): void {
  for (let at = 0; at < bytes; at += 16) addFour(sums + (at << i32(wide)), v128.load(rows + at), wide);
  memory.fill(rows, 0, bytes);
}

/** The numbers of one plane of dy that are not `skipped`, each with its pixel's offset in the packed image. */
function listPlane(dy: usize, skipped: v128, pixels: i32, table: usize, values: usize, offsets: usize): i32 {
  let bytes = 0;
  for (let p = 0; p < pixels; p += 4, dy += 16, table += 16) {
    bytes += append(v128.load(dy), skipped, v128.load(table), min(pixels - p, 4), values + bytes, offsets + bytes);
  }
  return bytes;
}

/**
 * The gradient to the examples [from, to). `rows` are the weights as `packRows` makes them, `list` has room for eight
 * jobs and sixteen lists of O / groups + 4, and `image` for one packed image.
 */
export function gradInput(
  s: ConvSizes, dy: usize, dx: usize, adds: bool, table: usize, rows: usize, image: usize, list: usize, from: i32,
  to: i32,
): void {
  const skipped = f32x4.splat(allFinite(rows, (s.O * s.kernelH * s.tapBytes) >> 2) ? 0 : NaN);
  const pixels = s.outH * s.outW;
  const filters = s.O / s.groups;
  const listBytes = (filters + 4) << 2;
  const filterBytes = s.kernelH * s.tapBytes;
  const passes = (filters * s.kernelH * s.kernelW + LONG - 1) / LONG;
  const block = ((filters + 4 * passes - 1) / (4 * passes)) << 2;
  for (let n = from; n < to; n++) {
    // So many filters at a time that no sum is long.
    for (let first = 0; first < filters; first += block) {
      const some = min(filters - first, block);
      memory.fill(image, 0, s.groups * s.groupBytes);
      for (let g = 0; g < s.groups; g++) {
        const weights = rows + (g * filters + first) * filterBytes;
        const target = image + g * s.groupBytes;
        const planes = dy + (((n * s.O + g * filters + first) * pixels) << 2);
        for (let p = 0; p < pixels; p += 8) {
          const lists = list + 8 * offsetof<Job>();
          listPixels(planes + (p << 2), skipped, pixels << 2, some, filterBytes, lists, listBytes, list);
          if (p + 4 < pixels) {
            const others = lists + 8 * listBytes;
            const jobs = list + 4 * offsetof<Job>();
            listPixels(planes + ((p + 4) << 2), skipped, pixels << 2, some, filterBytes, others, listBytes, jobs);
          }
          const count = min(pixels - p, 8);
          for (let i = 0; i < count; i++) {
            changetype<Job>(list + i * offsetof<Job>()).target = target + load<i32>(table + ((p + i) << 2));
          }
          sumSparse(list, count, weights, s.tapBytes, s.rowStep, s.kernelH, s.tapBytes >> 4);
        }
      }
      unpackImage(s, image, dx + ((n * s.C * s.H * s.W) << 2), adds || first > 0);
    }
  }
}

/** For each of four neighboring pixels, the numbers of dy over all filters that are not `skipped`, with their filters' offsets. */
function listPixels(
  dy: usize, skipped: v128, planeBytes: i32, filters: i32, filterBytes: i32, list: usize, listBytes: i32, jobs: usize,
): void {
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
    v0 += append(lowPairs(ab, cd), skipped, offset, lanes, v0, v0 + listBytes);
    v1 += append(highPairs(ab, cd), skipped, offset, lanes, v1, v1 + listBytes);
    v2 += append(lowPairs(AB, CD), skipped, offset, lanes, v2, v2 + listBytes);
    v3 += append(highPairs(AB, CD), skipped, offset, lanes, v3, v3 + listBytes);
  }
  finish(jobs, list, v0, listBytes);
  finish(jobs + offsetof<Job>(), list + 2 * listBytes, v1, listBytes);
  finish(jobs + 2 * offsetof<Job>(), list + 4 * listBytes, v2, listBytes);
  finish(jobs + 3 * offsetof<Job>(), list + 6 * listBytes, v3, listBytes);
}

@inline
function finish(at: usize, list: usize, end: usize, listBytes: i32): void {
  const job = changetype<Job>(at);
  job.values = list;
  job.offsets = list + listBytes;
  job.bytes = <i32>(end - list);
}
