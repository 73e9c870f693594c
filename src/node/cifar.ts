import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Dataset } from '../data/dataset.js';
import { checkChoice, FormatError, readOptions, show } from '../errors.js';
import { FileError, readBytes, refused } from './files.js';

/** Options of `loadCifar100`. */
export interface Cifar100Options {
  /** The 100 classes, or the 20 that they are grouped into. @default 'fine' */
  labels?: 'fine' | 'coarse';
}

/** 32x32 pixels in red, then in green, then in blue. */
const SHAPE = [3, 32, 32];
const PIXELS = 3 * 32 * 32;
const TEN = ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'];
const LINK = 'https://www.cs.toronto.edu/~kriz/cifar.html';

/**
 * CIFAR-10 from the files of its binary version (https://www.cs.toronto.edu/~kriz/cifar.html): `data_batch_1.bin` to
 * `data_batch_5.bin` and `test_batch.bin`, each of any number of records of a label and 3,072 pixels. As float32 the 50,000
 * images to learn from take 614 MB, the 10,000 test images 123 MB.
 * @param dir the folder, or the one that holds `cifar-10-batches-bin`
 * @returns inputs [3, 32, 32], from 0 to 1; the names of the classes from `batches.meta.txt`, or the official ones
 * @throws FileError for what cannot be read; FormatError for a file that was cut off, or with a label of no class; each names
 * the file
 */
export async function loadCifar10(dir: string): Promise<{ train: Dataset; test: Dataset }> {
  const where = 'loadCifar10';
  const train = [1, 2, 3, 4, 5].map((i) => `data_batch_${i}.bin`);
  const folder = await folderOf(where, dir, 'cifar-10-batches-bin', [...train, 'test_batch.bin']);
  const names = (await namesIn(where, folder, 'batches.meta.txt', 10)) ?? TEN;
  return {
    train: await load(where, folder, train, 1, 0, names),
    test: await load(where, folder, ['test_batch.bin'], 1, 0, names),
  };
}

/**
 * CIFAR-100 from the files of its binary version (https://www.cs.toronto.edu/~kriz/cifar.html): `train.bin` and `test.bin`, of
 * any number of records of a coarse label, a fine one and 3,072 pixels.
 * @param dir the folder, or the one that holds `cifar-100-binary`
 * @returns inputs [3, 32, 32], from 0 to 1; the names of the classes from `fine_label_names.txt` or `coarse_label_names.txt`, or
 * their numbers
 * @throws as `loadCifar10`
 */
export async function loadCifar100(
  dir: string,
  options: Cifar100Options = {},
): Promise<{ train: Dataset; test: Dataset }> {
  const where = 'loadCifar100';
  const { labels } = readOptions(where, options, { labels: 'fine' });
  checkChoice(where, 'labels', labels, ['fine', 'coarse']);
  const folder = await folderOf(where, dir, 'cifar-100-binary', ['train.bin', 'test.bin']);
  const count = labels === 'fine' ? 100 : 20;
  const names = (await namesIn(where, folder, `${labels}_label_names.txt`, count)) ?? count;
  const at = labels === 'fine' ? 1 : 0;
  return {
    train: await load(where, folder, ['train.bin'], 2, at, names),
    test: await load(where, folder, ['test.bin'], 2, at, names),
  };
}

/** The folder that has these files, `dir` or the one in it that the official archive makes. */
async function folderOf(where: string, dir: string, inside: string, files: readonly string[]): Promise<string> {
  const contents = (path: string) =>
    readdir(path).catch((error) => {
      throw refused(where, 'read the folder', path, error);
    });
  const above = await contents(dir);
  const nested = !above.includes(files[0]) && above.includes(inside);
  const folder = nested ? join(dir, inside) : dir;
  const names = nested ? await contents(folder) : above;
  const missing = files.filter((name) => !names.includes(name));
  if (missing.length === 0) return folder;
  const python = names.includes(files[0].replace('.bin', ''));
  const advice = python ? 'these are of the Python version; ' : '';
  const expected = `expected the files of the binary version in ${show(folder)}, and there is no ${missing.join(', ')}`;
  throw new FileError(where, `${expected}; ${advice}they are to be had at ${LINK}`, folder, 'ENOENT');
}

/** The names of the classes, a line each; null without such a file. */
async function namesIn(where: string, folder: string, file: string, count: number): Promise<string[] | null> {
  const path = join(folder, file);
  const text = await readFile(path, 'utf8').catch((error) => {
    if (error.code === 'ENOENT') return null;
    throw refused(where, 'read', path, error);
  });
  if (text === null) return null;
  const names = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  if (names.length === count) return names;
  throw new FormatError(`${where}, ${show(path)}`, `expected ${count} names of classes, got ${names.length}`);
}

/** The images of files whose records have `labels` labels, of which the one at `at` counts. */
async function load(
  where: string,
  folder: string,
  files: readonly string[],
  labels: number,
  at: number,
  names: readonly string[] | number,
): Promise<Dataset> {
  const size = labels + PIXELS;
  const classes = typeof names === 'number' ? names : names.length;
  const parts = [];
  for (const file of files) {
    const path = join(folder, file);
    const bytes = await readBytes(where, path);
    if (bytes.length === 0 || bytes.length % size !== 0) {
      const expected = `expected records of ${size} bytes each, ${labels === 1 ? 'a label' : 'two labels'} and 3 * 32 * 32 pixels`;
      const got = `got ${bytes.length} bytes: the file was cut off, or is another`;
      throw new FormatError(`${where}, ${show(path)}`, `${expected}, ${got}`);
    }
    for (let i = at; i < bytes.length; i += size) {
      if (bytes[i] < classes) continue;
      const record = Math.floor(i / size);
      const expected = `expected labels from 0 to ${classes - 1}, got ${bytes[i]} in record ${record}`;
      throw new FormatError(`${where}, ${show(path)}`, expected);
    }
    parts.push(bytes);
  }
  const count = parts.reduce((sum, { length }) => sum + length / size, 0);
  const inputs = new Float32Array(count * PIXELS);
  const targets = new Int32Array(count);
  let n = 0;
  for (const bytes of parts) {
    for (let start = 0; start < bytes.length; start += size, n++) {
      targets[n] = bytes[start + at];
      for (let i = 0; i < PIXELS; i++) inputs[n * PIXELS + i] = bytes[start + labels + i] / 255;
    }
  }
  return new Dataset(inputs, SHAPE, targets, names);
}
