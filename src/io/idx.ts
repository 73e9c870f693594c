import { ArgumentError, FormatError, show } from '../errors.js';
import { type Shape, showShape, sizeOf } from '../shape.js';

/** What an IDX file holds: unsigned bytes, row-major. */
export interface IdxFile {
  shape: Shape;
  data: Uint8Array;
}

/** Two zeros, the type of the numbers, the number of axes. */
const HEAD = 4;
const UNSIGNED_BYTE = 0x08;

/**
 * Reads the bytes of an IDX file (LeCun, Cortes, Burges): four bytes (0, 0, the type, the number of axes), the length of
 * each axis in four bytes with the highest first, then the numbers.
 * @param where what an error names, such as the file
 * @throws FormatError for bytes that are no IDX file of unsigned bytes, or too few or too many of them
 */
export function readIdx(bytes: Uint8Array, where = 'readIdx'): IdxFile {
  if (!(bytes instanceof Uint8Array)) throw new ArgumentError(where, `expected a Uint8Array, got ${show(bytes)}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < HEAD || bytes[0] !== 0 || bytes[1] !== 0) {
    throw new FormatError(
      where,
      `expected an IDX file, two zero bytes first, got ${bytes.length} bytes of another kind`,
    );
  }
  if (bytes[2] !== UNSIGNED_BYTE) {
    throw new FormatError(
      where,
      `expected unsigned bytes, type 0x08, got type 0x${bytes[2].toString(16).padStart(2, '0')}`,
    );
  }
  const axes = bytes[3];
  const start = HEAD + 4 * axes;
  if (bytes.length < start) throw new FormatError(where, `expected a header of ${start} bytes, got ${bytes.length}`);
  const shape = Array.from({ length: axes }, (_, axis) => view.getUint32(HEAD + 4 * axis));
  if (bytes.length !== start + sizeOf(shape)) {
    throw new FormatError(
      where,
      `expected ${sizeOf(shape)} numbers for the shape ${showShape(shape)}, got ${bytes.length - start}`,
    );
  }
  return { shape, data: bytes.subarray(start) };
}
