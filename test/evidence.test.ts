import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Interval } from '../examples/lib/fair/interval.js';
import { trainingsIn } from '../examples/lib/fair/lines.js';
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

test("the README's figures are those of the registered study", () => {
  const fair: FairRun[] = trainingsIn('examples/emergence/controls.jsonl');
  const rows = rowsOf(fair).filter(({ size }) => size === 5);
  const of = (condition: string) => rows.find((row) => row.condition === condition && row.reading === 'trained')!;
  const percent = (share: number) => `${(100 * share).toFixed(1)}%`;
  const shown = (value: number) => value.toFixed(2).replace('-', '−');
  const interval = ({ mean, low, high }: Interval) => `${shown(mean)} (${shown(low)} to ${shown(high)})`;
  const readme = text('README.md').replaceAll(/\s+/g, ' ');
  for (const [condition, name] of [
    ['recipe', 'digits'],
    ['scrambled', 'digits with scrambled phases, no edge left'],
    ['whitened', 'whitened digits'],
    ['whitened, scrambled', 'whitened digits with scrambled phases'],
  ]) {
    const { accuracy, raw } = of(condition);
    expect(readme).toContain(`| ${name} | ${percent(accuracy.mean)} | ${interval(raw!.excess)} |`);
  }
  const centered = (condition: string) => shown(of(condition).centered!.excess.mean);
  expect(readme).toContain(`(${centered('scrambled')}, digits ${centered('recipe')})`);
  const added = differencesOf(fair).find(
    ({ what, size, kind }) => what.startsWith('whitened (') && size === 5 && kind === 'raw',
  )!;
  expect(readme).toContain(`shapes add ${interval(added.difference)}`);
  expect(readme).toContain(`with conv1 fixed as drawn, ${percent(of('conv1 fixed').accuracy.mean)}`);
});

test('the README in Chinese has the same program, commands, pictures and figures', () => {
  const [english, chinese] = [text('README.md'), text('docs/README.zh.md')];
  const blocks = (page: string) => page.match(/```[\s\S]*?```/g);
  expect(blocks(chinese)).toEqual(blocks(english));
  const pictures = (page: string) => [...page.matchAll(/!\[[^\]]*\]\((?:\.\.\/)?([^)]*)\)/g)].map(([, path]) => path);
  expect(pictures(chinese)).toEqual(pictures(english));
  const figures = (page: string) =>
    page
      .replace(/```[\s\S]*?```/g, '')
      .match(/−?\d[\d.,]*\d%?/g)!
      .sort();
  expect(figures(chinese)).toEqual(figures(english));
});

test('the README is a first page: at most 900 words', () => {
  expect(text('README.md').split(/\s+/).filter(Boolean).length).toBeLessThanOrEqual(900);
});

// The registered studies: the page shows the tables that their scripts write from the trainings beside it.

test('fair controls: table, data and claims are those of the trainings', () => {
  const fair: FairRun[] = trainingsIn('examples/emergence/controls.jsonl');
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
  const layers: { seed: number; [twin: string]: unknown }[] = trainingsIn('examples/emergence/layers.jsonl');
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
