import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  Adam,
  BatchNorm2D,
  type Checkpoint,
  Conv2D,
  CosineAnnealingLR,
  crossEntropy,
  Dataset,
  Dense,
  Dropout,
  earlyStopping,
  type FitOptions,
  Flatten,
  fit,
  Generator,
  type History,
  MaxPool2D,
  type Module,
  ones,
  Parameter,
  ReLU,
  Sequential,
  SGD,
  shift,
  type Tensor,
  topK,
  weightHash,
} from '../src/index.js';
import { worldOf } from '../src/mpi/index.js';
import { onRanks, ranksInMemory } from './ranks.js';

afterEach(() => vi.restoreAllMocks());

/** Images [1, 8, 8] of three classes. */
function images(count: number, seed: string): Dataset {
  const generator = new Generator(seed);
  const labels = Int32Array.from({ length: count }, () => generator.integer(3));
  const pixels = Float32Array.from({ length: count * 64 }, (_, i) => {
    const stripe = (i >> (labels[Math.floor(i / 64)] + 1)) & 1;
    return stripe + 0.3 * generator.normal();
  });
  return new Dataset(pixels, [1, 8, 8], labels, 3);
}

const data = images(53, 'train');
const held = images(230, 'held');

function network(layers: Module[] = [], seed = 1): Sequential {
  const generator = new Generator(seed);
  return new Sequential(
    new Conv2D(1, 4, 3, { generator }),
    new BatchNorm2D(4),
    new ReLU(),
    new MaxPool2D(2),
    new Flatten(),
    ...layers,
    new Dense(36, 3, { generator }),
  );
}

/** All that decides the weights, and draws: in generators of its own, as ranks in one process share the default one. */
function setup(seed = 1): { model: Sequential; options: FitOptions } {
  const drops = new Generator('drops');
  const model = network([new Dropout(0.3, { generator: drops })], seed);
  const optimizer = new Adam(model.parameters(), { lr: 0.01 });
  const options = {
    optimizer,
    epochs: 3,
    batchSize: 16, // The last batch of an epoch has 5 examples.
    seed: 4,
    generators: [drops],
    transform: shift(1),
    scheduler: new CosineAnnealingLR(optimizer, { tMax: 12 }),
    validation: held,
    metrics: { top2: topK(2) },
    clipGradNorm: 2,
  } satisfies FitOptions;
  return { model, options };
}

const figures = ({ epochs, stopped }: History) => [stopped, epochs.map(({ seconds: _, ...record }) => record)];

type Changes = Partial<FitOptions> & { reduction?: 'tree' | 'allReduce'; parts?: number };

/** Trains on so many ranks; gives each one's weights and figures. */
function train(size: number, change: (rank: number) => Changes = () => ({})) {
  return onRanks(size, async (communicator) => {
    const { model, options } = setup(communicator.rank);
    const { reduction, parts, ...changed } = change(communicator.rank);
    const world = worldOf(communicator, { reduction, parts });
    const history = await fit(model, data, { ...options, ...changed, world });
    return { hash: weightHash(model), figures: figures(history), model };
  });
}

