/** How far each layer of example 06's network tells the digits apart, beside twins of it that learned nothing of them. */
import {
  Conv2D,
  type Dataset,
  Dense,
  evaluate,
  Flatten,
  MaxPool2D,
  manualSeed,
  ReLU,
  Sequential,
} from '../../../src/index.js';
import { classSeparability, type Separability } from '../../../src/inspect/index.js';
import { SHUFFLED, shuffleLabels } from '../controls.js';
import { SETTINGS, train } from '../recipe.js';

/**
 * Three layers of filters. A filter of conv1 sees 5x5 pixels of the image, one of conv2 10x10, one of conv3 20x20. Max pooling stands
 * in front of ReLU: the numbers are the same as behind it, and ReLU has a quarter of the work.
 */
export function deepNetwork(seed: number): Sequential {
  manualSeed(seed);
  return new Sequential({
    conv1: new Conv2D(1, 12, 5, { bias: false }),
    pool1: new MaxPool2D(2),
    relu1: new ReLU(),
    conv2: new Conv2D(12, 16, 3),
    pool2: new MaxPool2D(2),
    relu2: new ReLU(),
    conv3: new Conv2D(16, 24, 3),
    relu3: new ReLU(),
    flatten: new Flatten(),
    dense: new Dense(24 * 3 * 3, 10),
  });
}

/** Where the layers are measured: behind pooling, where there is one, and ReLU. */
export const LAYERS = ['relu1', 'relu2', 'relu3'] as const;
/** Training digits whose class means are taken. */
const MEANS = 1500;

export interface Twins {
  trained: Separability[];
  untrained: Separability[];
  byHeart: Separability[];
  /** The accuracy of the twin on the shuffled labels that it learned by heart. */
  learned: number;
}

/** Measures a trained network, the network that it began as, and a twin that learns 1,000 shuffled labels by heart. */
export async function layersOf(
  model: Sequential,
  digits: { train: Dataset; heldOut: Dataset },
  { seed, epochs }: { seed: number; epochs: number },
): Promise<Twins> {
  const shuffled = { train: shuffleLabels(digits.train, seed), heldOut: digits.heldOut };
  const byHeart = deepNetwork(seed);
  const count = 20 * epochs;
  // Decay is shared out over the steps, as in example 05.
  const steps = (images: number, times: number) => times * Math.ceil(images / SETTINGS.batchSize);
  const weightDecay = (SETTINGS.weightDecay * steps(9000, SETTINGS.epochs)) / steps(SHUFFLED, count);
  await train(byHeart, shuffled, { ...SETTINGS, epochs: count, seed, weightDecay }, [], { validation: undefined });
  const data = { train: digits.train.take(Math.min(MEANS, digits.train.length)), heldOut: digits.heldOut };
  const measured = (network: Sequential) => classSeparability(network, data, LAYERS);
  return {
    trained: measured(model),
    untrained: measured(deepNetwork(seed)),
    byHeart: measured(byHeart),
    learned: evaluate(byHeart, shuffled.train).accuracy,
  };
}
