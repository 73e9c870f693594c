import { atA, atB, begin, four, next, sum } from './broadcast';
import { log1, pow1 } from './math';

// An operation is a class, so that the loops below are compiled once for each: f(a, b) and its partial derivatives. For each
// class NAME there are two exports, name and nameGradient, which ../broadcast.ts calls.

@unmanaged class Add {
  @inline value(a: v128, b: v128): v128 { return f32x4.add(a, b); }
  @inline slopeA(a: v128, b: v128): v128 { return f32x4.splat(1); }
  @inline slopeB(a: v128, b: v128): v128 { return f32x4.splat(1); }
}
@unmanaged class Sub {
  @inline value(a: v128, b: v128): v128 { return f32x4.sub(a, b); }
  @inline slopeA(a: v128, b: v128): v128 { return f32x4.splat(1); }
  @inline slopeB(a: v128, b: v128): v128 { return f32x4.splat(-1); }
}
@unmanaged class Mul {
  @inline value(a: v128, b: v128): v128 { return f32x4.mul(a, b); }
  @inline slopeA(a: v128, b: v128): v128 { return b; }
  @inline slopeB(a: v128, b: v128): v128 { return a; }
}
@unmanaged class Div {
  @inline value(a: v128, b: v128): v128 { return f32x4.div(a, b); }
  @inline slopeA(a: v128, b: v128): v128 { return f32x4.div(f32x4.splat(1), b); }
  @inline slopeB(a: v128, b: v128): v128 { return f32x4.neg(f32x4.div(a, f32x4.mul(b, b))); }
}
@unmanaged class Pow {
  @inline value(a: v128, b: v128): v128 { return lanes(0, a, b); }
  @inline slopeA(a: v128, b: v128): v128 { return lanes(1, a, b); }
  @inline slopeB(a: v128, b: v128): v128 { return lanes(2, a, b); }
}

/** The power, or its slope in a or in b, lane by lane. */
function lanes(which: i32, a: v128, b: v128): v128 {
  let y = f32x4.splat(power(which, f32x4.extract_lane(a, 0), f32x4.extract_lane(b, 0)));
  y = f32x4.replace_lane(y, 1, power(which, f32x4.extract_lane(a, 1), f32x4.extract_lane(b, 1)));
  y = f32x4.replace_lane(y, 2, power(which, f32x4.extract_lane(a, 2), f32x4.extract_lane(b, 2)));
  return f32x4.replace_lane(y, 3, power(which, f32x4.extract_lane(a, 3), f32x4.extract_lane(b, 3)));
}

function power(which: i32, a: f32, b: f32): f32 {
  if (which === 0) return pow1(a, b);
  if (which === 1) return b === 0 ? 0 : b * pow1(a, b - 1);
  return a === 0 && b >= 0 ? 0 : pow1(a, b) * log1(a);
}

/** y = f(a, b). */
function forward<Operation>(a: usize, b: usize, y: usize, view: usize): void {
  const n = load<i32>(view, 4);
  const stepA = load<i32>(view, 8);
  const stepB = load<i32>(view, 12);
  const op = changetype<Operation>(0);
  for (let rows = begin(view); rows > 0; rows--, next(view)) {
    let fromA = a + atA;
    let fromB = b + atB;
    let i = 0;
    if (u32(stepA) <= 1 && u32(stepB) <= 1) {
      for (; i + 4 <= n; i += 4, fromA += stepA << 4, fromB += stepB << 4, y += 16) {
        v128.store(y, op.value(four(fromA, stepA), four(fromB, stepB)));
      }
    }
    for (; i < n; i++, fromA += stepA << 2, fromB += stepB << 2, y += 4) {
      v128.store_lane<f32>(y, op.value(v128.load32_splat(fromA), v128.load32_splat(fromB)), 0);
    }
  }
}

/** dt += dy * df/dt, t being b where `inB`, else a. */
function backward<Operation>(inB: bool, a: usize, b: usize, dy: usize, dt: usize, view: usize): void {
  const n = load<i32>(view, 4);
  const stepA = load<i32>(view, 8);
  const stepB = load<i32>(view, 12);
  const stepT = inB ? stepB : stepA;
  const op = changetype<Operation>(0);
  for (let rows = begin(view); rows > 0; rows--, next(view)) {
    let fromA = a + atA;
    let fromB = b + atB;
    let to = dt + (inB ? atB : atA);
    let i = 0;
    let total = f32x4.splat(0);
    if (u32(stepA) <= 1 && u32(stepB) <= 1) {
      for (; i + 4 <= n; i += 4, fromA += stepA << 4, fromB += stepB << 4, dy += 16) {
        const vA = four(fromA, stepA);
        const vB = four(fromB, stepB);
        const d = f32x4.mul(v128.load(dy), inB ? op.slopeB(vA, vB) : op.slopeA(vA, vB));
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
      const vA = v128.load32_splat(fromA);
      const vB = v128.load32_splat(fromB);
      const slope = f32x4.extract_lane(inB ? op.slopeB(vA, vB) : op.slopeA(vA, vB), 0);
      store<f32>(to, load<f32>(to) + load<f32>(dy) * slope);
    }
  }
}

export function add(a: usize, b: usize, y: usize, view: usize): void { forward<Add>(a, b, y, view); }
export function addGradient(inB: bool, a: usize, b: usize, dy: usize, dt: usize, view: usize): void { backward<Add>(inB, a, b, dy, dt, view); }
export function sub(a: usize, b: usize, y: usize, view: usize): void { forward<Sub>(a, b, y, view); }
export function subGradient(inB: bool, a: usize, b: usize, dy: usize, dt: usize, view: usize): void { backward<Sub>(inB, a, b, dy, dt, view); }
export function mul(a: usize, b: usize, y: usize, view: usize): void { forward<Mul>(a, b, y, view); }
export function mulGradient(inB: bool, a: usize, b: usize, dy: usize, dt: usize, view: usize): void { backward<Mul>(inB, a, b, dy, dt, view); }
export function div(a: usize, b: usize, y: usize, view: usize): void { forward<Div>(a, b, y, view); }
export function divGradient(inB: bool, a: usize, b: usize, dy: usize, dt: usize, view: usize): void { backward<Div>(inB, a, b, dy, dt, view); }
export function pow(a: usize, b: usize, y: usize, view: usize): void { forward<Pow>(a, b, y, view); }
export function powGradient(inB: bool, a: usize, b: usize, dy: usize, dt: usize, view: usize): void { backward<Pow>(inB, a, b, dy, dt, view); }
