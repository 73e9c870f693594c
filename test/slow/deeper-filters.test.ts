import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readSafetensors } from '../../src/io/index.js';
import { expectKept, runExample } from '../programs.js';
import { readJson, readPng, readText } from '../read-files.js';
import { sum } from '../statistics.js';
import { temporaryFolder } from '../temporary-folder.js';

const folder = temporaryFolder('deeper');

test('after one epoch: four pictures, the model, and figures that agree with each other', async () => {
  const short = ['--epochs', '1', '--images', '300'];
  const { code, output } = await runExample('06-what-deeper-filters-see', [...short, '--seed', '3', '--out', folder]);
  expect(code).toBe(0);
  expect(output).toMatch(/stroke 15: [+−]\d+% edge \d+, /);
  expect(output).toMatch(/\n {2}9: [+−]\d+% part \d+, [+−]\d+% part \d+, [+−]\d+% part \d+\n/);
  for (const name of ['1-edges', '2-strokes', '3-parts', '4-digits']) {
    const { width, height } = readPng(folder, `${name}.png`);
    expect([name, width > 1200 && width < 1800, height > 400 && height < 2300]).toEqual([name, true, true]);
  }
  const figures = readJson(folder, 'figures.json');
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
  // Layers separate the digits only where their names were learned; more closely than this in layers-measured.ts.
  const { layers } = figures;
  expect(Object.keys(layers)).toEqual(['trained', 'untrained', 'byHeart', 'learned']);
  expect(layers.trained.map(({ layer }: { layer: string }) => layer)).toEqual(['relu1', 'relu2', 'relu3']);
  expect(layers.trained[2].accuracy).toBeGreaterThan(layers.untrained[2].accuracy);
  expect(layers.trained[2].accuracy).toBeGreaterThan(layers.byHeart[2].accuracy);
  expect(readText(folder, '5-layers.svg')).toMatch(/^<svg/);
  expect(checks.ablation.own).toBeGreaterThan(checks.ablation.any);
  const { metadata, tensors } = readSafetensors(readFileSync(join(folder, 'model.safetensors')));
  expect(metadata.weightHash).toBe(figures.weightHash);
  expect(tensors['conv3.weight'].shape).toEqual([24, 16, 3, 3]);
  for (const flags of [
    [...short, '--seed', '4'],
    ['--epochs', '1', '--seed', '3'],
  ]) {
    await expectKept('06-what-deeper-filters-see', folder, flags);
  }
});
