/**
 * The study of fair controls: what makes conv1's filters edge-like, the digits' power spectrum, a consistent error, their shapes, or
 * weight decay? Its results are in examples/emergence.md.
 *
 *     npx tsx examples/experiments/fair-controls.ts --registration <hash>     (about an hour on one core; goes on where it stopped)
 *
 * REGISTERED BEFORE ANY OF ITS TRAININGS: this file and lib/fair/, with their statistics, exclusions and differences, were committed
 * first. The seeds are then read off that commit's hash, all 40 digits of it: ten groups of four hexadecimal digits from left to
 * right; one below 1000 (seeds that were looked at before), or equal to an earlier one, gets 65,536 added until it is neither. A
 * condition of five seeds has the first five.
 *
 * - A seed draws the split of the digits, the weights, the order of the images, and what a condition draws. The seed is the unit:
 *   intervals are of the mean over seeds, 95%, Student's t.
 * - The statistic of a training is its layer's mean R2ori less that of 40,000 random filters with the second moments of the images
 *   that *it* learned from (the excess). Raw: of the filters as they are. Centered: of the filters without their means, as the
 *   random ones and the templates are. Raw is primary; the share of the mean (DC) stands beside it.
 * - Excluded are filters whose norm is below 5% of their layer's largest, or of the largest at the start of the training (as
 *   `emergence` with `initial`); and trainings with fewer than two filters left, which are counted. Nothing else.
 * - The claim "the digits' shapes add something" stands if the interval of whitened less whitened and scrambled, raw, 5x5, by seed,
 *   excludes 0; 7x7, centered and the differences listed in lib/fair/summary.ts are reported beside it, whatever they are.
 * - p < .05 of single trainings is counted as a by-product: against the images' null, and against 1,000 rotations of the layer.
 * - If time ends early, what is there is reported with its number of seeds.
 */
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import { loadMnist } from '../../datasets/index.js';
import { Conv2D, type Dataset, evaluate, manualSeed, setThreads, weightHash } from '../../src/index.js';
import { type NullDistribution, nullDistribution } from '../../src/inspect/index.js';
import { chartDocument, makeFolder, saveFile, savePng } from '../../src/node/index.js';
import { number, shortErrors } from '../lib/arguments.js';
import { type Condition, IMAGES, PHASES, type Reading } from '../lib/fair/conditions.js';
import { figureOf } from '../lib/fair/figure.js';
import { filtersOf } from '../lib/fair/filters.js';
import { trainingsIn } from '../lib/fair/lines.js';
import { measure } from '../lib/fair/measure.js';
import { commitHash, seedsOf } from '../lib/fair/seeds.js';
import { differencesOf, type Run, rowsOf } from '../lib/fair/summary.js';
import { csvOf, tableOf } from '../lib/fair/tables.js';
import { network, SETTINGS, train } from '../lib/recipe.js';

shortErrors();
const { registration, out, epochs, only } = new Command()
  .name('fair-controls')
  .description(
    'Trains conv1 under fair controls and measures its filters against the null of the images it learned from.',
  )
  .requiredOption('--registration <hash>', 'the commit that the seeds are read off', commitHash)
  .option('--out <dir>', 'folder for what it writes', 'runs/fair-controls')
  .option('--epochs <n>', 'fewer than the 10 of the study: to try it out', number(1, true), SETTINGS.epochs)
  .option('--only <n>', 'so many trainings and no more', number(0, true), Infinity)
  .allowExcessArguments(false)
  .showHelpAfterError()
  .parse()
  .opts<{ registration: string; out: string; epochs: number; only: number }>();

await setThreads(1);
await makeFolder(out);
const seeds = seedsOf(registration);
const file = join(out, 'controls.jsonl');
const runs = trainingsIn<Run>(file);

