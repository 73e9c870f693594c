// The heart of both gradients of a convolution: a sum over a list of (value, offset) of value * source[offset...], a
// row of vectors at a time. Zeros are left out when the list is made. After ReLU and max pooling three quarters of a
// gradient are zeros and more, so that the list is short; when there are none, it costs about a tenth.

/** For each pattern of nonzero lanes, the bytes that bring these lanes to the front. */
const FRONT = memory.data<u8>([
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 5, 6, 7, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 0, 0, 0, 0, 0, 0, 0, 0, 8, 9, 10, 11, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 1, 2, 3, 8, 9, 10, 11, 0, 0, 0, 0, 0, 0, 0, 0, 4, 5, 6, 7, 8, 9, 10, 11, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4,
  5, 6, 7, 8, 9, 10, 11, 0, 0, 0, 0, 12, 13, 14, 15, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 12, 13, 14, 15, 0,
  0, 0, 0, 0, 0, 0, 0, 4, 5, 6, 7, 12, 13, 14, 15, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 12, 13, 14, 15, 0, 0,
  0, 0, 8, 9, 10, 11, 12, 13, 14, 15, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 8, 9, 10, 11, 12, 13, 14, 15, 0, 0, 0, 0, 4, 5,
  6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
]);

/**
 * Appends those of the first `lanes` of four values that are not `skipped`, 0, or NaN for none; returns how many bytes of
 * each list were added.
 */
@inline
export function append(value: v128, skipped: v128, offset: v128, lanes: i32, values: usize, offsets: usize): i32 {
  let pattern = i32x4.bitmask(f32x4.ne(value, skipped));
  if (lanes < 4) pattern &= (1 << lanes) - 1;
  const front = v128.load(FRONT + (pattern << 4));
  v128.store(values, i8x16.swizzle(value, front));
  v128.store(offsets, i8x16.swizzle(offset, front));
  return popcnt(pattern) << 2;
}

/** Whether all are finite: 0 times one that is not is NaN, and must not be skipped. */
export function allFinite(x: usize, length: i32): bool {
  const size = i32x4.splat(0x7fffffff);
  let a = i32x4.splat(0);
  let b = a;
  for (; length >= 8; length -= 8, x += 32) {
    a = i32x4.max_s(a, v128.and(v128.load(x), size));
    b = i32x4.max_s(b, v128.and(v128.load(x, 16), size));
  }
  for (; length > 0; length--, x += 4) a = i32x4.max_s(a, v128.and(v128.load32_splat(x), size));
  return !v128.any_true(i32x4.ge_s(i32x4.max_s(a, b), i32x4.splat(0x7f800000)));
}

/** A list to be summed: where its values and its offsets begin, how many bytes it has of each, and where the sum goes. */
@unmanaged
export class Job {
  values: usize;
  offsets: usize;
  bytes: i32;
  target: usize;
}

/**
 * For each job, row r and vector v:
 * target[r * targetStep + v] += sum over its list of value * source[offset + r * sourceStep + v].
 * The jobs come innermost, so that a part of `source` that fits the cache serves all of them.
 */
export function sumSparse(
  jobs: usize, count: i32, source: usize, sourceStep: usize, targetStep: usize, rows: i32, vectors: i32,
): void {
  let shift: usize = 0;
  if (vectors === 2) {
    for (; rows >= 5; rows -= 5, source += 5 * sourceStep, shift += 5 * targetStep) {
      tiles5x2(jobs, count, source, sourceStep, shift, targetStep);
    }
  } else if (vectors === 6) {
    for (; rows >= 2; rows -= 2, source += 2 * sourceStep, shift += 2 * targetStep) {
      tiles2x6(jobs, count, source, sourceStep, shift, targetStep);
    }
  } else if (vectors === 1) {
    for (; rows >= 3; rows -= 3, source += 3 * sourceStep, shift += 3 * targetStep) {
      tiles3x1(jobs, count, source, sourceStep, shift, targetStep);
    }
  }
  for (; rows > 0; rows--, source += sourceStep, shift += targetStep) {
    let left = vectors;
    let from = source;
    let to = shift;
    for (; left >= 12 && left !== 13; left -= 12, from += 192, to += 192) tiles1x12(jobs, count, from, 0, to, 0);
    for (; left >= 10; left -= 10, from += 160, to += 160) tiles1x10(jobs, count, from, 0, to, 0);
    for (; left >= 6; left -= 6, from += 96, to += 96) tiles1x6(jobs, count, from, 0, to, 0);
    for (; left >= 3; left -= 3, from += 48, to += 48) tiles1x3(jobs, count, from, 0, to, 0);
    for (; left >= 1; left -= 1, from += 16, to += 16) tiles1x1(jobs, count, from, 0, to, 0);
  }
}

// Each a function of its own, and exported, so that the compiler does not merge them: what it makes of the merged
// function does not fit the registers, and is half as fast.
export function tiles5x2(jobs: usize, count: i32, from: usize, step: usize, shift: usize, targetStep: usize): void {
  tilesOf(5, 2, jobs, count, from, step, shift, targetStep);
}

export function tiles2x6(jobs: usize, count: i32, from: usize, step: usize, shift: usize, targetStep: usize): void {
  tilesOf(2, 6, jobs, count, from, step, shift, targetStep);
}

export function tiles3x1(jobs: usize, count: i32, from: usize, step: usize, shift: usize, targetStep: usize): void {
  tilesOf(3, 1, jobs, count, from, step, shift, targetStep);
}

