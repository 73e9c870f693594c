import type { Storage } from '../autograd/storage.js';
import type { ConvSizes } from '../ops/conv2d.js';
import { aligned } from './blocks.js';
import type { Engine } from './instance.js';

/** First layers on images in color: so many channels and taps at most, and so many filters at least, pay for making columns. */
const MOST_CHANNELS = 7;
const MOST_TAPS = 64;
const LEAST_FILTERS = 16;
/** How many products are summed at once, at most, and how many strips of them the gradient to the weights adds up, in numbers. */
const MOST_PRODUCTS = 512;
const MOST_SUMMED = 32768;
/** Bytes of columns that are made at a time, and pixels at most. */
const COLUMN_BYTES = 65536;
const MOST_PIXELS = 256;
/** Bytes of a row of columns of the gradient to the weights: as in assembly/columns.ts. */
const ROW = 1088;
/** Into how many shares the gradient to the weights sums the examples. */
const SHARES = 4;

/** Whether assembly/columns.ts can compute it, in whole vectors, and is worth it: for 1x1 filters, or in a first layer. */
export function suitsColumns(s: ConvSizes): boolean {
  const whole = (s.outH * s.outW) % 16 === 0 && s.O % 2 === 0 && s.groups * s.strideH * s.strideW === 1;
  return whole && (isPointwise(s) ? s.C > 1 && s.C <= MOST_PRODUCTS : isFirst(s));
}

/** The same for the gradient to the weights: for 1x1 filters tiles are as fast. */
export function suitsColumnsGradient(s: ConvSizes): boolean {
  return isFirst(s) && suitsColumns(s) && Math.ceil(s.N / SHARES) * s.outH * s.outW <= MOST_SUMMED;
}

/** Whether each filter sees the pixel at its own place alone. */
export function isPointwise(s: ConvSizes): boolean {
  return s.kernelH * s.kernelW === 1 && s.padTop + s.padLeft === 0;
}

function isFirst(s: ConvSizes): boolean {
  const few = s.C > 1 && s.C <= MOST_CHANNELS && s.C * s.kernelH * s.kernelW <= MOST_TAPS;
  return few && s.O >= LEAST_FILTERS && s.outW % 4 === 0;
}

/** Convolutions as matrix products: see assembly/columns.ts. */
export function columns({ run, memory, struct, parts, split, keep }: Engine) {
  /** Calls a kernel for all examples, in so many parts, each with `ownBytes` of room and `sumBytes` before all rooms. */
  function each(
    s: ConvSizes,
    kernel: 'columns' | 'columnsGradient',
    count: number,
    before: number,
    ownBytes: number,
    row: (table: number, first: number, room: number, part: number) => number[],
  ): number {
    const { taps, rowBytes, planeBytes, imageBytes, fields } = planOf(s);
    const tableBytes = aligned(four(taps) * 4 + s.outH * s.outW);
    const bytes = aligned(imageBytes + ownBytes);
    const room = memory.scratch(tableBytes + before + count * bytes);
    const first = room + tableBytes;
    const key = `columns ${[s.C, s.kernelH, s.kernelW, s.dilationH, s.dilationW, s.outH, s.outW, rowBytes, planeBytes]}`;
    const table = keep([], key, tableBytes, room, (to) => {
      const inPlane = s.kernelH * s.kernelW;
      const offsets = Array.from({ length: four(taps) }, (_, i) => {
        const tap = Math.min(i, taps - 1);
        const [ky, kx] = [Math.floor((tap % inPlane) / s.kernelW), tap % s.kernelW];
        return Math.floor(tap / inPlane) * planeBytes + ky * s.dilationH * rowBytes + kx * s.dilationW * 4;
      });
      for (let p = 0; p < s.outH * s.outW; p += 4) offsets.push(Math.floor(p / s.outW) * rowBytes + (p % s.outW) * 4);
      new Int32Array(memory.buffer, to).set(offsets);
    });
    const sizes = struct(fields);
    split(kernel, s.N, count, workOf(s), (from, to, part) => {
      return [sizes, ...row(table, first, first + before + part * bytes, part), from, to];
    });
    return first;
  }

  return {
    /** Y = the convolution of X, or Y += it. `turned` where it is the gradient of another one, whose weight it is. */
    forward(X: number, weight: Storage, B: number, Y: number, adds: number, s: ConvSizes, turned = false): void {
      const F = memory.read(weight);
      const { taps, strip } = planOf(s);
      const weightBytes = turned ? aligned(weight.length * 4) : 0;
      const count = parts(s.N, workOf(s));
      let rows = F;
      each(s, 'columns', count, weightBytes, strip * 4 * (four(taps) + 1), (table, first, room, part) => {
        if (turned && part === 0) {
          rows = keep([weight], 'columns', weightBytes, first, (to) => run.transpose(F, to, s.C, s.O));
        }
        return [X, rows, B, Y, adds, table, room];
      });
    },

    /** Adds the gradient to the weights; dy has no infinity. */
    gradWeight(X: number, dY: number, dF: number, s: ConvSizes): void {
      const { taps } = planOf(s);
      const shares = Math.min(s.N, SHARES);
      const sumBytes = s.O * four(taps) * 4;
      const first = each(
        s,
        'columnsGradient',
        shares,
        shares * sumBytes,
        four(taps) * ROW,
        (table, sums, room, share) => {
          return [X, dY, table, room, sums + share * sumBytes];
        },
      );
      for (let i = 0; i < shares; i++) run.sliceAdd(first + i * sumBytes, dF, s.O, taps, four(taps), taps, 1);
    },
  };
}

const four = (count: number) => Math.ceil(count / 4) * 4;

/** About how long it takes on one thread, in ns. */
function workOf(s: ConvSizes): number {
  return (s.N * s.O * s.C * s.kernelH * s.kernelW * s.outH * s.outW) / 20;
}

/** What follows from the sizes. */
function planOf(s: ConvSizes) {
  const taps = s.C * s.kernelH * s.kernelW;
  const pixels = s.outH * s.outW;
  const rows = Math.max(s.outH + (s.kernelH - 1) * s.dilationH, s.padTop + s.H);
  const columns = Math.max(s.outW + (s.kernelW - 1) * s.dilationW, s.padLeft + s.W);
  const rowBytes = columns * 4;
  const planeBytes = rows * rowBytes;
  const imageBytes = rows === s.H && columns === s.W ? 0 : aligned(s.C * planeBytes);
  const strip = 16 * Math.max(1, Math.floor(Math.min(MOST_PIXELS, pixels, COLUMN_BYTES / (4 * taps)) / 16));
  // In the order of `ColumnSizes` in assembly/columns.ts.
  const image = [s.C, s.H, s.W, s.O, s.padTop, s.padLeft, pixels, strip, taps];
  return { taps, rowBytes, planeBytes, imageBytes, strip, fields: [...image, rowBytes, planeBytes, imageBytes] };
}
