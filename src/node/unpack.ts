import { promisify } from 'node:util';
import { gunzip, inflateSync } from 'node:zlib';
import { checkNumber, FormatError } from '../errors.js';

/** The option of everything that reads files which hold more than they weigh. */
export interface UnpackOptions {
  /**
   * The most bytes that the contents of one file may take: packed data are refused before they fill the memory. Raise it
   * for files that you trust.
   * @default 64 MB, or 200 times the file's size where that is more
   */
  maxBytes?: number;
}

const LEAST = 64_000_000;
const RATIO = 200;

/** The most bytes that deflate, the packing of PNG and gzip, makes of one: a repeat of 258 bytes takes 2 bits. */
export const DEFLATE_RATIO = 1032;

/** Throws unless the option is a number of bytes. */
export function checkMaxBytes(where: string, maxBytes: number | undefined): void {
  if (maxBytes !== undefined) checkNumber(where, 'maxBytes', maxBytes, { least: 1 });
}

/** The most bytes that the contents of a file of this size may take. */
export function mostBytes(size: number, maxBytes = Math.max(LEAST, RATIO * size)): number {
  return maxBytes;
}

/** The error for contents beyond the limit. */
export function tooLarge(where: string, what: string, most: number): FormatError {
  const megabytes = `${(most / 1e6).toLocaleString('en', { maximumSignificantDigits: 3 })} MB`;
  return new FormatError(where, `${what} more than the limit of ${megabytes}; raise it with the option maxBytes`);
}

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