/** By kind of images, kernel size and seed. */
const nulls = new Map<string, NullDistribution>();
let trainings = 0;
for (const phase of PHASES) {
  for (const seed of seeds.slice(...phase.seeds)) {
    const digits = digitsOf(seed);
    for (const condition of phase.conditions) {
      for (const size of phase.sizes.filter((each) => (condition.sizes ?? [5, 7]).includes(each))) {
        const isDone = runs.some((run) => run.condition === condition.name && run.size === size && run.seed === seed);
        if (isDone || trainings >= only) continue;
        trainings++;
        const run = await runOf(condition, size, seed, digits);
        runs.push(run);
        await appendFile(file, `${JSON.stringify(run)}\n`);
        const { raw } = Object.values(run.readings).at(-1)!;
        console.log(
          `${condition.name}, ${size}x${size}, seed ${seed}: accuracy ${(100 * run.accuracy).toFixed(1)}%, ` +
            `raw excess ${raw?.excess.toFixed(3) ?? '-'}, ${run.seconds.toFixed(1)} s`,
        );
      }
    }
  }
}

const [rows, differences] = [rowsOf(runs), differencesOf(runs)];
await saveFile(join(out, 'controls.md'), tableOf(rows, differences));
await saveFile(join(out, 'controls.csv'), csvOf(runs));
await saveFile(join(out, 'controls.svg'), figureOf(rows, await chartDocument()));
await savePng(join(out, 'controls-filters.png'), filtersOf(runs, seeds[0]));
console.log(`written to ${out}: controls.jsonl, controls.md, controls.csv, controls.svg, controls-filters.png`);

/** The digits of a seed, and what each kind of images makes of them, made once. */
function digitsOf(seed: number) {
  const made = new Map<string, Promise<Dataset[]>>();
  return (kind: keyof typeof IMAGES): Promise<Dataset[]> => {
    const make = async () => {
      const { train, heldOut } = await loadMnist({ seed });
      return IMAGES[kind]([train, heldOut], seed);
    };
    const found = made.get(kind) ?? make();
    made.set(kind, found);
    return found;
  };
}

async function runOf(
  { name, images, readings, settings, labels, prepare }: Condition,
  size: number,
  seed: number,
  digits: ReturnType<typeof digitsOf>,
): Promise<Run> {
  const before = performance.now();
  const [learn, heldOut] = await digits(images);
  const smooth = smoothNull(images, size, seed, learn);
  const from = labels ? labels(learn, seed) : learn;
  manualSeed(seed);
  const model = network({ kernelSize: size });
  prepare?.(model);
  const { weight } = model.at('conv1', Conv2D);
  const start = Float64Array.from(weight.data);
  const own = { ...SETTINGS, ...settings };
  const share = epochs / SETTINGS.epochs;
  // Nobody looks at the network before the end.
  const more = { validation: undefined };
  await train(model, { train: from, heldOut }, { ...own, seed, epochs: Math.round(own.epochs * share) }, [], more);
  const trained = Float64Array.from(weight.data);
  const weights = { start, trained, change: trained.map((each, i) => each - start[i]) };
  const of = (reading: Reading) => measure(weights[reading], start, weight.shape, smooth);
  const rounded = (values: Float64Array) => Array.from(values, (each) => Number(each.toPrecision(4)));
  return {
    condition: name,
    size,
    seed,
    accuracy: evaluate(model, heldOut).accuracy,
    trainAccuracy: evaluate(model, from).accuracy,
    seconds: (performance.now() - before) / 1000,
    weightHash: weightHash(model),
    nullMean: smooth.r2ori.reduce((sum, each) => sum + each, 0) / smooth.r2ori.length,
    readings: Object.fromEntries(readings.map((reading) => [reading, of(reading)])),
    ...(seed === seeds[0] && { start: rounded(start), trained: rounded(trained) }),
  };
}

/** Drawn once for each kind of images, kernel size and seed. */
function smoothNull(images: string, size: number, seed: number, patches: Dataset): NullDistribution {
  const key = `${images} ${size} ${seed}`;
  const found = nulls.get(key) ?? nullDistribution('colored', size, { patches });
  nulls.set(key, found);
  return found;
}
