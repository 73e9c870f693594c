import { isRecording } from '../autograd/graph.js';
import { hold, Mark, type Marks } from '../autograd/mark.js';
import { type FloatArray, Storage } from '../autograd/storage.js';
import type { Block } from './blocks.js';
import type { WasmMemory } from './memory.js';

/**
 * What kernels compute from parameters before they begin, such as filters in the order in which they are read. It is kept
 * outside of training, where every call would compute it anew.
 * @param sources what it is computed from; parameters, or else it is not kept. Nothing at all for what sizes alone decide
 * @param key what else it depends on, sizes too
 * @param bytes how long it is
 * @param room where `fill` writes it when it is not kept
 * @returns where it is, until the kernel ends
 */
export type Keep = (
  sources: readonly (Storage | null)[],
  key: string,
  bytes: number,
  room: number,
  fill: (address: number) => void,
) => number;

interface Kept extends Block {
  /** Where it is known by its key. */
  own: Map<string, Kept>;
  key: string;
  marks: Marks;
}

/**
 * Bytes that are kept at most; what was not used for the longest time goes first. One thing may take a quarter of it, so that
 * a kernel that keeps three does not lose the first.
 */
const MOST = 16 * 2 ** 20;
/** What sizes alone decide is made quickly, and there may be many sizes: only so many bytes of it are worth keeping. */
const MOST_OF_SIZES = 65536;

export function keeper(memory: Pick<WasmMemory, 'take' | 'give'>): Keep {
  const bySource = new WeakMap<Storage, Map<string, Kept>>();
  /** In the order of their last use. */
  const all = new Set<Kept>();
  let held = 0;
  const SIZES: Storage = new Storage<FloatArray>(null);

  const drop = (kept: Kept): void => {
    all.delete(kept);
    kept.own.delete(kept.key);
    held -= kept.bytes;
    memory.give(kept);
  };
  const unreachable = new FinalizationRegistry<Map<string, Kept>>((own) => {
    for (const kept of own.values()) drop(kept);
  });

  return (sources, key, bytes, room, fill) => {
    const alone = sources.length === 0;
    const keeps = alone ? bytes <= MOST_OF_SIZES : !isRecording() && bytes <= MOST / 4 && sources.every(isParameter);
    if (!keeps) {
      fill(room);
      return room;
    }
    const owner = sources[0] ?? SIZES;
    let own = bySource.get(owner);
    if (!own) {
      own = new Map();
      bySource.set(owner, own);
      if (!alone) unreachable.register(owner, own);
    }
    const known = own.get(key);
    if (known && hold(known.marks, sources)) {
      all.delete(known);
      all.add(known);
      return known.address;
    }
    if (known) drop(known);
    for (const oldest of all) {
      if (held + bytes <= MOST) break;
      drop(oldest);
    }
    const kept = { ...memory.take(bytes), own, key, marks: sources.map((source) => source && new Mark(source)) };
    fill(kept.address);
    own.set(key, kept);
    all.add(kept);
    held += kept.bytes;
    return kept.address;
  };
}

const isParameter = (source: Storage | null) => source === null || source.resident;
