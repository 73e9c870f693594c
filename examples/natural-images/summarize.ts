/**
 * Five seeds of example 07, read off the hash of the commit that registered the analysis, and what follows from them.
 *
 *     npx tsx examples/natural-images/summarize.ts HASH runs/natural [PHOTOS]
 *
 * Runs that are there already are read, not repeated. Without PHOTOS, a folder, only dead leaves are learned from.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { saveFile, saveJson } from '../../src/node/index.js';
import { interval } from '../lib/fair/interval.js';

interface Run {
  seed: number;
  gaborR2: number;
  controlGaborR2: number;
  above: number;
  controlAbove: number;
  luminanceGaborR2: number;
  controlLuminanceGaborR2: number;
  null: { mean: number; percentile99: number };
  components: number;
  weightHash: string;
}

const SEEDS = 5;

const [hash, folder, photos] = process.argv.slice(2);
if (!/^[0-9a-f]{40}$/.test(hash ?? '') || !folder)
  throw new Error('expected the hash of a commit, 40 digits, and a folder');
const seeds = Array.from({ length: SEEDS }, (_, i) => Number.parseInt(hash.slice(4 * i, 4 * i + 4), 16));

const kinds = photos ? ['dead leaves', 'photographs'] : ['dead leaves'];
const results: Record<string, Run[]> = {};
for (const kind of kinds) {
  results[kind] = [];
  for (const seed of seeds) {
    const out = join(folder, `${kind.replace(' ', '-')}-${seed}`);
    if (!existsSync(join(out, 'metrics.json'))) {
      const more = kind === 'photographs' ? ['--photos', photos] : [];
      const args = ['--import', 'tsx', 'examples/07-natural-images.ts', '--seed', `${seed}`, '--out', out, ...more];
      execFileSync(process.execPath, args, { stdio: 'inherit' });
    }
    const run: Run = JSON.parse(await readFile(join(out, 'metrics.json'), 'utf8'));
    results[kind].push(run);
  }
}

const head = [
  'learned from',
  'seed',
  'Gabor R2',
  'control',
  'above 99% of random, of 64',
  'control',
  'luminance alone',
  'control',
  'random',
  'weight hash',
];
const rows = Object.entries(results).flatMap(([kind, runs]) => [
  ...runs.map((run) => [
    kind,
    `${run.seed}`,
    ...[run.gaborR2, run.controlGaborR2].map((value) => value.toFixed(3)),
    `${run.above}`,
    `${run.controlAbove}`,
    ...[run.luminanceGaborR2, run.controlLuminanceGaborR2, run.null.mean].map((value) => value.toFixed(3)),
    `\`${run.weightHash}\``,
  ]),
  [
    `**${kind}**`,
    '**mean**',
    ...(['gaborR2', 'controlGaborR2'] as const).map((key) => `**${mean(runs.map((run) => run[key])).toFixed(3)}**`),
    ...(['above', 'controlAbove'] as const).map((key) => `**${mean(runs.map((run) => run[key])).toFixed(1)}**`),
    ...(['luminanceGaborR2', 'controlLuminanceGaborR2'] as const).map((key) =>
      mean(runs.map((run) => run[key])).toFixed(3),
    ),
    mean(runs.map((run) => run.null.mean)).toFixed(3),
    '',
  ],
]);
const table = [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
const differences = Object.entries(results).map(([kind, runs]) => {
  const r2 = interval(runs.map((run) => run.gaborR2 - run.controlGaborR2));
  const above = interval(runs.map((run) => run.above - run.controlAbove));
  return { kind, r2, above };
});
const text = differences.map(
  ({ kind, r2, above }) =>
    `${kind}, learned minus control: Gabor R2 ${r2.mean.toFixed(3)} (95%: ${r2.low.toFixed(3)} to ${r2.high.toFixed(3)}), ` +
    `filters above ${above.mean.toFixed(1)} (${above.low.toFixed(1)} to ${above.high.toFixed(1)})`,
);
console.log(`${table}\n\n${text.join('\n')}`);
await saveFile(join(folder, 'table.md'), `${table}\n\n${text.join('\n\n')}\n`);
await saveJson(join(folder, 'results.json'), { hash, seeds, results: short(), differences });

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The results without the single filters. */
function short(): Record<string, object[]> {
  return Object.fromEntries(
    Object.entries(results).map(([kind, runs]) => [
      kind,
      runs.map((run) => ({ ...run, networks: undefined, photos: undefined })),
    ]),
  );
}
