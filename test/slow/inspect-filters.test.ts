import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { network } from '../../examples/lib/recipe.js';
import { manualSeed, tensor, zeros } from '../../src/index.js';
import { writeSafetensors } from '../../src/io/index.js';
import { saveFile, saveModel } from '../../src/node/index.js';
import { expectKept, runExample } from '../programs.js';
import { readJson, readText } from '../read-files.js';
import { temporaryFolder } from '../temporary-folder.js';

const folder = temporaryFolder('inspect-filters');

describe('04-inspect-filters', () => {
  const pytorch = 'test/fixtures/pytorch.safetensors';
  const inspect = (out: string, ...args: string[]) =>
    runExample('04-inspect-filters', [...args, '--out', join(folder, out)]);

  test('a model that PyTorch trained has a report with its doubts', async () => {
    const { code, output } = await inspect('inspected', pytorch);
    expect(code).toBe(0);
    expect(output).toMatch(/note: The file does not say which digits the model learned from, .* seed 0\./);
    const page = readText(folder, 'inspected/report.html');
    expect(page).toContain('The file does not say which digits');
    expect(page).not.toMatch(/id="growth"|images learned from/); // There is no timeline.
    const { emergence } = readJson(folder, 'inspected/metrics.json');
    expect(emergence.shape).toEqual([8, 1, 5, 5]);
    expect(emergence.before).toBe(null);
    expect(emergence.heldOut.accuracy).toBeGreaterThan(0.95);
    await expectKept('04-inspect-filters', join(folder, 'inspected'), [pytorch, '--seed', '1']);
    const copy = join(folder, 'copy.safetensors');
    copyFileSync(pytorch, copy);
    await expectKept('04-inspect-filters', join(folder, 'inspected'), [copy]);
  });

  test('another split, changed weights and a timeline of another model are said', async () => {
    manualSeed(1);
    const model = network({ filters: 3, kernelSize: 3 });
    const path = join(folder, 'changed/model.safetensors');
    await saveModel(path, model, { seed: '5', weightHash: '0123456789abcdef' });
    const one = tensor([1]);
    const timeline = { weights: zeros([1, 3, 1, 3, 3]), step: one, accuracy: one, loss: one };
    await saveFile(join(folder, 'changed/timeline.safetensors'), writeSafetensors(timeline));
    const { code, output } = await inspect('other', path, '--seed', '6');
    expect(code).toBe(0);
    expect(output).toMatch(/note: The file says seed 5, and the digits called held out here are those of seed 6\./);
    expect(output).toMatch(
      /note: The file says that its weights have the hash 0123456789abcdef, but they have [0-9a-f]{16}/,
    );
    expect(output).toMatch(
      /note: The timeline beside the model is not used: '.*': expected a timeline that ends with the filters/,
    );
  });
});
