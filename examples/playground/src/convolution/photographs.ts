/** Photographs as square gray images: those that the page has, and those of a visitor's own. The browser decodes them. */
import { emptyImage } from '../../../../src/data/image.js';
import { resize } from '../../../../src/data/resize.js';
import { LARGEST_SIDE, type PhotographName } from './choices.js';
import { ImageError, LEAST_SIDE, MOST_MEGABYTES, MOST_MEGAPIXELS } from './image-trouble.js';
import type { GrayImage } from './walk.js';

/** The browser shrinks to so many pixels along a side, and `resize`, which averages, the rest. */
const BETWEEN = 1024;
const WHITE = 255;

/** One of the photographs that stand beside the page. */
export async function loadPhotograph(name: PhotographName): Promise<GrayImage> {
  const response = await fetch(new URL(`photographs/${name}.webp`, document.baseURI)).catch(() => null);
  if (!response?.ok) throw new ImageError('unloaded');
  return readPhotograph(await response.blob());
}

/**
 * The square in the middle of an image file, in gray: 0.299 red + 0.587 green + 0.114 blue, what is transparent on white.
 * It has at most `LARGEST_SIDE` pixels along a side; smaller ones stay as they are.
 * @throws ImageError
 */
export async function readPhotograph(file: Blob): Promise<GrayImage> {
  if (file.size > MOST_MEGABYTES * 1e6) throw new ImageError('tooLarge');
  const bitmap = await createImageBitmap(file).catch(() => {
    throw new ImageError(/^(image\/|$)/.test(file.type) ? 'unreadable' : 'noImage');
  });
  try {
    const { width, height } = bitmap;
    if (width * height > MOST_MEGAPIXELS * 1e6) throw new ImageError('tooLarge');
    const side = Math.min(width, height);
    if (side < LEAST_SIDE) throw new ImageError('tooSmall');
    const drawn = Math.min(side, BETWEEN);
    const canvas = document.createElement('canvas');
    canvas.width = drawn;
    canvas.height = drawn;
    const context = canvas.getContext('2d', { willReadFrequently: true })!;
    context.imageSmoothingQuality = 'high';
    context.drawImage(bitmap, (width - side) >> 1, (height - side) >> 1, side, side, 0, 0, drawn, drawn);
    return grayOf(context.getImageData(0, 0, drawn, drawn));
  } finally {
    bitmap.close();
  }
}

/** A square of pixels as the laboratory takes them: whole numbers from 0 to 255. */
export function grayOf({ data, width: side }: Pick<ImageData, 'data' | 'width'>): GrayImage {
  const { image, set } = emptyImage(side, side, true, WHITE);
  for (let p = 0; p < side * side; p++) {
    set(p, data[4 * p], data[4 * p + 1], data[4 * p + 2], data[4 * p + 3] / WHITE);
  }
  const size = Math.min(side, LARGEST_SIDE);
  const values = resize(image.values, [1, side, side], [size, size]);
  return { values: values.map((value) => Math.round(WHITE * value)), size, white: WHITE };
}
