/** The network and the training of example 08. */
import {
  AdamW,
  type Callback,
  Conv2D,
  type Dataset,
  Dense,
  Flatten,
  fit,
  MaxPool2D,
  manualSeed,
  OneCycleLR,
  ReLU,
  Sequential,
} from '../../../src/index.js';
import * as init from '../../../src/nn/init.js';

/** How a network learns: so many passes over its drawings. */
const TRAINING = { batchSize: 64, lr: 0.01 };

/**
 * 64x64 pixels to logits. A filter of conv1 sees 5x5 pixels, one of conv2 10x10, one of conv3 20x20: about an ear. Without padding,
 * or filters would learn to find corners of the image. The last pooling takes the maximum over the whole map: all that is left of a
 * filter of conv3 is how strongly it answers, anywhere, so that each has to be about one thing. Pooling stands in front of ReLU: the
 * numbers are the same as behind it, and ReLU has less to do. He's initialization: with PyTorch's default the maxima begin too small.
 * @param seed of the weights
 */
export function network(classes: number, seed: string): Sequential {
  manualSeed(seed);
  const model = new Sequential({
    conv1: new Conv2D(1, 12, 5),
    pool1: new MaxPool2D(2),
    relu1: new ReLU(),
    conv2: new Conv2D(12, 24, 3),
    pool2: new MaxPool2D(2),
    relu2: new ReLU(),
    conv3: new Conv2D(24, 32, 3),
    pool3: new MaxPool2D(12),
    relu3: new ReLU(),
    flatten: new Flatten(),
    dense: new Dense(32, classes),
  });
  for (const parameter of model.parameters()) {
    if (parameter.shape.length > 1) init.kaimingNormal(parameter, { nonlinearity: 'relu' });
    else init.constant(parameter, 0);
  }
  return model;
}

/** AdamW with a learning rate that rises in the first fifth of the steps, and then falls. */
export async function train(
  model: Sequential,
  data: Dataset,
  { epochs, seed, callbacks = [] }: { epochs: number; seed: string; callbacks?: Callback[] },
): Promise<void> {
  const { batchSize, lr } = TRAINING;
  const optimizer = new AdamW(model.parameters(), { lr, weightDecay: 0 });
  const stepsPerEpoch = Math.ceil(data.length / batchSize);
  const scheduler = new OneCycleLR(optimizer, { maxLr: lr, epochs, stepsPerEpoch, pctStart: 0.2 });
  await fit(model, data, { epochs, batchSize, optimizer, scheduler, seed, callbacks });
}
