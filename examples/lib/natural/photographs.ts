/** Photographs of one's own, to take patches from. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Image } from '../../../src/data/image.js';
import { resize } from '../../../src/data/resize.js';
import { ArgumentError } from '../../../src/index.js';
import { JPEG_SIGNATURE, jpegReader } from '../../../src/node/jpeg.js';
import { readPng } from '../../../src/node/png.js';

/** The longer side in pixels, at most: what a camera's sensor blurs and a JPEG rounds becomes smaller than a pixel. */
const LONGEST = 640;
/** They are the user's own, and a camera's are large. */
const MOST_BYTES = 2 ** 30;

/**
 * The PNG and JPEG images in a folder and its subfolders, in the order of their names, in color; large ones are shrunk to 640 pixels.
 * @throws ArgumentError for a folder without any; FormatError for an image that is damaged
 */
export async function loadPhotographs(folder: string): Promise<Image[]> {
  const names = await readdir(folder, { recursive: true }).catch((error: Error) => {
    throw new ArgumentError('--photos', `cannot read the folder '${folder}' (${error.message})`);
  });
  const files = names.filter((name) => /\.(png|jpe?g)$/i.test(name)).sort();
  if (files.length === 0) throw new ArgumentError('--photos', `expected PNG or JPEG images in '${folder}', got none`);
  const readJpeg = await jpegReader('--photos');
  const images: Image[] = [];
  for (const name of files) {
    const bytes = await readFile(join(folder, name));
    const isJpeg = JPEG_SIGNATURE.every((byte, i) => bytes[i] === byte);
    const { values, height, width } = isJpeg
      ? readJpeg(name, bytes, false, MOST_BYTES)
      : readPng(name, bytes, false, MOST_BYTES);
    const factor = Math.min(1, LONGEST / Math.max(height, width));
    const [newHeight, newWidth] = [height, width].map((side) => Math.round(side * factor));
    images.push({
      values: resize(values, [3, height, width], [newHeight, newWidth]),
      height: newHeight,
      width: newWidth,
    });
  }
  return images;
}
