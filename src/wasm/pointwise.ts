import type { ConvSizes } from '../ops/conv2d.js';
import { aligned } from './blocks.js';
import type { Engine } from './instance.js';
import { PANEL_BYTES } from './matmul.js';

/** So many pixels at least: with less, others are as fast. */
const LEAST_PIXELS = 8;
/** How many products the gradient to the weights sums in a share, at most: more would lose digits. */
const MOST_SUMMED = 32768;
/** Bytes of panels of a channel in the gradient to the weights: as in assembly/pointwise.ts. */
const STRIP_BYTES = 1024;
/** Into how many shares the gradient to the weights sums the examples. */
const SHARES = 4;

/** Whether each filter sees the pixel at its own place alone, and all channels of it. */
export function isPointwise(s: ConvSizes): boolean {
  const plain = s.kernelH * s.kernelW * s.strideH * s.strideW * s.groups === 1;
  return plain && s.padTop + s.padLeft === 0 && s.outH === s.H && s.outW === s.W && s.H * s.W >= LEAST_PIXELS;
}

/** Convolutions for which `isPointwise` holds, as matrix products: see assembly/pointwise.ts. */
export function pointwise({ run, memory, parts, split }: Engine) {
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

    /** Adds the gradient to the weights, if the sizes fit. */
    gradWeight(s: ConvSizes, X: number, dY: number, dF: number): boolean {
      const { C, O } = s;
      const pixels = s.H * s.W;
      const shares = Math.min(s.N, SHARES);
      if (C % 4 || O % 2 || Math.ceil(s.N / shares) * pixels > MOST_SUMMED) return false;
      const sixteens = Math.ceil(C / 16) * 16;
      const sumBytes = aligned(O * sixteens * 4);
      const sums = memory.scratch(shares * (sumBytes + sixteens * STRIP_BYTES));
      const panels = sums + shares * sumBytes;
      split('pointwiseGradient', s.N, shares, workOf(s), (from, to, share) => {
        return [X, dY, sums + share * sumBytes, C, O, pixels, panels + share * sixteens * STRIP_BYTES, from, to];
      });
      for (let i = 0; i < shares; i++) run.sliceAdd(sums + i * sumBytes, dF, O, C, sixteens, C, 1);
      return true;
    },
  };
}

/** About how long a pass takes on one thread, in ns. */
function workOf(s: ConvSizes): number {
  return (s.N * s.O * s.C * s.H * s.W) / 20;
}
