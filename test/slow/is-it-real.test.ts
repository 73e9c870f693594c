import { expect, test } from 'vitest';
import { expectKept, runExample } from '../programs.js';
import { readJson, readPng, readText } from '../read-files.js';
import { temporaryFolder } from '../temporary-folder.js';

const folder = temporaryFolder('is-it-real');

test('05-is-it-real, one short round: a row for each condition, pictures, and the results as JSON', async () => {
  const { code, output } = await runExample('05-is-it-real', ['--seeds', '1', '--epochs', '1', '--out', folder]);
  expect(code).toBe(0);
  const { runs } = readJson(folder, 'results.json');
  const names = ['untrained', 'recipe', 'pixels permuted', 'labels shuffled', 'conv1 frozen', 'no decay'];
  expect(Object.keys(runs)).toEqual(names);
  for (const name of names) expect(output).toMatch(new RegExp(`^\\| ${name} \\|( [^|]+ \\|){9}$`, 'm'));
  // What is frozen stays as it was drawn, and what is only permuted or without decay learns.
  expect(runs['conv1 frozen'][0].r2ori).toBe(runs.untrained[0].r2ori);
  expect(runs['conv1 frozen'][0].accuracy).toBeGreaterThan(0.85);
  expect(runs['no decay'][0].accuracy).toBeGreaterThan(0.9);
  expect(readPng(folder, 'filters.png').width).toBeGreaterThan(800);
  expect(readText(folder, 'histogram.svg')).toMatch(/^<svg/);
  for (const flags of [
    [],
    ['--full'],
    ['--seeds', '1', '--epochs', '2'],
    ['--seeds', '1', '--epochs', '1', '--first', '7'],
  ]) {
    await expectKept('05-is-it-real', folder, flags);
  }
});
