import { sum } from './broadcast';

// Legend: y [M, N] += a [M, K] b [K, N]. Each element of y is summed in one order, whatever tile it falls into, so that
// work may be split anywhere between rows.

/** How much of K is summed at a time where both operands run along it: as much as the first-level cache holds. */
const BLOCK = 1024;
/** How much of K is summed at a time otherwise: 16 columns of b, side by side, fill that cache. */
export const PANEL = 512;
/** From how many bytes between rows of b on its columns are copied. */
const APART: usize = 1024;

/**
 * b is stored as [K, N]; neighbors in a are `stepM` and `stepK` bytes apart. The first `length` of K are summed, for the rows
 * [from, to) of y. `panel` is room for 512 * 16 numbers.
 */
export function matmul(
  a: usize, b: usize, y: usize, panel: usize, K: i32, length: i32, N: i32, stepM: usize, stepK: usize, from: i32,
  to: i32,
): void {
  for (let k = 0; k < length; k += PANEL) {
    multiply(a + k * stepK, b + ((k * N) << 2), y, panel, min(length - k, PANEL), N, stepM, stepK, from, to, true);
  }
}

/** The same for a K of at most PANEL; y is added to, or written. */
export function multiply(
  a: usize, b: usize, y: usize, panel: usize, K: i32, N: i32, stepM: usize, stepK: usize, from: i32, to: i32, adds: bool,
): void {
  const mode = adds ? Mode.Adds : Mode.Writes;
  const rowBytes = <usize>(N << 2);
  let n = 0;
  for (let width = 16; n + 8 <= N; n += width) {
    if (n + 16 > N) width = 8;
    let column = b + (n << 2);
    let stepB = rowBytes;
    if (to - from >= 8 && rowBytes >= APART) {
      // Rows of b that are far apart would drive each other out of the cache.
      stepB = width << 2;
      copyPanel(column, panel, K, rowBytes, stepB);
      column = panel;
    }
    const left = a + from * stepM;
    const target = y + ((from * N + n) << 2);
    const pairs = width === 16 ? to - from & ~1 : 0;
    if (pairs) columnsOf16(left, column, target, pairs, K, stepM, stepK, stepB, rowBytes, adds);
    for (let i = 0; i < width; i += 8) {
      const own = target + pairs * rowBytes + (i << 2);
      columnsOf8(left + pairs * stepM, column + (i << 2), own, to - from - pairs, K, stepM, stepK, stepB, rowBytes, mode);
    }
  }
  const rest = N - n;
  if (rest === 0) return;
  // The last ones beside zeros, into rows of their own.
  const sums = panel + (PANEL << 5);
  for (let k = 0, row = b + (n << 2), to = panel; k < K; k++, row += rowBytes, to += 32) {
    for (let i = 0; i < 8; i++) store<f32>(to + (i << 2), i < rest ? load<f32>(row + (i << 2)) : 0);
  }
  for (let m = from; m < to; m += 4) {
    const rows = min(to - m, 4);
    columnsOf8(a + m * stepM, panel, sums, rows, K, stepM, stepK, 32, 32, Mode.Writes);
    for (let r = 0; r < rows; r++) {
      for (let i = 0; i < rest; i++) {
        const at = y + (((m + r) * N + n + i) << 2);
        const sum = load<f32>(sums + (r << 5) + (i << 2));
        store<f32>(at, adds ? load<f32>(at) + sum : sum);
      }
    }
  }
}

/** Columns of b, side by side in rows of `bytes`. */
function copyPanel(from: usize, to: usize, K: i32, rowBytes: usize, bytes: i32): void {
  for (; K > 0; K--, from += rowBytes, to += bytes) {
    for (let i = 0; i < bytes; i += 16) v128.store(to + i, v128.load(from + i));
  }
}

/** The sum is written to y, is added to it, or begins with the row before b and is written. */
export const enum Mode { Writes, Adds, Begins }

