import type { Storage } from '../autograd/storage.js';
import type { ConvSizes } from '../ops/conv2d.js';
import { aligned } from './blocks.js';
import type { Engine } from './instance.js';

/** Bytes of a row of columns of the gradient to the weights: as in assembly/columns.ts. */
const ROW = 1088;

/** How many products the gradient to the weights sums in float32, 256 at once. */
const MOST_SUMMED = 32768;
/** Into how many shares the gradient to the weights sums the examples. */
const SHARES = 4;

/** First layers on images in color: so many channels and taps at most, and so many filters at least, pay for making columns. */
const MOST_CHANNELS = 7;
const MOST_TAPS = 64;
const LEAST_FILTERS = 16;
/** Which share of the pixels, sixteen at a time, must be wanted. */
const LEAST_USED = 0.95;
/** Bytes of columns that are made at a time, and pixels at most. */
const COLUMN_BYTES = 65536;
const MOST_PIXELS = 256;

/** Whether a filter sees one pixel of several channels. */
export function isPointwise(s: ConvSizes): boolean {
  return s.kernelH * s.kernelW === 1 && s.padTop + s.padLeft === 0 && s.C > s.groups;
}

/** Whether the forward pass is faster as a matrix product: of 1x1 filters, and in first layers on images in color. */
export function suitsColumns(s: ConvSizes): boolean {
  const pixels = s.outH * s.outW;
  return (isPointwise(s) || isFirst(s)) && pixels >= LEAST_USED * 16 * Math.ceil(pixels / 16);
}

function isFirst(s: ConvSizes): boolean {
  const channels = s.C / s.groups;
  const few = channels > 1 && channels <= MOST_CHANNELS && channels * s.kernelH * s.kernelW <= MOST_TAPS;
  return few && s.O >= LEAST_FILTERS * s.groups;
}

/** Convolutions as matrix products: see assembly/columns.ts. */
export function columns({ run, memory, struct, parts, split, keep }: Engine) {
  /** Where the tables of taps and pixels are, for which there is `room`. */
  function tablesOf(s: ConvSizes, { taps, pixels, rowBytes, planeBytes, tableBytes }: Plan, room: number): number {
    const window = [s.kernelH, s.kernelW, s.strideH, s.strideW, s.dilationH, s.dilationW, s.outH, s.outW];
    const key = `columns ${[s.C / s.groups, ...window, rowBytes, planeBytes]}`;
    return keep([], key, tableBytes, room, (to) => {
      const table = new Int32Array(memory.buffer, to, tableBytes / 4);
      const inPlane = s.kernelH * s.kernelW;
      const offsets = four(taps);
      for (let i = 0; i < offsets; i++) {
        const tap = Math.min(i, taps - 1);
        const [ky, kx] = [Math.floor((tap % inPlane) / s.kernelW), tap % s.kernelW];
        table[i] = Math.floor(tap / inPlane) * planeBytes + ky * s.dilationH * rowBytes + kx * s.dilationW * 4;
      }
      for (let i = offsets; i < table.length; i++) {
        const pixel = Math.min(i - offsets, pixels - 1);
        table[i] = Math.floor(pixel / s.outW) * s.strideH * rowBytes + (pixel % s.outW) * s.strideW * 4;
      }
      for (let i = offsets; i < table.length; i += 4) {
        const step = (table[i + 1] - table[i]) / 4;
        const even = [1, 2, 3].every((k) => table[i + k] - table[i] === 4 * k * step);
        if (even && (step === 1 || step === 2)) table[i] += step;
      }
    });
  }

  /** Filters of each group as rows of whole pairs, or `turned` into rows of taps. */
  function rowsOf(weight: Storage, s: ConvSizes, taps: number, turned: boolean, bytes: number, room: number): number {
    const filters = s.O / s.groups;
    const F = memory.read(weight);
    if (!turned && filters % 2 === 0) return F;
    return keep([weight], `columns ${turned} ${s.groups}`, bytes, room, (to) => {
      run.zero(to, bytes);
      for (let g = 0; g < s.groups; g++) {
        const from = F + g * filters * taps * 4;
        if (turned) run.transpose(from, to + g * pair(taps) * filters * 4, filters, taps);
        else run.sliceAdd(from, to + g * pair(filters) * taps * 4, 1, filters * taps, 0, 0, 0);
      }
    });
  }

  return {
    /** Y = the convolution of X, where `suitsColumns` holds, or Y += it. `turned` where it is the gradient of another one, whose weight it is. */
    forward(X: number, weight: Storage, B: number, Y: number, adds: number, s: ConvSizes, turned = false): void {
      const plan = planOf(s);
      const { taps, fields, tableBytes, imageBytes, strip } = plan;
      const filters = s.O / s.groups;
      const work = workOf(s);
      const count = parts(s.N, work);
      const roomBytes = aligned(imageBytes + (strip / 16) * (four(taps) + 1) * 64 + pair(filters) * 64);
      const weightBytes = aligned(s.groups * pair(filters) * taps * 4);
      const table = memory.scratch(tableBytes + weightBytes + count * roomBytes);
      const room = table + tableBytes + weightBytes;
      const sizes = struct(fields);
      const tables = tablesOf(s, plan, table);
      const of = turned ? { ...s, O: s.C, C: s.O } : s;
      const rows = rowsOf(weight, of, turned ? filters : taps, turned, weightBytes, table + tableBytes);
      split('columns', s.N, count, work, (from, to, part) => {
        return [sizes, X, rows, B, Y, adds, tables, room + part * roomBytes, from, to];
      });
    },

    /** Whether the gradient to the weights is faster so; that of 1x1 filters is where there are pixels that none sees. */
    fitsGradient(s: ConvSizes): boolean {
      const strided = isPointwise(s) && s.strideH * s.strideW > 1;
      const pixels = s.outH * s.outW;
      return (strided || isFirst(s)) && pixels % 4 === 0 && Math.ceil(s.N / SHARES) * pixels <= MOST_SUMMED;
    },

    /** Adds the gradient to the weights, where `fitsGradient` holds and dy has no infinity. */
    gradWeight(X: number, dY: number, dF: number, s: ConvSizes): void {
      const plan = planOf(s);
      const { taps, fields, tableBytes, imageBytes } = plan;
      const filters = s.O / s.groups;
      const shares = Math.min(s.N, SHARES);
      const roomBytes = aligned(imageBytes + four(taps) * ROW);
      const sumsBytes = aligned(s.groups * pair(filters) * four(taps) * 4);
      const table = memory.scratch(tableBytes + shares * (roomBytes + sumsBytes));
      const sums = table + tableBytes;
      const room = sums + shares * sumsBytes;
      const sizes = struct(fields);
      const tables = tablesOf(s, plan, table);
      split('columnsGradient', s.N, shares, workOf(s), (from, to, share) => {
        return [sizes, X, dY, tables, room + share * roomBytes, sums + share * sumsBytes, from, to];
      });
      for (let i = 0; i < shares; i++) {
        for (let g = 0; g < s.groups; g++) {
          const own = sums + i * sumsBytes + g * pair(filters) * four(taps) * 4;
          run.sliceAdd(own, dF + g * filters * taps * 4, filters, taps, four(taps), taps, 1);
        }
      }
    },
  };
}

