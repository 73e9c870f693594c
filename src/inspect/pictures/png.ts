import type { Picture } from './picture.js';

// PNG (https://www.w3.org/TR/png-3/) of 8 bits a sample with opacity. Where zlib is to be had it packs a picture in a quarter
// of the time that a package in JavaScript takes.

export const PNG_SIGNATURE = [137, 80, 78, 71, 13, 10, 26, 10];

/** Packs bytes as zlib does. */
export type Deflate = (bytes: Uint8Array) => Uint8Array;

/** A picture as the bytes of a PNG file. */
export function writePng(picture: Picture, deflate: Deflate): Uint8Array {
  return joined([pngStart(picture), pngChunk('IDAT', pngData(picture, deflate)), pngChunk('IEND')]);
}

/** What stands before the pixels: the signature and the header. */
export function pngStart({ width, height }: Picture): Uint8Array {
  // 8 bits, color type 6 (red, green, blue, opacity), and the only compression, the only filters, no interlacing.
  const header = pngChunk('IHDR', words(width, height), Uint8Array.of(8, 6, 0, 0, 0));
  return joined([Uint8Array.from(PNG_SIGNATURE), header]);
}

/** The pixels, packed; each row begins with the number of its filter, 0 for none, as flat colors need none. */
export function pngData({ width, height, data }: Picture, deflate: Deflate): Uint8Array {
  const rows = new Uint8Array(height * (1 + 4 * width));
  for (let y = 0; y < height; y++) rows.set(data.subarray(4 * y * width, 4 * (y + 1) * width), y * (1 + 4 * width) + 1);
  return deflate(rows);
}

/** Length, type, content and checksum. */
export function pngChunk(type: string, ...content: Uint8Array[]): Uint8Array {
  const body = joined([Uint8Array.from(type, (letter) => letter.charCodeAt(0)), ...content]);
  return joined([words(body.length - 4), body, words(crc32(body))]);
}

/** Integers of 4 bytes, big-endian. */
export function words(...values: number[]): Uint8Array {
  return Uint8Array.from(values.flatMap((value) => [value >>> 24, value >>> 16, value >>> 8, value]));
}

export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** Remainders of each byte, for `crc32`. */
const REMAINDERS = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  return crc;
});

/** CRC-32, as PNG has it. Node's own came only with Node 20.15. */
export function crc32(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) crc = (crc >>> 8) ^ REMAINDERS[(crc ^ byte) & 255];
  return ~crc >>> 0;
}
