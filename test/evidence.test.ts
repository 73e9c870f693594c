import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

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