describe('parts', () => {
  test('with one part, a world of one computes what fit computes, to the last bit, batch norm and figures included', async () => {
    const plain = setup();
    plain.model.replace('5', new ReLU()); // Parts draw on their own.
    const { transform: _, ...options } = plain.options;
    const before = await fit(plain.model, data, options);
    const shared = setup();
    shared.model.replace('5', new ReLU());
    const world = worldOf(ranksInMemory(1)[0], { parts: 1 });
    const after = await fit(shared.model, data, { ...shared.options, transform: undefined, world });
    expect(weightHash(shared.model)).toBe(weightHash(plain.model));
    expect(figures(after)).toEqual(figures(before));
  });

  test.each(['mean', 'sum'] as const)(
    'uneven parts count exactly, with weighted classes and the reduction %s',
    async (reduction) => {
      const loss = (logits: Tensor, labels: Int32Array) =>
        crossEntropy(logits, labels, { classWeights: [0.2, 1, 3], reduction });
      const weights = async (world?: ReturnType<typeof worldOf>) => {
        const generator = new Generator(2);
        const model = new Sequential(new Flatten(), new Dense(64, 3, { generator }));
        const optimizer = new SGD(model.parameters(), { lr: reduction === 'mean' ? 0.1 : 0.01 });
        const history = await fit(model, data, { optimizer, batchSize: 21, epochs: 2, seed: 1, loss, world });
        return { weights: [...model.parameters()[0].data], loss: history.epochs[1].loss };
      };
      const plain = await weights();
      const shared = await weights(worldOf(ranksInMemory(1)[0]));
      const furthest = Math.max(...plain.weights.map((value, i) => Math.abs(value - shared.weights[i])));
      expect(furthest).toBeLessThan(1e-6);
      expect(shared.loss).toBeCloseTo(plain.loss, 5);
      expect(Math.max(...plain.weights.map(Math.abs))).toBeGreaterThan(0.1);
    },
  );

  test('what a part does not use has no gradient, and a buffer that nobody changes stays as it is', async () => {
    const model = network();
    const norm = model.at('1', BatchNorm2D);
    norm.runningMean!.data.fill(1 / 3);
    norm.freeze();
    const optimizer = new SGD(model.parameters(), { lr: 0.1, weightDecay: 0.1 });
    const world = worldOf(ranksInMemory(1)[0], { parts: 5 });
    await fit(model, data, { optimizer, batchSize: 15, world });
    expect([...norm.runningMean!.data]).toEqual(new Array(4).fill(Math.fround(1 / 3)));
    expect([...norm.weight!.data]).toEqual([1, 1, 1, 1]); // Weight decay changes what has a gradient.
  });

  test('running statistics are the mean over the parts, and each batch counts once', async () => {
    const model = new Sequential(new BatchNorm2D(1, { momentum: 1 }), new Flatten(), new Dense(1, 2));
    const values = [1, 3, 5, 9, 2, 8, 4, 4];
    const numbers = new Dataset(values, [1, 1, 1], [0, 1, 0, 1, 0, 1, 0, 1]);
    const world = worldOf(ranksInMemory(1)[0], { parts: 2 });
    await fit(model, numbers, { optimizer: new SGD(model.parameters(), { lr: 0.1 }), batchSize: 8, seed: 1, world });
    const { runningMean, runningVariance, batchesTracked } = model.at('0', BatchNorm2D);
    expect(runningMean!.data[0]).toBe(4.5);
    expect(batchesTracked!.item()).toBe(1);
    const order = new Generator(1).shuffle(Int32Array.from(values, (_, i) => i));
    const variances = [0, 4].map((from) => {
      const part = [...order.subarray(from, from + 4)].map((i) => values[i]);
      const mean = part.reduce((sum, value) => sum + value / 4, 0);
      return part.reduce((sum, value) => sum + (value - mean) ** 2 / 3, 0);
    });
    expect(runningVariance!.data[0]).toBeCloseTo((variances[0] + variances[1]) / 2, 5);
  });
});

