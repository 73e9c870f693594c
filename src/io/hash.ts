import { type AnyModule, checkModel } from '../nn/module.js';
import { littleEndian } from './bytes.js';

/**
 * The hash of all parameters and buffers of a model, in the order of its state dict: 64-bit FNV-1a over their bytes,
 * little-endian. Two trainings with the same hash have the same weights, to the last bit.
 * @returns 16 hexadecimal digits
 * Source: Fowler, Noll, Vo, http://www.isthe.com/chongo/tech/comp/fnv/
 */
export function weightHash(model: AnyModule): string {
  checkModel('weightHash', model);
  const hash = new FNV1a();
  for (const { storage } of Object.values(model.stateDict())) {
    for (const byte of littleEndian(storage.array)) hash.update(byte);
  }
  return hash.toString();
}

/** FNV-1a over bytes, as two halves of 32 bits: h = (h xor byte) * (2^40 + 0x1b3) modulo 2^64. */
export class FNV1a {
  #high = 0xcbf29ce4;
  #low = 0x84222325;

  update(byte: number): void {
    const low = (this.#low ^ byte) >>> 0;
    const product = low * 0x1b3;
    const carry = Math.floor(product / 0x1_0000_0000);
    this.#high = (Math.imul(this.#high, 0x1b3) + carry + (low << 8)) >>> 0;
    this.#low = product >>> 0;
  }

  toString(): string {
    return [this.#high, this.#low].map((half) => half.toString(16).padStart(8, '0')).join('');
  }
}
