import { arrange, ConvSizes } from './convolution';

// Forward: a tile of 4 output pixels by 8 filters. For each tap the four pixels' inputs are spread over a vector each
// and multiplied by the tap's 8 weights, so that any stride, dilation or image width runs at full speed.

/** Copies weights into blocks of 8 filters of a group, [blocks, kernelH, kernelW * channels, 8], and the biases after them. */
export function packBlocks(s: ConvSizes, weight: usize, bias: usize, to: usize): void {
  const channels = s.C / s.groups;
  const filters = s.O / s.groups;
  const blocks = (filters + 7) >> 3;
  const blockBytes = s.kernelH * s.taps << 5;
  const biases = to + s.groups * blocks * blockBytes;
  if ((filters & 7) !== 0) memory.fill(to, 0, s.groups * blocks * (blockBytes + 32));
  for (let o = 0; o < s.O; o++) {
    const g = o / filters;
    const within = o - g * filters;
    const block = g * blocks + (within >> 3);
    const lane = (within & 7) << 2;
    for (let c = 0; c < channels; c++) {
      for (let ky = 0; ky < s.kernelH; ky++) {
        let at = to + block * blockBytes + ((ky * s.taps + c) << 5) + lane;
        for (let kx = 0; kx < s.kernelW; kx++, weight += 4, at += channels << 5) store<f32>(at, load<f32>(weight));
      }
    }
    store<f32>(biases + (block << 5) + lane, bias ? load<f32>(bias + (o << 2)) : 0);
  }
}

/** Examples [from, to). `table` holds the pixels' offsets, `packed` the weights, `image` one arranged image of zeros. */
export function conv2d(
  s: ConvSizes,
  x: usize,
  y: usize,
  table: usize,
  packed: usize,
  image: usize,
  from: i32,
  to: i32,
): void {
  const pixels = s.outH * s.outW;
  const filters = s.O / s.groups;
  const blocks = (filters + 7) >> 3;
  const blockBytes = s.kernelH * s.taps << 5;
  const biases = packed + s.groups * blocks * blockBytes;
  for (let n = from; n < to; n++) {
    arrange(s, x + ((n * s.C * s.H * s.W) << 2), image);
    for (let block = 0; block < s.groups * blocks; block++) {
      const g = block / blocks;
      const first = (block - g * blocks) << 3;
      const o = g * filters + first;
      plane(
        s,
        image + g * s.groupBytes,
        packed + block * blockBytes,
        biases + (block << 5),
        y + (((n * s.O + o) * pixels) << 2),
        table,
        min(filters - first, 8),
      );
    }
  }
}

