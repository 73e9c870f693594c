import { dropping } from '../dropout.js';
import type { DropoutSettings } from '../kernels.js';
import type { Storage } from '../storage.js';

export function dropoutAdd(x: Storage, y: Storage, { keys, p, run }: DropoutSettings): void {
  const [X, Y] = [x.array, y.array];
  const { least, scale } = dropping(p);
  for (let i = 0; i < Y.length; i++) {
    const random = hash((hash(Math.floor(i / run) + keys[0]) ^ keys[1]) | 0);
    if (random >= least) Y[i] += X[i] * scale;
  }
}

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
