import { Dataset } from '../data/dataset.js';
import { emptyImage, type Image } from '../data/image.js';
import { resize } from '../data/resize.js';
import { ArgumentError, FormatError, readOptions, show } from '../errors.js';
import { type Pair, pair } from '../shape.js';

/** What has pixels in a page: files that a user chose, what `fetch` gave, what a canvas or an element shows. */
export type ImageSource =
  | Blob
  | HTMLCanvasElement
  | HTMLImageElement
  | HTMLVideoElement
  | ImageBitmap
  | ImageData
  | OffscreenCanvas;

/** Options of `loadImages`. */
export interface LoadImagesOptions {
  /** Height and width to which every image is resized, in pixels. @default all images must have one size */
  size?: Pair;
  /** One channel, the luminance, instead of red, green and blue. @default false */
  gray?: boolean;
  /** The classes in their order, such as `model.classNames`. @default the labels that are names, in their order */
  classes?: readonly string[];
}

const WHERE = 'loadImages';

/**
 * A dataset of images that a page has: files from an `<input type="file">` or dropped, canvases, pixels. It works in a worker,
 * too. What is transparent shows white, and numbers are those that `loadImageFolder` gives for a PNG file.
 *
 *     const data = await loadImages(input.files, Array.from(input.files, (file) => file.webkitRelativePath.split('/').at(-2)));
 *
 * @param images files (of any kind that the browser shows), canvases, ImageData, bitmaps, or elements that have loaded
 * @param labels for each image the name of its class, or its index
 * @returns inputs [3, height, width], or [1, height, width] when `gray`, from 0 to 1; the names as `classNames`
 * @throws ArgumentError for labels that do not fit, or what is no image; FormatError for a file that the browser cannot read, and
 * for images of several sizes without `size`
 */
export async function loadImages(
  images: ArrayLike<ImageSource> | Iterable<ImageSource>,
  labels: ArrayLike<string> | ArrayLike<number>,
  options: LoadImagesOptions = {},
): Promise<Dataset> {
  const read = readOptions(WHERE, options, { size: undefined, gray: false, classes: undefined });
  const { gray } = read;
  if (typeof gray !== 'boolean') throw new ArgumentError(WHERE, `expected gray to be true or false, got ${show(gray)}`);
  const size = read.size === undefined ? null : pair(WHERE, 'size', read.size, 1);
  if (typeof images !== 'object' || images === null || !(Symbol.iterator in images || 'length' in images)) {
    throw new ArgumentError(WHERE, `expected a list of images, got ${show(images)}`);
  }
  const all = Array.from(images);
  const given: (string | number)[] =
    typeof labels === 'object' && labels !== null ? Array.from<string | number>(labels) : [];
  if (all.length === 0 || given.length !== all.length) {
    throw new ArgumentError(WHERE, `expected images and a label for each, got ${all.length} and ${given.length}`);
  }
  const named = given.every((label) => typeof label === 'string');
  const names = read.classes ?? (named ? [...new Set(given as string[])].sort() : undefined);
  const indices = given.map((label, i) => {
    const index = typeof label === 'string' && names ? names.indexOf(label) : label;
    if (typeof index === 'number' && index >= 0) return index;
    throw new ArgumentError(WHERE, `expected labels of ${show(names ?? 'one kind')}, got ${show(label)} at ${i}`);
  });

  const channels = gray ? 1 : 3;
  let [height, width] = size ?? [0, 0];
  let inputs = new Float32Array(0);
  for (const [i, source] of all.entries()) {
    const image = pixelsOf(await imageData(source, i), gray);
    if (i === 0) {
      if (!size) [height, width] = [image.height, image.width];
      inputs = new Float32Array(all.length * channels * height * width);
    }
    if (!size && (image.height !== height || image.width !== width)) {
      const got = `got ${image.height} and ${image.width} at ${i}; the option size resizes them`;
      throw new FormatError(WHERE, `expected images of one size, ${height} high and ${width} wide, ${got}`);
    }
    const values = resize(image.values, [channels, image.height, image.width], [height, width]);
    inputs.set(values, i * values.length);
  }
  return new Dataset(inputs, [channels, height, width], indices, names);
}

/** Its pixels, red, green, blue and opacity. */
async function imageData(source: ImageSource, index: number): Promise<ImageData> {
  if (isData(source)) return source;
  if (typeof createImageBitmap === 'undefined') {
    throw new ArgumentError(WHERE, `expected ImageData outside of a page, got ${show(source)} at ${index}`);
  }
  const isFile = source instanceof Blob;
  const bitmap = await createImageBitmap(source, { premultiplyAlpha: 'none' }).catch((error) => {
    const what = isFile && 'name' in source ? ` (${show(source.name)})` : '';
    const detail = `expected an image that the browser can read, got ${show(source)} at ${index}${what}: ${error.message}`;
    throw isFile ? new FormatError(WHERE, detail) : new ArgumentError(WHERE, detail);
  });
  const { width, height } = bitmap;
  const canvas = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  if (!canvas) throw new ArgumentError(WHERE, 'expected a browser that draws into an OffscreenCanvas');
  canvas.drawImage(bitmap, 0, 0);
  bitmap.close();
  return canvas.getImageData(0, 0, width, height);
}

/** ImageData, or an object of its kind, of whatever realm. */
function isData(source: unknown): source is ImageData {
  const { data, width, height } = (source ?? {}) as Partial<ImageData>;
  return ArrayBuffer.isView(data) && data.length === 4 * (width ?? 0) * (height ?? 0);
}

function pixelsOf({ data, width, height }: ImageData, gray: boolean): Image {
  const { image, set } = emptyImage(width, height, gray, 255);
  for (let p = 0; p < width * height; p++) {
    set(p, data[4 * p], data[4 * p + 1], data[4 * p + 2], data[4 * p + 3] / 255);
  }
  return image;
}