/** Four pixels of up to 8 filters at a time. */
function plane(s: ConvSizes, image: usize, weights: usize, bias: usize, y: usize, table: usize, filters: i32): void {
  const pixels = s.outH * s.outW;
  const planeBytes = <usize>(pixels << 2);
  const pairs = s.taps >> 1;
  const odd = s.taps & 1;
  const skip = s.rowStep - (s.taps << 2);
  const bias0 = v128.load(bias);
  const bias1 = v128.load(bias, 16);
  for (let p = 0; p < pixels; p += 4, table += 16, y += 16) {
    let p0 = image + load<i32>(table);
    let p1 = image + load<i32>(table, 4);
    let p2 = image + load<i32>(table, 8);
    let p3 = image + load<i32>(table, 12);
    let w = weights;
    let a0 = bias0;
    let b0 = bias1;
    let a1 = bias0;
    let b1 = bias1;
    let a2 = bias0;
    let b2 = bias1;
    let a3 = bias0;
    let b3 = bias1;
    for (let ky = s.kernelH; ky > 0; ky--) {
      for (let i = pairs; i > 0; i--) {
        let wa = v128.load(w);
        let wb = v128.load(w, 16);
        let x = v128.load32_splat(p0);
        a0 = f32x4.add(a0, f32x4.mul(x, wa));
        b0 = f32x4.add(b0, f32x4.mul(x, wb));
        x = v128.load32_splat(p1);
        a1 = f32x4.add(a1, f32x4.mul(x, wa));
        b1 = f32x4.add(b1, f32x4.mul(x, wb));
        x = v128.load32_splat(p2);
        a2 = f32x4.add(a2, f32x4.mul(x, wa));
        b2 = f32x4.add(b2, f32x4.mul(x, wb));
        x = v128.load32_splat(p3);
        a3 = f32x4.add(a3, f32x4.mul(x, wa));
        b3 = f32x4.add(b3, f32x4.mul(x, wb));
        // The same again for the second tap of the pair: five pointers move once for both.
        wa = v128.load(w, 32);
        wb = v128.load(w, 48);
        x = v128.load32_splat(p0, 4);
        a0 = f32x4.add(a0, f32x4.mul(x, wa));
        b0 = f32x4.add(b0, f32x4.mul(x, wb));
        x = v128.load32_splat(p1, 4);
        a1 = f32x4.add(a1, f32x4.mul(x, wa));
        b1 = f32x4.add(b1, f32x4.mul(x, wb));
        x = v128.load32_splat(p2, 4);
        a2 = f32x4.add(a2, f32x4.mul(x, wa));
        b2 = f32x4.add(b2, f32x4.mul(x, wb));
        x = v128.load32_splat(p3, 4);
        a3 = f32x4.add(a3, f32x4.mul(x, wa));
        b3 = f32x4.add(b3, f32x4.mul(x, wb));
        w += 64;
        p0 += 8;
        p1 += 8;
        p2 += 8;
        p3 += 8;
      }
      if (odd) {
        const wa = v128.load(w);
        const wb = v128.load(w, 16);
        let x = v128.load32_splat(p0);
        a0 = f32x4.add(a0, f32x4.mul(x, wa));
        b0 = f32x4.add(b0, f32x4.mul(x, wb));
        x = v128.load32_splat(p1);
        a1 = f32x4.add(a1, f32x4.mul(x, wa));
        b1 = f32x4.add(b1, f32x4.mul(x, wb));
        x = v128.load32_splat(p2);
        a2 = f32x4.add(a2, f32x4.mul(x, wa));
        b2 = f32x4.add(b2, f32x4.mul(x, wb));
        x = v128.load32_splat(p3);
        a3 = f32x4.add(a3, f32x4.mul(x, wa));
        b3 = f32x4.add(b3, f32x4.mul(x, wb));
        w += 32;
        p0 += 4;
        p1 += 4;
        p2 += 4;
        p3 += 4;
      }
      p0 += skip;
      p1 += skip;
      p2 += skip;
      p3 += skip;
    }
    const count = min(pixels - p, 4);
    storeTile(y, planeBytes, a0, a1, a2, a3, min(filters, 4), count);
    if (filters > 4) storeTile(y + 4 * planeBytes, planeBytes, b0, b1, b2, b3, filters - 4, count);
  }
}

/** Stores four pixels of up to four filters, a filter in each lane, as `count` pixels of each filter's plane. */
// @ts-expect-error: decorator
@inline
function storeTile(
  y: usize,
  planeBytes: usize,
  p0: v128,
  p1: v128,
  p2: v128,
  p3: v128,
  filters: i32,
  count: i32,
): void {
  const low01 = i8x16.shuffle(p0, p1, 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23);
  const low23 = i8x16.shuffle(p2, p3, 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23);
  const high01 = i8x16.shuffle(p0, p1, 8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31);
  const high23 = i8x16.shuffle(p2, p3, 8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31);
  store4(y, i8x16.shuffle(low01, low23, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23), count);
  if (filters > 1) {
    store4(y + planeBytes, i8x16.shuffle(low01, low23, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31), count);
  }
  if (filters > 2) {
    store4(y + 2 * planeBytes, i8x16.shuffle(high01, high23, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23), count);
  }
  if (filters > 3) {
    store4(y + 3 * planeBytes, i8x16.shuffle(high01, high23, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31), count);
  }
}

/** The first `count` of four numbers. */
// @ts-expect-error: decorator
@inline
function store4(to: usize, value: v128, count: i32): void {
  if (count === 4) {
    v128.store(to, value);
    return;
  }
  v128.store_lane<f32>(to, value, 0);
  if (count > 1) v128.store_lane<f32>(to, value, 1, 4);
  if (count > 2) v128.store_lane<f32>(to, value, 2, 8);
}
