import {
  Adam,
  BatchNorm2D,
  type Callback,
  type Checkpoint,
  Conv2D,
  ConvgradError,
  CosineAnnealingLR,
  Dataset,
  Dense,
  Dropout,
  earlyStopping,
  type FitOptions,
  Flatten,
  fit,
  Generator,
  getDefaultGenerator,
  LinearLR,
  manualSeed,
  OneCycleLR,
  ReduceLROnPlateau,
  RMSprop,
  Sequential,
  SequentialLR,
  SGD,
  setThreads,
  weightHash,
} from '../../src/index.js';
import { FilterTimeline } from '../../src/inspect/index.js';
import { readState, writeState } from '../../src/io/index.js';
import { bestCheckpoint } from '../../src/node/index.js';
import { CHECKPOINT_FORMAT } from '../../src/train/checkpoint.js';

// Trainings that go on from a checkpoint whose structure may be changed: the checksum is right, and `fit` has to see it.

const EPOCHS = 2;
const BATCHES = 2;

function images(count: number): Dataset {
  const values = Float32Array.from({ length: 9 * count }, (_, i) => Math.sin(i * i));
  return new Dataset(
    values,
    [1, 3, 3],
    [...Array(count).keys()].map((i) => i % 2),
  );
}
const data = images(5);
const validation = images(3);

type Training = (model: Sequential, filters: Conv2D) => Omit<FitOptions, 'epochs' | 'batchSize' | 'warnings'>;

/** What each knows besides the model: every kind of state that a checkpoint can hold stands in one of them. */
const TRAININGS: Record<string, Training> = {
  'resume.adam': (model, { weight }) => {
    const optimizer = new Adam(model.parameters(), { amsgrad: true });
    const schedulers = [new LinearLR(optimizer, { totalIters: 2 }), new CosineAnnealingLR(optimizer, { tMax: 4 })];
    const scheduler = new SequentialLR(optimizer, { schedulers, milestones: [2] });
    const callbacks = [earlyStopping({ monitor: 'loss', restoreBest: true }), new FilterTimeline(weight)];
    return { optimizer, scheduler, callbacks, seed: 1, validation };
  },
  'resume.sgd': (model, { weight }) => {
    const others = model.parameters().filter((each) => each !== weight);
    const groups = [{ params: [weight], weightDecay: 0.1 }, { params: others }];
    const optimizer = new SGD(groups, { lr: 0.1, momentum: 0.9, nesterov: true });
    const scheduler = new OneCycleLR(optimizer, { maxLr: 0.2, totalSteps: EPOCHS * BATCHES });
    const generator = new Generator(2);
    const draws: Callback = { onBatchEnd: () => void generator.normal() };
    return { optimizer, scheduler, callbacks: [draws], generators: [generator], clipGradNorm: 1, dropLast: true };
  },
  'resume.plateau': (model) => {
    const optimizer = new RMSprop(model.parameters(), { centered: true, momentum: 0.5 });
    const scheduler = new ReduceLROnPlateau(optimizer, { patience: 0, cooldown: 1 });
    const { onEpochEnd: _, ...best } = bestCheckpoint('never written');
    return { optimizer, scheduler, validation, callbacks: [best as Callback] };
  },
};

function begin(make: Training) {
  manualSeed(3);
  const conv = new Conv2D(1, 2, 2);
  const model = new Sequential(conv, new BatchNorm2D(2), new Flatten(), new Dropout(0.2), new Dense(8, 2));
  const options = { ...make(model, conv), epochs: EPOCHS, batchSize: 3, warnings: false };
  if (options.dropLast) options.batchSize = 2;
  return { model, options };
}

/** All that a checkpoint that is refused must not have changed. */
function standing({ model, options }: ReturnType<typeof begin>): string {
  const { optimizer, scheduler, generators = [], callbacks = [] } = options;
  const callbackStates = callbacks.map((callback) => callback.saveState?.() ?? null);
  const generatorStates = [getDefaultGenerator(), ...generators].map((each) => each.getState());
  const state = [
    model.stateDict(),
    optimizer.stateDict(),
    scheduler?.stateDict() ?? null,
    callbackStates,
    generatorStates,
  ];
  return Buffer.from(writeState('standing', state)).toString('base64');
}

/** Goes on from the checkpoint in the bytes; throws for one that is refused, and for what is wrong with the result. */
async function goOn(make: Training, bytes: Uint8Array): Promise<string> {
  const resume = readState(CHECKPOINT_FORMAT, bytes) as Checkpoint;
  const training = begin(make);
  const { model, options } = training;
  const before = standing(training);
  let begun = false;
  const watch: Callback = {
    onTrainBegin() {
      begun = true;
    },
  };
  const callbacks = [...(options.callbacks ?? []), watch];
  const history = await fit(model, data, { ...options, callbacks, resume }).catch((error: unknown) => {
    if (begun && !(error instanceof ConvgradError))
      throw new Error(`the training went wrong: ${error}`, { cause: error });
    if (!begun && standing(training) !== before) throw new Error(`refused, and something is changed: ${error}`);
    throw error;
  });
  const { stopped, epochs } = history;
  const steps = epochs.map(({ epoch, step }) => step - epoch * BATCHES);
  if (stopped === null && (epochs.length !== EPOCHS || steps.some((step) => step !== 0))) {
    throw new Error(`it ended with the epochs ${JSON.stringify(epochs)}`);
  }
  const broken = model.namedParameters().find(([, { data }]) => !data.every(Number.isFinite));
  const trained = resume.position.step < EPOCHS * BATCHES;
  if (broken && trained) throw new Error(`${broken[0]} is not finite any more, and nobody said so`);
  return weightHash(model);
}

/** The trainings, each with its checkpoints at the beginning, within the second epoch and at the end of the first. */
export async function resumable() {
  await setThreads(1);
  const found = [];
  for (const [name, make] of Object.entries(TRAININGS)) {
    const { model, options } = begin(make);
    const seeds: Uint8Array[] = [];
    const keep: Callback = {
      last: true,
      onTrainBegin: (state) => void seeds.push(writeState(CHECKPOINT_FORMAT, state.checkpoint())),
      onEpochEnd: (state) => void seeds.push(writeState(CHECKPOINT_FORMAT, state.checkpoint())),
      onBatchEnd: (state) => void (state.step === 3 && seeds.push(writeState(CHECKPOINT_FORMAT, state.checkpoint()))),
    };
    await fit(model, data, { ...options, callbacks: [...(options.callbacks ?? []), keep] });
    const whole = weightHash(model);
    for (const seed of seeds) {
      if ((await goOn(make, seed)) !== whole) throw new Error(`${name} does not go on to the same weights`);
    }
    found.push({ name, seeds, read: (bytes: Uint8Array) => goOn(make, bytes) });
  }
  return found;
}
