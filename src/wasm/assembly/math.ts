// Functions of four float32 lanes, by Cephes's polynomials (Moshier, single precision), in plain operations
// only, so that their bits are the same on every machine.

@inline
function c(value: f32): v128 {
  return f32x4.splat(value);
}

/** a * b + addend, rounded twice: relaxed SIMD's fused form would differ between machines. */
@inline
function step(a: v128, b: v128, addend: f32): v128 {
  return f32x4.add(f32x4.mul(a, b), c(addend));
}

/** e^x, to the subnormals on one side and to Infinity on the other. */
@inline
function inlineExp4(x: v128): v128 {
  x = f32x4.min(f32x4.max(x, c(-104)), c(89));
  // x = n ln 2 + r. Adding 1.5 * 2^23 rounds to a whole number, which then stands in the low bits.
  const shifted = step(x, c(1.44269504088896341), 12582912);
  const n = f32x4.sub(shifted, c(12582912));
  let r = f32x4.sub(x, f32x4.mul(n, c(0.693359375)));
  r = f32x4.sub(r, f32x4.mul(n, c(-2.12194440e-4)));
  let p = step(c(1.9875691500e-4), r, 1.3981999507e-3);
  p = step(p, r, 8.3334519073e-3);
  p = step(p, r, 4.1665795894e-2);
  p = step(p, r, 1.6666665459e-1);
  p = step(p, r, 5.0000001201e-1);
  p = f32x4.add(f32x4.add(f32x4.mul(f32x4.mul(p, r), r), r), c(1));
  // 2^n in two factors, each of which is a normal number where their product is not.
  const power = i32x4.sub(shifted, c(12582912));
  const half = i32x4.shr_s(power, 1);
  return f32x4.mul(f32x4.mul(p, powerOfTwo(half)), powerOfTwo(i32x4.sub(power, half)));
}

/** The same as a call: 1.1 kB less in a gzipped bundle, and as fast where few vectors are alive around it. */
export function exp4(x: v128): v128 {
  return inlineExp4(x);
}

@inline
function powerOfTwo(n: v128): v128 {
  return i32x4.shl(i32x4.add(n, i32x4.splat(127)), 23);
}

/** The natural logarithm. */
export function log4(x: v128): v128 {
  const tiny = f32x4.lt(x, c(1.17549435e-38));
  const scaled = v128.bitselect(f32x4.mul(x, c(8388608)), x, tiny);
  // scaled = m * 2^e with m in [sqrt(1/2), sqrt(2)).
  const shift = i32x4.sub(scaled, i32x4.splat(0x3f3504f3));
  let e = f32x4.convert_i32x4_s(i32x4.shr_s(shift, 23));
  e = f32x4.sub(e, v128.and(tiny, c(23)));
  const m = i32x4.add(v128.and(shift, i32x4.splat(0x007fffff)), i32x4.splat(0x3f3504f3));
  const r = f32x4.sub(m, c(1));
  const z = f32x4.mul(r, r);
  let p = step(c(7.0376836292e-2), r, -1.1514610310e-1);
  p = step(p, r, 1.1676998740e-1);
  p = step(p, r, -1.2420140846e-1);
  p = step(p, r, 1.4249322787e-1);
  p = step(p, r, -1.6668057665e-1);
  p = step(p, r, 2.0000714765e-1);
  p = step(p, r, -2.4999993993e-1);
  p = step(p, r, 3.3333331174e-1);
  let y = f32x4.mul(f32x4.mul(p, r), z);
  y = f32x4.add(y, f32x4.mul(e, c(-2.12194440e-4)));
  y = f32x4.sub(y, f32x4.mul(z, c(0.5)));
  y = f32x4.add(f32x4.add(r, y), f32x4.mul(e, c(0.693359375)));
  y = v128.bitselect(x, y, v128.or(f32x4.eq(x, c(Infinity)), f32x4.ne(x, x)));
  y = v128.bitselect(c(NaN), y, f32x4.lt(x, c(0)));
  return v128.bitselect(c(-Infinity), y, f32x4.eq(x, c(0)));
}

@inline
export function tanh4(x: v128): v128 {
  const size = f32x4.abs(x);
  const z = f32x4.mul(x, x);
  let p = step(c(-5.70498872745e-3), z, 2.06390887954e-2);
  p = step(p, z, -5.37397155531e-2);
  p = step(p, z, 1.33314422036e-1);
  p = step(p, z, -3.33332819422e-1);
  const near = f32x4.add(f32x4.mul(f32x4.mul(p, z), x), x);
  const e = exp4(f32x4.add(size, size));
  const far = f32x4.sub(c(1), f32x4.div(c(2), f32x4.add(e, c(1))));
  const signed = v128.bitselect(x, far, i32x4.splat(0x80000000));
  return v128.bitselect(near, signed, f32x4.lt(size, c(0.625)));
}

