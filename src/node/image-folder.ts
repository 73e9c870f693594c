import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Dataset } from '../data/dataset.js';
import type { Image } from '../data/image.js';
import { resize } from '../data/resize.js';
import { ArgumentError, checkChoice, FormatError, readOptions, show } from '../errors.js';
import { PNG_SIGNATURE } from '../inspect/pictures/png.js';
import { checkMaxBytes, type UnpackOptions } from '../io/limits.js';
import { type Pair, pair } from '../shape.js';
import { FileError, readBytes, refused } from './files.js';
import { JPEG_SIGNATURE, jpegReader, type ReadJpeg } from './jpeg.js';
import { readPng } from './png.js';

export interface ImageFolderOptions extends UnpackOptions {
  /** Height and width to which every image is resized, in pixels. @default all images must have one size */
  size?: Pair;
  /** One channel, the luminance, instead of red, green and blue. @default false */
  gray?: boolean;
  /** The classes in their order, such as `model.classNames`; this folder may lack some. @default the folders in it */
  classes?: readonly string[];
  /**
   * What happens to an image that cannot be read, is damaged, too large or of another kind than PNG and JPEG: an error that names it, or
   * it is passed over.
   * @default 'throw'
   */
  onBadFile?: 'throw' | 'skip';
}

/** A file that is not among the examples. */
export interface SkippedFile {
  path: string;
  reason: string;
}

const WHERE = 'loadImageFolder';

/** What the name of an image ends with; such a file is meant to be one, whatever is in it. */
const IMAGE_NAME = /\.(png|apng|jpe?g|jfif|gif|webp|bmp|tiff?|avif|heic)$/i;

/**
 * PNG and JPEG images in a folder that has one subfolder a class: `animals/cat/1.png` is of the class 'cat'. Classes and
 * images are in the order of their names, classes that are all numbers in the order of these; names that begin with a point
 * are skipped. JPEG needs the package jpeg-js.
 * An orientation that a camera noted (EXIF) is not applied.
 * @returns inputs [3, height, width], or [1, height, width] when `gray`, from 0 to 1; the names as `classNames`; and as
 * `skipped` the files that were passed over: what is no image, and with `onBadFile: 'skip'` images that cannot be read
 * @throws FileError for what cannot be read; FormatError for folders that lie otherwise, a class without images, a damaged
 * image or one of another size; each names the file, or says how folders should lie
 */
export async function loadImageFolder(
  path: string,
  options: ImageFolderOptions = {},
): Promise<Dataset & { skipped: readonly SkippedFile[] }> {
  const read = readOptions(WHERE, options, {
    size: undefined,
    gray: false,
    classes: undefined,
    onBadFile: 'throw',
    maxBytes: undefined,
  });
  const { gray, maxBytes } = read;
  if (typeof gray !== 'boolean') throw new ArgumentError(WHERE, `expected gray to be true or false, got ${show(gray)}`);
  checkChoice(WHERE, 'onBadFile', read.onBadFile, ['throw', 'skip']);
  checkMaxBytes(WHERE, maxBytes);
  const size = read.size === undefined ? null : pair(WHERE, 'size', read.size, 1);
  if (read.classes !== undefined && !Array.isArray(read.classes)) {
    throw new ArgumentError(WHERE, `expected classes to be a list of names, got ${show(read.classes)}`);
  }
  const folders = await foldersIn(path);
  const { classes = folders } = read;
  const strange = folders.find((name) => !classes.includes(name));
  if (strange !== undefined) {
    const got = `got ${show(strange)}`;
    throw new FormatError(WHERE, `expected a folder for each of ${show(classes)} in ${show(path)}, ${got}`);
  }
  const skipped: SkippedFile[] = [];
  let readJpeg: ReadJpeg | undefined;

  const passOver = (file: string) => (error: unknown) => {
    const bad = error instanceof FormatError || error instanceof FileError;
    if (read.onBadFile === 'throw' || !bad) throw error;
    skipped.push({ path: file, reason: error.detail });
    return null;
  };
  const decode = async (file: string, bytes: Uint8Array): Promise<Image> => {
    const place = `${WHERE}, ${show(file)}`;
    if (begins(bytes, PNG_SIGNATURE)) return readPng(place, bytes, gray, maxBytes);
    if (begins(bytes, JPEG_SIGNATURE)) {
      readJpeg ??= await jpegReader(WHERE);
      return readJpeg(place, bytes, gray, maxBytes);
    }
    const got = `${bytes.length} bytes that begin as neither: make it one of these, or remove it`;
    throw new FormatError(place, `expected a PNG image or a JPEG, got ${got}`);
  };

  const files: { file: string; label: number }[] = [];
  for (const [label, name] of classes.entries()) {
    if (!folders.includes(name)) continue;
    for (const file of await filesIn(path, name)) files.push({ file, label });
  }
  const labels: number[] = [];
  const channels = gray ? 1 : 3;
  let first = '';
  let [height, width] = size ?? [0, 0];
  let inputs = new Float32Array(0);
  for (const { file, label } of files) {
    const bytes = await readBytes(WHERE, file).catch(passOver(file));
    if (!bytes) continue;
    if (!IMAGE_NAME.test(file) && !begins(bytes, PNG_SIGNATURE) && !begins(bytes, JPEG_SIGNATURE)) {
      skipped.push({ path: file, reason: 'no image' });
      continue;
    }
    const image = await decode(file, bytes).catch(passOver(file));
    if (!image) continue;
    if (first === '') {
      first = file;
      if (!size) [height, width] = [image.height, image.width];
      inputs = new Float32Array(files.length * channels * height * width);
    }
    if (!size && (image.height !== height || image.width !== width)) {
      throw new FormatError(
        WHERE,
        `expected images of one size, ${height} high and ${width} wide as ${show(first)}, got ${image.height} ` +
          `and ${image.width} in ${show(file)}; the option size resizes them`,
      );
    }
    const values = resize(image.values, [channels, image.height, image.width], [height, width]);
    inputs.set(values, labels.length * values.length);
    labels.push(label);
  }
  const found = new Set(labels);
  const empty = folders.find((name) => !found.has(classes.indexOf(name)));
  if (empty !== undefined) {
    const folder = join(path, empty);
    const others = skipped.filter((each) => dirname(each.path) === folder);
    const reason = others.length > 0 ? `; ${others.length} passed over, the first: ${others[0].reason}` : '';
    throw new FormatError(WHERE, `expected PNG or JPEG images in ${show(folder)}, got none${reason}`);
  }
  const all = inputs.subarray(0, labels.length * channels * height * width);
  return Object.assign(new Dataset(all, [channels, height, width], labels, classes), { skipped });
}

