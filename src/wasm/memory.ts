import type { AnyStorage, FloatArray } from '../autograd/storage.js';
import { OutOfMemoryError } from '../errors.js';
import { type Block, Blocks } from './blocks.js';
import { type Pinned, type Spilled, WasmStorage } from './storage.js';

/** The first page is left to the constants of the kernels. */
const START = 65536;
const LEAST_BUDGET = 40 * 2 ** 20;
/** How many bytes of parameters may be pinned at once. */
const MOST_PINNED = 16 * 2 ** 20;

interface Loan {
  storage: AnyStorage;
  block: Block;
  writes: boolean;
}

/**
 * The memory that the kernels work in. Storages live in blocks of it until they are released. What nobody releases
 * (a forward pass without a backward, a model that was dropped) must not fill it: when the storages pass a budget, the
 * least recently used are spilled into ordinary arrays. Spilling happens only where a storage is created, between two
 * kernels, so that the addresses a kernel works with stay true. The budget follows from what a program uses: whatever was
 * spilled and then needed, or released, which had been as good as free, raises it by its size.
 */
export class WasmMemory {
  readonly memory: WebAssembly.Memory;
  /** Ticks with each storage that is created. */
  clock = 0;
  /** How many bytes of storages may be alive before some are spilled. */
  budget = LEAST_BUDGET;
  readonly #blocks: Blocks;
  readonly #live = new Set<Pinned>();
  /** Gives back the blocks of pinned storages that nobody can reach any more. */
  readonly #unreachable = new FinalizationRegistry<Block>((block) => this.#unpin(block));
  #liveBytes = 0;
  #pinnedBytes = 0;
  #keptBytes = 0;
  #scratch: Block = { address: 0, bytes: 0 };
  /** Blocks that stand in for ordinary arrays during one kernel. */
  #loans: Loan[] = [];

  /** @param zero writes zeros: address, bytes */
  constructor(
    memory: WebAssembly.Memory,
    readonly zero: (address: number, bytes: number) => void,
  ) {
    this.memory = memory;
    this.#blocks = new Blocks(memory, START);
  }

  get buffer(): ArrayBufferLike {
    return this.memory.buffer;
  }

  /** Bytes by use. */
  get usage(): { tensors: number; pinned: number; kept: number; scratch: number; reached: number } {
    return {
      kept: this.#keptBytes,
      tensors: this.#liveBytes,
      pinned: this.#pinnedBytes,
      scratch: this.#scratch.bytes,
      reached: this.#blocks.reached,
    };
  }

  floats(length: number): WasmStorage<Float32Array> {
    return this.#add(new WasmStorage(this, Float32Array, length, this.#room(length * 4)));
  }

  indices(length: number): WasmStorage<Int32Array> {
    return this.#add(new WasmStorage(this, Int32Array, length, this.#room(length * 4)));
  }

  /** Ends a storage's life in this memory. */
  free(storage: Pinned): void {
    if (this.#live.delete(storage)) {
      this.#liveBytes -= storage.bytes;
      this.#blocks.give(storage);
    } else {
      this.#unreachable.unregister(storage);
      this.#unpin(storage);
    }
    storage.address = 0;
  }

  /**
   * Lets the storage's numbers stay where they are while a user looks at them through `view`, unless they are too many:
   * garbage collection does not see how large they are, finds them late, and in a loop without a pause cannot say so at all.
   * The others must move into ordinary arrays, which cost a copy for each kernel that uses them.
   */
  pin(storage: Pinned, view: object): boolean {
    if (this.#pinnedBytes + storage.bytes > MOST_PINNED) return false;
    this.#live.delete(storage);
    this.#liveBytes -= storage.bytes;
    this.#pinnedBytes += storage.bytes;
    this.#unreachable.register(view, { address: storage.address, bytes: storage.bytes }, storage);
    return true;
  }

  #unpin(block: Block): void {
    this.#pinnedBytes -= block.bytes;
    this.#blocks.give(block);
  }

