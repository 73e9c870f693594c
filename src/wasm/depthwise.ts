import type { Storage } from '../autograd/storage.js';
import type { ConvSizes } from '../ops/conv2d.js';
import { aligned } from './blocks.js';
import type { Engine } from './instance.js';

/** How many filters for a channel, taps of a filter and phases assembly/depthwise.ts is worth it for and has room for. */
const FILTERS = 3;
const TAPS = 128;
const PHASES = 64;
/** How many plans are kept. */
const MOST_PLANS = 64;

/** Whether each filter sees one channel, and few filters each channel. */
export function isDepthwise(s: ConvSizes): boolean {
  const few = s.kernelH * s.kernelW <= TAPS && s.strideH * s.strideW <= PHASES;
  return few && s.C === s.groups && s.O <= FILTERS * s.C;
}

/** Convolutions for which `isDepthwise` holds. */
export function depthwise({ memory, struct, parts, split }: Engine) {
  /** By sizes and pass: at batch 1 making one takes as long as the arithmetic. */
  const plans = new Map<string, ReturnType<typeof planOf>>();

  function planFor(s: ConvSizes, forward: boolean) {
    const window = [s.kernelH, s.kernelW, s.strideH, s.strideW, s.dilationH, s.dilationW, s.padTop, s.padLeft];
    const key = `${forward} ${[s.C, s.H, s.W, s.O, ...window, s.outH, s.outW]}`;
    let plan = plans.get(key);
    if (!plan) {
      plan = planOf(s, forward);
      if (plans.size >= MOST_PLANS) plans.clear();
      plans.set(key, plan);
    }
    return plan;
  }

  function run(
    s: ConvSizes,
    source: number,
    weight: number,
    bias: number,
    target: number,
    forward: boolean,
    adds: number,
  ) {
    const { plan, ownBytes } = planFor(s, forward);
    const work = workOf(s);
    const shares = parts(s.N * s.C, work);
    const room = memory.scratch(shares * ownBytes);
    const sizes = struct(plan);
    split('depthwise', s.N * s.C, shares, work, (from, to, share) => {
      return [sizes, source, weight, bias, target, adds, room + share * ownBytes, from, to];
    });
  }

  return {
    forward(x: Storage, weight: Storage, bias: Storage | null, y: Storage, s: ConvSizes): void {
      run(s, memory.read(x), memory.read(weight), memory.read(bias), memory.write(y), true, 0);
    },

    gradInput(dy: Storage, weight: Storage, dx: Storage, s: ConvSizes): void {
      const { address, adds } = memory.sum(dx);
      run(s, memory.read(dy), memory.read(weight), 0, address, false, adds);
    },

    /** Adds the gradient to the weights; x and dy have no infinity. */
    gradWeight(X: number, dY: number, dF: number, s: ConvSizes): void {
      const { plan, ownBytes } = planFor(s, true);
      const work = workOf(s);
      const shares = parts(s.C, work);
      const totalBytes = aligned(s.O * s.kernelH * s.kernelW * 8);
      const totals = memory.scratch(totalBytes + shares * ownBytes);
      const room = totals + totalBytes;
      const sizes = struct(plan);
      split('depthwiseGradient', s.C, shares, work, (from, to, share) => {
        return [sizes, X, dY, dF, totals, room + share * ownBytes, s.N, from, to];
      });
    },
  };
}

/** About how long a pass takes on one thread, in ns, at 10 multiply-adds a ns. */
function workOf(s: ConvSizes): number {
  return (s.N * s.O * s.kernelH * s.kernelW * s.outH * s.outW) / 10;
}

/** What the kernel reads: see assembly/depthwise.ts; and the bytes of room that it needs. */
function planOf(s: ConvSizes, forward: boolean) {
  const { C, H, W, kernelH, kernelW, strideH, strideW, dilationH, dilationW, padTop, padLeft, outH, outW } = s;
  const filters = s.O / C;
  // Rows and columns of a phase: what the last output sees, and all of x.
  const down = Math.floor(((kernelH - 1) * dilationH) / strideH);
  const right = Math.floor(((kernelW - 1) * dilationW) / strideW);
  const rows = Math.max(outH + down, Math.ceil((H + padTop) / strideH));
  const columns = Math.max(outW + right, Math.ceil((W + padLeft) / strideW));
  const phaseBytes = rows * columns * 4;
  // Before a plane of dy as many zeros as a tap can be ahead of it.
  const lead = (down * columns + right) * 4;
  const planeBytes = lead + phaseBytes;

  const acrossW = phasesAlong(W, strideW, padLeft);
  const ofX = phasesAlong(H, strideH, padTop).flatMap(([top, row, rowsOfX], a) =>
    acrossW.map(([left, column, columnsOfX], b) => {
      const before = forward ? (a * strideW + b) * phaseBytes : 0;
      return [(row * W + column) * 4, before + (top * columns + left) * 4, rowsOfX, columnsOfX];
    }),
  );
  const ofY = Array.from({ length: filters }, (_, o) => {
    return [o * outH * outW * 4, forward ? 0 : o * planeBytes + lead, outH, outW];
  });
  const [pieces, targets] = forward ? [ofX, ofY] : [ofY, ofX];
  const taps: number[][] = targets.map(() => []);
  for (let o = 0, weight = 0; o < filters; o++) {
    for (let y = 0; y < kernelH * dilationH; y += dilationH) {
      for (let x = 0; x < kernelW * dilationW; x += dilationW, weight += 4) {
        const phase = (y % strideH) * strideW + (x % strideW);
        const shift = (Math.floor(y / strideH) * columns + Math.floor(x / strideW)) * 4;
        taps[forward ? o : phase].push(forward ? phase * phaseBytes + shift : o * planeBytes + lead - shift, weight);
      }
    }
  }
  const imageBytes = aligned((forward ? ofX.length * phaseBytes : filters * planeBytes) + 64);
  const x = [H * W * 4, strideH * W * 4, strideW];
  const y = [filters * outH * outW * 4, outW * 4, 1];
  const sumBytes = forward ? ((outH - 1) * columns + outW) * 4 : phaseBytes;
  const bytes = [...(forward ? [x, y] : [y, x]).flat(), columns * 4, imageBytes, sumBytes];
  const lists = [...pieces.flat(), ...targets.flatMap((target, i) => [...target, taps[i].length / 2]), ...taps.flat()];
  return {
    plan: [C, filters, filters * kernelH * kernelW, ...bytes, pieces.length, targets.length, ...lists],
    ownBytes: aligned(filters * kernelH * kernelW * 8 + imageBytes + phaseBytes + 64),
  };
}

/** Of each phase along an axis: where in it the image begins, where it begins in the image, and how long it is there. */
function phasesAlong(size: number, stride: number, padding: number): number[][] {
  return Array.from({ length: stride }, (_, remainder) => {
    const first = Math.ceil(Math.max(0, padding - remainder) / stride);
    const at = first * stride + remainder - padding;
    return [first, at, Math.ceil((size - at) / stride)];
  });
}
