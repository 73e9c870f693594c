import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decode } from 'fast-png';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { network } from '../examples/lib/recipe.js';
import { readNetwork } from '../examples/lib/saved-network.js';
import {
  ConvgradError,
  manualSeed,
  noGrad,
  readSafetensors,
  type StateDict,
  tensor,
  writeSafetensors,
  zeros,
} from '../src/index.js';
import { saveFile, saveModel } from '../src/node/index.js';
import { runExample as run } from './run-example.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'convgrad-examples-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('04-inspect-filters', () => {
  const pytorch = 'test/fixtures/pytorch.safetensors';
  const inspect = (...args: string[]) => run('04-inspect-filters', ...args, '--out', join(folder, 'inspected'));

  test('a model that PyTorch trained gives the logits that it gave there, and a report with its doubts', async () => {
    const { model, metadata } = await readNetwork(pytorch);
    const image = tensor(
      Float32Array.from({ length: 784 }, (_, i) => (i % 7) / 7),
      { shape: [1, 1, 28, 28] },
    );
    const ours = noGrad(() => model.forward(image)).data;
    JSON.parse(metadata.logits).forEach((value: number, i: number) => {
      expect(ours[i]).toBeCloseTo(value, 4);
    });

    const { code, output } = await inspect(pytorch);
    expect(code).toBe(0);
    expect(output).toMatch(/note: The file does not say which digits the model learned from, .* seed 0\./);
    const page = readFileSync(join(folder, 'inspected/report.html'), 'utf8');
    expect(page).toContain('The file does not say which digits');
    expect(page).not.toMatch(/id="growth"|images learned from/); // There is no timeline.
    const { emergence } = JSON.parse(readFileSync(join(folder, 'inspected/metrics.json'), 'utf8'));
    expect(emergence.shape).toEqual([8, 1, 5, 5]);
    expect(emergence.before).toBe(null);
    expect(emergence.heldOut.accuracy).toBeGreaterThan(0.95);
  });

  test('another split, changed weights and a timeline of another model are said', async () => {
    manualSeed(1);
    const model = network({ filters: 3, kernelSize: 3 });
    const path = join(folder, 'changed/model.safetensors');
    await saveModel(path, model, { seed: '5', weightHash: '0123456789abcdef' });
    const one = tensor([1]);
    const timeline = { weights: zeros([1, 3, 1, 3, 3]), step: one, accuracy: one, loss: one };
    await saveFile(join(folder, 'changed/timeline.safetensors'), writeSafetensors(timeline));
    const { code, output } = await inspect(path, '--seed', '6');
    expect(code).toBe(0);
    expect(output).toMatch(/note: The file says seed 5, and the digits called held out here are those of seed 6\./);
    expect(output).toMatch(
      /note: The file says that its weights have the hash 0123456789abcdef, but they have [0-9a-f]{16}/,
    );
    expect(output).toMatch(
      /note: The timeline beside the model is not used: '.*': expected a timeline that ends with the filters/,
    );
  });

  const broken = (change: (tensors: StateDict) => StateDict) =>
    writeSafetensors(change({ ...readSafetensors(readFileSync(pytorch)).tensors }));
  test.each<[string, () => Uint8Array, RegExp]>([
    [
      'a file cut off',
      () => readFileSync(pytorch).subarray(0, 5000),
      /describes \d+ bytes of numbers, the file has \d+/,
    ],
    ['a picture', () => readFileSync('examples/images/filters.png'), /the header says that it has \d+ bytes/],
    ['no tensors', () => broken(() => ({})), /expected the keys conv1\.weight, .* got none/],
    [
      "a model of one's own",
      () => broken((t) => ({ '0.weight': t['conv1.weight'] })),
      /expected the keys .*, got 0\.weight/,
    ],
    ['a key too many', () => broken((t) => ({ ...t, extra: tensor([1]) })), /expected the keys .*dense\.bias, extra/],
    [
      'a dense layer missing',
      () => broken(({ 'dense.weight': _, ...t }) => t),
      /expected the keys .*, got conv1\.weight/,
    ],
    [
      'filters of color images',
      () => broken((t) => ({ ...t, 'conv1.weight': tensor(new Float32Array(600), { shape: [8, 3, 5, 5] }) })),
      /expected conv1\.weight \[filters, 1, k, k\], got \[8, 3, 5, 5\]/,
    ],
    [
      'filters too large',
      () => broken((t) => ({ ...t, 'conv1.weight': tensor(new Float32Array(8 * 169), { shape: [8, 1, 13, 13] }) })),
      /expected conv1 of 3x3 to 11x11, got 13x13/,
    ],
    [
      'a dense layer for other padding',
      () => broken((t) => ({ ...t, 'dense.weight': tensor(new Float32Array(7840), { shape: [10, 784] }) })),
      /expected dense\.weight \[10, 400\], .*, got \[10, 784\]/,
    ],
    [
      'a bias of another size',
      () => broken((t) => ({ ...t, 'conv2.bias': tensor([1, 2]) })),
      /expected shape \[16\] for conv2\.bias, got \[2\]/,
    ],
    [
      'a weight that is no number',
      () => broken((t) => ({ ...t, 'dense.bias': tensor(new Array(10).fill(Number.NaN)) })),
      /finite numbers in dense\.bias, got NaN/,
    ],
  ])('%s is refused with the file, what was expected and what is there', async (name, content, message) => {
    const path = join(folder, `${name.replace(/\W/g, '-')}.safetensors`);
    writeFileSync(path, content());
    const attempt = readNetwork(path);
    await expect(attempt).rejects.toThrow(ConvgradError);
    await expect(attempt).rejects.toThrow(message);
    await expect(attempt).rejects.toThrow(`'${path}'`);
  });

  test.concurrent.each([
    [['missing.safetensors'], /(^|\n)error: readNetwork: cannot read 'missing\.safetensors' \(ENOENT: .*\)\n$/],
    [['package.json'], /(^|\n)error: 'package\.json' is no safetensors file: .*\n$/],
    [[], /missing required argument 'model'/],
    [[pytorch, '--seed', '1.5'], /argument '1\.5' is invalid/],
  ])('%j is a clear error', async (args, message) => {
    const { code, output } = await inspect(...args);
    expect(code).toBe(1);
    expect(output).toMatch(message);
    expect(output).not.toContain('    at ');
  });

  test('--help names every flag', async () => {
    const { code, output } = await inspect('--help');
    expect(code).toBe(0);
    for (const word of ['<model>', '--seed', '--out', 'conv1.weight']) expect(output).toContain(word);
  });
});

