import { sum } from './broadcast';

// Legend: y [M, N] += a [M, K] b [K, N]. Each element of y is summed in one order, whatever tile it falls into, so that
// work may be split anywhere between rows.

/** How much of K is summed at a time where both operands run along it: as much as the first-level cache holds. */
const BLOCK = 1024;
/** How much of K is summed at a time otherwise: 16 columns of b, side by side, fill that cache. */
const PANEL = 512;
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
    multiply(a + k * stepK, b + ((k * N) << 2), y, panel, min(length - k, PANEL), N, stepM, stepK, from, to);
  }
}

function multiply(
  a: usize, b: usize, y: usize, panel: usize, K: i32, N: i32, stepM: usize, stepK: usize, from: i32, to: i32,
): void {
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
    let m = to - from;
    if (width === 16) {
      m &= ~1;
      columnsOf16(left, column, target, m, K, stepM, stepK, stepB, rowBytes, true);
    } else {
      m &= ~3;
      columnsOf8(left, column, target, m, K, stepM, stepK, stepB, rowBytes, Mode.Adds);
    }
    for (m += from; m < to; m++) {
      for (let i = 0; i < width; i += 8) {
        tile(1, 2, a + m * stepM, column + (i << 2), y + ((m * N + n + i) << 2), K, stepM, stepK, stepB, rowBytes);
      }
    }
  }
  for (; n + 4 <= N; n += 4) {
    const column = b + (n << 2);
    for (let m = from; m < to; m++) {
      tile(1, 1, a + m * stepM, column, y + ((m * N + n) << 2), K, stepM, stepK, rowBytes, rowBytes);
    }
  }
  for (; n < N; n++) {
    for (let m = from; m < to; m++) {
      let sum: f32 = 0;
      let p = a + m * stepM;
      let q = b + (n << 2);
      for (let k = 0; k < K; k++, p += stepK, q += rowBytes) sum += load<f32>(p) * load<f32>(q);
      const at = y + ((m * N + n) << 2);
      store<f32>(at, load<f32>(at) + sum);
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
 * Fours of rows, `rows` at least, by 8 columns. The sum goes over so many `pieces` of K; from one to the next a skips `skip` bytes,
 * b none.
 */
export function columnsOf8(
  a: usize, b: usize, y: usize, rows: i32, K: i32, stepM: usize, stepK: usize, stepB: usize, stepY: usize, mode: Mode,
  pieces: i32 = 1, skip: usize = 0, skipB: usize = 0,
): void {
  for (; rows > 0; rows -= 4, a += 4 * stepM, y += 4 * stepY) {
    tile(4, 2, a, b, y, K, stepM, stepK, stepB, stepY, mode, pieces, skip, skipB);
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

/** 4 or 1 rows by 1 or 2 vectors of columns. */
@inline
function tile(
  R: i32, V: i32, a: usize, b: usize, y: usize, K: i32, stepM: usize, stepK: usize, stepB: usize, stepY: usize,
  mode: Mode = Mode.Adds, pieces: i32 = 1, skip: usize = 0, skipB: usize = 0,
): void {
  let s00 = first(b - 32, mode);
  let s01 = first(b - 16, mode);
  let s10 = s00;
  let s11 = s01;
  let s20 = s00;
  let s21 = s01;
  let s30 = s00;
  let s31 = s01;
  let a1 = a + stepM;
  let a2 = a1 + stepM;
  let a3 = a2 + stepM;
  for (; pieces > 0; pieces--) {
    // By a pointer that is there anyway: counting, too, costs 5%.
    for (const end = b + K * stepB; b < end; b += stepB) {
      const b0 = v128.load(b);
      const b1 = V > 1 ? v128.load(b, 16) : b0;
      const x0 = v128.load32_splat(a);
      s00 = f32x4.add(s00, f32x4.mul(x0, b0));
      if (V > 1) s01 = f32x4.add(s01, f32x4.mul(x0, b1));
      if (R > 1) {
        const x1 = v128.load32_splat(a1);
        s10 = f32x4.add(s10, f32x4.mul(x1, b0));
        s11 = f32x4.add(s11, f32x4.mul(x1, b1));
        const x2 = v128.load32_splat(a2);
        s20 = f32x4.add(s20, f32x4.mul(x2, b0));
        s21 = f32x4.add(s21, f32x4.mul(x2, b1));
        const x3 = v128.load32_splat(a3);
        s30 = f32x4.add(s30, f32x4.mul(x3, b0));
        s31 = f32x4.add(s31, f32x4.mul(x3, b1));
        a1 += stepK;
        a2 += stepK;
        a3 += stepK;
      }
      a += stepK;
    }
    b += skipB;
    a += skip;
    if (R > 1) {
      a1 += skip;
      a2 += skip;
      a3 += skip;
    }
  }
  put(y, s00, mode);
  if (V > 1) put(y + 16, s01, mode);
  if (R > 1) {
    put(y + stepY, s10, mode);
    put(y + stepY + 16, s11, mode);
    put(y + 2 * stepY, s20, mode);
    put(y + 2 * stepY + 16, s21, mode);
    put(y + 3 * stepY, s30, mode);
    put(y + 3 * stepY + 16, s31, mode);
  }
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
        dots(4, left + m * stride, right + n * stride, y + ((m * N + n) << 2), count, K, N);
      }
    }
    for (let n = 0; n < N; n++) {
      for (let m = n < pairs ? fours : from; m < to; m++) {
        dots(1, left + m * stride, right + n * stride, y + ((m * N + n) << 2), count, K, N);
      }
    }
  }
}

/** Four rows of a times two of b, or one times one. */
@inline
function dots(R: i32, a: usize, b: usize, y: usize, count: i32, K: i32, N: i32): void {
  let s00 = f32x4.splat(0);
  let s01 = s00;
  let s10 = s00;
  let s11 = s00;
  let s20 = s00;
  let s21 = s00;
  let s30 = s00;
  let s31 = s00;
  const stride = <usize>(K << 2);
  let a1 = a + stride;
  let a2 = a1 + stride;
  let a3 = a2 + stride;
  let b1 = b + stride;
  for (const end = a + ((count & ~3) << 2); a < end; a += 16, b += 16) {
    const y0 = v128.load(b);
    const y1 = R > 1 ? v128.load(b1) : y0;
    const x0 = v128.load(a);
    s00 = f32x4.add(s00, f32x4.mul(x0, y0));
    if (R > 1) s01 = f32x4.add(s01, f32x4.mul(x0, y1));
    if (R > 1) {
      const x1 = v128.load(a1);
      s10 = f32x4.add(s10, f32x4.mul(x1, y0));
      s11 = f32x4.add(s11, f32x4.mul(x1, y1));
      const x2 = v128.load(a2);
      s20 = f32x4.add(s20, f32x4.mul(x2, y0));
      s21 = f32x4.add(s21, f32x4.mul(x2, y1));
      const x3 = v128.load(a3);
      s30 = f32x4.add(s30, f32x4.mul(x3, y0));
      s31 = f32x4.add(s31, f32x4.mul(x3, y1));
      a1 += 16;
      a2 += 16;
      a3 += 16;
    }
    if (R > 1) b1 += 16;
  }
  const rest = count & 3;
  addDot(y, s00, a, b, rest);
  if (R > 1) addDot(y + 4, s01, a, b1, rest);
  if (R > 1) {
    const row = <usize>(N << 2);
    addDot(y + row, s10, a1, b, rest);
    addDot(y + row + 4, s11, a1, b1, rest);
    addDot(y + 2 * row, s20, a2, b, rest);
    addDot(y + 2 * row + 4, s21, a2, b1, rest);
    addDot(y + 3 * row, s30, a3, b, rest);
    addDot(y + 3 * row + 4, s31, a3, b1, rest);
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
