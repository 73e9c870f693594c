/** Batches of digits that stay bytes until they are learned from: as the numbers of a Dataset they take four times as much memory. */
import { type Digits as PackedDigits, PIXELS } from '../../../../datasets/mnist-file.js';
import { wrap } from '../../../../src/autograd/create.js';
import { type Batch, type Batches, DataLoader, type Dataset, Generator } from '../../../../src/index.js';

/** The number that each byte stands for. */
export const VALUES = Float32Array.from({ length: 256 }, (_, byte) => byte / 255);
const WORDS = PIXELS / 4;

/**
 * The batches that `fit` would make of these digits as a Dataset: in each epoch in a new random order.
 * @param part which digits, and their labels: what `splitNumbers` gives
 * @param seed what the orders are drawn from, one after the other
 */
export function byteBatches(
  { grays }: PackedDigits,
  { part, batchSize, seed }: { part: Dataset; batchSize: number; seed: number },
): Batches<Batch> & { readonly length: number } {
  const loader = new DataLoader(part, { batchSize, shuffle: true, generator: new Generator(seed) });
  const words = new Uint32Array(grays.buffer, grays.byteOffset, grays.length / 4); // Labels, 10,000 of them, stand before.
  const batchOf = (indices: Int32Array): Batch => {
    const x = new Float32Array(indices.length * PIXELS);
    indices.forEach((index, i) => {
      unpack(words, part.inputs[index] * WORDS, x, i * PIXELS);
    });
    return { x: wrap(x, [indices.length, 1, 28, 28]), y: indices.map((index) => part.labels[index]) };
  };
  return {
    length: loader.length,
    *[Symbol.iterator]() {
      for (const indices of loader.indices()) yield batchOf(indices);
    },
  };
}

/**
 * One digit, four pixels at a time: most are the 0 that is there already. So it takes no longer than copying numbers does, and
 * half of what it takes byte by byte.
 */
function unpack(words: Uint32Array, from: number, into: Float32Array, to: number): void {
  for (let i = 0; i < WORDS; i++) {
    const word = words[from + i];
    if (word === 0) continue;
    const at = to + 4 * i;
    into[at] = VALUES[word & 255];
    into[at + 1] = VALUES[(word >>> 8) & 255];
    into[at + 2] = VALUES[(word >>> 16) & 255];
    into[at + 3] = VALUES[word >>> 24];
  }
}
