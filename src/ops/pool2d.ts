import { checkTensors, operation } from '../autograd/operation.js';
import type { Tensor } from '../autograd/tensor.js';
import { checkOptions, ShapeError, show } from '../errors.js';
import type { PoolSizes } from '../kernels/kernels.js';
import type { IndexStorage } from '../kernels/storage.js';
import { type Pair, pair, showShape, sizeOf, windowsAlong } from '../shape.js';

export interface PoolingOptions {
  /** How far the window moves, in pixels: as far as it is wide unless given. */
  stride?: Pair;
  /** Rows and columns added on each side, at most half the window: 0 unless given. */
  padding?: Pair;
}

export const POOL2D_OPTIONS = ['stride', 'padding'] as const;

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
    inputs: [x],
    shape,
    forward: (kernels, y, owned) => {
      indices = kernels.allocateIndices(sizeOf(shape));
      kernels.maxPool2d(x.storage, y, indices, sizes);
      owned.push(indices);
    },
    backward: (kernels, dy, [dx]) => kernels.maxPool2dGradient(dy, indices, dx!, sizes),
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
    inputs: [x],
    shape,
    forward: (kernels, y) => kernels.avgPool2d(x.storage, y, sizes),
    backward: (kernels, dy, [dx]) => kernels.avgPool2dGradient(dy, dx!, sizes),
  });
}

/** The sizes of a pooling, checked. */
function pool2dSizes(where: string, tensor: Tensor, kernelSize: Pair, options: PoolingOptions) {
  checkTensors(where, tensor);
  checkOptions(where, options, POOL2D_OPTIONS);
  const x = tensor.shape;
  if (x.length !== 4) throw new ShapeError(where, `expected an input [N, C, H, W], got shape ${showShape(x)}`);
  const [N, C, H, W] = x;
  const [kernelH, kernelW] = pair(where, 'kernelSize', kernelSize, 1);
  const [strideH, strideW] = pair(where, 'stride', options.stride ?? kernelSize, 1);
  const [padTop, padLeft] = pair(where, 'padding', options.padding ?? 0, 0);
  if (2 * padTop > kernelH || 2 * padLeft > kernelW) {
    throw new ShapeError(
      where,
      `expected a padding of at most half the window, got ${show(options.padding)} for ${kernelH}x${kernelW}`,
    );
  }
  const outH = windowsAlong(H, kernelH, strideH, 2 * padTop, 1);
  const outW = windowsAlong(W, kernelW, strideW, 2 * padLeft, 1);
  if (outH < 1 || outW < 1) {
    throw new ShapeError(
      where,
      `the window of ${kernelH}x${kernelW} is larger than the image, input shape ${showShape(x)}`,
    );
  }
  const sizes: PoolSizes = {
    ...{ planes: N * C, H, W, kernelH, kernelW, strideH, strideW, padTop, padLeft, outH, outW },
  };
  return { sizes, shape: [N, C, outH, outW] };
}
