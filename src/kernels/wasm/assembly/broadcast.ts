import { log1, pow1 } from './math';

// A walk is a struct of i32: the number of outer axes, the length of the innermost axis and its strides in a and b;
// then four numbers for each outer axis, the slowest first: length, stride in a, stride in b, and a place to count.
// The operations are numbered as in ../elementwise.ts: add, sub, mul, div, pow.

/** How far the walk has come in a and in b, in bytes. */
let atA: usize = 0;
let atB: usize = 0;

/** Puts a walk to its start, and returns the number of rows. */
function begin(walk: usize): i32 {
  atA = 0;
  atB = 0;
  let rows = 1;
  for (let i = load<i32>(walk), axis = walk + 16; i > 0; i--, axis += 16) {
    rows *= load<i32>(axis);
    store<i32>(axis, 0, 12);
  }
  return rows;
}

function next(walk: usize): void {
  for (let i = load<i32>(walk) - 1; i >= 0; i--) {
    const axis = walk + 16 + (i << 4);
    const length = load<i32>(axis);
    const strideA = load<i32>(axis, 4) << 2;
    const strideB = load<i32>(axis, 8) << 2;
    const count = load<i32>(axis, 12) + 1;
    atA += strideA;
    atB += strideB;
    if (count < length) {
      store<i32>(axis, count, 12);
      return;
    }
    atA -= length * strideA;
    atB -= length * strideB;
    store<i32>(axis, 0, 12);
  }
}

// @ts-expect-error: decorator
@inline
function value(operation: i32, a: v128, b: v128): v128 {
  if (operation === 0) return f32x4.add(a, b);
  if (operation === 1) return f32x4.sub(a, b);
  if (operation === 2) return f32x4.mul(a, b);
  if (operation === 3) return f32x4.div(a, b);
  return pow4(a, b);
}

function pow4(a: v128, b: v128): v128 {
  let y = f32x4.splat(pow1(f32x4.extract_lane(a, 0), f32x4.extract_lane(b, 0)));
  y = f32x4.replace_lane(y, 1, pow1(f32x4.extract_lane(a, 1), f32x4.extract_lane(b, 1)));
  y = f32x4.replace_lane(y, 2, pow1(f32x4.extract_lane(a, 2), f32x4.extract_lane(b, 2)));
  return f32x4.replace_lane(y, 3, pow1(f32x4.extract_lane(a, 3), f32x4.extract_lane(b, 3)));
}

/** The slope of the operation in a, or in b. */
function slope(operation: i32, inB: bool, a: v128, b: v128): v128 {
  const one = f32x4.splat(1);
  if (operation === 0) return one;
  if (operation === 1) return inB ? f32x4.neg(one) : one;
  if (operation === 2) return inB ? a : b;
  if (operation === 3) return inB ? f32x4.neg(f32x4.div(a, f32x4.mul(b, b))) : f32x4.div(one, b);
  let y = f32x4.splat(powSlope(inB, f32x4.extract_lane(a, 0), f32x4.extract_lane(b, 0)));
  y = f32x4.replace_lane(y, 1, powSlope(inB, f32x4.extract_lane(a, 1), f32x4.extract_lane(b, 1)));
  y = f32x4.replace_lane(y, 2, powSlope(inB, f32x4.extract_lane(a, 2), f32x4.extract_lane(b, 2)));
  return f32x4.replace_lane(y, 3, powSlope(inB, f32x4.extract_lane(a, 3), f32x4.extract_lane(b, 3)));
}

function powSlope(inB: bool, a: f32, b: f32): f32 {
  if (inB) return a === 0 && b >= 0 ? 0 : pow1(a, b) * log1(a);
  return b === 0 ? 0 : b * pow1(a, b - 1);
}

/** Four numbers from a row, or one that stands for all of them. */
// @ts-expect-error: decorator
@inline
function four(from: usize, stride: i32): v128 {
  return stride === 0 ? v128.load32_splat(from) : v128.load(from);
}

