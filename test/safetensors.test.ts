import { readFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  ArgumentError,
  BatchNorm2D,
  Conv2D,
  Dataset,
  Dense,
  FormatError,
  Generator,
  Sequential,
  tensor,
  weightHash,
} from '../src/index.js';
import { FNV1a } from '../src/io/hash.js';
import { readSafetensors, writeSafetensors } from '../src/io/index.js';

/** A file with this header, as text or as an object, and this many bytes of numbers. */
function file(header: unknown, numbers = 0, length?: bigint): Uint8Array {
  const json = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + numbers);
  new DataView(bytes.buffer).setBigUint64(0, length ?? BigInt(json.length), true);
  bytes.set(json, 8);
  return bytes;
}

/** With these as the last bytes. */
function withBytes(bytes: Uint8Array, last: number[]): Uint8Array {
  bytes.set(last, bytes.length - last.length);
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

  test.each<[string, number[], string, number[]]>([
    [
      'F16',
      [0, 0x3c, 0, 0xc0, 1, 0, 0xff, 0x7b, 0, 0x7c, 1, 0x7e, 0, 0x80],
      'float32',
      [1, -2, 2 ** -24, 65504, Infinity, Number.NaN, -0],
    ],
    ['BF16', [0x80, 0x3f, 0x49, 0x40, 0x80, 0xff, 1, 0], 'float32', [1, 3.140625, -Infinity, 2 ** -133]],
    ['I8', [1, 255, 128], 'float32', [1, -1, -128]],
    ['U8', [1, 255, 128], 'float32', [1, 255, 128]],
    ['BOOL', [0, 1], 'float32', [0, 1]],
    ['I16', [1, 128, 255, 255], 'float32', [-32767, -1]],
    ['U16', [1, 128, 255, 255], 'float32', [32769, 65535]],
    ['I32', [1, 0, 0, 1, 255, 255, 255, 255], 'float64', [16777217, -1]],
    ['U32', [255, 255, 255, 255], 'float64', [2 ** 32 - 1]],
    ['I64', [1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 224, 255], 'float64', [1, 1 - 2 ** 53]],
    ['U64', [255, 255, 255, 255, 255, 255, 31, 0], 'float64', [2 ** 53 - 1]],
  ])('%s is widened exactly', (type, bytes, dtype, values) => {
    const header = { a: entry(type, [values.length], [0, bytes.length]) };
    const { a } = readSafetensors(withBytes(file(header, bytes.length), bytes)).tensors;
    expect([a.dtype, a.shape]).toEqual([dtype, [values.length]]);
    expect([...a.data]).toEqual(values);
  });

  test('an empty tensor may begin where another one does, in any order', () => {
    const header = {
      full: entry('F32', [1], [0, 4]),
      empty: entry('F32', [0], [0, 0]),
      last: entry('F32', [2, 0], [4, 4]),
    };
    expect(Object.values(readSafetensors(file(header, 4)).tensors).map(({ size }) => size)).toEqual([1, 0, 0]);
  });

  test.each<[string, string, RegExp]>([
    [
      'PyTorch or Keras',
      'PK\x03\x04\x14\x00\x08\x00archive',
      /got a zip file, such as one of PyTorch or Keras; in Python, safetensors.torch.save_file/,
    ],
    ['older PyTorch', '\x80\x02\x8a\nl\xfc\x9cF\xf9 j', /got a pickle/],
    ['Keras', '\x89HDF\r\n\x1a\n', /got HDF5/],
    ['ONNX', '\x08\x08\x12\x07pytorch', /got ONNX/],
    ['JSON', '{"weight_map": {}}', /got JSON; in Python/],
    ['JSON in lines', '\n[\n1, 2, 3, 4]', /got JSON/],
    ['git-lfs', 'version https://git-lfs.github.com/spec/v1\n', /a pointer to one, which git lfs pull fetches/],
  ])('a file of %s is named, with what to do', (_, text, message) => {
    const bytes = Uint8Array.from(text, (letter) => letter.charCodeAt(0));
    expect(() => readSafetensors(bytes)).toThrow(FormatError);
    expect(() => readSafetensors(bytes)).toThrow(message);
  });

  test('a header whose length looks like the letter { is read', () => {
    const bytes = file(JSON.stringify({}).padEnd(0x7b));
    expect(readSafetensors(bytes).tensors).toEqual(Object.create(null));
  });

  test('bytes of another realm are read, and a Float64Array of one keeps its type', () => {
    const bytes = runInNewContext(`Uint8Array.from([${writeSafetensors({ a: tensor([1, 2]) })}])`);
    expect(bytes).not.toBeInstanceOf(Uint8Array);
    expect(readSafetensors(bytes).tensors.a.toArray()).toEqual([1, 2]);
    const double = runInNewContext('Float64Array.of(0.1)');
    expect(tensor(double).dtype).toBe('float64');
    expect(readSafetensors(writeSafetensors({ a: tensor(double) })).tensors.a.item()).toBe(0.1);
    const foreign = runInNewContext('Float32Array.of(1, 2)');
    expect(new Dataset(foreign, [1], [0, 1]).inputs).toBe(foreign);
    expect(() => tensor(runInNewContext('BigInt64Array.of(1n)'))).toThrow(ArgumentError);
  });

  test.each<[string, Uint8Array, RegExp]>([
    ['no bytes', new Uint8Array(0), /at least 8 bytes, got 0/],
    ['a length alone', new Uint8Array(8), /begins with {/],
    ['a header longer than the file', file('{}', 0, 1000n), /says that it has 1000 bytes/],
    ['a header of 2^63 bytes', file('{}', 0, 2n ** 63n), /says that it has/],
    ['a header that is no JSON', file('{"a":'), /not JSON/],
    ['a header that is no UTF-8', file('{}').fill(0xff, 9), /not JSON/],
    ['a header nested too deep', file(`{"a":${'['.repeat(200_000)}${']'.repeat(200_000)}}`), /not JSON|to be of type/],
    [
      'a shape nested deep',
      file(`{"a":{"dtype":"F32","shape":${'['.repeat(2000)}${']'.repeat(2000)},"data_offsets":[0,4]}}`, 4),
      /expected a shape for 'a', got \[\[\[\[\.\.\.\]\]\]\]$/,
    ],
    ['an endless name', file({ ['x'.repeat(100_000)]: 1 }), /^.{1,700}$/],
    ['white space in front', file(' {}'), /begins with {/],
    [
      'a name twice',
      file(
        '{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}',
      ),
      /a key twice/,
    ],
    ['a name twice, written in two ways', file('{"a":1,"\\u0061":1}'), /a key twice/],
    ['a type twice', file('{"a":{"dtype":"F32","dtype":"F32","shape":[0],"data_offsets":[0,0]}}'), /a key twice/],
    ['a size 1.0', file('{"a":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}}', 4), /whole ones/],
    ['an offset 4e0', file('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4e0]}}', 4), /whole ones/],
    ['a size -0', file('{"a":{"dtype":"F32","shape":[-0],"data_offsets":[0,0]}}'), /whole ones/],
    ['a shape that overflows', file({ a: entry('F32', [2 ** 40, 2 ** 40, 0], [0, 0]) }), /bytes for 'a'/],
    [
      'a whole number beyond 2^53',
      withBytes(file({ a: entry('I64', [1], [0, 8]) }, 8), [1, 0, 0, 0, 0, 0, 32, 0]),
      /'a' holds 9007199254740993, beyond/,
    ],
    ['a list as header', file([]), /begins with {/],
    ['an entry that is no object', file({ a: 1 }), /of type F64, F32, .*, BOOL, got undefined/],
    ['an unknown type', file({ a: entry('F12', [1], [0, 4]) }, 4), /BOOL, got 'F12'/],
    ['a type that JavaScript objects inherit', file({ a: entry('toString', [1], [0, 4]) }, 4), /got 'toString'/],
    ['a negative size', file({ a: entry('F32', [-1], [0, 4]) }, 4), /expected a shape/],
    ['a fraction as size', file({ a: entry('F32', [1.5], [0, 6]) }, 6), /whole ones/],
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

  test('names and notes that no reader takes are not written', () => {
    const write = () => writeSafetensors({}, { note: 'x'.repeat(100_000_000) });
    expect(write).toThrow(/^writeSafetensors: names and metadata take 1000000\d\d bytes, more than may be read$/);
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
