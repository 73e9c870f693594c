import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { isTyped } from '../autograd/storage.js';
import { fromBytes } from '../data/bytes.js';
import { Dataset } from '../data/dataset.js';
import { checkNumber, FormatError, readOptions, show } from '../errors.js';
import { type IdxFile, readIdx } from '../io/idx.js';
import { checkMaxBytes, mostBytes, type UnpackOptions } from '../io/limits.js';
import { showShape } from '../shape.js';
import { FileError, readBytes, refused } from './files.js';
import { unpackGzip } from './unpack.js';

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
  const [dataset] = await datasets('loadIdx', [[images, labels]], readOptions('loadIdx', options, DEFAULTS));
  return dataset;
}

/**
 * A training set and a test set from the four IDX files that such datasets usually come in, each as it is or as `.gz`:
 * `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`, `t10k-images-idx3-ubyte` and `t10k-labels-idx1-ubyte`. Read are
 * also names with a point (`train-images.idx3-ubyte`), EMNIST's (`emnist-letters-train-images-idx3-ubyte`: the images
 * are transposed, the labels of the letters begin with 1) and QMNIST's (`qmnist-test-labels-idx2-int`). Both
 * have the classes of the two together.
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
  const [train, test] = await datasets(
    'loadIdxFolder',
    ['train', 't10k|test'].map((part) => ['images', 'labels'].map((what) => fileOf(folder, names, part, what, set))),
    rest,
  );
  return { train, test };
}

/** Datasets of the same classes from pairs of paths, images and labels. */
async function datasets(where: string, paths: string[][], options: IdxOptions): Promise<Dataset[]> {
  const name = basename(paths[0][0]);
  const { classes, firstLabel = name.startsWith('emnist-letters') ? 1 : 0, maxBytes } = options;
  const { transposed = name.startsWith('emnist') } = options;
  checkNumber(where, 'firstLabel', firstLabel, { whole: true });
  checkMaxBytes(where, maxBytes);
  const parts: { inputs: Float32Array; inputShape: number[]; labels: number[] }[] = [];
  // One after the other, so that of several that are wrong always the first is told.
  for (const [images, labels] of paths) {
    const pictures = await idx(images, maxBytes);
    const names = await idx(labels, maxBytes);
    const { shape, data } = pictures;
    const [count, columns = 1] = names.shape;
    if (
      !isTyped(data, 'Uint8Array') ||
      shape.length !== 3 ||
      ![1, 2].includes(names.shape.length) ||
      count !== shape[0]
    ) {
      const [first, second] = [pictures, names].map((each) => showShape(each.shape));
      const got = `got shape ${first} in ${show(images)} and ${second} in ${show(labels)}`;
      const expected = 'expected images [N, height, width] of unsigned bytes and as many labels [N]';
      throw new FormatError('loadIdx', `${expected}, ${got}`);
    }
    const inputs = fromBytes(data);
    const [, height, width] = shape;
    parts.push({
      inputs: transposed ? exchanged(inputs, height, width) : inputs,
      inputShape: [1, height, width],
      labels: Array.from({ length: count }, (_, i) => names.data[i * columns] - firstLabel),
    });
  }
  const all = parts.flatMap(({ labels }) => labels);
  const count = checkLabels(all, firstLabel, classes, paths[0][1]);
  return parts.map(({ inputs, inputShape, labels }) => new Dataset(inputs, inputShape, labels, classes ?? count));
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
  if (wanted.length > 0) return join(folder, wanted[0]);
  const expected = `${set ? `${set}-` : ''}${part.split('|')[0]}-${what}-idx${what === 'images' ? 3 : 1}-ubyte`;
  throw wrong(`expected a file ${expected} or ${expected}.gz in ${show(folder)}, which holds ${show(names)}`);
}

/**
 * The number of classes. Labels that begin with 1 would make a class without examples: they are refused unless an option
 * says that they are meant.
 */
function checkLabels(labels: number[], first: number, classes: IdxOptions['classes'], path: string): number {
  const [least, most] = labels.reduce(([a, b], y) => [Math.min(a, y), Math.max(b, y)], [Infinity, -1]);
  const count = Array.isArray(classes) ? classes.length : (classes as number | undefined);
  if (labels.length === 0 || (least >= 0 && (count === undefined ? least === 0 : most < count)))
    return count ?? most + 1;
  const expected = `labels from ${first}${count === undefined ? '' : ` to ${first + count - 1}`}`;
  const advice =
    least === 1 && first === 0
      ? `if the first class is 1, give the option firstLabel: 1; if 0 has no examples here, classes: ${most + 1}`
      : `the options firstLabel, ${first}, and classes say which there are`;
  const got = `got labels from ${least + first} to ${most + first}`;
  throw new FormatError(`loadIdx, ${show(path)}`, `expected ${expected}, ${got}; ${advice}`);
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
