import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { encode as encodeJpeg } from 'jpeg-js';
import { expect, test } from 'vitest';
import { deadLeaves } from '../../datasets/index.js';
import { Picture } from '../../src/inspect/index.js';
import { readSafetensors } from '../../src/io/index.js';
import { saveFile, savePng } from '../../src/node/index.js';
import { expectError, expectKept, runExample } from '../programs.js';
import { readJson, readPng, readText } from '../read-files.js';
import { temporaryFolder } from '../temporary-folder.js';

const folder = temporaryFolder('natural-images');
const EXAMPLE = '07-natural-images';
const SHORT = ['--epochs', '2', '--patches', '4000'];

test('after two short epochs filters of dead leaves are more like Gabor functions than those of the control', async () => {
  const out = join(folder, 'leaves');
  const { code, output } = await runExample(EXAMPLE, [...SHORT, '--seed', '3', '--out', out]);
  expect([code, output]).toEqual([0, output]);
  expect(output).toMatch(/learned from dead leaves: mean Gabor R2 0\.\d+, \d+ of 64 filters above/);
  const metrics = readJson(out, 'metrics.json');
  expect(metrics).toMatchObject({ example: EXAMPLE, seed: 3, epochs: 2, patches: 4000, control: true, images: 24 });
  const { gaborR2, controlGaborR2, startGaborR2, networks } = metrics;
  expect(gaborR2).toBeGreaterThan(controlGaborR2 + 0.05);
  expect(gaborR2).toBeGreaterThan(startGaborR2 + 0.1);
  expect(networks.map(({ name, fits }: { name: string; fits: object[] }) => [name, fits.length])).toEqual([
    ['dead leaves', 64],
    ['control', 64],
  ]);
  for (const { fits, mean, above } of networks) {
    const r2 = fits.map((fit: { r2: number }) => fit.r2);
    expect(r2.reduce((sum: number, value: number) => sum + value, 0) / 64).toBeCloseTo(mean, 9);
    expect(r2.filter((value: number) => value > metrics.null.percentile99).length).toBe(above);
  }
  for (const name of ['filters', 'filters-in-pixels', 'images']) {
    expect(readPng(out, `${name}.png`).width).toBeGreaterThan(1000);
  }
  expect(readText(out, 'polar.svg').match(/<circle/g)).toHaveLength(128);
  expect(readText(out, 'histogram.svg')).toMatch(/^<svg/);
  const page = readText(out, 'report.html');
  expect(page.match(/data:image\/png;base64,/g)).toHaveLength(3);
  expect(page).toContain(`<dd>${gaborR2.toFixed(2)}</dd>`);
  const { metadata, tensors } = readSafetensors(readFileSync(join(out, 'model.safetensors')));
  expect(metadata.weightHash).toBe(metrics.weightHash);
  expect(tensors['decoder.weight'].shape).toEqual([64, 3, 9, 9]);
  const { data } = tensors['decoder.weight'];
  for (let filter = 0; filter < 64; filter++) {
    const taps = Array.from(data.slice(243 * filter, 243 * (filter + 1)));
    expect(taps.reduce((sum, tap) => sum + tap * tap, 0)).toBeCloseTo(1, 5);
  }
  for (const flags of [SHORT, [...SHORT, '--seed', '3', '--no-control'], ['--seed', '3']]) {
    await expectKept(EXAMPLE, out, flags);
  }
});

test('--photos learns from PNG and JPEG images, also in subfolders; --no-control leaves the twin out', async () => {
  const photos = join(folder, 'photos');
  const { data } = deadLeaves({ count: 2, size: 700, seed: 'photographs' });
  const pictures = [0, 1].map((i) => {
    const picture = new Picture(700, 500);
    const image = data.input(i);
    for (let p = 0; p < 700 * 500; p++) {
      for (let channel = 0; channel < 3; channel++) picture.data[4 * p + channel] = 255 * image[channel * 490_000 + p];
    }
    return picture;
  });
  await savePng(join(photos, 'a.png'), pictures[0]);
  const { data: pixels, width, height } = pictures[1];
  await saveFile(join(photos, 'more/b.JPG'), encodeJpeg({ data: Buffer.from(pixels), width, height }, 90).data);
  await saveFile(join(photos, 'notes.txt'), 'no image');
  const out = join(folder, 'photographs');
  const args = [...SHORT, '--photos', photos, '--no-control', '--out', out];
  const { code, output } = await runExample(EXAMPLE, args);
  expect([code, output]).toEqual([0, output]);
  expect(output).toMatch(/^2 images \(photographs\), 4000 patches/);
  const metrics = readJson(out, 'metrics.json');
  expect(metrics).toMatchObject({ photos, control: false, controlGaborR2: null, controlAbove: null, images: 2 });
  expect(metrics.networks).toHaveLength(1);
  expect(readText(out, 'polar.svg').match(/<circle/g)).toHaveLength(64);
  expect(readText(out, 'report.html')).not.toContain('control</dt>');
});

test('a folder without photographs, or none at all, is a clear error', async () => {
  const empty = join(folder, 'empty');
  await saveFile(join(empty, 'notes.txt'), 'no image');
  const run = async (photos: string) => runExample(EXAMPLE, ['--photos', photos, '--out', join(folder, 'none')]);
  expectError(await run(empty), /error: --photos: expected PNG or JPEG images in '.*empty', got none\n$/);
  expectError(
    await run(join(folder, 'missing')),
    /error: --photos: cannot read the folder '.*missing' \(ENOENT.*\)\n$/,
  );
  await saveFile(join(empty, 'broken.png'), 'no image');
  expectError(await run(empty), /error: broken\.png: expected a PNG image/);
});
