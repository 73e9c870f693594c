import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { fromBytes } from '../data/bytes.js';
import { Dataset } from '../data/dataset.js';
import { checkOptions, FormatError, show } from '../errors.js';
import { type IdxFile, readIdx } from '../io/idx.js';
import { showShape } from '../shape.js';
import { FileError, readBytes } from './files.js';

export interface IdxOptions {
  /** How many classes there are, or their names; one more than the largest label (in all files) unless given. */
  classes?: number | readonly string[];
}

/**
 * Images and labels from two IDX files, gzipped or not.
 * @param images path of a file of unsigned bytes [N, height, width]
 * @param labels path of a file of unsigned bytes [N]
 * @returns inputs [1, height, width], from 0 to 1
 * @throws FileError for what cannot be read; FormatError for files of another kind, damaged ones, or ones that do not
 * belong together; each names the file
 */
export async function loadIdx(images: string, labels: string, options: IdxOptions = {}): Promise<Dataset> {
  checkOptions('loadIdx', options, ['classes']);
  const [pictures, names] = await Promise.all([idx(images), idx(labels)]);
  if (pictures.shape.length !== 3 || names.shape.length !== 1 || names.shape[0] !== pictures.shape[0]) {
    throw new FormatError(
      'loadIdx',
      `expected images [N, height, width] and as many labels [N], got shape ${showShape(pictures.shape)} in ` +
        `${show(images)} and ${showShape(names.shape)} in ${show(labels)}`,
    );
  }
  const [, height, width] = pictures.shape;
  return new Dataset(fromBytes(pictures.data), [1, height, width], names.data, options.classes);
}

/**
 * A training set and a test set from the four IDX files that such datasets usually come in: `train-images-idx3-ubyte`,
 * `train-labels-idx1-ubyte`, `t10k-images-idx3-ubyte` and `t10k-labels-idx1-ubyte`, each as it is or as `.gz`.
 * @throws as `loadIdx`
 */
export async function loadIdxFolder(
  folder: string,
  options: IdxOptions = {},
): Promise<{ train: Dataset; test: Dataset }> {
  checkOptions('loadIdxFolder', options, ['classes']);
  const part = (name: string) =>
    loadIdx(join(folder, `${name}-images-idx3-ubyte`), join(folder, `${name}-labels-idx1-ubyte`), options);
  const [train, test] = await Promise.all([part('train'), part('t10k')]);
  const classes = options.classes ?? Math.max(train.classes, test.classes);
  const whole = ({ inputs, inputShape, labels }: Dataset) => new Dataset(inputs, inputShape, labels, classes);
  return { train: whole(train), test: whole(test) };
}

async function idx(path: string): Promise<IdxFile> {
  const bytes = await readBytes('loadIdx', path).catch((error) => {
    if (!(error instanceof FileError && error.code === 'ENOENT') || path.endsWith('.gz')) throw error;
    return readBytes('loadIdx', `${path}.gz`).catch(() => {
      throw error;
    });
  });
  const where = `loadIdx, ${show(path)}`;
  // Gzip's first two bytes; those of an IDX file are zeros.
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return readIdx(bytes, where);
  const unpacked = await promisify(gunzip)(bytes).catch((error: Error) => {
    throw new FormatError(where, `expected a whole gzip file, got a damaged one (${error.message})`);
  });
  return readIdx(unpacked, where);
}
