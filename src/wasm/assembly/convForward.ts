import { sliceAdd } from './broadcast';
import { packImage, clear, ConvSizes } from './convolution';
import { high, highPairs, low } from './transpose';

// Forward: tiles of 2 output pixels by 16 filters, or of 4 by 8 where there are no more. For each tap a pixel's input is
// spread over a vector and multiplied by the tap's weights for 4 filters at a time, so that any stride, dilation and
// width runs at full speed. A register holds each sum, and each loop is one tap: longer ones run out of registers.
// Sums of more than LONG taps are taken in parts, the rows of the filter in pieces of at most PART taps; `room` collects them.
const LONG = 768;
const PART = 512;

/** Bytes before an image that the sums of a tile need. */
export const ROOM = 128;

/** Adds the sums of a tile to the room. */
function collect(room: usize, s0: v128, s1: v128, s2: v128, s3: v128, s4: v128, s5: v128, s6: v128, s7: v128): void {
  v128.store(room, f32x4.add(v128.load(room), s0));
  v128.store(room, f32x4.add(v128.load(room, 16), s1), 16);
  v128.store(room, f32x4.add(v128.load(room, 32), s2), 32);
  v128.store(room, f32x4.add(v128.load(room, 48), s3), 48);
  v128.store(room, f32x4.add(v128.load(room, 64), s4), 64);
  v128.store(room, f32x4.add(v128.load(room, 80), s5), 80);
  v128.store(room, f32x4.add(v128.load(room, 96), s6), 96);
  v128.store(room, f32x4.add(v128.load(room, 112), s7), 112);
}

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

/** Examples [from, to). `table` holds the pixels' offsets, `packed` the weights; `room` is for sums and a packed image. */
export function conv2d(
  s: ConvSizes, x: usize, y: usize, table: usize, packed: usize, room: usize, from: i32, to: i32,
): void {
  const image = room + ROOM;
  const planeBytes = (s.outH * s.outW) << 2;
  const filters = s.O / s.groups;
  clear(s, image);
  for (let n = from; n < to; n++) {
    packImage(s, x + ((n * s.C * s.H * s.W) << 2), image);
    let weights = packed;
    for (let g = 0; g < s.groups; g++) {
      const source = image + g * s.groupBytes;
      for (let first = 0; first < filters; ) {
        const width = widthOf(filters, first);
        const result = y + (n * s.O + g * filters + first) * planeBytes;
        const count = min(filters - first, width);
        if (width === 16) planeOf16(s, room, source, weights, result, table, count);
        else planeOf8(s, room, source, weights, result, table, count);
        weights += ((s.kernelH * s.taps + 1) * width) << 2;
        first += width;
      }
    }
  }
}

/** The same, added to y. */
export function conv2dAdded(
  s: ConvSizes, x: usize, y: usize, table: usize, packed: usize, room: usize, from: i32, to: i32,
): void {
  const numbers = s.O * s.outH * s.outW;
  const own = room + ROOM + ((s.groups * s.groupBytes + 79) & ~63);
  for (let n = from; n < to; n++) {
    const before = (n * numbers) << 2;
    conv2d(s, x, own - before, table, packed, room, n, n + 1);
    sliceAdd(own, y + before, 1, numbers, 0, 0, true);
  }
}

/** All pixels of up to 16 filters, two at a time. */
function planeOf16(s: ConvSizes, room: usize, image: usize, weights: usize, y: usize, table: usize, filters: i32): void {
  const pixels = s.outH * s.outW;
  const planeBytes = <usize>(pixels << 2);
  const skip = s.rowStep - (s.taps << 2);
  const rowBytes = s.taps << 6;
  const long = s.kernelH * s.taps > LONG;
  for (let p = 0; p < pixels; p += 2, table += 8, y += 8) {
    let p0 = image + load<i32>(table);
    let p1 = image + load<i32>(table, 4);
    let a0 = v128.load(weights);
    let a1 = v128.load(weights, 16);
    let a2 = v128.load(weights, 32);
    let a3 = v128.load(weights, 48);
    let b0 = a0;
    let b1 = a1;
    let b2 = a2;
    let b3 = a3;
    if (long) memory.fill(room, 0, ROOM);
    let w = weights + 64;
    for (let ky = s.kernelH; ky > 0; ky--) {
      for (const last = w + rowBytes; w < last; ) {
        const end = min(last, w + (PART << 6));
        for (; w < end; w += 64, p0 += 4, p1 += 4) {
          const x0 = v128.load32_splat(p0);
          const x1 = v128.load32_splat(p1);
          const w0 = v128.load(w);
          a0 = f32x4.add(a0, f32x4.mul(x0, w0));
          b0 = f32x4.add(b0, f32x4.mul(x1, w0));
          const w1 = v128.load(w, 16);
          a1 = f32x4.add(a1, f32x4.mul(x0, w1));
          b1 = f32x4.add(b1, f32x4.mul(x1, w1));
          const w2 = v128.load(w, 32);
          a2 = f32x4.add(a2, f32x4.mul(x0, w2));
          b2 = f32x4.add(b2, f32x4.mul(x1, w2));
          const w3 = v128.load(w, 48);
          a3 = f32x4.add(a3, f32x4.mul(x0, w3));
          b3 = f32x4.add(b3, f32x4.mul(x1, w3));
        }
        if (long) {
          collect(room, a0, a1, a2, a3, b0, b1, b2, b3);
          a0 = f32x4.splat(0);
          a1 = a0;
          a2 = a0;
          a3 = a0;
          b0 = a0;
          b1 = a0;
          b2 = a0;
          b3 = a0;
        }
      }
      p0 += skip;
      p1 += skip;
    }
    if (long) {
      a0 = v128.load(room);
      a1 = v128.load(room, 16);
      a2 = v128.load(room, 32);
      a3 = v128.load(room, 48);
      b0 = v128.load(room, 64);
      b1 = v128.load(room, 80);
      b2 = v128.load(room, 96);
      b3 = v128.load(room, 112);
    }
    const count = min(pixels - p, 2);
    storePair(y, planeBytes, a0, b0, filters, count);
    storePair(y + 4 * planeBytes, planeBytes, a1, b1, filters - 4, count);
    storePair(y + 8 * planeBytes, planeBytes, a2, b2, filters - 8, count);
    storePair(y + 12 * planeBytes, planeBytes, a3, b3, filters - 12, count);
  }
}

