import { packImage, clear, ConvSizes } from './convolution';

// Forward for one channel a group, as in a first layer on gray images: neighboring pixels are neighbors in memory
// then, so that a vector holds four pixels. A tile is 4 filters by 2 such vectors, wherever these are in the image.

/** Bytes of a tap: the weights of 4 filters, and the tap's place relative to a pixel's first. */
const TAP = 20;

/** Copies weights into blocks of 4 filters: the biases, then the taps. */
export function packGray(s: ConvSizes, weight: usize, bias: usize, to: usize): void {
  const filters = s.O / s.groups;
  const taps = s.kernelH * s.kernelW;
  for (let g = 0; g < s.groups; g++) {
    for (let first = 0; first < filters; first += 4, to += 16 + taps * TAP) {
      const count = min(filters - first, 4);
      if (count < 4) memory.fill(to, 0, 16 + taps * TAP);
      for (let lane = 0; lane < count; lane++) {
        store<f32>(to + (lane << 2), bias ? load<f32>(bias + ((g * filters + first + lane) << 2)) : 0);
        let at = to + 16 + (lane << 2);
        for (let i = 0; i < taps; i++, weight += 4, at += TAP) store<f32>(at, load<f32>(weight));
      }
      let at = to + 32;
      for (let ky = 0; ky < s.kernelH; ky++) {
        for (let kx = 0; kx < s.kernelW; kx++, at += TAP) store<i32>(at, ky * s.rowStep + (kx << 2));
      }
    }
  }
}

/** Examples [from, to); as `conv2d` in convForward.ts, for one channel a group, strideW and dilationW 1 and outW at least 4. */
export function conv2dGray(
  s: ConvSizes, x: usize, y: usize, table: usize, packed: usize, image: usize, from: i32, to: i32,
): void {
  const filters = s.O / s.groups;
  const blockBytes = 16 + s.kernelH * s.kernelW * TAP;
  clear(s, image);
  for (let n = from; n < to; n++) {
    packImage(s, x + ((n * s.C * s.H * s.W) << 2), image);
    let weights = packed;
    for (let g = 0; g < s.groups; g++) {
      for (let first = 0; first < filters; first += 4, weights += blockBytes) {
        const result = y + (((n * s.O + g * filters + first) * s.outH * s.outW) << 2);
        plane(s, image + g * s.groupBytes, weights, weights + blockBytes, result, table, min(filters - first, 4));
      }
    }
  }
}

function plane(s: ConvSizes, image: usize, weights: usize, end: usize, y: usize, table: usize, filters: i32): void {
  const planeBytes = <usize>((s.outH * s.outW) << 2);
  const row = (s.outH * s.outW) << 2;
  // Vectors of a row begin at 0, 4, 8 ...; the last is moved to the left where it would stick out.
  const lastColumn = (s.outW - 4) << 2;
  const rowBytes = s.outW << 2;
  let start = 0;
  let column = 0;
  while (start < row) {
    const at0 = start + min(column, lastColumn);
    column += 16;
    if (column >= rowBytes) {
      column = 0;
      start += rowBytes;
    }
    // An odd last vector is computed twice.
    const at1 = start < row ? start + min(column, lastColumn) : at0;
    column += 16;
    if (column >= rowBytes) {
      column = 0;
      start += rowBytes;
    }
    const p0 = image + load<i32>(table + at0);
    const p1 = image + load<i32>(table + at1);
    let a0 = v128.load32_splat(weights);
    let a1 = v128.load32_splat(weights, 4);
    let a2 = v128.load32_splat(weights, 8);
    let a3 = v128.load32_splat(weights, 12);
    let b0 = a0;
    let b1 = a1;
    let b2 = a2;
    let b3 = a3;
    for (let w = weights + 16; w < end; w += TAP) {
      const offset = load<i32>(w, 16);
      const x0 = v128.load(p0 + offset);
      const x1 = v128.load(p1 + offset);
      const w0 = v128.load32_splat(w);
      a0 = f32x4.add(a0, f32x4.mul(x0, w0));
      b0 = f32x4.add(b0, f32x4.mul(x1, w0));
      const w1 = v128.load32_splat(w, 4);
      a1 = f32x4.add(a1, f32x4.mul(x0, w1));
      b1 = f32x4.add(b1, f32x4.mul(x1, w1));
      const w2 = v128.load32_splat(w, 8);
      a2 = f32x4.add(a2, f32x4.mul(x0, w2));
      b2 = f32x4.add(b2, f32x4.mul(x1, w2));
      const w3 = v128.load32_splat(w, 12);
      a3 = f32x4.add(a3, f32x4.mul(x0, w3));
      b3 = f32x4.add(b3, f32x4.mul(x1, w3));
    }
    const y0 = y + at0;
    const y1 = y + at1;
    v128.store(y0, a0);
    v128.store(y1, b0);
    if (filters > 1) {
      v128.store(y0 + planeBytes, a1);
      v128.store(y1 + planeBytes, b1);
    }
    if (filters > 2) {
      v128.store(y0 + 2 * planeBytes, a2);
      v128.store(y1 + 2 * planeBytes, b2);
    }
    if (filters > 3) {
      v128.store(y0 + 3 * planeBytes, a3);
      v128.store(y1 + 3 * planeBytes, b3);
    }
  }
}
