import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readSafetensors } from '../../src/index.js';
import { expectKept, runExample } from '../programs.js';
import { readJson, readPng } from '../read-files.js';
import { temporaryFolder } from '../temporary-folder.js';

const folder = temporaryFolder('experiments');

/** What an experiment prints that ends well; it writes into the folder of its name. */
async function outputOf(name: string, ...args: string[]): Promise<string> {
  const { code, output } = await runExample(`experiments/${name}`, [...args, '--out', join(folder, name)]);
  expect([code, output]).toEqual([0, output]);
  return output;
}

test.concurrent('augmentation draws the picture that is in examples/images', async () => {
  expect(await outputOf('augmentation')).toBe(`written: ${join(folder, 'augmentation/augmentation.png')}\n`);
  const [drawn, kept] = [join(folder, 'augmentation'), 'examples/images'].map((at) => readPng(at, 'augmentation.png'));
  expect([drawn.width, drawn.height]).toEqual([kept.width, kept.height]);
  expect(Buffer.compare(drawn.data as Uint8Array, kept.data as Uint8Array)).toBe(0);
  await expectKept('experiments/augmentation', join(folder, 'augmentation'), ['--seed', '1']);
  await outputOf('augmentation'); // The same once more.
});

test.concurrent('custom-layer: gradcheck passes one gradient and refuses the other, and the layer learns', async () => {
  const output = await outputOf('custom-layer', '--epochs', '1', '--seed', '2');
  expect(output).toMatch(/gradcheck of the gradient: 99 derivatives agree, largest difference \S+e-\d+\n/);
  // The mistake is in the thresholds' gradient, the second input's, and only there.
  const wrong = output.split('\n').find((line) => line.startsWith('gradcheck of a wrong one'));
  expect(wrong).toMatch(/input 1 at index 0: backward says \S+, the central difference \S+;/);
  expect(wrong).not.toContain('input 0');
  const [relu, soft] = [...output.matchAll(/epoch 1 .* held out ([\d.]+)%/g)].map((match) => Number(match[1]));
  expect(relu).toBeGreaterThan(88);
  expect(soft).toBeGreaterThan(85);
  expect(output).toMatch(/activation +SoftThreshold\(8\) +\[8, 12, 12\] +8 /);
  expect(output).toMatch(/weight hash [0-9a-f]{16} /);
  const thresholds = /learned thresholds ([-\d. ]+) \(from 0\.20\)/.exec(output)?.[1].split(' ') ?? [];
  expect(thresholds).toHaveLength(8);
  expect(thresholds.filter((value) => value !== '0.20').length).toBeGreaterThan(4);
  expect(readPng(folder, 'custom-layer/filters.png').width).toBeGreaterThan(600);
  await expectKept('experiments/custom-layer', join(folder, 'custom-layer'), ['--epochs', '1', '--seed', '3']);
});

test.concurrent('autoencoder, two epochs: it draws better than the mean digit, and says how edge-like its filters are', async () => {
  const output = await outputOf('autoencoder', '--epochs', '2', '--seed', '2');
  expect(output).toMatch(/code +Conv2D\(16, 16, 7x7\) +\[16, 1, 1\]/);
  const { error, meanError, explained, study, weightHash } = readJson(folder, 'autoencoder/metrics.json');
  // The mean squared error of the mean digit is the variance of a pixel among digits, whatever the seed.
  expect(Math.abs(meanError - 0.067)).toBeLessThan(0.003);
  expect(explained).toBeCloseTo(1 - error / meanError, 10);
  expect(explained).toBeGreaterThan(0.1);
  expect(study.shape).toEqual([12, 1, 5, 5]);
  expect(study.after.nulls.map(({ kind }: { kind: string }) => kind)).toEqual(['normal', 'colored']);
  expect(output).toContain(study.conclusion);
  const { metadata } = readSafetensors(readFileSync(join(folder, 'autoencoder/model.safetensors')));
  expect(metadata.weightHash).toBe(weightHash);
  expect(output).toContain(`weight hash ${weightHash} `);
  for (const name of ['reconstructions', 'filters']) {
    expect(readPng(folder, `autoencoder/${name}.png`).width).toBeGreaterThan(900);
  }
  for (const flags of [
    ['--epochs', '2', '--seed', '3'],
    ['--epochs', '1', '--seed', '2'],
  ]) {
    await expectKept('experiments/autoencoder', join(folder, 'autoencoder'), flags);
  }
  // Nor does another example with the same flags.
  await expectKept('experiments/custom-layer', join(folder, 'autoencoder'), ['--epochs', '2', '--seed', '2']);
});
