import { ArgumentError, FormatError, show } from '../errors.js';
import { type Shape, showShape, sizeOf } from '../shape.js';

/** The contents of an IDX file. */
export interface IdxFile {
  shape: Shape;
  /** Unsigned bytes, row-major. */
  data: Uint8Array;
}

/** Two zeros, the type of the numbers, the number of axes. */
const HEAD = 4;
const UNSIGNED_BYTE = 0x08;

/**
 * Reads the bytes of an IDX file (LeCun, Cortes, Burges): four bytes (0, 0, the type, the number of axes), the length of
 * each axis in four bytes with the highest first, then the numbers.
 * @param where what errors name, such as the file
 * @returns a view of the bytes, not a copy
 * @throws FormatError for bytes that are no IDX file of unsigned bytes, or too few or too many
 */
export function readIdx(bytes: Uint8Array, where = 'readIdx'): IdxFile {
  if (!(bytes instanceof Uint8Array)) throw new ArgumentError(where, `expected a Uint8Array, got ${show(bytes)}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < HEAD || bytes[0] !== 0 || bytes[1] !== 0) {
    throw new FormatError(where, `expected an IDX file, two zero bytes first, got ${bytes.length} other bytes`);
  }
  const [, , type, axes] = bytes;
  if (type !== UNSIGNED_BYTE) {
    const got = type.toString(16).padStart(2, '0');
    throw new FormatError(where, `expected unsigned bytes, type 0x08, got type 0x${got}`);
  }
  const start = HEAD + 4 * axes;
  if (bytes.length < start) throw new FormatError(where, `expected a header of ${start} bytes, got ${bytes.length}`);
  const shape = Array.from({ length: axes }, (_, axis) => view.getUint32(HEAD + 4 * axis));
  const data = bytes.subarray(start);
  const count = sizeOf(shape);
  if (data.length !== count) {
    throw new FormatError(where, `expected ${count} numbers for the shape ${showShape(shape)}, got ${data.length}`);
  }
  return { shape, data };
}