const pair = (count: number) => Math.ceil(count / 2) * 2;
const four = (count: number) => Math.ceil(count / 4) * 4;

/** About how long it takes on one thread, in ns. */
function workOf(s: ConvSizes): number {
  return (s.N * s.O * (s.C / s.groups) * s.kernelH * s.kernelW * s.outH * s.outW) / 20;
}

type Plan = ReturnType<typeof planOf>;

/** What follows from the sizes. */
function planOf(s: ConvSizes) {
  const channels = s.C / s.groups;
  const taps = channels * s.kernelH * s.kernelW;
  const pixels = s.outH * s.outW;
  const rows = Math.max((s.outH - 1) * s.strideH + (s.kernelH - 1) * s.dilationH + 1, s.padTop + s.H);
  const columns = Math.max((s.outW - 1) * s.strideW + (s.kernelW - 1) * s.dilationW + 1, s.padLeft + s.W);
  const own = rows === s.H && columns === s.W;
  const rowBytes = columns * 4;
  const planeBytes = rows * rowBytes;
  // Vectors of every second pixel reach one number too far.
  const imageBytes = own ? 0 : aligned(channels * planeBytes + 16);
  const strip = 16 * Math.max(1, Math.floor(Math.min(MOST_PIXELS, pixels + 15, COLUMN_BYTES / (4 * taps)) / 16));
  // In the order of `ColumnSizes` in assembly/columns.ts.
  const image = [channels, s.O / s.groups, s.groups, s.H, s.W, s.padTop, s.padLeft, pixels, taps];
  return {
    taps,
    pixels,
    rowBytes,
    planeBytes,
    imageBytes,
    strip,
    tableBytes: aligned((four(taps) + Math.ceil(pixels / 16) * 16) * 4),
    fields: [...image, rowBytes, planeBytes, imageBytes, strip],
  };
}
