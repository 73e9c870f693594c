import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decode } from 'fast-png';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ingredients, meanOf, seenFrom, seenOnAverage } from '../examples/lib/deeper/ingredients.js';
import { Conv2D, Generator, randn, readSafetensors } from '../src/index.js';
import { runExample } from './run-example.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'convgrad-example-06-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (...args: string[]) => runExample('06-what-deeper-filters-see', ...args);

const sum = (numbers: readonly number[]) => numbers.reduce((total, value) => total + value, 0);

test('the ingredients of a filter add up to the rise of its output, whatever its bias', () => {
  const generator = new Generator(4);
  const conv = new Conv2D(3, 1, 3, { generator });
  const images = [0, 1].map(() => randn([1, 3, 6, 5], { generator }));
  const outputs = images.map((image) => conv.forward(image).data);
  const maps = images.map((image) => ({ shape: [3, 6, 5], values: image.data }));
  // The best place: row 2, column 1 of the second image's output, [4, 3].
  const average = meanOf(maps.map(seenOnAverage));
  const { rise, combines } = ingredients(conv.weight.data, seenFrom(maps[1], 2, 1), average);
  const everywhere = outputs.flatMap((values) => Array.from(values));
  expect(rise).toBeCloseTo(outputs[1][2 * 3 + 1] - sum(everywhere) / everywhere.length, 5);
  expect(sum(combines.map(({ share }) => share))).toBeCloseTo(1, 10);
  expect(combines.map(({ share }) => share)).toEqual(combines.map(({ share }) => share).sort((a, b) => b - a));
});

test('an ingredient is a channel that is found or missing, at the tap that has most of its share', () => {
  // Channel 0: wanted at the top right, 3 of it there; channel 1: unwanted at the bottom left, and missing there.
  const weights = [...[0, 0, 2, 0, 0, 0, 0, 0, 0], ...[0, 0, 0, 0, 0, 0, -1, 0, 0]];
  const best = Float64Array.of(...[0, 0, 3, 0, 0, 0, 0, 0, 0], ...[0, 0, 0, 0, 0, 0, 0, 5, 0]);
  const average = new Float64Array(18).fill(1);
  const { rise, combines } = ingredients(weights, best, average);
  expect(rise).toBe(2 * (3 - 1) + -1 * (0 - 1));
  expect(combines.filter(({ share }) => share > 0)).toEqual([
    { channel: 0, wanted: true, share: 4 / 5, tap: [0, 2] },
    { channel: 1, wanted: false, share: 1 / 5, tap: [2, 0] },
  ]);
});

test('after one epoch: four pictures, the model, and figures that agree with each other', async () => {
  const { code, output } = await run('--epochs', '1', '--seed', '3', '--out', folder);
  expect(code).toBe(0);
  expect(output).toMatch(/stroke 15: [+−]\d+% edge \d+, /);
  expect(output).toMatch(/\n {2}9: [+−]\d+% part \d+, [+−]\d+% part \d+, [+−]\d+% part \d+\n/);
  for (const name of ['1-edges', '2-strokes', '3-parts', '4-digits']) {
    const { width, height } = decode(readFileSync(join(folder, `${name}.png`)));
    expect([name, width > 1200 && width < 1800, height > 400 && height < 2300]).toEqual([name, true, true]);
  }
  const figures = JSON.parse(readFileSync(join(folder, 'figures.json'), 'utf8'));
  expect(figures).toMatchObject({ seed: 3, epochs: 1 });
  expect(figures.heldOutAccuracy).toBeGreaterThan(0.88);
  const { strokes, parts, digits, checks } = figures;
  expect([figures.edges.length, strokes.length, parts.length, digits.length]).toEqual([12, 16, 24, 10]);
  for (const { rise, combines } of [...strokes, ...parts, ...digits]) {
    expect(rise).toBeGreaterThan(0);
    expect(sum(combines.map(({ share }: { share: number }) => share))).toBeCloseTo(1, 6);
  }
  // What a filter's own patches show is more like what was made up for it than what those of others show.
  for (const { own, others } of Object.values<{ own: number; others: number }>(checks.likeness)) {
    expect(own).toBeGreaterThan(others);
  }
  expect(checks.ablation.own).toBeGreaterThan(checks.ablation.any);
  const { metadata, tensors } = readSafetensors(readFileSync(join(folder, 'model.safetensors')));
  expect(metadata.weightHash).toBe(figures.weightHash);
  expect(tensors['conv3.weight'].shape).toEqual([24, 16, 3, 3]);
}, 120_000);

test.concurrent.each([
  [['--epochs', '0'], /option '--epochs <n>' argument '0' is invalid. Expected a whole number of at least 1/],
  [['--out', 'package.json'], /^error: makeFolder: cannot make the folder 'package.json' \(EEXIST: .*\)\n$/m],
])('%j is a clear error and trains nothing', async (args, message) => {
  const { code, output } = await run(...args);
  expect(code).toBe(1);
  expect(output).toMatch(message);
  expect(output).not.toMatch(/ {4}at |epoch {2}1/);
});
