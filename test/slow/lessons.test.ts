import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runExample } from '../programs.js';
import { readPng } from '../read-files.js';
import { temporaryFolder } from '../temporary-folder.js';

const folder = temporaryFolder('lessons');

describe('01-convolution-by-hand', () => {
  test('shows the products and sums, the result, and that conv2d gives the same', async () => {
    const { code, output } = await runExample('01-convolution-by-hand', ['--out', folder]);
    expect(code).toBe(0);
    expect(output).toContain('1 * 200  +   0 * 200  +  -1 * 50    =   150');
    expect(output.match(/together (0|450)\n/g)).toHaveLength(9);
    expect(output).toMatch(/( +0 +450 +450\n){3}/);
    expect(output).toContain('exactly the same numbers');
    const { width, height } = readPng(folder, 'classical-filters.png');
    expect([width > 900, height > 300]).toEqual([true, true]);
  });

  test('a folder that cannot be made is a clear error', async () => {
    const { code, output } = await runExample('01-convolution-by-hand', ['--out', 'package.json']);
    expect(code).toBe(1);
    expect(output).toMatch(/error: makeFolder: cannot make the folder 'package.json' \(EEXIST: .*\)\n$/);
    expect(output).not.toContain('    at ');
  });

  test('whose output nobody reads to its end still does its work', () => {
    const command = `"${process.execPath}" --import tsx examples/01-convolution-by-hand.ts --out "${folder}/piped" | head -1`;
    expect(execFileSync('bash', ['-c', `set -o pipefail; ${command}`], { encoding: 'utf8' })).toMatch(/^.*\n$/);
    expect(existsSync(join(folder, 'piped/classical-filters.png'))).toBe(true);
  });
});

describe('02-learn-a-filter', () => {
  test.each(['0', '5', '6'])(
    'seed %s learns all three filters to less than 0.001 in at most 60 steps',
    async (seed) => {
      const { code, output } = await runExample('02-learn-a-filter', ['--seed', seed]);
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
  const train = (...args: string[]) => runExample('03-train-mnist', args);

  test.concurrent.each([
    ['a file', 'taken', /EEXIST: file already exists/],
    ['beneath a file', 'taken/deeper', /ENOTDIR: not a directory/],
  ])('an --out that is %s is said before anything is trained', async (_, out, reason) => {
    writeFileSync(join(folder, 'taken'), '');
    const { code, output } = await train('--out', join(folder, out));
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
    const { code, output } = await train('--out', join(folder, 'wrong'), ...args);
    expect(code).toBe(1);
    expect(output).toMatch(message);
    expect(existsSync(join(folder, 'wrong'))).toBe(false);
  });

  test('--help names every flag', async () => {
    const { code, output } = await train('--help');
    expect(code).toBe(0);
    for (const flag of ['--epochs', '--batch-size', '--lr', '--seed', '--out', '--resume'])
      expect(output).toContain(flag);
  });
});
