import { isTyped } from '../autograd/storage.js';
import { ArgumentError, FormatError, readOptions, show } from '../errors.js';
import { checkMaxBytes, mostBytes, tooLarge, type UnpackOptions } from '../io/limits.js';
import { readZip, unpackedFile, writeZip } from '../io/zip.js';
import { checkStateDict, type StateDict } from '../nn/module.js';
import { readNpy, writeNpy } from './npy.js';

const EXTENSION = '.npy';

/**
 * Reads the bytes of a `.npz` file, a zip archive of `.npy` files, which `numpy.savez` or `numpy.savez_compressed` wrote; see
 * `readNpy`. Deflate is unpacked by the engine's `DecompressionStream`: of browsers, and of Node 20.12 or later.
 * @param options `maxBytes`
 * @returns tensors by their names
 * @throws FormatError for what is no such file or is damaged, and for contents beyond the limit
 */
export async function readNpz(bytes: Uint8Array, options: UnpackOptions = {}): Promise<StateDict> {
  const where = 'readNpz';
  const { maxBytes } = readOptions(where, options, { maxBytes: undefined });
  if (!isTyped(bytes, 'Uint8Array')) throw new ArgumentError(where, `expected a Uint8Array, got ${show(bytes)}`);
  checkMaxBytes(where, maxBytes);
  const most = mostBytes(bytes.length, maxBytes);
  const files = readZip(where, bytes);
  let total = 0;
  // With the float32 number that is made of each byte, at most.
  for (const { size } of files.values()) total += 5 * size;
  if (!(total <= most)) throw tooLarge(where, `what it holds takes`, most);
  const tensors: StateDict = Object.create(null);
  for (const [name, entry] of files) {
    if (!name.endsWith(EXTENSION)) throw new FormatError(where, `expected .npy files, got ${show(name)}`);
    const contents = await unpackedFile(where, name, entry);
    tensors[name.slice(0, -EXTENSION.length)] = readNpy(contents, `${where}, ${show(name)}`);
  }
  return tensors;
}

/**
 * The bytes of a `.npz` file, which `numpy.load` opens, uncompressed as `numpy.savez` writes it.
 * @param tensors float32 or float64, by name, such as `model.stateDict()`
 */
export function writeNpz(tensors: StateDict): Uint8Array {
  checkStateDict('writeNpz', tensors);
  const files = Object.entries(tensors).map(([name, value]) => [`${name}${EXTENSION}`, writeNpy(value)] as const);
  return writeZip('writeNpz', files);
}
