import { type FloatArray, isTyped } from '../autograd/storage.js';

/** The bytes of some numbers, little-endian whatever the machine is. */
export function littleEndian(numbers: FloatArray): Uint8Array {
  const bytes = new Uint8Array(numbers.byteLength);
  const view = new DataView(bytes.buffer);
  const double = isTyped(numbers, 'Float64Array');
  for (let i = 0; i < numbers.length; i++) {
    if (double) view.setFloat64(8 * i, numbers[i], true);
    else view.setFloat32(4 * i, numbers[i], true);
  }
  return bytes;
}
