import { exp1, exp4, log1 } from './math';

// Rows of `length` elements that are `inner` apart, in an array of `outer` * `length` * `inner`. `stride` is the
// distance of neighbors in bytes.

/** What the last row gave: its largest element and the sum of e^(x - largest). */
let peak: f32 = 0;
let total: f32 = 0;

/** Writes e^(x - largest) of a row to `y`, and sums it in the order of the row. */
function exponentials(x: usize, y: usize, length: i32, stride: usize): void {
  peak = load<f32>(x + largest(x, length, stride) * stride);
  total = 0;
  if (stride === 4) {
    const p = f32x4.splat(peak);
    for (; length >= 4; length -= 4, x += 16, y += 16) {
      v128.store(y, exp4(f32x4.sub(v128.load(x), p)));
      for (let i: usize = 0; i < 16; i += 4) total += load<f32>(y + i);
    }
  }
  for (; length > 0; length--, x += stride, y += stride) {
    const e = exp1(load<f32>(x) - peak);
    store<f32>(y, e);
    total += e;
  }
}

/** Where the row's largest element stands: the first of equals, and the first NaN above all. */
function largest(x: usize, length: i32, stride: usize): i32 {
  let best = 0;
  let top = load<f32>(x);
  for (let i = 1; i < length; i++) {
    x += stride;
    const candidate = load<f32>(x);
    if (candidate > top || (candidate !== candidate && top === top)) {
      top = candidate;
      best = i;
    }
  }
  return best;
}

/** softmax, or its logarithm. */
export function softmax(x: usize, y: usize, outer: i32, length: i32, inner: i32, logarithm: bool): void {
  const stride = inner << 2;
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      let from = x + ((o * length * inner + i) << 2);
      let to = y + (from - x);
      exponentials(from, to, length, stride);
      const shift = peak + log1(total);
      for (let j = 0; j < length; j++, from += stride, to += stride) {
        store<f32>(to, logarithm ? load<f32>(from) - shift : load<f32>(to) / total);
      }
    }
  }
}

/** Adds to dx what dy says, y being softmax or its logarithm. */
export function softmaxGradient(
  y: usize, dy: usize, dx: usize, outer: i32, length: i32, inner: i32, logarithm: bool,
): void {
  const stride = inner << 2;
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      const first = (o * length * inner + i) << 2;
      const end = first + length * stride;
      let sum: f32 = 0;
      for (let at = first; at < end; at += stride) {
        const d = load<f32>(dy + at);
        sum += logarithm ? d : d * load<f32>(y + at);
      }
      for (let at = first; at < end; at += stride) {
        const d = load<f32>(dy + at);
        const value = load<f32>(y + at);
        store<f32>(dx + at, load<f32>(dx + at) + (logarithm ? d - exp1(value) * sum : value * (d - sum)));
      }
    }
  }
}

/** Each row's loss, and its softmax. */
export function crossEntropy(
  logits: usize, labels: usize, losses: usize, probabilities: usize, rows: i32, classes: i32, smoothing: f32,
): void {
  for (; rows > 0; rows--, labels += 4, losses += 4) {
    exponentials(logits, probabilities, classes, 4);
    const shift = peak + log1(total);
    const own = shift - load<f32>(logits + (load<i32>(labels) << 2));
    let all: f32 = 0;
    for (let c = 0; c < classes; c++, logits += 4, probabilities += 4) {
      store<f32>(probabilities, load<f32>(probabilities) / total);
      all += shift - load<f32>(logits);
    }
    // Without smoothing the other classes are left out, not weighted by 0: an infinite logit would make that NaN.
    store<f32>(losses, smoothing === 0 ? own : (1 - smoothing) * own + (smoothing / f32(classes)) * all);
  }
}

export function crossEntropyGradient(
  probabilities: usize, labels: usize, dlosses: usize, dlogits: usize, rows: i32, classes: i32, smoothing: f32,
): void {
  const share = smoothing / f32(classes);
  for (; rows > 0; rows--, labels += 4, dlosses += 4) {
    const label = load<i32>(labels);
    const d = load<f32>(dlosses);
    for (let c = 0; c < classes; c++, probabilities += 4, dlogits += 4) {
      const target = (c === label ? <f32>1 - smoothing : <f32>0) + share;
      store<f32>(dlogits, load<f32>(dlogits) + d * (load<f32>(probabilities) - target));
    }
  }
}
