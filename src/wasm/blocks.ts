/** A part of the memory, 64-byte aligned. */
export interface Block {
  address: number;
  bytes: number;
}

const PAGE = 65536;
/** What block sizes are multiples of: kernels may read and write whole vectors beyond the end of an array. */
const UNIT = 64;

/**
 * Divides a WebAssembly memory into blocks. Their sizes fall into classes, four to each doubling, so that a block that
 * was freed fits the next request of nearly the same size; there is a list of free blocks for each class.
 */
export class Blocks {
  readonly #memory: WebAssembly.Memory;
  readonly #free: number[][] = [];
  #end: number;

  constructor(memory: WebAssembly.Memory, start: number) {
    this.#memory = memory;
    this.#end = start;
  }

  /** Bytes that were handed out at least once. */
  get reached(): number {
    return this.#end;
  }

  /** A block of at least this size, with whatever numbers were there; null when memory is full. */
  take(bytes: number): Block | null {
    const kind = classOf(bytes);
    // A block of up to twice the size is better than a larger memory.
    for (let candidate = kind; candidate <= kind + 4; candidate++) {
      const address = this.#free[candidate]?.pop();
      if (address !== undefined) return { address, bytes: bytesOf(candidate) };
    }
    const size = bytesOf(kind);
    const address = this.#end;
    if (address + size > this.#memory.buffer.byteLength && !this.#grow(address + size)) return null;
    this.#end += size;
    return { address, bytes: size };
  }

  give(block: Block): void {
    const kind = classOf(block.bytes);
    this.#free[kind] ??= [];
    this.#free[kind].push(block.address);
  }

  #grow(end: number): boolean {
    const { byteLength } = this.#memory.buffer;
    const needed = Math.ceil((end - byteLength) / PAGE);
    // Generously, because each time costs; as little as needed when that does not fit.
    for (const pages of [Math.max(needed, Math.ceil(byteLength / PAGE / 4), 64), needed]) {
      try {
        this.#memory.grow(pages);
        return true;
      } catch {
        // Beyond the maximum, or the machine has no more.
      }
    }
    return false;
  }
}

/** Classes 0 to 3 have 1 to 4 units; then each doubling is divided in four. */
function classOf(bytes: number): number {
  const units = Math.max(1, Math.ceil(bytes / UNIT));
  if (units <= 4) return units - 1;
  const doubling = 31 - Math.clz32(units - 1);
  return 4 * (doubling - 1) + Math.ceil(units / 2 ** (doubling - 2)) - 5;
}

function bytesOf(kind: number): number {
  if (kind < 4) return (kind + 1) * UNIT;
  return ((kind % 4) + 5) * 2 ** (Math.floor(kind / 4) - 1) * UNIT;
}
