// What is dropped: a hash of two keys and of a number's place, as in src/ops/dropout.ts, decides.

/** lowbias32 of four lanes. */
@inline
function hash(h: v128): v128 {
  h = i32x4.mul(v128.xor(h, i32x4.shr_u(h, 16)), i32x4.splat(0x7feb352d));
  h = i32x4.mul(v128.xor(h, i32x4.shr_u(h, 15)), i32x4.splat(0x846ca68b));
  return v128.xor(h, i32x4.shr_u(h, 16));
}

@inline
function kept(place: v128, key0: v128, key1: v128, least: v128): v128 {
  return i32x4.ge_u(hash(v128.xor(hash(i32x4.add(place, key0)), key1)), least);
}

/** y += x * scale where it is kept, or y = ... when `adds` is false, for the numbers [from, to); `run` neighbors share their fate. */
export function dropout(
  x: usize, y: usize, key0: i32, key1: i32, least: i32, scale: f32, run: i32, from: i32, to: i32, adds: bool,
): void {
  const first = i32x4.splat(key0);
  const second = i32x4.splat(key1);
  const limit = i32x4.splat(least);
  const factor = f32x4.splat(scale);
  if (run === 1) {
    // The last vector may reach beyond `to`, into the room that follows an array.
    let place = i32x4.add(i32x4.splat(from), i32x4(0, 1, 2, 3));
    for (let at = from << 2, end = to << 2; at < end; at += 16) {
      let d = v128.and(f32x4.mul(v128.load(x + at), factor), kept(place, first, second, limit));
      if (adds) d = f32x4.add(v128.load(y + at), d);
      v128.store(y + at, d);
      place = i32x4.add(place, i32x4.splat(4));
    }
    return;
  }
  for (; from < to; from += run) {
    const mask = kept(i32x4.splat(from / run), first, second, limit);
    let at = from << 2;
    const end = at + (run << 2);
    for (; at + 16 <= end; at += 16) {
      let d = v128.and(f32x4.mul(v128.load(x + at), factor), mask);
      if (adds) d = f32x4.add(v128.load(y + at), d);
      v128.store(y + at, d);
    }
    for (; at < end; at += 4) {
      const d = f32x4.extract_lane(v128.and(f32x4.mul(v128.load32_splat(x + at), factor), mask), 0);
      store<f32>(y + at, adds ? load<f32>(y + at) + d : d);
    }
  }
}
