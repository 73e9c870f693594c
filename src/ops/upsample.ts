import { checkTensors, operation } from '../autograd/operation.js';
import type { Tensor } from '../autograd/tensor.js';
import { checkChoice, readOptions } from '../errors.js';
import { checkRank, type Pair, pair } from '../shape.js';
import { broadcastKernels } from './broadcast.js';
import { resample, type Taps } from './resample.js';

/** Options of `upsample` and `Upsample`. */
export interface UpsampleOptions {
  /** How many times as large the image becomes: a whole number, or [height, width]. */
  scale: Pair;
  /**
   * 'nearest' repeats each pixel; 'bilinear' interpolates between the centers of the pixels (PyTorch's `align_corners=False`),
   * with the edge going on outside. @default 'nearest'
   */
  mode?: 'nearest' | 'bilinear';
}

/**
 * Larger images.
 * @param x [N, C, H, W]
 * @returns [N, C, H * scale, W * scale]
 */
export function upsample(x: Tensor, options: UpsampleOptions): Tensor {
  checkTensors('upsample', x);
  const { scale, mode } = upsampling('upsample', options);
  const [scaleH, scaleW] = scale;
  checkRank('upsample', 'an input [N, C, H, W]', x.shape, 4);
  const [N, C, H, W] = x.shape;
  const shape = [N, C, H * scaleH, W * scaleW];
  if (mode === 'nearest') {
    const view = { shape: [N * C * H, scaleH, W, scaleW], strides: [W, 0, 1, 0] };
    return operation({
      name: 'upsample',
      attributes: { scale },
      inputs: [x],
      shape,
      adds: true,
      forward: (y) => broadcastKernels.expand(x.storage, y, view, 1),
      backward: (dy, [dx]) => broadcastKernels.reduce(dy, dx!, view, 1),
    });
  }
  return resample('upsample', x, between(H, scaleH), between(W, scaleW));
}

/** @internal The options, checked. */
export function upsampling(where: string, options: UpsampleOptions) {
  const { scale, mode } = readOptions(where, options, { scale: undefined, mode: 'nearest' });
  checkChoice(where, 'mode', mode, ['nearest', 'bilinear']);
  return { scale: pair(where, 'scale', scale as Pair, 1), mode };
}

/** Of each place along an axis of y: the neighbors in x, and how near each is, from 0 to 1. */
function between(size: number, scale: number): Taps[] {
  return Array.from({ length: size * scale }, (_, i) => {
    const place = Math.min(Math.max(0, (i + 0.5) / scale - 0.5), size - 1);
    const start = Math.floor(place);
    const part = place - start;
    return { start, weights: part > 0 ? [1 - part, part] : [1] };
  });
}
