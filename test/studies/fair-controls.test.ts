import { join } from 'node:path';
import { expect, test } from 'vitest';
import { expectError, runExample } from '../programs.js';
import { readPng, readText } from '../read-files.js';
import { temporaryFolder } from '../temporary-folder.js';

const folder = temporaryFolder('fair-controls');
const registration = '0001ffff0001'.padEnd(40, '7');

test('fair-controls: one line a training, goes on where it stopped, and writes table, data and figures', async () => {
  const run = (only: number) =>
    runExample('experiments/fair-controls', [
      '--registration',
      registration,
      '--epochs',
      '1',
      '--only',
      `${only}`,
      '--out',
      folder,
    ]);
  expect((await run(1)).code).toBe(0);
  const first = readText(folder, 'controls.jsonl');
  const { output } = await run(2);
  const all = readText(folder, 'controls.jsonl');
  expect(all.startsWith(first)).toBe(true);
  const runs = all
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  // The groups 0001 and 7777: what is below 1000 gets 65,536.
  expect(runs.map(({ condition, size, seed }) => [condition, size, seed])).toEqual([
    ['recipe', 5, 65_537],
    ['recipe', 7, 65_537],
    ['scrambled', 5, 65_537],
  ]);
  for (const { readings, nullMean } of runs) {
    for (const { raw, centered, dc } of Object.values<{
      raw: Record<string, number>;
      centered: Record<string, number>;
      dc: number;
    }>(readings)) {
      expect(raw.excess).toBeCloseTo(raw.r2ori - nullMean, 9);
      expect(centered.r2ori).toBeGreaterThan(raw.r2ori);
      expect(dc > 0 && dc < 1).toBe(true);
    }
  }
  expect(output).toContain('scrambled, 5x5, seed 65537');
  expect(readText(folder, 'controls.csv').trim().split('\n')).toHaveLength(1 + 5);
  expect(readText(folder, 'controls.md')).toMatch(/^\| recipe \| w_T \| 1 \| \d\d\.\d% \| 12\.0 \|/m);
  expect(readText(folder, 'controls.svg')).toMatch(/^<svg/);
  expect(readPng(folder, 'controls-filters.png').width).toBeGreaterThan(600);
});

test.each(['fair-controls', 'layers-measured'])('%s without a hash trains nothing', async (name) => {
  expectError(await runExample(`experiments/${name}`, []), /required option '--registration <hash>' not specified/);
  expectError(
    await runExample(`experiments/${name}`, ['--registration', 'abc', '--out', join(folder, 'none')]),
    /Expected the 40 hexadecimal digits of a commit/,
  );
});
