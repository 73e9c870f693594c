import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { seedsOf } from '../examples/lib/fair/seeds.js';
import { differencesOf, type Run as FairRun, rowsOf } from '../examples/lib/fair/summary.js';
import { csvOf, tableOf } from '../examples/lib/fair/tables.js';

// The committed evidence agrees with itself: the page shows the table that the example wrote, and the table's counts are
// those of the results.
const text = (path: string) => readFileSync(path, 'utf8');
interface Run {
  seed: number;
  r2ori: number;
  nulls: { kind: string; p: number }[];
}
const { seeds, first, runs } = JSON.parse(text('examples/emergence/results.json')) as {
  seeds: number;
  first: number;
  runs: Record<string, Run[]>;
};
const below = (name: string, kind: string, level: number) =>
  runs[name].filter(({ nulls }) => nulls.some((given) => given.kind === kind && given.p < level)).length;

test('the page shows the table that the example wrote', () => {
  expect(text('examples/emergence.md')).toContain(text('examples/emergence/table.md').trim());
});

test('the seeds are fresh: none of those on which the recipe was chosen', () => {
  expect(first).toBeGreaterThan(9);
  for (const all of Object.values(runs)) {
    expect(all.map(({ seed }) => seed)).toEqual(Array.from({ length: seeds }, (_, i) => first + i));
  }
});

test('what is said of it holds: the recipe beats both nulls, and no control beats the harder one', () => {
  expect(seeds).toBe(10);
  expect(below('recipe', 'normal', 0.001)).toBe(10);
  expect(below('recipe', 'permuted', 0.001)).toBe(10);
  expect(below('recipe', 'colored', 0.05)).toBe(10);
  expect(runs.recipe.reduce((sum, { r2ori }) => sum + r2ori, 0) / 10).toBeGreaterThanOrEqual(0.75);
  for (const control of ['untrained', 'pixels permuted', 'labels shuffled', 'conv1 frozen', 'no decay']) {
    expect(below(control, 'colored', 0.05)).toBe(0);
  }
});

test("the README's figures are the table's", () => {
  const rows = text('examples/emergence/table.md')
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()));
  const readme = text('README.md');
  for (const [name, shown] of [
    ['recipe', 'the main job'],
    ['pixels permuted', 'the same, with all pixels in one random order'],
    ['labels shuffled', 'the same, with shuffled labels, memorized'],
    ['conv1 frozen', 'the same, conv1 frozen as it was drawn'],
  ]) {
    const row = rows.find((cells) => cells[1] === name) ?? [];
    const mean = (cell: string) => cell.split(' ±')[0];
    expect(readme).toContain(`| ${shown} | ${mean(row[2])} | ${mean(row[4])} | ${row[9]} |`);
  }
});

test('the README is a first page: at most 900 words', () => {
  expect(text('README.md').split(/\s+/).filter(Boolean).length).toBeLessThanOrEqual(900);
});

// The registered studies: the page shows the tables that their scripts write from the trainings beside it.
const linesOf = (path: string) =>
  text(path)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

test('fair controls: table, data and claims are those of the trainings', () => {
  const fair: FairRun[] = linesOf('examples/emergence/controls.jsonl');
  const page = text('examples/emergence.md');
  expect(tableOf(rowsOf(fair), differencesOf(fair))).toBe(text('examples/emergence/controls.md'));
  expect(csvOf(fair)).toBe(text('examples/emergence/controls.csv'));
  expect(page).toContain(text('examples/emergence/controls.md').trim());
  const [registration] = page.match(/[0-9a-f]{40}/)!;
  const registered = seedsOf(registration);
  for (const { seed } of fair) expect(registered).toContain(seed);
  expect(page).toContain(registered.join(', '));
  const five = fair.filter(({ size }) => size === 5);
  const excess = (name: string, reading: 'trained' | 'change', kind: 'raw' | 'centered') =>
    rowsOf(five).find((row) => row.condition === name && row.reading === reading)![kind]!.excess;
  // What the page says in words.
  const [claim] = differencesOf(fair);
  expect(claim).toMatchObject({ what: 'whitened (trained) − whitened, scrambled (trained)', size: 5, kind: 'raw' });
  expect(claim.difference.low).toBeGreaterThan(0);
  expect(excess('recipe', 'trained', 'raw').low).toBeGreaterThan(0);
  expect(excess('scrambled', 'trained', 'centered').low).toBeGreaterThan(0);
  expect(excess('scrambled', 'trained', 'raw').low).toBeLessThan(0);
  expect(excess('no decay', 'trained', 'raw').low).toBeLessThan(0);
  expect(excess('no decay', 'change', 'centered').low).toBeGreaterThan(0);
  expect(excess('no decay, a tenth', 'trained', 'raw').low).toBeGreaterThan(0);
  expect(excess('random labels, no decay', 'change', 'centered').low).toBeLessThan(0);
});

test('layers: at least 8 points above each twin on five seeds of five', () => {
  const layers: { seed: number; [twin: string]: unknown }[] = linesOf('examples/emergence/layers.jsonl');
  const page = text('examples/emergence.md');
  expect(page).toContain(text('examples/emergence/layers.md').trim());
  const [, registration] = page.match(/[0-9a-f]{40}/g)!;
  expect(layers.map(({ seed }) => seed)).toEqual(seedsOf(registration).slice(0, 5));
  const last = (run: Record<string, unknown>, twin: string) => (run[twin] as { accuracy: number }[])[2].accuracy;
  for (const run of layers) {
    for (const twin of ['untrained', 'byHeart']) {
      expect(last(run, 'trained') - last(run, twin)).toBeGreaterThanOrEqual(0.08);
    }
    expect(run.learned).toBeGreaterThan(0.99);
  }
});
