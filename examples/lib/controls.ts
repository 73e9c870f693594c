/**
 * What the controls of the main job change in the digits: everything that makes edges worth learning, and nothing else.
 * Example 05 and the playground share them.
 */
import { Dataset, Generator } from '../../src/index.js';

/** How many digits get shuffled labels: so few that a network can learn them by heart. */
export const SHUFFLED = 1000;

/** All pixels of all images in one and the same random order, drawn from the seed. */
export function permutePixels(datasets: readonly Dataset[], seed: number): Dataset[] {
  const order = new Generator(`pixels ${seed}`).shuffle(Array.from({ length: 784 }, (_, i) => i));
  return datasets.map(({ inputs, inputShape, labels, classNames, length }) => {
    const moved = new Float32Array(inputs.length);
    for (let i = 0; i < length; i++) {
      order.forEach((from, to) => {
        moved[i * order.length + to] = inputs[i * order.length + from];
      });
    }
    return new Dataset(moved, inputShape, labels, classNames);
  });
}

/** The first 1,000 digits with their labels in random order, drawn from the seed. */
export function shuffleLabels(train: Dataset, seed: number): Dataset {
  const some = train.subset(Array.from({ length: SHUFFLED }, (_, i) => i));
  const labels = new Generator(`labels ${seed}`).shuffle(Array.from(some.labels));
  return new Dataset(some.inputs, some.inputShape, labels, some.classNames);
}
