import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { isTyped } from '../autograd/storage.js';
import { fromBytes } from '../data/bytes.js';
import { Dataset } from '../data/dataset.js';
import { checkNumber, FormatError, readOptions, show } from '../errors.js';
import { type IdxFile, readIdx } from '../io/idx.js';
import { showShape } from '../shape.js';
import { FileError, readBytes, refused } from './files.js';
import { checkMaxBytes, mostBytes, type UnpackOptions, unpackGzip } from './unpack.js';

export interface IdxOptions extends UnpackOptions {
  /** How many classes there are, or their names. @default one more than the largest label */
  classes?: number | readonly string[];
  /** The label of the first class. @default 1 for files named `emnist-letters-...`, else 0 */
  firstLabel?: number;
  /** Whether rows and columns are exchanged in the images. @default true for files named `emnist-...`, else false */
  transposed?: boolean;
}

export interface IdxFolderOptions extends IdxOptions {
  /** What the names begin with, where a folder holds several sets: `emnist-letters`, say. */
  set?: string;
}

const DEFAULTS = { classes: undefined, firstLabel: undefined, transposed: undefined, maxBytes: undefined };

/**
 * Images and labels from two IDX files, gzipped or not.
 * @param images path of a file of unsigned bytes [N, height, width]
 * @param labels path of a file of whole numbers [N], or [N, k] with the class in front, as QMNIST has it
 * @returns inputs [1, height, width], from 0 to 1
 * @throws FileError for what cannot be read; FormatError for files of another kind, damaged ones, ones that do not belong
 * together, or labels of no class; each names the file
 */
export async function loadIdx(images: string, labels: string, options: IdxOptions = {}): Promise<Dataset> {
  const name = basename(images);
  const { classes, firstLabel, transposed, maxBytes } = readOptions('loadIdx', options, {
    ...DEFAULTS,
    firstLabel: name.startsWith('emnist-letters') ? 1 : 0,
    transposed: name.startsWith('emnist'),
  });
  checkNumber('loadIdx', 'firstLabel', firstLabel, { whole: true });
  checkMaxBytes('loadIdx', maxBytes);
  const [pictures, names] = await Promise.all([idx(images, maxBytes), idx(labels, maxBytes)]);
  const { shape, data } = pictures;
  if (!isTyped(data, 'Uint8Array') || shape.length !== 3 || ![1, 2].includes(names.shape.length)) {
    throw unlike(pictures, images, names, labels);
  }
  const [count, height, width] = shape;
  if (names.shape[0] !== count) throw unlike(pictures, images, names, labels);
  const columns = names.shape[1] ?? 1;
  const found = Array.from({ length: count }, (_, i) => names.data[i * columns] - firstLabel);
  checkLabels(found, firstLabel, classes, labels);
  const inputs = fromBytes(data);
  return new Dataset(transposed ? exchanged(inputs, height, width) : inputs, [1, height, width], found, classes);
}

/**
 * A training set and a test set from the four IDX files that such datasets usually come in, each as it is or as `.gz`:
 * `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`, `t10k-images-idx3-ubyte` and `t10k-labels-idx1-ubyte`. Read are
 * also names with a point (`train-images.idx3-ubyte`), EMNIST's (`emnist-letters-train-images-idx3-ubyte`: the images
 * are transposed, the labels of the letters begin with 1) and QMNIST's (`qmnist-test-labels-idx2-int`). The classes of
 * both parts are those of the training set.
 * @throws as `loadIdx`; a FileError lists what the folder holds
 */
export async function loadIdxFolder(
  folder: string,
  options: IdxFolderOptions = {},
): Promise<{ train: Dataset; test: Dataset }> {
  const { set, ...rest } = readOptions('loadIdxFolder', options, { ...DEFAULTS, set: undefined });
  const names = await readdir(folder).catch((error) => {
    throw refused('loadIdxFolder', 'read the folder', folder, error);
  });
  const part = (which: string, classes: IdxOptions['classes']) => {
    const [images, labels] = ['images', 'labels'].map((what) => join(folder, fileOf(folder, names, which, what, set)));
    return loadIdx(images, labels, { ...rest, classes });
  };
  const train = await part('train', rest.classes);
  return { train, test: await part('t10k|test', rest.classes ?? train.classes) };
}

