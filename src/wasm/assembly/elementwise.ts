import { exp4, gelu4, geluSlope4, geluTanh4, geluTanhSlope4, log4, sigmoid4, sigmoidSlope4, softplus4, tanh4 } from './math';

// Arrays are addresses. They are followed by room up to a multiple of 64 bytes, so that loops may run in whole vectors.
// An operation is a class, so that the loops below are compiled once for each: `value` is f(x), four numbers at a time, and
// `slope` is dy * f'(x) from x or y = f(x), whichever it reads (memory is what these loops wait for). `p` is the operation's
// parameter. For each class NAME there are two exports, name and nameGradient, which ../elementwise.ts calls.

@unmanaged class Neg {
  @inline value(x: v128, p: v128): v128 { return f32x4.neg(x); }
  @inline slope(dy: v128, x: usize, y: usize, p: v128): v128 { return f32x4.neg(dy); }
}
@unmanaged class Exp {
  @inline value(x: v128, p: v128): v128 { return exp4(x); }
  @inline slope(dy: v128, x: usize, y: usize, p: v128): v128 { return f32x4.mul(dy, v128.load(y)); }
}
@unmanaged class Log {
  @inline value(x: v128, p: v128): v128 { return log4(x); }
  @inline slope(dy: v128, x: usize, y: usize, p: v128): v128 { return f32x4.mul(dy, f32x4.div(f32x4.splat(1), v128.load(x))); }
}
@unmanaged class Sqrt {
  @inline value(x: v128, p: v128): v128 { return f32x4.sqrt(x); }
  @inline slope(dy: v128, x: usize, y: usize, p: v128): v128 { return f32x4.mul(dy, f32x4.div(f32x4.splat(0.5), v128.load(y))); }
}
@unmanaged class Relu {
  @inline value(x: v128, p: v128): v128 { return f32x4.max(x, f32x4.splat(0)); }
  @inline slope(dy: v128, x: usize, y: usize, p: v128): v128 { return v128.andnot(dy, f32x4.le(v128.load(x), f32x4.splat(0))); }
}
@unmanaged class LeakyRelu {
  @inline value(x: v128, p: v128): v128 { return v128.bitselect(x, f32x4.mul(p, x), f32x4.gt(x, f32x4.splat(0))); }
  @inline slope(dy: v128, x: usize, y: usize, p: v128): v128 {
    return v128.bitselect(dy, f32x4.mul(dy, p), f32x4.gt(v128.load(x), f32x4.splat(0)));
  }
}
@unmanaged class Sigmoid {
  @inline value(x: v128, p: v128): v128 { return sigmoid4(x); }
  @inline slope(dy: v128, x: usize, y: usize, p: v128): v128 { return f32x4.mul(dy, sigmoidSlope4(v128.load(x))); }
}
@unmanaged class Tanh {
  @inline value(x: v128, p: v128): v128 { return tanh4(x); }
  /** 1 - y^2 is four times the slope of the sigmoid at 2 x. */
  @inline slope(dy: v128, x: usize, y: usize, p: v128): v128 {
    const slope = sigmoidSlope4(f32x4.add(v128.load(x), v128.load(x)));
    return f32x4.mul(dy, f32x4.mul(slope, f32x4.splat(4)));
  }
}
@unmanaged class Gelu {
  @inline value(x: v128, p: v128): v128 { return gelu4(x); }
  @inline slope(dy: v128, x: usize, y: usize, p: v128): v128 { return f32x4.mul(dy, geluSlope4(v128.load(x))); }
}
@unmanaged class GeluTanh {
  @inline value(x: v128, p: v128): v128 { return geluTanh4(x); }
  @inline slope(dy: v128, x: usize, y: usize, p: v128): v128 { return f32x4.mul(dy, geluTanhSlope4(v128.load(x))); }
}
@unmanaged class Softplus {
  @inline value(x: v128, p: v128): v128 { return softplus4(x); }
  @inline slope(dy: v128, x: usize, y: usize, p: v128): v128 { return f32x4.mul(dy, sigmoid4(v128.load(x))); }
}
@unmanaged class Abs {
  @inline value(x: v128, p: v128): v128 { return f32x4.abs(x); }
  /** The sign bit of x, and 0 where x is 0 or NaN. */
  @inline slope(dy: v128, x: usize, y: usize, p: v128): v128 {
    const at = v128.load(x);
    return v128.and(v128.xor(dy, v128.and(at, i32x4.splat(0x80000000))), f32x4.gt(f32x4.abs(at), f32x4.splat(0)));
  }
}

