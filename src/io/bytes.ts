import { type FloatArray, isTyped } from '../autograd/storage.js';

/** The bytes of numbers, little-endian on every machine. */
export function littleEndian(numbers: FloatArray): Uint8Array {
  const bytes = new Uint8Array(numbers.byteLength);
  const view = new DataView(bytes.buffer);
  const write = isTyped(numbers, 'Float64Array') ? 'setFloat64' : 'setFloat32';
  for (let i = 0; i < numbers.length; i++) view[write](numbers.BYTES_PER_ELEMENT * i, numbers[i], true);
  return bytes;
}
