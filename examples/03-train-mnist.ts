/**
 * Train a small network on handwritten digits, look at its first filters before and after, and measure what they became.
 *
 *     npx tsx examples/03-train-mnist.ts            (or: npm start)
 *     npx tsx examples/03-train-mnist.ts --epochs 2 --seed 7 --out runs/quick
 *
 * Nobody tells the network what an edge is. It is shown digits and their names, and backpropagation changes every
 * number in it a little, again and again, so that it names them better. The twelve 5x5 filters of its first layer start
 * as noise. What do they become, and is it more than chance? Open report.html.
 */
import { join } from 'node:path';
import { Command } from 'commander';
import { loadMnist } from '../datasets/index.js';
import { Conv2D, evaluate, manualSeed, summary, weightHash } from '../src/index.js';
import { FilterTimeline, filterGrid, nullDistribution } from '../src/inspect/index.js';
import { writeSafetensors } from '../src/io/index.js';
import { checkpoint, interruptible, progress, saveAnimation, saveFile, saveModel, savePng } from '../src/node/index.js';
import { angleText, report, studyFilters, studyText } from '../src/report/index.js';
import { aboutDigits } from './lib/about-digits.js';
import { number, shortErrors } from './lib/arguments.js';
import { network, SETTINGS, train } from './lib/recipe.js';
import { checkpointIn, openFolder } from './lib/run-folder.js';

shortErrors();

// 1. What can be set from the command line.
const { epochs, batchSize, lr, seed, out, resume } = new Command()
  .name('03-train-mnist')
  .description('Trains a small network on handwritten digits and shows its first filters before and after.')
  .option('--epochs <n>', 'how often every training image is seen', number(1, true), SETTINGS.epochs)
  .option('--batch-size <n>', 'images a step', number(1, true), SETTINGS.batchSize)
  .option('--lr <x>', 'learning rate, falling to 0 along a straight line', number(0, false), SETTINGS.lr)
  .option('--seed <n>', 'seed of the weights, the split and the order of the images', number(0, true), 0)
  .option('--out <dir>', 'folder for what it writes (default: runs/mnist-seed<seed>)')
  .option('--resume', 'go on with a training that was stopped, from the checkpoint in that folder', false)
  .allowExcessArguments(false)
  .showHelpAfterError()
  .parse()
  .opts<{ epochs: number; batchSize: number; lr: number; seed: number; out?: string; resume: boolean }>();
const folder = out ?? `runs/mnist-seed${seed}`;
const settings = { ...SETTINGS, epochs, batchSize, lr, seed };
const run = await openFolder(folder, settings); // What another run has left there stays.

// 2. The data: 9,000 digits to learn from, 1,000 that the network never learns from.
const digits = await loadMnist({ seed });

// 3. The network (see recipe.ts). Every weight starts as a random number, drawn from the seed.
manualSeed(seed);
const model = network();
const filters = model.at('conv1', Conv2D).weight;
console.log(`${summary(model, [1, 28, 28])}\n`);

// 4. Training, while a timeline keeps what the filters are at step 0, 10, 20, 30, 50, 70, 100, 200 and so on.
const timeline = new FilterTimeline(filters, { heldOut: digits.heldOut });
// After each epoch, and when Ctrl-C ends it, all that the training needs to go on is saved.
const saved = join(folder, 'run.checkpoint');
const begun = resume ? await checkpointIn(saved) : undefined; // Stopped before there was one, it begins anew.
const history = await interruptible((signal) =>
  train(model, digits, settings, [progress(), timeline, checkpoint(saved)], { signal, resume: begun }),
);
if (history.stopped) {
  console.log(`\nstopped; the same command with --resume goes on, to the same weights`);
  process.exit(130);
}

// 5. What came of it.
const { accuracy, loss, confusion } = evaluate(model, digits.heldOut);
const hash = weightHash(model);
console.log(
  `\nheld-out accuracy ${(100 * accuracy).toFixed(1)}% on ${digits.heldOut.length} digits that it never learned from`,
);
console.log('\nconfusion matrix (rows: the digit, columns: what the network says)');
const cells = [['', ...confusion.keys()], ...confusion.map((row, digit) => [digit, ...row])];
console.log(cells.map((row) => row.map((cell) => String(cell).padStart(5)).join('')).join('\n'));

// 6. Are the filters edges? R2ori is the share of a filter that the best of 1,280 edges and lines explains. Random filters
//    reach something too, and smooth ones much: the layer is compared with 20,000 random layers of either kind.
const nulls = [
  nullDistribution('normal', filters.shape[2]),
  nullDistribution('colored', filters.shape[2], { patches: digits.train }),
];
const study = studyFilters(filters.data, filters.shape, { nulls, timeline });
console.log(`\nthe filters of conv1\n${studyText(study)}`);
console.log(`\nweight hash ${hash} (the same seed and settings give the same hash)`);

// 7. What is kept: the filters as a picture and growing, the model and its timeline, a report that shows and explains all
//    of it (open it in a browser), and all figures.
const labels = study.after.filters.map((f) => `${f.filter}\n${f.class} ${angleText(f)}\nR² ${f.r2ori.toFixed(2)}`);
const title = `The ${filters.shape[0]} filters of conv1 before and after training, seed ${seed}`;
await savePng(
  join(folder, 'filters.png'),
  filterGrid(filters.data, filters.shape, { before: timeline.snapshots[0].weights, labels, title }),
);
const scale = Math.max(...timeline.snapshots.flatMap(({ weights }) => Array.from(weights, Math.abs)));
const frames = timeline.snapshots.map(({ weights }, i) => {
  const { step, accuracy, r2ori } = study.timeline[i];
  const figures = `step ${step}, held-out accuracy ${(100 * accuracy).toFixed(1)}%, mean R2ori ${r2ori.toFixed(2)}`;
  return filterGrid(weights, filters.shape, { title: figures, scale });
});
await saveAnimation(join(folder, 'filters-growing.png'), frames, { delay: 600 });
const notes = Object.fromEntries(Object.entries(settings).map(([key, value]) => [key, String(value)]));
await saveModel(join(folder, 'model.safetensors'), model, { weightHash: hash, ...notes });
await saveFile(join(folder, 'timeline.safetensors'), writeSafetensors(timeline.stateDict()));
const command = `npx tsx examples/03-train-mnist.ts --epochs ${epochs} --batch-size ${batchSize} --lr ${lr} --seed ${seed}`;
const made = await report({
  ...aboutDigits(digits.heldOut),
  model,
  data: digits,
  study,
  nulls,
  timeline,
  batchSize,
  settings,
  command,
  title,
});
await saveFile(join(folder, 'report.html'), made.html);
const peakMemoryMB = Math.round(process.resourceUsage().maxRSS / 1024);
await run.save('metrics.json', {
  heldOutAccuracy: accuracy,
  heldOutLoss: loss,
  trainSeconds: history.trainSeconds,
  imagesPerSecond: history.imagesPerSecond,
  weightHash: hash,
  confusion,
  peakMemoryMB,
  history: history.epochs,
  emergence: made.figures,
});
console.log(`\npeak memory ${peakMemoryMB} MB`);
console.log(
  `written to ${folder}: report.html, filters.png, filters-growing.png, model.safetensors, timeline.safetensors, ` +
    'run.checkpoint, metrics.json',
);