// @ts-expect-error: decorator
@inline
export function sum(v: v128): f32 {
  const pairs = f32x4.add(v, i8x16.shuffle(v, v, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
  return f32x4.extract_lane(pairs, 0) + f32x4.extract_lane(pairs, 1);
}

// @ts-expect-error: decorator
@inline
function binaryRow(operation: i32, a: usize, b: usize, y: usize, n: i32, stepA: i32, stepB: i32): void {
  let i = 0;
  if (u32(stepA) <= 1 && u32(stepB) <= 1) {
    for (; i + 4 <= n; i += 4, a += stepA << 4, b += stepB << 4, y += 16) {
      v128.store(y, value(operation, four(a, stepA), four(b, stepB)));
    }
  }
  for (; i < n; i++, a += stepA << 2, b += stepB << 2, y += 4) {
    v128.store_lane<f32>(y, value(operation, v128.load32_splat(a), v128.load32_splat(b)), 0);
  }
}

export function binary(operation: i32, a: usize, b: usize, y: usize, walk: usize): void {
  const n = load<i32>(walk, 4);
  const stepA = load<i32>(walk, 8);
  const stepB = load<i32>(walk, 12);
  for (let rows = begin(walk); rows > 0; rows--, y += n << 2, next(walk)) {
    if (operation === 0) binaryRow(0, a + atA, b + atB, y, n, stepA, stepB);
    else if (operation === 2) binaryRow(2, a + atA, b + atB, y, n, stepA, stepB);
    else binaryRow(operation, a + atA, b + atB, y, n, stepA, stepB);
  }
}

/** dt += dy * slope, t being b where `inB`, else a. */
export function binaryGradient(
  operation: i32,
  inB: bool,
  a: usize,
  b: usize,
  dy: usize,
  dt: usize,
  walk: usize,
): void {
  const n = load<i32>(walk, 4);
  const stepA = load<i32>(walk, 8);
  const stepB = load<i32>(walk, 12);
  const stepT = inB ? stepB : stepA;
  for (let rows = begin(walk); rows > 0; rows--, next(walk)) {
    let fromA = a + atA;
    let fromB = b + atB;
    let to = dt + (inB ? atB : atA);
    let i = 0;
    let total = f32x4.splat(0);
    if (u32(stepA) <= 1 && u32(stepB) <= 1) {
      for (; i + 4 <= n; i += 4, fromA += stepA << 4, fromB += stepB << 4, dy += 16) {
        const d = f32x4.mul(v128.load(dy), slope(operation, inB, four(fromA, stepA), four(fromB, stepB)));
        if (stepT === 0) {
          total = f32x4.add(total, d);
        } else {
          v128.store(to, f32x4.add(v128.load(to), d));
          to += 16;
        }
      }
      if (stepT === 0) store<f32>(to, load<f32>(to) + sum(total));
    }
    for (; i < n; i++, fromA += stepA << 2, fromB += stepB << 2, dy += 4, to += stepT << 2) {
      const s = slope(operation, inB, v128.load32_splat(fromA), v128.load32_splat(fromB));
      store<f32>(to, load<f32>(to) + load<f32>(dy) * f32x4.extract_lane(s, 0));
    }
  }
}

/** y[walk in a] += scale * x. */
export function reduceAdd(x: usize, y: usize, walk: usize, scale: f32): void {
  const n = load<i32>(walk, 4);
  const step = load<i32>(walk, 8);
  for (let rows = begin(walk); rows > 0; rows--, next(walk)) {
    let to = y + atA;
    if (step === 0) {
      store<f32>(to, load<f32>(to) + scale * f32(sumOf(x, n)));
      x += n << 2;
      continue;
    }
    let i = 0;
    if (step === 1) {
      for (; i + 4 <= n; i += 4, x += 16, to += 16) {
        v128.store(to, f32x4.add(v128.load(to), f32x4.mul(v128.load(x), f32x4.splat(scale))));
      }
    }
    for (; i < n; i++, x += 4, to += step << 2) store<f32>(to, load<f32>(to) + load<f32>(x) * scale);
  }
}

/** The sum of a row: of at most 1024 numbers in float32, of these sums in float64. */
export function sumOf(x: usize, n: i32): f64 {
  let total: f64 = 0;
  while (n >= 8) {
    const count = min(n & ~7, 1024);
    let s0 = f32x4.splat(0);
    let s1 = f32x4.splat(0);
    for (const end = x + (count << 2); x < end; x += 32) {
      s0 = f32x4.add(s0, v128.load(x));
      s1 = f32x4.add(s1, v128.load(x, 16));
    }
    total += f64(sum(f32x4.add(s0, s1)));
    n -= count;
  }
  for (; n > 0; n--, x += 4) total += f64(load<f32>(x));
  return total;
}

/** y[o] += scale * the sum of x[n, o, :], for the channels [from, to) of x [N, O, size]: the gradient to a convolution's bias. */
export function sumChannels(x: usize, y: usize, N: i32, O: i32, size: i32, scale: f32, from: i32, to: i32): void {
  for (let n = 0; n < N; n++) {
    for (let o = from; o < to; o++) {
      const at = y + (o << 2);
      store<f32>(at, load<f32>(at) + scale * f32(sumOf(x + (((n * O + o) * size) << 2), size)));
    }
  }
}

/** y += scale * x[walk in a], or y = ... when `adds` is false. */
export function spreadAdd(x: usize, y: usize, walk: usize, scale: f32, adds: bool): void {
  const n = load<i32>(walk, 4);
  const step = load<i32>(walk, 8);
  for (let rows = begin(walk); rows > 0; rows--, next(walk)) {
    let from = x + atA;
    let i = 0;
    if (u32(step) <= 1) {
      for (; i + 4 <= n; i += 4, from += step << 4, y += 16) {
        let d = f32x4.mul(four(from, step), f32x4.splat(scale));
        if (adds) d = f32x4.add(v128.load(y), d);
        v128.store(y, d);
      }
    }
    for (; i < n; i++, from += step << 2, y += 4) {
      const d = load<f32>(from) * scale;
      store<f32>(y, adds ? load<f32>(y) + d : d);
    }
  }
}

/** y[i] = x[indices[i]]. */
export function gather(x: usize, indices: usize, y: usize, length: i32): void {
  for (const end = y + (length << 2); y < end; y += 4, indices += 4) store<f32>(y, load<f32>(x + (load<i32>(indices) << 2)));
}

/** Adds rows of x to rows of y, or copies them when `adds` is false; the steps from row to row are in numbers. */
export function stripsAdd(x: usize, y: usize, rows: i32, length: i32, stepX: i32, stepY: i32, adds: bool): void {
  for (; rows > 0; rows--, x += stepX << 2, y += stepY << 2) {
    if (!adds) {
      memory.copy(y, x, length << 2);
      continue;
    }
    let i = 0;
    for (; i + 4 <= length; i += 4) {
      const at = y + (i << 2);
      v128.store(at, f32x4.add(v128.load(at), v128.load(x + (i << 2))));
    }
    for (; i < length; i++) {
      const at = y + (i << 2);
      store<f32>(at, load<f32>(at) + load<f32>(x + (i << 2)));
    }
  }
}

/** y[indices[i]] += x[i]. */
export function scatterAdd(x: usize, indices: usize, y: usize, length: i32): void {
  for (const end = x + (length << 2); x < end; x += 4, indices += 4) {
    const to = y + (load<i32>(indices) << 2);
    store<f32>(to, load<f32>(to) + load<f32>(x));
  }
}
