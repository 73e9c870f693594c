import { tensor } from '../autograd/create.js';
import { isTyped, newArray } from '../autograd/storage.js';
import { Tensor } from '../autograd/tensor.js';
import { ArgumentError, FormatError, show } from '../errors.js';
import { littleEndian } from '../io/bytes.js';
import { bytesOf, dtypeOf, type Element, elementReader } from '../io/elements.js';
import { eachPlace } from '../io/strided.js';
import { type Shape, sizeOf, stridesOf } from '../shape.js';

// The format (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html): 6 bytes of a name, a version, the length of
// the header in 2 bytes (4 from version 2 on); the header, a dict as Python writes it; then the numbers.

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
/** The numbers begin at a multiple of it. */
const ALIGNMENT = 64;

const ELEMENTS: Readonly<Record<string, Element>> = {
  f8: 'F64',
  f4: 'F32',
  f2: 'F16',
  i8: 'I64',
  u8: 'U64',
  i4: 'I32',
  u4: 'U32',
  i2: 'I16',
  u2: 'U16',
  i1: 'I8',
  u1: 'U8',
  b1: 'BOOL',
};

/**
 * Reads the bytes of a `.npy` file, which `numpy.save` wrote. Float16, bool and whole numbers of 8 and 16 bits become float32, those
 * of 32 and 64 bits float64, each exactly; numbers in either byte order and in Fortran's order become row-major.
 * @param where what errors name, such as the file
 * @throws FormatError when the bytes are not one: cut off, other element types, objects (which are pickles), text, whole
 * numbers beyond 2^53
 */
export function readNpy(bytes: Uint8Array, where = 'readNpy'): Tensor {
  if (!isTyped(bytes, 'Uint8Array')) throw new ArgumentError(where, `expected a Uint8Array, got ${show(bytes)}`);
  const { element, step, isLittle, isFortran, shape, start } = readHeader(where, bytes);
  const size = sizeOf(shape);
  if (size * step !== bytes.length - start) {
    throw new FormatError(
      where,
      `expected ${size * step} bytes for the shape ${show(shape)}, got ${bytes.length - start}`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const dtype = dtypeOf(element);
  const array = newArray(dtype, size);
  const read = elementReader(where, 'it', view, element, isLittle);
  // In Fortran's order the first axis is the fastest.
  const strides = isFortran ? stridesOf([...shape].reverse()).reverse() : stridesOf(shape);
  eachPlace({ shape, strides }, (place, i) => {
    array[i] = read(start + place * step);
  });
  return tensor(array, { shape, dtype });
}

function readHeader(where: string, bytes: Uint8Array) {
  const bad = (detail: string) => new FormatError(where, `expected a .npy file, got ${detail}`);
  if (!MAGIC.every((byte, i) => bytes[i] === byte)) throw bad(`${bytes.length} bytes that do not begin like one`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const major = bytes[6];
  const from = major === 1 ? 10 : 12;
  if (bytes.length < from || major < 1 || major > 3) throw bad(`one of version ${major}, or cut off`);
  const start = from + (major === 1 ? view.getUint16(8, true) : view.getUint32(8, true));
  if (start > bytes.length) throw bad(`one cut off within its header of ${start} bytes`);
  const header = new TextDecoder().decode(bytes.subarray(from, Math.min(start, from + 10_000)));
  const field = (name: string, pattern: string) =>
    new RegExp(`^\\s*\\{(?:[^{}]*,)?\\s*'${name}'\\s*:\\s*${pattern}\\s*[,}]`).exec(header)?.[1];
  const description = field('descr', "('[^']*'|\\[[^]*\\])");
  const order = field('fortran_order', '(True|False)');
  const axes = field('shape', '\\(([\\d\\s,]*)\\)');
  if (description === undefined || order === undefined || axes === undefined) throw bad(`the header ${show(header)}`);
  const [, byteOrder, kind] = /^'([<>|=])(\w+)'$/.exec(description) ?? [];
  if (kind === undefined || !Object.hasOwn(ELEMENTS, kind)) {
    const got = description.startsWith('[') ? 'records' : description;
    const objects = kind === 'O' ? ' (Python objects, which are a pickle)' : '';
    throw new FormatError(where, `expected numbers of type ${Object.keys(ELEMENTS).join(', ')}, got ${got}${objects}`);
  }
  const shape = (axes.match(/\d+/g) ?? []).map(Number);
  if (!shape.every(Number.isSafeInteger)) throw bad(`the shape ${show(shape)}`);
  const element = ELEMENTS[kind];
  return { element, step: bytesOf(element), isLittle: byteOrder !== '>', isFortran: order === 'True', shape, start };
}

/**
 * The bytes of a `.npy` file, which `numpy.load` opens: row-major, little-endian.
 * @param value float32 or float64
 */
export function writeNpy(value: Tensor): Uint8Array {
  if (!(value instanceof Tensor)) throw new ArgumentError('writeNpy', `expected a tensor, got ${show(value)}`);
  const { dtype, shape, storage } = value;
  const text = `{'descr': '${dtype === 'float32' ? '<f4' : '<f8'}', 'fortran_order': False, 'shape': ${python(shape)}, }`;
  const length = ALIGNMENT * Math.ceil((10 + text.length + 1) / ALIGNMENT);
  const numbers = littleEndian(storage.array);
  const bytes = new Uint8Array(length + numbers.length);
  bytes.set([...MAGIC, 1, 0]);
  new DataView(bytes.buffer).setUint16(8, length - 10, true);
  bytes.set(new TextEncoder().encode(`${text.padEnd(length - 11)}\n`), 10);
  bytes.set(numbers, length);
  return bytes;
}

/** A shape as a tuple. */
function python(shape: Shape): string {
  return `(${shape.join(', ')}${shape.length === 1 ? ',' : ''})`;
}
