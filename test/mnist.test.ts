import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { loadMnist } from '../datasets/index.js';
import type { Dataset } from '../src/index.js';
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
