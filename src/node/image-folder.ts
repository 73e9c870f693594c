import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Dataset } from '../data/dataset.js';
import { resize } from '../data/resize.js';
import { ArgumentError, FormatError, readOptions, show } from '../errors.js';
import { type Pair, pair } from '../shape.js';
import { readBytes, refused } from './files.js';
import { pngReader } from './png.js';

export interface ImageFolderOptions {
  /** Height and width to which every image is resized, in pixels. @default all images must have one size */
  size?: Pair;
  /** One channel, the luminance, instead of red, green and blue. @default false */
  gray?: boolean;
}

const WHERE = 'loadImageFolder';

/**
 * PNG images in a folder that has one subfolder a class, with the package fast-png: `animals/cat/1.png` is of the class
 * 'cat'. Classes and images are in the order of their names; names that begin with a point are skipped.
 * @returns inputs [3, height, width], or [1, height, width] when `gray`, from 0 to 1; the names as `classNames`
 * @throws FileError for what cannot be read; FormatError for a folder without images, a file that is no PNG image, or one
 * of another size; each names the file
 */
export async function loadImageFolder(path: string, options: ImageFolderOptions = {}): Promise<Dataset> {
  const { gray, ...given } = readOptions(WHERE, options, { size: undefined, gray: false });
  if (typeof gray !== 'boolean') throw new ArgumentError(WHERE, `expected gray to be true or false, got ${show(gray)}`);
  const size = given.size === undefined ? null : pair(WHERE, 'size', given.size, 1);
  const read = await pngReader(WHERE, gray);
  const classes = await foldersIn(path);
  const files: string[] = [];
  const labels: number[] = [];
  for (const [label, folder] of classes.map((name) => join(path, name)).entries()) {
    const names = await namesIn(folder);
    if (names.length === 0) throw new FormatError(WHERE, `expected PNG images in ${show(folder)}, got none`);
    files.push(...names.map((name) => join(folder, name)));
    labels.push(...names.map(() => label));
  }

  const channels = gray ? 1 : 3;
  let [height, width] = size ?? [0, 0];
  let inputs = new Float32Array(0);
  for (const [i, file] of files.entries()) {
    const image = read(await readBytes(WHERE, file), `${WHERE}, ${show(file)}`);
    if (i === 0) {
      if (!size) [height, width] = [image.height, image.width];
      inputs = new Float32Array(files.length * channels * height * width);
    }
    if (!size && (image.height !== height || image.width !== width)) {
      const expected = `expected images of one size, ${height} high and ${width} wide as ${show(files[0])}`;
      const got = `got ${image.height} and ${image.width} in ${show(file)}`;
      throw new FormatError(WHERE, `${expected}, ${got}; the option size resizes them`);
    }
    const values = resize(image.values, [channels, image.height, image.width], [height, width]);
    inputs.set(values, i * channels * height * width);
  }
  return new Dataset(inputs, [channels, height, width], labels, classes);
}

async function foldersIn(path: string): Promise<string[]> {
  const folders: string[] = [];
  for (const name of await namesIn(path)) {
    if ((await stat(join(path, name))).isDirectory()) folders.push(name);
  }
  if (folders.length > 0) return folders;
  throw new FormatError(WHERE, `expected a subfolder of PNG images for each class in ${show(path)}, got none`);
}

/** The names in a folder in the order of their characters' codes, which is the same on every machine. */
async function namesIn(path: string): Promise<string[]> {
  const names = await readdir(path).catch((error) => {
    throw refused(WHERE, 'read the folder', path, error);
  });
  return names.filter((name) => !name.startsWith('.')).sort();
}
