import { isTyped } from '../autograd/storage.js';
import type { Tensor } from '../autograd/tensor.js';
import { FormatError, show } from '../errors.js';
import { PythonName } from './pickle.js';
import { SavedTensor } from './saved.js';

const DEEPEST = 100;
/** The most values that data may have when all is written out that they share. */
const MOST_VALUES = 5_000_000;

/** Plain data of what a pickle holds. */
export function plain(where: string, content: unknown, read: (key: string, saved: SavedTensor) => Tensor): unknown {
  const known = new Map<unknown, { value: unknown; count: number }>();
  const outer = new Set<unknown>();
  const refuse = (detail: string) => new FormatError(where, `expected plain data, got ${detail}`);
  const convert = (value: unknown, key: string): { value: unknown; count: number } => {
    if (typeof value !== 'object' || value === null || isTyped(value, 'Uint8Array')) return { value, count: 1 };
    const before = known.get(value);
    if (before) return before;
    if (outer.has(value)) throw refuse('something that holds itself');
    if (outer.size > DEEPEST) throw refuse(`more than ${DEEPEST} levels`);
    outer.add(value);
    let count = 1;
    const inner = (each: unknown, name: string) => {
      const result = convert(each, name);
      count += result.count;
      if (count > MOST_VALUES) throw refuse(`more than ${MOST_VALUES.toLocaleString('en')} values`);
      return result.value;
    };
    const result = { value: contentsOf(value, key, inner), count };
    result.count = count;
    outer.delete(value);
    known.set(value, result);
    return result;
  };
  const contentsOf = (value: object, key: string, inner: (each: unknown, name: string) => unknown): unknown => {
    if (value instanceof SavedTensor) return read(key, value);
    if (Array.isArray(value)) return value.map((each, i) => inner(each, String(i)));
    if (value instanceof Set) return [...value].map((each) => inner(each, key));
    if (value instanceof Map) {
      const object: Record<string, unknown> = Object.create(null);
      for (const [name, each] of value) {
        const text = typeof name === 'string' || Number.isInteger(name) ? String(name) : null;
        if (text === null || text in object)
          throw refuse(`a dict with the key ${show(name)}${text === null ? '' : ' twice'}`);
        object[text] = inner(each, text);
      }
      return object;
    }
    throw refuse(value instanceof PythonName ? value.name : 'a storage without a tensor');
  };
  return convert(content, '').value;
}
