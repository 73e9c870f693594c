import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decode } from 'fast-png';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { grayValues } from '../datasets/fashion-mnist-json.js';
import { loadFashionMnistJson } from '../datasets/full.js';
import { packageFolder } from '../datasets/package-folder.js';
import { ArgumentError, FormatError, Generator } from '../src/index.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'convgrad-fashion-'));
  mkdirSync(join(folder, 'data'));
  for (const [name, count] of [
    ['train', 60_000],
    ['t10k', 10_000],
  ] as const) {
    const { images, labels } = stripes(count);
    writeFileSync(join(folder, 'data', `${name}-images-idx3-ubyte`), images);
    writeFileSync(join(folder, 'data', `${name}-labels-idx1-ubyte`), labels);
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

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

/** Runs an example as a user does; gives its exit code and all that it printed. */
function run(name: string, ...args: string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    execFile('npx', ['tsx', `examples/experiments/${name}.ts`, ...args], (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, output: stdout + stderr });
    });
  });
}

describe('loadFashionMnistJson', () => {
  const image = (value: number) => new Array(784).fill(value);
  const text = (data: unknown) => JSON.stringify({ data });

  test('reads the images of a class one after the other, and leaves empty records out', () => {
    const bytes = grayValues(text([image(3), [], image(255), []]), 'Coat', 2);
    expect(bytes).toEqual(Uint8Array.from([...image(3), ...image(255)]));
  });

  test.each([
    ['another number of images', text([image(3)]), 'expected 2 images, got 1'],
    ['an image that is too short', text([image(3), [1, 2]]), 'expected 784 pixels in image 1, got 2'],
    ['what is no image', text([image(3), 7]), 'expected 784 pixels in image 1, got 7'],
    [
      'a value above 255',
      text([image(3), image(256)]),
      'expected whole numbers from 0 to 255 in image 1, got 256 at 0',
    ],
    ['a fraction', text([image(0.5), image(1)]), 'expected whole numbers from 0 to 255 in image 0, got 0.5 at 0'],
    ['no records', '{}', 'expected 2 images, got 0'],
    ['no JSON', 'data', 'expected 2 images, got 0'],
  ])('refuses %s', (_, content, message) => {
    expect(() => grayValues(content, 'Coat', 2)).toThrow(FormatError);
    expect(() => grayValues(content, 'Coat', 2)).toThrow(`loadFashionMnistJson: Coat: ${message}`);
  });

  test('refuses unknown options', async () => {
    await expect(loadFashionMnistJson({ test: 1 } as object)).rejects.toThrow('the options are seed, heldOut');
  });
});

test('packageFolder finds what is installed, and says how to get what is not', async () => {
  expect(JSON.parse(readFileSync(join(await packageFolder('x', 'vitest'), 'package.json'), 'utf8')).name).toBe(
    'vitest',
  );
  await expect(packageFolder('x', 'convgrad-not-there')).rejects.toThrow(ArgumentError);
  await expect(packageFolder('x', 'convgrad-not-there')).rejects.toThrow(
    'x: expected the package convgrad-not-there: run npm install convgrad-not-there',
  );
});

test('examples/experiments/fashion-mnist.ts on official files: accuracy of each seed, pictures, figures', async () => {
  const out = join(folder, 'clothes');
  const args = ['--data', join(folder, 'data'), '--images', '1500', '--epochs', '2', '--seeds', '2', '--out', out];
  const { code, output } = await run('fashion-mnist', ...args);
  expect([code, output]).toEqual([0, expect.stringMatching(/seed 1: accuracy [\d.]+% on the official test set; /)]);
  expect(output).toMatch(
    /accuracy [\d.]+%, standard deviation [\d.]+%, over 2 seeds \([\d.]+%, [\d.]+%\), on the official/,
  );
  const { runs, mean, part, images } = JSON.parse(readFileSync(join(out, 'metrics.json'), 'utf8'));
  expect({ part, images, seeds: runs.map((each: { seed: number }) => each.seed) }).toEqual({
    ...{ part: 'the official test set', images: 1500, seeds: [0, 1] },
  });
  expect(mean).toBeGreaterThan(0.5);
  expect(runs[0].weightHash).not.toBe(runs[1].weightHash);
  expect(decode(readFileSync(join(out, 'filters.png'))).width).toBeGreaterThan(800);
}, 120_000);

test('examples/experiments/transfer.ts on official files: a row for each condition, and the gain beside what the digits brought', async () => {
  const out = join(folder, 'transfer');
  const short = ['--sizes', '200', '--seeds', '2', '--digit-epochs', '1', '--epochs', '1'];
  const { code, output } = await run('transfer', '--data', join(folder, 'data'), ...short, '--out', out);
  expect([code, output]).toEqual([0, expect.stringContaining('on 10000 clothes (the official test set), mean and')]);
  const { runs, table } = JSON.parse(readFileSync(join(out, 'metrics.json'), 'utf8'));
  expect(runs).toHaveLength(2 * 6);
  expect(table).toHaveLength(9);
  expect(new Set(runs.map((each: { weightHash: string }) => each.weightHash)).size).toBe(12); // No two are the same network.
  expect(output).toMatch(/ {3}200 {2}conv1 from digits, frozen +[\d.]+% ± [\d.]+%\n/);
  expect(output).toMatch(/conv1 from digits, frozen .*\n {3}200 {4}gain by digits +-?[\d.]+% ± [\d.]+%\n/);
}, 120_000);
