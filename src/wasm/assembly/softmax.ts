import { sumOf } from './broadcast';
import { exp1, exp4, lessOne1, logOnePlus1 } from './math';

// Rows of `length` elements that are `inner` apart, in an array of `outer` * `length` * `inner`. `stride` is the
// distance of neighbors in bytes.

/** What the last row gave: its largest element, and the sum of e^(x - largest) with its logarithm. */
let peak: f32 = 0;
let total: f32 = 0;
let logarithm: f32 = 0;

/** Writes e^(x - largest) of a row to `y`, and sums it. */
function exponentials(x: usize, y: usize, length: i32, stride: usize): void {
  const best = largest(x, length, stride) * stride;
  peak = load<f32>(x + best);
  let at: usize = 0;
  const end = <usize>(length * stride);
  if (stride === 4) {
    const p = f32x4.splat(peak);
    for (; at + 16 <= end; at += 16) v128.store(y + at, exp4(f32x4.sub(v128.load(x + at), p)));
  }
  for (; at < end; at += stride) store<f32>(y + at, exp1(load<f32>(x + at) - peak));
  // The largest element's own 1 (or NaN) comes last, so that small ones beside it still count in the logarithm.
  const own = load<f32>(y + best);
  store<f32>(y + best, 0);
  let others: f64 = own - 1;
  if (stride === 4) others += sumOf(y, length);
  else for (at = 0; at < end; at += stride) others += f64(load<f32>(y + at));
  store<f32>(y + best, own);
  total = f32(1 + others);
  logarithm = logOnePlus1(f32(others));
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
export function softmax(x: usize, y: usize, outer: i32, length: i32, inner: i32, logs: bool): void {
  const stride = inner << 2;
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      let from = x + ((o * length * inner + i) << 2);
      let to = y + (from - x);
      exponentials(from, to, length, stride);
      for (let j = 0; j < length; j++, from += stride, to += stride) {
        store<f32>(to, logs ? load<f32>(from) - peak - logarithm : load<f32>(to) / total);
      }
    }
  }
}

/** Adds to dx what dy says, y being softmax or its logarithm, by the formulas in src/ops/softmax.ts. */
export function softmaxGradient(
  y: usize, dy: usize, dx: usize, outer: i32, length: i32, inner: i32, logs: bool,
): void {
  const stride = inner << 2;
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      const first = (o * length * inner + i) << 2;
      const end = first + length * stride;
      const best = first + largest(y + first, length, stride) * stride;
      const own = load<f32>(dy + best);
      const base: f32 = !logs && abs(own) < Infinity ? own : 0;
      let total: f64 = 0;
      for (let at = first; at < end; at += stride) {
        const d = load<f32>(dy + at) - base;
        total += f64(logs ? d : d * load<f32>(y + at));
      }
      const before = load<f32>(dx + best);
      const sum = f32x4.splat(f32(total));
      for (let at = first; at < end; ) {
        const four = stride === 4 && at + 16 <= end;
        const d = f32x4.sub(four ? v128.load(dy + at) : v128.load32_splat(dy + at), f32x4.splat(base));
        const value = four ? v128.load(y + at) : v128.load32_splat(y + at);
        const slope = logs ? f32x4.sub(d, f32x4.mul(exp4(value), sum)) : f32x4.mul(value, f32x4.sub(d, sum));
        if (four) {
          v128.store(dx + at, f32x4.add(v128.load(dx + at), slope));
          at += 16;
        } else {
          store<f32>(dx + at, load<f32>(dx + at) + f32x4.extract_lane(slope, 0));
          at += stride;
        }
      }
      // Only the largest of a row can be near 0 as a logarithm, where d and e^y * sum are nearly the same.
      const value = load<f32>(y + best);
      if (logs && value > -0.69) {
        store<f32>(dx + best, before + f32(f64(exp1(value)) * (f64(own) - total)) - lessOne1(value) * own);
      }
    }
  }
}

/** Each row's loss, 0 for a label below 0, and its softmax. */
export function crossEntropy(
  logits: usize, labels: usize, losses: usize, probabilities: usize, rows: i32, classes: i32, smoothing: f32,
): void {
  for (; rows > 0; rows--, labels += 4, losses += 4) {
    exponentials(logits, probabilities, classes, 4);
    const own = logarithm - (load<f32>(logits + (load<i32>(labels) << 2)) - peak);
    let all: f64 = 0;
    for (let c = 0; c < classes; c++, logits += 4, probabilities += 4) {
      store<f32>(probabilities, load<f32>(probabilities) / total);
      all += f64(logarithm - (load<f32>(logits) - peak));
    }
    // Without smoothing the other classes are left out, not weighted by 0: an infinite logit would make that NaN.
    const loss = smoothing === 0 ? own : (1 - smoothing) * own + (smoothing / f32(classes)) * f32(all);
    store<f32>(losses, load<i32>(labels) < 0 ? 0 : loss);
  }
}

export function crossEntropyGradient(
  probabilities: usize, labels: usize, dlosses: usize, dlogits: usize, rows: i32, classes: i32, smoothing: f32,
): void {
  const share = smoothing / f32(classes);
  for (; rows > 0; rows--, labels += 4, dlosses += 4) {
    const own = load<i32>(labels);
    const label = dlogits + (own << 2);
    const d = load<f32>(dlosses);
    let others: f64 = 0;
    for (const end = dlogits + (classes << 2); dlogits < end; probabilities += 4, dlogits += 4) {
      if (dlogits === label || own < 0) continue;
      const slope = load<f32>(probabilities) - share;
      others += f64(slope);
      store<f32>(dlogits, load<f32>(dlogits) + d * slope);
    }
    if (own >= 0) store<f32>(label, load<f32>(label) - d * f32(others));
  }
}
