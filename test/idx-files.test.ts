import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { loadFashionMnist } from '../datasets/full.js';
import { FormatError } from '../src/index.js';
import { FileError, loadIdx, loadIdxFolder } from '../src/node/index.js';
import { temporaryFolder } from './temporary-folder.js';

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

const root = temporaryFolder('idx');
/** Writes files into a new folder of this name. */
function folder(name: string, files: Record<string, Uint8Array>): string {
  const path = join(root, name);
  mkdirSync(path);
  for (const [file, bytes] of Object.entries(files)) writeFileSync(join(path, file), bytes);
  return path;
}

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
      `loadIdxFolder: expected a file t10k-labels-idx1-ubyte or t10k-labels-idx1-ubyte.gz in '${path}', which holds ` +
        "['t10k-images-idx3-ubyte', 'train-images-idx3-ubyte', 'train-labels-idx1-ubyte']",
    );
    await expect(loadIdx(join(path, 'pictures'), join(path, 'names'))).rejects.toThrow(
      `loadIdx: cannot read '${join(path, 'pictures')}' (ENOENT: no such file or directory)`,
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
      /expected images \[N, height, width\] of unsigned bytes and as many labels \[N\], got shape \[2\] in '/,
    ],
    ['too many', IMAGES, idx([1]), /got shape \[2, 1, 3\] in '.*images' and \[1\] in '.*labels'/],
  ])('images %s are a FormatError that names the file', async (name, images, labels, message) => {
    const path = folder(name.replaceAll(' ', '-'), { images, labels });
    const load = loadIdx(join(path, 'images'), join(path, 'labels'));
    await expect(load).rejects.toThrow(FormatError);
    await expect(load).rejects.toThrow(message);
  });

  test('a gzip file is unpacked within the limit, which the caller may set', async () => {
    const images = idx([250, 200, 300]);
    const path = folder('bomb', { images: gzipSync(images), labels: idx([250]) });
    const load = (options = {}) => loadIdx(join(path, 'images'), join(path, 'labels'), options);
    await expect(load()).rejects.toThrow(FormatError);
    await expect(load()).rejects.toThrow(
      /numbers in \d+ bytes of gzip take more than the limit of 64 MB; raise it with .* maxBytes/,
    );
    expect((await load({ maxBytes: 5 * images.length })).length).toBe(250);
    await expect(load({ maxBytes: 0 })).rejects.toThrow('expected maxBytes to be a number of at least 1');
  });

  test('names with a point, EMNIST (transposed, letters from 1) and QMNIST (labels of 8 numbers) are read', async () => {
    const images = idx([2, 2, 3], [10, 20, 30, 40, 50, 60]);
    const read = async (name: string, files: Record<string, Uint8Array>, options = {}) => {
      const { train, test } = await loadIdxFolder(folder(name, files), options);
      return [[...train.labels], train.classes, [...train.input(0)].map((x) => Math.round(255 * x)), [...test.labels]];
    };
    const names = (train: string, test: string, images = 'images-idx3-ubyte', labels = 'labels-idx1-ubyte') => {
      return [`${train}-${images}`, `${train}-${labels}`, `${test}-${images}`, `${test}-${labels}`];
    };
    const set = (names: string[], labels: Uint8Array) =>
      Object.fromEntries(names.map((name, i) => [name, i % 2 ? labels : images]));
    const plain = [10, 20, 30, 40, 50, 60];
    const turned = [10, 30, 50, 20, 40, 60]; // As 3 rows of 2: 10 20, 30 40, 50 60.
    const points = names('train', 't10k', 'images.idx3-ubyte', 'labels.idx1-ubyte');
    expect(await read('points', set(points, idx([2], [2, 0])))).toEqual([[2, 0], 3, plain, [2, 0]]);
    const letters = set(names('emnist-letters-train', 'emnist-letters-test'), idx([2], [1, 26]));
    expect(await read('letters', letters)).toEqual([[0, 25], 26, turned, [0, 25]]);
    const both = { ...letters, ...set(names('emnist-digits-train', 'emnist-digits-test'), idx([2], [0, 9])) };
    await expect(read('both', both)).rejects.toThrow(
      "several sets: give one as the option set: ['emnist-digits', 'emnist-letters']",
    );
    expect(await read('one', both, { set: 'emnist-digits' })).toEqual([[0, 9], 10, turned, [0, 9]]);
    expect(await read('other', both, { set: 'emnist-letters', transposed: false })).toEqual([
      [0, 25],
      26,
      plain,
      [0, 25],
    ]);
    const eight = [
      0,
      0,
      12,
      2,
      0,
      0,
      0,
      2,
      0,
      0,
      0,
      8,
      ...[5, 1, 7, 7, 7, 7, 7, 7, 0, 1, 7, 7, 7, 7, 7, 7].flatMap((n) => [0, 0, 0, n]),
    ];
    const qmnist = set(names('qmnist-train', 'qmnist-test', undefined, 'labels-idx2-int'), Uint8Array.from(eight));
    expect(await read('qmnist', qmnist)).toEqual([[5, 0], 6, plain, [5, 0]]);
  });

  test('labels that begin with 1 are read when told, and refused with the recipe otherwise', async () => {
    const path = folder('one-to-three', { images: idx([2, 1, 3]), labels: idx([2], [1, 3]) });
    const load = (options = {}) => loadIdx(join(path, 'images'), join(path, 'labels'), options);
    expect([...(await load({ firstLabel: 1 })).labels]).toEqual([0, 2]);
    expect([...(await load({ classes: 4 })).labels]).toEqual([1, 3]);
    await expect(load()).rejects.toThrow(
      "labels': expected labels from 0, got labels from 1 to 3; if the first class is 1, give the option firstLabel: 1; if 0 has no examples here, classes: 4",
    );
    await expect(load({ classes: ['a', 'b', 'c'] })).rejects.toThrow(
      'expected labels from 0 to 2, got labels from 1 to 3',
    );
  });

  test('both parts have the classes of the two together', async () => {
    const path = folder('fewer', { ...FOUR, 't10k-labels-idx1-ubyte': idx([1], [2]) });
    const { train, test } = await loadIdxFolder(path);
    expect([train.classes, test.classes, [...test.labels]]).toEqual([3, 3, [2]]);
  });

  test('a label beyond the classes and an unknown option are errors', async () => {
    const path = folder('beyond', FOUR);
    await expect(loadIdxFolder(path, { classes: 1 })).rejects.toThrow(
      'expected labels from 0 to 0, got labels from 0 to 1',
    );
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
