/**
 * Train a small network on handwritten digits, and look at its filters before and after.
 *
 *     npx tsx examples/03-train-mnist.ts            (or: npm start)
 *     npx tsx examples/03-train-mnist.ts --epochs 2 --seed 7 --out runs/quick
 *
 * Nobody tells the network what an edge is. It is shown digits and their names, and backpropagation changes every
 * number in it a little, again and again, so that it names them better. The eight 5x5 filters of its first layer start
 * as noise; look at filters.png to see what they become.
 */
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { loadMnist } from '../datasets/index.js';
import {
  Conv2D,
  ConvgradError,
  Dense,
  evaluate,
  Flatten,
  fit,
  LinearLR,
  MaxPool2D,
  manualSeed,
  ReLU,
  Sequential,
  SGD,
  summary,
  weightHash,
} from '../src/index.js';
import { filterPanels, panelGrid } from '../src/inspect/index.js';
import { makeFolder, progress, saveJson, saveModel, savePng } from '../src/node/index.js';

// What convgrad refuses is said in one line: a folder that cannot be made, a training that diverges.
process.on('uncaughtException', (error) => {
  console.error(error instanceof ConvgradError ? `error: ${error.message}` : error);
  process.exit(1);
});

// 1. What can be set from the command line.
const number = (least: number, whole: boolean) => (text: string) => {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value >= least && (!whole || Number.isSafeInteger(value)))
    return value;
  const [kind, most] = whole ? ['a whole number', ' and below 2^53'] : ['a number', ''];
  throw new InvalidArgumentError(`Expected ${kind} of at least ${least}${most}.`);
};
const { epochs, batchSize, lr, seed, out } = new Command()
  .name('03-train-mnist')
  .description('Trains a small network on handwritten digits and shows its first filters before and after.')
  .option('--epochs <n>', 'how often every training image is seen', number(1, true), 10)
  .option('--batch-size <n>', 'images a step', number(1, true), 64)
  .option('--lr <x>', 'learning rate, falling to 0 along a straight line', number(0, false), 0.05)
  .option('--seed <n>', 'seed of the weights, the split and the order of the images', number(0, true), 0)
  .option('--out <dir>', 'folder for what it writes (default: runs/mnist-seed<seed>)')
  .allowExcessArguments(false)
  .showHelpAfterError()
  .parse()
  .opts<{ epochs: number; batchSize: number; lr: number; seed: number; out?: string }>();
const folder = out ?? `runs/mnist-seed${seed}`;
await makeFolder(folder);

// 2. The data: 9,000 digits to learn from, 1,000 that the network never learns from.
const { train, heldOut } = await loadMnist({ seed });

// 3. The network. Every weight starts as a random number, drawn from the seed.
manualSeed(seed);
const conv1 = new Conv2D(1, 8, 5);
const model = new Sequential({
  conv1,
  relu1: new ReLU(),
  pool1: new MaxPool2D(2),
  conv2: new Conv2D(8, 16, 3),
  relu2: new ReLU(),
  pool2: new MaxPool2D(2),
  flatten: new Flatten(),
  dense: new Dense(400, 10),
});
console.log(`${summary(model, [1, 28, 28])}\n`);

// 4. Training: stochastic gradient descent with momentum. Weight decay on conv1's filters alone makes the noise that
//    they start with fade, so that what is left at the end is what they learned.
const optimizer = new SGD(
  [
    { params: [conv1.weight], weightDecay: 0.01 },
    { params: model.parameters().filter((parameter) => parameter !== conv1.weight) },
  ],
  { lr, momentum: 0.9 },
);
const totalIters = epochs * Math.ceil(train.length / batchSize);
const scheduler = new LinearLR(optimizer, { startFactor: 1, endFactor: 0, totalIters });
const before = filterPanels(conv1.weight.data, conv1.weight.shape);
const history = await fit(model, train, {
  ...{ epochs, batchSize, optimizer, scheduler, seed, validation: heldOut },
  callbacks: [progress()],
});

// 5. What came of it.
const { accuracy, loss, confusion } = evaluate(model, heldOut);
const hash = weightHash(model);
console.log(
  `\nheld-out accuracy ${(100 * accuracy).toFixed(1)}% on ${heldOut.length} digits that it never learned from`,
);
console.log('\nconfusion matrix (rows: the digit, columns: what the network says)');
const cells = [['', ...confusion.keys()], ...confusion.map((row, digit) => [digit, ...row])];
console.log(cells.map((row) => row.map((cell) => String(cell).padStart(5)).join('')).join('\n'));
console.log(`\nweight hash ${hash} (the same seed and settings give the same hash)`);

const after = filterPanels(conv1.weight.data, conv1.weight.shape);
const picture = panelGrid(
  [
    { label: 'before training\n(random)', panels: before },
    { label: `after ${epochs} epoch${epochs === 1 ? '' : 's'}`, panels: after },
  ],
  { title: `The eight 5x5 filters of conv1, seed ${seed}` },
);
await savePng(join(folder, 'filters.png'), picture);
await saveModel(join(folder, 'model.safetensors'), model, { weightHash: hash, seed: String(seed) });
const peakMemory = Math.round(process.resourceUsage().maxRSS / 1024); // In MB.
await saveJson(join(folder, 'metrics.json'), {
  ...{ heldOutAccuracy: accuracy, heldOutLoss: loss, trainSeconds: history.trainSeconds },
  ...{
    imagesPerSecond: history.imagesPerSecond,
    weightHash: hash,
    seed,
    epochs,
    batchSize,
    lr,
    confusion,
    peakMemoryMB: peakMemory,
  },
  history: history.epochs,
});
console.log(`\npeak memory ${peakMemory} MB`);
console.log(`written to ${folder}: filters.png, model.safetensors, metrics.json`);
