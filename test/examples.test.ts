import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decode } from 'fast-png';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadMnist } from '../datasets/index.js';
import { network } from '../examples/lib/recipe.js';
import { evaluate, weightHash } from '../src/index.js';
import { loadModel } from '../src/node/index.js';
import { runExample as run } from './run-example.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'convgrad-examples-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

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
  const train = (out: string, seed: number, ...more: string[]) =>
    run('03-train-mnist', '--epochs', '1', '--seed', `${seed}`, '--out', join(folder, out), ...more);
  const metrics = (out: string) => JSON.parse(readFileSync(join(folder, out, 'metrics.json'), 'utf8'));

  test('one epoch, run twice with a seed and once with another: accuracy, files, and the same hash only for the same seed', async () => {
    const [first, , other] = [
      // Without a checkpoint yet, --resume begins anew.
      ...(await Promise.all([train('a', 3), train('b', 3, '--resume')])),
      await train('c', 4),
    ];
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

  test('a run with other flags leaves the folder of another run as it is', async () => {
    const before = readFileSync(join(folder, 'a/metrics.json'), 'utf8');
    for (const more of [
      ['--lr', '0.1'],
      ['--seed', '4', '--resume'],
    ]) {
      const { code, output } = await train('a', 3, ...more);
      expect(code).toBe(1);
      expect(output).toMatch(
        /^error: --out: '.*a' holds a run with \{"epochs":1,.*\}, and this is \{.*\}: give it another folder\n$/,
      );
    }
    expect(readFileSync(join(folder, 'a/metrics.json'), 'utf8')).toBe(before);
  });

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
