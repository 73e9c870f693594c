import { tensor } from '../autograd/create.js';
import { type DType, isTyped, newArray } from '../autograd/storage.js';
import { ArgumentError, FormatError, show } from '../errors.js';
import { checkStateDict, type StateDict } from '../nn/module.js';
import { sizeOf } from '../shape.js';
import { littleEndian } from './bytes.js';
import { bytesOf, dtypeOf, ELEMENTS, type Element, elementReader } from './elements.js';

// The format (https://github.com/huggingface/safetensors): 8 bytes with the header's length, little-endian; the header,
// JSON: { name: { dtype, shape, data_offsets: [begin, end] }, __metadata__: { string: string } }; then the numbers,
// little-endian and row-major, with no gaps.

const LENGTH_BYTES = 8;
/** The reference implementation's limit: a longer header is refused before it is read. */
const LONGEST_HEADER = 100_000_000;
const DTYPES: Record<DType, Element> = { float32: 'F32', float64: 'F64' };

/** The contents of a safetensors file. */
export interface SafetensorsFile {
  tensors: StateDict;
  /** Strings by key. */
  metadata: Record<string, string>;
}

/**
 * The bytes of a safetensors file, which PyTorch users open with `safetensors.torch.load_file`.
 * @param tensors float32 or float64, by key, such as `model.stateDict()`
 * @param metadata strings by key
 * @throws ArgumentError when metadata are not strings, or a tensor is named `__metadata__`
 */
export function writeSafetensors(tensors: StateDict, metadata: Record<string, string> = {}): Uint8Array {
  checkStateDict('writeSafetensors', tensors);
  if (!isRecord(metadata)) throw new ArgumentError('writeSafetensors', `expected metadata, got ${show(metadata)}`);
  for (const [key, value] of Object.entries(metadata)) {
    if (typeof value === 'string') continue;
    throw new ArgumentError('writeSafetensors', `expected metadata ${show(key)} to be a string, got ${show(value)}`);
  }
  const header: Record<string, unknown> = Object.create(null);
  if (Object.keys(metadata).length > 0) header.__metadata__ = metadata;
  let end = 0;
  for (const [name, { dtype, shape, size }] of Object.entries(tensors)) {
    if (name === '__metadata__') throw new ArgumentError('writeSafetensors', `${show(name)} is no name for a tensor`);
    const begin = end;
    end += size * bytesOf(DTYPES[dtype]);
    header[name] = { dtype: DTYPES[dtype], shape, data_offsets: [begin, end] };
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  if (json.length > LONGEST_HEADER - 8) {
    throw new ArgumentError('writeSafetensors', `names and metadata take ${json.length} bytes, more than may be read`);
  }
  const start = LENGTH_BYTES + 8 * Math.ceil(json.length / 8); // The numbers begin at a multiple of 8.
  const bytes = new Uint8Array(start + end).fill(0x20, LENGTH_BYTES, start);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(start - LENGTH_BYTES), true);
  bytes.set(json, LENGTH_BYTES);
  let at = start;
  for (const { storage } of Object.values(tensors)) {
    const numbers = littleEndian(storage.array);
    bytes.set(numbers, at);
    at += numbers.length;
  }
  return bytes;
}

/**
 * Reads the bytes of a safetensors file. F16, BF16, BOOL and whole numbers of 8 and 16 bits become float32, those of 32 and 64 bits
 * float64, each exactly.
 * @throws FormatError when the bytes are not one: of another kind, truncated, header not JSON or with a key twice, offsets
 * that overlap, leave gaps or do not match the shape, other element types, whole numbers beyond 2^53
 */
