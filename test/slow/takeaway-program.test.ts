import { expect, test } from 'vitest';
import { loadMnist } from '../../datasets/index.js';
import { permutePixels, shuffleLabels } from '../../examples/lib/controls.js';
import { train } from '../../examples/lib/recipe.js';
import { DEFAULTS, type Settings, writeSettings } from '../../examples/playground/src/state/settings.js';
import { programOf } from '../../examples/playground/src/takeaway/program.js';
import { networkOf, trainingOf } from '../../examples/playground/src/worker/job.js';
import { weightHash } from '../../src/index.js';
import { runProgram } from '../programs.js';
import { temporaryFolder } from '../temporary-folder.js';

const folder = temporaryFolder('takeaway');

test.each<[string, Partial<Settings>]>([
  [
    'with permuted pixels, from He’s numbers, by AdamW',
    { condition: 'permuted', initialization: 'he', optimizer: 'adamw', lr: 0.003, weightDecay: 0.5 },
  ],
  ['with shuffled labels, by Adam', { condition: 'shuffled', optimizer: 'adam', lr: 0.001 }],
])('the program that the page gives of a run %s ends with the same weights', async (_, changed) => {
  const settings = { ...DEFAULTS, epochs: 1, filters: 2, kernelSize: 3, batchSize: 250, seed: 3, ...changed };
  const { train: learned, heldOut } = await loadMnist({ seed: settings.seed });
  const digits =
    settings.condition === 'permuted'
      ? permutePixels([learned], settings.seed)[0]
      : settings.condition === 'shuffled'
        ? shuffleLabels(learned, settings.seed)
        : learned;
  const training = trainingOf(settings, learned.length, digits.length);
  const model = networkOf(settings);
  await train(model, { train: digits, heldOut }, training);

  const program = programOf(settings, training, writeSettings(settings));
  const { code, output } = await runProgram(program, { cwd: folder }); // Where it leaves its model.
  expect([code, output]).toEqual([0, expect.stringContaining(`weight hash ${weightHash(model)}`)]);
});
