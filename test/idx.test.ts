import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { FormatError } from '../src/index.js';
import { readIdx } from '../src/io/index.js';

/** Two images of 2x3. */
const FILE = Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 255);

describe('readIdx', () => {
  test('gives the shape, highest byte first, and the numbers', () => {
    expect(readIdx(FILE)).toEqual({ shape: [2, 2, 3], data: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 255) });
    const long = new Uint8Array(8 + 258).fill(7);
    long.set([0, 0, 8, 1, 0, 0, 1, 2]);
    expect(readIdx(long).shape).toEqual([258]);
  });

  test('reads a part of a larger buffer', () => {
    const around = new Uint8Array(FILE.length + 10).fill(99);
    around.set(FILE, 5);
    expect(readIdx(around.subarray(5, 5 + FILE.length))).toEqual(readIdx(FILE));
  });

  test('reads integers of 32 bits, and bytes of another realm', () => {
    const numbers = [0, 0, 12, 1, 0, 0, 0, 2, 0, 0, 1, 2, 255, 255, 255, 254];
    expect(readIdx(Uint8Array.from(numbers))).toEqual({ shape: [2], data: Int32Array.of(258, -2) });
    const foreign = runInNewContext(`Uint8Array.of(${FILE})`);
    expect(foreign).not.toBeInstanceOf(Uint8Array);
    expect([...readIdx(foreign).data]).toEqual([...readIdx(FILE).data]);
  });

  test('a file cut short anywhere, or with a byte too many, is a FormatError', () => {
    for (let length = 0; length < FILE.length; length++) {
      expect(() => readIdx(FILE.subarray(0, length), 'images')).toThrow(FormatError);
    }
    expect(() => readIdx(Uint8Array.from([...FILE, 0]))).toThrow(
      /expected 12 numbers for the shape \[2, 2, 3\], got 13/,
    );
  });

  test.each([
    [0, 31, /expected an IDX file/],
    [2, 0x0d, /type 0x08, or integers of 32 bits, type 0x0c, got type 0x0d/],
    [3, 4, /expected \d+ numbers|header/],
    [4, 255, /expected \d+ numbers for the shape \[4278190082, 2, 3\], got 12/],
  ])('byte %i as %i is refused, with the place', (at, value, message) => {
    const wrong = FILE.slice();
    wrong[at] = value;
    expect(() => readIdx(wrong, 'train-images')).toThrow(message);
    expect(() => readIdx(wrong, 'train-images')).toThrow(/^train-images: /);
  });
});