describe('ranks', () => {
  test('one hash and the same figures on 1, 2, 4 and 8 ranks, on each of them', async () => {
    const [alone] = await train(1);
    for (const size of [2, 4, 8]) {
      for (const { hash, figures } of await train(size)) {
        expect(hash).toBe(alone.hash);
        expect(figures).toEqual(alone.figures);
      }
    }
    expect(alone.figures[1]).toHaveLength(3);
    const [other] = await train(2, () => ({ parts: 4 }));
    expect(other.hash).not.toBe(alone.hash);
  });

  test('three ranks train alike, as close as rounding lets them, and rank 0 says that bits depend on their number', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const three = await train(3);
    expect(warn).toHaveBeenCalledTimes(1);
    expect(warn.mock.calls[0][0]).toMatch(/3 ranks and 8 parts make no tree/);
    expect(new Set(three.map(({ hash }) => hash)).size).toBe(1);
    const eight = await train(3, () => ({ parts: 8, reduction: 'allReduce' }));
    const [alone] = await train(1);
    const [a, b] = [eight[2], alone].map(({ model }) => [...model.parameters()[0].data]);
    expect(Math.max(...a.map((value, i) => Math.abs(value - b[i])))).toBeLessThan(1e-3);
    expect(warn).toHaveBeenCalledTimes(1);
    expect(() => worldOf(ranksInMemory(3)[0], { reduction: 'tree' })).toThrow(/power of two/);
    expect(() => worldOf(ranksInMemory(2)[0], { reduction: 'tree', parts: 3 })).toThrow(/divides 3 parts/);
  });

  test('more ranks than a batch has parts: those without one wait', async () => {
    const few = images(6, 'few');
    const hashes = async (size: number) =>
      onRanks(size, async (communicator) => {
        const model = network();
        const optimizer = new SGD(model.parameters(), { lr: 0.1 });
        await fit(model, few, { optimizer, batchSize: 6, epochs: 2, seed: 1, world: worldOf(communicator) });
        return weightHash(model);
      });
    expect(new Set([...(await hashes(1)), ...(await hashes(8))]).size).toBe(1);
  });

  test('callbacks run on rank 0, and what they draw changes nothing', async () => {
    const [alone] = await train(1);
    const called: number[] = [];
    const trained = await train(2, (rank) => ({
      callbacks: [
        {
          onBatchEnd() {
            called.push(rank);
          },
        },
      ],
    }));
    expect(called).toEqual(new Array(12).fill(0));
    const drawing = await onRanks(2, async (communicator) => {
      const { model, options } = setup(communicator.rank);
      const draw = () => {
        options.generators![0].uniform();
      };
      const callbacks = [{ onTrainBegin: draw, onEpochBegin: draw, onBatchEnd: draw }];
      await fit(model, data, { ...options, callbacks, world: worldOf(communicator) });
      return weightHash(model);
    });
    expect([...trained.map(({ hash }) => hash), ...drawing]).toEqual(new Array(4).fill(alone.hash));
  });
});

