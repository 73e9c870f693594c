/**
 * A small ResNet with batch norm on color images in folders.
 *
 *     npx tsx examples/experiments/resnet.ts                   (draws its images itself)
 *     npx tsx examples/experiments/resnet.ts --data DIR        (DIR/train/cat/1.png, DIR/test/cat/2.png, ...; 32x32 or made so;
 *                                                               or the folder of CIFAR-10's binary files)
 * What a training of today has: augmentation, a learning rate that falls along a cosine, and the model of the best epoch, chosen
 * by images that are held out of the training part. Its weights have torchvision's names: PyTorch opens the file.
 */
import { join } from 'node:path';
import {
  BatchNorm2D,
  Conv2D,
  CosineAnnealingLR,
  Dense,
  evaluate,
  fit,
  Generator,
  GlobalAvgPool2D,
  Identity,
  Module,
  manualSeed,
  relu,
  Sequential,
  SGD,
  stratifiedSplit,
  summary,
  type Tensor,
  weightHash,
} from '../../src/index.js';
import { filterGrid } from '../../src/inspect/index.js';
import { bestCheckpoint, loadModel, progress, savePng } from '../../src/node/index.js';
import { compose, flip, normalize, shift } from '../../src/transforms/index.js';
import { choicesOf, percent } from '../lib/choices.js';
import { openImages, SIZE } from '../lib/colored-folder.js';

const { epochs, seed, quick, out, run, data } = await choicesOf<{ data: string }>(
  'resnet',
  'Trains a small ResNet on color images.',
  30,
  [['--data <dir>', 'folder with train and test, in each a folder a class, or of CIFAR-10 (default: drawn shapes)']],
);

// 1. The images: three channels from 0 to 1. A part of those to learn from is held out, to choose the epoch by.
const images = await openImages(data, out, quick, new Generator(`images ${seed}`));
const centered = normalize({ mean: 0.5, std: 0.25 });
const [all, test] = [images.train.transformed(centered), images.test.transformed(centered)];
const [learned, held] = stratifiedSplit(all, Math.floor(all.length / 5), new Generator(seed));

// 2. The network. A block adds to what it gets: with nothing learned yet, most of it passes unchanged.
class Block extends Module {
  readonly conv1: Conv2D;
  readonly bn1: BatchNorm2D;
  readonly conv2: Conv2D;
  readonly bn2: BatchNorm2D;
  readonly downsample: Module;
  constructor(from: number, to: number, stride: number) {
    super();
    this.conv1 = new Conv2D(from, to, 3, { stride, padding: 1, bias: false });
    this.bn1 = new BatchNorm2D(to);
    this.conv2 = new Conv2D(to, to, 3, { padding: 1, bias: false });
    this.bn2 = new BatchNorm2D(to);
    const smaller = () => new Sequential(new Conv2D(from, to, 1, { stride, bias: false }), new BatchNorm2D(to));
    this.downsample = stride > 1 || from !== to ? smaller() : new Identity();
  }
  override forward(x: Tensor): Tensor {
    const inner = this.bn1.forward(this.conv1.forward(x)).relu();
    return relu(this.bn2.forward(this.conv2.forward(inner)).add(this.downsample.forward(x)));
  }
}
class ResNet extends Module {
  readonly conv1 = new Conv2D(3, 12, 5, { padding: 2, bias: false });
  readonly bn1 = new BatchNorm2D(12);
  readonly layer1 = new Sequential(new Block(12, 12, 2)); //  to [12, 16, 16]
  readonly layer2 = new Sequential(new Block(12, 24, 2)); //  to [24, 8, 8]
  readonly layer3 = new Sequential(new Block(24, 32, 2)); //  to [32, 4, 4]
  readonly pool = new GlobalAvgPool2D();
  readonly fc = new Dense(32, all.classes);
  override forward(x: Tensor): Tensor {
    const first = this.bn1.forward(this.conv1.forward(x)).relu();
    const last = this.layer3.forward(this.layer2.forward(this.layer1.forward(first)));
    return this.fc.forward(this.pool.forward(last));
  }
}
manualSeed(seed);
const model = new ResNet();
console.log(`${summary(model, [3, SIZE, SIZE])}\n`);
const before = model.conv1.weight.data.slice();

// 3. Training, and the best epoch.
const batchSize = 32;
const optimizer = new SGD(model.parameters(), { lr: 0.03, momentum: 0.9, nesterov: true, weightDecay: 5e-4 });
const scheduler = new CosineAnnealingLR(optimizer, { tMax: epochs * Math.ceil(learned.length / batchSize) });
const best = join(out, 'best.safetensors');
await fit(model, learned, {
  optimizer,
  scheduler,
  epochs,
  batchSize,
  seed,
  validation: held,
  transform: compose(flip(), shift(3)),
  callbacks: [progress(), bestCheckpoint(best, { monitor: 'validationAccuracy' })],
});
const { epoch } = await loadModel(best, model);

// 4. The test images, once.
const { accuracy } = evaluate(model, test);
const hash = weightHash(model);
console.log(`\naccuracy on ${test.length} test images, after the best epoch (${epoch}): ${percent(accuracy)}`);
console.log(`weight hash ${hash} (the same seed and settings give the same hash)`);
await run.save('metrics.json', { accuracy, epoch: Number(epoch), weightHash: hash });
const { data: weights, shape } = model.conv1.weight;
const title = `The ResNet's first filters before and after training, seed ${seed}`;
await savePng(join(out, 'filters.png'), filterGrid(weights, shape, { before, title }));
console.log(`written to ${out}: best.safetensors, filters.png, metrics.json`);
