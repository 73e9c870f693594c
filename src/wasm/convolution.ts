import type { Overrides } from '../autograd/define.js';
import type { Storage } from '../autograd/storage.js';
import type { ConvSizes } from '../ops/conv2d.js';
import { aligned } from './blocks.js';
import { depthwise, isDepthwise } from './depthwise.js';
import type { Engine } from './instance.js';
import { PANEL_BYTES } from './matmul.js';
import { winograd } from './winograd.js';

export function convolution(engine: Engine): Overrides<typeof import('../ops/conv2d.js')> {
  const { run, memory, struct, parts, split, keep } = engine;
  const tiled = winograd(engine);
  const ofPlanes = depthwise(engine);

  /** Whether zeros of padding may meet these weights. */
  const isUsual = (weight: Storage) => run.allUsual(memory.read(weight), weight.length) !== 0;

  /** Where the offsets of the output pixels are; `sizes` is the plan's struct, `room` is for those that are not kept. */
  function offsetsOf(s: ConvSizes, { phase, rowBytes, tableBytes }: Plan, sizes: number, room: number): number {
    const key = `${s.outH} ${s.outW} ${s.strideH} ${s.strideW} ${s.dilationW} ${phase} ${rowBytes}`;
    return keep([], key, tableBytes, room, (to) => run.offsets(sizes, to));
  }

  /** Y = the convolution of X, or Y += it; `turned` where the filters are those of the convolution whose gradient this is. */
  function direct(s: ConvSizes, X: number, weight: Storage, bias: Storage | null, Y: number, turned = 0, adds = 0) {
    const [F, B] = [memory.read(weight), memory.read(bias)];
    const work = workOf(s);
    const count = parts(s.N, work);
    if (isPointwise(s)) {
      const panels = memory.scratch(count * PANEL_BYTES);
      const [stepO, stepC] = turned ? [4, s.O * 4] : [s.C * 4, 4];
      split('pointwise', s.N, count, work, (from, to, part) => {
        return [X, F, B, Y, adds, s.C, s.O, s.H * s.W, stepO, stepC, panels + part * PANEL_BYTES, from, to];
      });
      return;
    }
    const plan = planOf(s);
    const packedBytes = s.groups * Math.ceil(s.O / s.groups / 8) * (s.kernelH * plan.taps + 1) * 64;
    const ownBytes = plan.sumBytes + plan.imageBytes;
    const table = memory.scratch(plan.tableBytes + packedBytes + count * ownBytes);
    const room = table + plan.tableBytes;
    const images = room + packedBytes;
    const sizes = struct(plan.fields);
    const vectors = s.C === s.groups && s.strideW === 1 && s.dilationW === 1 && s.outW >= 4;
    const gray = vectors && !turned && s.kernelH * s.kernelW < LONG;
    const key = gray ? `gray ${keyOf(s)} ${plan.rowStep}` : `blocks ${turned} ${keyOf(s)}`;
    const packed = keep([weight, bias], key, packedBytes, room, (to) => {
      run[gray ? 'packGray' : 'packBlocks'](sizes, F, B, to, turned);
    });
    const how = gray ? offsetsOf(s, plan, sizes, table) : adds;
    split(gray ? 'conv2dGray' : 'conv2d', s.N, count, work, (from, to, part) => {
      return [sizes, X, Y, how, packed, images + part * ownBytes, from, to];
    });
  }

  function prepareGradInput(s: ConvSizes) {
    const plan = planOf(s);
    const { covers, imageBytes, tableBytes, tapBytes } = plan;
    const rowsBytes = s.O * s.kernelH * tapBytes;
    const ownBytes = imageBytes + aligned(128 + 16 * 4 * (s.O / s.groups + 4));
    const count = parts(s.N, workOf(s));
    const table = memory.scratch(tableBytes + rowsBytes + count * ownBytes);
    const rows = table + tableBytes;
    const own = rows + rowsBytes;
    const sizes = struct(plan.fields);
    const offsets = offsetsOf(s, plan, sizes, table);
    const compute = (rows: number, dY: number, dX: number, adds: number) =>
      split('gradInput', s.N, count, workOf(s), (from, to, part) => {
        const image = own + part * ownBytes;
        return [sizes, dY, dX, adds, offsets, rows, image, image + imageBytes, from, to];
      });
    return { sizes, rows, rowsBytes, covers, compute };
  }

  return {
    conv2d: {
      forward(x, weight, bias, y, s) {
        if (isDepthwise(s)) return isUsual(weight) && ofPlanes.forward(x, weight, bias, y, s);
        const [X, F, B, Y] = [memory.read(x), memory.read(weight), memory.read(bias), memory.write(y)];
        const [tiles, skips] = [tiled.fits(s), isTransposable(s, SPARSE_CHANNELS)];
        const nonzero = tiles || skips ? run.nonzeroShare(X, x.length) : 1;
        if (tiles && tiled.forward(X, nonzero, weight, B, s, false, () => ({ address: Y, adds: 0 }))) return;
        if (skips && nonzero < (isPointwise(s) ? POINTWISE : SPARSE)) {
          const { sizes, rows, rowsBytes, compute } = prepareGradInput(transpose(s));
          const packed = keep([weight], `flipped ${keyOf(s)}`, rowsBytes, rows, (to) => run.packFlipped(sizes, F, to));
          run.spreadBias(B, s.O, Y, s.N * s.O, s.outH * s.outW);
          compute(packed, X, Y, 1);
          return;
        }
        direct(s, X, weight, bias, Y);
      },

      gradInput(dy, weight, dx, s) {
        if (isDepthwise(s)) return isUsual(weight) && ofPlanes.gradInput(dy, weight, dx, s);
        const [dY, F] = [memory.read(dy), memory.read(weight)];
        if (isTransposable(s, DENSE_CHANNELS)) {
          const turned = transpose(s);
          const nonzero = run.nonzeroShare(dY, dy.length);
          if (tiled.fits(turned) && tiled.forward(dY, nonzero, weight, 0, turned, true, () => memory.sum(dx))) return;
          // Zeros of padding must not meet infinite weights.
          const dense = isPointwise(s) ? nonzero > POINTWISE : nonzero > DENSE && isUsual(weight);
          if (dense) {
            const { address, adds } = memory.sum(dx);
            direct(turned, dY, weight, null, address, 1, adds);
            return;
          }
        }
        const { sizes, rows, covers, compute } = prepareGradInput(s);
        const { address: dX, adds } = memory.sum(dx, covers);
        run.packRows(sizes, F, rows);
        compute(rows, dY, dX, adds);
      },

      gradWeight(x, dy, dweight, s) {
        const [X, dY, dF] = [memory.read(x), memory.read(dy), memory.update(dweight)];
        const nonzero = run.nonzeroShare(dY, dy.length);
        if (tiled.fits(s) && tiled.gradWeight(X, dY, nonzero, dF, s)) return;
        // Zeros of padding must not meet an infinity.
        const usual = isPointwise(s) ? nonzero > POINTWISE : nonzero > DENSE && run.allUsual(dY, dy.length);
        const large = s.outH * s.outW >= LARGE;
        if (usual && large && isDepthwise(s) && run.allUsual(X, x.length)) {
          ofPlanes.gradWeight(X, dY, dF, s);
          return;
        }
        const fours = (s.O / s.groups) % 4 === 0 && s.outW <= LONGEST_STRIP && s.kernelW * (s.C / s.groups) > 4;
        const dense = Number(usual && fours);
        const plan = planOf(s, dense ? 8 : 4);
        const rowsBytes = s.O * s.kernelH * plan.tapBytes;
        // The examples fall into shares that only their number decides: each is summed apart, then all in their order.
        const shares = Math.max(1, Math.min(s.N, SHARES));
        const listBytes = aligned(64 + 4 * s.O + 2 * 4 * (plan.strip + 4));
        // Long sums are taken in parts, added up apart from these: in float64 where they are many.
        const terms = Math.ceil(s.N / shares) * s.outH * s.outW;
        const wide = terms > 64 * PART ? 1 : 0;
        const sumsBytes = terms > PART ? rowsBytes << wide : 0;
        const ownBytes = rowsBytes + sumsBytes + plan.imageBytes + listBytes;
        const table = memory.scratch(plan.tableBytes + shares * ownBytes);
        const own = table + plan.tableBytes;
        const sizes = struct(plan.fields);
        const offsets = offsetsOf(s, plan, sizes, table);
        split('gradWeight', s.N, shares, workOf(s), (from, to, share) => {
          const rows = own + share * ownBytes;
          const sums = rows + rowsBytes;
          const image = sums + sumsBytes;
          const offset = sumsBytes && sums;
          return [sizes, X, dY, offsets, image, image + plan.imageBytes, rows, offset, wide, dense, from, to];
        });
        for (let i = 0; i < shares; i++) run.addRows(sizes, own + i * ownBytes, dF, 0, s.O);
      },
    },
  };
}