describe('the end', () => {
  /** Stops after so many steps, by a callback on rank 0. */
  const stopAfter = (steps: number, kept: Checkpoint[] = []) => ({
    callbacks: [
      {
        onBatchEnd(state: { step: number; stop(reason: string): void; checkpoint(): Checkpoint }) {
          if (state.step !== steps) return;
          state.stop('enough');
          kept.push(state.checkpoint());
        },
      },
    ],
  });

  test.each([1, 3, 4])(
    'a callback that stops after %i batches leaves the weights of that step on all ranks',
    async (steps) => {
      const kept: Checkpoint[] = [];
      const all = await train(2, () => stopAfter(steps, kept));
      expect(all.map(({ figures }) => figures[0])).toEqual(['enough', 'enough']);
      const { model } = setup();
      model.loadStateDict(kept[0].model);
      for (const { hash } of all) expect(hash).toBe(weightHash(model));
    },
  );

  test('earlyStopping, and a callback that stops before the first batch, end all ranks', async () => {
    const stopping = await train(4, () => ({ epochs: 50, callbacks: [earlyStopping({ patience: 1 })] }));
    for (const { figures } of stopping) expect(figures).toEqual(stopping[0].figures);
    expect(stopping[0].figures[1]!.length).toBeLessThan(50);
    const never = await train(2, () => ({ callbacks: [{ onTrainBegin: (state) => state.stop('no') }] }));
    expect(never.map(({ figures }) => figures)).toEqual([
      ['no', []],
      ['no', []],
    ]);
  });

  test('the weights that a callback gives back at the end are those of all ranks', async () => {
    const callbacks = () => [earlyStopping({ patience: 1, restoreBest: true })];
    const [alone] = await train(1, () => ({ epochs: 50, callbacks: callbacks() }));
    const all = await train(2, () => ({ epochs: 50, callbacks: callbacks() }));
    for (const { hash } of all) expect(hash).toBe(alone.hash);
    const [last] = await train(1, () => ({ epochs: 50, callbacks: [earlyStopping({ patience: 1 })] }));
    expect(last.hash).not.toBe(alone.hash);
  });

  test.each([0, 1])('a signal on rank %i ends all after the next batch', async (signaled) => {
    const controller = new AbortController();
    let steps = 0;
    const all = await train(2, (rank) => ({
      signal: rank === signaled ? controller.signal : undefined,
      callbacks: [
        {
          onBatchEnd({ step }) {
            if (step === 2) controller.abort();
            steps = step;
          },
        },
      ],
    }));
    // The other rank may have begun with a batch when rank 0 calls back.
    expect(steps).toBeGreaterThan(2);
    expect(steps).toBeLessThan(signaled === 0 ? 4 : 5);
    expect(all.map(({ figures }) => figures[0])).toEqual(['interrupted', 'interrupted']);
    expect(all[0].hash).toBe(all[1].hash);
  });

  test.each([2, 4, 6])(
    'a checkpoint after step %i goes on to the same weights on another number of ranks',
    async (steps) => {
      const [whole] = await train(1);
      const kept: Checkpoint[] = [];
      await train(2, () => stopAfter(steps, kept));
      for (const size of [1, 4]) {
        // Rank 0 has the file.
        const all = await train(size, (rank) => ({ resume: rank === 0 ? kept[0] : undefined }));
        for (const { hash, figures } of all) {
          expect(hash).toBe(whole.hash);
          expect(figures).toEqual(whole.figures);
        }
      }
      await expect(train(1, () => ({ resume: kept[0], parts: 4 }))).rejects.toThrow(/made with parts 8, got 4/);
      const { model, options } = setup();
      await expect(fit(model, data, { ...options, resume: kept[0] })).rejects.toThrow(
        /made with parts 8, got undefined/,
      );
    },
  );
});

