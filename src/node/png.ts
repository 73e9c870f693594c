import type { DecodedPng } from 'fast-png';
import { FormatError, optional } from '../errors.js';

/** An image as numbers from 0 to 1. */
export interface Image {
  /** [1, height, width] when gray, else [3, height, width], row-major. */
  values: Float32Array;
  height: number;
  width: number;
}

/** The weights of red, green and blue (ITU-R BT.601). */
const LUMINANCE = [0.299, 0.587, 0.114];

/**
 * Gives a function that decodes a PNG of any kind, with the package fast-png: gray, color or palette, 1 to 16 bits, on a
 * white background. It throws a FormatError, with the place given, for bytes that are no PNG, or a damaged one.
 * @param gray whether colors become one channel
 */
export async function pngReader(where: string, gray: boolean): Promise<(bytes: Uint8Array, place: string) => Image> {
  const codec = await optional(where, 'fast-png', () => import('fast-png'));
  return (bytes, place) => readPng(codec, bytes, place, gray);
}

type Codec = typeof import('fast-png');

function readPng({ decode, convertIndexedToRgb }: Codec, bytes: Uint8Array, where: string, gray: boolean): Image {
  let png: DecodedPng;
  try {
    png = decode(bytes, { checkCrc: true });
    if (png.channels === 1 && (png.palette || png.depth < 8)) {
      const palette = png.palette ?? grays(png);
      png = { ...png, depth: 8, channels: palette[0].length, data: convertIndexedToRgb({ ...png, palette }) };
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new FormatError(where, `expected a PNG image, got ${bytes.length} bytes that are not one (${reason})`);
  }
  const { width, height, data, channels, depth, transparency } = png;
  if (!(width > 0 && height > 0)) throw new FormatError(where, `expected an image, got one of ${width} x ${height}`);
  const most = 2 ** depth - 1;
  const colors = channels < 3 ? 1 : 3;
  const size = height * width;
  const values = new Float32Array((gray ? 1 : 3) * size);
  const key = transparency?.length === channels ? transparency : null;
  for (let p = 0, at = 0; p < size; p++, at += channels) {
    const hidden = key?.every((value, c) => value === data[at + c]);
    const opacity = hidden ? 0 : channels > colors ? data[at + colors] / most : 1;
    const red = 1 - opacity + (opacity * data[at]) / most;
    const green = colors === 1 ? red : 1 - opacity + (opacity * data[at + 1]) / most;
    const blue = colors === 1 ? red : 1 - opacity + (opacity * data[at + 2]) / most;
    if (!gray) {
      values[p] = red;
      values[size + p] = green;
      values[2 * size + p] = blue;
    } else if (red === green && green === blue) values[p] = red;
    else values[p] = LUMINANCE[0] * red + LUMINANCE[1] * green + LUMINANCE[2] * blue;
  }
  return { values, height, width };
}

/** The gray values of an image of less than 8 bits, as the palette that it is without; one of them may be transparent. */
function grays({ depth, transparency }: DecodedPng): number[][] {
  const most = 2 ** depth - 1;
  return Array.from({ length: most + 1 }, (_, level) => {
    const value = (255 * level) / most;
    return [value, value, value, transparency?.[0] === level ? 0 : 255];
  });
}
