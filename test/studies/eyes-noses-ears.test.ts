import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readSafetensors } from '../../src/io/index.js';
import { expectKept, runExample } from '../programs.js';
import { readJson, readPng, readText } from '../read-files.js';
import { temporaryFolder } from '../temporary-folder.js';

const folder = temporaryFolder('animals');
const PARTS = ['eye', 'nose', 'ear'];

test('a quick look: the table, four pictures, the model, a report, and figures that agree with each other', async () => {
  const { code, output } = await runExample('08-eyes-noses-ears', ['--quick', '--seed', '3', '--out', folder]);
  expect([code, output]).toEqual([0, output]);
  expect(output).toMatch(/ {2}layer 3 \(32 filters\) +unseen \d+% +\d+ +\d+ +\d+\n/);
  expect(output).toMatch(/ {2}asked for the nose only +unseen \d+% +\d+ +\d+ +\d+\n/);
  expect(output).toMatch(/ {2}ear, layer 1( +(-|[-\d]+%)){6}\n/);
  for (const name of ['patches', 'layers', 'faces', 'all']) {
    const { width, height } = readPng(folder, `${name}.png`);
    expect([name, width > 1000 && width < 1800, height > 400 && height < 1200]).toEqual([name, true, true]);
  }
  const metrics = readJson(folder, 'metrics.json');
  expect(metrics).toMatchObject({ example: '08-eyes-noses-ears', seed: 3, quick: true });
  expect(metrics.accuracy).toBeGreaterThan(0);
  expect(metrics.above).toEqual(metrics.layers.conv3.above);
  const controls = ['untrainedTwin', 'untrained', 'shuffledLabels', 'eyeOnly', 'noseOnly', 'earOnly'];
  expect(Object.keys(metrics.controls)).toEqual(controls);
  for (const { above, abovePercentile } of [
    ...Object.values<Record<string, Record<string, number>>>(metrics.controls),
    ...Object.values<Record<string, Record<string, number>>>(metrics.layers),
  ]) {
    expect([Object.keys(above), Object.keys(abovePercentile)]).toEqual([PARTS, PARTS]);
    for (const part of PARTS) expect(above[part]).toBeLessThanOrEqual(abovePercentile[part]);
  }
  for (const part of PARTS) {
    const { onPart, fall, others } = metrics.layers.conv3.best[part];
    expect([onPart >= 0 && onPart <= 1, fall <= 1, others <= 1]).toEqual([true, true, true]);
    expect([part, metrics.chance[part] > 0.05 && metrics.chance[part] < 0.25]).toEqual([part, true]);
    // Who knows where parts usually are is lost when eyes and nose change places; ears stay.
    const { onPart: usual, variants } = metrics.prior[part];
    expect([part, usual > 0.4, variants.turnedOver < 0.25]).toEqual([part, true, part !== 'ear']);
  }
  const { metadata, tensors } = readSafetensors(readFileSync(join(folder, 'model.safetensors')));
  expect(metadata.weightHash).toBe(metrics.weightHash);
  expect(tensors['conv3.weight'].shape).toEqual([32, 24, 3, 3]);
  const report = readText(folder, 'report.html');
  expect(report.match(/<img src="data:image\/png;base64,[\w+/=]{1000,}" alt="[^"]+">/g)).toHaveLength(4);
  expect(report).toContain('This is a toy world.');
  expect(report.replace(/base64,[^"]*/g, '')).not.toMatch(/undefined|NaN|null/);
  await expectKept('08-eyes-noses-ears', folder, ['--quick', '--seed', '4']);
  await expectKept('08-eyes-noses-ears', folder, ['--seed', '3']);
});