/**
 * Rows by 8 columns, in fours. The sum goes over so many `pieces` of K; from one to the next a skips `skip` bytes, b `skipB`.
 */
export function columnsOf8(
  a: usize, b: usize, y: usize, rows: i32, K: i32, stepM: usize, stepK: usize, stepB: usize, stepY: usize, mode: Mode,
  pieces: i32 = 1, skip: usize = 0, skipB: usize = 0,
): void {
  for (; rows > 0; rows -= 4, a += 4 * stepM, y += 4 * stepY) {
    let s00 = first(b - 32, mode);
    let s01 = first(b - 16, mode);
    let s10 = s00;
    let s11 = s01;
    let s20 = s00;
    let s21 = s01;
    let s30 = s00;
    let s31 = s01;
    // Where there are less than four rows, the last comes again.
    let a0 = a;
    let a1 = rows > 1 ? a + stepM : a;
    let a2 = rows > 2 ? a1 + stepM : a1;
    let a3 = rows > 3 ? a2 + stepM : a2;
    let column = b;
    for (let piece = pieces; piece > 0; piece--) {
      // By a pointer that is there anyway: counting, too, costs 5%.
      for (const end = column + K * stepB; column < end; column += stepB) {
        const b0 = v128.load(column);
        const b1 = v128.load(column, 16);
        const x0 = v128.load32_splat(a0);
        s00 = f32x4.add(s00, f32x4.mul(x0, b0));
        s01 = f32x4.add(s01, f32x4.mul(x0, b1));
        const x1 = v128.load32_splat(a1);
        s10 = f32x4.add(s10, f32x4.mul(x1, b0));
        s11 = f32x4.add(s11, f32x4.mul(x1, b1));
        const x2 = v128.load32_splat(a2);
        s20 = f32x4.add(s20, f32x4.mul(x2, b0));
        s21 = f32x4.add(s21, f32x4.mul(x2, b1));
        const x3 = v128.load32_splat(a3);
        s30 = f32x4.add(s30, f32x4.mul(x3, b0));
        s31 = f32x4.add(s31, f32x4.mul(x3, b1));
        a0 += stepK;
        a1 += stepK;
        a2 += stepK;
        a3 += stepK;
      }
      column += skipB;
      a0 += skip;
      a1 += skip;
      a2 += skip;
      a3 += skip;
    }
    put(y, s00, mode);
    put(y + 16, s01, mode);
    if (rows > 1) {
      put(y + stepY, s10, mode);
      put(y + stepY + 16, s11, mode);
    }
    if (rows > 2) {
      put(y + 2 * stepY, s20, mode);
      put(y + 2 * stepY + 16, s21, mode);
    }
    if (rows > 3) {
      put(y + 3 * stepY, s30, mode);
      put(y + 3 * stepY + 16, s31, mode);
    }
  }
}

/** Pairs of rows, `rows` at least, by 16 columns, written to y or added: fewer instructions a product than in fours by 8. */
export function columnsOf16(
  a: usize, b: usize, y: usize, rows: i32, K: i32, stepM: usize, stepK: usize, stepB: usize, stepY: usize, adds: bool,
): void {
  pairsOf16(a, b, y, rows, K, stepM, stepK, stepB, stepY, adds ? Mode.Adds : Mode.Writes, 1, 0, 0);
}

/** The same in pieces, as in `columnsOf8`, added to y: apart, because a loop more costs the others 5%. */
function piecesOf16(
  a: usize, b: usize, y: usize, rows: i32, K: i32, stepM: usize, stepK: usize, stepB: usize, stepY: usize, pieces: i32,
  skip: usize, skipB: usize,
): void {
  pairsOf16(a, b, y, rows, K, stepM, stepK, stepB, stepY, Mode.Adds, pieces, skip, skipB);
}

/** The same of neighbors in a and rows of b, where the sum begins with the row before b. */
export function denseOf16(
  a: usize, b: usize, y: usize, rows: i32, K: i32, stepM: usize, stepY: usize, pieces: i32, skip: usize,
): void {
  pairsOf16(a, b, y, rows, K, stepM, 4, 64, stepY, Mode.Begins, pieces, skip, 0);
}

