/**
 * One training on one process, on several, or on many machines: the same program, the same weights.
 *
 *     npx tsx examples/experiments/many-machines.ts
 *     mpirun -np 4 node --import tsx examples/experiments/many-machines.ts
 *
 * Each process computes the gradients of its parts of every batch, and all add them up before each takes the same step.
 * Batches fall into 8 parts whatever the number of processes, and sums are made along one tree: 1, 2, 4 and 8 processes
 * print the same weight hash. It needs Open MPI (apt-get install openmpi-bin) and the package koffi; alone it needs neither.
 * On SLURM, and when it pays: examples/many-machines.md.
 */
import { join } from 'node:path';
import { Command } from 'commander';
import { loadMnist } from '../../datasets/index.js';
import {
  affine,
  BatchNorm2D,
  Conv2D,
  CosineAnnealingLR,
  Dense,
  Dropout,
  Flatten,
  fit,
  MaxPool2D,
  manualSeed,
  ReLU,
  Sequential,
  SGD,
  weightHash,
} from '../../src/index.js';
import { mpi } from '../../src/mpi/index.js';
import { checkpoint, interruptible, progress, saveModel } from '../../src/node/index.js';
import { number, shortErrors } from '../lib/arguments.js';
import { checkpointIn, openFolder } from '../lib/run-folder.js';

shortErrors();
const { epochs, batchSize, images, seed, out, resume } = new Command()
  .name('many-machines')
  .description('Trains a network on handwritten digits, on as many processes as mpirun starts.')
  .option('--epochs <n>', 'how often every training image is seen', number(1, true), 3)
  .option('--batch-size <n>', 'images a step, of all processes together', number(1, true), 128)
  .option('--images <n>', 'how many of the training images are used', number(1, true), 9000)
  .option('--seed <n>', 'seed of the weights, the split and the order of the images', number(0, true), 0)
  .option('--out <dir>', 'folder for what it writes (default: runs/many-machines-seed<seed>)')
  .option('--resume', 'go on with a training that was stopped, from the checkpoint in that folder', false)
  .allowExcessArguments(false)
  .showHelpAfterError()
  .parse()
  .opts<{ epochs: number; batchSize: number; images: number; seed: number; out?: string; resume: boolean }>();

// 1. The processes. Files are the business of the first; the others get from it what it has read.
const world = await mpi();
const first = world.rank === 0;
const folder = out ?? `runs/many-machines-seed${seed}`;
const settings = { epochs, batchSize, images, seed };
const run = first ? await openFolder(folder, settings) : null;
const saved = join(folder, 'run.checkpoint');
const begun = first && resume ? await checkpointIn(saved) : undefined;

// 2. Data and network, as on one machine. Batch norm sees a part of a batch at a time, here 16 images of 128.
const { train, heldOut } = await loadMnist({ seed });
manualSeed(seed);
const model = new Sequential(
  new Conv2D(1, 16, 3),
  new BatchNorm2D(16),
  new MaxPool2D(2),
  new ReLU(),
  new Conv2D(16, 32, 3),
  new BatchNorm2D(32),
  new MaxPool2D(2),
  new ReLU(),
  new Flatten(),
  new Dropout(0.25),
  new Dense(800, 10),
);
const learned = train.take(Math.min(images, train.length));
const optimizer = new SGD(model.parameters(), { lr: 0.02, momentum: 0.9, weightDecay: 1e-4 });
const scheduler = new CosineAnnealingLR(optimizer, { tMax: epochs * Math.ceil(learned.length / batchSize) });

// 3. Training. Of several processes `world` is all that there is to say.
const history = await interruptible((signal) =>
  fit(model, learned, {
    world,
    epochs,
    batchSize,
    optimizer,
    scheduler,
    seed,
    transform: affine({ degrees: 8, translate: [1 / 28, 1 / 28] }),
    validation: heldOut,
    signal,
    resume: begun,
    callbacks: [{ name: 'recipe', saveState: () => settings }, progress(), checkpoint(saved, { everySteps: 20 })],
  }),
);

// 4. Every process has the weights.
if (run && history.stopped) console.log('stopped; the same command with --resume goes on, to the same weights');
else if (run) {
  const hash = weightHash(model);
  const { accuracy } = history.epochs[epochs - 1].validation!;
  console.log(`held-out accuracy ${(100 * accuracy).toFixed(1)}%, ${history.imagesPerSecond.toFixed(0)} images/s`);
  console.log(`weight hash ${hash} on ${world.size} process${world.size === 1 ? '' : 'es'}`);
  await saveModel(join(folder, 'model.safetensors'), model, { weightHash: hash });
  await run.save('metrics.json', { accuracy, weightHash: hash, processes: world.size, history: history.epochs });
}
