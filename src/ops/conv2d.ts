import { checkTensors, operation } from '../autograd/operation.js';
import type { Tensor } from '../autograd/tensor.js';
import { ArgumentError, checkNumber, checkOptions, ShapeError, show } from '../errors.js';
import type { ConvSizes } from '../kernels/kernels.js';
import { type Pair, pair, type Shape, sameShape, showShape, windowsAlong } from '../shape.js';

export interface ConvolutionOptions {
  /** How far the window moves, in pixels: 1 unless given. */
  stride?: Pair;
  /** Zeros on each side: 0 unless given. 'valid' is 0; 'same' keeps the image's size, and needs stride 1. */
  padding?: Pair | 'same' | 'valid';
  /** Distance between neighboring taps, in pixels: 1 unless given. */
  dilation?: Pair;
  /** Into how many groups the channels fall; each filter sees the channels of its own. 1 unless given. */
  groups?: number;
}

export const CONV2D_OPTIONS = ['stride', 'padding', 'dilation', 'groups'] as const;

/**
 * Two-dimensional convolution, as neural networks use the word: cross-correlation, the filter is not flipped.
 * y[n, o, i, j] = bias[o] + sum over c, ky, kx of weight[o, c, ky, kx] * x[n, c, i*stride + ky*dilation - padding, ...].
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
  checkOptions('conv2d', options, CONV2D_OPTIONS);
  const sizes = conv2dSizes('conv2d', x.shape, weight.shape, options);
  const { N, O, outH, outW } = sizes;
  if (bias && !sameShape(bias.shape, [O])) {
    throw new ShapeError('conv2d', `expected a bias of shape [${O}], got ${showShape(bias.shape)}`);
  }
  const biasWalk = { shape: [N, O, outH * outW], strides: [0, 1, 0] };
  return operation({
    name: 'conv2d',
    inputs: bias ? [x, weight, bias] : [x, weight],
    shape: [N, O, outH, outW],
    forward: (kernels, y) => kernels.conv2d(x.storage, weight.storage, bias?.storage ?? null, y, sizes),
    backward: (kernels, dy, [dx, dweight, dbias]) => {
      if (dx) kernels.conv2dGradInput(dy, weight.storage, dx, sizes);
      if (dweight) kernels.conv2dGradWeight(x.storage, dy, dweight, sizes);
      if (dbias) kernels.reduceAdd(dy, dbias, biasWalk, 1);
    },
  });
}

/** The sizes of a convolution, checked. */
function conv2dSizes(where: string, x: Shape, weight: Shape, options: ConvolutionOptions): ConvSizes {
  if (weight.length !== 4 || weight.includes(0)) {
    throw new ShapeError(
      where,
      `expected a weight [outChannels, inChannels / groups, kernelH, kernelW], got shape ${showShape(weight)}`,
    );
  }
  if (x.length !== 4) throw new ShapeError(where, `expected an input [N, C, H, W], got shape ${showShape(x)}`);
  const [N, C, H, W] = x;
  const [O, channels, kernelH, kernelW] = weight;
  const groups = checkNumber(where, 'groups', options.groups ?? 1, { least: 1, whole: true });
  if (O % groups !== 0) {
    throw new ShapeError(where, `expected outChannels to be a multiple of ${groups} groups, got ${O}`);
  }
  if (C !== channels * groups) {
    throw new ShapeError(where, `expected ${channels * groups} input channels, got ${C}, input shape ${showShape(x)}`);
  }
  const [strideH, strideW] = pair(where, 'stride', options.stride ?? 1, 1);
  const [dilationH, dilationW] = pair(where, 'dilation', options.dilation ?? 1, 1);
  const reachH = dilationH * (kernelH - 1);
  const reachW = dilationW * (kernelW - 1);
  const same = options.padding === 'same';
  if (same && (strideH !== 1 || strideW !== 1)) {
    throw new ArgumentError(where, `padding 'same' needs stride 1, got ${show(options.stride)}`);
  }
  // With 'same' and an even filter the odd row of zeros goes below and to the right, as in PyTorch.
  const [padTop, padLeft] = same ? [reachH >> 1, reachW >> 1] : paddingOf(where, options.padding ?? 0);
  const outH = windowsAlong(H, kernelH, strideH, same ? reachH : 2 * padTop, dilationH);
  const outW = windowsAlong(W, kernelW, strideW, same ? reachW : 2 * padLeft, dilationW);
  if (outH < 1 || outW < 1) {
    throw new ShapeError(
      where,
      `the filter reaches over ${reachH + 1}x${reachW + 1} pixels, more than the padded image of ` +
        `${H + 2 * padTop}x${W + 2 * padLeft}, input shape ${showShape(x)}`,
    );
  }
  return {
    ...{ N, C, H, W, O, groups, kernelH, kernelW },
    ...{ strideH, strideW, dilationH, dilationW, padTop, padLeft, outH, outW },
  };
}

function paddingOf(where: string, padding: Pair | string): readonly [number, number] {
  if (padding === 'valid') return [0, 0];
  if (typeof padding !== 'string') return pair(where, 'padding', padding, 0);
  throw new ArgumentError(where, `expected padding to be 'same', 'valid', a number or two, got ${show(padding)}`);
}