@inline
function pairsOf16(
  a: usize, b: usize, y: usize, rows: i32, K: i32, stepM: usize, stepK: usize, stepB: usize, stepY: usize, mode: Mode,
  pieces: i32, skip: usize, skipB: usize,
): void {
  for (; rows > 0; rows -= 2, a += 2 * stepM, y += 2 * stepY) {
    let a1 = first(b - 64, mode);
    let a2 = first(b - 48, mode);
    let a3 = first(b - 32, mode);
    let a4 = first(b - 16, mode);
    let b1 = a1;
    let b2 = a2;
    let b3 = a3;
    let b4 = a4;
    let p = a;
    let q = a + stepM;
    let column = b;
    for (let piece = pieces; piece > 0; piece--, column += skipB, p += skip, q += skip) {
      for (const end = column + K * stepB; column < end; column += stepB, p += stepK, q += stepK) {
        const x = v128.load32_splat(p);
        const z = v128.load32_splat(q);
        const c1 = v128.load(column);
        a1 = f32x4.add(a1, f32x4.mul(x, c1));
        b1 = f32x4.add(b1, f32x4.mul(z, c1));
        const c2 = v128.load(column, 16);
        a2 = f32x4.add(a2, f32x4.mul(x, c2));
        b2 = f32x4.add(b2, f32x4.mul(z, c2));
        const c3 = v128.load(column, 32);
        a3 = f32x4.add(a3, f32x4.mul(x, c3));
        b3 = f32x4.add(b3, f32x4.mul(z, c3));
        const c4 = v128.load(column, 48);
        a4 = f32x4.add(a4, f32x4.mul(x, c4));
        b4 = f32x4.add(b4, f32x4.mul(z, c4));
      }
    }
    put(y, a1, mode);
    put(y + 16, a2, mode);
    put(y + 32, a3, mode);
    put(y + 48, a4, mode);
    put(y + stepY, b1, mode);
    put(y + stepY + 16, b2, mode);
    put(y + stepY + 32, b3, mode);
    put(y + stepY + 48, b4, mode);
  }
}

/**
 * A product of so many bytes of columns, by 16 and by 8 where no more are left. In b they are side by side, from one row to
 * the next `stepB` bytes, or in panels of their own, `stepB` being 0, from one column to the next `K` bytes.
 */
export function productOf(
  a: usize, b: usize, y: usize, bytes: i32, rows: i32, K: i32, stepM: usize, stepK: usize, column: i32, stepB: usize,
  stepY: usize, mode: Mode, pieces: i32 = 1, skip: usize = 0, skipB: usize = 0,
): void {
  let o = 0;
  for (; o + 64 <= bytes; o += 64) {
    const panel = b + o * column;
    if (pieces === 1) columnsOf16(a, panel, y + o, rows, K, stepM, stepK, stepB || 64, stepY, mode === Mode.Adds);
    else piecesOf16(a, panel, y + o, rows, K, stepM, stepK, stepB, stepY, pieces, skip, skipB);
  }
  if (o < bytes) columnsOf8(a, b + o * column, y + o, rows, K, stepM, stepK, stepB || 32, stepY, mode, pieces, skip, skipB);
}

@inline
function first(at: usize, mode: Mode): v128 {
  return mode === Mode.Begins ? v128.load(at) : f32x4.splat(0);
}

@inline
function put(to: usize, value: v128, mode: Mode): void {
  v128.store(to, mode === Mode.Adds ? f32x4.add(v128.load(to), value) : value);
}

