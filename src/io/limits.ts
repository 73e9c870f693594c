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
