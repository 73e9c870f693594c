/**
 * Do deeper layers separate the digits better, and is it the names that make them? Its results are in examples/emergence.md.
 *
 *     npx tsx examples/experiments/layers-measured.ts --registration <hash>     (some minutes; goes on where it stopped)
 *
 * REGISTERED BEFORE ANY OF ITS TRAININGS, as fair-controls.ts is: the seeds are the first five groups of four hexadecimal digits of the
 * hash of the commit that registers this file (lib/fair/seeds.ts has the rule). The network is example 06's, which learns 9,000 digits for
 * ten epochs; its twins have its seed, weights at the start and settings. Behind ReLU of each layer every held-out digit (1,000)
 * is given to the class whose mean over 1,500 training digits is nearest, with `classSeparability`; nothing is fitted.
 *
 * - Wanted: after the third layer the trained network is at least 8 points above the untrained twin, and above the one that learned 1,000
 *   shuffled labels by heart, on each of five seeds. Each layer's accuracy and share of variance between classes is reported, with
 *   95% intervals over seeds (Student's t), and the differences by seed.
 * - Nothing is excluded. A twin that learned less than 99% of its shuffled labels is reported as such.
 */
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import { loadMnist } from '../../datasets/index.js';
import { evaluate, setThreads } from '../../src/index.js';
import { chartDocument, makeFolder, saveFile } from '../../src/node/index.js';
import { number, shortErrors } from '../lib/arguments.js';
import { deepNetwork, LAYERS, layersOf, type Twins } from '../lib/deeper/layers.js';
import { layersFigure } from '../lib/deeper/layers-figure.js';
import { interval } from '../lib/fair/interval.js';
import { trainingsIn } from '../lib/fair/lines.js';
import { commitHash, seedsOf } from '../lib/fair/seeds.js';
import { intervalText } from '../lib/fair/tables.js';
import { SETTINGS, train } from '../lib/recipe.js';

shortErrors();
const { registration, out, epochs } = new Command()
  .name('layers-measured')
  .description(
    'Measures how far each layer separates the digits, beside an untrained twin and one that learned by heart.',
  )
  .requiredOption('--registration <hash>', 'the commit that the seeds are read off', commitHash)
  .option('--out <dir>', 'folder for what it writes', 'runs/layers-measured')
  .option('--epochs <n>', 'fewer than the 10 of the study: to try it out', number(1, true), SETTINGS.epochs)
  .allowExcessArguments(false)
  .showHelpAfterError()
  .parse()
  .opts<{ registration: string; out: string; epochs: number }>();

interface Run extends Twins {
  seed: number;
  accuracy: number;
}

await setThreads(1);
await makeFolder(out);
const file = join(out, 'layers.jsonl');
const runs = trainingsIn<Run>(file);
for (const seed of seedsOf(registration).slice(0, 5)) {
  if (runs.some((run) => run.seed === seed)) continue;
  const digits = await loadMnist({ seed });
  const model = deepNetwork(seed);
  await train(model, digits, { ...SETTINGS, epochs, seed }, [], { validation: undefined });
  const run = {
    seed,
    accuracy: evaluate(model, digits.heldOut).accuracy,
    ...(await layersOf(model, digits, { seed, epochs })),
  };
  runs.push(run);
  await appendFile(file, `${JSON.stringify(run)}\n`);
  const last = (twin: 'trained' | 'untrained' | 'byHeart') => (100 * run[twin].at(-1)!.accuracy).toFixed(1);
  console.log(`seed ${seed}: ${last('trained')}%, untrained ${last('untrained')}%, by heart ${last('byHeart')}%`);
}

const points = (values: number[]) => intervalText(interval(values.map((value) => 100 * value)), 1);
const shares = (values: number[]) => intervalText(interval(values));
const at = (name: 'trained' | 'untrained' | 'byHeart', layer: number) => runs.map((run) => run[name][layer]);
const NAMES = { trained: 'trained', untrained: 'untrained twin', byHeart: 'twin, shuffled labels by heart' } as const;
const all = Object.keys(NAMES) as (keyof typeof NAMES)[];
const rows = [
  [
    'network',
    ...LAYERS.map((layer) => `nearest mean, ${layer}`),
    ...LAYERS.map((layer) => `between classes, ${layer}`),
  ],
  ...all.map((name) => [
    NAMES[name],
    ...LAYERS.map((_, layer) => `${points(at(name, layer).map(({ accuracy }) => accuracy))}%`),
    ...LAYERS.map((_, layer) => shares(at(name, layer).map(({ between }) => between))),
  ]),
];
const differences = all.slice(1).map((name) => {
  const by = runs.map((run) => run.trained[2].accuracy - run[name][2].accuracy);
  const enough = by.filter((difference) => difference >= 0.08).length;
  return `- trained less ${NAMES[name]}, after the third layer: ${points(by)} points; at least 8 points on ${enough} of ${by.length} seeds`;
});
const [head, ...body] = rows.map((row) => `| ${row.join(' | ')} |`);
const table = [head, `| ${rows[0].map(() => '---').join(' | ')} |`, ...body].join('\n');
await saveFile(join(out, 'layers.md'), `${table}\n\n${differences.join('\n')}\n`);
const values = all.map((name) => [
  NAMES[name],
  LAYERS.map((_, layer) => at(name, layer).map(({ accuracy }) => 100 * accuracy)),
]);
const names = LAYERS.map((_, i) => `after layer ${i + 1}`);
await saveFile(join(out, 'layers.svg'), layersFigure(Object.fromEntries(values), names, await chartDocument()));
console.log(`\n${table}\n\n${differences.join('\n')}\nwritten to ${out}: layers.jsonl, layers.md, layers.svg`);
