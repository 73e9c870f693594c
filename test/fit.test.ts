import { describe, expect, test } from 'vitest';
import {
  ArgumentError,
  type Callback,
  crossEntropy,
  Dataset,
  Dense,
  DivergenceError,
  earlyStopping,
  type FitOptions,
  fit,
  Generator,
  LinearLR,
  Module,
  ReduceLROnPlateau,
  ReLU,
  Sequential,
  SGD,
  StepLR,
  type Tensor,
  weightHash,
} from '../src/index.js';

/** Points on a line, class 1 above 0. */
function points(count: number): Dataset {
  const generator = new Generator(3);
  const inputs = Float32Array.from({ length: count }, () => generator.uniform(-1, 1));
  return new Dataset(
    inputs,
    [1],
    Array.from(inputs, (value) => (value > 0 ? 1 : 0)),
    2,
  );
}

const small = () => new Sequential(new Dense(1, 2, { generator: new Generator(1) }));
const sgd = (model: Module, lr = 0.1) => new SGD(model.parameters(), { lr });

/** Trains, and gives the learning rate of each batch. */
async function rates(options: (optimizer: SGD) => Partial<FitOptions>, epochs = 4) {
  const model = small();
  const optimizer = sgd(model, 1);
  const seen: number[] = [];
  // Last of all: what the next batch will learn with.
  const watch: Callback = { onBatchEnd: () => void seen.push(optimizer.groups[0].lr) };
  const given = { optimizer, epochs, batchSize: 2, seed: 1, callbacks: [watch], ...options(optimizer) };
  return { seen, history: await fit(model, points(4), given) };
}

describe('schedules in fit', () => {
  test('take a step after each batch, or after each epoch', async () => {
    const schedule = (optimizer: SGD) => new StepLR(optimizer, { stepSize: 1, gamma: 0.5 });
    const bySteps = await rates((optimizer) => ({ scheduler: schedule(optimizer) }), 2);
    expect(bySteps.seen).toEqual([0.5, 0.25, 0.125, 0.0625]);
    const byEpochs = await rates((o) => ({ scheduler: schedule(o), schedulerInterval: 'epoch' }), 3);
    expect(byEpochs.seen).toEqual([1, 1, 0.5, 0.5, 0.25, 0.25]);
    expect(byEpochs.history.epochs.map(({ lr }) => lr)).toEqual([1, 0.5, 0.25]); // What the epoch learned with.
  });

  test.each([
    ['min', 'loss'],
    ['max', 'accuracy'],
  ] as const)('ReduceLROnPlateau with mode %s gets the validation %s of each epoch', async (mode, measure) => {
    const got: number[] = [];
    class Watched extends ReduceLROnPlateau {
      override step(value: number): void {
        got.push(value);
        super.step(value);
      }
    }
    const { history } = await rates((o) => ({ scheduler: new Watched(o, { mode }), validation: points(6) }));
    expect(got).toEqual(history.epochs.map(({ validation }) => validation![measure]));
    expect(got).toHaveLength(4);
  });
});

test('gradients are clipped before the step', async () => {
  const [clipped, free] = [small(), small()];
  const before = [...clipped[0].parameters().flatMap(({ data }) => [...data])];
  const options = { batchSize: 4, seed: 1 };
  await fit(clipped, points(4), { ...options, optimizer: sgd(clipped, 1), clipGradNorm: 0.001 });
  await fit(free, points(4), { ...options, optimizer: sgd(free, 1) });
  const moved = (model: Sequential) =>
    Math.hypot(
      ...model
        .parameters()
        .flatMap(({ data }) => [...data])
        .map((value, i) => value - before[i]),
    );
  expect(moved(clipped)).toBeCloseTo(0.001, 5);
  expect(moved(free)).toBeGreaterThan(0.01);
});

