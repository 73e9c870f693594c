import { checkTensors } from '../autograd/operation.js';
import type { Tensor } from '../autograd/tensor.js';
import { checkRank, type Pair, pair } from '../shape.js';
import { resample, type Taps } from './resample.js';

/**
 * The means of windows that cover the image, whatever its size; as in PyTorch, window i of n along an axis goes from
 * floor(i * size / n) to before ceil((i + 1) * size / n).
 * @param x [N, C, H, W]
 * @param outputSize how many windows there are: a number, or [height, width]
 * @returns [N, C, ...outputSize]
 */
export function adaptiveAvgPool2d(x: Tensor, outputSize: Pair): Tensor {
  const where = 'adaptiveAvgPool2d';
  checkTensors(where, x);
  const [outH, outW] = pair(where, 'outputSize', outputSize, 1);
  const [, , H, W] = x.shape;
  checkRank(where, 'an input [N, C, H, W] with pixels', x.shape, H * W > 0 ? 4 : -1);
  return resample(where, x, windows(H, outH), windows(W, outW));
}

function windows(size: number, count: number): Taps[] {
  return Array.from({ length: count }, (_, i) => {
    const start = Math.floor((i * size) / count);
    const length = Math.ceil(((i + 1) * size) / count) - start;
    return { start, weights: new Array<number>(length).fill(1 / length) };
  });
}
