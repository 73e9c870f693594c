import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { bestTable, countsTable, wantedTable } from '../examples/lib/animals/summary.js';
import type { Figures } from '../examples/lib/animals/table.js';

// The committed evidence agrees with itself: the page shows the tables that its results give.
const page = readFileSync('examples/eyes-noses-ears.md', 'utf8');
const { registration, runs } = JSON.parse(readFileSync('examples/eyes-noses-ears/results.json', 'utf8')) as {
  registration: string;
  runs: Figures[];
};

test('the seeds are those that the commit of the analysis gives', () => {
  expect(page).toContain(`\`${registration}\``);
  const groups = registration.match(/[0-9a-f]{4}/g)!.slice(0, 5);
  expect(runs.map(({ seed }) => seed)).toEqual(groups.map((group) => Number.parseInt(group, 16)));
});

test('the page shows the tables of its results', () => {
  for (const table of [
    wantedTable(runs),
    countsTable(runs, 'above'),
    countsTable(runs, 'abovePercentile'),
    bestTable(runs),
  ]) {
    expect(page).toContain(table);
  }
});

test('the tables count: one more filter, and one more seed is not what was wanted', () => {
  const [run] = runs;
  const row = (all: Figures[], name: string) =>
    wantedTable(all)
      .split('\n')
      .find((line) => line.startsWith(`| ${name} |`));
  const changed: Figures = structuredClone(run);
  changed.above = { eye: 3, nose: 2, ear: 2 };
  changed.controls.noseOnly.above = { eye: 2, nose: 30, ear: 0 };
  changed.layers.conv3.best.ear.fall = 0.69;
  expect(row([changed], 'layer 3: eye, nose, ear filters')).toContain('| 0 of 1 | 7, 5, 5 | 0 of 1 |');
  expect(row([changed], 'asked for the nose only: filters of the other parts')).toContain('| at most 1 | 0 of 1 | 0 |');
  expect(row([changed], 'best filters: fall without it')).toContain('| 70% | 0 of 1 |');
  changed.controls.noseOnly.above = { eye: 1, nose: 30, ear: 0 };
  expect(row([changed], 'asked for the nose only: filters of the other parts')).toContain('| 1 of 1 | 0 | 0 of 1 |');
});
