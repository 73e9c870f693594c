/** The arithmetic behind one number: what is multiplied, and what it adds up to. */
import { indexOf, type Unit } from './fields.js';
import type { ConvolutionStage, Maps, Stage, Trace } from './trace.js';

/** One input map's part in a sum. */
interface Part {
  /** The numbers under the kernel, and the weights: row-major, as many of each. */
  patch: Float32Array;
  weights: Float32Array;
  /** Their products added up. */
  sum: number;
}

/** A number of a convolution or of the dense layer, written out. */
export interface WrittenSum {
  /** One for each map before. */
  parts: Part[];
  /** Numbers along a side of a patch. */
  height: number;
  width: number;
  bias: number | null;
  /** All parts and the bias. */
  total: number;
}

const FED_BY: Record<ConvolutionStage, Stage> = { conv1: 'input', conv2: 'pool1' };

/** How a convolution came to its number, before ReLU. */
export function convolutionSum(trace: Trace, stage: ConvolutionStage, { channel, row, column }: Unit): WrittenSum {
  const { kernel, filters, bias } = trace.weights;
  const size = kernel[stage];
  const from = trace.stages[FED_BY[stage]];
  const area = size * size;
  const parts = Array.from({ length: from.channels }, (_, i) => {
    const at = (channel * from.channels + i) * area;
    return partOf(patchOf(from, i, row, column, size, size), filters[stage].subarray(at, at + area));
  });
  return written(parts, size, size, bias[stage]?.[channel] ?? null);
}

/** How the dense layer came to the logit of a class: all numbers of the last maps, map by map. */
export function denseSum({ stages: { pool2 }, weights: { dense, denseBias } }: Trace, digit: number): WrittenSum {
  const { channels, height, width } = pool2;
  const area = height * width;
  const parts = Array.from({ length: channels }, (_, i) => {
    const at = (digit * channels + i) * area;
    return partOf(patchOf(pool2, i, 0, 0, height, width), dense.subarray(at, at + area));
  });
  return written(parts, height, width, denseBias[digit]);
}

/** The numbers of a map from a place on. */
function patchOf(maps: Maps, channel: number, row: number, column: number, height: number, width: number) {
  return Float32Array.from({ length: height * width }, (_, i) => {
    const place = { channel, row: row + Math.floor(i / width), column: column + (i % width) };
    return maps.values[indexOf(maps, place)];
  });
}

function partOf(patch: Float32Array, weights: Float32Array): Part {
  return { patch, weights, sum: patch.reduce((sum, value, i) => sum + value * weights[i], 0) };
}

function written(parts: Part[], height: number, width: number, bias: number | null): WrittenSum {
  const total = parts.reduce((sum, part) => sum + part.sum, bias ?? 0);
  return { parts, height, width, bias, total };
}

/** How many sums ReLU has made 0, and of how many. */
export function silenced({ sums }: Trace, stage: ConvolutionStage): { zeros: number; all: number } {
  const { values } = sums[stage];
  return { zeros: values.reduce((count, value) => count + (value < 0 ? 1 : 0), 0), all: values.length };
}

/** How softmax comes from logits to probabilities. */
export interface Softmax {
  /** e to the power of each logit, all divided by that of the largest, so that none is too large to be written. */
  powers: number[];
  sum: number;
  shares: number[];
}

export function softmaxOf(logits: ArrayLike<number>): Softmax {
  const all = Array.from(logits);
  const largest = Math.max(...all);
  const powers = all.map((logit) => Math.exp(logit - largest));
  const sum = powers.reduce((total, power) => total + power, 0);
  return { powers, sum, shares: powers.map((power) => power / sum) };
}
