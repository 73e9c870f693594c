/** A part of the memory, 64-byte aligned. */
export interface Block {
  address: number;
  bytes: number;
}

const PAGE = 65536;
/** What block sizes are multiples of: kernels may read and write whole vectors beyond the end of an array. */
const UNIT = 64;

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
  /** Other free regions, in the order of their addresses. */
  #regions: Block[] = [];
  /** Whether a block was freed since all were joined. */
  #loose = false;
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
    const size = Math.max(1, Math.ceil(bytes / UNIT)) * UNIT;
    const address = this.#freed.get(size)?.pop();
    if (address !== undefined) return { address, bytes: size };
    return this.#cut(size) ?? (this.#join() ? this.#cut(size) : null) ?? this.#extend(size);
  }

  give({ address, bytes }: Block): void {
    const list = this.#freed.get(bytes);
    if (list) list.push(address);
    else this.#freed.set(bytes, [address]);
    this.#loose = true;
  }

  #cut(bytes: number): Block | null {
    const at = this.#regions.findIndex((region) => region.bytes >= bytes);
    if (at < 0) return null;
    const region = this.#regions[at];
    const { address } = region;
    region.address += bytes;
    region.bytes -= bytes;
    if (region.bytes === 0) this.#regions.splice(at, 1);
    return { address, bytes };
  }

  /** Joins all that is free with its neighbors; false where that was done already. */
  #join(): boolean {
    if (!this.#loose) return false;
    const all = this.#regions;
    for (const [bytes, addresses] of this.#freed) for (const address of addresses) all.push({ address, bytes });
    all.sort((a, b) => a.address - b.address);
    this.#freed.clear();
    this.#loose = false;
    this.#regions = [];
    for (const region of all) {
      const last = this.#regions.at(-1);
      if (last && last.address + last.bytes === region.address) last.bytes += region.bytes;
      else this.#regions.push(region);
    }
    return true;
  }

  /** A block at the end of what was handed out, where the last region may begin it. */
  #extend(bytes: number): Block | null {
    const last = this.#regions.at(-1);
    const address = last && last.address + last.bytes === this.#end ? last.address : this.#end;
    const end = address + bytes;
    if (end > this.#memory.buffer.byteLength && !this.#grow(end)) return null;
    if (address < this.#end) this.#regions.pop();
    this.#end = end;
    return { address, bytes };
  }

  #grow(end: number): boolean {
    const { byteLength } = this.#memory.buffer;
    const needed = Math.ceil((end - byteLength) / PAGE);
    // More than that, because each time costs; as little as needed when that does not fit.
    for (const pages of [Math.max(needed, Math.ceil(byteLength / PAGE / 16), 64), needed]) {
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
