import type { Storage } from '../autograd/storage.js';
import { MOST_PARTS } from '../autograd/team.js';
import type { ConvSizes } from '../ops/conv2d.js';
import { aligned } from './blocks.js';
import type { Engine } from './instance.js';

/** From so few channels and filters on, and up to so many, and products of both, as their sums and the cache allow. */
const LEAST = 8;
const MOST = 512;
const MOST_WEIGHTS = 65536;
/**
 * Which share of the outputs that the tiles compute must be wanted, as at the right and lower edge some are not; and that share
 * times the channels or filters, whichever are fewer: with few of them the transforms weigh more.
 */
const LEAST_USED = 0.5;
const LEAST_USED_CHANNELS = 6;
/** The shares of nonzero numbers from which on it is faster than leaving zeros out. */
const LEAST_NONZERO = 0.3;
const LEAST_NONZERO_GRADIENT = 0.4;
/** How many tiles in all the gradient to the weights needs, and in a share of them at least and at most. */
const LEAST_TILES = 8;
const SHARE_TILES = 64;
const MOST_TILES = 32768;

/** Bytes of transformed tiles that are worked on at a time: they fit a usual second-level cache. */
const BAND_BYTES = 524288;
/** Bytes between places, so that they do not fall on the same lines of a cache. */
const GAP = 64;
/** Room for the weights of four filters and a channel. */
const WEIGHT_BYTES = 1024;

/** Into how many shares the gradient to the weights sums the examples. */
const SHARES = 4;

/** Convolutions of 3x3 filters by Winograd's F(4x4, 3x3): see assembly/winograd.ts. */
export function winograd({ run, memory, struct, parts, split, keep }: Engine) {
  /** Calls a kernel for the weights of all filters, which go through it in vectors; `room` is for `MOST_PARTS` of them. */
  const eachFilter = (kernel: 'winogradWeights' | 'winogradCollect', s: ConvSizes, room: number, row: number[]) => {
    const vectors = Math.ceil(s.O / 8) * 2;
    const work = s.O * s.C * 8;
    split(kernel, vectors, parts(vectors, work), work, (from, to, part) => [
      ...row,
      room + part * WEIGHT_BYTES,
      from,
      to,
    ]);
  };

  return {
    fits,

    /**
     * Computes the convolution of x if it can and if this is faster, and the sizes fit.
     * @param nonzero which share of x is not zero
     * @param turned whether it is the gradient to the input of another convolution, whose weight it is
     * @param target tells where y is, and whether it is added to; called once that is certain
     */
    forward(
      X: number,
      nonzero: number,
      weight: Storage,
      B: number,
      s: ConvSizes,
      turned: boolean,
      target: () => Target,
    ) {
      const F = memory.read(weight);
      if (nonzero < LEAST_NONZERO) return false;
      if (!run.allUsual(X, s.N * s.C * s.H * s.W) || !run.allUsual(F, s.O * s.C * 9)) return false;
      const plan = planOf(s);
      const work = workOf(s);
      const count = parts(s.N, work);
      const roomBytes = plan.imageBytes + plan.stripBytes + plan.tilesBytes + plan.rowBytes;
      const { address: Y, adds } = target();
      const scratch = memory.scratch(plan.weightBytes + Math.max(count * roomBytes, MOST_PARTS * WEIGHT_BYTES));
      const room = scratch + plan.weightBytes;
      const sizes = struct(plan.fields);
      const [filterStep, channelStep] = turned ? [36, s.O * 36] : [s.C * 36, 36];
      const weights = keep([weight], `winograd ${turned}`, plan.weightBytes, scratch, (to) => {
        eachFilter('winogradWeights', s, room, [sizes, F, to, filterStep, channelStep, Number(turned)]);
      });
      split('winograd', s.N, count, work, (from, to, part) => {
        return [sizes, X, weights, B, Y, adds, room + part * roomBytes, from, to];
      });
      return true;
    },

    /** Adds the gradient to the weights, under the same conditions; `nonzero` is the share of dy. */
    gradWeight(X: number, dY: number, nonzero: number, dF: number, s: ConvSizes) {
      if (nonzero < LEAST_NONZERO_GRADIENT) return false;
      const [inputs, outputs] = [s.N * s.C * s.H * s.W, s.N * s.O * s.outH * s.outW];
      if (!run.allUsual(X, inputs) || !run.allUsual(dY, outputs)) return false;
      const plan = planOf(s);
      // The examples fall into shares that only sizes decide: each is summed apart, then all in their order.
      const tiles = s.N * plan.tiles;
      const shares = Math.min(s.N, SHARES, Math.ceil(tiles / SHARE_TILES));
      if (tiles < LEAST_TILES || tiles > shares * MOST_TILES) return false;
      const roomBytes = plan.imageBytes + plan.outputBytes + plan.stripBytes + plan.tilesBytes;
      const sumsBytes = shares * plan.sumBytes;
      const sums = memory.scratch(sumsBytes + Math.max(shares * roomBytes, MOST_PARTS * WEIGHT_BYTES));
      const room = sums + sumsBytes;
      const sizes = struct(plan.fields);
      split('winogradGradient', s.N, shares, workOf(s), (from, to, share) => {
        return [sizes, X, dY, sums + share * plan.sumBytes, room + share * roomBytes, from, to];
      });
      eachFilter('winogradCollect', s, room, [sizes, sums, shares, plan.sumBytes, dF]);
      return true;
    },
  };
}

