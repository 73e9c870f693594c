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
  Sequential,
  SGD,
  type StateDict,
  StepLR,
  Tensor,
  tensor,
  uniform,
  weightHash,
} from '../src/index.js';
import { FilterTimeline } from '../src/inspect/index.js';
import { readState, writeSafetensors, writeState } from '../src/io/index.js';
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

/** Trains to the end and keeps checkpoints of all moments at which a callback can take one; with `begins`, where epochs begin, too. */
async function keepAll(make: Maker, begins = false) {
  const { model, options } = make();
  const checkpoints: Checkpoint[] = [];
  const keep: Callback = {
    last: true,
    onTrainBegin: (state) => void checkpoints.push(state.checkpoint()),
    onEpochBegin: (state) => void (begins && checkpoints.push(state.checkpoint())),
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
    const whole = await keepAll(make, true);
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
    const whole = await keepAll(make, true);
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
    expect(checkpoints[1].optimizers.optimizer.steps).toEqual([1, 1, 1, 1]);
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
    ['other data of the same size', plain, points(14, 8), /resume: the checkpoint was made with other training data/],
    [
      'other validation data',
      other(() => ({ validation: points(10, 6) })),
      data,
      /resume: the checkpoint was made with other validation data/,
    ],
    ['another batch size at the end', other(() => ({ dropLast: true })), data, /made with dropLast false, got true/],
    ['gradients that are clipped', other(() => ({ clipGradNorm: 1 })), data, /made with clipGradNorm null, got 1/],
    [
      'another learning rate',
      other(({ model }) => ({ optimizer: new Adam(model.parameters(), { lr: 0.01 }) })),
      data,
      /resume: the checkpoint was made with optimizer.0.lr 0.05, got 0.01/,
    ],
    [
      'another momentum',
      other(({ model }) => ({ optimizer: new Adam(model.parameters(), { lr: 0.05, betas: [0.8, 0.999] }) })),
      data,
      /made with optimizer.0.betas.0 0.9, got 0.8/,
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
    for (const resume of [{}, null, 'path', { ...kept, format: 'convgrad checkpoint 3' }]) {
      const { model, options } = plain();
      const run = fit(model, data, { ...options, resume: resume as Checkpoint });
      await expect(run).rejects.toThrow("resume: expected a checkpoint, 'convgrad checkpoint 2', got");
    }
    const { model, options } = plain();
    const run = fit(model, data, { ...options, resume: { ...kept, format: 'convgrad checkpoint 1' } });
    await expect(run).rejects.toThrow(ArgumentError);
    await expect(run).rejects.toThrow("got 'convgrad checkpoint 1' of another version, whose model can be taken over");
  });

  test('a schedule with other options', async () => {
    const make = (tMax: number, etaMin = 0) =>
      training((model) => {
        const optimizer = adam(model);
        return { optimizer, seed: 1, scheduler: new CosineAnnealingLR(optimizer, { tMax, etaMin }) };
      })();
    const { checkpoints } = await keepAll(() => make(8));
    for (const [changed, message] of [
      [make(9), 'made with scheduler.tMax 8, got 9'],
      [make(8, 0.01), 'made with scheduler.etaMin 0, got 0.01'],
    ] as const) {
      const run = fit(changed.model, data, { ...changed.options, resume: checkpoints[3] });
      await expect(run).rejects.toThrow(message);
    }
  });

  test('a callback less, where it had a state; one more is no difference, nor are validation data', async () => {
    const make = (callbacks: Callback[], more: Partial<FitOptions> = {}) => {
      const { model, options } = plain();
      return { model, options: { ...options, callbacks, ...more } };
    };
    const counts = (name?: string) => {
      let count = 0;
      const callback: Callback = {
        name,
        onBatchEnd: () => void count++,
        saveState: () => count,
        loadState(state) {
          count = state as number;
        },
      };
      return { callback, count: () => count };
    };
    const [first, second, third] = [counts('first'), counts(), counts()];
    const begun = await keepAll(() => make([first.callback, second.callback], { validation: undefined }));
    const resume = begun.checkpoints[5];
    const run = ({ model, options }: ReturnType<typeof make>) => fit(model, data, { ...options, resume });
    await expect(run(make([counts().callback]))).rejects.toThrow(
      "resume: expected the callback 'first', whose state the checkpoint has",
    );
    await expect(run(make([counts('first').callback]))).rejects.toThrow(
      "resume: expected the callback '', whose state the checkpoint has",
    );
    // In another order, and with others between them: each gets its own.
    const [again, same, added] = [counts('first'), counts(), counts('added')];
    const resumed = make([
      added.callback,
      same.callback,
      earlyStopping({ patience: 9 }),
      again.callback,
      third.callback,
    ]);
    await run(resumed);
    expect(weightHash(resumed.model)).toBe(begun.hash);
    expect([again.count(), same.count(), added.count() < 16]).toEqual([16, 16, true]);
  });

  test('the same model and optimizer go on in one process, too', async () => {
    const whole = await keepAll(TRAININGS['one cycle, its momentum too']);
    const { model, options } = TRAININGS['one cycle, its momentum too']();
    const controller = new AbortController();
    let saved: Checkpoint | undefined;
    const stop: Callback = {
      last: true,
      onBatchEnd(state) {
        if (state.step !== 6 || saved) return;
        saved = state.checkpoint();
        state.stop('enough');
      },
    };
    await fit(model, data, { ...options, signal: controller.signal, callbacks: [stop] });
    await fit(model, data, { ...options, resume: saved });
    expect(weightHash(model)).toBe(whole.hash);
  });
});

