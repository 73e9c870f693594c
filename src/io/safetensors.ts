import { tensor } from '../autograd/create.js';
import { type DType, newArray } from '../autograd/storage.js';
import { ArgumentError, FormatError, show } from '../errors.js';
import { checkStateDict, type StateDict } from '../nn/module.js';
import { showShape, sizeOf } from '../shape.js';
import { littleEndian } from './bytes.js';

// The format (https://github.com/huggingface/safetensors): 8 bytes with the header's length, little-endian; the header,
// JSON: { name: { dtype, shape, data_offsets: [begin, end] }, __metadata__: { string: string } }; then the numbers,
// little-endian and row-major, with no gaps.

const LENGTH_BYTES = 8;
/** The reference implementation's limit: a longer header is refused before it is read. */
const LONGEST_HEADER = 100_000_000;
const DTYPES: Record<DType, string> = { float32: 'F32', float64: 'F64' };

interface Kind {
  dtype: DType;
  bytes: number;
  read: (view: DataView, at: number) => number;
}

/** The types that are read. Integers become float64: PyTorch keeps the count of a batch norm's batches as I64. */
const KINDS = new Map<unknown, Kind>([
  ['F32', { dtype: 'float32', bytes: 4, read: (view, at) => view.getFloat32(at, true) }],
  ['F64', { dtype: 'float64', bytes: 8, read: (view, at) => view.getFloat64(at, true) }],
  ['I64', { dtype: 'float64', bytes: 8, read: (view, at) => Number(view.getBigInt64(at, true)) }],
]);

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
    end += size * KINDS.get(DTYPES[dtype])!.bytes;
    header[name] = { dtype: DTYPES[dtype], shape, data_offsets: [begin, end] };
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
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
 * Reads the bytes of a safetensors file.
 * @throws FormatError when the bytes are not one: truncated, header too long or not JSON, offsets that overlap, leave
 * gaps or do not match the shape, element types other than F32, F64 and I64
 */
export function readSafetensors(bytes: Uint8Array): SafetensorsFile {
  if (!(bytes instanceof Uint8Array)) throw new ArgumentError(WHERE, `expected a Uint8Array, got ${show(bytes)}`);
  if (bytes.length < LENGTH_BYTES) throw invalid(`expected at least ${LENGTH_BYTES} bytes, got ${bytes.length}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const headerLength = Number(view.getBigUint64(0, true));
  if (headerLength > LONGEST_HEADER || headerLength > bytes.length - LENGTH_BYTES) {
    throw invalid(`the header says that it has ${headerLength} bytes, the file has ${bytes.length}`);
  }
  const start = LENGTH_BYTES + headerLength;
  const { __metadata__: metadata = {}, ...entries } = parseHeader(bytes.subarray(LENGTH_BYTES, start));
  if (!isRecord(metadata) || !Object.values(metadata).every((value) => typeof value === 'string')) {
    throw invalid('expected __metadata__ to map strings to strings');
  }

  const described = Object.entries(entries).map(([name, entry]) => checkEntry(name, entry));
  let end = 0;
  for (const { name, offsets } of [...described].sort((a, b) => a.offsets[0] - b.offsets[0])) {
    if (offsets[0] !== end)
      throw invalid(`${show(name)} begins at ${offsets[0]}, but the one before it ends at ${end}`);
    end = offsets[1];
  }
  if (end !== bytes.length - start) {
    throw invalid(`the header describes ${end} bytes of numbers, the file has ${bytes.length - start}`);
  }
  const tensors: StateDict = Object.create(null);
  for (const { name, kind, shape, offsets } of described) {
    const { dtype, bytes: step, read } = kind;
    const from = start + offsets[0];
    const array = newArray(dtype, sizeOf(shape));
    for (let i = 0; i < array.length; i++) array[i] = read(view, from + step * i);
    tensors[name] = tensor(array, { shape, dtype });
  }
  return { tensors, metadata: metadata as Record<string, string> };
}

const WHERE = 'readSafetensors';

function invalid(detail: string): FormatError {
  return new FormatError(WHERE, detail);
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw invalid(`the header is not JSON (${error instanceof Error ? error.message : error})`);
  }
  if (!isRecord(header)) throw invalid('expected the header to be a JSON object');
  return header;
}

function checkEntry(name: string, entry: unknown) {
  const { dtype: type, shape, data_offsets: offsets } = isRecord(entry) ? entry : {};
  const kind = KINDS.get(type);
  if (!kind) throw invalid(`expected ${show(name)} to be of type F32, F64 or I64, got ${show(type)}`);
  if (!isSizes(shape)) throw invalid(`expected a shape for ${show(name)}, got ${show(shape)}`);
  if (!isSizes(offsets) || offsets.length !== 2) {
    throw invalid(`expected data_offsets [begin, end] for ${show(name)}, got ${show(offsets)}`);
  }
  const [bytes, got] = [sizeOf(shape) * kind.bytes, offsets[1] - offsets[0]];
  if (got !== bytes) {
    throw invalid(`expected ${bytes} bytes for ${show(name)}, ${type} of shape ${showShape(shape)}, got ${got}`);
  }
  return { name, kind, shape, offsets };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
}
