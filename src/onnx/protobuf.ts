// The binary form of Protocol Buffers (https://protobuf.dev/programming-guides/encoding/), writing only: a message is its
// fields one after the other, each a tag (its number and the kind of what follows) and a value.

const VARINT = 0;
const BYTES = 2;
const FIXED32 = 5;

/** A message under construction. Fields are written in the order of the calls. */
export class Message {
  #parts: Uint8Array[] = [];

  /** A whole number; one below 0 as 64 bits of two's complement. */
  int(field: number, value: number | bigint): this {
    return this.#put(varint((field << 3) | VARINT), varint(value));
  }

  float(field: number, value: number): this {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    return this.#put(varint((field << 3) | FIXED32), bytes);
  }

  /** Text, bytes, or a message inside. */
  bytes(field: number, value: string | Uint8Array | Message): this {
    const bytes = typeof value === 'string' ? new TextEncoder().encode(value) : value;
    const content = bytes instanceof Message ? bytes.#parts : [bytes];
    return this.#put(varint((field << 3) | BYTES), varint(lengthOf(content)), ...content);
  }

  finish(): Uint8Array {
    const all = new Uint8Array(lengthOf(this.#parts));
    let at = 0;
    for (const part of this.#parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  }

  #put(...parts: Uint8Array[]): this {
    for (const part of parts) this.#parts.push(part);
    return this;
  }
}

function lengthOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, { length }) => sum + length, 0);
}

/** Seven bits a byte, the lowest first; the highest bit says that another byte follows. */
function varint(value: number | bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return Uint8Array.from([...bytes, Number(rest)]);
}