describe('a training that ends early', () => {
  /** Epochs and steps that were done, and why no more. */
  async function run(options: Partial<FitOptions>) {
    const model = small();
    const ends: number[] = [];
    const watch: Callback = { onTrainEnd: ({ step }) => void ends.push(step) };
    const callbacks = [...(options.callbacks ?? []), watch];
    const given = { epochs: 5, batchSize: 2, optimizer: sgd(model), seed: 1, ...options, callbacks };
    const { epochs, stopped } = await fit(model, points(8), given);
    return { epochs: epochs.length, steps: ends[0], stopped };
  }

  test('by a signal: after the next batch, with the history so far', async () => {
    const controller = new AbortController();
    const abort: Callback = { onBatchEnd: ({ step }) => void (step === 5 && controller.abort()) };
    const { signal } = controller;
    expect(await run({ callbacks: [abort], signal })).toEqual({ epochs: 1, steps: 6, stopped: 'interrupted' });
    expect(await run({ signal })).toEqual({ epochs: 0, steps: 0, stopped: 'interrupted' });
    expect(await run({})).toEqual({ epochs: 5, steps: 20, stopped: null });
  });

  test('by a signal from outside, while it computes', async () => {
    const controller = new AbortController();
    // It would go on until the test's time is over.
    const later: Callback = {
      onBatchEnd: ({ step }) => void (step === 1 && setTimeout(() => controller.abort(), 1)),
    };
    const { stopped } = await run({ epochs: 1e9, signal: controller.signal, callbacks: [later] });
    expect(stopped).toBe('interrupted');
  });

  test('aborted when all is done already, it was not interrupted', async () => {
    const controller = new AbortController();
    const abort: Callback = { onBatchEnd: ({ step }) => void (step === 20 && controller.abort()) };
    expect(await run({ callbacks: [abort], signal: controller.signal })).toMatchObject({ epochs: 5, stopped: null });
  });

  test('by a callback: after the batch or the epoch, for its reason', async () => {
    const stopAt = (when: 'onBatchEnd' | 'onEpochEnd', step: number): Callback => ({
      [when]: (state: { step: number; stop(reason: string): void }) =>
        void (state.step === step && state.stop('enough')),
    });
    expect(await run({ callbacks: [stopAt('onBatchEnd', 6)] })).toEqual({ epochs: 1, steps: 6, stopped: 'enough' });
    expect(await run({ callbacks: [stopAt('onEpochEnd', 8)] })).toEqual({ epochs: 2, steps: 8, stopped: 'enough' });
  });
});

describe('earlyStopping', () => {
  /** Trains with validation losses that are given, by epoch, and weights that are the epoch's number. */
  async function run(losses: number[], options: Parameters<typeof earlyStopping>[0]) {
    const model = new Sequential(new Dense(1, 1));
    const weight = model.parameters()[0];
    const mark: Callback = {
      onEpochEnd(state, record) {
        record.validation = { loss: losses[state.epoch - 1], accuracy: losses[state.epoch - 1] / 10, metrics: {} };
        weight.data[0] = state.epoch;
      },
    };
    const callbacks = [mark, earlyStopping(options)];
    const loss = (logits: Tensor) => logits.mul(0).sum();
    const one = new Dataset([1], [1], [0]);
    const { epochs, stopped } = await fit(model, one, {
      epochs: losses.length,
      optimizer: sgd(model),
      callbacks,
      loss,
    });
    return { epochs: epochs.length, stopped, weight: weight.data[0] };
  }

  test('waits as long as it should, and counts only what is better by enough', async () => {
    const reason = 'validationLoss did not improve in 2 epochs';
    expect(await run([5, 4, 4.1, 4, 3], { patience: 2 })).toEqual({ epochs: 4, stopped: reason, weight: 4 });
    expect(await run([5, 4, 4.1, 3, 4], { patience: 2 })).toEqual({ epochs: 5, stopped: null, weight: 5 });
    expect(await run([5, 4.8, 4.7, 1], { patience: 2, minDelta: 0.5 })).toMatchObject({ epochs: 3 });
    expect(await run([5, 4.8, 4.4, 1], { patience: 2, minDelta: 0.5 })).toMatchObject({ epochs: 4 });
  });

  test('an accuracy should rise; NaN is no improvement', async () => {
    expect(await run([1, 2, 3, 3, 2], { patience: 1, monitor: 'validationAccuracy' })).toMatchObject({ epochs: 4 });
    expect(await run([Number.NaN, Number.NaN, 1], { patience: 2 })).toMatchObject({ epochs: 2 });
  });

  test('gives back the best weights, also where the training came to its end', async () => {
    expect(await run([5, 4, 6, 7, 1], { patience: 2, restoreBest: true })).toMatchObject({ epochs: 4, weight: 2 });
    expect(await run([5, 4, 6], { patience: 2, restoreBest: true })).toMatchObject({ epochs: 3, weight: 2 });
  });

  test('without validation data it says so; what it does not know it refuses', async () => {
    const model = small();
    const run = fit(model, points(4), { optimizer: sgd(model), callbacks: [earlyStopping()] });
    await expect(run).rejects.toThrow('earlyStopping: validationLoss needs validation data: give some to fit');
    expect(() => earlyStopping({ wait: 1 } as object)).toThrow("earlyStopping: unknown option 'wait'");
    expect(() => earlyStopping({ patience: 0 })).toThrow('expected patience to be a whole number of at least 1, got 0');
  });
});

