import type { ConvSizes } from '../src/ops/conv2d.js';
import type { MatmulSizes } from '../src/ops/matmul.js';
import type { ChannelSizes } from '../src/ops/normalize.js';
import type { PoolSizes } from '../src/ops/pool2d.js';
import { windowsAlong } from '../src/shape.js';

// Awkward sizes: odd ones, ones below a vector's length, ones that leave a rest after each kind of tile.

export const pairs = <A, B>(as: readonly A[], bs: readonly B[]) => as.flatMap((a) => bs.map((b): [A, B] => [a, b]));

export const SHAPES: [number[], number[]][] = [
  [[5], [5]],
  [[28], [1]],
  [[], [7]],
  [
    [3, 5, 7],
    [5, 1],
  ],
  [
    [2, 3, 4, 5],
    [3, 1, 5],
  ],
  [
    [7, 1, 3],
    [1, 5, 3],
  ],
  [
    [4, 8, 6],
    [8, 6],
  ],
  // Many to one: these are summed in float64.
  [
    [40, 10],
    [1, 10],
  ],
  [[1500], []],
  [
    [5, 50, 3],
    [5, 1, 3],
  ],
];

export const VIEWS: { shape: number[]; strides: number[]; length: number }[] = [
  { shape: [1000], strides: [1], length: 1000 },
  { shape: [3000], strides: [0], length: 1 },
  { shape: [5, 3, 49], strides: [0, 1, 0], length: 3 },
  { shape: [7, 10], strides: [0, 1], length: 10 },
  { shape: [3, 5, 7], strides: [1, 21, 3], length: 105 },
  { shape: [2, 3, 1, 5], strides: [3, 1, 3, 0], length: 6 },
  { shape: [], strides: [], length: 1 },
  { shape: [40, 10], strides: [0, 1], length: 10 },
  { shape: [3, 40, 5], strides: [5, 0, 1], length: 15 },
  { shape: [3, 9, 4, 10], strides: [1, 0, 0, 0], length: 3 },
  { shape: [7, 300, 2], strides: [2, 0, 1], length: 14 },
];

export const AXES = [
  { outer: 1, length: 1, inner: 1 },
  { outer: 3, length: 10, inner: 1 },
  { outer: 2, length: 5, inner: 7 },
  { outer: 4, length: 28, inner: 3 },
  { outer: 1, length: 1100, inner: 1 },
];

/** Channels of every length around a vector's, one of them longer than what is summed in float32 at once. */
export const CHANNELS: ChannelSizes[] = [
  { N: 2, C: 1, size: 1 },
  ...[1, 3, 4, 5, 7, 9, 49].map((size) => ({ N: 3, C: 5, size })),
  { N: 2, C: 3, size: 1100 },
  { N: 1, C: 17, size: 10 },
  { N: 40, C: 2, size: 144 },
];

export const MATMULS: MatmulSizes[] = [
  ...pairs([1, 3, 4, 5, 9], [1, 3, 10]).map(([M, N]) => ({ M, N, K: 7 })),
  { M: 8, K: 1, N: 28 },
  { M: 6, K: 2100, N: 5 },
  { M: 13, K: 1030, N: 19 },
  { M: 5, K: 65_540, N: 2 },
  { M: 3, K: 5, N: 7, batchA: [0, 0, 1], batchB: [0, 1, 1], batchY: [2, 1, 2] },
].flatMap((sizes) =>
  pairs([false, true], [false, true]).map(([transposeA, transposeB]) => ({ ...sizes, transposeA, transposeB })),
);

type Window = Partial<ConvSizes> & { H: number; W: number; kernelH: number; kernelW: number };

/** The sizes of a convolution, of one channel and one filter unless said otherwise. */
export function conv(given: Window): ConvSizes {
  const s = {
    N: 2,
    C: 1,
    O: 1,
    groups: 1,
    strideH: 1,
    strideW: 1,
    dilationH: 1,
    dilationW: 1,
    padTop: 0,
    padLeft: 0,
    ...given,
  };
  const outH = windowsAlong(s.H, s.kernelH, s.strideH, 2 * s.padTop, s.dilationH);
  const outW = windowsAlong(s.W, s.kernelW, s.strideW, 2 * s.padLeft, s.dilationW);
  return { ...s, outH, outW };
}

