import { sum, sumOf } from './broadcast';

// Channels of an array [N, C, size], each summed over its N runs in their order, in float32 for at most 1024 numbers and
// then in float64.

/** The fields of ../normalize.ts, in its order. */
@unmanaged
class Sizes {
  N: i32;
  C: i32;
  size: i32;
}

@inline
function runOf(s: Sizes, n: i32, c: i32): usize {
  return ((n * s.C + c) * s.size) << 2;
}

/** What `squares` found: the sums of d = x - middle and of d^2; and `products`: those of dy and of dy * d. */
let total: f64 = 0;
let product: f64 = 0;

/** Adds those of a run. */
@inline
function squares(x: usize, n: i32, middle: f32): void {
  const m = f32x4.splat(middle);
  while (n >= 8) {
    const count = min(n & ~7, 1024);
    let s0 = f32x4.splat(0);
    let s1 = f32x4.splat(0);
    let d = f32x4.splat(0);
    for (const end = x + (count << 2); x < end; x += 32) {
      const a = f32x4.sub(v128.load(x), m);
      const b = f32x4.sub(v128.load(x, 16), m);
      d = f32x4.add(d, f32x4.add(a, b));
      s0 = f32x4.add(s0, f32x4.mul(a, a));
      s1 = f32x4.add(s1, f32x4.mul(b, b));
    }
    total += f64(sum(d));
    product += f64(sum(f32x4.add(s0, s1)));
    n -= count;
  }
  for (; n > 0; n--, x += 4) {
    const d = load<f32>(x) - middle;
    total += f64(d);
    product += f64(d * d);
  }
}

/** Adds those of a run. */
@inline
function products(x: usize, dy: usize, n: i32, middle: f32): void {
  const m = f32x4.splat(middle);
  while (n >= 4) {
    const count = min(n & ~3, 1024);
    let s = f32x4.splat(0);
    let p = f32x4.splat(0);
    for (const end = x + (count << 2); x < end; x += 16, dy += 16) {
      const d = v128.load(dy);
      s = f32x4.add(s, d);
      p = f32x4.add(p, f32x4.mul(d, f32x4.sub(v128.load(x), m)));
    }
    total += f64(sum(s));
    product += f64(sum(p));
    n -= count;
  }
  for (; n > 0; n--, x += 4, dy += 4) {
    const d = load<f32>(dy);
    total += f64(d);
    product += f64(d * (load<f32>(x) - middle));
  }
}

/**
 * The mean and the variance of the channels [from, to): about a rough mean, that of 1024 numbers or of all, and then corrected. It is so
 * near that nothing is lost: its distance to the mean, squared, is at most variance * count / 1024, and usually far less.
 */
export function moments(x: usize, mean: usize, variance: usize, s: Sizes, from: i32, to: i32): void {
  const count = f64(s.N) * f64(s.size);
  for (let c = from; c < to; c++) {
    let first: f64 = 0;
    let seen = 0;
    for (; seen < s.N && seen * s.size < 1024; seen++) first += sumOf(x + runOf(s, seen, c), s.size);
    const middle = f32(first / (f64(seen) * f64(s.size)));
    total = 0;
    product = 0;
    for (let n = 0; n < s.N; n++) squares(x + runOf(s, n, c), s.size, middle);
    const off = total / count;
    store<f32>(mean + (c << 2), f32(f64(middle) + off));
    store<f32>(variance + (c << 2), f32(max(product / count - off * off, 0)));
  }
}

@inline
function inverseDeviation(variance: usize, c: i32, eps: f64): f64 {
  return 1 / Math.sqrt(f64(load<f32>(variance + (c << 2))) + eps);
}

/** y = (x - mean) / sqrt(variance + eps) * weight + bias for the channels [from, to); weight and bias may be 0, for none. */
export function normalize(
  x: usize, mean: usize, variance: usize, weight: usize, bias: usize, y: usize, eps: f64, s: Sizes, from: i32, to: i32,
): void {
  for (let c = from; c < to; c++) {
    const r = inverseDeviation(variance, c, eps);
    const scale = f32(weight === 0 ? r : r * f64(load<f32>(weight + (c << 2))));
    const middle = load<f32>(mean + (c << 2));
    const shift: f32 = bias === 0 ? 0 : load<f32>(bias + (c << 2));
    for (let n = 0; n < s.N; n++) {
      let at = runOf(s, n, c);
      const end = at + (s.size << 2);
      for (; at + 16 <= end; at += 16) {
        const d = f32x4.mul(f32x4.sub(v128.load(x + at), f32x4.splat(middle)), f32x4.splat(scale));
        v128.store(y + at, f32x4.add(d, f32x4.splat(shift)));
      }
      for (; at < end; at += 4) store<f32>(y + at, (load<f32>(x + at) - middle) * scale + shift);
    }
  }
}

/**
 * Gradients for the channels [from, to), by the formula in src/ops/normalize.ts. dx, dweight and dbias may be 0,
 * for none. Flags: 1 adds to dx, which is overwritten otherwise; 2 mean and variance were given.
 */
export function normalizeGradient(
  x: usize, mean: usize, variance: usize, weight: usize, dy: usize, dx: usize, dweight: usize, dbias: usize, eps: f64,
  flags: i32, s: Sizes, from: i32, to: i32,
): void {
  const adds = (flags & 1) !== 0;
  const fixed = (flags & 2) !== 0;
  const count = f64(s.N) * f64(s.size);
  for (let c = from; c < to; c++) {
    const own = c << 2;
    const r = inverseDeviation(variance, c, eps);
    const middle = load<f32>(mean + own);
    total = 0;
    product = 0;
    if (!fixed || dweight !== 0 || dbias !== 0) {
      for (let n = 0; n < s.N; n++) products(x + runOf(s, n, c), dy + runOf(s, n, c), s.size, middle);
    }
    if (dbias !== 0) store<f32>(dbias + own, load<f32>(dbias + own) + f32(total));
    if (dweight !== 0) store<f32>(dweight + own, load<f32>(dweight + own) + f32(product * r));
    if (dx === 0) continue;
    const scale = f32(weight === 0 ? r : r * f64(load<f32>(weight + own)));
    const shift: f32 = fixed ? 0 : f32(total / count);
    const slope: f32 = fixed ? 0 : f32((r * r * product) / count);
    for (let n = 0; n < s.N; n++) {
      let at = runOf(s, n, c);
      const end = at + (s.size << 2);
      for (; at + 16 <= end; at += 16) {
        let d = f32x4.sub(v128.load(dy + at), f32x4.splat(shift));
        d = f32x4.sub(d, f32x4.mul(f32x4.sub(v128.load(x + at), f32x4.splat(middle)), f32x4.splat(slope)));
        d = f32x4.mul(d, f32x4.splat(scale));
        if (adds) d = f32x4.add(v128.load(dx + at), d);
        v128.store(dx + at, d);
      }
      for (; at < end; at += 4) {
        const d = (load<f32>(dy + at) - shift - (load<f32>(x + at) - middle) * slope) * scale;
        store<f32>(dx + at, adds ? load<f32>(dx + at) + d : d);
      }
    }
  }
}