/** The slope of 1 / (1 + e^-x): not from y, since 1 - y loses the digits of a y near 1. */
export function sigmoidSlope4(x: v128): v128 {
  const e = exp4(f32x4.neg(f32x4.abs(x)));
  const sum = f32x4.add(c(1), e);
  return f32x4.div(e, f32x4.mul(sum, sum));
}

/** 1 / (1 + e^-x), without overflow on either side. */
export function sigmoid4(x: v128): v128 {
  const e = exp4(f32x4.neg(f32x4.abs(x)));
  const top = v128.bitselect(e, c(1), f32x4.lt(x, c(0)));
  return f32x4.div(top, f32x4.add(c(1), e));
}

/** log(1 + x), exact also where x is far below 1 (Kahan's log1p). */
@inline
function logOnePlus4(x: v128): v128 {
  const sum = f32x4.add(c(1), x);
  const rest = f32x4.sub(sum, c(1));
  const small = f32x4.div(f32x4.mul(log4(sum), x), rest);
  return v128.bitselect(x, small, f32x4.eq(rest, c(0)));
}

/** log(1 + e^x). */
@inline
export function softplus4(x: v128): v128 {
  return f32x4.add(f32x4.max(x, c(0)), logOnePlus4(exp4(f32x4.neg(f32x4.abs(x)))));
}

/** 1 - erf(x), with the relative accuracy of exp(-x^2) far out. */
function erfc4(x: v128): v128 {
  const size = f32x4.abs(x);
  const square = f32x4.mul(x, x);
  let p = step(c(7.853861353153693e-5), square, -8.010193625184903e-4);
  p = step(p, square, 5.188327685732524e-3);
  p = step(p, square, -2.685381193529856e-2);
  p = step(p, square, 1.128358514861418e-1);
  p = step(p, square, -3.761262582423300e-1);
  p = step(p, square, 1.128379165726710);
  const inner = f32x4.sub(c(1), f32x4.mul(x, p));
  const q = f32x4.div(c(1), size);
  const z = f32x4.mul(q, q);
  p = step(c(2.326819970068386e-2), z, -1.387039388740657e-1);
  p = step(p, z, 3.687424674597105e-1);
  p = step(p, z, -5.824733027278666e-1);
  p = step(p, z, 6.210004621745983e-1);
  p = step(p, z, -4.944515323274145e-1);
  p = step(p, z, 3.404879937665872e-1);
  p = step(p, z, -2.741127028184656e-1);
  p = step(p, z, 5.638259427386472e-1);
  let r = step(c(-1.047766399936249e1), z, 1.297719955372516e1);
  r = step(r, z, -7.495518717768503);
  r = step(r, z, 2.921019019210786);
  r = step(r, z, -1.015265279202700);
  r = step(r, z, 4.218463358204948e-1);
  r = step(r, z, -2.820767439740514e-1);
  r = step(r, z, 5.641895067754075e-1);
  p = v128.bitselect(p, r, f32x4.lt(size, c(2)));
  let outer = f32x4.mul(f32x4.mul(inlineExp4(f32x4.neg(square)), q), p);
  outer = v128.bitselect(f32x4.sub(c(2), outer), outer, f32x4.lt(x, c(0)));
  return v128.bitselect(inner, outer, f32x4.lt(size, c(1)));
}

/** x times the share of the normal distribution below x. */
@inline
export function gelu4(x: v128): v128 {
  return f32x4.mul(f32x4.mul(x, c(0.5)), erfc4(f32x4.mul(x, c(-0.70710678118654752))));
}

@inline
export function geluSlope4(x: v128): v128 {
  const share = f32x4.mul(c(0.5), erfc4(f32x4.mul(x, c(-0.70710678118654752))));
  const bell = exp4(f32x4.mul(f32x4.mul(x, x), c(-0.5)));
  return f32x4.add(share, f32x4.mul(f32x4.mul(x, bell), c(0.3989422804014327)));
}

/** 2 sqrt(2 / pi) (x + 0.044715 x^3), whose sigmoid is (1 + tanh of its half) / 2. */
@inline
function geluInner4(x: v128): v128 {
  const cubic = step(f32x4.mul(x, x), c(0.044715), 1);
  return f32x4.mul(f32x4.mul(x, c(1.5957691216057308)), cubic);
}