export const CONVS = [
  { H: 1, W: 1, kernelH: 1, kernelW: 1 },
  { H: 3, W: 5, kernelH: 3, kernelW: 3, C: 3, O: 5, padTop: 1, padLeft: 1 },
  { H: 28, W: 28, kernelH: 5, kernelW: 5, O: 8, padTop: 2, padLeft: 2, N: 1 },
  { H: 14, W: 14, kernelH: 5, kernelW: 5, C: 8, O: 16, padTop: 2, padLeft: 2 },
  { H: 12, W: 12, kernelH: 3, kernelW: 3, C: 8, O: 16, N: 3 },
  { H: 7, W: 9, kernelH: 3, kernelW: 5, C: 4, O: 7, strideH: 2, strideW: 3, padTop: 1 },
  { H: 10, W: 11, kernelH: 3, kernelW: 2, C: 2, O: 9, dilationH: 2, dilationW: 3, padLeft: 2 },
  { H: 9, W: 8, kernelH: 3, kernelW: 3, C: 6, O: 12, groups: 3, strideW: 2, dilationW: 2, padLeft: 1 },
  { H: 7, W: 7, kernelH: 3, kernelW: 3, C: 5, O: 5, groups: 5, padTop: 1, padLeft: 1 },
  { H: 9, W: 12, kernelH: 3, kernelW: 3, O: 6, dilationH: 2, dilationW: 2, strideH: 2, padLeft: 2 },
  { H: 7, W: 5, kernelH: 3, kernelW: 3, C: 18, O: 7, padTop: 1 },
  { H: 6, W: 9, kernelH: 2, kernelW: 3, C: 32, O: 6, groups: 2, padTop: 1, padLeft: 2 },
  { H: 6, W: 5, kernelH: 1, kernelW: 1, C: 33, O: 10 },
  { H: 8, W: 8, kernelH: 4, kernelW: 4, C: 13, O: 3, strideH: 3, strideW: 3 },
  { H: 5, W: 4, kernelH: 2, kernelW: 7, C: 12, O: 4, padTop: 3, padLeft: 4 },
  // 3x3 filters in tiles of 4x4: whole ones, and rests of each size.
  { H: 5, W: 6, kernelH: 3, kernelW: 3, C: 8, O: 8, padTop: 2, padLeft: 1, N: 1 },
  { H: 7, W: 7, kernelH: 3, kernelW: 3, C: 10, O: 13, padTop: 1, padLeft: 1, N: 33 },
  { H: 10, W: 10, kernelH: 3, kernelW: 3, C: 9, O: 20, N: 3 },
  { H: 26, W: 15, kernelH: 3, kernelW: 3, C: 16, O: 11, padTop: 1, padLeft: 2, N: 3 },
  { H: 8, W: 8, kernelH: 3, kernelW: 3, C: 40, O: 50, padTop: 1, padLeft: 1, N: 5 },
  // Sums that are taken in parts: over pixels, over very many pixels, over channels and over filters.
  { H: 40, W: 30, kernelH: 3, kernelW: 3, C: 2, O: 3, N: 5 },
  { H: 190, W: 180, kernelH: 1, kernelW: 1, O: 2, N: 1 },
  { H: 5, W: 6, kernelH: 3, kernelW: 3, C: 100, O: 20, padTop: 1 },
  { H: 3, W: 4, kernelH: 1, kernelW: 2, C: 800, O: 5, N: 1 },
  { H: 33, W: 35, kernelH: 30, kernelW: 31, O: 2, N: 1 },
  { H: 5, W: 4, kernelH: 3, kernelW: 3, C: 4, O: 300, groups: 2 },
].map(conv);

export const POOLS = [
  ...[1, 3, 5, 7, 28].map((size) => ({ H: size + 1, W: size + 2, kernelH: 2, kernelW: 2, strideH: 2, strideW: 2 })),
  { H: 9, W: 7, kernelH: 3, kernelW: 3, strideH: 2, strideW: 1, padTop: 1, padLeft: 1 },
  { H: 28, W: 28, kernelH: 5, kernelW: 2, strideH: 3, strideW: 5 },
].map((given): PoolSizes => {
  const { padTop, padLeft, outH, outW, H, W, kernelH, kernelW, strideH, strideW } = conv(given);
  return { planes: 3, H, W, kernelH, kernelW, strideH, strideW, padTop, padLeft, outH, outW };
});
