import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readSafetensors } from '../../src/io/index.js';
import { readNpz } from '../../src/numpy/index.js';
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

/** What a quick look printed and kept: figures from 0 to 1, and pictures. */
async function quickLook(name: string, fractions: readonly string[], pictures: readonly string[]) {
  const output = await outputOf(name, '--quick', '--epochs', '2', '--seed', '2');
  const metrics = readJson(folder, `${name}/metrics.json`);
  expect(output).toContain(`weight hash ${metrics.weightHash} `);
  for (const each of fractions) {
    expect(metrics[each]).toBeGreaterThanOrEqual(0);
    expect(metrics[each]).toBeLessThanOrEqual(1);
    expect(output).toContain(`${(100 * metrics[each]).toFixed(1)}%`);
  }
  for (const each of pictures) expect(readPng(folder, `${name}/${each}.png`).width).toBeGreaterThan(600);
  await expectKept(`experiments/${name}`, join(folder, name), ['--quick', '--epochs', '2', '--seed', '3']);
  return { output, metrics };
}

const savedKeys = (path: string) => Object.keys(readSafetensors(readFileSync(join(folder, path))).tensors);

test.concurrent('segment-shapes: masks, and what marking all that is bright would come to', async () => {
  const { output, metrics } = await quickLook('segment-shapes', ['iou', 'brightIou'], ['segments']);
  expect(output).toMatch(/head +Conv2D\(8, 1, 1x1\) +\[1, 24, 24\]/);
  // About a third of what is bright is a disc, whatever the seed.
  expect(Math.abs(metrics.brightIou - 0.3)).toBeLessThan(0.15);
  expect(savedKeys('segment-shapes/model.safetensors')).toContain('down1.1.running_mean');
});

test.concurrent('dcgan-digits: two networks in one training, a judge, and the first filters', async () => {
  const { output, metrics } = await quickLook('dcgan-digits', [], ['digits', 'filters']);
  expect(output).toMatch(/epoch 2\/2 +train: discriminator [\d.]+, generator [\d.]+/);
  for (const { sure, shares } of [metrics.drawn, metrics.real]) {
    expect(sure).toBeLessThanOrEqual(1);
    expect(shares).toHaveLength(10);
    expect(shares.reduce((sum: number, share: number) => sum + share, 0)).toBeCloseTo(1, 6);
  }
  expect(output).toContain(metrics.study.conclusion);
  const keys = savedKeys('dcgan-digits/model.safetensors');
  expect(keys).toContain('generator.grow1.weight');
  expect(keys).toContain('discriminator.conv1.weight');
});

test.concurrent('resnet: images in folders, the best epoch, and the keys of torchvision', async () => {
  const { output, metrics } = await quickLook('resnet', ['accuracy'], ['filters']);
  expect(output).toMatch(/after the best epoch \([12]\)/);
  expect([1, 2]).toContain(metrics.epoch);
  expect(savedKeys('resnet/best.safetensors')).toEqual(
    expect.arrayContaining(['conv1.weight', 'bn1.running_var', 'layer2.0.downsample.1.weight', 'fc.bias']),
  );
  const flags = ['--epochs', '1', '--data', join(folder, 'resnet/images-quick'), '--out', join(folder, 'resnet-data')];
  const again = await runExample('experiments/resnet', flags);
  expect([again.code, again.output]).toEqual([0, expect.stringContaining('accuracy on 24 test images')]);

  // Ten records each, in the format of CIFAR-10: a label, and 3 * 32 * 32 pixels.
  const record = (i: number) => [i % 10, ...Array.from({ length: 3072 }, (_, p) => (31 * i + p) % 256)];
  const file = Uint8Array.from(Array.from({ length: 10 }, (_, i) => record(i)).flat());
  mkdirSync(join(folder, 'cifar'));
  const names = ['data_batch_1', 'data_batch_2', 'data_batch_3', 'data_batch_4', 'data_batch_5', 'test_batch'];
  for (const name of names) writeFileSync(join(folder, 'cifar', `${name}.bin`), file);
  const cifar = ['--epochs', '1', '--data', join(folder, 'cifar'), '--out', join(folder, 'resnet-cifar')];
  const { code, output: said } = await runExample('experiments/resnet', cifar);
  expect([code, said]).toEqual([0, expect.stringMatching(/fc +Dense\(32, 10\)[\s\S]*accuracy on 10 test images/)]);
});

test.concurrent('from-pytorch: PyTorch says how good its network is, and that it is here; it learns, and goes back', async () => {
  const output = await outputOf('from-pytorch', '--quick', '--epochs', '1', '--seed', '2');
  expect(output).toContain('upright digits, held out: 97.7%; PyTorch said 97.7% after epoch 6');
  const { before, after, study, weightHash } = readJson(folder, 'from-pytorch/metrics.json');
  expect(before.upright).toBeCloseTo(0.977, 10);
  expect(after.turned).toBeGreaterThan(0.5); // Four steps have broken nothing.
  expect(output).toContain(study.conclusion);
  const { metadata } = readSafetensors(readFileSync(join(folder, 'from-pytorch/model.safetensors')));
  expect(metadata.weightHash).toBe(weightHash);
  const arrays = await readNpz(readFileSync(join(folder, 'from-pytorch/model.npz')));
  expect(Object.keys(arrays)).toContain('norm1.running_var');
  const onnx = readFileSync(join(folder, 'from-pytorch/model.onnx'));
  expect(onnx.includes('conv1.weight') && onnx.includes('BatchNormalization')).toBe(true);
  const digits = join(folder, 'digits.npz');
  const written = await runExample('experiments/digits-to-npz', [digits]);
  expect(written).toEqual({ code: 0, output: `written: ${digits}\n` });
  const { x, y_held_out: labels } = await readNpz(readFileSync(digits), { maxBytes: 1e9 });
  expect([x.shape, labels.shape]).toEqual([[9000, 1, 28, 28], [1000]]);
});

test.concurrent('two-heads: a class and two numbers', async () => {
  const { output, metrics } = await quickLook('two-heads', ['named'], ['answers']);
  expect(output).toMatch(/epoch 2\/2 +train: loss [\d.]+, named [\d.]+, pixelsOff [\d.]+/);
  expect(output).toContain(`${metrics.pixelsOff.toFixed(2)} pixels off`);
  expect(metrics.pixelsOff).toBeLessThan(17); // A corner is that far from the middle.
});
