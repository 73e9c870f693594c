import { ConvSizes } from './convolution';

// Forward for an input with many zeros, such as what ReLU leaves or a digit on a black ground: each number of x that is
// not zero is multiplied by all weights that meet it, and added to the outputs around it. That is the gradient to the
// input of another convolution, whose filters are the channels here and the other way round, with all taps flipped both ways.

/** A block of numbers that are counted, in vectors, and how many blocks about are. */
const BLOCK = 16;
const BLOCKS = 256;

/** The share of numbers that are not zero, of blocks spread through all of them: enough to choose a kernel by. */
export function nonzeroShare(x: usize, length: i32): f64 {
  const blocks = length / (4 * BLOCK);
  // Odd, so that images of an even width are not looked at in the same columns.
  const step = (blocks / BLOCKS) | 1;
  let counts = i32x4.splat(0);
  let seen = 0;
  for (let block = 0; block < blocks; block += step, seen += 4 * BLOCK) {
    const from = x + block * (BLOCK << 4);
    for (let at = from; at < from + (BLOCK << 4); at += 16) {
      // A lane of the comparison is -1 or 0.
      counts = i32x4.sub(counts, f32x4.ne(v128.load(at), f32x4.splat(0)));
    }
  }
  let count = i32x4.extract_lane(counts, 0) + i32x4.extract_lane(counts, 1);
  count += i32x4.extract_lane(counts, 2) + i32x4.extract_lane(counts, 3);
  for (let i = blocks * 4 * BLOCK; i < length; i++, seen++) count += load<f32>(x + (i << 2)) !== 0 ? 1 : 0;
  return seen > 0 ? f64(count) / f64(seen) : 0;
}

/** Whether all numbers are finite, and so small that sums and products of a few of them are, too. */
export function allUsual(x: usize, length: i32): bool {
  const most = f32x4.splat(1e15);
  let usual = i32x4.splat(-1);
  for (const end = x + ((length & ~3) << 2); x < end; x += 16) {
    usual = v128.and(usual, f32x4.lt(f32x4.abs(v128.load(x)), most));
  }
  let all = i32x4.all_true(usual);
  for (let i = length & 3; i > 0; i--, x += 4) all = all && Mathf.abs(load<f32>(x)) < 1e15;
  return all;
}

/** The weights as that other convolution has them, as `packRows` would pack them; `s` are its sizes. */
export function packFlipped(s: ConvSizes, weight: usize, to: usize): void {
  const channels = s.O / s.groups;
  const filters = s.C / s.groups;
  memory.fill(to, 0, s.O * s.kernelH * s.tapBytes);
  for (let o = 0; o < s.C; o++) {
    const g = o / filters;
    for (let c = 0; c < channels; c++) {
      for (let ky = s.kernelH - 1; ky >= 0; ky--) {
        let at = to + ((g * channels + c) * s.kernelH + ky) * s.tapBytes;
        at += ((s.kernelW - 1) * filters + (o - g * filters)) << 2;
        for (let kx = 0; kx < s.kernelW; kx++, weight += 4, at -= filters << 2) store<f32>(at, load<f32>(weight));
      }
    }
  }
}

/** Writes each filter's bias, or 0, into its plane of y, for so many planes: those of one example, or of several. */
export function spreadBias(bias: usize, filters: i32, y: usize, planes: i32, pixels: i32): void {
  for (let plane = 0; plane < planes; plane++) {
    const value: f32 = bias ? load<f32>(bias + ((plane % filters) << 2)) : 0;
    for (const end = y + ((pixels & ~3) << 2); y < end; y += 16) v128.store(y, f32x4.splat(value));
    for (let i = pixels & 3; i > 0; i--, y += 4) store<f32>(y, value);
  }
}