  /** Takes back a storage that was spilled; throws when it was released. */
  bringBack(storage: Spilled): void {
    const { length } = storage.array; // Throws when it was released.
    storage.restore(this.#take(length * 4));
    this.#add(storage);
    this.regret(storage.bytes);
  }

  /** To have spilled so much was a mistake: a larger budget keeps it from happening again. */
  regret(bytes: number): void {
    this.budget += bytes;
  }

  /** The address of what a kernel reads; 0 where there is none. */
  read(storage: AnyStorage | null): number {
    return storage ? this.#address(storage, true, false) : 0;
  }

  /** The address of what a kernel overwrites. */
  write(storage: AnyStorage): number {
    if (storage instanceof WasmStorage) storage.zero = false;
    return this.#address(storage, false, true);
  }

  /** The address of what a kernel reads and writes; 0 where there is none. */
  update(storage: AnyStorage | null): number {
    return storage ? this.#address(storage, true, true) : 0;
  }

  /**
   * The address of what a kernel adds to, and whether it must: 1, or 0 where nothing but zeros is there that nobody has
   * written yet, so that it may overwrite them.
   * @param covers whether the kernel writes all of it; if not, the zeros are written first
   */
  sum(storage: AnyStorage, covers = true): { address: number; adds: number } {
    const zero = storage instanceof WasmStorage && storage.zero && storage.address !== 0;
    if (zero && covers) return { address: this.write(storage), adds: 0 };
    return { address: this.update(storage), adds: 1 };
  }

  /** To be called when a kernel has ended: copies back what it wrote into ordinary arrays. */
  end(): void {
    if (this.#loans.length === 0) return;
    for (const { storage, block, writes } of this.#loans) {
      if (writes) storage.array.set(this.#view(storage.array, block));
    }
    this.abandon();
  }

  /** To be called when a kernel has failed: what it may have written into the stand-ins of ordinary arrays is dropped. */
  abandon(): void {
    for (const { block } of this.#loans) this.#blocks.give(block);
    this.#loans = [];
  }

  /** Room until it is given back. */
  take(bytes: number): Block {
    const block = this.#take(bytes);
    this.#keptBytes += block.bytes;
    return block;
  }

  give(block: Block): void {
    this.#keptBytes -= block.bytes;
    this.#blocks.give(block);
  }

  /** Room that is never given back. */
  reserve(bytes: number): Int32Array {
    const { address } = this.#take(bytes);
    return new Int32Array(this.buffer, address, bytes / 4);
  }

  /** Room for a kernel's own use, until the next kernel. */
  scratch(bytes: number): number {
    if (this.#scratch.bytes < bytes) {
      if (this.#scratch.bytes > 0) this.#blocks.give(this.#scratch);
      this.#scratch = { address: 0, bytes: 0 };
      this.#scratch = this.#take(bytes);
    }
    return this.#scratch.address;
  }

  #address(storage: AnyStorage, reads: boolean, writes: boolean): number {
    if (!(storage instanceof WasmStorage) || storage.moved) return this.#lend(storage, reads, writes);
    if (storage.address === 0) this.bringBack(storage);
    if (storage.zero) storage.fill();
    storage.used = this.clock;
    return storage.address;
  }

  #lend(storage: AnyStorage, reads: boolean, writes: boolean): number {
    const known = this.#loans.find((loan) => loan.storage === storage);
    if (known) {
      known.writes ||= writes;
      return known.block.address;
    }
    const { array } = storage;
    const block = this.#take(array.length * 4);
    this.#loans.push({ storage, block, writes });
    if (reads) this.#view(array, block).set(array);
    return block.address;
  }

  #add<S extends Pinned>(storage: S): S {
    this.#live.add(storage);
    this.#liveBytes += storage.bytes;
    storage.used = this.clock;
    return storage;
  }

  /** A block for a new storage. */
  #room(bytes: number): Block {
    this.clock++;
    if (this.#liveBytes + bytes > this.budget) {
      // What raised the budget is over where much is spilled and nobody misses it.
      if (this.budget > LEAST_BUDGET) this.budget *= 0.95;
      this.#spill(this.budget * 0.75);
    }
    return this.#take(bytes);
  }

  #take(bytes: number): Block {
    let block = this.#blocks.take(bytes);
    for (const share of [0.5, 0]) {
      if (block) break;
      this.#spill(this.#liveBytes * share);
      block = this.#blocks.take(bytes);
    }
    return block ?? this.#full(bytes);
  }

  #full(bytes: number): never {
    const { tensors, pinned, kept, scratch, reached } = this.usage;
    throw new OutOfMemoryError(
      'memory',
      `needs ${bytes} bytes more; holds ${tensors} bytes in ${this.#live.size} tensors, ${pinned} in parameters whose ` +
        `data was read, ${kept + scratch} of the kernels and ${reached - START - tensors - pinned - kept - scratch} free ` +
        'in smaller pieces. A smaller batch needs less, and noGrad() frees what evaluation computes',
    );
  }

  /** Spills the least recently used storages, but not what the kernel that is called uses, until `bytes` are left. */
  #spill(bytes: number): void {
    const oldestFirst = [...this.#live].sort((a, b) => a.used - b.used);
    for (const storage of oldestFirst) {
      if (this.#liveBytes <= bytes || storage.used === this.clock) break;
      try {
        storage.spill();
      } catch {
        break; // The machine has no room for it either.
      }
    }
  }

  #view(like: FloatArray | Int32Array, { address }: Block): Float32Array | Int32Array {
    if (like instanceof Int32Array) return new Int32Array(this.buffer, address, like.length);
    return new Float32Array(this.buffer, address, like.length);
  }
}
