import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadFashionMnist } from '../datasets/full.js';
import { FormatError } from '../src/index.js';
import { FileError, loadIdx, loadIdxFolder } from '../src/node/index.js';

/** The bytes of an IDX file; numbers that are not given are 0. */
function idx(shape: number[], numbers: number[] = []): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * shape.length + shape.reduce((a, b) => a * b, 1));
  bytes.set([0, 0, 8, shape.length]);
  shape.forEach((length, axis) => {
    new DataView(bytes.buffer).setUint32(4 + 4 * axis, length);
  });
  bytes.set(numbers, 4 + 4 * shape.length);
  return bytes;
}

let root: string;
/** Writes files into a new folder of this name. */
function folder(name: string, files: Record<string, Uint8Array>): string {
  const path = join(root, name);
  mkdirSync(path);
  for (const [file, bytes] of Object.entries(files)) writeFileSync(join(path, file), bytes);
  return path;
}
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'convgrad-idx-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const IMAGES = idx([2, 1, 3], [0, 51, 102, 153, 204, 255]);
const LABELS = idx([2], [1, 0]);
const FOUR = {
  'train-images-idx3-ubyte': IMAGES,
  'train-labels-idx1-ubyte': LABELS,
  't10k-images-idx3-ubyte': idx([1, 1, 3], [255, 0, 0]),
  't10k-labels-idx1-ubyte': idx([1], [1]),
};

describe('loadIdx and loadIdxFolder', () => {
  test('give gray values from 0 to 1 and labels, as they are or gzipped, whatever the name', async () => {
    const packed = Object.entries(FOUR).map(([name, bytes]) => [`${name}.gz`, gzipSync(bytes)] as const);
    for (const path of [folder('plain', FOUR), folder('packed', Object.fromEntries(packed))]) {
      const { train, test: heldOut } = await loadIdxFolder(path, { classes: ['sea', 'land'] });
      expect([train.inputShape, [...train.labels], train.classNames]).toEqual([
        [1, 1, 3],
        [1, 0],
        ['sea', 'land'],
      ]);
      expect(train.inputs).toEqual(Float32Array.of(0, 0.2, 0.4, 0.6, 0.8, 1));
      expect([[...heldOut.inputs], [...heldOut.labels]]).toEqual([[1, 0, 0], [1]]);
    }
    const path = folder('pair', { pictures: gzipSync(IMAGES), names: LABELS });
    expect((await loadIdx(join(path, 'pictures'), join(path, 'names'))).classes).toBe(2);
  });

  test('both parts have the classes of both', async () => {
    const part = folder('lacking', { ...FOUR, 't10k-labels-idx1-ubyte': idx([1], [9]) });
    const { train, test: heldOut } = await loadIdxFolder(part);
    expect([train.classes, heldOut.classes]).toEqual([10, 10]);
    const other = await loadIdxFolder(folder('lacking too', { ...FOUR, 't10k-labels-idx1-ubyte': idx([1], [0]) }));
    expect([other.train.classes, other.test.classes]).toEqual([2, 2]);
  });

  test('a file that is not there is a FileError with its path', async () => {
    const path = folder('three', { ...FOUR, 't10k-labels-idx1-ubyte.gz': new Uint8Array(0) });
    rmSync(join(path, 't10k-labels-idx1-ubyte'));
    rmSync(join(path, 't10k-labels-idx1-ubyte.gz'));
    await expect(loadIdxFolder(path)).rejects.toThrow(FileError);
    await expect(loadIdxFolder(path)).rejects.toThrow(
      `loadIdx: cannot read '${join(path, 't10k-labels-idx1-ubyte')}' (ENOENT: no such file or directory)`,
    );
  });

  const damaged = gzipSync(IMAGES);
  damaged[damaged.length - 6] ^= 255; // In the checksum.
  test.each<[string, Uint8Array, Uint8Array, RegExp]>([
    ['cut off', IMAGES.subarray(0, 20), LABELS, /loadIdx, '.*images': expected 6 numbers for the shape/],
    ['of another kind', new TextEncoder().encode('<!doctype html>'), LABELS, /images': expected an IDX file/],
    ['empty', new Uint8Array(0), LABELS, /images': expected an IDX file/],
    ['gzipped and cut off', gzipSync(IMAGES).subarray(0, 20), LABELS, /expected a whole gzip file, got a damaged one/],
    ['gzipped and damaged', damaged, LABELS, /images': expected a whole gzip file, got a damaged one/],
    [
      'of labels',
      LABELS,
      LABELS,
      /expected images \[N, height, width\] and as many labels \[N\], got shape \[2\] in '/,
    ],
    ['too many', IMAGES, idx([1]), /got shape \[2, 1, 3\] in '.*images' and \[1\] in '.*labels'/],
  ])('images %s are a FormatError that names the file', async (name, images, labels, message) => {
    const path = folder(name.replaceAll(' ', '-'), { images, labels });
    const load = loadIdx(join(path, 'images'), join(path, 'labels'));
    await expect(load).rejects.toThrow(FormatError);
    await expect(load).rejects.toThrow(message);
  });

  test('a label beyond the classes and an unknown option are errors', async () => {
    const path = folder('beyond', FOUR);
    await expect(loadIdxFolder(path, { classes: 1 })).rejects.toThrow('expected labels from 0 to 0, got 1 at 0');
    await expect(loadIdxFolder(path, { names: [] } as object)).rejects.toThrow("unknown option 'names'");
  });
});

test('loadFashionMnist names the clothes, and refuses another set', async () => {
  const path = folder('fashion', {
    'train-images-idx3-ubyte': idx([60_000, 28, 28], [255]),
    'train-labels-idx1-ubyte': idx([60_000], [9]),
    't10k-images-idx3-ubyte': idx([10_000, 28, 28]),
    't10k-labels-idx1-ubyte.gz': gzipSync(idx([10_000])),
  });
  const { train, test: heldOut } = await loadFashionMnist(path);
  expect([train.length, heldOut.length, train.inputShape]).toEqual([60_000, 10_000, [1, 28, 28]]);
  expect([train.inputs[0], train.classNames[train.labels[0]]]).toEqual([1, 'Ankle boot']);
  writeFileSync(join(path, 'train-images-idx3-ubyte'), idx([2, 28, 28]));
  writeFileSync(join(path, 'train-labels-idx1-ubyte'), idx([2]));
  await expect(loadFashionMnist(path)).rejects.toThrow(
    `loadFashionMnist: expected images [60000, 1, 28, 28] in '${path}', got [2, 1, 28, 28]`,
  );
});