describe('a forged checkpoint is a typed error, and changes nothing', () => {
  const make = TRAININGS['a plateau, early stopping and the best weights'];
  const forged = [undefined, null, 'x', -5, 0.5, 1e9, Number.NaN, true, [], {}, [[1]], tensor([1])];

  /** Each of its values, at any depth, with something else in its place. */
  function* changes(value: unknown): Iterable<unknown> {
    for (const other of forged) yield other;
    if (typeof value !== 'object' || value === null || value instanceof Tensor) return;
    for (const [key, inner] of Object.entries(value)) {
      for (const changed of changes(inner)) {
        if (Array.isArray(value)) yield value.map((item, i) => (String(i) === key ? changed : item));
        else yield { ...value, [key]: changed };
      }
    }
    if (Array.isArray(value)) yield [...value, ...value];
  }
  test.each([2, 11])('of moment %i', async (moment) => {
    const { checkpoints } = await keepAll(make);
    let refused = 0;
    let taken = 0;
    for (const resume of changes(checkpoints[moment])) {
      const { model, options } = make();
      const { groups } = options.optimizer;
      const state = () => JSON.stringify([weightHash(model), groups[0].lr, getDefaultGenerator().getState()]);
      const before = state();
      // No epoch is left: all is read, and nothing trained.
      const error = await fit(model, data, { ...options, epochs: 0, resume: resume as Checkpoint }).then(
        () => null,
        (caught: unknown) => caught,
      );
      if (error === null) {
        taken++; // Another number where any number may stand: that is another state, and well built.
        continue;
      }
      if (!(error instanceof ConvgradError)) throw error;
      expect(state()).toBe(before);
      refused++;
    }
    expect(refused).toBeGreaterThan(1200);
    expect(taken).toBeLessThan(refused / 4);
  });

  test('position.batch of -5, and others that contradict themselves', async () => {
    const { checkpoints } = await keepAll(plain);
    const kept = checkpoints[7];
    for (const change of [
      { position: { ...kept.position, batch: -5 } },
      { position: { ...kept.position, batch: kept.position.batch + 1 } },
      { position: { ...kept.position, step: kept.position.step + 1 } },
      { position: { ...kept.position, epoch: 9 } },
      { sums: { ...kept.sums, seen: 1 } },
      { metrics: { accuracy: [1000, 4] } },
      { history: { ...kept.history, epochs: [] } },
      { history: { ...kept.history, epochs: [{ ...kept.history.epochs[0], epoch: 2 }] } },
      { history: { ...kept.history, epochs: [{ ...kept.history.epochs[0], step: 3 }] } },
      { format: { toString: 1 } as never },
    ]) {
      const { model, options } = plain();
      const before = weightHash(model);
      const run = fit(model, data, { ...options, resume: { ...kept, ...change } });
      await expect(run).rejects.toThrow(ArgumentError);
      expect(weightHash(model)).toBe(before);
    }
  });

  test('with a setting that the optimizer has not, it changes nothing where something else is wrong', async () => {
    const { checkpoints } = await keepAll(plain);
    const { optimizer } = checkpoints[7].optimizers;
    const groups = optimizer.groups.map((group) => ({ ...group, lr: 7, other: 1 }));
    const { model, options } = plain();
    const before = JSON.stringify(options.optimizer.stateDict().groups);
    const resume = { ...checkpoints[7], optimizers: { optimizer: { ...optimizer, groups } }, model: {} };
    await expect(fit(model, data, { ...options, resume })).rejects.toThrow('missing keys');
    expect(JSON.stringify(options.optimizer.stateDict().groups)).toBe(before);
  });

  test('with settings of the optimizer that no optimizer may have', async () => {
    const { checkpoints } = await keepAll(plain);
    const { optimizer } = checkpoints[7].optimizers;
    for (const wrong of [{ lr: -1 }, { betas: [1, 0.9] }, { betas: [-0.1, 0.9] }, { eps: -1 }, { weightDecay: -1 }]) {
      const { model, options } = plain();
      const before = JSON.stringify(options.optimizer.stateDict().groups);
      const groups = optimizer.groups.map((group) => ({ ...group, ...wrong }));
      const resume = { ...checkpoints[7], optimizers: { optimizer: { ...optimizer, groups } } };
      await expect(fit(model, data, { ...options, resume })).rejects.toThrow(
        /^Adam: expected (lr|betas|eps|weightDecay) /,
      );
      expect(JSON.stringify(options.optimizer.stateDict().groups)).toBe(before);
    }
  });

  test('with best weights that are not finite', async () => {
    const { checkpoints } = await keepAll(make);
    const kept = checkpoints[11];
    const [{ name, state }] = kept.callbacks as { name: string; state: { weights: StateDict } }[];
    const weights = Object.fromEntries(Object.entries(state.weights).map(([key, each]) => [key, each.mul(Number.NaN)]));
    const resume = { ...kept, callbacks: [{ name, state: { ...state, weights } }] };
    const { model, options } = make();
    await expect(fit(model, data, { ...options, resume })).rejects.toThrow('earlyStopping: expected finite weights');
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
      bytes.subarray(0, 5),
      bytes.subarray(0, 200),
      bytes.subarray(0, bytes.length - 1),
      Buffer.alloc(0),
      changed(0),
      changed(start),
      changed(start + 101),
      changed(bytes.length - 1),
      ...Array.from({ length: 40 }, (_, i) => changed(9 + i * 37)).filter((copy) => !copy.equals(bytes)),
    ];
    for (const wrong of damaged) {
      writeFileSync(path, wrong);
      await expect(loadCheckpoint(path)).rejects.toThrow(FormatError);
      await expect(loadCheckpoint(path)).rejects.toThrow(`loadCheckpoint, '${path}': `);
    }
    await expect(loadCheckpoint(join(folder, 'none'))).rejects.toThrow(FileError);
    writeFileSync(path, writeState('something else', {}));
    await expect(loadCheckpoint(path)).rejects.toThrow("expected a file with the format 'convgrad checkpoint 2', got");
    writeFileSync(path, writeState('convgrad checkpoint 1', { model: { weight: tensor([1]) } }));
    await expect(loadCheckpoint(path)).rejects.toThrow(FormatError);
    await expect(loadCheckpoint(path)).rejects.toThrow("got 'convgrad checkpoint 1' of another version");
    await expect(loadModel(path, new Dense(1, 1))).rejects.toThrow('expected a model, got a checkpoint of a training');
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
    fresh.loadState!(callback.saveState!(), {} as never);
    fresh.onTrainBegin!({ resumed: true } as never);
    await fresh.onEpochEnd!({ model: new Dense(1, 1) } as never, { ...epochs[best] });
    expect(await loadModel(path, loaded)).toEqual(notes);
    expect(() => fresh.loadState!({}, {} as never)).toThrow(ArgumentError);
    const another = plain();
    const misspelled = [bestCheckpoint(path, { monitor: 'val_loss' })];
    const wrong = fit(another.model, data, { ...another.options, callbacks: misspelled });
    await expect(wrong).rejects.toThrow(
      'bestCheckpoint: expected monitor to be a measure there is (loss, accuracy, of validation data validationLoss and so ' +
        "on), got 'val_loss'",
    );
  });

  test('bestCheckpoint begins anew in each training, and keeps no weights that are not finite', async () => {
    const path = join(folder, 'again.safetensors');
    const callback = bestCheckpoint(path, { monitor: 'accuracy' });
    const run = async (accuracies: number[], ruinedFrom = 9) => {
      const { model, options } = plain();
      const mark: Callback = {
        onEpochEnd({ epoch }, record) {
          record.accuracy = accuracies[epoch - 1];
          if (epoch >= ruinedFrom) model.at(1, Dense).bias!.data[0] = Number.NaN;
        },
      };
      const given = { ...options, epochs: accuracies.length, callbacks: [mark, callback] };
      await fit(model, data, { ...given, validation: undefined, stopOnDivergence: false });
      const loaded = plain().model;
      return { ...(await loadModel(path, loaded)), finite: !loaded.at(1, Dense).bias!.data.some(Number.isNaN) };
    };
    expect(await run([0.5, 0.9, 0.7])).toEqual({ epoch: '2', accuracy: '0.9', finite: true });
    expect(await run([0.3, 0.2, 0.4])).toEqual({ epoch: '3', accuracy: '0.4', finite: true });
    expect(await run([0.3, 0.5, 0.7], 3)).toEqual({ epoch: '2', accuracy: '0.5', finite: true });
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
      text: 'é "x"',
      list: [1, [null, true], { deep: -0.1 }],
      nan: Number.NaN,
      most: Infinity,
      least: -Infinity,
      empty: {},
      none: [],
      a: { tensor: tensor([[1, 2]]) },
      'a.tensor2': tensor(Float64Array.of(0.1)),
    };
    const { a, 'a.tensor2': b, ...others } = readState('mine', writeState('mine', state)) as typeof state;
    const { a: _a, 'a.tensor2': _b, ...expected } = state;
    expect(others).toEqual(expected);
    expect([a.tensor.toArray(), b.toArray(), b.dtype]).toEqual([[[1, 2]], [0.1], 'float64']);
  });

  test('what it cannot hold is an error that names its place; fields that are undefined are left out', () => {
    class Own {
      value = 1;
    }
    const own: unknown[] = [];
    own.push(own);
    for (const wrong of [
      new Date(0),
      new Map(),
      new Set([1]),
      Float32Array.of(1),
      new Own(),
      /x/,
      () => 1,
      Symbol('s'),
      1n,
      own,
      { $tensor: 'a' },
      { $number: '1' },
      [undefined],
      Array(2),
    ]) {
      expect(() => writeState('mine', { a: [wrong] }), String(wrong)).toThrow(ArgumentError);
      expect(() => writeState('mine', { a: [wrong] })).toThrow(/as 'a\.0/);
    }
    const held = { a: undefined, b: -0, twice: { list: [1] }, again: {} };
    held.again = held.twice;
    const read = readState('mine', writeState('mine', held)) as typeof held;
    expect(read).toEqual({ b: -0, twice: { list: [1] }, again: { list: [1] } });
    expect([Object.is(read.b, -0), 'a' in read]).toEqual([true, false]);
  });

  test('a state that is no JSON, or too deep, is a FormatError though its checksum is right', () => {
    const [name, text] = ['state', '{"a":1}'];
    const whole = writeState('mine', { a: 1 });
    expect(readState('mine', whole)).toEqual({ a: 1 });
    const forge = (state: string) => {
      let hash = 0x811c9dc5;
      for (let i = 0; i < state.length; i++) hash = Math.imul(hash ^ state.charCodeAt(i), 0x01000193);
      const checksum = (hash >>> 0).toString(16).padStart(8, '0');
      return writeSafetensors({}, { format: 'mine', [name]: state, checksum });
    };
    expect(readState('mine', forge(text))).toEqual({ a: 1 });
    for (const wrong of ['{', '', `${'['.repeat(1e5)}${']'.repeat(1e5)}`]) {
      expect(() => readState('mine', forge(wrong))).toThrow(FormatError);
    }
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