/** How many taps a sum may have that is not taken in parts: as in assembly/convForward.ts. */
const LONG = 768;

/** How many products the gradient to the weights sums in float32: as in assembly/convGradients.ts. */
const PART = 512;

/** Into how many shares the gradient to the weights sums the examples. */
const SHARES = 4;

/** Whether each filter sees the pixel at its own place alone, of all channels. With fewer pixels others are as fast. */
function isPointwise({
  kernelH,
  kernelW,
  strideH,
  strideW,
  groups,
  padTop,
  padLeft,
  H,
  W,
  outH,
  outW,
}: ConvSizes): boolean {
  const plain = kernelH * kernelW * strideH * strideW * groups === 1 && padTop + padLeft === 0;
  return plain && outH === H && outW === W && H * W >= 8;
}

/** From how many pixels of a plane on the gradient to depthwise weights is faster by planes, zeros and all, than by lists. */
const LARGE = 128;

/** About how long a convolution takes on one thread, in ns, at 20 multiply-adds a ns. */
function workOf(s: ConvSizes): number {
  return (s.N * s.O * (s.C / s.groups) * s.kernelH * s.kernelW * s.outH * s.outW) / 20;
}

/** The share of nonzero inputs below which it pays to leave the zeros out, and how many channels that takes. */
const SPARSE = 0.6;
const SPARSE_CHANNELS = 16;

