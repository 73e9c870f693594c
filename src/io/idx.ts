import { isTyped } from '../autograd/storage.js';
import { ArgumentError, FormatError, show } from '../errors.js';
import { type Shape, showShape, sizeOf } from '../shape.js';

/** The contents of an IDX file. */
export interface IdxFile {
  shape: Shape;
  /** Unsigned bytes, or integers of 32 bits; row-major. */
  data: Uint8Array | Int32Array;
}

/** Two zeros, the type of the numbers, the number of axes. */
const HEAD = 4;
/** Bytes of a number, by its type. */
const BYTES: Record<number, number> = { 8: 1, 12: 4 };

/**
 * Reads the bytes of an IDX file (LeCun, Cortes, Burges): four bytes (0, 0, the type, the number of axes), the length of
 * each axis in four bytes with the highest first, then the numbers, which have their highest byte first, too.
 * @param where what errors name, such as the file
 * @returns of bytes a view, not a copy
 * @throws FormatError for bytes that are no IDX file of unsigned bytes (type 8) or integers of 32 bits (type 12), or
 * too few or too many of them
 */
export function readIdx(bytes: Uint8Array, where = 'readIdx'): IdxFile {
  if (!isTyped(bytes, 'Uint8Array')) throw new ArgumentError(where, `expected a Uint8Array, got ${show(bytes)}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const bad = (expected: string) => new FormatError(where, `expected ${expected}`);
  if (bytes.length < HEAD || bytes[0] !== 0 || bytes[1] !== 0) {
    throw bad(`an IDX file, two zero bytes first, got ${bytes.length} other bytes`);
  }
  const step = BYTES[bytes[2]];
  if (!step) {
    const got = bytes[2].toString(16).padStart(2, '0');
    throw bad(`unsigned bytes, type 0x08, or integers of 32 bits, type 0x0c, got type 0x${got}`);
  }
  const start = HEAD + 4 * bytes[3];
  if (bytes.length < start) throw bad(`a header of ${start} bytes, got ${bytes.length}`);
  const shape = Array.from({ length: bytes[3] }, (_, axis) => view.getUint32(HEAD + 4 * axis));
  const size = sizeOf(shape);
  if (bytes.length !== start + step * size) {
    throw bad(`${size} numbers for the shape ${showShape(shape)}, got ${(bytes.length - start) / step}`);
  }
  if (step === 1) return { shape, data: bytes.subarray(start) };
  return { shape, data: Int32Array.from({ length: size }, (_, i) => view.getInt32(start + step * i)) };
}
