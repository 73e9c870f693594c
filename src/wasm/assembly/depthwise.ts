import { sum } from './broadcast';

// Convolutions of one channel a group, with few filters for each: depthwise, as MobileNets have them. An output is a sum of
// only kernelH * kernelW products: so vectors hold neighboring pixels, and whatever is no product is kept short.
//
// A plane [H, W] of x is padded and falls into strideH * strideW *phases*: the rows and the columns of one remainder each. In
// these, outputs are neighbors whatever the stride, and a tap is one offset. A plane of y then is one run of vectors, from its
// first pixel to its last; what lies between two rows of it, where a tap runs from one row into the next, is computed for nothing,
// because short rows would leave more lanes idle. The gradient to the input is the same the other way round: planes of y with
// zeros between their rows, and for each phase of dx the taps that meet it. So one kernel does both, by the lists of
// ../depthwise.ts: from the *pieces* of a source to an image, and from sums over the image to the pieces of a target.

/** A part of a plane, where it begins in the plane and in an image, in bytes, and its rows and columns. */
@unmanaged
class Piece {
  inPlane: i32;
  inImage: i32;
  rows: i32;
  columns: i32;
}

/** A piece of the result, with as many of the taps. */
@unmanaged
class Target extends Piece {
  taps: i32;
}

/** The fields of ../depthwise.ts, in its order: the sizes, then what follows from them, lengths in bytes; then lists. */
@unmanaged
class Plan {
  C: i32;
  filters: i32;
  /** Weights for a channel: of all its filters. */
  all: i32;
  /** Of the planes of a channel, from one row of a piece to the next, and between neighbors, which is in numbers. */
  sourceBytes: i32;
  sourceRow: i32;
  sourceStep: i32;
  targetBytes: i32;
  targetRow: i32;
  targetStep: i32;
  /** Of an image's row, of the image, and of the sums of a target. */
  rowBytes: i32;
  imageBytes: i32;
  sumBytes: i32;
  pieces: i32;
  targets: i32;
}

/**
 * The channels [from, to), counted through all examples: forward, or the gradient to the input. Weights are finite, because zeros
 * of padding and between rows meet them.
 */
export function depthwise(
  s: Plan, source: usize, weight: usize, bias: usize, target: usize, adds: bool, room: usize, from: i32, to: i32,
): void {
  const all = s.all;
  const pieces = changetype<usize>(s) + offsetof<Plan>();
  const targets = pieces + s.pieces * offsetof<Piece>();
  const taps = targets + s.targets * offsetof<Target>();
  const image = room + (all << 3);
  const sums = image + s.imageBytes;
  memory.fill(image, 0, s.imageBytes);
  for (let p = from; p < to; p++) {
    const c = p % s.C;
    const own = weight + ((c * all) << 2);
    const x = source + p * s.sourceBytes;
    const y = target + p * s.targetBytes;
    for (let i = 0; i < all << 3; i += 8) {
      store<i32>(room + i, load<i32>(taps + i));
      store<f32>(room + i, load<f32>(own + load<i32>(taps + i, 4)), 4);
    }
    for (let at = pieces; at < targets; at += offsetof<Piece>()) {
      const piece = changetype<Piece>(at);
      gather(x + piece.inPlane, s.sourceRow, s.sourceStep, image + piece.inImage, s.rowBytes, piece.rows, piece.columns);
    }
    let first = room;
    for (let i = 0; i < s.targets; i++) {
      const piece = changetype<Target>(targets + i * offsetof<Target>());
      const start: f32 = bias ? load<f32>(bias + ((c * s.filters + i) << 2)) : 0;
      const last = first + (piece.taps << 3);
      sumTaps(first, last, start, image, sums, s.sumBytes);
      first = last;
      scatter(sums + piece.inImage, s.rowBytes, y + piece.inPlane, s.targetRow, s.targetStep, piece.rows, piece.columns, adds);
    }
  }
}

/** Copies rows of numbers that are `step` apart. */
function gather(from: usize, fromRow: usize, step: i32, to: usize, toRow: usize, rows: i32, columns: i32): void {
  for (; rows > 0; rows--, from += fromRow, to += toRow) {
    let x = from;
    let y = to;
    let count = columns;
    if (step === 1) {
      for (; count >= 4; count -= 4, x += 16, y += 16) v128.store(y, v128.load(x));
    } else if (step === 2) {
      for (; count >= 4; count -= 4, x += 32, y += 16) {
        v128.store(y, i32x4.shuffle(v128.load(x), v128.load(x, 12), 0, 2, 5, 7));
      }
    }
    for (; count > 0; count--, x += step << 2, y += 4) store<f32>(y, load<f32>(x));
  }
}

/** Adds rows to numbers that are `step` apart, or overwrites these. */
@inline
function scatter(
  from: usize, fromRow: usize, to: usize, toRow: usize, step: i32, rows: i32, columns: i32, adds: bool,
): void {
  for (; rows > 0; rows--, from += fromRow, to += toRow) {
    let x = from;
    let y = to;
    let count = columns;
    if (step === 1) {
      for (; count >= 4; count -= 4, x += 16, y += 16) v128.store(y, sumOrNew(v128.load(y), v128.load(x), adds));
    } else if (step === 2) {
      // The last vector would write one number too far.
      for (; count > 4; count -= 4, x += 16, y += 32) {
        const four = v128.load(x);
        const a = v128.load(y);
        v128.store(y, i32x4.shuffle(a, sumOrNew(a, i32x4.shuffle(four, four, 0, 0, 1, 1), adds), 4, 1, 6, 3));
        const b = v128.load(y, 16);
        v128.store(y, i32x4.shuffle(b, sumOrNew(b, i32x4.shuffle(four, four, 2, 2, 3, 3), adds), 4, 1, 6, 3), 16);
      }
    }
    for (; count > 0; count--, x += 4, y += step << 2) store<f32>(y, adds ? load<f32>(y) + load<f32>(x) : load<f32>(x));
  }
}

