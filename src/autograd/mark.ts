import type { FloatArray, Storage } from './storage.js';

/**
 * What was computed from a storage and is kept stays true as long as its mark holds. A version counts what optimizers and
 * `loadStateDict` change; what a user writes into an array that `data` gave counts nowhere, so there the numbers are compared.
 */
export class Mark {
  /** Weak, so that what is kept does not keep what it was computed from. */
  readonly #storage: WeakRef<Storage>;
  readonly #version: number;
  readonly #copy: FloatArray | null;

  constructor(storage: Storage) {
    this.#storage = new WeakRef(storage);
    this.#version = storage.version;
    this.#copy = storage.exposed ? storage.array.slice() : null;
  }

  /** Whether `storage` is the one that was marked, and holds the same bits. */
  holds(storage: Storage): boolean {
    if (storage !== this.#storage.deref() || storage.version !== this.#version) return false;
    return !storage.exposed || (this.#copy !== null && sameBits(this.#copy, storage.array));
  }
}

/** Marks of what something was computed from; null where there was nothing. */
export type Marks = readonly (Mark | null)[];

/** Whether all of them hold, and there is nothing where there was nothing. */
export function hold(marks: Marks, storages: readonly (Storage | null | undefined)[]): boolean {
  return storages.every((storage, i) => (storage ? marks[i]?.holds(storage) : !marks[i]));
}

function sameBits(a: FloatArray, b: FloatArray): boolean {
  const [left, right] = [a, b].map((each) => new Int32Array(each.buffer, each.byteOffset, each.byteLength / 4));
  for (let i = 0; i < left.length; i++) if (left[i] !== right[i]) return false;
  return true;
}
