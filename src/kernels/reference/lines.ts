import type { LineSizes } from '../kernels.js';
import type { FloatArray, IndexStorage, Storage } from '../storage.js';

/** Calls `visit` with the position of the first element of each line. */
function eachLine({ outer, length, inner }: LineSizes, visit: (first: number, line: number) => void): void {
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) visit(o * length * inner + i, o * inner + i);
  }
}

/** The position of the line's largest element: the first of equals, and the first NaN above all. */
function largest(X: FloatArray, first: number, { length, inner }: LineSizes): number {
  let best = first;
  for (let j = 1; j < length; j++) {
    const at = first + j * inner;
    if (X[at] > X[best] || (Number.isNaN(X[at]) && !Number.isNaN(X[best]))) best = at;
  }
  return best;
}

export function max(x: Storage, y: Storage, indices: IndexStorage, sizes: LineSizes): void {
  const [X, Y, at] = [x.array, y.array, indices.array];
  eachLine(sizes, (first, line) => {
    at[line] = largest(X, first, sizes);
    Y[line] = X[at[line]];
  });
}

export function softmax(x: Storage, y: Storage, sizes: LineSizes): void {
  const [X, Y] = [x.array, y.array];
  eachLine(sizes, (first) => {
    const { peak, sum } = exponentials(X, first, sizes);
    for (let j = 0, at = first; j < sizes.length; j++, at += sizes.inner) Y[at] = Math.exp(X[at] - peak) / sum;
  });
}

export function softmaxGradient(y: Storage, dy: Storage, dx: Storage, sizes: LineSizes): void {
  const [Y, dY, dX] = [y.array, dy.array, dx.array];
  eachLine(sizes, (first) => {
    let dot = 0;
    for (let j = 0, at = first; j < sizes.length; j++, at += sizes.inner) dot += Y[at] * dY[at];
    for (let j = 0, at = first; j < sizes.length; j++, at += sizes.inner) dX[at] += Y[at] * (dY[at] - dot);
  });
}

export function logSoftmax(x: Storage, y: Storage, sizes: LineSizes): void {
  const [X, Y] = [x.array, y.array];
  eachLine(sizes, (first) => {
    const { peak, sum } = exponentials(X, first, sizes);
    const shift = peak + Math.log(sum);
    for (let j = 0, at = first; j < sizes.length; j++, at += sizes.inner) Y[at] = X[at] - shift;
  });
}

export function logSoftmaxGradient(y: Storage, dy: Storage, dx: Storage, sizes: LineSizes): void {
  const [Y, dY, dX] = [y.array, dy.array, dx.array];
  eachLine(sizes, (first) => {
    let sum = 0;
    for (let j = 0, at = first; j < sizes.length; j++, at += sizes.inner) sum += dY[at];
    for (let j = 0, at = first; j < sizes.length; j++, at += sizes.inner) dX[at] += dY[at] - Math.exp(Y[at]) * sum;
  });
}

export function crossEntropy(
  logits: Storage,
  labels: IndexStorage,
  losses: Storage,
  probabilities: Storage,
  classes: number,
  smoothing: number,
): void {
  const [X, T, L, P] = [logits.array, labels.array, losses.array, probabilities.array];
  const sizes = { outer: L.length, length: classes, inner: 1 };
  eachLine(sizes, (first, row) => {
    const { peak, sum } = exponentials(X, first, sizes);
    const shift = peak + Math.log(sum);
    let all = 0;
    for (let c = first; c < first + classes; c++) {
      P[c] = Math.exp(X[c] - peak) / sum;
      all += shift - X[c];
    }
    const own = shift - X[first + T[row]];
    // Without smoothing the other classes are left out, not weighted by 0: an infinite logit would make that NaN.
    L[row] = smoothing === 0 ? own : (1 - smoothing) * own + (smoothing / classes) * all;
  });
}

export function crossEntropyGradient(
  probabilities: Storage,
  labels: IndexStorage,
  dlosses: Storage,
  dlogits: Storage,
  classes: number,
  smoothing: number,
): void {
  const [P, T, dL, dX] = [probabilities.array, labels.array, dlosses.array, dlogits.array];
  for (let row = 0, at = 0; row < dL.length; row++) {
    for (let c = 0; c < classes; c++, at++) {
      const target = (c === T[row] ? 1 - smoothing : 0) + smoothing / classes;
      dX[at] += dL[row] * (P[at] - target);
    }
  }
}

/** The line's largest element, and the sum of e^(x - largest). */
function exponentials(X: FloatArray, first: number, sizes: LineSizes): { peak: number; sum: number } {
  const peak = X[largest(X, first, sizes)];
  let sum = 0;
  for (let j = 0, at = first; j < sizes.length; j++, at += sizes.inner) sum += Math.exp(X[at] - peak);
  return { peak, sum };
}
