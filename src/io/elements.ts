import type { DType } from '../autograd/storage.js';
import { FormatError } from '../errors.js';

/** How a number of each type is read from a DataView; the halves as their bits. */
export const ELEMENTS = {
  F64: 'Float64',
  F32: 'Float32',
  F16: 'Uint16',
  BF16: 'Uint16',
  I64: 'BigInt64',
  U64: 'BigUint64',
  I32: 'Int32',
  U32: 'Uint32',
  I16: 'Int16',
  U16: 'Uint16',
  I8: 'Int8',
  U8: 'Uint8',
  BOOL: 'Uint8',
} as const;
/** The type of the numbers in a file, as safetensors name it. */
export type Element = keyof typeof ELEMENTS;

/** Bytes that a number takes. */
export function bytesOf(type: Element): number {
  return Number(/\d+/.exec(ELEMENTS[type])) / 8;
}

/** The first type of tensors that holds each value of the type. */
export function dtypeOf(type: Element): DType {
  return type === 'F32' || bytesOf(type) < 4 ? 'float32' : 'float64';
}

/**
 * What reads a number of the type at a byte.
 * @param where what errors name
 * @param what the numbers, for the error about a whole one beyond 2^53 that float64 does not hold
 */
export function elementReader(
  where: string,
  what: string,
  view: DataView,
  type: Element,
  littleEndian = true,
): (byte: number) => number {
  const read = `get${ELEMENTS[type]}` as const;
  return (byte) => {
    const value = view[read](byte, littleEndian);
    const number = type === 'F16' ? half(value as number) : type === 'BF16' ? bfloat(value as number) : Number(value);
    if (typeof value !== 'bigint' || BigInt(number) === value) return number;
    throw new FormatError(where, `${what} holds ${value}, beyond 2^53`);
  };
}

const word = new DataView(new ArrayBuffer(4));

/** Sign, 5 bits of exponent and 10 of fraction (IEEE 754), moved to where a float32 has them; its bias is 112 more. */
function half(bits: number): number {
  word.setUint32(0, (bits & 0x7fff) << 13);
  const value = word.getFloat32(0) * 2 ** 112;
  return (bits >> 15 ? -1 : 1) * (value < 2 ** 16 ? value : value > 2 ** 16 ? Number.NaN : Infinity);
}

/** The upper half of a float32. */
function bfloat(bits: number): number {
  word.setUint16(0, bits);
  return word.getFloat32(0);
}
