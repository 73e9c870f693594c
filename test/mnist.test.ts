import { readFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import { beforeAll, expect, test } from 'vitest';
import { loadMnist, packMnist, readMnist } from '../datasets/index.js';
import { ArgumentError, type Dataset, FormatError } from '../src/index.js';
import { FNV1a } from '../src/io/hash.js';

let train: Dataset;
let heldOut: Dataset;
beforeAll(async () => {
  ({ train, heldOut } = await loadMnist());
});

/** An image as text, to find it again. */
const key = (dataset: Dataset, i: number) => dataset.input(i).join();

test('9,000 digits to train and 1,000 held out, 28x28, gray values of whole 255ths', () => {
  expect([train.length, heldOut.length]).toEqual([9000, 1000]);
  expect(train.inputShape).toEqual([1, 28, 28]);
  expect(train.inputs.every((value) => value === Math.fround(Math.round(value * 255) / 255))).toBe(true);
  expect(train.inputs.reduce((most, value) => Math.max(most, value))).toBe(1);
});

test('every digit has the same share of both parts, to one image', () => {
  const count = (dataset: Dataset, digit: number) => dataset.labels.filter((label) => label === digit).length;
  for (let digit = 0; digit < 10; digit++) {
    const all = count(train, digit) + count(heldOut, digit);
    expect(Math.abs(count(heldOut, digit) - all / 10)).toBeLessThan(1);
  }
});

test('the checksum of all digits is the one in datasets/README.md, so no digit is lost or doubled', () => {
  const images = [train, heldOut].flatMap((set) =>
    Array.from(set.labels, (label, i) => ({ label, bytes: set.input(i).map((v) => Math.round(v * 255)) })),
  );
  // Digit by digit; within a digit in the order of their bytes, because the split shuffles.
  const sorted = images.map(({ label, bytes }) => String.fromCharCode(label, ...bytes)).sort();
  const hash = new FNV1a();
  for (const text of sorted) for (let i = 0; i < text.length; i++) hash.update(text.charCodeAt(i));
  expect(readFileSync('datasets/README.md', 'utf8')).toContain(`\`${hash}\``);
});

test('the same seed splits the same way, another seed in another', async () => {
  const [same, other] = [await loadMnist({ seed: 0 }), await loadMnist({ seed: 1 })];
  expect(key(same.heldOut, 0)).toBe(key(heldOut, 0));
  expect(same.train.labels).toEqual(train.labels);
  const held = new Set(Array.from({ length: 1000 }, (_, i) => key(heldOut, i)));
  const shared = Array.from({ length: 1000 }, (_, i) => held.has(key(other.heldOut, i))).filter(Boolean).length;
  expect(shared).toBeLessThan(200);
});

test('wrong options are refused', async () => {
  await expect(loadMnist({ heldOut: 10_001 })).rejects.toThrow('from 0 to 10000, got 10001');
  await expect(loadMnist({ test: 1 } as object)).rejects.toThrow(
    "unknown option 'test'; the options are seed, heldOut",
  );
});

test('packMnist makes a file of 1.6 MB, from which readMnist gives what loadMnist gives', async () => {
  const file = await packMnist();
  expect(file.length).toBeLessThan(1_650_000);
  for (const options of [{}, { seed: 5, heldOut: 40 }]) {
    const [read, loaded] = [await readMnist(file, options), await loadMnist(options)];
    for (const part of ['train', 'heldOut'] as const) {
      expect(Buffer.compare(Buffer.from(read[part].inputs.buffer), Buffer.from(loaded[part].inputs.buffer))).toBe(0);
      expect(read[part].labels).toEqual(loaded[part].labels);
      expect([read[part].inputShape, read[part].classes]).toEqual([[1, 28, 28], 10]);
    }
  }
});

test('readMnist refuses what is no such file, and says what it got', async () => {
  const bytes = gunzipSync(await packMnist());
  const relabeled = Buffer.from(bytes);
  relabeled[1001] = 7;
  const cases: [Uint8Array, string][] = [
    [Buffer.from('<html>Not found</html>'), 'got 22 bytes that are no whole gzip file'],
    [new Uint8Array(0), 'got 0 bytes'],
    [gzipSync(bytes).subarray(0, 5000), 'got 5000 bytes that are no whole gzip file'],
    [gzipSync(bytes.subarray(1)), 'got 7849999 bytes in it, not 7850000'],
    [gzipSync(Buffer.concat([bytes, bytes.subarray(0, 1)])), 'got more than 7850000 bytes in it'],
    [gzipSync(relabeled), 'got the label 7 for image 1001, not 1'],
  ];
  for (const [file, message] of cases) {
    await expect(readMnist(file), message).rejects.toThrow(FormatError);
    await expect(readMnist(file)).rejects.toThrow(`readMnist: expected a file that packMnist wrote, ${message}`);
  }
  const buffer = new ArrayBuffer(8) as unknown as Uint8Array;
  await expect(readMnist(buffer)).rejects.toThrow(ArgumentError);
  await expect(readMnist(buffer)).rejects.toThrow(
    'readMnist: expected a Uint8Array, got an object of type ArrayBuffer',
  );
  await expect(readMnist(await packMnist(), { test: 1 } as object)).rejects.toThrow('the options are seed, heldOut');
});
