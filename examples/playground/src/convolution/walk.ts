/** The arithmetic of one filter sliding over one image: where it stops, what it multiplies, what it adds up. */
import { conv2d, noGrad, relu, tensor } from '../../../../src/index.js';
import { windowsAlong } from '../../../../src/shape.js';

/** A square gray image. */
export interface GrayImage {
  /** [size, size], row-major, from 0 (black) to `white`. */
  values: Float32Array;
  /** Pixels along a side. */
  size: number;
  /** The value that is shown as white: 255, or 1 for a digit. */
  white: number;
}

/** A square filter of one channel. */
export interface SquareFilter {
  /** [size, size], row-major. */
  values: Float32Array;
  /** Weights along a side. */
  size: number;
}

/** How the window moves, in pixels; the same down and across. */
export interface Sliding {
  stride: number;
  padding: number;
  dilation: number;
}

/** What each of them may be. */
export const RANGES = [
  { key: 'stride', least: 1, most: 4 },
  { key: 'padding', least: 0, most: 4 },
  { key: 'dilation', least: 1, most: 4 },
] as const;

/** Where the window can stop, along one side of the image; the other side is the same. */
export interface WalkPlan extends Sliding {
  /** Pixels of the image along a side. */
  size: number;
  /** Weights of the filter along a side. */
  kernel: number;
  /** Pixels along a side with the padding on both ends. */
  padded: number;
  /** Pixels from the window's first tap to its last, both counted. */
  reach: number;
  /** Positions along a side; 0 when the window does not fit. */
  outSize: number;
  /** Padded pixels at the far end that no window touches, because the stride steps past them. */
  missed: number;
}

/** One multiplication: a pixel of the image, or of the padding, and the weight above it. */
export interface Tap {
  /** In the image's own rows and columns: negative, or beyond the image, in the padding. */
  row: number;
  column: number;
  padding: boolean;
  pixel: number;
  weight: number;
  product: number;
}

/** The places where a filter of `kernel` x `kernel` stops on an image of `size` x `size`. */
export function planWalk(size: number, kernel: number, { stride, padding, dilation }: Sliding): WalkPlan {
  const padded = size + 2 * padding;
  const reach = dilation * (kernel - 1) + 1;
  const outSize = Math.max(0, windowsAlong(size, kernel, stride, 2 * padding, dilation));
  const missed = outSize > 0 ? padded - reach - (outSize - 1) * stride : 0;
  return { size, kernel, stride, padding, dilation, padded, reach, outSize, missed };
}

/** The multiplications at a position of the result, in the filter's row-major order. */
export function tapsAt(plan: WalkPlan, image: GrayImage, filter: SquareFilter, row: number, column: number): Tap[] {
  return Array.from(filter.values, (weight, i) => {
    const y = row * plan.stride - plan.padding + Math.floor(i / filter.size) * plan.dilation;
    const x = column * plan.stride - plan.padding + (i % filter.size) * plan.dilation;
    const padding = Math.min(y, x) < 0 || Math.max(y, x) >= image.size;
    const pixel = padding ? 0 : image.values[y * image.size + x];
    return { row: y, column: x, padding, pixel, weight, product: pixel * weight };
  });
}

/** The products added up: one sum a row of the filter, and all together. */
export function sumsOf(taps: readonly Tap[], kernel: number): { rows: number[]; total: number } {
  const rows = Array.from({ length: kernel }, (_, y) =>
    taps.slice(y * kernel, (y + 1) * kernel).reduce((sum, { product }) => sum + product, 0),
  );
  return { rows, total: rows.reduce((sum, row) => sum + row, 0) };
}

/**
 * The whole result, computed by the engine.
 * @param plan one whose window fits
 * @param rectify also applies ReLU, which makes negative sums 0
 * @returns [outSize, outSize], row-major
 * @throws ShapeError when the window does not fit.
 */
export function slide(plan: WalkPlan, image: GrayImage, filter: SquareFilter, rectify: boolean): Float32Array {
  return noGrad(() => {
    const x = tensor(image.values, { shape: [1, 1, image.size, image.size] });
    const weight = tensor(filter.values, { shape: [1, 1, filter.size, filter.size] });
    const { stride, padding, dilation } = plan;
    const sums = conv2d(x, weight, null, { stride, padding, dilation });
    return Float32Array.from(rectify ? relu(sums).data : sums.data);
  });
}

/** Whether the engine's float32 sum is the written-out one, but for rounding. */
export function agrees(engine: number, taps: readonly Tap[], total: number, rectify: boolean): boolean {
  const size = taps.reduce((sum, { product }) => sum + Math.abs(product), 0);
  return Math.abs(engine - (rectify ? Math.max(0, total) : total)) <= 1e-6 * size;
}

/** The position whose window has its middle nearest to a pixel of the image (or of its padding). */
export function positionOver(plan: WalkPlan, row: number, column: number): number {
  const along = (pixel: number) => {
    const stop = Math.round((pixel + plan.padding - (plan.reach - 1) / 2) / plan.stride);
    return Math.min(plan.outSize - 1, Math.max(0, stop));
  };
  return along(row) * plan.outSize + along(column);
}

/** The position `down` rows and `across` columns further, held inside the result. */
export function positionMoved(plan: WalkPlan, position: number, down: number, across: number): number {
  const hold = (value: number) => Math.min(plan.outSize - 1, Math.max(0, value));
  const row = hold(Math.floor(position / plan.outSize) + down);
  return row * plan.outSize + hold((position % plan.outSize) + across);
}

/** The largest absolute value, which the color scale ends at; 1 where all are 0. */
export function peakOf(values: ArrayLike<number>): number {
  let peak = 0;
  for (let i = 0; i < values.length; i++) peak = Math.max(peak, Math.abs(values[i]));
  return peak || 1;
}

/** The smallest value and the largest. */
export function rangeOf(values: Float32Array): [least: number, most: number] {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) [least, most] = [Math.min(least, value), Math.max(most, value)];
  return [least, most];
}