export function tiles1x12(jobs: usize, count: i32, from: usize, step: usize, shift: usize, targetStep: usize): void {
  tilesOf(1, 12, jobs, count, from, step, shift, targetStep);
}

export function tiles1x10(jobs: usize, count: i32, from: usize, step: usize, shift: usize, targetStep: usize): void {
  tilesOf(1, 10, jobs, count, from, step, shift, targetStep);
}

export function tiles1x6(jobs: usize, count: i32, from: usize, step: usize, shift: usize, targetStep: usize): void {
  tilesOf(1, 6, jobs, count, from, step, shift, targetStep);
}

export function tiles1x3(jobs: usize, count: i32, from: usize, step: usize, shift: usize, targetStep: usize): void {
  tilesOf(1, 3, jobs, count, from, step, shift, targetStep);
}

export function tiles1x1(jobs: usize, count: i32, from: usize, step: usize, shift: usize, targetStep: usize): void {
  tilesOf(1, 1, jobs, count, from, step, shift, targetStep);
}

/** A tile of every job. */
@inline
function tilesOf(
  R: i32, V: i32, jobs: usize, count: i32, source: usize, sourceStep: usize, shift: usize, targetStep: usize,
): void {
  for (let i = 0; i < count; i++) {
    const job = changetype<Job>(jobs + i * offsetof<Job>());
    if (job.bytes === 0) continue;
    tile(R, V, job.values, job.offsets, job.bytes, source, sourceStep, job.target + shift, targetStep);
  }
}

/** R rows of V vectors, at most twelve together, in registers. R and V are constants wherever this is inlined. */
@inline
function tile(
  R: i32, V: i32, values: usize, offsets: usize, bytes: i32, source: usize, sourceStep: usize, target: usize,
  targetStep: usize,
): void {
  const n = R * V;
  let s0 = v128.load(at(target, targetStep, 0, V));
  let s1 = n > 1 ? v128.load(at(target, targetStep, 1, V)) : s0;
  let s2 = n > 2 ? v128.load(at(target, targetStep, 2, V)) : s0;
  let s3 = n > 3 ? v128.load(at(target, targetStep, 3, V)) : s0;
  let s4 = n > 4 ? v128.load(at(target, targetStep, 4, V)) : s0;
  let s5 = n > 5 ? v128.load(at(target, targetStep, 5, V)) : s0;
  let s6 = n > 6 ? v128.load(at(target, targetStep, 6, V)) : s0;
  let s7 = n > 7 ? v128.load(at(target, targetStep, 7, V)) : s0;
  let s8 = n > 8 ? v128.load(at(target, targetStep, 8, V)) : s0;
  let s9 = n > 9 ? v128.load(at(target, targetStep, 9, V)) : s0;
  let s10 = n > 10 ? v128.load(at(target, targetStep, 10, V)) : s0;
  let s11 = n > 11 ? v128.load(at(target, targetStep, 11, V)) : s0;
  for (const end = values + bytes; values < end; values += 4, offsets += 4) {
    const value = v128.load32_splat(values);
    const from = source + load<i32>(offsets);
    s0 = multiplyAdd(s0, value, at(from, sourceStep, 0, V));
    if (n > 1) s1 = multiplyAdd(s1, value, at(from, sourceStep, 1, V));
    if (n > 2) s2 = multiplyAdd(s2, value, at(from, sourceStep, 2, V));
    if (n > 3) s3 = multiplyAdd(s3, value, at(from, sourceStep, 3, V));
    if (n > 4) s4 = multiplyAdd(s4, value, at(from, sourceStep, 4, V));
    if (n > 5) s5 = multiplyAdd(s5, value, at(from, sourceStep, 5, V));
    if (n > 6) s6 = multiplyAdd(s6, value, at(from, sourceStep, 6, V));
    if (n > 7) s7 = multiplyAdd(s7, value, at(from, sourceStep, 7, V));
    if (n > 8) s8 = multiplyAdd(s8, value, at(from, sourceStep, 8, V));
    if (n > 9) s9 = multiplyAdd(s9, value, at(from, sourceStep, 9, V));
    if (n > 10) s10 = multiplyAdd(s10, value, at(from, sourceStep, 10, V));
    if (n > 11) s11 = multiplyAdd(s11, value, at(from, sourceStep, 11, V));
  }
  v128.store(at(target, targetStep, 0, V), s0);
  if (n > 1) v128.store(at(target, targetStep, 1, V), s1);
  if (n > 2) v128.store(at(target, targetStep, 2, V), s2);
  if (n > 3) v128.store(at(target, targetStep, 3, V), s3);
  if (n > 4) v128.store(at(target, targetStep, 4, V), s4);
  if (n > 5) v128.store(at(target, targetStep, 5, V), s5);
  if (n > 6) v128.store(at(target, targetStep, 6, V), s6);
  if (n > 7) v128.store(at(target, targetStep, 7, V), s7);
  if (n > 8) v128.store(at(target, targetStep, 8, V), s8);
  if (n > 9) v128.store(at(target, targetStep, 9, V), s9);
  if (n > 10) v128.store(at(target, targetStep, 10, V), s10);
  if (n > 11) v128.store(at(target, targetStep, 11, V), s11);
}

/** The address of vector i of a tile with V vectors in a row. */
@inline
function at(first: usize, step: usize, i: i32, V: i32): usize {
  return first + (i / V) * step + ((i % V) << 4);
}

@inline
function multiplyAdd(sum: v128, value: v128, from: usize): v128 {
  return f32x4.add(sum, f32x4.mul(value, v128.load(from)));
}
