/**
 * Does a network that is never told what a digit is learn edges, too?
 *
 *     npx tsx examples/experiments/autoencoder.ts
 *     npx tsx examples/experiments/autoencoder.ts --epochs 2 --seed 7 --out runs/autoencoder-7
 *
 * An autoencoder looks at a digit of 784 pixels, writes 16 numbers down (the code), and has to draw the digit again from
 * these numbers alone. There are no labels: the digit itself is what it should say. Convolutions make the image smaller and
 * smaller, transposed convolutions make it larger again.
 */
import { join } from 'node:path';
import { Command } from 'commander';
import { loadMnist } from '../../datasets/index.js';
import {
  AdamW,
  bceWithLogits,
  Conv2D,
  ConvTranspose2D,
  CosineAnnealingLR,
  DataLoader,
  type Dataset,
  Generator,
  manualSeed,
  noGrad,
  ReLU,
  Sequential,
  sigmoid,
  summary,
  tensor,
  weightHash,
} from '../../src/index.js';
import { featureMaps, filterGrid, nullDistribution, type Panel, panelGrid } from '../../src/inspect/index.js';
import { saveModel, savePng } from '../../src/node/index.js';
import { angleText, studyFilters, studyText } from '../../src/report/index.js';
import { number, shortErrors } from '../lib/arguments.js';
import { openFolder } from '../lib/run-folder.js';

shortErrors();
const { epochs, seed, out } = new Command()
  .name('autoencoder')
  .description('Learns to draw digits from a code of 16 numbers, and measures whether its first filters are edges.')
  .option('--epochs <n>', 'how often every training image is seen', number(1, true), 12)
  .option('--seed <n>', 'seed of the weights, the split and the order of the images', number(0, true), 0)
  .option('--out <dir>', 'folder for what it writes', 'runs/autoencoder')
  .allowExcessArguments(false)
  .showHelpAfterError()
  .parse()
  .opts<{ epochs: number; seed: number; out: string }>();
const run = await openFolder(out, { example: 'autoencoder', epochs, seed });
const { train, heldOut } = await loadMnist({ seed });

// 1. The network. A stride of 2 halves the sides; a transposed convolution with a stride of 2 doubles them.
manualSeed(seed);
const CODE = 16;
const model = new Sequential({
  conv1: new Conv2D(1, 12, 5, { stride: 2, padding: 2, bias: false }), //  [1, 28, 28] to [12, 14, 14]
  relu1: new ReLU(),
  conv2: new Conv2D(12, 16, 3, { stride: 2, padding: 1 }), //  to [16, 7, 7]
  relu2: new ReLU(),
  code: new Conv2D(16, CODE, 7), //  to [16, 1, 1]
  open: new ConvTranspose2D(CODE, 16, 7), //  to [16, 7, 7]
  relu3: new ReLU(),
  grow1: new ConvTranspose2D(16, 12, 4, { stride: 2, padding: 1 }), //  to [12, 14, 14]
  relu4: new ReLU(),
  grow2: new ConvTranspose2D(12, 1, 4, { stride: 2, padding: 1 }), //  to [1, 28, 28], before a sigmoid
});
console.log(`${summary(model, [1, 28, 28])}\n`);
const filters = model.at('conv1', Conv2D).weight;
const before = filters.data.slice();

// 2. Training. The target is the image itself, so the loop is our own: fit would want labels.
//    As in example 03, weight decay on conv1 alone lets the noise fade that its filters start with.
const others = model.parameters().filter((parameter) => parameter !== filters);
const groups = [
  { params: [filters], weightDecay: 2 },
  { params: others, weightDecay: 0 },
];
const optimizer = new AdamW(groups, { lr: 0.003 });
const batches = new DataLoader(train, { batchSize: 64, shuffle: true, generator: new Generator(seed) });
const scheduler = new CosineAnnealingLR(optimizer, { tMax: epochs * batches.length });
for (let epoch = 1; epoch <= epochs; epoch++) {
  let sum = 0;
  for (const { x } of batches) {
    const loss = bceWithLogits(model.forward(x), x);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    scheduler.step();
    sum += loss.item();
  }
  console.log(`epoch ${`${epoch}`.padStart(2)}/${epochs}  loss ${(sum / batches.length).toFixed(4)} a pixel`);
}

