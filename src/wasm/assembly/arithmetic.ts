import { atA, atB, begin, four, next } from './broadcast';
import { log4, power4 } from './math';

// f(a, b) and its partial derivatives, four numbers at a time. Each f has a loop of its own; the gradients share one, which is
// told whose they are. For each NAME there are two exports, name and nameGradient, which ../broadcast.ts calls; those of add
// and sub are dy itself.

@unmanaged class Add { @inline value(a: v128, b: v128): v128 { return f32x4.add(a, b); } }
@unmanaged class Sub { @inline value(a: v128, b: v128): v128 { return f32x4.sub(a, b); } }
@unmanaged class Mul { @inline value(a: v128, b: v128): v128 { return f32x4.mul(a, b); } }
@unmanaged class Div { @inline value(a: v128, b: v128): v128 { return f32x4.div(a, b); } }
@unmanaged class Pow { @inline value(a: v128, b: v128): v128 { return lanes(0, a, b); } }

const enum Op { Mul, Div, Pow }

/** df/db where `inB`, else df/da. */
function slope(op: Op, inB: bool, a: v128, b: v128): v128 {
  if (op === Op.Mul) return inB ? a : b;
  if (op === Op.Div) return f32x4.div(inB ? f32x4.neg(f32x4.div(a, b)) : f32x4.splat(1), b);
  if (op === Op.Pow) return lanes(inB ? 2 : 1, a, b);
  return unreachable();
}

/** The power, or its slope in a or in b. */
function lanes(which: i32, a: v128, b: v128): v128 {
  const exponent = which === 1 ? f32x4.sub(b, f32x4.splat(1)) : b;
  let y = power4(a, exponent);
  y = f32x4.replace_lane(y, 0, special(f32x4.extract_lane(y, 0), f32x4.extract_lane(a, 0), f32x4.extract_lane(exponent, 0)));
  y = f32x4.replace_lane(y, 1, special(f32x4.extract_lane(y, 1), f32x4.extract_lane(a, 1), f32x4.extract_lane(exponent, 1)));
  y = f32x4.replace_lane(y, 2, special(f32x4.extract_lane(y, 2), f32x4.extract_lane(a, 2), f32x4.extract_lane(exponent, 2)));
  y = f32x4.replace_lane(y, 3, special(f32x4.extract_lane(y, 3), f32x4.extract_lane(a, 3), f32x4.extract_lane(exponent, 3)));
  const zero = f32x4.splat(0);
  if (which === 1) return v128.andnot(f32x4.mul(b, y), f32x4.eq(b, zero));
  if (which === 2) return v128.andnot(f32x4.mul(y, log4(a)), v128.and(f32x4.eq(a, zero), f32x4.ge(b, zero)));
  return y;
}

/**
 * a to the power of b, given y = |a| to it where that is an ordinary number. As in C, 1 to the power of anything is 1, and so
 * is -1 to the power of an infinity.
 */
function special(y: f32, a: f32, b: f32): f32 {
  if (b === 0 || a === 1) return 1;
  const size = abs(a);
  const whole = trunc(b) === b;
  if (b !== b || a !== a || (a < 0 && !whole && size !== Infinity)) return NaN;
  if (size === 1) y = 1;
  else if (size === 0 || size === Infinity || abs(b) === Infinity) y = (size > 1) === (b > 0) ? Infinity : 0;
  // All numbers from 2^24 on are even.
  return whole && abs(b) < 16777216 && (i32(b) & 1) !== 0 ? copysign(y, a) : y;
}

/** y = f(a, b). */
@inline
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

/** d += dy * df/db where `inB`, else df/da, or d = ... when `adds` is false: before any summing over what was broadcast. */
function backward(op: Op, inB: bool, a: usize, b: usize, dy: usize, d: usize, view: usize, adds: bool): void {
  const n = load<i32>(view, 4);
  const stepA = load<i32>(view, 8);
  const stepB = load<i32>(view, 12);
  for (let rows = begin(view); rows > 0; rows--, next(view)) {
    let fromA = a + atA;
    let fromB = b + atB;
    let i = 0;
    if (u32(stepA) <= 1 && u32(stepB) <= 1) {
      for (; i + 4 <= n; i += 4, fromA += stepA << 4, fromB += stepB << 4, dy += 16, d += 16) {
        let each = f32x4.mul(v128.load(dy), slope(op, inB, four(fromA, stepA), four(fromB, stepB)));
        if (adds) each = f32x4.add(v128.load(d), each);
        v128.store(d, each);
      }
    }
    for (; i < n; i++, fromA += stepA << 2, fromB += stepB << 2, dy += 4, d += 4) {
      const each = load<f32>(dy) * f32x4.extract_lane(slope(op, inB, v128.load32_splat(fromA), v128.load32_splat(fromB)), 0);
      store<f32>(d, adds ? load<f32>(d) + each : each);
    }
  }
}

export function add(a: usize, b: usize, y: usize, view: usize): void { forward<Add>(a, b, y, view); }
export function sub(a: usize, b: usize, y: usize, view: usize): void { forward<Sub>(a, b, y, view); }
export function mul(a: usize, b: usize, y: usize, view: usize): void { forward<Mul>(a, b, y, view); }
export function mulGradient(inB: bool, a: usize, b: usize, dy: usize, d: usize, view: usize, adds: bool): void { backward(Op.Mul, inB, a, b, dy, d, view, adds); }
export function div(a: usize, b: usize, y: usize, view: usize): void { forward<Div>(a, b, y, view); }
export function divGradient(inB: bool, a: usize, b: usize, dy: usize, d: usize, view: usize, adds: bool): void { backward(Op.Div, inB, a, b, dy, d, view, adds); }
export function pow(a: usize, b: usize, y: usize, view: usize): void { forward<Pow>(a, b, y, view); }
export function powGradient(inB: bool, a: usize, b: usize, dy: usize, d: usize, view: usize, adds: bool): void { backward(Op.Pow, inB, a, b, dy, d, view, adds); }
