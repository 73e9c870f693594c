import { describe, expect, test } from 'vitest';
import {
  Adam,
  AvgPool2D,
  adaptiveAvgPool2d,
  BatchNorm2D,
  bceWithLogits,
  Conv2D,
  ConvTranspose2D,
  CosineAnnealingLR,
  cat,
  crossEntropy,
  Dataset,
  Dense,
  Dropout2D,
  evaluate,
  Flatten,
  fit,
  Generator,
  Identity,
  iou,
  MaxPool2D,
  Module,
  manualSeed,
  mseLoss,
  predict,
  ReLU,
  Reshape,
  relu,
  Sequential,
  SGD,
  Sigmoid,
  Tanh,
  type Tensor,
  Upsample,
} from '../../src/index.js';
import { affine, compose, flip } from '../../src/transforms/index.js';
import { expectLearned, expectResumed } from './resumed.js';

/** Images [channels, size, size] with a bright square in one of four corners, and in which. */
function corners(channels: number, size: number, count: number) {
  const generator = new Generator('corners');
  const labels = Array.from({ length: count }, (_, i) => i % 4);
  const masks = new Float32Array(count * size * size);
  const inputs = new Float32Array(count * channels * size * size).map(() => 0.3 * generator.normal());
  labels.forEach((label, i) => {
    const [top, left] = [label >> 1, label & 1].map((half) => (half * size) / 2 + generator.integer(size / 4));
    for (let y = top; y < top + size / 4; y++) {
      for (let x = left; x < left + size / 4; x++) {
        masks[(i * size + y) * size + x] = 1;
        for (let c = 0; c < channels; c++) inputs[((i * channels + c) * size + y) * size + x] += 1;
      }
    }
  });
  return { inputs, labels, masks };
}

test('LeNet', async () => {
  const { inputs, labels } = corners(1, 28, 40);
  const data = new Dataset(inputs, [1, 28, 28], labels, 10);
  const { model, history } = await expectResumed(async (rest) => {
    manualSeed(1);
    const model = new Sequential(
      new Conv2D(1, 6, 5, { padding: 2 }),
      new Tanh(),
      new AvgPool2D(2),
      new Conv2D(6, 16, 5),
      new Tanh(),
      new AvgPool2D(2),
      new Flatten(),
      new Dense(400, 120),
      new Tanh(),
      new Dense(120, 84),
      new Tanh(),
      new Dense(84, 10),
    );
    const optimizer = new SGD(model.parameters(), { lr: 0.05, momentum: 0.9 });
    const history = await fit(model, data, { optimizer, validation: data, epochs: 4, batchSize: 8, seed: 1, ...rest });
    return { model, history };
  });
  expect(model.parameters().reduce((sum, { size }) => sum + size, 0)).toBe(61_706); // As LeNet-5 has, so counted.
  expectLearned(history);
  expect(evaluate(model, data).accuracy).toBe(history.epochs[3].validation?.accuracy);
});

/** A block of two convolutions with batch norm, beside a way around it. */
class BasicBlock extends Module {
  readonly conv1: Conv2D;
  readonly bn1: BatchNorm2D;
  readonly conv2: Conv2D;
  readonly bn2: BatchNorm2D;
  readonly downsample: Module;
  constructor(inChannels: number, channels: number, stride = 1) {
    super();
    this.conv1 = new Conv2D(inChannels, channels, 3, { stride, padding: 1, bias: false });
    this.bn1 = new BatchNorm2D(channels);
    this.conv2 = new Conv2D(channels, channels, 3, { padding: 1, bias: false });
    this.bn2 = new BatchNorm2D(channels);
    this.downsample =
      stride === 1 && inChannels === channels
        ? new Identity()
        : new Sequential(new Conv2D(inChannels, channels, 1, { stride, bias: false }), new BatchNorm2D(channels));
  }
  override forward(x: Tensor): Tensor {
    const inner = relu(this.bn1.forward(this.conv1.forward(x)));
    return this.bn2.forward(this.conv2.forward(inner)).add(this.downsample.forward(x)).relu();
  }
}

class ResNet extends Module {
  readonly conv1 = new Conv2D(3, 8, 3, { padding: 1, bias: false });
  readonly bn1 = new BatchNorm2D(8);
  readonly layer1 = new Sequential(new BasicBlock(8, 8), new BasicBlock(8, 8));
  readonly layer2 = new Sequential(new BasicBlock(8, 16, 2), new BasicBlock(16, 16));
  readonly fc = new Dense(16, 4);
  override forward(x: Tensor): Tensor {
    const features = this.layer2.forward(this.layer1.forward(this.bn1.forward(this.conv1.forward(x)).relu()));
    return this.fc.forward(adaptiveAvgPool2d(features, 1).flatten(1));
  }
}

test('ResNet with batch norm, augmentation and a cosine; the keys are those of torchvision', async () => {
  const { inputs, labels } = corners(3, 16, 40);
  const data = new Dataset(inputs, [3, 16, 16], labels, ['a', 'b', 'c', 'd']);
  const { model, history } = await expectResumed(async (rest) => {
    manualSeed(2);
    const model = new ResNet();
    const optimizer = new SGD(model.parameters(), { lr: 0.1, momentum: 0.9, weightDecay: 5e-4, nesterov: true });
    const scheduler = new CosineAnnealingLR(optimizer, { tMax: 15 });
    const options = { epochs: 3, batchSize: 8, seed: 2, transform: flip({ probability: 0.1 }), validation: data };
    return { model, history: await fit(model, data, { optimizer, scheduler, ...options, ...rest }) };
  });
  expectLearned(history);
  const keys = Object.keys(model.stateDict());
  expect(keys.slice(0, 7)).toEqual([
    'conv1.weight',
    'bn1.weight',
    'bn1.bias',
    'bn1.running_mean',
    'bn1.running_var',
    'bn1.num_batches_tracked',
    'layer1.0.conv1.weight',
  ]);
  expect(keys).toContain('layer2.0.downsample.1.running_var');
  expect(keys.slice(-2)).toEqual(['fc.weight', 'fc.bias']);
});