// 3. How well does it draw digits that it never saw? Beside it, what one learns to say without looking: the mean digit.
const meanDigit = Float64Array.from({ length: 784 }, (_, p) => {
  let sum = 0;
  for (let i = p; i < train.inputs.length; i += 784) sum += train.inputs[i];
  return sum / train.length;
});
const drawn = drawings(heldOut);
const error = squaredError(heldOut, (i, p) => drawn[784 * i + p]);
const meanError = squaredError(heldOut, (_, p) => meanDigit[p]);
const explained = 1 - error / meanError;
console.log(`\nmean squared error a pixel on ${heldOut.length} digits that it never saw: ${error.toFixed(4)}`);
console.log(
  `of the mean digit, without looking: ${meanError.toFixed(4)}; so the 16 numbers explain ${(100 * explained).toFixed(1)}% of it`,
);

// 4. Are its first filters edges? The same measure as in example 03, and the same random filters to compare with.
const nulls = [nullDistribution('normal', 5), nullDistribution('colored', 5, { patches: train })];
const study = studyFilters(filters.data, filters.shape, { nulls, before });
console.log(`\nthe filters of conv1\n${studyText(study)}`);
const hash = weightHash(model);
console.log(`\nweight hash ${hash} (the same seed and settings give the same hash)`);

// 5. What is kept.
await run.save('metrics.json', { error, meanError, explained, weightHash: hash, study });
await saveModel(join(out, 'model.safetensors'), model, { weightHash: hash, seed: `${seed}`, epochs: `${epochs}` });
const ink = (values: ArrayLike<number>): Panel => ({ values, height: 28, width: 28, colors: 'ink' });
const examples = Array.from({ length: 10 }, (_, digit) => heldOut.labels.indexOf(digit));
const codes = examples.map((i) => featureMaps(model, tensor(heldOut.input(i), { shape: [1, 28, 28] }), 'code').values);
await savePng(
  join(out, 'reconstructions.png'),
  panelGrid(
    [
      { label: 'a digit that\nit never saw', panels: examples.map((i) => ink(heldOut.input(i))) },
      { label: 'its code:\n16 numbers', panels: codes.map((values): Panel => ({ values, height: 4, width: 4 })) },
      { label: 'drawn from\nthe code', panels: examples.map((i) => ink(drawn.subarray(784 * i, 784 * (i + 1)))) },
    ],
    { title: `784 pixels, 16 numbers, 784 pixels: an autoencoder, seed ${seed}`, unit: 'code' },
  ),
);
const labels = study.after.filters.map((f) => `${f.filter}\n${f.class} ${angleText(f)}\nR² ${f.r2ori.toFixed(2)}`);
const title = `The ${filters.shape[0]} filters of the autoencoder's first layer before and after training, seed ${seed}`;
await savePng(join(out, 'filters.png'), filterGrid(filters.data, filters.shape, { before, labels, title }));
console.log(`written to ${out}: reconstructions.png, filters.png, model.safetensors, metrics.json`);

/** What the network makes of each image, one after the other, 784 numbers each from 0 to 1. */
function drawings(data: Dataset): Float32Array {
  const all = new Float32Array(data.inputs.length);
  let done = 0;
  for (const { x } of new DataLoader(data, { batchSize: 250 })) {
    all.set(noGrad(() => sigmoid(model.forward(x))).data, done);
    done += x.size;
  }
  return all;
}

/** The mean over all pixels of the squared difference. */
function squaredError({ inputs }: Dataset, guess: (image: number, pixel: number) => number): number {
  let sum = 0;
  for (let i = 0; i < inputs.length; i++) sum += (inputs[i] - guess(Math.floor(i / 784), i % 784)) ** 2;
  return sum / inputs.length;
}