/** The same for b stored as [N, K], and a as [M, K]. */
export function matmulTransposed(
  a: usize, b: usize, y: usize, panel: usize, K: i32, length: i32, N: i32, stepM: usize, stepK: usize, from: i32,
  to: i32,
): void {
  const stride = K << 2;
  for (let k = 0; k < length; k += BLOCK) {
    const count = min(length - k, BLOCK);
    const left = a + (k << 2);
    const right = b + (k << 2);
    const fours = from + (to - from & ~3);
    const pairs = N & ~1;
    for (let n = 0; n < pairs; n += 2) {
      for (let m = from; m < fours; m += 4) {
        dots(4, 2, left + m * stride, right + n * stride, y + ((m * N + n) << 2), count, stride, N << 2);
      }
    }
    for (let m = from; m < to; m++) {
      // A row alone: up to four rows of b take the place of those of a, so that here, too, sums grow side by side.
      for (let n = m < fours ? pairs : 0; n < N; n += 4) {
        const at = y + ((m * N + n) << 2);
        dots(min(N - n, 4), 1, right + n * stride, left + m * stride, at, count, stride, 4);
      }
    }
  }
}

/** Four rows of a times two of b, or one to four times one. Results of neighbors in a are `stepY` apart. */
@inline
function dots(rows: i32, C: i32, a: usize, b: usize, y: usize, count: i32, stride: usize, stepY: usize): void {
  let s00 = f32x4.splat(0);
  let s01 = s00;
  let s10 = s00;
  let s11 = s00;
  let s20 = s00;
  let s21 = s00;
  let s30 = s00;
  let s31 = s00;
  // Where there are less than four, the last comes again.
  let a1 = rows > 1 ? a + stride : a;
  let a2 = rows > 2 ? a1 + stride : a1;
  let a3 = rows > 3 ? a2 + stride : a2;
  let b1 = b + stride;
  for (const end = a + ((count & ~3) << 2); a < end; a += 16, a1 += 16, a2 += 16, a3 += 16, b += 16) {
    const y0 = v128.load(b);
    const x0 = v128.load(a);
    s00 = f32x4.add(s00, f32x4.mul(x0, y0));
    const x1 = v128.load(a1);
    s10 = f32x4.add(s10, f32x4.mul(x1, y0));
    const x2 = v128.load(a2);
    s20 = f32x4.add(s20, f32x4.mul(x2, y0));
    const x3 = v128.load(a3);
    s30 = f32x4.add(s30, f32x4.mul(x3, y0));
    if (C > 1) {
      const y1 = v128.load(b1);
      s01 = f32x4.add(s01, f32x4.mul(x0, y1));
      s11 = f32x4.add(s11, f32x4.mul(x1, y1));
      s21 = f32x4.add(s21, f32x4.mul(x2, y1));
      s31 = f32x4.add(s31, f32x4.mul(x3, y1));
      b1 += 16;
    }
  }
  const rest = count & 3;
  addDot(y, s00, a, b, rest);
  if (rows > 1) addDot(y + stepY, s10, a1, b, rest);
  if (rows > 2) addDot(y + 2 * stepY, s20, a2, b, rest);
  if (rows > 3) addDot(y + 3 * stepY, s30, a3, b, rest);
  if (C > 1) {
    addDot(y + 4, s01, a, b1, rest);
    addDot(y + stepY + 4, s11, a1, b1, rest);
    addDot(y + 2 * stepY + 4, s21, a2, b1, rest);
    addDot(y + 3 * stepY + 4, s31, a3, b1, rest);
  }
}

/** Adds the four partial sums, and the products that did not fill a vector. */
function addDot(to: usize, partial: v128, a: usize, b: usize, rest: i32): void {
  let total = sum(partial);
  for (; rest > 0; rest--, a += 4, b += 4) total += load<f32>(a) * load<f32>(b);
  store<f32>(to, load<f32>(to) + total);
}

/** y [columns, rows] = x [rows, columns], transposed. */
export function transpose(x: usize, y: usize, rows: i32, columns: i32): void {
  for (let i = 0; i < rows; i++) {
    for (let j = 0, to = y + (i << 2); j < columns; j++, x += 4, to += rows << 2) store<f32>(to, load<f32>(x));
  }
}
