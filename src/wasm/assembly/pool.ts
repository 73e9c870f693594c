
// Legend: H, W height and width of an image; outH, outW of the result.

/** The fields of ../pool.ts, in its order. */
@unmanaged
export class PoolSizes {
  planes: i32;
  H: i32;
  W: i32;
  kernelH: i32;
  kernelW: i32;
  strideH: i32;
  strideW: i32;
  padTop: i32;
  padLeft: i32;
  outH: i32;
  outW: i32;
}

/** The largest of each window and its index, for the planes [from, to). */
export function maxPool2d(x: usize, y: usize, indices: usize, s: PoolSizes, from: i32, to: i32): void {
  const plane = s.outH * s.outW;
  y += (from * plane) << 2;
  indices += (from * plane) << 2;
  const halves = s.kernelH === 2 && s.kernelW === 2 && s.strideH === 2 && s.strideW === 2 && s.padTop === 0 && s.padLeft === 0;
  const fast = halves && s.outW >= 4;
  for (let p = from; p < to; p++) {
    for (let i = 0; i < s.outH; i++) {
      if (fast) maxRow2x2(x, y, indices, (p * s.H + 2 * i) * s.W, s.W, s.outW);
      else maxRow(x, y, indices, s, p * s.H * s.W, i * s.strideH - s.padTop);
      y += s.outW << 2;
      indices += s.outW << 2;
    }
  }
}

function maxRow(x: usize, y: usize, indices: usize, s: PoolSizes, first: i32, above: i32): void {
  const top = max(above, 0);
  const bottom = min(above + s.kernelH, s.H);
  for (let j = 0; j < s.outW; j++, y += 4, indices += 4) {
    const before = j * s.strideW - s.padLeft;
    const left = max(before, 0);
    const right = min(before + s.kernelW, s.W);
    let best = first + top * s.W + left;
    let peak = load<f32>(x + (best << 2));
    for (let row = top; row < bottom; row++) {
      for (let at = first + row * s.W + left, end = at + right - left; at < end; at++) {
        const value = load<f32>(x + (at << 2));
        if (value > peak || value !== value) {
          peak = value;
          best = at;
        }
      }
    }
    store<f32>(y, peak);
    store<i32>(indices, best);
  }
}

/** A row of 2x2 windows, four at a time; the last four may overlap those before them. `first` is the row's index. */
@inline
function maxRow2x2(x: usize, y: usize, indices: usize, first: i32, W: i32, outW: i32): void {
  const steps = i32x4(0, 2, 4, 6);
  for (let j = 0; j < outW; j += 4) {
    const left = min(j, outW - 4);
    const at = x + ((first + 2 * left) << 2);
    const a = v128.load(at);
    const b = v128.load(at, 16);
    const c = v128.load(at + (W << 2));
    const d = v128.load(at + (W << 2), 16);
    const index = i32x4.add(i32x4.splat(first + 2 * left), steps);
    let peak = even(a, b);
    let best = index;
    let value = odd(a, b);
    let wins = beats(value, peak);
    peak = v128.bitselect(value, peak, wins);
    best = i32x4.sub(best, wins); // A lane of `wins` is -1 or 0.
    value = even(c, d);
    wins = beats(value, peak);
    peak = v128.bitselect(value, peak, wins);
    best = v128.bitselect(i32x4.add(index, i32x4.splat(W)), best, wins);
    value = odd(c, d);
    wins = beats(value, peak);
    v128.store(y + (left << 2), v128.bitselect(value, peak, wins));
    v128.store(indices + (left << 2), v128.bitselect(i32x4.add(index, i32x4.splat(W + 1)), best, wins));
  }
}

/** Where a number is larger, or NaN. */
@inline
function beats(value: v128, peak: v128): v128 {
  return v128.or(f32x4.gt(value, peak), f32x4.ne(value, value));
}

@inline
function even(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27);
}

@inline
function odd(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31);
}

/** The mean of each window, padding counted as zeros, for the planes [from, to). */
export function avgPool2d(x: usize, y: usize, s: PoolSizes, from: i32, to: i32): void {
  const share: f64 = 1 / f64(s.kernelH * s.kernelW);
  y += (from * s.outH * s.outW) << 2;
  for (let p = from; p < to; p++) {
    for (let i = 0; i < s.outH; i++) {
      const above = i * s.strideH - s.padTop;
      for (let j = 0; j < s.outW; j++, y += 4) {
        const before = j * s.strideW - s.padLeft;
        const left = max(before, 0);
        const right = min(before + s.kernelW, s.W);
        let sum: f64 = 0;
        for (let row = max(above, 0), bottom = min(above + s.kernelH, s.H); row < bottom; row++) {
          for (let at = (p * s.H + row) * s.W + left, end = at + right - left; at < end; at++) {
            sum += f64(load<f32>(x + (at << 2)));
          }
        }
        store<f32>(y, f32(sum * share));
      }
    }
  }
}

export function avgPool2dGradient(dy: usize, dx: usize, s: PoolSizes, from: i32, to: i32): void {
  const share: f32 = 1 / f32(s.kernelH * s.kernelW);
  dy += (from * s.outH * s.outW) << 2;
  for (let p = from; p < to; p++) {
    for (let i = 0; i < s.outH; i++) {
      const above = i * s.strideH - s.padTop;
      for (let j = 0; j < s.outW; j++, dy += 4) {
        const before = j * s.strideW - s.padLeft;
        const left = max(before, 0);
        const right = min(before + s.kernelW, s.W);
        const d = load<f32>(dy) * share;
        for (let row = max(above, 0), bottom = min(above + s.kernelH, s.H); row < bottom; row++) {
          for (let at = dx + (((p * s.H + row) * s.W + left) << 2), end = at + ((right - left) << 2); at < end; at += 4) {
            store<f32>(at, load<f32>(at) + d);
          }
        }
      }
    }
  }
}

/** dx[indices[i]] += dy[i] for the planes [from, to) of x, each of `size` numbers, `outputs` in y; dx = 0 first if `clears`. */
export function maxPool2dGradient(
  dy: usize, indices: usize, dx: usize, size: i32, outputs: i32, clears: bool, from: i32, to: i32,
): void {
  dy += (from * outputs) << 2;
  indices += (from * outputs) << 2;
  for (let p = from; p < to; p++) {
    if (clears) memory.fill(dx + ((p * size) << 2), 0, size << 2);
    for (const end = dy + (outputs << 2); dy < end; dy += 4, indices += 4) {
      const to = dx + (load<i32>(indices) << 2);
      store<f32>(to, load<f32>(to) + load<f32>(dy));
    }
  }
}
