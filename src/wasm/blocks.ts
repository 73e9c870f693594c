/** A part of the memory, 64-byte aligned. */
export interface Block {
  address: number;
  bytes: number;
}

const PAGE = 65536;
/** What block sizes are multiples of: kernels may read and write whole vectors beyond the end of an array. */
const UNIT = 64;

/** Bytes rounded up to what blocks are multiples of. */
export function aligned(bytes: number): number {
  return Math.ceil(bytes / UNIT) * UNIT;
}

/**
 * Divides a WebAssembly memory into blocks. A training step asks for the sizes of the one before: so a block that was freed
 * waits in a list of its size, where the next request finds it at once (Quick Fit: Weinstock and Wulf 1988). Where there is
 * none, it is cut from the first free region that is large enough; where there is none either, all that is free is joined
 * with its neighbors, before memory grows (deferred coalescing and address-ordered first fit: Wilson, Johnstone, Neely and
 * Boles 1995, "Dynamic storage allocation: a survey and critical review").
 */
export class Blocks {
  readonly #memory: WebAssembly.Memory;
  /** Addresses of freed blocks, by size. */
  readonly #freed = new Map<number, number[]>();
  /** What else is free, in the order of addresses. */
  #regions: Block[];
  #reached: number;

  constructor(memory: WebAssembly.Memory, start: number) {
    this.#memory = memory;
    this.#reached = start;
    this.#regions = [{ address: start, bytes: memory.buffer.byteLength - start }];
  }

  /** Where that ends which was handed out at least once. */
  get reached(): number {
    return this.#reached;
  }

  /** A block of at least this size, with whatever numbers were there; null when memory is full. */
  take(bytes: number): Block | null {
    const size = Math.max(UNIT, aligned(bytes));
    const address = this.#freed.get(size)?.pop();
    if (address !== undefined) return { address, bytes: size };
    let block = this.#cut(size);
    if (!block && this.#freed.size > 0) {
      this.#join();
      block = this.#cut(size);
    }
    return block ?? (this.#grow(size) ? this.#cut(size) : null);
  }

  give({ address, bytes }: Block): void {
    const list = this.#freed.get(bytes);
    if (list) list.push(address);
    else this.#freed.set(bytes, [address]);
  }

  #cut(bytes: number): Block | null {
    const at = this.#regions.findIndex((region) => region.bytes >= bytes);
    if (at < 0) return null;
    const region = this.#regions[at];
    const { address } = region;
    region.address += bytes;
    region.bytes -= bytes;
    if (region.bytes === 0) this.#regions.splice(at, 1);
    this.#reached = Math.max(this.#reached, address + bytes);
    return { address, bytes };
  }

  /** Joins all that is free with its neighbors. */
  #join(): void {
    const all = this.#regions;
    for (const [bytes, addresses] of this.#freed) for (const address of addresses) all.push({ address, bytes });
    this.#freed.clear();
    this.#regions = [];
    for (const region of all.sort((a, b) => a.address - b.address)) {
      const last = this.#regions.at(-1);
      if (last && last.address + last.bytes === region.address) last.bytes += region.bytes;
      else this.#regions.push(region);
    }
  }

  /** Makes memory larger, so that a block of this size lies at its end. */
  #grow(bytes: number): boolean {
    const { byteLength } = this.#memory.buffer;
    const last = this.#regions.at(-1);
    const free = last && last.address + last.bytes === byteLength ? last.bytes : 0;
    const needed = Math.ceil((bytes - free) / PAGE);
    // A sixteenth of what there is, because each time costs; as little as needed when that does not fit.
    for (const pages of [Math.max(needed, byteLength >>> 20, 64), needed]) {
      try {
        this.#memory.grow(pages);
        this.#regions.push({ address: byteLength, bytes: pages * PAGE });
        this.#join();
        return true;
      } catch {
        // Beyond the maximum, or the machine has no more.
      }
    }
    return false;
  }
}
