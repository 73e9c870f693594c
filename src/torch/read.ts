import { tensor } from '../autograd/create.js';
import { isTyped, newArray } from '../autograd/storage.js';
import type { Tensor } from '../autograd/tensor.js';
import { ArgumentError, FormatError, readOptions, show } from '../errors.js';
import { bytesOf, dtypeOf, elementReader } from '../io/elements.js';
import { checkMaxBytes, mostBytes, tooLarge, type UnpackOptions } from '../io/limits.js';
import { eachPlace } from '../io/strided.js';
import { readZip, storedFile, type ZipEntry } from '../io/zip.js';
import type { StateDict } from '../nn/module.js';
import { sizeOf } from '../shape.js';
import { PythonName, readPickle } from './pickle.js';
import { plain } from './plain.js';
import { CALLS, isCounts, SavedStorage, SavedTensor, STORAGES } from './saved.js';

// A file of torch.save is a zip archive, its files stored as they are: NAME/data.pkl, a pickle in which a tensor is a call with
// a storage, where it begins, shape and strides; and NAME/data/KEY, the numbers of a storage.

/** What a file holds, before its numbers are read. */
interface Opened {
  content: unknown;
  littleEndian: boolean;
  /** The most bytes that its tensors may take. */
  most: number;
}

/** Where in a file `readTorch` looks, and how much it may hold. */
export interface TorchOptions extends UnpackOptions {
  /** Where in the file the state dict is, such as 'model' or 'checkpoint.model'. @default the whole file is one */
  path?: string;
}

/**
 * Reads a state dict from the bytes of a `.pt` or `.pth` file, which `torch.save` of PyTorch 1.6 or later wrote. Nothing of the
 * file is executed: plain data and tensors are read, and all else that a pickle may name is refused. Numbers become float32,
 * and float64 where they were double or whole numbers of 32 and 64 bits, each exactly; views and transposed tensors are copied.
 * @param bytes the file
 * @param options `path`: where the state dict is in a checkpoint, such as 'model'; `maxBytes`
 * @returns tensors by their keys, for `loadStateDict`
 * @throws FormatError for what is no such file, is damaged, wants to call anything, or has no state dict there: the message
 * says where there are some; and for a whole model, and the format before PyTorch 1.6, which have to be saved anew in Python
 */
export function readTorch(bytes: Uint8Array, options: TorchOptions = {}): StateDict {
  const { path, maxBytes } = readOptions('readTorch', options, { path: undefined, maxBytes: undefined });
  const file = open('readTorch', bytes, maxBytes);
  const found = at(file.content, path);
  if (isStateDict(found)) {
    const state: StateDict = Object.create(null);
    const read = tensorReader('readTorch', file);
    for (const [key, value] of found) state[key] = read(key, value);
    return state;
  }
  const place = path === undefined ? '' : ` at ${show(path)}`;
  const places = stateDictsIn(file.content);
  const advice =
    places.length > 0
      ? `there are some at ${show(places)}: readTorch(bytes, { path: ${show(places[0])} })`
      : 'there is none';
  throw new FormatError('readTorch', `expected a state dict${place}, got ${described(found)}; ${advice}`);
}

/**
 * Reads all that the bytes of a `.pt` or `.pth` file hold, as `readTorch` does: dicts become objects (a key that is a whole number
 * its digits), lists, tuples and sets arrays, None null, whole numbers beyond 2^53 bigints, tensors what `readTorch` makes of
 * them. What is in two places is one object in both.
 * @param bytes the file
 * @throws FormatError as `readTorch` does; and for data that hold themselves, are nested too deep or are endless when written out
 */
export function readTorchData(bytes: Uint8Array, options: UnpackOptions = {}): unknown {
  const { maxBytes } = readOptions('readTorchData', options, { maxBytes: undefined });
  const file = open('readTorchData', bytes, maxBytes);
  return plain('readTorchData', file.content, tensorReader('readTorchData', file));
}