describe('05-is-it-real', () => {
  test('one short round: a row for each condition, pictures, and the results as JSON', async () => {
    const { code, output } = await run('05-is-it-real', '--seeds', '1', '--epochs', '1', '--out', join(folder, 'real'));
    expect(code).toBe(0);
    const { runs } = JSON.parse(readFileSync(join(folder, 'real/results.json'), 'utf8'));
    const names = ['untrained', 'recipe', 'pixels permuted', 'labels shuffled', 'conv1 frozen', 'no decay'];
    expect(Object.keys(runs)).toEqual(names);
    for (const name of names) expect(output).toMatch(new RegExp(`^\\| ${name} \\|( [^|]+ \\|){9}$`, 'm'));
    // What is frozen stays as it was drawn, and what is only permuted or without decay learns.
    expect(runs['conv1 frozen'][0].r2ori).toBe(runs.untrained[0].r2ori);
    expect(runs['conv1 frozen'][0].accuracy).toBeGreaterThan(0.85);
    expect(runs['no decay'][0].accuracy).toBeGreaterThan(0.9);
    expect(decode(readFileSync(join(folder, 'real/filters.png'))).width).toBeGreaterThan(800);
    expect(readFileSync(join(folder, 'real/histogram.svg'), 'utf8')).toMatch(/^<svg/);
  }, 120_000);
});