function begins(bytes: Uint8Array, signature: readonly number[]): boolean {
  return signature.every((byte, i) => bytes[i] === byte);
}

/** The subfolders, each of which is a class. */
async function foldersIn(path: string): Promise<string[]> {
  const { files, folders } = await contents(path);
  if (folders.includes('__MACOSX')) {
    const advice = 'macOS leaves it in zip files; remove it';
    throw new FormatError(WHERE, `the folder ${show(join(path, '__MACOSX'))} is no class: ${advice}`);
  }
  if (folders.every((name) => /^\d+$/.test(name))) folders.sort((a, b) => Number(a) - Number(b));
  if (folders.length > 0) return folders;
  if (files.some((name) => IMAGE_NAME.test(name))) {
    const advice = `if ${show(basename(path))} is one class of several, give the folder that it lies in`;
    throw new FormatError(
      WHERE,
      `expected a subfolder of images for each class in ${show(path)}, got images; ${advice}`,
    );
  }
  throw new FormatError(WHERE, `expected a subfolder of images for each class in ${show(path)}, got none`);
}

/** The files of a class. */
async function filesIn(path: string, name: string): Promise<string[]> {
  const folder = join(path, name);
  const { files, folders } = await contents(folder);
  if (folders.length > 0 && files.length === 0) {
    const advice = `if these are the classes, as in train/cat/1.png, give ${show(folder)} itself`;
    throw new FormatError(WHERE, `expected images in ${show(folder)}, got ${folders.length} folders; ${advice}`);
  }
  if (folders.length > 0) {
    const advice = 'move its images into the class, or make it a class beside it';
    throw new FormatError(WHERE, `expected no folder in the class ${show(folder)}, got ${show(folders[0])}; ${advice}`);
  }
  return files.map((file) => join(folder, file));
}

/** Its files and folders in the order of their characters' codes, which is the same on every machine. */
async function contents(path: string): Promise<{ files: string[]; folders: string[] }> {
  const names = await readdir(path).catch((error) => {
    throw refused(WHERE, 'read the folder', path, error);
  });
  const [files, folders]: string[][] = [[], []];
  for (const name of names.filter((each) => !each.startsWith('.')).sort()) {
    const isFolder = await stat(join(path, name)).then(
      (found) => found.isDirectory(),
      () => false, // A link to nothing: reading the file says so.
    );
    (isFolder ? folders : files).push(name);
  }
  return { files, folders };
}
