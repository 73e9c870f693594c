import type { Generator } from '../../src/index.js';

/** Bytes at which readers go wrong. */
const BYTES = [0, 1, 2, 127, 128, 254, 255];
const WORDS = [0, 1, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 28 + 5, 65536];

/** Changes some bytes, cuts, repeats or adds some. */
export function mutateBytes(bytes: Uint8Array, generator: Generator): Uint8Array {
  let changed = Uint8Array.from(bytes);
  for (let count = 1 + generator.integer(4); count > 0; count--) changed = mutateOnce(changed, generator);
  return changed;
}

function mutateOnce(bytes: Uint8Array<ArrayBuffer>, generator: Generator): Uint8Array<ArrayBuffer> {
  const place = () => generator.integer(bytes.length + 1);
  // Half of the changes are near the beginning, where the headers are.
  const at = generator.integer(2) === 0 ? place() : generator.integer(Math.min(64, bytes.length + 1));
  const end = Math.min(bytes.length, at + 1 + generator.integer(16));
  const view = new DataView(bytes.buffer);
  switch (generator.integer(8)) {
    case 0:
      if (at < bytes.length) bytes[at] ^= 1 << generator.integer(8);
      return bytes;
    case 1:
      if (at < bytes.length) bytes[at] = pick(BYTES, generator);
      return bytes;
    case 2:
      if (at < bytes.length) bytes[at] = generator.integer(256);
      return bytes;
    case 3:
      if (at + 4 <= bytes.length) view.setUint32(at, pick(WORDS, generator), generator.integer(2) === 0);
      return bytes;
    case 4:
      return bytes.slice(0, place());
    case 5:
      return joined(bytes.subarray(0, at), bytes.subarray(end)); // Without a piece.
    case 6:
      return joined(bytes.subarray(0, end), bytes.subarray(at)); // With a piece twice.
    default:
      return joined(
        bytes.subarray(0, at),
        Uint8Array.from({ length: 8 }, () => generator.integer(256)),
        bytes.subarray(at),
      );
  }
}

export function joined(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.concat(parts));
}

export function pick<T>(values: readonly T[], generator: Generator): T {
  return values[generator.integer(values.length)];
}

/** Values that stand where others are expected. */
const ODD: (() => unknown)[] = [
  ...[null, true, 0, -1, 0.5, -0, 1e308, 2 ** 53, 2 ** 31, 'x', '', '__proto__', 'F16'].map((value) => () => value),
  () => [],
  () => ({}),
  () => [1, 2, 3],
  () => ({ toString: 1, constructor: { name: { toString: 1 } } }),
  () => ({ $tensor: 'none' }),
  () => ({ $number: 'NaN' }),
  () => 'long '.repeat(2000),
  () => nested(50),
  () => nested(20_000),
];

function nested(depth: number): unknown {
  let value: unknown = [];
  for (let i = 0; i < depth; i++) value = [value];
  return value;
}

/** Plain data with some of its values or keys changed, at any depth. */
export function mutateData(value: unknown, generator: Generator): unknown {
  let changed = value;
  for (let count = 1 + generator.integer(2); count > 0; count--) changed = mutateAt(changed, generator);
  return changed;
}

function mutateAt(value: unknown, generator: Generator): unknown {
  const keys = typeof value === 'object' && value !== null ? Object.keys(value) : [];
  if (keys.length === 0 || generator.integer(8) === 0) return pick(ODD, generator)();
  const key = pick(keys, generator);
  const entries: [string, unknown][] = Object.entries(value as object);
  const inner = (value as Record<string, unknown>)[key];
  const change = generator.integer(6);
  const others = entries.filter(([name]) => name !== key);
  if (change === 0) return rebuilt(value, others);
  if (change === 1) return rebuilt(value, [...entries, [`${key}2`, inner]]);
  if (change === 2)
    return rebuilt(value, [...others, [key, (value as Record<string, unknown>)[pick(keys, generator)]]]);
  return rebuilt(
    value,
    entries.map(([name, each]) => [name, name === key ? mutateAt(each, generator) : each]),
  );
}

/** Plain data with one of its numbers, words or flags, at any depth, exchanged for another of its kind. */
export function mutateLeaf(value: unknown, generator: Generator, depth = 0): unknown {
  if (typeof value !== 'object' || value === null || depth === 100) return another(value, generator);
  const entries = Object.entries(value);
  if (entries.length === 0) return value;
  const chosen = generator.integer(entries.length);
  return rebuilt(
    value,
    entries.map(([key, each], i) => [key, i === chosen ? mutateLeaf(each, generator, depth + 1) : each]),
  );
}

function another(value: unknown, generator: Generator): unknown {
  if (typeof value === 'number')
    return pick([0, 1, -1, value + 1, value - 1, 2 * value, value / 2, 2 ** 53 - 1, 1e300], generator);
  if (typeof value === 'boolean') return !value;
  return value === null ? pick([0, 1, 0.5, 'x'], generator) : null;
}

function rebuilt(like: unknown, entries: [string, unknown][]): unknown {
  return Array.isArray(like) ? entries.map(([, value]) => value) : Object.fromEntries(entries);
}

/** JSON of any depth: JSON.stringify calls itself for each level. */
export function textOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? 'null';
  } catch {
    return `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
  }
}