export function readSafetensors(bytes: Uint8Array): SafetensorsFile {
  if (!isTyped(bytes, 'Uint8Array')) throw new ArgumentError(WHERE, `expected a Uint8Array, got ${show(bytes)}`);
  if (bytes.length < LENGTH_BYTES) throw invalid(`expected at least ${LENGTH_BYTES} bytes, got ${bytes.length}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const headerLength = Number(view.getBigUint64(0, true));
  if (headerLength > LONGEST_HEADER || headerLength > bytes.length - LENGTH_BYTES) {
    const begin = String.fromCharCode(...bytes.subarray(0, 24)).trimStart();
    const other = OTHERS.find(([first]) => begin.startsWith(first));
    if (other) {
      const advice = 'in Python, safetensors.torch.save_file(model.state_dict(), path) writes one';
      throw invalid(`expected a safetensors file, got ${other[1]}; ${advice}`);
    }
    throw invalid(`the header says that it has ${headerLength} bytes, the file has ${bytes.length}`);
  }
  const start = LENGTH_BYTES + headerLength;
  const { __metadata__: metadata = {}, ...entries } = parseHeader(bytes.subarray(LENGTH_BYTES, start));
  if (!isRecord(metadata) || !Object.values(metadata).every((value) => typeof value === 'string')) {
    throw invalid('expected __metadata__ to map strings to strings');
  }

  const described = Object.entries(entries).map(([name, entry]) => checkEntry(name, entry));
  let end = 0;
  const inOrder = [...described].sort(({ offsets: a }, { offsets: b }) => a[0] - b[0] || a[1] - b[1]);
  for (const { name, offsets } of inOrder) {
    if (offsets[0] !== end)
      throw invalid(`${show(name)} begins at ${offsets[0]}, but the one before it ends at ${end}`);
    end = offsets[1];
  }
  if (end !== bytes.length - start) {
    throw invalid(`the header describes ${end} bytes of numbers, the file has ${bytes.length - start}`);
  }
  const tensors: StateDict = Object.create(null);
  for (const { name, type, step, shape, offsets } of described) {
    const dtype = dtypeOf(type);
    const array = newArray(dtype, sizeOf(shape));
    const read = elementReader(WHERE, show(name), view, type);
    for (let i = 0; i < array.length; i++) array[i] = read(start + offsets[0] + step * i);
    tensors[name] = tensor(array, { shape, dtype });
  }
  return { tensors, metadata: metadata as Record<string, string> };
}

const WHERE = 'readSafetensors';

function invalid(detail: string): FormatError {
  return new FormatError(WHERE, detail);
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  if (bytes[0] !== 0x7b) throw invalid('expected the header to be a JSON object that begins with {');
  let header: unknown;
  let keys = 0;
  let rest: string;
  try {
    const json = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    header = JSON.parse(json, (_, value) => {
      keys += isRecord(value) ? Object.keys(value).length : 0;
      return value;
    });
    rest = json.replace(/"(?:[^"\\]+|\\.)*"(\s*:)?/g, (_, colon) => {
      if (colon) keys--;
      return '';
    });
  } catch (error) {
    throw invalid(`the header is not JSON (${error instanceof Error ? error.message.slice(0, 200) : error})`);
  }
  // JSON.parse lets the last of two win, and takes 1.0 and 1e2 for whole numbers.
  if (keys !== 0) throw invalid('the header has a key twice');
  if (/\d[.eE]|-0/.test(rest)) throw invalid('expected the numbers in the header to be written as whole ones');
  return header as Record<string, unknown>;
}

function checkEntry(name: string, entry: unknown) {
  const { dtype: type, shape, data_offsets: offsets } = isRecord(entry) ? entry : {};
  if (!isType(type)) {
    throw invalid(`expected ${show(name)} to be of type ${Object.keys(ELEMENTS).join(', ')}, got ${show(type)}`);
  }
  const step = bytesOf(type);
  if (!isSizes(shape)) throw invalid(`expected a shape for ${show(name)}, got ${show(shape)}`);
  if (!isSizes(offsets) || offsets.length !== 2) {
    throw invalid(`expected data_offsets [begin, end] for ${show(name)}, got ${show(offsets)}`);
  }
  const bytes = shape.reduce((size, n) => (size <= Number.MAX_SAFE_INTEGER ? size * n : NaN), 1) * step;
  if (offsets[1] - offsets[0] !== bytes) {
    throw invalid(
      `expected ${bytes} bytes for ${show(name)}, shape ${show(shape)} of ${type}, got ${offsets[1] - offsets[0]}`,
    );
  }
  return { name, type, step, shape, offsets };
}

/** Files of another kind, by what they begin with: none of it is the length of a header. */
const OTHERS = [
  ['PK\x03\x04', 'a zip file, such as one of PyTorch or Keras'],
  ['\x80', 'a pickle, such as one of PyTorch'],
  ['\x89HDF', 'HDF5, such as one of Keras'],
  ['\x08', 'ONNX, it seems'],
  ['{', 'JSON'],
  ['[', 'JSON'],
  ['version https://git-lfs', 'a pointer to one, which git lfs pull fetches'],
];

function isType(type: unknown): type is Element {
  return typeof type === 'string' && Object.hasOwn(ELEMENTS, type);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
}
