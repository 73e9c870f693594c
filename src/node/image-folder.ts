import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Dataset } from '../data/dataset.js';
import { resize } from '../data/resize.js';
import { ArgumentError, checkOptions, FormatError, show } from '../errors.js';
import { type Pair, pair } from '../shape.js';
import { readBytes, refused } from './files.js';
import { pngReader } from './png.js';

export interface ImageFolderOptions {
  /** Height and width that every image is brought to, whatever its proportions; without it all must have one size. */
  size?: Pair;
  /** One channel, the brightness, instead of red, green and blue: false unless given. */
  gray?: boolean;
  /** The classes, in their order, such as `model.classNames`: all of them, where this folder lacks some. */
  classes?: readonly string[];
}

const WHERE = 'loadImageFolder';

/**
 * PNG images in a folder that has one subfolder a class, with the package fast-png: `animals/cat/1.png` is of the class
 * 'cat'. Classes and images are in the order of their names, classes that are all numbers in the order of these; names that
 * begin with a point are passed over.
 * @returns inputs [3, height, width], or [1, height, width] when `gray`, from 0 to 1; the names as `classNames`
 * @throws FileError for what cannot be read; FormatError for a folder without images, a file that is no PNG image, or one
 * of another size; each names the file
 */
export async function loadImageFolder(path: string, options: ImageFolderOptions = {}): Promise<Dataset> {
  checkOptions(WHERE, options, ['size', 'gray', 'classes']);
  const { gray = false } = options;
  if (typeof gray !== 'boolean') throw new ArgumentError(WHERE, `expected gray to be true or false, got ${show(gray)}`);
  if (options.classes !== undefined && !Array.isArray(options.classes)) {
    throw new ArgumentError(WHERE, `expected classes to be a list of names, got ${show(options.classes)}`);
  }
  const size = options.size === undefined ? null : pair(WHERE, 'size', options.size, 1);
  const read = await pngReader(WHERE, gray);
  const folders = await foldersIn(path);
  const { classes = folders } = options;
  const strange = folders.find((name) => !classes.includes(name));
  if (strange !== undefined) {
    throw new FormatError(
      WHERE,
      `expected a folder for each of ${show(classes)} in ${show(path)}, got ${show(strange)}`,
    );
  }
  const files: { file: string; label: number }[] = [];
  for (const [label, name] of classes.entries()) {
    if (!folders.includes(name)) continue;
    const names = await namesIn(join(path, name));
    if (names.length === 0) throw new FormatError(WHERE, `expected PNG images in ${show(join(path, name))}, got none`);
    for (const each of names) files.push({ file: join(path, name, each), label });
  }

  const channels = gray ? 1 : 3;
  let [height, width] = size ?? [0, 0];
  let inputs = new Float32Array(0);
  for (const [i, { file }] of files.entries()) {
    const image = read(await readBytes(WHERE, file), `${WHERE}, ${show(file)}`);
    if (i === 0) {
      if (!size) [height, width] = [image.height, image.width];
      inputs = new Float32Array(files.length * channels * height * width);
    }
    if (!size && (image.height !== height || image.width !== width)) {
      throw new FormatError(
        WHERE,
        `expected images of one size, ${height} high and ${width} wide as ${show(files[0].file)}, got ${image.height} ` +
          `and ${image.width} in ${show(file)}; the option size brings them to one`,
      );
    }
    const values = resize(image.values, [channels, image.height, image.width], [height, width]);
    inputs.set(values, i * channels * height * width);
  }
  const labels = files.map(({ label }) => label);
  return new Dataset(inputs, [channels, height, width], labels, classes);
}

async function foldersIn(path: string): Promise<string[]> {
  const folders: string[] = [];
  for (const name of await namesIn(path)) {
    if ((await stat(join(path, name))).isDirectory()) folders.push(name);
  }
  if (folders.every((name) => /^\d+$/.test(name))) folders.sort((a, b) => Number(a) - Number(b));
  if (folders.length > 0) return folders;
  throw new FormatError(WHERE, `expected a subfolder of PNG images for each class in ${show(path)}, got none`);
}

/** In the order of their characters' codes, which is the same on every machine. */
async function namesIn(path: string): Promise<string[]> {
  const names = await readdir(path).catch((error) => {
    throw refused(WHERE, 'read the folder', path, error);
  });
  return names.filter((name) => !name.startsWith('.')).sort();
}