describe('a loss that is not finite', () => {
  /** The error of a training of two layers, `first` and `last`. */
  async function errorOf(change: (model: Sequential) => Partial<FitOptions>, data = points(4)) {
    const generator = new Generator(1);
    const model = new Sequential({
      first: new Dense(1, 3, { generator }),
      relu: new ReLU(),
      last: new Dense(3, 2, { generator }),
    });
    const options = { optimizer: sgd(model), epochs: 3, batchSize: 4, seed: 1, ...change(model) };
    const error = await fit(model, data, options).then(String, (caught: unknown) => caught);
    if (!(error instanceof DivergenceError)) throw new Error(`expected a DivergenceError, got ${error}`);
    return error;
  }

  test('because of the inputs', async () => {
    const error = await errorOf(() => ({}), new Dataset([1, Number.NaN], [1], [0, 1]));
    expect(error.message).toBe(
      'fit: the loss became NaN in batch 1 of epoch 1 (step 1): the inputs of this batch are not all finite. ' +
        'Look at the data',
    );
    expect([error.step, error.layer]).toEqual([1, null]);
  });

  test('because of a layer', async () => {
    const error = await errorOf((model) => {
      model.at('first', Dense).weight.data.fill(1e30);
      model.at('last', Dense).weight.data.fill(1e30);
      return {};
    });
    expect(error.message).toMatch(/step 1\): the first result that is not finite is that of last\. A smaller learning/);
    expect([error.step, error.layer]).toEqual([1, 'last']);
  });

  test('because of a gradient', async () => {
    const error = await errorOf(() => ({ loss: (logits) => logits.mul(0).sum().sqrt() }));
    expect(error.message).toMatch(/\(step 2\): the gradient of last.bias was not finite one step before\. A smaller/);
    expect([error.step, error.layer]).toEqual([2, 'last.bias']);
  });

  test('because of a step that was too large', async () => {
    const error = await errorOf((model) => ({
      optimizer: sgd(model, 3e38),
      loss: (x, y) => crossEntropy(x, y).mul(1e4),
    }));
    expect(error.message).toMatch(/\(step 2\): the step before left first.weight not finite/);
  });

  test('because of the last step, which no loss shows any more', async () => {
    const too = (model: Sequential): Partial<FitOptions> => ({
      optimizer: sgd(model, 3e38),
      loss: (x, y) => crossEntropy(x, y).mul(1e4),
      epochs: 1,
    });
    const error = await errorOf(too);
    expect(error.message).toMatch(/^fit: the step before left first.weight not finite\. A smaller/);
    expect([error.step, error.layer]).toEqual([1, 'first.weight']);
    await expect(errorOf((model) => ({ ...too(model), stopOnDivergence: false }))).rejects.toThrow('expected a Div');
  });

  test('because of the loss itself', async () => {
    const error = await errorOf(() => ({ loss: (logits) => logits.mul(0).sum().sub(1).log() }));
    expect(error.message).toMatch(/the results of all layers are finite, so the loss made it\. Look at the loss/);
  });

  test('the search for its cause draws no numbers and leaves the layers as they were', async () => {
    const { getDefaultGenerator } = await import('../src/index.js');
    class Noisy extends Module {
      override forward(x: Tensor): Tensor {
        return x.mul(1 + getDefaultGenerator().uniform());
      }
    }
    const model = new Sequential(new Noisy(), new Dense(1, 2));
    model.at(1, Dense).weight.data.fill(3e38);
    const before = getDefaultGenerator().getState();
    getDefaultGenerator().uniform();
    const once = getDefaultGenerator().getState();
    getDefaultGenerator().setState(before);
    const data = new Dataset([3, 3], [1], [0, 1]);
    await expect(fit(model, data, { optimizer: sgd(model), seed: 1 })).rejects.toThrow(/that of 1\./);
    expect([...model].map((layer) => Object.hasOwn(layer, 'forward'))).toEqual([false, false]);
    expect(getDefaultGenerator().getState()).toEqual(once);
  });

  test('lets the training go on when asked', async () => {
    const model = small();
    const loss = (logits: Tensor) => logits.mul(0).sum().sub(1).log();
    const options = { optimizer: sgd(model), loss, epochs: 2, stopOnDivergence: false };
    const { epochs } = await fit(model, points(4), options);
    expect(epochs.map((record) => record.loss)).toEqual([Number.NaN, Number.NaN]);
    expect(epochs.map(({ step }) => step)).toEqual([1, 2]);
  });
});

