import { deflateSync } from 'node:zlib';
import type { Picture } from '../inspect/pictures/picture.js';
import { crc32, PNG_SIGNATURE } from './png.js';

// PNG (https://www.w3.org/TR/png-3/) of 8 bits a sample with opacity. Node's zlib packs a picture in a quarter of the time
// that a package in JavaScript takes.

/** A picture as the bytes of a PNG file. */
export function writePng(picture: Picture): Uint8Array {
  return Buffer.concat([pngStart(picture), pngChunk('IDAT', pngData(picture)), pngChunk('IEND')]);
}

/** What stands before the pixels: the signature and the header. */
export function pngStart({ width, height }: Picture): Uint8Array {
  // 8 bits, color type 6 (red, green, blue, opacity), and the only compression, the only filters, no interlacing.
  return Buffer.concat([
    Uint8Array.from(PNG_SIGNATURE),
    pngChunk('IHDR', words(width, height), Uint8Array.of(8, 6, 0, 0, 0)),
  ]);
}

/** The pixels, packed; each row begins with the number of its filter, 0 for none, as flat colors need none. */
export function pngData({ width, height, data }: Picture): Uint8Array {
  const rows = Buffer.alloc(height * (1 + 4 * width));
  for (let y = 0; y < height; y++) rows.set(data.subarray(4 * y * width, 4 * (y + 1) * width), y * (1 + 4 * width) + 1);
  return deflateSync(rows);
}

/** Length, type, content and checksum. */
export function pngChunk(type: string, ...content: Uint8Array[]): Uint8Array {
  const body = Buffer.concat([Buffer.from(type), ...content]);
  return Buffer.concat([words(body.length - 4), body, words(crc32(body))]);
}

/** Integers of 4 bytes, big-endian. */
export function words(...values: number[]): Uint8Array {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [i, value] of values.entries()) bytes.writeUInt32BE(value, 4 * i);
  return bytes;
}