describe('errors on all ranks', () => {
  const refused = async (change: (rank: number) => Changes & { model?: Sequential; data?: Dataset }, size = 4) =>
    onRanks(size, async (communicator) => {
      const { model: own, options } = setup();
      const { model = own, data: other = data, reduction: _, parts, ...changed } = change(communicator.rank);
      let steps = 0;
      const callbacks = [{ onBatchEnd: () => void steps++ }];
      const world = worldOf(communicator, { parts });
      const optimizer = new Adam(model.parameters(), { lr: 0.01 });
      const all = { ...options, scheduler: undefined, optimizer, callbacks, ...changed, world };
      const message = await fit(model, other, all).then(
        () => 'none',
        (error) => error.message,
      );
      expect(steps).toBe(0);
      return message;
    });

  test.each([
    ['other data', () => ({ data: images(53, 'other') }), /rank 2 .*: rank 0 has other training data/],
    ['fewer data', () => ({ data: images(52, 'train') }), /rank 0 has examples 53, got 52/],
    ['other validation data', () => ({ validation: images(10, 'x') }), /rank 0 has other validation data/],
    ['another model', () => ({ model: network([new Dense(36, 36)]) }), /its model is another/],
    ['another batch size', () => ({ batchSize: 8 }), /rank 0 has batchSize 16, got 8/],
    ['another seed', () => ({ seed: 5 }), /rank 0 has seed 4, got 5/],
    ['another number of epochs', () => ({ epochs: 4 }), /its epochs is another than that of rank 0: 4, not 3/],
    ['other metrics', () => ({ metrics: { top1: topK(1) } }), /its metrics is another/],
    ['no transform', () => ({ transform: undefined }), /its transform is another/],
    ['other parts', () => ({ parts: 16 }), /its parts is another/],
  ])('%s on one rank', async (_, change, message) => {
    const messages = await refused((rank) => (rank === 2 ? change() : {}));
    for (const each of messages) expect(each).toMatch(message);
    expect(messages).toHaveLength(4);
  });

  test('another learning rate on one rank', async () => {
    const messages = await onRanks(2, async (communicator) => {
      const { model, options } = setup();
      const optimizer = new Adam(model.parameters(), { lr: communicator.rank === 1 ? 0.02 : 0.01 });
      const world = worldOf(communicator);
      return fit(model, data, { ...options, scheduler: undefined, optimizer, world }).catch(({ message }) => message);
    });
    for (const each of messages) expect(each).toMatch(/rank 1 .*: rank 0 has optimizer.0.lr 0.01, got 0.02/);
  });

  test('a checkpoint of another training', async () => {
    const messages = await refused((rank) => (rank === 0 ? { resume: {} as Checkpoint } : {}), 2);
    expect(messages[0]).toMatch(/^resume: expected a checkpoint/);
    expect(messages[1]).toMatch(/rank 0 cannot train with the others: resume: expected a checkpoint/);
  });

  test('a float64 model, and parameters that only the optimizer has', async () => {
    const [communicator] = ranksInMemory(1);
    const world = worldOf(communicator);
    const { model } = setup();
    const optimizer = new SGD([...model.parameters(), new Parameter(ones([1]))], { lr: 0.1 });
    await expect(fit(model, data, { optimizer, world })).rejects.toThrow(/the optimizer has others, too/);
    const other = network().to('float64');
    const own = new SGD(other.parameters(), { lr: 0.1 });
    await expect(fit(other, data, { optimizer: own, world })).rejects.toThrow(/and this one is float64/);
  });

  test('metrics that do not add up', async () => {
    const messages = await refused(() => ({ metrics: { own: () => 1 } }), 2);
    for (const each of messages) expect(each).toMatch(/own does not say so/);
  });

  test('weights that became different', async () => {
    const messages = await onRanks(2, async (communicator) => {
      const { model, options } = setup();
      const callbacks = [
        {
          onEpochEnd() {
            model.parameters()[0].data[0] += 1;
          },
        },
      ];
      const world = worldOf(communicator);
      return fit(model, data, { ...options, callbacks, world }).catch(({ message }) => message);
    });
    for (const each of messages) expect(each).toMatch(/weights of rank 1 .*no longer those of rank 0/);
  });

  test('a loss that is not finite is told by the rank that has it, in the same words on all', async () => {
    const broken = images(53, 'train');
    broken.inputs[20 * 64] = Number.NaN;
    const errors = await onRanks(4, async (communicator) => {
      const { model, options } = setup();
      return fit(model, broken, { ...options, world: worldOf(communicator) }).catch((error) => error);
    });
    expect(errors[0].name).toBe('DivergenceError');
    expect(errors[0].message).toMatch(/^fit: the loss became NaN .*inputs of this batch are not all finite/);
    for (const { name, message, step } of errors) {
      expect([name, message, step]).toEqual(['DivergenceError', errors[0].message, errors[0].step]);
    }
  });

  test("steps and batches of one's own have no world", async () => {
    const { model, options } = setup();
    const [communicator] = ranksInMemory(1);
    const world = worldOf(communicator);
    const step = () => ({ loss: 1 });
    await expect(fit(model, data, { optimizer: options.optimizer, step, world } as never)).rejects.toThrow(
      /expected no world/,
    );
    const batches = [{ x: data.inputs, y: data.labels }];
    await expect(fit(model, batches as never, { optimizer: options.optimizer, world })).rejects.toThrow(
      /expected no world/,
    );
    await expect(fit(model, data, { ...options, world: communicator as never })).rejects.toThrow(/what mpi\(\) gives/);
  });
});
