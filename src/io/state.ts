import { Tensor } from '../autograd/tensor.js';
import { ArgumentError, FormatError, show } from '../errors.js';
import type { StateDict } from '../nn/module.js';
import { littleEndian } from './bytes.js';
import { readSafetensors, writeSafetensors } from './safetensors.js';

// A state is plain data with tensors anywhere in it. In the file each tensor is named by its path, such as
// `model.0.weight`; the rest is JSON in the metadata, with { $tensor: path } in place of the tensors and
// { $number: 'NaN' } in place of numbers that JSON does not have.

/**
 * The bytes of a safetensors file that holds plain data (what JSON can hold, and every number) with tensors in it. Fields that
 * are undefined are left out.
 * @param format the name of the format, which `readState` checks
 * @throws ArgumentError when two tensors have one path, such as that of `b` in `a` and that of `a.b`, and for what it cannot
 * hold: functions, dates, Maps, typed arrays, objects of a class, objects that hold themselves
 */
export function writeState(format: string, state: unknown): Uint8Array {
  const tensors: StateDict = Object.create(null);
  const json = JSON.stringify(pack(state, '', tensors));
  return writeSafetensors(tensors, { format, state: json, checksum: checksum(json, tensors) });
}

/**
 * Reads what `writeState` wrote.
 * @param format what was given to `writeState`
 * @throws FormatError when the bytes are damaged, or hold something else
 */
export function readState(format: string, bytes: Uint8Array): unknown {
  const { tensors, metadata } = readSafetensors(bytes);
  if (metadata.format !== format) {
    const got = metadata.format === undefined ? 'none, as of a model' : show(metadata.format);
    const version = /\d+$/;
    const same = metadata.format?.replace(version, '') === `${format}`.replace(version, '');
    const other = same ? ' of another version' : '';
    throw new FormatError('readState', `expected a file with the format '${format}', got ${got}${other}`);
  }
  if (typeof metadata.state !== 'string' || metadata.checksum !== checksum(metadata.state, tensors)) {
    throw new FormatError('readState', 'the file is damaged: its checksum is not that of its contents');
  }
  try {
    return unpack(JSON.parse(metadata.state), tensors);
  } catch (error) {
    // The checksum is right: somebody has written it, but `writeState` has not. Nested too deep, perhaps.
    throw new FormatError('readState', `the file holds no state (${error instanceof Error ? error.message : error})`);
  }
}

/** @param outer what holds the value */
function pack(value: unknown, path: string, tensors: StateDict, outer: readonly unknown[] = []): unknown {
  const inside = (item: unknown, key: string | number) =>
    pack(item, path === '' ? `${key}` : `${path}.${key}`, tensors, [...outer, value]);
  if (value instanceof Tensor) {
    if (path in tensors) throw new ArgumentError('writeState', `two tensors have the path ${show(path)}`);
    tensors[path] = value;
    return { $tensor: path };
  }
  if (typeof value === 'number') {
    return Number.isFinite(value) && !Object.is(value, -0)
      ? value
      : { $number: Object.is(value, -0) ? '-0' : `${value}` };
  }
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (!outer.includes(value)) {
    if (Array.isArray(value)) return Array.from(value, inside);
    if (isPlain(value) && !('$tensor' in value || '$number' in value)) {
      const fields = Object.entries(value).filter(([, item]) => item !== undefined);
      return Object.fromEntries(fields.map(([key, item]) => [key, inside(item, key)]));
    }
  }
  const got = outer.includes(value) ? 'something that holds itself' : show(value);
  throw new ArgumentError('writeState', `expected plain data and tensors, got ${got} as ${show(path)}`);
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function unpack(value: unknown, tensors: StateDict): unknown {
  if (Array.isArray(value)) return value.map((item) => unpack(item, tensors));
  if (typeof value !== 'object' || value === null) return value;
  if ('$tensor' in value) {
    const { $tensor: path } = value;
    if (typeof path === 'string' && path in tensors) return tensors[path];
    throw new Error(`it has no tensor ${show(path)}`);
  }
  if ('$number' in value) return Number(value.$number);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, unpack(item, tensors)]));
}

/**
 * @internal The checksum of the text, and of the tensors' names, shapes and bytes in words of 32 bits: steps of FNV-1a, each
 * of which is invertible, so that a single change is always detected.
 */
export function checksum(json: string, tensors: StateDict): string {
  let hash = 0x811c9dc5;
  const update = (word: number) => {
    hash = Math.imul(hash ^ word, 0x01000193);
  };
  const updateText = (text: string) => {
    for (let i = 0; i < text.length; i++) update(text.charCodeAt(i));
  };
  updateText(json);
  for (const [name, { storage, shape }] of Object.entries(tensors)) {
    updateText(`${name} ${shape}`);
    const bytes = littleEndian(storage.array);
    const view = new DataView(bytes.buffer);
    for (let i = 0; i < bytes.length; i += 4) update(view.getInt32(i, true));
  }
  return (hash >>> 0).toString(16).padStart(8, '0');
}
