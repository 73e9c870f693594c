import { allocateIndices } from '../autograd/backend.js';
import { define } from '../autograd/define.js';
import { checkTensors, operation } from '../autograd/operation.js';
import type { IndexStorage, Storage } from '../autograd/storage.js';
import type { Tensor } from '../autograd/tensor.js';
import { readOptions, ShapeError, show } from '../errors.js';
import { checkRank, type Pair, pair, showShape, sizeOf, windowsAlong } from '../shape.js';

/** Options of pooling. */
export interface PoolingOptions {
  /** How far the window moves, in pixels. @default the size of the window */
  stride?: Pair;
  /** Rows and columns added on each side, at most half the window. @default 0 */
  padding?: Pair;
}

/**
 * The largest element of each window; padding never wins, and the first of equals takes the gradient.
 * @param x [N, C, H, W]
 * @returns [N, C, outH, outW], outH = floor((H + 2 padding - kernelSize) / stride) + 1
 */
export function maxPool2d(x: Tensor, kernelSize: Pair, options: PoolingOptions = {}): Tensor {
  const { sizes, shape } = pool2dSizes('maxPool2d', x, kernelSize, options);
  let indices: IndexStorage;
  return operation({
    name: 'maxPool2d',
    attributes: sizes,
    inputs: [x],
    shape,
    forward: (y, owned) => {
      indices = allocateIndices(x.dtype, sizeOf(shape));
      maxPool2dKernels.forward(x.storage, y, indices, sizes);
      owned.push(indices);
    },
    backward: (dy, [dx]) => maxPool2dKernels.backward(dy, indices, dx!, sizes),
  });
}

/**
 * The mean of each window, padding counted as zeros, as PyTorch does unless told otherwise.
 * @param x [N, C, H, W]
 * @returns [N, C, outH, outW], outH = floor((H + 2 padding - kernelSize) / stride) + 1
 */
export function avgPool2d(x: Tensor, kernelSize: Pair, options: PoolingOptions = {}): Tensor {
  const { sizes, shape } = pool2dSizes('avgPool2d', x, kernelSize, options);
  return operation({
    name: 'avgPool2d',
    attributes: sizes,
    inputs: [x],
    shape,
    forward: (y) => avgPool2dKernels.forward(x.storage, y, sizes),
    backward: (dy, [dx]) => avgPool2dKernels.backward(dy, dx!, sizes),
  });
}

/** A pooling's sizes: one window over each of `planes` = N * C images. */
export interface PoolSizes {
  planes: number;
  H: number;
  W: number;
  kernelH: number;
  kernelW: number;
  strideH: number;
  strideW: number;
  padTop: number;
  padLeft: number;
  outH: number;
  outW: number;
}

/** y[w] = max of x over window w, at indices[w]: the first of equals, and the last NaN above all. dx[indices[w]] += dy[w]. */
export const maxPool2dKernels = /* @__PURE__ */ define('maxPool2d', {
  forward(x: Storage, y: Storage, indices: IndexStorage, sizes: PoolSizes): void {
    const [X, Y, at] = [x.array, y.array, indices.array];
    eachWindow(sizes, (w, first, rows, columns) => {
      let best = first;
      for (let row = first; row < first + rows * sizes.W; row += sizes.W) {
        for (let i = row; i < row + columns; i++) {
          if (X[i] > X[best] || Number.isNaN(X[i])) best = i;
        }
      }
      at[w] = best;
      Y[w] = X[best];
    });
  },

  /** The sizes are for faster versions, which clear dx plane by plane. */
  backward(dy: Storage, indices: IndexStorage, dx: Storage, _sizes: PoolSizes): void {
    const [dY, at, dX] = [dy.array, indices.array, dx.array];
    for (let w = 0; w < dY.length; w++) dX[at[w]] += dY[w];
  },
});

/** y[w] = (sum of x over window w) / (kernelH * kernelW), padding counted as zeros. dx[i] += dy[w] / (kernelH * kernelW). */
export const avgPool2dKernels = /* @__PURE__ */ define('avgPool2d', {
  forward(x: Storage, y: Storage, sizes: PoolSizes): void {
    const [X, Y] = [x.array, y.array];
    const share = 1 / (sizes.kernelH * sizes.kernelW);
    eachWindow(sizes, (w, first, rows, columns) => {
      let sum = 0;
      for (let row = first; row < first + rows * sizes.W; row += sizes.W) {
        for (let i = row; i < row + columns; i++) sum += X[i];
      }
      Y[w] = sum * share;
    });
  },

  backward(dy: Storage, dx: Storage, sizes: PoolSizes): void {
    const [dY, dX] = [dy.array, dx.array];
    const share = 1 / (sizes.kernelH * sizes.kernelW);
    eachWindow(sizes, (w, first, rows, columns) => {
      for (let row = first; row < first + rows * sizes.W; row += sizes.W) {
        for (let i = row; i < row + columns; i++) dX[i] += dY[w] * share;
      }
    });
  },
});

/** Calls `visit` for each window with where it begins in x and how many rows and columns it has, padding left out. */
function eachWindow(s: PoolSizes, visit: (window: number, first: number, rows: number, columns: number) => void): void {
  for (let p = 0, window = 0; p < s.planes; p++) {
    for (let y = 0; y < s.outH; y++) {
      const top = y * s.strideH - s.padTop;
      const rows = Math.min(top + s.kernelH, s.H) - Math.max(top, 0);
      for (let x = 0; x < s.outW; x++) {
        const left = x * s.strideW - s.padLeft;
        const columns = Math.min(left + s.kernelW, s.W) - Math.max(left, 0);
        visit(window++, (p * s.H + Math.max(top, 0)) * s.W + Math.max(left, 0), rows, columns);
      }
    }
  }
}

/** The sizes of a pooling, checked. */
function pool2dSizes(where: string, tensor: Tensor, kernelSize: Pair, options: PoolingOptions) {
  checkTensors(where, tensor);
  const { stride, padding } = readOptions(where, options, { stride: kernelSize, padding: 0 });
  const x = tensor.shape;
  checkRank(where, 'an input [N, C, H, W]', x, 4);
  const [N, C, H, W] = x;
  const [kernelH, kernelW] = pair(where, 'kernelSize', kernelSize, 1);
  const [strideH, strideW] = pair(where, 'stride', stride, 1);
  const [padTop, padLeft] = pair(where, 'padding', padding, 0);
  if (2 * padTop > kernelH || 2 * padLeft > kernelW) {
    const got = `got ${show(padding)} for ${kernelH}x${kernelW}`;
    throw new ShapeError(where, `expected a padding of at most half the window, ${got}`);
  }
  const outH = windowsAlong(H, kernelH, strideH, 2 * padTop, 1);
  const outW = windowsAlong(W, kernelW, strideW, 2 * padLeft, 1);
  if (outH < 1 || outW < 1) {
    const size = `${kernelH}x${kernelW}`;
    throw new ShapeError(where, `the window of ${size} is larger than the image, input shape ${showShape(x)}`);
  }
  const sizes: PoolSizes = { planes: N * C, H, W, kernelH, kernelW, strideH, strideW, padTop, padLeft, outH, outW };
  return { sizes, shape: [N, C, outH, outW] };
}