/** y = f(x). */
@inline
function forward<Operation>(x: usize, y: usize, length: i32, parameter: f32): void {
  const p = f32x4.splat(parameter);
  for (const end = x + (length << 2); x < end; x += 16, y += 16) {
    v128.store(y, changetype<Operation>(0).value(v128.load(x), p));
  }
}

/** dx += dy * f'(x), or dx = ... when `adds` is false. */
@inline
function backward<Operation>(x: usize, y: usize, dy: usize, dx: usize, length: i32, parameter: f32, adds: bool): void {
  const p = f32x4.splat(parameter);
  for (const end = x + (length << 2); x < end; x += 16, y += 16, dy += 16, dx += 16) {
    let d = changetype<Operation>(0).slope(v128.load(dy), x, y, p);
    if (adds) d = f32x4.add(v128.load(dx), d);
    v128.store(dx, d);
  }
}

export function neg(x: usize, y: usize, n: i32, p: f32): void { forward<Neg>(x, y, n, p); }
export function negGradient(x: usize, y: usize, dy: usize, dx: usize, n: i32, p: f32, adds: bool): void { backward<Neg>(x, y, dy, dx, n, p, adds); }
export function exp(x: usize, y: usize, n: i32, p: f32): void { forward<Exp>(x, y, n, p); }
export function expGradient(x: usize, y: usize, dy: usize, dx: usize, n: i32, p: f32, adds: bool): void { backward<Exp>(x, y, dy, dx, n, p, adds); }
export function log(x: usize, y: usize, n: i32, p: f32): void { forward<Log>(x, y, n, p); }
export function logGradient(x: usize, y: usize, dy: usize, dx: usize, n: i32, p: f32, adds: bool): void { backward<Log>(x, y, dy, dx, n, p, adds); }
export function sqrt(x: usize, y: usize, n: i32, p: f32): void { forward<Sqrt>(x, y, n, p); }
export function sqrtGradient(x: usize, y: usize, dy: usize, dx: usize, n: i32, p: f32, adds: bool): void { backward<Sqrt>(x, y, dy, dx, n, p, adds); }
export function relu(x: usize, y: usize, n: i32, p: f32): void { forward<Relu>(x, y, n, p); }
export function reluGradient(x: usize, y: usize, dy: usize, dx: usize, n: i32, p: f32, adds: bool): void { backward<Relu>(x, y, dy, dx, n, p, adds); }
export function leakyRelu(x: usize, y: usize, n: i32, p: f32): void { forward<LeakyRelu>(x, y, n, p); }
export function leakyReluGradient(x: usize, y: usize, dy: usize, dx: usize, n: i32, p: f32, adds: bool): void { backward<LeakyRelu>(x, y, dy, dx, n, p, adds); }
export function sigmoid(x: usize, y: usize, n: i32, p: f32): void { forward<Sigmoid>(x, y, n, p); }
export function sigmoidGradient(x: usize, y: usize, dy: usize, dx: usize, n: i32, p: f32, adds: bool): void { backward<Sigmoid>(x, y, dy, dx, n, p, adds); }
export function tanh(x: usize, y: usize, n: i32, p: f32): void { forward<Tanh>(x, y, n, p); }
export function tanhGradient(x: usize, y: usize, dy: usize, dx: usize, n: i32, p: f32, adds: bool): void { backward<Tanh>(x, y, dy, dx, n, p, adds); }
export function gelu(x: usize, y: usize, n: i32, p: f32): void { forward<Gelu>(x, y, n, p); }
export function geluGradient(x: usize, y: usize, dy: usize, dx: usize, n: i32, p: f32, adds: bool): void { backward<Gelu>(x, y, dy, dx, n, p, adds); }
export function geluTanh(x: usize, y: usize, n: i32, p: f32): void { forward<GeluTanh>(x, y, n, p); }
export function geluTanhGradient(x: usize, y: usize, dy: usize, dx: usize, n: i32, p: f32, adds: bool): void { backward<GeluTanh>(x, y, dy, dx, n, p, adds); }
export function softplus(x: usize, y: usize, n: i32, p: f32): void { forward<Softplus>(x, y, n, p); }
export function softplusGradient(x: usize, y: usize, dy: usize, dx: usize, n: i32, p: f32, adds: bool): void { backward<Softplus>(x, y, dy, dx, n, p, adds); }
export function abs(x: usize, y: usize, n: i32, p: f32): void { forward<Abs>(x, y, n, p); }
export function absGradient(x: usize, y: usize, dy: usize, dx: usize, n: i32, p: f32, adds: bool): void { backward<Abs>(x, y, dy, dx, n, p, adds); }
