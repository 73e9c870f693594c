import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
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