const twice = (from: number, to: number) =>
  new Sequential(
    new Conv2D(from, to, 3, { padding: 'same' }),
    new ReLU(),
    new Conv2D(to, to, 3, { padding: 'same' }),
    new ReLU(),
  );

/** Two ways down, two ways up, and what was seen on the way down beside what comes up. */
class UNet extends Module {
  readonly pool = new MaxPool2D(2);
  readonly down = [twice(1, 4), twice(4, 8)];
  readonly bottom = twice(8, 16);
  readonly up = [new Upsample({ scale: 2, mode: 'bilinear' }), new ConvTranspose2D(8, 8, 2, { stride: 2 })];
  readonly merge = [twice(16 + 8, 8), twice(8 + 4, 4)];
  readonly head = new Conv2D(4, 1, 1);
  override forward(x: Tensor): Tensor {
    const first = this.down[0].forward(x);
    const second = this.down[1].forward(this.pool.forward(first));
    const deep = this.bottom.forward(this.pool.forward(second));
    const middle = this.merge[0].forward(cat([this.up[0].forward(deep), second], 1));
    return this.head.forward(this.merge[1].forward(cat([this.up[1].forward(middle), first], 1)));
  }
}

test('U-Net, masks', async () => {
  const { inputs, masks } = corners(1, 16, 24);
  const data = new Dataset(inputs, [1, 16, 16], masks, { targetShape: [1, 16, 16] });
  const { model, history } = await expectResumed(async (rest) => {
    manualSeed(3);
    const model = new UNet();
    const history = await fit(model, data, {
      optimizer: new Adam(model.parameters(), { lr: 0.01 }),
      loss: bceWithLogits,
      metrics: { iou: iou() },
      validation: data,
      epochs: 8,
      batchSize: 6,
      seed: 3,
      ...rest,
    });
    return { model, history };
  });
  expectLearned(history, 0.8);
  expect(predict(model, data).shape).toEqual([24, 1, 16, 16]);
  expect(history.epochs[7].validation?.metrics.iou).toBe(
    evaluate(model, data, { loss: bceWithLogits, metrics: { iou: iou() } }).metrics.iou,
  );
});

test('a class for each pixel, with masks that move along with the images and a border that does not count', async () => {
  const { inputs, labels, masks } = corners(1, 16, 24);
  // Three classes: the background, a square above, a square below.
  const classes = masks.map((mask, i) => mask * (1 + (labels[Math.floor(i / 256)] >> 1)));
  const data = new Dataset(inputs, [1, 16, 16], classes, { targetShape: [16, 16] });
  const loss = (logits: Tensor, targets: Tensor) => crossEntropy(logits, targets, { classWeights: [1, 4, 4] });
  const right = (logits: Tensor, targets: Tensor) => logits.argmax({ axis: 1 }).eq(targets).mean().item();
  const { history } = await expectResumed(async (rest) => {
    manualSeed(6);
    const model = new Sequential(twice(1, 8), new MaxPool2D(2), twice(8, 8), new Upsample({ scale: 2 }), twice(8, 3));
    const history = await fit(model, data, {
      optimizer: new Adam(model.parameters(), { lr: 0.01 }),
      loss,
      metrics: { right },
      transform: compose(flip(), affine({ degrees: 5, translate: [0.1, 0.1], targetFill: -100 })),
      validation: data,
      epochs: 4,
      batchSize: 6,
      seed: 6,
      ...rest,
    });
    return { model, history };
  });
  expectLearned(history, 0.9);
});

describe('autoencoders', () => {
  const { inputs } = corners(1, 8, 24);
  const data = new Dataset(inputs, [1, 8, 8], inputs, { targetShape: [1, 8, 8] });

  test('of convolutions', async () => {
    const { history } = await expectResumed(async (rest) => {
      manualSeed(4);
      const model = new Sequential({
        encoder: new Sequential(
          new Conv2D(1, 4, 3, { stride: 2, padding: 1 }),
          new ReLU(),
          new Flatten(),
          new Dense(64, 8),
        ),
        decoder: new Sequential(
          new Dense(8, 64),
          new ReLU(),
          new Reshape([4, 4, 4]),
          new ConvTranspose2D(4, 1, 4, { stride: 2, padding: 1 }),
        ),
      });
      const optimizer = new Adam(model.parameters(), { lr: 0.01 });
      const options = { loss: mseLoss, epochs: 5, batchSize: 5, seed: 4, validation: data };
      return { model, history: await fit(model, data, { optimizer, ...options, ...rest }) };
    });
    expectLearned(history, 0.9);
  });

  test('that removes noise, with the noise drawn in the model', async () => {
    const { history } = await expectResumed(async (rest) => {
      const generator = new Generator(5);
      const model = new Sequential(
        new Dropout2D(0.1, { generator }),
        new Flatten(),
        new Dense(64, 16, { generator }),
        new Sigmoid(),
        new Dense(16, 64, { generator }),
        (x) => x.reshape([-1, 1, 8, 8]),
      );
      const optimizer = new Adam(model.parameters(), { lr: 0.01 });
      const options = { loss: mseLoss, epochs: 5, batchSize: 5, seed: 5, generators: [generator] };
      return { model, history: await fit(model, data, { optimizer, ...options, ...rest }) };
    });
    expectLearned(history);
  });
});
