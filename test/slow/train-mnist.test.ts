import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadMnist } from '../../datasets/index.js';
import { network, SETTINGS, train as trainRecipe } from '../../examples/lib/recipe.js';
import { evaluate, manualSeed, weightHash } from '../../src/index.js';
import { loadModel } from '../../src/node/index.js';
import { type Ended, expectError, npmStart, runExample } from '../programs.js';
import { readJson, readPng, readText } from '../read-files.js';
import { temporaryFolder } from '../temporary-folder.js';

const folder = temporaryFolder('train-mnist');
const train = (out: string, ...args: string[]) => runExample('03-train-mnist', ['--out', join(folder, out), ...args]);
const metrics = (out: string) => readJson(folder, out, 'metrics.json');

describe.concurrent('03-train-mnist', () => {
  // One epoch, for all that does not need more.
  let run: Promise<Ended>;
  beforeAll(() => {
    run = train('a', '--epochs', '1', '--seed', '3', '--resume'); // There is no checkpoint yet: it begins anew.
  });

  test('one epoch: accuracy, files, and the saved model is the trained one', async () => {
    const { code, output } = await run;
    expect(code).toBe(0);
    expect(output).toContain('6,054');
    expect(output).toContain('confusion matrix');
    const a = metrics('a');
    expect(a.heldOutAccuracy).toBeGreaterThan(0.9);
    expect(a.weightHash).toMatch(/^[0-9a-f]{16}$/);
    expect(a).toMatchObject({
      seed: 3,
      epochs: 1,
      trainSeconds: expect.any(Number),
      imagesPerSecond: expect.any(Number),
    });
    expect(a.history).toHaveLength(1);

    const picture = readPng(folder, 'a/filters.png');
    expect([picture.width > 800, picture.height > 250]).toEqual([true, true]);

    // It scores the same when it is loaded into a new network.
    const model = network();
    const notes = await loadModel(join(folder, 'a/model.safetensors'), model);
    expect(notes.weightHash).toBe(a.weightHash);
    expect(weightHash(model)).toBe(a.weightHash);
    const { heldOut } = await loadMnist({ seed: 3 });
    expect(evaluate(model, heldOut).accuracy).toBe(a.heldOutAccuracy);
  });

  test('the same recipe in another process ends with the same weights for the same seed, and for no other', async () => {
    const again = async (seed: number) => {
      const digits = await loadMnist({ seed });
      manualSeed(seed);
      const model = network();
      await trainRecipe(model, digits, { ...SETTINGS, epochs: 1, seed });
      return { weightHash: weightHash(model), heldOutAccuracy: evaluate(model, digits.heldOut).accuracy };
    };
    const [same, other] = [await again(3), await again(4)];
    await run;
    expect(metrics('a')).toMatchObject(same);
    expect(other.weightHash).not.toBe(same.weightHash);
  });

  test('a run with other flags leaves the folder of another run as it is', async () => {
    await run;
    const before = readText(folder, 'a/metrics.json');
    for (const flags of [
      ['--lr', '0.1'],
      ['--seed', '4', '--resume'],
    ]) {
      const { code, output } = await train('a', '--epochs', '1', '--seed', '3', ...flags);
      expect(code).toBe(1);
      expect(output).toMatch(
        /^error: --out: '.*a' holds a run with \{"epochs":1,.*\}, and this is \{.*\}: give it another/,
      );
    }
    expect(readText(folder, 'a/metrics.json')).toBe(before);
  });

  test('a report of all figures, and example 04 makes the same one of the saved model', async () => {
    await run;
    const { emergence, heldOutAccuracy } = metrics('a');
    expect(emergence.after.filters).toHaveLength(12);
    expect(emergence.heldOut.accuracy).toBe(heldOutAccuracy);
    expect(emergence.timeline[0].step).toBe(0);
    const page = readText(folder, 'a/report.html');
    expect(page.length).toBeLessThan(3e6);
    expect(page).toContain('npx tsx examples/03-train-mnist.ts --epochs 1 --batch-size 64 --lr 0.05 --seed 3');

    const model = join(folder, 'a/model.safetensors');
    const { code, output } = await runExample('04-inspect-filters', [model, '--out', join(folder, 'a4')]);
    expect(code).toBe(0);
    expect(output).not.toContain('note:');
    expect(output).toContain(emergence.conclusion);
    const { settings, ...same } = emergence;
    const inspected = metrics('a4').emergence;
    expect(inspected).toMatchObject(same);
    expect(inspected.settings).toMatchObject({ seed: 3, epochs: '1', batchSize: '64', lr: '0.05' });
    expect(settings).toMatchObject({ seed: 3, epochs: 1, batchSize: 64, lr: 0.05, weightDecay: 0.015 });
    const seen = (html: string) => html.match(/[\d,]+ images seen/g);
    expect(seen(readText(folder, 'a4/report.html'))).toEqual(seen(page));
  });

  test('npm start, ten epochs: at least 97% of the held-out digits', async () => {
    const { code, output } = await npmStart('--out', join(folder, 'ten'));
    expect(code).toBe(0);
    expect(output).toContain('epoch 10/10');
    expect(metrics('ten')).toMatchObject({ seed: 0, epochs: 10 });
    expect(metrics('ten').heldOutAccuracy).toBeGreaterThanOrEqual(0.97);
  });

  test('a training that diverges ends with one line that says so, and writes nothing', async () => {
    const ended = await train('diverged', '--lr', '1e6');
    expectError(ended, /\nerror: fit: the loss became (NaN|Infinity) in batch \d+ of epoch 1 .*\n$/);
    expect(readdirSync(join(folder, 'diverged'))).toEqual([]);
  });
});
