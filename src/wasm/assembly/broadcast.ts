// A view is a struct of i32 that says how one or two operands are read: the number of outer axes, the length of the innermost axis and its strides in a and b;
// then four numbers for each outer axis, the slowest first: length, stride in a, stride in b, and a place to count.

/** How far the rows have come in a and in b, in bytes. */
export let atA: usize = 0;
export let atB: usize = 0;

/** Goes to the first row, and returns how many rows there are. */
export function begin(view: usize): i32 {
  atA = 0;
  atB = 0;
  let rows = 1;
  for (let i = load<i32>(view), axis = view + 16; i > 0; i--, axis += 16) {
    rows *= load<i32>(axis);
    store<i32>(axis, 0, 12);
  }
  return rows;
}

/** Goes to the next row. */
export function next(view: usize): void {
  for (let i = load<i32>(view) - 1; i >= 0; i--) {
    const axis = view + 16 + (i << 4);
    const length = load<i32>(axis);
    const strideA = load<i32>(axis, 4) << 2;
    const strideB = load<i32>(axis, 8) << 2;
    const count = load<i32>(axis, 12) + 1;
    atA += strideA;
    atB += strideB;
    if (count < length) {
      store<i32>(axis, count, 12);
      return;
    }
    atA -= length * strideA;
    atB -= length * strideB;
    store<i32>(axis, 0, 12);
  }
}

/** Four numbers from a row, or one that stands for all of them. */
@inline
export function four(from: usize, stride: i32): v128 {
  return stride === 0 ? v128.load32_splat(from) : v128.load(from);
}

export function sum(v: v128): f32 {
  const pairs = f32x4.add(v, i8x16.shuffle(v, v, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
  return f32x4.extract_lane(pairs, 0) + f32x4.extract_lane(pairs, 1);
}

// What many numbers are added to is `wide`, in float64: in float32 each addition would lose digits of a long sum.

@inline
export function addOne(to: usize, value: f32, wide: bool): void {
  if (wide) store<f64>(to, load<f64>(to) + f64(value));
  else store<f32>(to, load<f32>(to) + value);
}

@inline
export function addFour(to: usize, v: v128, wide: bool): void {
  if (wide) {
    v128.store(to, f64x2.add(v128.load(to), f64x2.promote_low_f32x4(v)));
    v128.store(to, f64x2.add(v128.load(to, 16), f64x2.promote_low_f32x4(i64x2.shuffle(v, v, 1, 0))), 16);
  } else {
    v128.store(to, f32x4.add(v128.load(to), v));
  }
}

/** y += scale * sums, which are wide. */
export function addRounded(sums: usize, y: usize, n: i32, scale: f64): void {
  for (; n > 0; n--, sums += 8, y += 4) store<f32>(y, load<f32>(y) + f32(scale * load<f64>(sums)));
}

/** y[view] += scale * x. */
export function reduce(x: usize, y: usize, view: usize, scale: f32, wide: bool): void {
  const n = load<i32>(view, 4);
  const step = load<i32>(view, 8);
  for (let rows = begin(view); rows > 0; rows--, next(view)) {
    let to = y + (atA << usize(wide));
    if (step === 0) {
      if (wide) store<f64>(to, load<f64>(to) + sumOf(x, n));
      else store<f32>(to, load<f32>(to) + scale * f32(sumOf(x, n)));
      x += n << 2;
      continue;
    }
    let i = 0;
    if (step === 1) {
      for (; i + 4 <= n; i += 4, x += 16, to += 16 << usize(wide)) {
        addFour(to, f32x4.mul(v128.load(x), f32x4.splat(scale)), wide);
      }
    }
    for (; i < n; i++, x += 4, to += step << 2 << usize(wide)) addOne(to, load<f32>(x) * scale, wide);
  }
}

/** The sum of a row: of at most 1024 numbers in float32, of these sums in float64. */
export function sumOf(x: usize, n: i32): f64 {
  let total: f64 = 0;
  while (n >= 8) {
    const count = min(n & ~7, 1024);
    let s0 = f32x4.splat(0);
    let s1 = f32x4.splat(0);
    for (const end = x + (count << 2); x < end; x += 32) {
      s0 = f32x4.add(s0, v128.load(x));
      s1 = f32x4.add(s1, v128.load(x, 16));
    }
    total += f64(sum(f32x4.add(s0, s1)));
    n -= count;
  }
  for (; n > 0; n--, x += 4) total += f64(load<f32>(x));
  return total;
}

/** y[o] += scale * the sum of x[n, o, :], for the channels [from, to) of x [N, O, size]: the gradient to a convolution's bias. */
export function sumChannels(
  x: usize, y: usize, sums: usize, N: i32, O: i32, size: i32, scale: f64, from: i32, to: i32,
): void {
  sums += from << 3;
  memory.fill(sums, 0, (to - from) << 3);
  for (let n = 0; n < N; n++) {
    for (let o = from, at = sums; o < to; o++, at += 8) {
      store<f64>(at, load<f64>(at) + sumOf(x + (((n * O + o) * size) << 2), size));
    }
  }
  addRounded(sums, y + (from << 2), to - from, scale);
}

/** y += scale * x[view], or y = ... when `adds` is false. */
export function expand(x: usize, y: usize, view: usize, scale: f32, adds: bool): void {
  const n = load<i32>(view, 4);
  const step = load<i32>(view, 8);
  for (let rows = begin(view); rows > 0; rows--, next(view)) {
    let from = x + atA;
    let i = 0;
    if (u32(step) <= 1) {
      for (; i + 4 <= n; i += 4, from += step << 4, y += 16) {
        let d = f32x4.mul(four(from, step), f32x4.splat(scale));
        if (adds) d = f32x4.add(v128.load(y), d);
        v128.store(y, d);
      }
    }
    for (; i < n; i++, from += step << 2, y += 4) {
      const d = load<f32>(from) * scale;
      store<f32>(y, adds ? load<f32>(y) + d : d);
    }
  }
}

/** Adds rows of x to rows of y, or copies them when `adds` is false; the steps from row to row are in numbers. */
export function sliceAdd(x: usize, y: usize, rows: i32, length: i32, stepX: i32, stepY: i32, adds: bool): void {
  for (; rows > 0; rows--, x += stepX << 2, y += stepY << 2) {
    if (!adds) {
      memory.copy(y, x, length << 2);
      continue;
    }
    let i = 0;
    for (; i + 4 <= length; i += 4) {
      const at = y + (i << 2);
      v128.store(at, f32x4.add(v128.load(at), v128.load(x + (i << 2))));
    }
    for (; i < length; i++) {
      const at = y + (i << 2);
      store<f32>(at, load<f32>(at) + load<f32>(x + (i << 2)));
    }
  }
}
