import { loadMnist } from '../datasets/index.js';
import {
  Conv2D,
  type Conv2DOptions,
  type Dataset,
  Dense,
  Flatten,
  fit,
  MaxPool2D,
  manualSeed,
  ReLU,
  Sequential,
  SGD,
} from '../src/index.js';

/** Two convolutions, of 5x5 and 3x3, on images of 28x28. */
export function digitNetwork(first: number, second: number, options2?: Conv2DOptions): Sequential {
  return new Sequential({
    conv1: new Conv2D(1, first, 5),
    relu1: new ReLU(),
    pool1: new MaxPool2D(2),
    conv2: new Conv2D(first, second, 3, options2),
    relu2: new ReLU(),
    pool2: new MaxPool2D(2),
    flatten: new Flatten(),
    dense: new Dense(25 * second, 10),
  });
}

/** The network after some epochs of the first `count` digits of MNIST. */
export async function trained(
  network: () => Sequential,
  count: number,
  options: { epochs: number; batchSize: number },
): Promise<{ model: Sequential; digits: Dataset }> {
  const digits = (await loadMnist()).train.take(count);
  manualSeed(1);
  const model = network();
  const optimizer = new SGD(model.parameters(), { lr: 0.05, momentum: 0.9 });
  await fit(model, digits, { ...options, optimizer, seed: 1 });
  return { model, digits };
}
