import { bytesOfImage, emptyImage, type Image } from '../data/image.js';
import { FormatError, optional } from '../errors.js';
import { mostBytes, tooLarge } from '../io/limits.js';

/** The first bytes of each JPEG. */
export const JPEG_SIGNATURE = [255, 216, 255];

/** Pixels of which a byte can tell: a block of 8 x 8 takes at least one bit. */
const PIXELS_A_BYTE = 8 * 64;

export type ReadJpeg = (where: string, bytes: Uint8Array, gray: boolean, maxBytes?: number) => Image;

/**
 * Gives a function that decodes a JPEG, baseline or progressive, with the package jpeg-js.
 * @throws ArgumentError when it is not installed; what it gives throws a FormatError for bytes that are no JPEG or a
 * damaged one, and for an image beyond the limit
 */
export async function jpegReader(where: string): Promise<ReadJpeg> {
  const { default: codec } = await optional(where, 'jpeg-js', () => import('jpeg-js'));
  return (place, bytes, gray, maxBytes) => {
    const most = mostBytes(bytes.length, maxBytes);
    try {
      const { width, height, scans } = frameOf(bytes);
      if (!(width > 0 && height > 0)) throw new Error(`${width} x ${height} pixels`);
      // Each scan goes through all pixels: many of them in a small file would only take time.
      if (width * height * Math.max(1, scans / 8) > PIXELS_A_BYTE * bytes.length) {
        throw new Error(`${width} x ${height} pixels in ${scans} scans cannot be in ${bytes.length} bytes`);
      }
      if (bytesOfImage(width, height, gray) > most)
        throw tooLarge(place, `an image of ${width} x ${height} pixels takes`, most);
      const options = { useTArray: true, tolerantDecoding: false, maxResolutionInMP: Infinity } as const;
      const { data, ...size } = codec.decode(bytes, { ...options, maxMemoryUsageInMB: most / 2 ** 20 });
      if (size.width !== width || size.height !== height) throw new Error('it has two headers');
      const { image, set } = emptyImage(width, height, gray, 255);
      for (let p = 0; p < width * height; p++) set(p, data[4 * p], data[4 * p + 1], data[4 * p + 2], 1);
      return image;
    } catch (error) {
      if (error instanceof FormatError) throw error;
      const message = error instanceof Error ? error.message : String(error);
      if (message.startsWith('maxMemoryUsageInMB')) throw tooLarge(place, 'decoding the image takes', most);
      throw new FormatError(place, `expected a JPEG image, got ${bytes.length} bytes that are not one (${message})`);
    }
  };
}

/** The size in the frame's header, the first marker SOF, and the number of scans, the markers SOS. */
function frameOf(bytes: Uint8Array): { width: number; height: number; scans: number } {
  let [width, height, scans] = [0, 0, 0];
  for (let at = 2; at + 9 < bytes.length; at++) {
    if (bytes[at] !== 255) continue;
    const marker = bytes[at + 1];
    if (marker === 0xda) scans++;
    if (marker >= 0xc0 && marker <= 0xc2 && width === 0) {
      height = bytes[at + 5] * 256 + bytes[at + 6];
      width = bytes[at + 7] * 256 + bytes[at + 8];
    }
    // Segments in front of the first scan are passed over by their lengths, with what may look like markers in them.
    if (scans === 0 && marker >= 0xc0 && marker < 255) at += 1 + bytes[at + 2] * 256 + bytes[at + 3];
  }
  return { width, height, scans };
}
