import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  Adam,
  ArgumentError,
  type Callback,
  type Checkpoint,
  Conv2D,
  ConvgradError,
  CosineAnnealingLR,
  Dataset,
  Dense,
  earlyStopping,
  type FitOptions,
  Flatten,
  FormatError,
  fit,
  Generator,
  getDefaultGenerator,
  Module,
  manualSeed,
  OneCycleLR,
  type Optimizer,
  ReduceLROnPlateau,
  ReLU,
  RMSprop,
  readState,
  Sequential,
  SGD,
  StepLR,
  type Tensor,
  tensor,
  uniform,
  weightHash,
  writeState,
} from '../src/index.js';
import { FilterTimeline } from '../src/inspect/index.js';
import { bestCheckpoint, checkpoint, csvLog, FileError, loadCheckpoint, loadModel } from '../src/node/index.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'convgrad-resume-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Adds noise while training, as dropout would. */
class Noise extends Module {
  readonly #generator: Generator | undefined;

  constructor(generator?: Generator) {
    super();
    this.#generator = generator;
  }

  override forward(x: Tensor): Tensor {
    if (!this.training) return x;
    return x.add(uniform(x.shape, { generator: this.#generator ?? getDefaultGenerator() }));
  }
}

function points(count: number, seed = 3): Dataset {
  const generator = new Generator(seed);
  const inputs = Float32Array.from({ length: 3 * count }, () => generator.uniform(-1, 1));
  const labels = Array.from({ length: count }, (_, i) => (inputs[3 * i] * inputs[3 * i + 1] > 0 ? 1 : 0));
  return new Dataset(inputs, [3], labels, 2);
}

interface Training {
  model: Sequential;
  options: FitOptions;
}
type Maker = () => Training;

function training(settings: (model: Sequential, own: Generator) => FitOptions): Maker {
  return () => {
    manualSeed(9);
    const own = new Generator(4);
    const model = new Sequential(new Noise(own), new Dense(3, 6), new ReLU(), new Noise(), new Dense(6, 2));
    const common = { epochs: 4, batchSize: 4, validation: points(10, 5), generators: [own] };
    return { model, options: { ...common, ...settings(model, own) } };
  };
}

const adam = (model: Module) => new Adam(model.parameters(), { lr: 0.05 });
const plain = training((model) => ({ optimizer: adam(model), seed: 1 }));

const TRAININGS: Record<string, Maker> = {
  'Adam with a seed of the order': plain,
  'the order from the default generator': training((model) => ({ optimizer: adam(model) })),
  'one cycle, its momentum too': training((model) => {
    const optimizer = new SGD(model.parameters(), { lr: 0.1, momentum: 0.9 });
    return { optimizer, scheduler: new OneCycleLR(optimizer, { maxLr: 0.2, epochs: 4, stepsPerEpoch: 4 }) };
  }),
  'a schedule by epochs, gradients clipped': training((model) => {
    const optimizer = new RMSprop(model.parameters(), { lr: 0.05, momentum: 0.5, centered: true });
    const scheduler = new StepLR(optimizer, { stepSize: 2 });
    return { optimizer, scheduler, schedulerInterval: 'epoch', clipGradNorm: 0.1, seed: 'b' };
  }),
  'a plateau, early stopping and the best weights': training((model) => {
    const optimizer = adam(model);
    const scheduler = new ReduceLROnPlateau(optimizer, { patience: 0, threshold: 0.2 });
    return { optimizer, scheduler, callbacks: [earlyStopping({ patience: 2, minDelta: 0.1, restoreBest: true })] };
  }),
};

const data = points(14); // Four batches, the last of two examples.

/** Trains to the end and keeps a checkpoint of every moment at which a callback can take one. */
async function keepAll(make: Maker) {
  const { model, options } = make();
  const checkpoints: Checkpoint[] = [];
  const keep: Callback = {
    last: true,
    onTrainBegin: (state) => void checkpoints.push(state.checkpoint()),
    onBatchEnd: (state) => void checkpoints.push(state.checkpoint()),
    onEpochEnd: (state) => void checkpoints.push(state.checkpoint()),
  };
  const history = await fit(model, data, { ...options, callbacks: [...(options.callbacks ?? []), keep] });
  return { checkpoints, hash: weightHash(model), history };
}

const figures = (history: Awaited<ReturnType<typeof fit>>) => history.epochs.map(({ seconds: _, ...others }) => others);

describe('a training that is resumed from any of its checkpoints ends with the same bits and the same history', () => {
  test.each(Object.keys(TRAININGS))('%s', async (name) => {
    const make = TRAININGS[name];
    const whole = await keepAll(make);
    expect(whole.checkpoints.length).toBeGreaterThan(10);
    for (const [i, kept] of whole.checkpoints.entries()) {
      const { model, options } = make();
      getDefaultGenerator().uniform(); // Another process stands somewhere else.
      // Half of them by way of bytes.
      const resume = i % 2 === 0 ? kept : (readState('test', writeState('test', kept)) as Checkpoint);
      const history = await fit(model, data, { ...options, resume });
      expect([i, weightHash(model)]).toEqual([i, whole.hash]);
      expect(figures(history)).toEqual(figures(whole.history));
      expect(history.stopped).toBe(whole.history.stopped);
    }
  });

  test('callbacks that draw numbers when they are called again change nothing', async () => {
    const draw = () => void getDefaultGenerator().uniform();
    const make = () => {
      const { model, options } = TRAININGS['the order from the default generator']();
      return { model, options: { ...options, callbacks: [{ onTrainBegin: draw, onEpochBegin: draw }] } };
    };
    const whole = await keepAll(make);
    for (const resume of whole.checkpoints) {
      const { model, options } = make();
      await fit(model, data, { ...options, resume });
      expect(weightHash(model)).toBe(whole.hash);
    }
  });

  test('and its timeline of filters is the same', async () => {
    const images = new Dataset(
      uniform([12, 1, 6, 6], { generator: new Generator(1) }).data,
      [1, 6, 6],
      Array(12).fill(0),
      2,
    );
    const run = async (resume?: Checkpoint, keep?: Callback) => {
      const generator = new Generator(2);
      const conv = new Conv2D(1, 2, 3, { generator });
      const model = new Sequential(conv, new Flatten(), new Dense(32, 2, { generator }));
      const timeline = new FilterTimeline(conv.weight, { heldOut: images, steps: [1, 2, 4, 7] });
      const callbacks = [timeline, ...(keep ? [keep] : [])];
      await fit(model, images, { optimizer: adam(model), epochs: 3, batchSize: 4, seed: 1, callbacks, resume });
      return timeline.snapshots;
    };
    const checkpoints: Checkpoint[] = [];
    const whole = await run(undefined, {
      last: true,
      onBatchEnd: (state) => void checkpoints.push(state.checkpoint()),
    });
    expect(whole.map(({ step }) => step)).toEqual([0, 1, 2, 4, 7, 9]);
    for (const at of checkpoints) expect(await run(at)).toEqual(whole);
  });

  test('more epochs than before are added to those that are done', async () => {
    const { checkpoints } = await keepAll(plain);
    const run = async (resume?: Checkpoint) => {
      const { model, options } = plain();
      const { epochs } = await fit(model, data, { ...options, epochs: 6, resume });
      return [weightHash(model), epochs.length];
    };
    expect(await run(checkpoints.at(-1))).toEqual(await run());
  });

  test('a checkpoint does not change with the model that it was taken of', async () => {
    const { checkpoints } = await keepAll(plain);
    const [first, second] = checkpoints.map(({ model }) => Array.from(model['1.weight'].data));
    expect(second).not.toEqual(first);
    expect(checkpoints[1].optimizer.steps).toEqual([1, 1, 1, 1]);
  });
});

describe('what does not fit is an error, and changes nothing', () => {
  let kept: Checkpoint;
  beforeAll(async () => {
    const { checkpoints } = await keepAll(plain);
    kept = checkpoints[5];
  });

  const other = (change: (training: Training) => object): (() => { model: Module; options: FitOptions }) => {
    return () => {
      const made = plain();
      const { model = made.model, ...options } = change(made) as { model?: Module };
      return { model, options: { ...made.options, ...options } as FitOptions };
    };
  };
  const withModel = (model: Module) => ({ model, optimizer: adam(model) });
  const cases: [string, () => { model: Module; options: FitOptions }, Dataset, RegExp][] = [
    ['another model', other(() => withModel(new Sequential(new Dense(3, 2)))), data, /expected groups of 2 parameters/],
    [
      'another size of a layer',
      other(() => withModel(new Sequential(new Noise(), new Dense(3, 5), new ReLU(), new Noise(), new Dense(5, 2)))),
      data,
      /Adam: expected float32 \[5, 3\] as mean of parameter 0, got float32 \[6, 3\]/,
    ],
    [
      'other names of the layers',
      other(() => withModel(new Sequential({ a: new Dense(3, 6), b: new ReLU(), c: new Dense(6, 2) }))),
      data,
      /loadStateDict: missing keys \['a.weight'/,
    ],
    [
      'another optimizer',
      other(({ model }) => ({ optimizer: new SGD(model.parameters()) })),
      data,
      /SGD: expected the state of SGD, got 'Adam'/,
    ],
    [
      'a schedule where there was none',
      other(({ options }) => ({ scheduler: new CosineAnnealingLR(options.optimizer, { tMax: 5 }) })),
      data,
      /resume: the checkpoint was made with scheduler null, got 'CosineAnnealingLR'/,
    ],
    ['fewer examples', plain, points(12), /resume: the checkpoint was made with examples 14, got 12/],
    ['another batch size', other(() => ({ batchSize: 5 })), data, /made with batchSize 4, got 5/],
    ['another seed', other(() => ({ seed: 2 })), data, /made with seed 1, got 2/],
    ['a generator less', other(() => ({ generators: [] })), data, /made with generators: 1, got 0/],
    [
      'a callback with a state more',
      other(() => ({ callbacks: [earlyStopping()] })),
      data,
      /made with callbacks that have a state: 0, got 1/,
    ],
  ];
  test.each(cases)('%s', async (_, make, dataset, message) => {
    const { model, options } = make();
    const state = () => {
      const { groups, steps } = options.optimizer.stateDict();
      return [weightHash(model), JSON.stringify([groups, steps])];
    };
    const before = state();
    const standing = getDefaultGenerator().getState();
    const run = fit(model, dataset, { ...options, resume: kept });
    await expect(run).rejects.toThrow(ConvgradError);
    await expect(run).rejects.toThrow(message);
    expect(state()).toEqual(before);
    expect(getDefaultGenerator().getState()).toEqual(standing);
  });

  test('something that is no checkpoint', async () => {
    for (const resume of [{}, null, 'path', { ...kept, format: 'convgrad checkpoint 2' }]) {
      const { model, options } = plain();
      const run = fit(model, data, { ...options, resume: resume as Checkpoint });
      await expect(run).rejects.toThrow("resume: expected a checkpoint, 'convgrad checkpoint 1', got");
    }
  });
});

describe('checkpoints in files', () => {
  test('a damaged or truncated file, another file and none are errors that name it', async () => {
    const path = join(folder, 'damaged.checkpoint');
    const { model, options } = plain();
    await fit(model, data, { ...options, callbacks: [checkpoint(path)] });
    const bytes = readFileSync(path);
    await expect(loadCheckpoint(path)).resolves.toMatchObject({ position: { epoch: 4, step: 16 } });
    const changed = (at: number) => {
      const copy = Buffer.from(bytes);
      copy[at] ^= 1;
      return copy;
    };
    const start = 8 + Number(bytes.readBigUInt64LE());
    const damaged = [
      ...[bytes.subarray(0, 5), bytes.subarray(0, 200), bytes.subarray(0, bytes.length - 1), Buffer.alloc(0)],
      ...[changed(0), changed(start), changed(start + 101), changed(bytes.length - 1)],
      ...Array.from({ length: 40 }, (_, i) => changed(9 + i * 37)).filter((copy) => !copy.equals(bytes)),
    ];
    for (const wrong of damaged) {
      writeFileSync(path, wrong);
      await expect(loadCheckpoint(path)).rejects.toThrow(FormatError);
      await expect(loadCheckpoint(path)).rejects.toThrow(`loadCheckpoint, '${path}': `);
    }
    await expect(loadCheckpoint(join(folder, 'none'))).rejects.toThrow(FileError);
    writeFileSync(path, writeState('something else', {}));
    await expect(loadCheckpoint(path)).rejects.toThrow("expected a file with the format 'convgrad checkpoint 1', got");
  });

  test('are written when they are due, at the end, and when the training is interrupted', async () => {
    const run = async (settings: object, stopAt = 0) => {
      const path = join(folder, 'due.checkpoint');
      rmSync(path, { force: true });
      const written = new Set<string>();
      const look: Callback = {
        last: true,
        onBatchEnd: () => see('b'),
        onEpochEnd: () => see('e'),
      };
      const see = async (mark: string) => {
        const found = await loadCheckpoint(path).catch(() => null);
        if (found) written.add(`${found.position.step}${mark}`);
      };
      const { model, options } = plain();
      const controller = new AbortController();
      const abort: Callback = { onBatchEnd: ({ step }) => void (step === stopAt && controller.abort()) };
      const callbacks = [abort, checkpoint(path, settings), look];
      await fit(model, data, { ...options, epochs: 2, callbacks, signal: controller.signal });
      return [...written];
    };
    expect(await run({})).toEqual(['4e', '4b', '8e']);
    expect(await run({ everySteps: 3 })).toEqual(['3b', '3e', '6b', '8e']);
    expect(await run({ everyEpochs: 5 })).toEqual(['8e']);
    expect(await run({ everyEpochs: 5 }, 2)).toEqual(['3b']);
  });

  test.each<[object, string]>([
    [{ everyStep: 1 }, "checkpoint: unknown option 'everyStep'; the options are everySteps, everyEpochs"],
    [{ everySteps: 0 }, 'checkpoint: expected everySteps to be a whole number of at least 1, got 0'],
  ])('%j is refused', (options, message) => {
    expect(() => checkpoint('x', options)).toThrow(message);
  });

  test('what processes that are gone have left is removed, what others write is not', async () => {
    const path = join(folder, 'left/run.checkpoint');
    const { model, options } = plain();
    await fit(model, data, { ...options, epochs: 1, callbacks: [checkpoint(path)] });
    const names = [
      'run.checkpoint.4194999-3.unfinished',
      `run.checkpoint.${process.pid}-99999.unfinished`,
      'run.other',
    ];
    for (const name of names) writeFileSync(join(folder, 'left', name), '');
    await fit(model, data, { ...options, epochs: 1, callbacks: [checkpoint(path)] });
    expect(readdirSync(join(folder, 'left')).sort()).toEqual(['run.checkpoint', ...names.slice(1)].sort());
  });

  test('bestCheckpoint keeps the model of the best epoch, and knows it after a resume', async () => {
    const path = join(folder, 'best.safetensors');
    const hashes: string[] = [];
    const watch: Callback = { onEpochEnd: (state) => void hashes.push(weightHash(state.model)) };
    const { model, options } = plain();
    const callbacks = [watch, bestCheckpoint(path, { monitor: 'validationLoss' })];
    const { epochs } = await fit(model, data, { ...options, callbacks });
    const losses = epochs.map(({ validation }) => validation!.loss);
    const best = losses.indexOf(Math.min(...losses));
    const loaded = plain().model;
    const notes = await loadModel(path, loaded);
    expect(notes).toEqual({ epoch: String(best + 1), validationLoss: String(losses[best]) });
    expect(weightHash(loaded)).toBe(hashes[best]);

    const [, callback] = callbacks;
    const fresh = bestCheckpoint(path);
    fresh.loadState!(callback.saveState!());
    await fresh.onEpochEnd!({ model: new Dense(1, 1) } as never, { ...epochs[best] });
    expect(await loadModel(path, loaded)).toEqual(notes);
    expect(() => fresh.loadState!({})).toThrow(ArgumentError);
    expect(() => bestCheckpoint(path, { monitor: 'val_loss' as never })).toThrow(
      "bestCheckpoint: expected monitor to be 'validationLoss', 'validationAccuracy', 'loss' or 'accuracy', got 'val_loss'",
    );
  });

  test('csvLog writes one line an epoch, those before a resume too', async () => {
    const path = join(folder, 'log.csv');
    const { checkpoints } = await keepAll(plain);
    const { model, options } = plain();
    const { epochs } = await fit(model, data, { ...options, resume: checkpoints[6], callbacks: [csvLog(path)] });
    const [head, ...lines] = readFileSync(path, 'utf8').trimEnd().split('\n');
    expect(head).toBe('epoch,step,loss,accuracy,validation_loss,validation_accuracy,lr,seconds');
    expect(lines.map((line) => line.split(',').map(Number))).toEqual(
      epochs.map((e) => [
        e.epoch,
        e.step,
        e.loss,
        e.accuracy,
        e.validation!.loss,
        e.validation!.accuracy,
        e.lr,
        e.seconds,
      ]),
    );
  });
});

describe('writeState and readState', () => {
  test('a bit that is turned anywhere, in names too, is an error of ours', () => {
    const whole = writeState('format', { model: { weight: tensor([[1, 2]]), bias: tensor([3]) }, step: 4 });
    for (let bit = 0; bit < 8 * whole.length; bit++) {
      const damaged = whole.slice();
      damaged[bit >> 3] ^= 1 << (bit & 7);
      expect(() => readState('format', damaged), `bit ${bit}`).toThrow(ConvgradError);
    }
  });

  test('plain data with tensors in it comes back, whatever JSON has no word for', () => {
    const state = {
      ...{ text: 'é "x"', list: [1, [null, true], { deep: -0.1 }], nan: Number.NaN, most: Infinity, least: -Infinity },
      ...{ empty: {}, none: [], a: { tensor: tensor([[1, 2]]) }, 'a.tensor2': tensor(Float64Array.of(0.1)) },
    };
    const { a, 'a.tensor2': b, ...others } = readState('mine', writeState('mine', state)) as typeof state;
    const { a: _a, 'a.tensor2': _b, ...expected } = state;
    expect(others).toEqual(expected);
    expect([a.tensor.toArray(), b.toArray(), b.dtype]).toEqual([[[1, 2]], [0.1], 'float64']);
  });

  test('two tensors of one path are an error', () => {
    expect(() => writeState('mine', { a: { b: tensor([1]) }, 'a.b': tensor([2]) })).toThrow(ArgumentError);
  });
});

test('the state of an optimizer that was never used, and of one whose parameters are frozen, are states too', async () => {
  const make = (): [Sequential, Optimizer] => {
    const model = new Sequential(new Dense(3, 2));
    model.at(0, Dense).weight.requiresGrad = false;
    return [model, adam(model)];
  };
  const [model, optimizer] = make();
  const checkpoints: Checkpoint[] = [];
  const callbacks: Callback[] = [{ onBatchEnd: (state) => void checkpoints.push(state.checkpoint()) }];
  await fit(model, data, { optimizer, callbacks, seed: 1 });
  const [second, another] = make();
  await fit(second, data, { optimizer: another, seed: 1, resume: checkpoints[0] });
  expect(weightHash(second)).toBe(weightHash(model));
});