/** Two pixels, or one, of up to four filters, a filter in each lane. */
@inline
function storePair(y: usize, planeBytes: usize, p0: v128, p1: v128, filters: i32, count: i32): void {
  if (count === 2 && filters >= 4) {
    v128.store_lane<i64>(y, low(p0, p1), 0);
    v128.store_lane<i64>(y + planeBytes, low(p0, p1), 1);
    v128.store_lane<i64>(y + 2 * planeBytes, high(p0, p1), 0);
    v128.store_lane<i64>(y + 3 * planeBytes, high(p0, p1), 1);
  } else storePart(y, planeBytes, low(p0, p1), high(p0, p1), filters, count);
}

/** The same of pairs of pixels, for fewer: apart, because it is long and seldom called. */
function storePart(y: usize, planeBytes: usize, pairs: v128, others: v128, filters: i32, count: i32): void {
  for (let i = min(filters, 4); i > 0; i--, y += planeBytes) {
    v128.store_lane<f32>(y, pairs, 0);
    if (count === 2) v128.store_lane<f32>(y, pairs, 1, 4);
    pairs = i8x16.shuffle(pairs, others, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23);
    others = highPairs(others, others);
  }
}

/** All pixels of up to 8 filters, four at a time. */
function planeOf8(s: ConvSizes, room: usize, image: usize, weights: usize, y: usize, table: usize, filters: i32): void {
  const pixels = s.outH * s.outW;
  const planeBytes = <usize>(pixels << 2);
  const skip = s.rowStep - (s.taps << 2);
  const rowBytes = s.taps << 5;
  const long = s.kernelH * s.taps > LONG;
  for (let p = 0; p < pixels; p += 4, table += 16, y += 16) {
    let p0 = image + load<i32>(table);
    let p1 = image + load<i32>(table, 4);
    let p2 = image + load<i32>(table, 8);
    let p3 = image + load<i32>(table, 12);
    let a0 = v128.load(weights);
    let b0 = v128.load(weights, 16);
    let a1 = a0;
    let b1 = b0;
    let a2 = a0;
    let b2 = b0;
    let a3 = a0;
    let b3 = b0;
    if (long) memory.fill(room, 0, ROOM);
    let w = weights + 32;
    for (let ky = s.kernelH; ky > 0; ky--) {
      for (const last = w + rowBytes; w < last; ) {
        const end = min(last, w + (PART << 5));
        for (; w < end; w += 32, p0 += 4, p1 += 4, p2 += 4, p3 += 4) {
          const wa = v128.load(w);
          const wb = v128.load(w, 16);
          const x0 = v128.load32_splat(p0);
          a0 = f32x4.add(a0, f32x4.mul(x0, wa));
          b0 = f32x4.add(b0, f32x4.mul(x0, wb));
          const x1 = v128.load32_splat(p1);
          a1 = f32x4.add(a1, f32x4.mul(x1, wa));
          b1 = f32x4.add(b1, f32x4.mul(x1, wb));
          const x2 = v128.load32_splat(p2);
          a2 = f32x4.add(a2, f32x4.mul(x2, wa));
          b2 = f32x4.add(b2, f32x4.mul(x2, wb));
          const x3 = v128.load32_splat(p3);
          a3 = f32x4.add(a3, f32x4.mul(x3, wa));
          b3 = f32x4.add(b3, f32x4.mul(x3, wb));
        }
        if (long) {
          collect(room, a0, b0, a1, b1, a2, b2, a3, b3);
          a0 = f32x4.splat(0);
          b0 = a0;
          a1 = a0;
          b1 = a0;
          a2 = a0;
          b2 = a0;
          a3 = a0;
          b3 = a0;
        }
      }
      p0 += skip;
      p1 += skip;
      p2 += skip;
      p3 += skip;
    }
    if (long) {
      a0 = v128.load(room);
      b0 = v128.load(room, 16);
      a1 = v128.load(room, 32);
      b1 = v128.load(room, 48);
      a2 = v128.load(room, 64);
      b2 = v128.load(room, 80);
      a3 = v128.load(room, 96);
      b3 = v128.load(room, 112);
    }
    const count = min(pixels - p, 4);
    storePair(y, planeBytes, a0, a1, filters, min(count, 2));
    storePair(y + 4 * planeBytes, planeBytes, b0, b1, filters - 4, min(count, 2));
    if (count > 2) {
      storePair(y + 8, planeBytes, a2, a3, filters, count - 2);
      storePair(y + 8 + 4 * planeBytes, planeBytes, b2, b3, filters - 4, count - 2);
    }
  }
}
