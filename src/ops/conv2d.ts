import { define } from '../autograd/define.js';
import { checkTensors, operation } from '../autograd/operation.js';
import type { Storage } from '../autograd/storage.js';
import type { Tensor } from '../autograd/tensor.js';
import { ArgumentError, checkNumber, readOptions, ShapeError, show } from '../errors.js';
import { checkRank, checkSameShape, type Pair, pair, type Shape, showShape, windowsAlong } from '../shape.js';
import { broadcastKernels } from './broadcast.js';

/** Options of `conv2d` and `Conv2D`. */
export interface ConvolutionOptions {
  /** How far the filter moves, in pixels. @default 1 */
  stride?: Pair;
  /** Zeros on each side, in pixels. 'valid' is 0; 'same' keeps the image's size, and needs stride 1. @default 0 */
  padding?: Pair | 'same' | 'valid';
  /** Distance between neighboring elements of the filter, in pixels. @default 1 */
  dilation?: Pair;
  /** Into how many groups the channels fall; each filter sees the channels of its own. @default 1 */
  groups?: number;
}

/**
 * Two-dimensional convolution, as neural networks use the word: cross-correlation, the filter is not flipped.
 * With p = i * stride + ky * dilation - padding, q likewise from j and kx, and sums over all that lie inside the image (for
 * one group; each further group is a convolution of its own):
 *
 *     y[n, o, i, j]      = bias[o] + sum over c, ky, kx of weight[o, c, ky, kx] * x[n, c, p, q]
 *     dx[n, c, p, q]     = sum over o, ky, kx of weight[o, c, ky, kx] * dy[n, o, i, j]
 *     dweight[o, c, ky, kx] = sum over n, i, j of dy[n, o, i, j] * x[n, c, p, q]
 *     dbias[o]           = sum over n, i, j of dy[n, o, i, j]
 *
 * float32 computes convolutions of 3x3, stride 1 and at least 8 channels and filters by Winograd's algorithm where enough of
 * the numbers are not zero, in all three directions: errors are about 1e-6 of the largest result nearby, and what should be an
 * exact zero may be so small a number instead.
 *
 * @param x [N, inChannels, H, W]
 * @param weight [outChannels, inChannels / groups, kernelH, kernelW]
 * @param bias [outChannels], or null
 * @returns [N, outChannels, outH, outW], outH = floor((H + 2 padding - dilation (kernelH - 1) - 1) / stride) + 1
 * @throws ShapeError when channels do not fit or the filter is larger than the padded image.
 */
export function conv2d(
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null = null,
  options: ConvolutionOptions = {},
): Tensor {
  checkTensors('conv2d', x, weight, ...(bias ? [bias] : []));
  const sizes = conv2dSizes('conv2d', x.shape, weight.shape, options);
  const { N, O, outH, outW } = sizes;
  if (bias) checkSameShape('conv2d', 'a bias', bias.shape, [O]);
  const perChannel = { shape: [N, O, outH * outW], strides: [0, 1, 0] };
  return operation({
    name: 'conv2d',
    attributes: sizes,
    inputs: bias ? [x, weight, bias] : [x, weight],
    shape: [N, O, outH, outW],
    forward: (y) => conv2dKernels.forward(x.storage, weight.storage, bias?.storage ?? null, y, sizes),
    backward: (dy, [dx, dweight, dbias]) => {
      if (dx) conv2dKernels.gradInput(dy, weight.storage, dx, sizes);
      if (dweight) conv2dKernels.gradWeight(x.storage, dy, dweight, sizes);
      if (dbias) broadcastKernels.reduce(dy, dbias, perChannel, 1); // dbias[o] = sum of dy[:, o, :, :]
    },
  });
}

// Notation: N examples; C channels in; H, W height and width; O channels out; a tap is one element of a filter.

/** A convolution's sizes: x [N, C, H, W], weight [O, C / groups, kernelH, kernelW], y [N, O, outH, outW]. */
export interface ConvSizes {
  N: number;
  C: number;
  H: number;
  W: number;
  O: number;
  groups: number;
  kernelH: number;
  kernelW: number;
  strideH: number;
  strideW: number;
  dilationH: number;
  dilationW: number;
  /** Rows of zeros above the image; those below it follow from `outH`. */
  padTop: number;
  padLeft: number;
  outH: number;
  outW: number;
}

export const conv2dKernels = /* @__PURE__ */ define('conv2d', {
  forward(x: Storage, weight: Storage, bias: Storage | null, y: Storage, sizes: ConvSizes): void {
    const [X, F] = [x.array, weight.array];
    const { N, O, W, outW, strideH, strideW } = sizes;
    const plane = sizes.outH * outW;
    const Y = new Float64Array(y.length); // Sums of thousands: in float32 each addition would lose digits.
    for (let p = 0; p < N * O; p++) Y.fill(bias ? bias.array[p % O] : 0, p * plane, (p + 1) * plane);
    eachTap(sizes, (f, fromX, toY, rows, columns) => {
      for (let i = 0; i < rows; i++) {
        const [row, to] = [fromX + i * strideH * W, toY + i * outW];
        for (let j = 0; j < columns; j++) Y[to + j] += F[f] * X[row + j * strideW];
      }
    });
    y.array.set(Y);
  },

  gradInput(dy: Storage, weight: Storage, dx: Storage, sizes: ConvSizes): void {
    const [dY, F, dX] = [dy.array, weight.array, new Float64Array(dx.array)];
    const { W, outW, strideH, strideW } = sizes;
    eachTap(sizes, (f, toX, fromY, rows, columns) => {
      for (let i = 0; i < rows; i++) {
        const [row, from] = [toX + i * strideH * W, fromY + i * outW];
        for (let j = 0; j < columns; j++) dX[row + j * strideW] += F[f] * dY[from + j];
      }
    });
    dx.array.set(dX);
  },

  gradWeight(x: Storage, dy: Storage, dweight: Storage, sizes: ConvSizes): void {
    const [X, dY, dF] = [x.array, dy.array, new Float64Array(dweight.array)];
    const { W, outW, strideH, strideW } = sizes;
    eachTap(sizes, (f, fromX, fromY, rows, columns) => {
      let sum = 0;
      for (let i = 0; i < rows; i++) {
        const [row, from] = [fromX + i * strideH * W, fromY + i * outW];
        for (let j = 0; j < columns; j++) sum += dY[from + j] * X[row + j * strideW];
      }
      dF[f] += sum;
    });
    dweight.array.set(dF);
  },
});

