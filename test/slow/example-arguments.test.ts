import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { expectError, runExample } from '../programs.js';
import { temporaryFolder } from '../temporary-folder.js';

const folder = temporaryFolder('arguments');
const noFolder = (reason: string) =>
  new RegExp(`(^|\\n)error: makeFolder: cannot make the folder '.*' \\(${reason}.*\\)\\n$`);
const pytorch = 'test/fixtures/pytorch.safetensors';

// biome-ignore format: one case a line
test.concurrent.each<[string, string[], RegExp]>([
  ['01-convolution-by-hand', ['--out', 'package.json'], noFolder('EEXIST: file already exists')],
  ['03-train-mnist', ['--out', 'package.json'], noFolder('EEXIST: file already exists')],
  ['03-train-mnist', ['--out', 'package.json/deeper'], noFolder('ENOTDIR: not a directory')],
  ['03-train-mnist', ['--seed', '1e99'], /argument '1e99' is invalid. Expected a whole number of at least 0 and below 2\^53/],
  ['03-train-mnist', ['--epochs', '0'], /option '--epochs <n>' argument '0' is invalid. Expected a whole number of at least 1/],
  ['03-train-mnist', ['--epochs', 'two'], /argument 'two' is invalid/],
  ['03-train-mnist', ['--batch-size', '1.5'], /argument '1.5' is invalid/],
  ['03-train-mnist', ['--lr', '-1'], /argument '-1' is invalid/],
  ['03-train-mnist', ['--epoch', '1'], /unknown option '--epoch'[\s\S]*Did you mean --epochs\?/],
  ['03-train-mnist', ['now'], /too many arguments/],
  ['04-inspect-filters', ['missing.safetensors'], /(^|\n)error: readNetwork: cannot read 'missing\.safetensors' \(ENOENT: .*\)\n$/],
  ['04-inspect-filters', ['package.json'], /(^|\n)error: 'package\.json' is no safetensors file: .*\n$/],
  ['04-inspect-filters', [], /missing required argument 'model'/],
  ['04-inspect-filters', [pytorch, '--seed', '1.5'], /argument '1\.5' is invalid/],
  ['06-what-deeper-filters-see', ['--epochs', '0'], /option '--epochs <n>' argument '0' is invalid. Expected a whole number of at least 1/],
  ['06-what-deeper-filters-see', ['--out', 'package.json'], noFolder('EEXIST: file already exists')],
  ['07-natural-images', ['--patches', '1'], /option '--patches <n>' argument '1' is invalid. Expected a whole number of at least 2/],
  ['07-natural-images', ['--out', 'package.json'], noFolder('EEXIST: file already exists')],
])('%s %j is a clear error and trains nothing', async (name, args, message) => {
  const out = join(folder, 'out');
  const ended = await runExample(name, args.includes('--out') ? args : [...args, '--out', out]);
  expectError(ended, message);
  expect(ended.output).not.toMatch(/epoch +1/);
  expect(existsSync(out)).toBe(false);
});

test.concurrent.each([
  ['03-train-mnist', ['--epochs', '--batch-size', '--lr', '--seed', '--out', '--resume']],
  ['04-inspect-filters', ['<model>', '--seed', '--out', 'conv1.weight']],
  ['05-is-it-real', ['--seeds', '--first', '--epochs', '--full', '--out']],
  ['06-what-deeper-filters-see', ['--epochs', '--images', '--seed', '--out']],
  ['07-natural-images', ['--photos', '--control', '--no-control', '--epochs', '--patches', '--seed', '--out']],
  ['experiments/resnet', ['--epochs', '--seed', '--quick', '--out', '--data']],
  ['experiments/tiny-mnist', ['--epochs', '--seed', '--out', '--held-out', '--quick']],
])('%s --help names every flag', async (name, flags) => {
  const { code, output } = await runExample(name, ['--help']);
  expect(code).toBe(0);
  for (const flag of flags) expect(output).toContain(flag);
});
