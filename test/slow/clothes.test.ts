import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { Generator } from '../../src/index.js';
import { expectKept, runExample } from '../programs.js';
import { readJson, readPng } from '../read-files.js';
import { temporaryFolder } from '../temporary-folder.js';

const folder = temporaryFolder('clothes');
const data = join(folder, 'data');
beforeAll(() => {
  mkdirSync(data);
  for (const [name, count] of Object.entries({ train: 60_000, t10k: 10_000 })) {
    const { images, labels } = stripes(count);
    writeFileSync(join(data, `${name}-images-idx3-ubyte`), images);
    writeFileSync(join(data, `${name}-labels-idx1-ubyte`), labels);
  }
});

/** Files in the official format, of images whose class k has a bright stripe in the rows from 2 k + 2 on. */
function stripes(count: number): { images: Uint8Array; labels: Uint8Array } {
  const images = new Uint8Array(16 + count * 784);
  const labels = new Uint8Array(8 + count);
  const words = (...values: number[]) => values.flatMap((value) => [24, 16, 8, 0].map((bits) => (value >> bits) & 255));
  images.set(words(0x803, count, 28, 28));
  labels.set(words(0x801, count));
  const generator = new Generator(count);
  for (let i = 0; i < count; i++) {
    const label = generator.integer(10);
    labels[8 + i] = label;
    const first = 16 + i * 784 + (2 * label + 2) * 28;
    images.fill(150 + generator.integer(100), first, first + 4 * 28);
  }
  return { images, labels };
}

test.concurrent('fashion-mnist on official files: accuracy of each seed, pictures, figures', async () => {
  const out = join(folder, 'clothes');
  const short = ['--images', '1500', '--epochs', '2', '--seeds', '2'];
  const { code, output } = await runExample('experiments/fashion-mnist', ['--data', data, '--out', out, ...short]);
  expect([code, output]).toEqual([0, expect.stringMatching(/seed 1: accuracy [\d.]+% on the official test set; /)]);
  expect(output).toMatch(
    /accuracy [\d.]+%, standard deviation [\d.]+%, over 2 seeds \([\d.]+%, [\d.]+%\), on the official/,
  );
  const { runs, mean, part, images } = readJson(out, 'metrics.json');
  expect({ part, images, seeds: runs.map((each: { seed: number }) => each.seed) }).toEqual({
    part: 'the official test set',
    images: 1500,
    seeds: [0, 1],
  });
  expect(mean).toBeGreaterThan(0.5);
  expect(runs[0].weightHash).not.toBe(runs[1].weightHash);
  expect(readPng(out, 'filters.png').width).toBeGreaterThan(800);
  await expectKept('experiments/fashion-mnist', out, ['--data', data, ...short, '--seed', '1']);
  await expectKept('experiments/fashion-mnist', out, short);
});

test.concurrent('transfer on official files: a row for each condition, and the gain beside what the digits brought', async () => {
  const out = join(folder, 'transfer');
  const short = ['--sizes', '200', '--seeds', '2', '--digit-epochs', '1', '--epochs', '1'];
  const { code, output } = await runExample('experiments/transfer', ['--data', data, '--out', out, ...short]);
  expect([code, output]).toEqual([0, expect.stringContaining('on 10000 clothes (the official test set), mean and')]);
  const { runs, table } = readJson(out, 'metrics.json');
  expect(runs).toHaveLength(2 * 6);
  expect(table).toHaveLength(9);
  expect(new Set(runs.map((each: { weightHash: string }) => each.weightHash)).size).toBe(12); // No two are the same network.
  expect(output).toMatch(/ {3}200 {2}conv1 from digits, frozen +[\d.]+% ± [\d.]+%\n/);
  expect(output).toMatch(/conv1 from digits, frozen .*\n {3}200 {4}gain by digits +-?[\d.]+% ± [\d.]+%\n/);
  expect(readPng(out, 'conv1-seed1.png').width).toBeGreaterThan(800);
  await expectKept('experiments/transfer', out, ['--data', data, ...short, '--sizes', '300']);
});