/** The same where a filter sees one pixel. */
const POINTWISE = 0.45;

/** Above which share the gradient to the input is computed like a forward pass and that to the weights in tiles. */
const DENSE = 0.65;
const DENSE_CHANNELS = 8;

/** Whether it can be computed as the gradient of another convolution, of sizes `transpose(s)`, and has so many channels. */
function isTransposable(s: ConvSizes, channels: number): boolean {
  const steps = s.strideH * s.strideW * s.dilationH * s.dilationW;
  return steps === 1 && s.padTop < s.kernelH && s.padLeft < s.kernelW && s.C >= s.groups * channels;
}

function transpose(s: ConvSizes): ConvSizes {
  return {
    ...s,
    C: s.O,
    H: s.outH,
    W: s.outW,
    O: s.C,
    outH: s.H,
    outW: s.W,
    padTop: s.kernelH - 1 - s.padTop,
    padLeft: s.kernelW - 1 - s.padLeft,
  };
}

/** Bytes of a packed image that are worked on at a time: most of a usual first-level cache. */
const CACHE = 24576;
/** About how many pixels of 16 filters are computed before they are written into their planes. */
const PIXELS = 128;
/** Output pixels at most, also where one row has more. */
const LONGEST_STRIP = 16384;

type Plan = ReturnType<typeof planOf>;

/**
 * What follows from the sizes of a convolution: how an example is packed (see assembly/convolution.ts).
 * @param lanes a filter row is padded to a multiple of so many taps
 */
function planOf(s: ConvSizes, lanes = 4) {
  const channels = s.C / s.groups;
  const rows = (s.outH - 1) * s.strideH + (s.kernelH - 1) * s.dilationH + 1;
  const columns = (s.outW - 1) * s.strideW + (s.kernelW - 1) * s.dilationW + 1;
  const phase = Math.ceil(columns / s.dilationW);
  const rowBytes = phase * s.dilationW * channels * 4;
  const groupBytes = rows * rowBytes;
  const taps = s.kernelW * channels;
  const tapBytes = Math.ceil(taps / lanes) * lanes * 4;
  const outputRows = Math.floor((CACHE / rowBytes - (s.kernelH - 1) * s.dilationH) / s.strideH);
  const strip = Math.min(Math.max(1, Math.min(outputRows, s.outH)) * s.outW, LONGEST_STRIP);
  // Pixels that are so far apart have the same remainder in the packed image.
  let every = 1;
  while ((every * s.strideW) % s.dilationW) every++;
  const pixelStep = ((every * s.strideW) / s.dilationW) * channels * 4;
  const together = Math.max(1, Math.min(s.outH, Math.floor(PIXELS / s.outW)));
  const sumBytes = (together * s.outW + 4 * every) * 64;
  // In the order of `ConvSizes` in assembly/convolution.ts.
  const { kernelH, kernelW, strideH, strideW, dilationH, dilationW } = s;
  const window = [s.N, s.C, s.H, s.W, s.O, s.groups, kernelH, kernelW, strideH, strideW, dilationH, dilationW];
  const places = [s.padTop, s.padLeft, s.outH, s.outW];
  const bytes = [rows, phase, rowBytes, groupBytes, s.dilationH * rowBytes];
  return {
    strip,
    sumBytes,
    phase,
    rowBytes,
    rowStep: s.dilationH * rowBytes,
    taps,
    tapBytes,
    tableBytes: aligned(s.outH * s.outW * 4 + 16),
    /** The last filter row may be read too far, and beyond the last pixel its neighbors. */
    imageBytes: aligned(s.groups * groupBytes + 64 + 4 * pixelStep),
    /** Whether the packed image holds all of x: a stride may leave out what lies at the end. */
    covers: rows - s.padTop >= s.H && phase * s.dilationW - s.padLeft >= s.W,
    fields: [...window, ...places, ...bytes, taps, tapBytes, strip, every, pixelStep, together, sumBytes],
  };
}

/** What decides how filters are packed. */
function keyOf({ O, C, groups, kernelH, kernelW }: ConvSizes): string {
  return `${O} ${C} ${groups} ${kernelH} ${kernelW}`;
}
