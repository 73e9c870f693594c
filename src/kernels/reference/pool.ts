import type { PoolSizes } from '../kernels.js';
import type { IndexStorage, Storage } from '../storage.js';

/** Calls `visit` for each window with the rows and columns of x that it covers, padding left out. */
function eachWindow(
  s: PoolSizes,
  visit: (output: number, plane: number, top: number, bottom: number, left: number, right: number) => void,
): void {
  let output = 0;
  for (let p = 0; p < s.planes; p++) {
    for (let y = 0; y < s.outH; y++) {
      const top = y * s.strideH - s.padTop;
      for (let x = 0; x < s.outW; x++) {
        const left = x * s.strideW - s.padLeft;
        const bottom = Math.min(top + s.kernelH, s.H);
        const right = Math.min(left + s.kernelW, s.W);
        visit(output++, p * s.H * s.W, Math.max(top, 0), bottom, Math.max(left, 0), right);
      }
    }
  }
}

export function maxPool2d(x: Storage, y: Storage, indices: IndexStorage, sizes: PoolSizes): void {
  const [X, Y, at] = [x.array, y.array, indices.array];
  eachWindow(sizes, (output, plane, top, bottom, left, right) => {
    let best = plane + top * sizes.W + left;
    for (let row = top; row < bottom; row++) {
      for (let i = plane + row * sizes.W + left; i < plane + row * sizes.W + right; i++) {
        if (X[i] > X[best] || (Number.isNaN(X[i]) && !Number.isNaN(X[best]))) best = i;
      }
    }
    at[output] = best;
    Y[output] = X[best];
  });
}

export function avgPool2d(x: Storage, y: Storage, sizes: PoolSizes): void {
  const [X, Y] = [x.array, y.array];
  const share = 1 / (sizes.kernelH * sizes.kernelW);
  eachWindow(sizes, (output, plane, top, bottom, left, right) => {
    let sum = 0;
    for (let row = top; row < bottom; row++) {
      for (let i = plane + row * sizes.W + left; i < plane + row * sizes.W + right; i++) sum += X[i];
    }
    Y[output] = sum * share;
  });
}

export function avgPool2dGradient(dy: Storage, dx: Storage, sizes: PoolSizes): void {
  const [dY, dX] = [dy.array, dx.array];
  const share = 1 / (sizes.kernelH * sizes.kernelW);
  eachWindow(sizes, (output, plane, top, bottom, left, right) => {
    for (let row = top; row < bottom; row++) {
      for (let i = plane + row * sizes.W + left; i < plane + row * sizes.W + right; i++) dX[i] += dY[output] * share;
    }
  });
}
