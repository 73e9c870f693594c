import { define } from '../autograd/define.js';
import { checkTensors, operation } from '../autograd/operation.js';
import type { Storage } from '../autograd/storage.js';
import type { Tensor } from '../autograd/tensor.js';
import { checkNumber, readOptions } from '../errors.js';
import { type Generator, generatorOf } from '../random.js';
import { checkRank } from '../shape.js';

/** Options of `dropout` and its layers. */
export interface DropoutOptions {
  /** What the numbers are drawn from. @default the default generator, see `manualSeed` */
  generator?: Generator;
}

/**
 * Each number is 0 with probability p, and else x / (1 - p), so that the expected value is unchanged (Srivastava et al. 2014, "Dropout").
 * Each call draws two numbers from the generator; a hash of them and of a number's place decides.
 * @param p the probability of 0, from 0 to 1
 * @default p 0.5
 */
export function dropout(x: Tensor, p = 0.5, options: DropoutOptions = {}): Tensor {
  return dropped('dropout', x, p, 1, options);
}

/**
 * `dropout` of whole channels: each of the N * C images is 0 with probability p.
 * @param x [N, C, H, W]
 * @param p the probability of 0, from 0 to 1
 * @default p 0.5
 */
export function dropout2d(x: Tensor, p = 0.5, options: DropoutOptions = {}): Tensor {
  checkTensors('dropout2d', x);
  checkRank('dropout2d', 'an input [N, C, H, W]', x.shape, 4);
  return dropped('dropout2d', x, p, x.shape[2] * x.shape[3], options);
}

function dropped(name: string, x: Tensor, p: number, run: number, options: DropoutOptions): Tensor {
  checkTensors(name, x);
  checkNumber(name, 'p', p, { least: 0, most: 1 });
  const generator = generatorOf(name, readOptions(name, options, { generator: undefined }).generator);
  const draw = () => Math.floor(generator.uniform(0, 2 ** 32));
  // The hash below which a number is dropped, and the factor of the others.
  const least = Math.min(Math.round(p * 2 ** 32), 2 ** 32 - 1);
  const settings: DropoutSettings = { keys: [draw(), draw()], least, scale: p < 1 ? 1 / (1 - p) : 0, run };
  return operation({
    name,
    inputs: [x],
    shape: x.shape,
    adds: true,
    forward: (y) => dropoutKernels.add(x.storage, y, settings),
    backward: (dy, [dx]) => dropoutKernels.add(dy, dx!, settings),
  });
}

/** Which numbers become 0: a hash of the two keys and of the number's place decides, so that no mask is stored. */
export interface DropoutSettings {
  /** Two whole numbers below 2^32, drawn anew for each use. */
  keys: readonly [number, number];
  /** The hash below which a number is dropped. */
  least: number;
  /** The factor of the others, 1 / (1 - p). */
  scale: number;
  /** How many neighbors are dropped together. */
  run: number;
}

/** y[i] += x[i] * scale, where it is not dropped: its own gradient. */
export const dropoutKernels = /* @__PURE__ */ define('dropout', {
  add(x: Storage, y: Storage, { keys, least, scale, run }: DropoutSettings): void {
    const [X, Y] = [x.array, y.array];
    for (let i = 0; i < Y.length; i++) {
      const random = hash((hash(Math.floor(i / run) + keys[0]) ^ keys[1]) | 0);
      if (random >= least) Y[i] += X[i] * scale;
    }
  },
});

/**
 * Mixes 32 bits so that each bit of the result depends on all of them: Chris Wellons's lowbias32,
 * https://nullprogram.com/blog/2018/07/31/
 */
function hash(value: number): number {
  let h = value ^ (value >>> 16);
  h = Math.imul(h, 0x7feb352d);
  h ^= h >>> 15;
  h = Math.imul(h, 0x846ca68b);
  return (h ^ (h >>> 16)) >>> 0;
}