interface Target {
  address: number;
  adds: number;
}

/** Whether the sizes are such that it can be computed so, and is worth it. */
function fits(s: ConvSizes): boolean {
  const plain = s.groups === 1 && s.strideH === 1 && s.strideW === 1 && s.dilationH === 1 && s.dilationW === 1;
  if (!plain || s.kernelH !== 3 || s.kernelW !== 3 || s.padTop < 0 || s.padLeft < 0) return false;
  if (Math.min(s.C, s.O) < LEAST || Math.max(s.C, s.O) > MOST || s.C * s.O > MOST_WEIGHTS) return false;
  const used = (s.outH * s.outW) / (16 * Math.ceil(s.outH / 4) * Math.ceil(s.outW / 4));
  return used >= LEAST_USED && used * Math.min(s.C, s.O) >= LEAST_USED_CHANNELS;
}

/** About how long it takes on one thread, in ns. */
function workOf(s: ConvSizes): number {
  return (s.N * s.O * s.C * 9 * s.outH * s.outW) / 50;
}

/** What follows from the sizes: tiles, and how many bytes all parts take. */
function planOf(s: ConvSizes) {
  const rows = Math.ceil(s.outH / 4);
  const columns = Math.ceil(s.outW / 4);
  const pixel = Math.ceil(s.C / 4) * 16;
  const result = Math.ceil(s.O / 8) * 32;
  const band = Math.max(1, Math.floor(BAND_BYTES / (36 * columns * (pixel + result))));
  const tiles = Math.ceil((band * columns) / 4) * 4;
  const placeU = s.C * result + GAP;
  const placeV = tiles * pixel + GAP;
  const placeM = tiles * result + GAP;
  const placeSum = (pixel / 4) * result + GAP;
  const imageBytes = aligned((4 * rows + 2) * (4 * columns + 2) * pixel);
  const outputBytes = aligned(16 * rows * columns * result);
  const stripBytes = aligned(6 * Math.max((4 * columns + 2) * pixel, 4 * columns * result));
  // In the order of `WinogradSizes` in assembly/winograd.ts.
  const { N: _, C, H, W, O, padTop, padLeft, outH, outW } = s;
  const image = [C, H, W, O, padTop, padLeft, outH, outW, rows, columns, band, pixel, result];
  return {
    fields: [...image, placeU, placeV, placeM, placeSum, imageBytes, outputBytes, stripBytes],
    tiles: rows * columns,
    /** Of a row of results. */
    rowBytes: 4 * columns * result,
    imageBytes,
    outputBytes,
    stripBytes,
    weightBytes: 36 * placeU,
    tilesBytes: 36 * (placeV + placeM),
    sumBytes: 36 * placeSum,
  };
}
