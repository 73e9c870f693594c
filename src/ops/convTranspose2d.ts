import { accumulateKernels } from '../autograd/accumulate.js';
import { allocate } from '../autograd/backend.js';
import { checkTensors, operation } from '../autograd/operation.js';
import type { Tensor } from '../autograd/tensor.js';
import { checkNumber, readOptions, ShapeError, show } from '../errors.js';
import { checkRank, checkSameShape, type Pair, pair, type Shape, showShape } from '../shape.js';
import { broadcastKernels } from './broadcast.js';
import { type ConvSizes, checkWeight, conv2dKernels } from './conv2d.js';

/** Options of `convTranspose2d` and `ConvTranspose2D`. */
export interface TransposedConvolutionOptions {
  /** How far the filter's copies lie apart, in pixels. @default 1 */
  stride?: Pair;
  /** Rows and columns cut off on each side. @default 0 */
  padding?: Pair;
  /** Rows and columns added below and to the right, fewer than the stride or the dilation. @default 0 */
  outputPadding?: Pair;
  /** Distance between neighboring elements of the filter, in pixels. @default 1 */
  dilation?: Pair;
  /** Into how many groups the channels fall. @default 1 */
  groups?: number;
}

/**
 * Transposed convolution: each pixel puts a copy of the filter, times itself, into the result. It is what `conv2d` sends
 * back to its input, as a forward pass (Dumoulin and Visin 2016, "A guide to convolution arithmetic", chapter 4).
 * @param x [N, inChannels, H, W]
 * @param weight [inChannels, outChannels / groups, kernelH, kernelW]
 * @param bias [outChannels], or null
 * @returns [N, outChannels, outH, outW],
 * outH = (H - 1) stride - 2 padding + dilation (kernelH - 1) + outputPadding + 1
 * @throws ShapeError when channels do not fit or nothing would be left
 */
export function convTranspose2d(
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null = null,
  options: TransposedConvolutionOptions = {},
): Tensor {
  const where = 'convTranspose2d';
  checkTensors(where, x, weight, ...(bias ? [bias] : []));
  const sizes = sizesOf(where, x.shape, weight.shape, options);
  const { N, C, H, W } = sizes;
  if (bias) checkSameShape(where, 'a bias', bias.shape, [C]);
  const perChannel = { shape: [N, C, H * W], strides: [0, 1, 0] };
  return operation({
    name: where,
    attributes: sizes,
    inputs: bias ? [x, weight, bias] : [x, weight],
    shape: [N, C, H, W],
    adds: true,
    // Of the convolution from the result to x: forward is its gradient to the input, and the other way round.
    forward: (y) => {
      conv2dKernels.gradInput(x.storage, weight.storage, y, sizes);
      if (bias) broadcastKernels.expand(bias.storage, y, perChannel, 1);
    },
    backward: (dy, [dx, dweight, dbias]) => {
      if (dx) {
        const own = allocate(x.dtype, x.size); // A forward kernel overwrites.
        conv2dKernels.forward(dy, weight.storage, null, own, sizes);
        accumulateKernels.forward(own, dx);
        own.release();
      }
      if (dweight) conv2dKernels.gradWeight(dy, x.storage, dweight, sizes);
      if (dbias) broadcastKernels.reduce(dy, dbias, perChannel, 1);
    },
  });
}

/** The sizes, checked, of the convolution from the result to x. */
function sizesOf(where: string, x: Shape, weight: Shape, given: TransposedConvolutionOptions): ConvSizes {
  const defaults = { stride: 1, padding: 0, outputPadding: 0, dilation: 1, groups: 1 };
  const options = readOptions(where, given, defaults);
  checkWeight(where, '[inChannels, outChannels / groups, kernelH, kernelW]', weight);
  checkRank(where, 'an input [N, C, H, W]', x, 4);
  const [N, O, outH, outW] = x;
  const [inChannels, channels, kernelH, kernelW] = weight;
  const groups = checkNumber(where, 'groups', options.groups, { least: 1, whole: true });
  if (inChannels % groups !== 0) {
    throw new ShapeError(where, `expected inChannels to be a multiple of ${groups} groups, got ${inChannels}`);
  }
  if (O !== inChannels) {
    throw new ShapeError(where, `expected ${inChannels} input channels, got ${O}, input shape ${showShape(x)}`);
  }
  const [strideH, strideW] = pair(where, 'stride', options.stride, 1);
  const [dilationH, dilationW] = pair(where, 'dilation', options.dilation, 1);
  const [padTop, padLeft] = pair(where, 'padding', options.padding, 0);
  const [moreH, moreW] = pair(where, 'outputPadding', options.outputPadding, 0);
  if (moreH >= Math.max(strideH, dilationH) || moreW >= Math.max(strideW, dilationW)) {
    const got = show(options.outputPadding);
    throw new ShapeError(where, `expected outputPadding to be smaller than the stride or the dilation, got ${got}`);
  }
  const H = (outH - 1) * strideH - 2 * padTop + dilationH * (kernelH - 1) + moreH + 1;
  const W = (outW - 1) * strideW - 2 * padLeft + dilationW * (kernelW - 1) + moreW + 1;
  if (H < 1 || W < 1) {
    throw new ShapeError(where, `the padding leaves a result of ${H}x${W} pixels, input shape ${showShape(x)}`);
  }
  const window = { kernelH, kernelW, strideH, strideW, dilationH, dilationW, padTop, padLeft };
  return { N, C: channels * groups, H, W, O, groups, ...window, outH, outW };
}
