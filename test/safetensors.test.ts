import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  ArgumentError,
  BatchNorm2D,
  Conv2D,
  Dense,
  FormatError,
  Generator,
  readSafetensors,
  Sequential,
  tensor,
  weightHash,
  writeSafetensors,
} from '../src/index.js';
import { FNV1a } from '../src/io/hash.js';

/** A file with this header, as text or as an object, and this many bytes of numbers. */
function file(header: unknown, numbers = 0, length?: bigint): Uint8Array {
  const json = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + numbers);
  new DataView(bytes.buffer).setBigUint64(0, length ?? BigInt(json.length), true);
  bytes.set(json, 8);
  return bytes;
}

const entry = (dtype: unknown, shape: unknown, offsets: unknown) => ({ dtype, shape, data_offsets: offsets });

describe('safetensors', () => {
  test('what is written is read back, bit for bit, from any alignment', () => {
    const state = {
      'conv1.weight': tensor([1.5, -0, Number.NaN, 1e-45], { shape: [2, 1, 1, 2] }),
      scalar: tensor(Math.PI, { dtype: 'float64' }),
      empty: tensor([], { shape: [0, 3] }),
    };
    const bytes = writeSafetensors(state, { seed: '7', note: 'Grüße' });
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    const { tensors, metadata } = readSafetensors(shifted.subarray(3));
    expect(metadata).toEqual({ seed: '7', note: 'Grüße' });
    expect(Object.keys(tensors)).toEqual(Object.keys(state));
    for (const [name, { shape, dtype, data }] of Object.entries(state)) {
      expect(tensors[name].shape).toEqual(shape);
      expect(tensors[name].dtype).toBe(dtype);
      expect([...tensors[name].data].every((value, i) => Object.is(value, data[i]))).toBe(true);
    }
  });

  test('the layout is the documented one: length, JSON padded to 8 bytes, numbers', () => {
    const bytes = writeSafetensors({ w: tensor([1, 2]) });
    const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    expect(length % 8).toBe(0);
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
    expect(header).toEqual({ w: { dtype: 'F32', shape: [2], data_offsets: [0, 8] } });
    expect([...new Float32Array(bytes.slice(8 + length).buffer)]).toEqual([1, 2]);
  });

  test('a model goes through a file and keeps its hash', () => {
    const model = new Sequential(new Conv2D(1, 2, 3), new Dense(4, 2));
    const other = new Sequential(new Conv2D(1, 2, 3), new Dense(4, 2));
    expect(weightHash(other)).not.toBe(weightHash(model));
    other.loadStateDict(readSafetensors(writeSafetensors(model.stateDict())).tensors);
    expect(weightHash(other)).toBe(weightHash(model));
  });

  test('a file that Python wrote by the format is read (test/fixtures/make_safetensors.py)', () => {
    const { tensors, metadata } = readSafetensors(readFileSync('test/fixtures/python.safetensors'));
    expect(metadata).toEqual({ format: 'pt' });
    expect(tensors['0.weight'].toArray()).toEqual([
      [
        [
          [0, 0.25],
          [0.5, 0.75],
        ],
      ],
      [
        [
          [1, 1.25],
          [1.5, 1.75],
        ],
      ],
    ]);
    expect(tensors['0.bias'].toArray()).toEqual([-1, 2]);
  });

  test('whole numbers of 64 bits are read, as in a batch norm that PyTorch saved: its count of batches', () => {
    const bytes = file({ num_batches_tracked: entry('I64', [], [0, 8]) }, 8);
    new DataView(bytes.buffer, bytes.byteOffset).setBigInt64(bytes.length - 8, 1234n, true);
    const layer = new BatchNorm2D(1);
    layer.loadStateDict({ ...layer.stateDict(), ...readSafetensors(bytes).tensors });
    expect(layer.batchesTracked!.toArray()).toBe(1234);
    const saved = readSafetensors(writeSafetensors(layer.stateDict())).tensors;
    expect([saved.num_batches_tracked.shape, saved.num_batches_tracked.item()]).toEqual([[], 1234]);
  });

  test.each<[string, Uint8Array, RegExp]>([
    ['no bytes', new Uint8Array(0), /at least 8 bytes, got 0/],
    ['a length alone', new Uint8Array(8), /not JSON/],
    ['a header longer than the file', file('{}', 0, 1000n), /says that it has 1000 bytes/],
    ['a header of 2^63 bytes', file('{}', 0, 2n ** 63n), /says that it has/],
    ['a header that is no JSON', file('{"a":'), /not JSON/],
    ['a header that is no UTF-8', file('{}').fill(0xff, 8), /not JSON/],
    ['a header nested too deep', file('['.repeat(200_000)), /not JSON/],
    ['a list as header', file([]), /JSON object/],
    ['an entry that is no object', file({ a: 1 }), /type F32, F64 or I64, got undefined/],
    ['an unknown type', file({ a: entry('F12', [1], [0, 4]) }, 4), /F32, F64 or I64, got 'F12'/],
    ['a type that JavaScript objects inherit', file({ a: entry('toString', [1], [0, 4]) }, 4), /got 'toString'/],
    ['a negative size', file({ a: entry('F32', [-1], [0, 4]) }, 4), /expected a shape/],
    ['a fraction as size', file({ a: entry('F32', [1.5], [0, 6]) }, 6), /expected a shape/],
    ['a shape that is no list', file({ a: entry('F32', 1, [0, 4]) }, 4), /expected a shape/],
    ['offsets that are no pair', file({ a: entry('F32', [1], [0]) }, 4), /data_offsets/],
    ['offsets backwards', file({ a: entry('F32', [1], [4, 0]) }, 4), /expected 4 bytes/],
    ['a shape larger than its bytes', file({ a: entry('F32', [2 ** 40, 2 ** 40], [0, 4]) }, 4), /bytes for 'a'/],
    ['numbers cut off', file({ a: entry('F32', [2], [0, 8]) }, 4), /describes 8 bytes of numbers, the file has 4/],
    ['numbers left over', file({ a: entry('F32', [1], [0, 4]) }, 8), /describes 4 bytes of numbers, the file has 8/],
    [
      'overlapping tensors',
      file({ a: entry('F32', [2], [0, 8]), b: entry('F32', [2], [4, 12]) }, 12),
      /'b' begins at 4, but the one before it ends at 8/,
    ],
    ['a gap between tensors', file({ a: entry('F32', [1], [0, 4]), b: entry('F32', [1], [8, 12]) }, 12), /begins at 8/],
    ['metadata that is no text', file({ __metadata__: { a: 1 } }), /__metadata__/],
  ])('%s is a FormatError', (_, bytes, message) => {
    expect(() => readSafetensors(bytes)).toThrow(FormatError);
    expect(() => readSafetensors(bytes)).toThrow(message);
  });

  test.each<[unknown, string]>([
    [{ seed: '7', epochs: 3 }, "writeSafetensors: expected metadata 'epochs' to be a string, got 3"],
    [{ note: undefined }, "writeSafetensors: expected metadata 'note' to be a string, got undefined"],
    ['note', "writeSafetensors: expected metadata, got 'note'"],
  ])('notes %j that readSafetensors would refuse are not written', (metadata, message) => {
    const write = () => writeSafetensors({ a: tensor([1]) }, metadata as Record<string, string>);
    expect(write).toThrow(ArgumentError);
    expect(write).toThrow(message);
  });

  test('a tensor named __proto__ is a tensor like any other', () => {
    const bytes = file('{"__proto__":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}', 4);
    expect(Object.keys(readSafetensors(bytes).tensors)).toEqual(['__proto__']);
  });

  test('a file damaged anywhere is read or refused with a FormatError, and nothing else', () => {
    const good = writeSafetensors({ a: tensor([1, 2, 3]), b: tensor([[4, 5]]) }, { k: 'v' });
    let refused = 0;
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.nat(255), fc.nat(good.length), (at, byte, length) => {
        const bytes = good.slice();
        bytes[at] = byte;
        try {
          readSafetensors(bytes.subarray(0, length));
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError);
          refused++;
        }
      }),
      { numRuns: 2000, seed: 1 },
    );
    expect(refused).toBeGreaterThan(1000);
  });
});

describe('weightHash', () => {
  test.each([
    ['', 'cbf29ce484222325'],
    ['a', 'af63dc4c8601ec8c'],
    ['foobar', '85944171f73967e8'],
  ])('FNV-1a of %j is the published %s', (text, expected) => {
    const hash = new FNV1a();
    for (const byte of new TextEncoder().encode(text)) hash.update(byte);
    expect(hash.toString()).toBe(expected);
  });

  test('one changed bit in one weight changes it', () => {
    const model = new Dense(3, 2, { generator: new Generator(1) });
    const before = weightHash(model);
    model.weight.data[5] *= 1 + 2 ** -23;
    expect(weightHash(model)).not.toBe(before);
  });
});
