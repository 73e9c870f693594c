import type { ConvSizes } from '../kernels.js';
import type { Storage } from '../storage.js';

// All three walk the same way: for each example, filter and channel, each tap (ky, kx) of the filter joins a rectangle
// of x with one of y, row by row. `from` and `to` are where a row begins in x and in y.

export function conv2d(x: Storage, weight: Storage, bias: Storage | null, y: Storage, sizes: ConvSizes): void {
  const { H, W, outH, outW, strideH, strideW } = sizes;
  const [X, F, Y] = [x.array, weight.array, y.array];
  const plane = outH * outW;
  for (let p = 0; p < sizes.N * sizes.O; p++) Y.fill(bias ? bias.array[p % sizes.O] : 0, p * plane, (p + 1) * plane);
  const taps = tapsOf(sizes);
  for (const { image, output, filter } of planes(sizes)) {
    for (const { tap, top, bottom, left, count, shift } of taps) {
      const value = F[filter * taps.length + tap];
      for (let row = top; row < bottom; row++) {
        const from = image * H * W + row * strideH * W + shift;
        const to = output * plane + row * outW + left;
        for (let i = 0; i < count; i++) Y[to + i] += value * X[from + i * strideW];
      }
    }
  }
}

export function conv2dGradInput(dy: Storage, weight: Storage, dx: Storage, sizes: ConvSizes): void {
  const { H, W, outH, outW, strideH, strideW } = sizes;
  const [dY, F, dX] = [dy.array, weight.array, dx.array];
  const taps = tapsOf(sizes);
  for (const { image, output, filter } of planes(sizes)) {
    for (const { tap, top, bottom, left, count, shift } of taps) {
      const value = F[filter * taps.length + tap];
      for (let row = top; row < bottom; row++) {
        const from = image * H * W + row * strideH * W + shift;
        const to = output * outH * outW + row * outW + left;
        for (let i = 0; i < count; i++) dX[from + i * strideW] += value * dY[to + i];
      }
    }
  }
}

export function conv2dGradWeight(x: Storage, dy: Storage, dweight: Storage, sizes: ConvSizes): void {
  const { H, W, outH, outW, strideH, strideW } = sizes;
  const [X, dY, dF] = [x.array, dy.array, dweight.array];
  const taps = tapsOf(sizes);
  for (const { image, output, filter } of planes(sizes)) {
    for (const { tap, top, bottom, left, count, shift } of taps) {
      let sum = 0;
      for (let row = top; row < bottom; row++) {
        const from = image * H * W + row * strideH * W + shift;
        const to = output * outH * outW + row * outW + left;
        for (let i = 0; i < count; i++) sum += dY[to + i] * X[from + i * strideW];
      }
      dF[filter * taps.length + tap] += sum;
    }
  }
}

/** Which plane of x meets which plane of y through which plane of the weight. */
function planes({ N, C, O, groups }: ConvSizes): { image: number; output: number; filter: number }[] {
  const channels = C / groups;
  const list = [];
  for (let n = 0; n < N; n++) {
    for (let o = 0; o < O; o++) {
      const first = n * C + Math.floor((o * groups) / O) * channels;
      for (let c = 0; c < channels; c++) list.push({ image: first + c, output: n * O + o, filter: o * channels + c });
    }
  }
  return list;
}

/** For each tap, the rows [top, bottom) of y and the `count` columns from `left` on where it meets the image. */
function tapsOf(s: ConvSizes) {
  const taps = [];
  for (let ky = 0; ky < s.kernelH; ky++) {
    const shiftY = ky * s.dilationH - s.padTop;
    const [top, bottom] = inside(shiftY, s.strideH, s.H, s.outH);
    for (let kx = 0; kx < s.kernelW; kx++) {
      const shiftX = kx * s.dilationW - s.padLeft;
      const [left, right] = inside(shiftX, s.strideW, s.W, s.outW);
      const shift = shiftY * s.W + left * s.strideW + shiftX;
      taps.push({ tap: taps.length, top, bottom, left, count: right - left, shift });
    }
  }
  return taps;
}

/** The outputs [from, to) for which 0 <= output * stride + shift < size. */
function inside(shift: number, stride: number, size: number, outputs: number): [number, number] {
  const from = Math.max(0, Math.ceil(-shift / stride));
  const to = Math.min(outputs, Math.floor((size - 1 - shift) / stride) + 1);
  return [from, Math.max(from, to)];
}
