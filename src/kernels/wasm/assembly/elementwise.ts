import { exp4, gelu4, geluSlope4, geluTanh4, geluTanhSlope4, log4, sigmoid4, softplus4, tanh4 } from './math';

// Arrays are addresses. They are followed by room up to a multiple of 64 bytes, so that loops may run in whole vectors.
// The operations are numbered as in ../elementwise.ts.

// @ts-expect-error: decorator
@inline
function value(operation: i32, x: v128, p: v128): v128 {
  if (operation === 0) return f32x4.neg(x);
  if (operation === 1) return exp4(x);
  if (operation === 2) return log4(x);
  if (operation === 3) return f32x4.sqrt(x);
  if (operation === 4) return f32x4.max(x, f32x4.splat(0));
  if (operation === 5) return v128.bitselect(x, f32x4.mul(p, x), f32x4.gt(x, f32x4.splat(0)));
  if (operation === 6) return sigmoid4(x);
  if (operation === 7) return tanh4(x);
  if (operation === 8) return gelu4(x);
  if (operation === 9) return geluTanh4(x);
  if (operation === 10) return softplus4(x);
  return f32x4.abs(x);
}

/** dy times the slope at x, where the function is y. */
// @ts-expect-error: decorator
@inline
function slope(operation: i32, x: v128, y: v128, dy: v128, p: v128): v128 {
  const one = f32x4.splat(1);
  if (operation === 0) return f32x4.neg(dy);
  if (operation === 1) return f32x4.mul(dy, y);
  if (operation === 2) return f32x4.mul(dy, f32x4.div(one, x));
  if (operation === 3) return f32x4.mul(dy, f32x4.div(f32x4.splat(0.5), y));
  if (operation === 4) return v128.andnot(dy, f32x4.le(x, f32x4.splat(0)));
  if (operation === 5) return v128.bitselect(dy, f32x4.mul(dy, p), f32x4.gt(x, f32x4.splat(0)));
  if (operation === 6) return f32x4.mul(dy, f32x4.mul(y, f32x4.sub(one, y)));
  if (operation === 7) return f32x4.mul(dy, f32x4.sub(one, f32x4.mul(y, y)));
  if (operation === 8) return f32x4.mul(dy, geluSlope4(x));
  if (operation === 9) return f32x4.mul(dy, geluTanhSlope4(x));
  if (operation === 10) return f32x4.mul(dy, sigmoid4(x));
  // The sign bit of x, and 0 where x is 0.
  return v128.and(v128.xor(dy, v128.and(x, i32x4.splat(0x80000000))), f32x4.ne(x, f32x4.splat(0)));
}

// @ts-expect-error: decorator
@inline
function unaryLoop(operation: i32, x: usize, y: usize, end: usize, p: v128): void {
  for (; x < end; x += 16, y += 16) v128.store(y, value(operation, v128.load(x), p));
}

export function unary(operation: i32, x: usize, y: usize, length: i32, parameter: f32): void {
  const end = x + (length << 2);
  const p = f32x4.splat(parameter);
  if (operation === 0) unaryLoop(0, x, y, end, p);
  else if (operation === 1) unaryLoop(1, x, y, end, p);
  else if (operation === 2) unaryLoop(2, x, y, end, p);
  else if (operation === 3) unaryLoop(3, x, y, end, p);
  else if (operation === 4) unaryLoop(4, x, y, end, p);
  else if (operation === 5) unaryLoop(5, x, y, end, p);
  else if (operation === 6) unaryLoop(6, x, y, end, p);
  else if (operation === 7) unaryLoop(7, x, y, end, p);
  else if (operation === 8) unaryLoop(8, x, y, end, p);
  else if (operation === 9) unaryLoop(9, x, y, end, p);
  else if (operation === 10) unaryLoop(10, x, y, end, p);
  else unaryLoop(11, x, y, end, p);
}

// @ts-expect-error: decorator
@inline
function gradientLoop(operation: i32, x: usize, y: usize, dy: usize, dx: usize, end: usize, p: v128, adds: bool): void {
  for (; x < end; x += 16, y += 16, dy += 16, dx += 16) {
    // Only what the slope is made of is read: memory is what these loops wait for.
    const byY = operation === 1 || operation === 3 || operation === 6 || operation === 7;
    const at = byY ? v128.load(y) : v128.load(x);
    let d = slope(operation, at, at, v128.load(dy), p);
    if (adds) d = f32x4.add(v128.load(dx), d);
    v128.store(dx, d);
  }
}

/** Adds to dx, or overwrites it when `adds` is false. */
export function unaryGradient(
  operation: i32,
  x: usize,
  y: usize,
  dy: usize,
  dx: usize,
  length: i32,
  parameter: f32,
  adds: bool,
): void {
  const end = x + (length << 2);
  const p = f32x4.splat(parameter);
  if (operation === 0) gradientLoop(0, x, y, dy, dx, end, p, adds);
  else if (operation === 1) gradientLoop(1, x, y, dy, dx, end, p, adds);
  else if (operation === 2) gradientLoop(2, x, y, dy, dx, end, p, adds);
  else if (operation === 3) gradientLoop(3, x, y, dy, dx, end, p, adds);
  else if (operation === 4) gradientLoop(4, x, y, dy, dx, end, p, adds);
  else if (operation === 5) gradientLoop(5, x, y, dy, dx, end, p, adds);
  else if (operation === 6) gradientLoop(6, x, y, dy, dx, end, p, adds);
  else if (operation === 7) gradientLoop(7, x, y, dy, dx, end, p, adds);
  else if (operation === 8) gradientLoop(8, x, y, dy, dx, end, p, adds);
  else if (operation === 9) gradientLoop(9, x, y, dy, dx, end, p, adds);
  else if (operation === 10) gradientLoop(10, x, y, dy, dx, end, p, adds);
  else gradientLoop(11, x, y, dy, dx, end, p, adds);
}
