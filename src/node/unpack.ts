import { promisify } from 'node:util';
import { gunzip, inflateSync } from 'node:zlib';
import { FormatError } from '../errors.js';
import { tooLarge } from '../io/limits.js';

/** The most bytes that deflate, the packing of PNG and gzip, makes of one: a repeat of 258 bytes takes 2 bits. */
export const DEFLATE_RATIO = 1032;

/**
 * What a gzip file holds.
 * @param most the most bytes that its contents may take, with the float32 number that is made of each byte
 * @throws FormatError for a damaged one, and for contents beyond that, which are not unpacked further
 */
export async function unpackGzip(where: string, bytes: Uint8Array, most: number): Promise<Uint8Array> {
  const maxOutputLength = Math.ceil(most / 5);
  return promisify(gunzip)(bytes, { maxOutputLength }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ERR_BUFFER_TOO_LARGE')
      throw tooLarge(where, `numbers in ${bytes.length} bytes of gzip take`, most);
    throw new FormatError(where, `expected a whole gzip file, got a damaged one (${error.message})`);
  });
}

/**
 * What a zlib stream holds, `size` bytes at the most, in one piece of memory; its checksum is checked.
 * @throws an error of Node's
 */
export function unpackZlib(bytes: Uint8Array, size: number): Uint8Array {
  return inflateSync(bytes, { maxOutputLength: size, chunkSize: Math.max(64, size + 1) });
}
