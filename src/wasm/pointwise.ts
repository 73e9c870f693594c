import type { ConvSizes } from '../ops/conv2d.js';
import type { Engine } from './instance.js';
import { PANEL_BYTES } from './matmul.js';

/** So many pixels at least: with less, others are as fast. */
const LEAST_PIXELS = 8;

/** Whether each filter sees the pixel at its own place alone, and all channels of it. */
export function isPointwise(s: ConvSizes): boolean {
  const plain = s.kernelH * s.kernelW * s.strideH * s.strideW * s.groups === 1;
  return plain && s.padTop + s.padLeft === 0 && s.outH === s.H && s.outW === s.W && s.H * s.W >= LEAST_PIXELS;
}

/** Convolutions for which `isPointwise` holds, as matrix products: see assembly/pointwise.ts. */
export function pointwise({ memory, parts, split }: Engine) {
  return {
    /** Y = the convolution of X, or Y += it; `turned` where it is the gradient of another one, whose weight F is. */
    forward(s: ConvSizes, X: number, F: number, B: number, Y: number, adds: number, turned: boolean): void {
      const { C, O } = s;
      const pixels = s.H * s.W;
      const work = workOf(s);
      const count = parts(s.N, work);
      const panels = memory.scratch(count * PANEL_BYTES);
      const [stepO, stepC] = turned ? [4, O * 4] : [C * 4, 4];
      split('pointwise', s.N, count, work, (from, to, part) => {
        return [X, F, B, Y, adds, C, O, pixels, stepO, stepC, panels + part * PANEL_BYTES, from, to];
      });
    },
  };
}

/** About how long a pass takes on one thread, in ns. */
function workOf(s: ConvSizes): number {
  return (s.N * s.O * s.C * s.H * s.W) / 20;
}
