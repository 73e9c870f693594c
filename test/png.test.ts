import { deflateSync } from 'node:zlib';
import { decode } from 'fast-png';
import { describe, expect, test } from 'vitest';
import { FormatError, Generator } from '../src/index.js';
import { readPng } from '../src/node/png.js';
import { assemblePng, chunk, makePng, type PngParts, rowsOf, SAMPLES } from './png-maker.js';

const read = (bytes: Uint8Array, maxBytes?: number) => readPng('here', bytes, false, maxBytes);
const KINDS = Object.entries({ 0: [1, 2, 4, 8, 16], 2: [8, 16], 3: [1, 2, 4, 8], 4: [8, 16], 6: [8, 16] }).flatMap(
  ([color, depths]) => depths.map((depth) => [Number(color), depth]),
);

/** Random samples, the same at each call. */
function noise(width: number, height: number, depth: number, samples: number): NonNullable<PngParts['sample']> {
  const generator = new Generator(width * height);
  const values = Array.from({ length: width * height * samples }, () => generator.integer(2 ** depth));
  return (x, y, c) => values[(y * width + x) * samples + c];
}

describe.each(KINDS)('PNG, color type %i of %i bits', (color, depth) => {
  const samples = SAMPLES[color];
  const palette = color === 3 ? Array.from({ length: 3 * 2 ** depth }, (_, i) => (77 * i) & 255) : undefined;
  const parts = (width: number, height: number): PngParts => {
    return { width, height, depth, color, palette, sample: noise(width, height, depth, samples) };
  };

  test('interlaced and filtered is the same image as not, of every size', () => {
    for (const [width, height] of [
      [1, 1],
      [1, 9],
      [2, 3],
      [4, 4],
      [5, 1],
      [8, 8],
      [9, 17],
      [33, 7],
    ]) {
      const plain = parts(width, height);
      const expected = read(makePng(plain));
      expect([expected.width, expected.height]).toEqual([width, height]);
      for (const interlaced of [false, true]) {
        expect(read(makePng({ ...plain, interlaced, filters: [0, 4, 3, 1, 2, 4] }))).toEqual(expected);
      }
    }
  });

  test('has the samples that were put in, and that fast-png finds', () => {
    const plain = parts(7, 5);
    const bytes = makePng({ ...plain, filters: [4, 3, 2, 1, 0] });
    const { values } = read(bytes);
    const other = depth >= 8 ? decode(bytes).data : null;
    const most = 2 ** depth - 1;
    for (let y = 0, p = 0; y < 5; y++) {
      for (let x = 0; x < 7; x++, p++) {
        const pixel = Array.from({ length: samples }, (_, c) => plain.sample!(x, y, c));
        if (other) expect([...other.subarray(p * samples, (p + 1) * samples)]).toEqual(pixel);
        const opacity = samples % 2 === 0 ? pixel[samples - 1] / most : 1;
        const colors = samples < 3 ? [pixel[0], pixel[0], pixel[0]] : pixel.slice(0, 3);
        const expected = palette
          ? palette.slice(3 * pixel[0], 3 * pixel[0] + 3).map((value) => value / 255)
          : colors.map((value) => 1 - opacity + (opacity * value) / most);
        expect([values[p], values[35 + p], values[70 + p]]).toEqual(expected.map(Math.fround));
      }
    }
  });
});

/** Tells what it throws, and in how many milliseconds when nothing else has the core: the fewest of five times. */
function refusal(bytes: Uint8Array, maxBytes?: number) {
  const times = Array.from({ length: 5 }, () => refusedOnce(bytes, maxBytes));
  return { message: times[0].message, ms: Math.min(...times.map(({ ms }) => ms)) };
}

function refusedOnce(bytes: Uint8Array, maxBytes?: number) {
  const begin = performance.now();
  try {
    read(bytes, maxBytes);
  } catch (error) {
    expect(error).toBeInstanceOf(FormatError);
    return { message: (error as Error).message, ms: performance.now() - begin };
  }
  throw new Error('it was read');
}