@inline
function sumOrNew(there: v128, value: v128, adds: bool): v128 {
  return adds ? f32x4.add(there, value) : value;
}

/** to[p] = start + the sum over [first, last), pairs of an offset and a weight, of weight * from[offset + p]; in fours of vectors. */
@inline
function sumTaps(first: usize, last: usize, start: f32, from: usize, to: usize, bytes: i32): void {
  for (const end = to + bytes; to < end; to += 64, from += 64) {
    let a = f32x4.splat(start);
    let b = a;
    let c = a;
    let d = a;
    for (let at = first; at < last; at += 8) {
      const x = from + load<i32>(at);
      const weight = v128.load32_splat(at, 4);
      a = f32x4.add(a, f32x4.mul(v128.load(x), weight));
      b = f32x4.add(b, f32x4.mul(v128.load(x, 16), weight));
      c = f32x4.add(c, f32x4.mul(v128.load(x, 32), weight));
      d = f32x4.add(d, f32x4.mul(v128.load(x, 48), weight));
    }
    v128.store(to, a);
    v128.store(to, b, 16);
    v128.store(to, c, 32);
    v128.store(to, d, 48);
  }
}

/**
 * Sums the gradient to the weights of the channels [from, to), over all examples in their order, into `totals`, in float64 from 1024
 * products on, then adds it to dweight; x and dy have no infinity. `s` is the plan of the forward pass: over the image that it
 * makes of x runs a plane of dy with zeros between its rows.
 */
export function depthwiseGradient(
  s: Plan, x: usize, dy: usize, dweight: usize, totals: usize, room: usize, examples: i32, from: i32, to: i32,
): void {
  const all = s.all;
  const pieces = changetype<usize>(s) + offsetof<Plan>();
  const targets = pieces + s.pieces * offsetof<Piece>();
  const taps = targets + s.targets * offsetof<Target>();
  const plane = room + s.imageBytes;
  memory.fill(room, 0, s.imageBytes + s.sumBytes + 64);
  memory.fill(totals + from * (all << 3), 0, (to - from) * (all << 3));
  for (let n = 0; n < examples; n++) {
    for (let c = from; c < to; c++) {
      const source = x + (n * s.C + c) * s.sourceBytes;
      const gradient = dy + (n * s.C + c) * s.targetBytes;
      for (let at = pieces; at < targets; at += offsetof<Piece>()) {
        const piece = changetype<Piece>(at);
        gather(source + piece.inPlane, s.sourceRow, s.sourceStep, room + piece.inImage, s.rowBytes, piece.rows, piece.columns);
      }
      let total = totals + c * (all << 3);
      let tap = taps;
      for (let i = 0; i < s.targets; i++) {
        const piece = changetype<Target>(targets + i * offsetof<Target>());
        gather(gradient + piece.inPlane, s.targetRow, s.targetStep, plane, s.rowBytes, piece.rows, piece.columns);
        for (let t = 0; t < piece.taps; t += 5) {
          dots(tap + (t << 3), min(piece.taps - t, 5), room, plane, s.sumBytes, total + (t << 3));
        }
        tap += piece.taps << 3;
        total += piece.taps << 3;
      }
    }
  }
  for (let i = from * all; i < to * all; i++) {
    const at = dweight + (i << 2);
    store<f32>(at, load<f32>(at) + f32(load<f64>(totals + (i << 3))));
  }
}

/** Adds to the totals of up to five taps the products of a plane and what they see of an image: more would not fit the registers. */
function dots(tap: usize, count: i32, image: usize, plane: usize, bytes: i32, totals: usize): void {
  // Where there are less than five, the last comes again.
  const last = (count - 1) << 3;
  let p0 = image + load<i32>(tap);
  let p1 = image + load<i32>(tap + min(8, last));
  let p2 = image + load<i32>(tap + min(16, last));
  let p3 = image + load<i32>(tap + min(24, last));
  let p4 = image + load<i32>(tap + min(32, last));
  for (const end = plane + bytes; plane < end; ) {
    let a0 = f32x4.splat(0);
    let a1 = a0;
    let a2 = a0;
    let a3 = a0;
    let a4 = a0;
    for (const stop = min(end, plane + 4096); plane < stop; plane += 16, p0 += 16, p1 += 16, p2 += 16, p3 += 16, p4 += 16) {
      const x = v128.load(plane);
      a0 = f32x4.add(a0, f32x4.mul(x, v128.load(p0)));
      a1 = f32x4.add(a1, f32x4.mul(x, v128.load(p1)));
      a2 = f32x4.add(a2, f32x4.mul(x, v128.load(p2)));
      a3 = f32x4.add(a3, f32x4.mul(x, v128.load(p3)));
      a4 = f32x4.add(a4, f32x4.mul(x, v128.load(p4)));
    }
    addTotal(totals, a0);
    if (count > 1) addTotal(totals + 8, a1);
    if (count > 2) addTotal(totals + 16, a2);
    if (count > 3) addTotal(totals + 24, a3);
    if (count > 4) addTotal(totals + 32, a4);
  }
}

@inline
function addTotal(to: usize, partial: v128): void {
  store<f64>(to, load<f64>(to) + f64(sum(partial)));
}