describe('what fit refuses before it trains', () => {
  test.each<[string, (optimizer: SGD) => object, string]>([
    [
      'an interval',
      () => ({ schedulerInterval: 'batch' }),
      "fit: expected schedulerInterval to be 'step' or 'epoch', got 'batch'",
    ],
    [
      'a scheduler of another kind',
      () => ({ scheduler: {} }),
      'fit: expected a scheduler such as new StepLR(...), got an object',
    ],
    [
      'a plateau without validation data',
      (o) => ({ scheduler: new ReduceLROnPlateau(o) }),
      'fit: ReduceLROnPlateau needs validation data, and takes its steps after epochs',
    ],
    [
      'a plateau after each batch',
      (o) => ({ scheduler: new ReduceLROnPlateau(o), validation: points(2), schedulerInterval: 'step' }),
      'ReduceLROnPlateau needs validation data, and takes its steps after epochs',
    ],
    [
      "another optimizer's scheduler",
      () => ({ scheduler: new LinearLR(sgd(small())) }),
      'fit: the scheduler is that of another optimizer',
    ],
    [
      'a negative norm',
      () => ({ clipGradNorm: -1 }),
      'fit: expected clipGradNorm to be a number of at least 0, got -1',
    ],
    ['a signal of another kind', () => ({ signal: true }), 'fit: expected signal to be an AbortSignal, got true'],
    [
      'generators that are none',
      () => ({ generators: [1] }),
      'fit: expected generators to be a list of Generators, got [1]',
    ],
  ])('%s', async (_, make, message) => {
    const model = small();
    const before = weightHash(model);
    const optimizer = sgd(model);
    const run = fit(model, points(4), { optimizer, ...make(optimizer) });
    await expect(run).rejects.toThrow(ArgumentError);
    await expect(run).rejects.toThrow(message);
    expect(weightHash(model)).toBe(before);
  });
});