const NAME = /^(.*?)-?(train|t10k|test)-(images|labels)[-.]idx[123]-(?:ubyte|int)(?:\.gz)?$/;

/** The name of one of the four files; the one that is not packed, if both are there. */
function fileOf(folder: string, names: string[], part: string, what: string, set: string | undefined): string {
  const wanted = names.sort().filter((name) => {
    const [, before, which, kind] = NAME.exec(name) ?? [];
    return which !== undefined && part.split('|').includes(which) && kind === what && (set ?? before) === before;
  });
  const sets = [...new Set(wanted.map((name) => NAME.exec(name)![1]))];
  const wrong = (detail: string) => new FileError('loadIdxFolder', detail, folder, 'ENOENT');
  if (sets.length > 1) throw wrong(`${show(folder)} holds several sets: give one as the option set: ${show(sets)}`);
  if (wanted.length > 0) return wanted[0];
  const expected = `${set ? `${set}-` : ''}${part.split('|')[0]}-${what}-idx${what === 'images' ? 3 : 1}-ubyte`;
  throw wrong(`expected a file ${expected} or ${expected}.gz in ${show(folder)}, which holds ${show(names)}`);
}

function unlike(pictures: IdxFile, images: string, names: IdxFile, labels: string): FormatError {
  return new FormatError(
    'loadIdx',
    `expected images [N, height, width] of unsigned bytes and as many labels [N], got shape ` +
      `${showShape(pictures.shape)} in ${show(images)} and ${showShape(names.shape)} in ${show(labels)}`,
  );
}

/** Labels that begin with 1 are no error of their own: they would make a class without examples. */
function checkLabels(labels: number[], first: number, classes: IdxOptions['classes'], path: string): void {
  const [least, most] = labels.reduce(([a, b], y) => [Math.min(a, y), Math.max(b, y)], [Infinity, -Infinity]);
  const count = Array.isArray(classes) ? classes.length : (classes as number | undefined);
  if (labels.length === 0 || (least >= 0 && (count === undefined ? least === 0 : most < count))) return;
  const got = `labels from ${least + first} to ${most + first}`;
  const advice =
    least === 1 && first === 0
      ? `if the first class is 1, give the option firstLabel: 1; if 0 has no examples here, classes: ${most + 1}`
      : `the options firstLabel, ${first}, and classes say which there are`;
  throw new FormatError(
    `loadIdx, ${show(path)}`,
    `expected labels from ${first}${upTo(count, first)}, got ${got}; ${advice}`,
  );
}

function upTo(count: number | undefined, first: number): string {
  return count === undefined ? '' : ` to ${first + count - 1}`;
}

/** Images with rows and columns exchanged. */
function exchanged(inputs: Float32Array, height: number, width: number): Float32Array {
  const size = height * width;
  return inputs.map((_, i) => {
    const [row, column] = [Math.floor((i % size) / width), i % width];
    return inputs[i - (i % size) + column * height + row];
  });
}

async function idx(path: string, maxBytes: number | undefined): Promise<IdxFile> {
  const bytes = await readBytes('loadIdx', path).catch((error) => {
    if (!(error instanceof FileError && error.code === 'ENOENT') || path.endsWith('.gz')) throw error;
    return readBytes('loadIdx', `${path}.gz`).catch(() => {
      throw error;
    });
  });
  const where = `loadIdx, ${show(path)}`;
  // Gzip's first two bytes; those of an IDX file are zeros.
  const packed = bytes[0] === 0x1f && bytes[1] === 0x8b;
  return readIdx(packed ? await unpackGzip(where, bytes, mostBytes(bytes.length, maxBytes)) : bytes, where);
}