@inline
export function geluTanh4(x: v128): v128 {
  return f32x4.mul(x, sigmoid4(geluInner4(x)));
}

@inline
export function geluTanhSlope4(x: v128): v128 {
  const inner = geluInner4(x);
  // Where x^2 overflows, the sigmoid's slope is 0, and so must the product be.
  const steep = f32x4.min(c(3e38), f32x4.mul(c(1.5957691216057308), step(f32x4.mul(x, x), c(0.134145), 1)));
  return f32x4.add(sigmoid4(inner), f32x4.mul(f32x4.mul(x, sigmoidSlope4(inner)), steep));
}

/** e^x of one number: the same bits as `exp4` gives. */
export function exp1(x: f32): f32 {
  return f32x4.extract_lane(exp4(c(x)), 0);
}

export function log1(x: f32): f32 {
  return f32x4.extract_lane(log4(c(x)), 0);
}

/** log(1 + x). */
export function logOnePlus1(x: f32): f32 {
  return f32x4.extract_lane(logOnePlus4(c(x)), 0);
}

/** e^x - 1 for x from log(1/2) on. */
export function lessOne1(x: f32): f32 {
  return f32x4.extract_lane(tanh4(c(x * 0.5)), 0) * (exp1(x) + 1);
}

/** |a| to the power of b, four numbers in float64, where both are finite and a is not 0. */
export function power4(a: v128, b: v128): v128 {
  const low = powerOfTwo2(f64x2.mul(f64x2.promote_low_f32x4(b), logarithm2(f64x2.promote_low_f32x4(a))));
  a = i64x2.shuffle(a, a, 1, 0);
  b = i64x2.shuffle(b, b, 1, 0);
  const high = powerOfTwo2(f64x2.mul(f64x2.promote_low_f32x4(b), logarithm2(f64x2.promote_low_f32x4(a))));
  return i64x2.shuffle(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2);
}

@inline
function d(value: f64): v128 {
  return f64x2.splat(value);
}

@inline
function stepWide(a: v128, b: v128, addend: f64): v128 {
  return f64x2.add(f64x2.mul(a, b), d(addend));
}

/** log2 |x| of two normal numbers, to 1e-12: 2 atanh(s) / ln 2 by its series, s = (m - 1) / (m + 1). */
@inline
function logarithm2(x: v128): v128 {
  // |x| = m * 2^e with m in [sqrt(1/2), sqrt(2)).
  const root = i64x2.splat(0x3fe6a09e667f3bcd);
  const shift = i64x2.sub(f64x2.abs(x), root);
  const m = i64x2.add(v128.and(shift, i64x2.splat(0x000fffffffffffff)), root);
  const s = f64x2.div(f64x2.sub(m, d(1)), f64x2.add(m, d(1)));
  const z = f64x2.mul(s, s);
  let p = stepWide(z, d(1.0 / 13), 1.0 / 11);
  p = stepWide(p, z, 1.0 / 9);
  p = stepWide(p, z, 1.0 / 7);
  p = stepWide(p, z, 1.0 / 5);
  p = stepWide(p, z, 1.0 / 3);
  p = f64x2.mul(f64x2.mul(stepWide(p, z, 1), s), d(2.8853900817779268));
  // A whole number e below 2^51 stands in the low bits of 1.5 * 2^52 + e.
  const e = i64x2.add(i64x2.shr_s(shift, 52), i64x2.splat(0x4338000000000000));
  return f64x2.add(f64x2.sub(e, d(6755399441055744)), p);
}

/** 2^x of two numbers to 1e-11, to beyond the range of float32. */
@inline
function powerOfTwo2(x: v128): v128 {
  x = f64x2.min(f64x2.max(x, d(-160)), d(130));
  const shifted = f64x2.add(x, d(6755399441055744));
  const r = f64x2.mul(f64x2.sub(x, f64x2.sub(shifted, d(6755399441055744))), d(0.6931471805599453));
  let p = stepWide(r, d(1.0 / 362880), 1.0 / 40320);
  p = stepWide(p, r, 1.0 / 5040);
  p = stepWide(p, r, 1.0 / 720);
  p = stepWide(p, r, 1.0 / 120);
  p = stepWide(p, r, 1.0 / 24);
  p = stepWide(p, r, 1.0 / 6);
  p = stepWide(p, r, 0.5);
  p = stepWide(p, r, 1);
  return f64x2.mul(stepWide(p, r, 1), i64x2.shl(i64x2.add(shifted, i64x2.splat(1023)), 52));
}
