import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { FormatError, ones, type StateDict, type Tensor, tensor, zeros } from '../src/index.js';
import { readNpy, readNpz, writeNpy, writeNpz } from '../src/numpy/index.js';

const folder = 'test/fixtures/numpy';
const golden = JSON.parse(readFileSync('test/fixtures/golden-numpy.json', 'utf8'));
const file = (name: string) => readFileSync(join(folder, name));
const names = Object.keys(golden);

const numbers = (value: Tensor) => ({ shape: [...value.shape], values: [...value.data] });
/** As Python writes it, in numbers. */
const expected = ({ shape, values }: { shape: number[]; values: string[] }) => ({
  shape,
  values: values.map((each) => {
    const word = { True: 1, False: 0, inf: Infinity, nan: Number.NaN }[each];
    return word ?? Number(each);
  }),
});

test.each(names.filter((name) => name.endsWith('.npy')))('%s holds what NumPy saved', (name) => {
  const value = readNpy(file(name));
  expect(numbers(value)).toEqual(expected(golden[name]));
  const wide = /^([fiu]8|[iu]4)|^scalar/.test(name);
  expect(value.dtype).toBe(wide ? 'float64' : 'float32');
});

test.each(names.filter((name) => name.endsWith('.npz')))('%s holds what NumPy saved', async (name) => {
  const tensors = await readNpz(file(name));
  expect(Object.keys(tensors)).toEqual(Object.keys(golden[name]));
  for (const [key, value] of Object.entries(tensors)) expect(numbers(value)).toEqual(expected(golden[name][key]));
});

const REFUSED: Record<string, RegExp> = {
  'objects.npy': /expected numbers of type f8, .*, got '\|O' \(Python objects, which are a pickle\)/,
  'text.npy': /got '<U1'/,
  'complex.npy': /got '<c16'/,
  'records.npy': /got records/,
  'beyond.npy': /holds 9007199254740993, beyond 2\^53/,
};
test.each(Object.keys(REFUSED))('%s is refused', (name) => {
  expect(() => readNpy(file(name))).toThrow(REFUSED[name]);
  expect(() => readNpy(file(name))).toThrow(FormatError);
});

test('every file that the script writes is read or refused here', () => {
  expect(readdirSync(folder).sort()).toEqual([...names, ...Object.keys(REFUSED)].sort());
});

test('what is written is, byte for byte, what NumPy writes', () => {
  for (const name of ['f4.npy', 'f8.npy', 'scalar.npy', 'empty.npy']) {
    expect(Buffer.compare(writeNpy(readNpy(file(name))), file(name)), name).toBe(0);
  }
  const long = writeNpy(zeros(new Array(40).fill(1))); // A header of more than one block.
  expect([long.length % 64, readNpy(long).shape.length]).toEqual([4, 40]);
});

test('tensors come back from a .npz file, under any names', async () => {
  const tensors: StateDict = {
    'conv.weight': tensor([
      [1, 2.5],
      [3, -0],
    ]),
    ü: tensor(Float64Array.of(0.1)),
    none: zeros([0, 2]),
    __proto__x: ones([1]),
  };
  const bytes = writeNpz(tensors);
  const back = await readNpz(bytes);
  expect(Object.keys(back)).toEqual(Object.keys(tensors));
  for (const [key, value] of Object.entries(back)) {
    expect([value.dtype, numbers(value)]).toEqual([tensors[key].dtype, numbers(tensors[key])]);
  }
  expect(Buffer.compare(writeNpz(tensors), bytes)).toBe(0);
});

test('contents beyond the limit are refused before they are unpacked, and what the archive says is held against them', async () => {
  const [, key] = ['x', 'numbers'];
  const bytes = writeNpz({ [key]: zeros([3_000_000]) });
  await expect(readNpz(bytes, { maxBytes: 10_000_000 })).rejects.toThrow(
    /takes more than the limit of 10 MB; raise it/,
  );
  // The same, compressed, with a size that is not that of the contents.
  const stored = writeNpz({ a: ones([1000]) });
  const contents = stored.subarray(30 + 5, 30 + 5 + 128 + 4000);
  const packed = deflateRawSync(contents);
  const tail = 30 + 5 + contents.length;
  const changed = (size: number) => {
    const local = Buffer.from(stored.subarray(0, 35));
    const end = Buffer.from(stored.subarray(tail));
    for (const [header, at] of [
      [local, 8],
      [end, 10],
    ] as const) {
      header.writeUInt16LE(8, at);
      header.writeUInt32LE(packed.length, at + 10);
      header.writeUInt32LE(size, at + 14);
    }
    end.writeUInt32LE(35 + packed.length, end.length - 6);
    return Buffer.concat([local, packed, end]);
  };
  expect((await readNpz(changed(contents.length))).a.size).toBe(1000);
  await expect(readNpz(changed(100))).rejects.toThrow(/'a\.npy' is damaged: it is larger than the 100 bytes/);
  await expect(readNpz(changed(5000))).rejects.toThrow(/it has 4128 bytes, not 5000/);
  await expect(readNpz(changed(2 ** 32 - 2))).rejects.toThrow(/more than the limit of 64 MB/);
});

test('a file cut off anywhere, or with a byte changed, is refused or read, and nothing else', async () => {
  const compressed = file('compressed.npz');
  for (let length = 0; length < compressed.length; length += 11) {
    await expect(readNpz(compressed.subarray(0, length))).rejects.toThrow(FormatError);
  }
  const right = JSON.stringify(Object.values(await readNpz(compressed)).map(numbers));
  for (let at = 0; at < compressed.length; at += 3) {
    const changed = Uint8Array.from(compressed);
    changed[at] ^= 0x10;
    const read = await readNpz(changed).catch((error) => error);
    if (read instanceof Error) expect(read).toBeInstanceOf(FormatError);
    else expect(JSON.stringify(Object.values(read as StateDict).map(numbers))).toBe(right);
  }
  const array = file('f4.npy');
  for (let length = 0; length < array.length; length++) {
    expect(() => readNpy(array.subarray(0, length))).toThrow(FormatError);
  }
});

test('other arguments are refused', async () => {
  expect(() => readNpy('x' as never)).toThrow(/expected a Uint8Array/);
  expect(() => writeNpy([1] as never)).toThrow(/expected a tensor/);
  expect(() => writeNpz({ a: 1 } as never)).toThrow(/expected tensors by their keys/);
  await expect(readNpz(null as never)).rejects.toThrow(/expected a Uint8Array/);
  await expect(readNpz(file('stored.npz'), { limit: 1 } as never)).rejects.toThrow(/unknown option 'limit'/);
});
