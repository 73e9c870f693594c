/** What each network of the study of fair controls learns from, and how. */
import { Conv2D, Dataset, Generator, type Sequential } from '../../../src/index.js';
import { permutePixels, SHUFFLED, shuffleLabels } from '../controls.js';
import { SETTINGS, type Settings } from '../recipe.js';
import { scramblePhases, whiten } from '../spectra.js';

/** To the power of each frequency whitening adds a tenth of the mean power, which is still 8 times that of the weakest. */
const FLOOR = 0.1;

/** The images of a condition: all with the same name, seed and kernel size have one null. */
export const IMAGES = {
  intact: (sets: Dataset[]) => sets,
  permuted: permutePixels,
  scrambled: scramblePhases,
  whitened: (sets: Dataset[]) => whiten(sets, FLOOR),
  'whitened, scrambled': (sets: Dataset[], seed: number) => scramblePhases(whiten(sets, FLOOR), seed),
} satisfies Record<string, (sets: Dataset[], seed: number) => Dataset[]>;

/** 'trained' is w_T, 'change' w_T - w_0, 'start' w_0. */
export type Reading = 'start' | 'trained' | 'change';

export interface Condition {
  name: string;
  images: keyof typeof IMAGES;
  readings: readonly Reading[];
  settings?: Partial<Settings>;
  /** Changes the images that it learns from. */
  labels?: (train: Dataset, seed: number) => Dataset;
  /** Changes the network before training. */
  prepare?: (model: Sequential) => void;
  /** The kernel sizes, [5, 7] unless given. */
  sizes?: readonly number[];
}

const NO_DECAY = { weightDecay: 0 };
const ADAM = { optimizer: 'adam', lr: 0.003, weightDecay: 0 } as const;

/** All labels in random order: there is nothing to learn, and the error signal says nothing consistent. */
const randomLabels = (train: Dataset, seed: number) => {
  const labels = new Generator(`all labels ${seed}`).shuffle(Array.from(train.labels));
  return new Dataset(train.inputs, train.inputShape, labels, train.classNames);
};
const tenth = (model: Sequential) => {
  const { data } = model.at('conv1', Conv2D).weight;
  for (let i = 0; i < data.length; i++) data[i] *= 0.1;
};
const fix = (...layers: ('conv1' | 'conv2' | 'dense')[]) => {
  return (model: Sequential) => {
    for (const name of layers) {
      for (const each of model.at(name).parameters()) each.requiresGrad = false;
    }
  };
};

/** The labels learned by heart: decay is shared out over the steps as in example 05. */
const BY_HEART = 20 * SETTINGS.epochs;
const steps = (epochs: number, images: number) => epochs * Math.ceil(images / SETTINGS.batchSize);
const byHeart = {
  epochs: BY_HEART,
  weightDecay: (SETTINGS.weightDecay * steps(SETTINGS.epochs, 9000)) / steps(BY_HEART, SHUFFLED),
};

/** What the claims rest on: ten seeds. */
const CENTRAL: readonly Condition[] = [
  { name: 'recipe', images: 'intact', readings: ['start', 'trained'] },
  { name: 'scrambled', images: 'scrambled', readings: ['trained'] },
  { name: 'whitened', images: 'whitened', readings: ['trained'] },
  { name: 'whitened, scrambled', images: 'whitened, scrambled', readings: ['trained'] },
  { name: 'no decay', images: 'intact', readings: ['trained', 'change'], settings: NO_DECAY },
];

/** Five seeds. */
const OTHERS: readonly Condition[] = [
  { name: 'pixels permuted', images: 'permuted', readings: ['trained'] },
  {
    name: 'random labels, no decay',
    images: 'intact',
    readings: ['trained', 'change'],
    settings: NO_DECAY,
    labels: randomLabels,
  },
  { name: 'labels by heart', images: 'intact', readings: ['trained'], settings: byHeart, labels: shuffleLabels },
  { name: 'conv2 fixed', images: 'intact', readings: ['trained'], prepare: fix('conv2') },
  { name: 'all above fixed', images: 'intact', readings: ['trained'], prepare: fix('conv2', 'dense') },
  {
    name: 'no decay, a tenth',
    images: 'intact',
    readings: ['trained', 'change'],
    settings: NO_DECAY,
    prepare: tenth,
  },
  { name: 'Adam, no decay', images: 'intact', readings: ['trained', 'change'], settings: ADAM },
];

/** Five seeds, and last. */
const MORE: readonly Condition[] = [
  {
    name: 'Adam, no decay, a tenth',
    images: 'intact',
    readings: ['trained', 'change'],
    settings: ADAM,
    prepare: tenth,
  },
  { name: 'random labels, decay', images: 'intact', readings: ['trained'], labels: randomLabels, sizes: [5] },
  { name: 'conv1 fixed', images: 'intact', readings: ['trained'], prepare: fix('conv1'), sizes: [5] },
];

/**
 * In the order in which they are run. (The order, and nothing else, was changed after 18 trainings, so that a study which ends early has
 * every condition: before, all of the central ones came first.)
 */
export const PHASES: readonly {
  seeds: readonly [from: number, to: number];
  sizes: readonly number[];
  conditions: readonly Condition[];
}[] = [
  { conditions: CENTRAL, sizes: [5, 7], seeds: [0, 5] },
  { conditions: OTHERS, sizes: [5], seeds: [0, 5] },
  { conditions: CENTRAL, sizes: [5, 7], seeds: [5, 10] },
  { conditions: OTHERS, sizes: [7], seeds: [0, 5] },
  { conditions: MORE, sizes: [5, 7], seeds: [0, 5] },
];