describe('what a PNG claims', () => {
  const wide: PngParts = { width: 2 ** 28 + 5, height: 1, depth: 1 };

  test('is held against its data before memory is taken: 67 bytes are no image of 2^28 pixels', () => {
    const small = assemblePng(wide, deflateSync(Uint8Array.of(0)));
    expect(small.length).toBeLessThan(70);
    const { message, ms } = refusal(small);
    expect(message).toMatch(/^here: expected a PNG image, got \d+ bytes .*268435461 x 1 pixels cannot be in 9 bytes/);
    expect(ms).toBeLessThan(200);
    expect(
      refusal(assemblePng({ width: 2 ** 31 - 1, height: 2 ** 31 - 1, depth: 16, color: 6 }, new Uint8Array(99))).ms,
    ).toBeLessThan(200);
  });

  test('is held against the limit, which the caller may set', () => {
    const { message, ms } = refusal(assemblePng(wide, new Uint8Array(40_000)));
    expect(message).toBe(
      'here: an image of 268435461 x 1 pixels takes more than the limit of 64 MB; raise it with the option maxBytes',
    );
    expect(ms).toBeLessThan(200);
    const honest = makePng({ width: 100, height: 10 });
    expect(read(honest, 10 * 101 + 12_000).width).toBe(100);
    expect(refusal(honest, 10 * 101 + 12_000 - 1).message).toMatch(
      /100 x 10 pixels takes more than the limit of 0.013 MB/,
    );
  });

  test('binds what is unpacked: neither more nor less', () => {
    const bomb = assemblePng({ width: 1, height: 1 }, deflateSync(new Uint8Array(50_000_000)));
    const { message, ms } = refusal(bomb);
    expect(message).toMatch(/it has more pixels than its header says/);
    expect(ms).toBeLessThan(200);
    const rows = rowsOf({ width: 5, height: 2 });
    expect(refusal(assemblePng({ width: 5, height: 2 }, deflateSync(rows.subarray(1)))).message).toMatch(
      /expected 12 bytes of pixels, got 11/,
    );
  });
});

test.each<[string, (good: Buffer) => Uint8Array, RegExp]>([
  ['a wrong checksum of the pixels', (good) => assemblePng(PARTS, flipped(packed(good), -1)), /incorrect data check/],
  ['a wrong checksum of a chunk', (good) => flipped(good, 20), /wrong checksum of IHDR/],
  ['an end within a chunk', (good) => good.subarray(0, -3), /it ends within a chunk/],
  ['no end', (good) => good.subarray(0, -12), /it ends within a chunk/],
  ['no header', () => Buffer.concat([makePng(PARTS).subarray(0, 8), chunk('IEND', [])]), /header IHDR first, got IEND/],
  ['a filter that there is not', () => assemblePng(PARTS, deflateSync(Uint8Array.of(5, 0, 0))), /filter 5/],
  ['no pixels', () => assemblePng({ width: 0, height: 1 }, deflateSync(new Uint8Array(1))), /0 x 1 pixels/],
  [
    'a color type that there is not',
    () => assemblePng({ ...PARTS, color: 5 }, deflateSync(new Uint8Array(3))),
    /color type 5/,
  ],
  ['a depth that there is not', () => assemblePng({ ...PARTS, depth: 3 }, deflateSync(new Uint8Array(3))), /of 3 bits/],
  [
    'a color beyond the palette',
    () => makePng({ ...PARTS, color: 3, palette: [1, 2, 3], sample: () => 1 }),
    /color 1 of a/,
  ],
])('%s is a FormatError', (_, damage, message) => {
  expect(refusal(damage(makePng(PARTS))).message).toMatch(message);
});

const PARTS: PngParts = { width: 2, height: 1 };

/** The content of IDAT of an image without palette. */
function packed(png: Buffer): Buffer {
  return png.subarray(41, 41 + png.readUInt32BE(33));
}

/** With one bit of one byte changed; -1 is the last. */
function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const changed = Uint8Array.from(bytes);
  changed[at < 0 ? changed.length + at : at] ^= 1;
  return changed;
}