function open(where: string, bytes: Uint8Array, maxBytes: number | undefined): Opened {
  if (!isTyped(bytes, 'Uint8Array')) throw new ArgumentError(where, `expected a Uint8Array, got ${show(bytes)}`);
  checkMaxBytes(where, maxBytes);
  const other = OTHERS.find(([begin]) => begin.every((byte, i) => bytes[i] === byte));
  if (other) throw new FormatError(where, `expected a file of torch.save, got ${other[1]}`);
  const files = readZip(where, bytes);
  const pickle = [...files.keys()].find((name) => /(^|\/)data\.pkl$/.test(name));
  const folder = pickle?.slice(0, -'data.pkl'.length);
  if (pickle === undefined || files.has(`${folder}constants.pkl`)) {
    const got = pickle === undefined ? 'another zip archive' : `a program of torch.jit; ${ADVICE}`;
    throw new FormatError(where, `expected a file of torch.save, got ${got}`);
  }
  const file = (name: string, entry: ZipEntry) => storedFile(where, name, entry);
  const order = files.get(`${folder}byteorder`);
  const littleEndian = !order || new TextDecoder().decode(file('byteorder', order)).trim() !== 'big';
  const refuse = (detail: string) => new FormatError(where, `the pickle is not one of torch.save: it has ${detail}`);
  const known = new Map<string, SavedStorage>();
  const content = readPickle(where, file(pickle, files.get(pickle)!), {
    named(name) {
      if (Object.hasOwn(CALLS, name) || Object.hasOwn(STORAGES, name)) return new PythonName(name);
      throw new FormatError(where, `the file wants to call ${show(name).slice(1, -1)}: ${reasonFor(name)}`);
    },
    called(callee, args) {
      const name = callee instanceof PythonName ? callee.name : '';
      if (!Object.hasOwn(CALLS, name)) throw refuse(`a call of ${name || show(callee)}`);
      return CALLS[name](args, refuse);
    },
    persistent(id) {
      const [word, kind, key, , length] = Array.isArray(id) ? id : [];
      const element = kind instanceof PythonName && Object.hasOwn(STORAGES, kind.name) ? STORAGES[kind.name] : null;
      if (word !== 'storage' || !element || typeof key !== 'string' || !isCounts([length])) {
        throw refuse(`a persistent id ${show(id)}, expected a storage`);
      }
      const name = `${folder}data/${key}`;
      const entry = files.get(name);
      if (!entry) throw new FormatError(where, `the storage ${show(name)} is missing`);
      const numbers = known.get(name)?.bytes ?? file(name, entry);
      if (length * bytesOf(element) > numbers.length) {
        throw new FormatError(
          where,
          `expected ${length} numbers of ${element} in ${show(name)}, got ${numbers.length} bytes`,
        );
      }
      const storage = new SavedStorage(element, numbers, length);
      known.set(name, storage);
      return storage;
    },
  });
  return { content, littleEndian, most: mostBytes(bytes.length, maxBytes) };
}

const ADVICE = 'in Python, torch.save(model.state_dict(), path) saves its numbers';

/** Files of another kind, by what they begin with. */
const OTHERS: readonly (readonly [begin: readonly number[], what: string])[] = [
  [
    [0x80, 2, 0x8a, 10, 0x6c, 0xfc],
    'one of the format before PyTorch 1.6; in Python, torch.save(torch.load(path), path) writes the present one',
  ],
  [[0x80], `a pickle that torch.save did not write; ${ADVICE}`],
  [[0x89, 0x48, 0x44, 0x46], 'HDF5, such as one of Keras'],
];

function reasonFor(name: string): string {
  if (/Storage$/.test(name)) return 'numbers of that type are not read';
  if (/^(__main__|torch\.nn|torchvision|timm)\./.test(name))
    return `it holds a whole model, which is Python code; ${ADVICE}`;
  return `only tensors and plain data are read, and nothing is executed; ${ADVICE}`;
}

/** Reads the numbers of tensors, each once, all of them together within the limit. */
function tensorReader(where: string, { littleEndian, most }: Opened): (key: string, saved: SavedTensor) => Tensor {
  const known = new Map<SavedTensor, Tensor>();
  let room = most;
  return (key, saved) => {
    const found = known.get(saved);
    if (found) return found;
    const { storage, shape } = saved;
    const { element, bytes } = storage;
    const dtype = dtypeOf(element);
    room -= sizeOf(shape) * (dtype === 'float64' ? 8 : 4);
    if (!(room >= 0)) throw tooLarge(where, 'its tensors take', most);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const array = newArray(dtype, sizeOf(shape));
    const read = elementReader(where, show(key), view, element, littleEndian);
    const step = bytesOf(element);
    eachPlace(saved, (place, i) => {
      array[i] = read(place * step);
    });
    const value = tensor(array, { shape, dtype });
    known.set(saved, value);
    return value;
  };
}

/** What stands at a path: keys, which may have dots themselves, and indices, with dots between them. */
function at(content: unknown, path: string | undefined): unknown {
  if (path === undefined) return content;
  if (typeof path !== 'string') throw new ArgumentError('readTorch', `expected path to be text, got ${show(path)}`);
  let found = content;
  for (let rest: string | null = path; rest !== null; ) {
    const whole = inside(found, rest);
    const dot = rest.indexOf('.');
    if (whole !== undefined || dot < 0) return whole;
    found = inside(found, rest.slice(0, dot));
    rest = rest.slice(dot + 1);
  }
  return found;
}

function inside(value: unknown, key: string): unknown {
  if (Array.isArray(value)) return value[Number(key)];
  return value instanceof Map ? (value.get(key) ?? value.get(Number(key))) : undefined;
}

function isStateDict(value: unknown): value is Map<string, SavedTensor> {
  if (!(value instanceof Map) || value.size === 0) return false;
  for (const [key, each] of value) if (typeof key !== 'string' || !(each instanceof SavedTensor)) return false;
  return true;
}

/** The first paths of state dicts. */
function stateDictsIn(content: unknown): string[] {
  const found: string[] = [];
  const seen = new Set<unknown>();
  const queue: [string[], unknown][] = [[[], content]];
  for (let i = 0; i < queue.length && found.length < 5; i++) {
    const [path, value] = queue[i];
    if (seen.has(value)) continue;
    seen.add(value);
    if (isStateDict(value)) found.push(path.join('.'));
    else if (value instanceof Map)
      for (const [key, each] of value) queue.push([[...path, String(key).slice(0, 99)], each]);
    if (path.length > 4) break;
  }
  return found;
}

function described(value: unknown): string {
  if (value instanceof SavedTensor) return 'a tensor, which readTorchData reads';
  if (value instanceof Map) return `a dict with the keys ${show([...value.keys()])}`;
  return value === undefined ? 'nothing' : show(value);
}