/**
 * Calls `visit` for each example, filter, channel and tap: with the index of the weight, where the rectangles that it
 * joins begin in x and in y, and how many rows and columns of y they have. Neighbors in y are strideH rows and strideW
 * columns apart in x. Padding is left out.
 */
function eachTap(
  s: ConvSizes,
  visit: (weight: number, inX: number, inY: number, rows: number, columns: number) => void,
): void {
  const channels = s.C / s.groups;
  const taps: { shift: number; start: number; rows: number; columns: number }[] = [];
  for (let ky = 0; ky < s.kernelH; ky++) {
    const shiftY = ky * s.dilationH - s.padTop;
    const [top, bottom] = inside(shiftY, s.strideH, s.H, s.outH);
    for (let kx = 0; kx < s.kernelW; kx++) {
      const shiftX = kx * s.dilationW - s.padLeft;
      const [left, right] = inside(shiftX, s.strideW, s.W, s.outW);
      const shift = (top * s.strideH + shiftY) * s.W + left * s.strideW + shiftX;
      taps.push({ shift, start: top * s.outW + left, rows: bottom - top, columns: right - left });
    }
  }
  for (let n = 0; n < s.N; n++) {
    for (let o = 0; o < s.O; o++) {
      const group = Math.floor((o * s.groups) / s.O);
      for (let c = 0; c < channels; c++) {
        const [x, y] = [(n * s.C + group * channels + c) * s.H * s.W, (n * s.O + o) * s.outH * s.outW];
        const filter = (o * channels + c) * taps.length;
        taps.forEach(({ shift, start, rows, columns }, tap) => {
          visit(filter + tap, x + shift, y + start, rows, columns);
        });
      }
    }
  }
}

/** The outputs [from, to) for which 0 <= output * stride + shift < size. */
function inside(shift: number, stride: number, size: number, outputs: number): [number, number] {
  const from = Math.max(0, Math.ceil(-shift / stride));
  const to = Math.min(outputs, Math.floor((size - 1 - shift) / stride) + 1);
  return [from, Math.max(from, to)];
}

/** The sizes of a convolution, checked. */
function conv2dSizes(where: string, x: Shape, weight: Shape, given: ConvolutionOptions): ConvSizes {
  const options = readOptions(where, given, { stride: 1, padding: 0, dilation: 1, groups: 1 });
  checkWeight(where, '[outChannels, inChannels / groups, kernelH, kernelW]', weight);
  checkRank(where, 'an input [N, C, H, W]', x, 4);
  const [N, C, H, W] = x;
  const [O, channels, kernelH, kernelW] = weight;
  const groups = checkNumber(where, 'groups', options.groups, { least: 1, whole: true });
  if (O % groups !== 0) {
    throw new ShapeError(where, `expected outChannels to be a multiple of ${groups} groups, got ${O}`);
  }
  if (C !== channels * groups) {
    throw new ShapeError(where, `expected ${channels * groups} input channels, got ${C}, input shape ${showShape(x)}`);
  }
  const [strideH, strideW] = pair(where, 'stride', options.stride, 1);
  const [dilationH, dilationW] = pair(where, 'dilation', options.dilation, 1);
  const reachH = dilationH * (kernelH - 1);
  const reachW = dilationW * (kernelW - 1);
  const same = options.padding === 'same';
  if (same && (strideH !== 1 || strideW !== 1)) {
    throw new ArgumentError(where, `padding 'same' needs stride 1, got ${show(options.stride)}`);
  }
  // With 'same' and an even filter the odd row of zeros goes below and to the right, as in PyTorch.
  const [padTop, padLeft] = same ? [reachH >> 1, reachW >> 1] : paddingOf(where, options.padding);
  const outH = windowsAlong(H, kernelH, strideH, same ? reachH : 2 * padTop, dilationH);
  const outW = windowsAlong(W, kernelW, strideW, same ? reachW : 2 * padLeft, dilationW);
  if (outH < 1 || outW < 1) {
    const padded = `${H + 2 * padTop}x${W + 2 * padLeft}, input shape ${showShape(x)}`;
    throw new ShapeError(
      where,
      `the filter of ${reachH + 1}x${reachW + 1} is larger than the padded image of ${padded}`,
    );
  }
  const window = { kernelH, kernelW, strideH, strideW, dilationH, dilationW, padTop, padLeft };
  return { N, C, H, W, O, groups, ...window, outH, outW };
}

/** @internal Throws unless it has four axes, none of them empty. */
export function checkWeight(where: string, layout: string, weight: Shape): void {
  checkRank(where, `a weight ${layout}`, weight, weight.includes(0) ? -1 : 4);
}

function paddingOf(where: string, padding: Pair | string): readonly [number, number] {
  if (padding === 'valid') return [0, 0];
  if (typeof padding !== 'string') return pair(where, 'padding', padding, 0);
  throw new ArgumentError(where, `expected padding to be 'same', 'valid', a number or two, got ${show(padding)}`);
}
