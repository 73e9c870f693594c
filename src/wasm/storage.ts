import { Storage } from '../autograd/storage.js';

type ArrayKind<A> = new (buffer: ArrayBufferLike, byteOffset: number, length: number) => A;

/** A storage, as its memory knows it. */
export interface Pinned {
  address: number;
  bytes: number;
  used: number;
  spill(): void;
}

/** A storage whose numbers are in an ordinary array. */
export interface Spilled extends Pinned {
  readonly array: { readonly length: number };
  restore(block: { address: number; bytes: number }): void;
}

/** What a storage asks of the memory that it lies in. */
interface Home {
  readonly buffer: ArrayBufferLike;
  readonly clock: number;
  bringBack(storage: Spilled): void;
  regret(bytes: number): void;
  /** Leaves the storage's block alone until neither the storage nor the view is needed by anyone; false where it must not. */
  pin(storage: Pinned, view: object): boolean;
  free(storage: Pinned): void;
  zero(address: number, bytes: number): void;
}

/**
 * Numbers in a block of the WebAssembly memory; or, when they were not used for long and room was needed, *spilled*
 * into an ordinary array that garbage collection takes care of, until a kernel uses them again.
 */
export class WasmStorage<A extends Float32Array | Int32Array = Float32Array> extends Storage<A> {
  /** Where its block begins, and how large it is; 0 without one. */
  address: number;
  bytes: number;
  /** It stands for zeros, and nothing was written yet: the first to add to it may overwrite it. */
  zero: boolean;
  /** When it was last used, by the memory's clock. */
  used = 0;
  /** Its numbers were given to a user, in an ordinary array: kernels get a copy, and what they write is copied back. */
  moved = false;
  #pinned = false;
  readonly #memory: Home;
  readonly #kind: ArrayKind<A>;

  constructor(memory: Home, kind: ArrayKind<A>, length: number, block: { address: number; bytes: number }) {
    super(null, length);
    this.#memory = memory;
    this.#kind = kind;
    this.address = block.address;
    this.bytes = block.bytes;
    this.zero = false;
  }

  override get array(): A {
    if (this.address === 0) return super.array;
    if (this.zero) this.fill();
    this.used = this.#memory.clock;
    this.held ??= new this.#kind(this.#memory.buffer, this.address, this.length);
    return this.held;
  }

  override get released(): boolean {
    return this.address === 0 && super.released;
  }

  override release(): void {
    if (this.address === 0) {
      if (this.held && !this.moved) this.#memory.regret(this.bytes);
    } else if (this.length === 1) this.spill();
    else this.#memory.free(this);
    super.release();
  }

  /**
   * A parameter's numbers are shown where they are, and stay there, as long as they are few. Others move into an ordinary
   * array: a view of the memory would show other numbers once the block is used again.
   */
  override expose(): A {
    this.exposed = true;
    if (this.resident && !this.moved) {
      if (this.address === 0) this.#memory.bringBack(this);
      this.#pinned ||= this.#memory.pin(this, this.array);
      if (this.#pinned) return this.array;
    }
    if (this.address !== 0) this.spill();
    this.moved = true;
    return super.array;
  }

  /** Writes the zeros that it stands for. */
  fill(): void {
    this.zero = false;
    this.#memory.zero(this.address, this.length * 4);
  }

  /** Moves the numbers out of the WebAssembly memory. */
  spill(): void {
    const copy = this.array.slice() as A;
    this.#memory.free(this);
    this.held = copy;
  }

  /** Moves them back, into a block. */
  restore(block: { address: number; bytes: number }): void {
    const copy = super.array;
    this.address = block.address;
    this.bytes = block.bytes;
    this.held = new this.#kind(this.#memory.buffer, this.address, this.length);
    this.held.set(copy);
  }
}
