import { ArgumentError, show } from '../errors.js';

/** What an object is searched for. */
type Kind<T> = abstract new (...args: never[]) => T;

/**
 * @internal What an object holds of a kind, by path: in its fields, and in lists, plain objects and Maps there, as PyTorch's
 * ModuleList and ModuleDict name them ('heads.a').
 * @throws ArgumentError for one in a Set, where it has no name
 */
export function heldBy<T>(owner: object, Kind: Kind<T>): [string, T][] {
  const found: [string, T][] = [];
  const where = owner.constructor.name;
  const look = (value: unknown, path: string, outer: readonly unknown[]) => {
    if (value instanceof Kind) found.push([path, value]);
    if (value instanceof Set && [...value].some((item) => item instanceof Kind)) {
      throw new ArgumentError(where, `the Set ${path} gives what it holds no names: use a list, an object or a Map`);
    }
    if (outer.includes(value)) return; // An object that holds itself.
    const items = entriesOf(value);
    if (items === NOTHING) return;
    for (const [key, item] of items) {
      if (typeof item !== 'object' || item === null) continue;
      const before = found.length;
      look(item, `${path}.${key}`, [...outer, value]);
      if (found.length === before || /^[^.]+$/.test(typeof key === 'object' ? '' : String(key))) continue;
      throw new ArgumentError(where, `expected names without a dot in ${path}, got ${show(key)}`);
    }
  };
  // Most fields of a layer are numbers: this is called for each layer whenever a model runs.
  for (const name in owner) {
    const value = (owner as Record<string, unknown>)[name];
    if (typeof value === 'object' && value !== null && Object.hasOwn(owner, name)) look(value, name, [owner]);
  }
  return found;
}

const NOTHING: readonly never[] = [];

/** Of a list, a Map or a plain object; none of anything else. */
function entriesOf(value: unknown): Iterable<[unknown, unknown]> {
  if (value instanceof Map) return value.entries();
  if (typeof value !== 'object' || value === null) return NOTHING;
  if (Array.isArray(value)) return value.some((item) => typeof item === 'object') ? value.entries() : NOTHING;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null ? Object.entries(value) : NOTHING;
}
