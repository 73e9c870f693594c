import { describe, expect, test } from 'vitest';
import {
  Adam,
  type Batch,
  type Checkpoint,
  Conv2D,
  crossEntropy,
  Dataset,
  Dense,
  earlyStopping,
  evaluate,
  Flatten,
  fit,
  Generator,
  iou,
  l1Loss,
  Module,
  manualSeed,
  meanAbsoluteError,
  mseLoss,
  predict,
  ReLU,
  randn,
  Sequential,
  SGD,
  sub,
  summary,
  type Tensor,
  topK,
  weightHash,
} from '../src/index.js';
import { bceWithLogits } from '../src/ops/losses.js';
import { expectClose } from './close.js';

const generator = new Generator('any task');
const normals = (length: number) => Float32Array.from({ length }, () => generator.normal());

/** Two numbers that follow from four. */
const numbers = new Dataset(normals(40), [4], normals(20), { targetShape: [2] });
const classes = new Dataset(
  normals(40),
  [4],
  Array.from({ length: 10 }, (_, i) => i % 3),
);

const sgd = (model: { parameters(): Tensor[] }) => new SGD(model.parameters() as never, { lr: 0.05, momentum: 0.9 });

/** A training, its checkpoint after every step, and the same training resumed from each: all must end alike. */
async function resumesExactly(train: (resume?: Checkpoint, keep?: (state: Checkpoint) => void) => Promise<unknown>) {
  const kept: Checkpoint[] = [];
  const whole = await train(undefined, (state) => kept.push(state));
  expect(kept.length).toBeGreaterThan(2);
  for (const checkpoint of kept.slice(0, -1)) expect(await train(checkpoint)).toEqual(whole);
}

describe('targets of any shape', () => {
  test('batches have them as tensors, in any order of examples', () => {
    const data = new Dataset([1, 2, 3], [1], [1, 10, 2, 20, 3, 30], { targetShape: [2] });
    expect(data.length).toBe(3);
    expect(data.subset([2, 0]).targets).toEqual(Float32Array.of(3, 30, 1, 10));
    expect(data.take(1).targets).toEqual(Float32Array.of(1, 10));
    expect(data.map(([x]) => [2 * x]).targets).toEqual(data.targets);
    expect(() => data.labels).toThrow('labels: the targets are numbers of shape [2], not classes');
    expect([data.classes, data.classNames, data.targetShape]).toEqual([0, [], [2]]);
  });

  test('what does not fit is an error', () => {
    const make = (...args: unknown[]) => {
      const Any = Dataset as unknown as new (...args: unknown[]) => unknown;
      return () => new Any(...args);
    };
    expect(make([1, 2], [1], [1, 2, 3], { targetShape: [2] })).toThrow(
      'Dataset: expected targets of shape [2], 2 numbers an example, got 3 numbers',
    );
    expect(make([1, 2, 3], [1], [1, 2], { targetShape: [1] })).toThrow(
      'expected 2 inputs, one for each of the targets',
    );
    expect(make([1], [1], [1], { targetShape: [1], classes: 2 })).toThrow('expected classes or targetShape');
    expect(make([1], [1], [1], { shape: [1] })).toThrow("unknown option 'shape'");
    expect(make([[1]], [[1], [2]], [0])).toThrow('expected 2 lists of inputs, one a shape, got 1');
    expect(make([[1], [1, 2]], [[1], [3]], [0])).toThrow('of shape [3]: 3 numbers, got 2');
  });

  test('regression: loss and metrics of both parts; without a loss it is an error', async () => {
    const model = new Dense(4, 2, { generator });
    const options = { optimizer: sgd(model), epochs: 30, loss: mseLoss, validation: numbers, batchSize: 3 };
    const worst = (outputs: Tensor, targets: Tensor) => Math.max(...sub(outputs, targets).data.map(Math.abs));
    const metrics = { error: meanAbsoluteError(), worst };
    const { epochs } = await fit(model, numbers, { ...options, metrics, seed: 1 });
    const last = epochs[29];
    expect(last.loss).toBeLessThan(epochs[0].loss);
    expect(last.accuracy).toBeNaN();
    const measured = evaluate(model, numbers, { loss: mseLoss, metrics });
    expect(last.validation).toEqual({ ...measured, accuracy: Number.NaN });
    const outputs = predict(model, numbers);
    const errors = Array.from(outputs.data, (value, i) => Math.abs(value - numbers.targets[i]));
    expect(measured.metrics.worst).toBeCloseTo(Math.max(...errors), 6);
    expect(measured.metrics.error).toBeCloseTo(errors.reduce((sum, each) => sum + each, 0) / errors.length, 6);
    for (const batchSize of [1, 2, 7]) {
      const again = evaluate(model, numbers, { loss: mseLoss, metrics, batchSize });
      expect(again.loss).toBeCloseTo(measured.loss, 6);
      expect(again.metrics.worst).toBeCloseTo(measured.metrics.worst, 6);
    }
    await expect(fit(model, numbers, { optimizer: options.optimizer })).rejects.toThrow(
      'fit: expected a loss, such as mseLoss: the targets are numbers, not classes',
    );
    expect(() => evaluate(model, numbers, {})).toThrow('evaluate: expected a loss');
  });

  test('masks: intersection over union', () => {
    const images = new Dataset([1, 1, 1, 1], [1, 2, 2], [1, 0, 1, 1], { targetShape: [1, 2, 2] });
    const model = new Conv2D(1, 1, 1, { generator });
    model.weight.data[0] = 0;
    model.bias!.data[0] = 1;
    const { metrics } = evaluate(model, images, {
      loss: bceWithLogits,
      metrics: { iou: iou(), none: iou({ threshold: 2 }) },
    });
    expect(metrics).toEqual({ iou: 0.75, none: 0 });
    expect(() =>
      evaluate(model, images, { loss: () => mseLoss(randn([1]), randn([1])), metrics: { top: topK(1) as never } }),
    ).toThrow();
  });

  test('topK counts labels among the largest', () => {
    const model = new Dense(3, 3, { generator });
    model.weight.data.set([1, 0, 0, 0, 1, 0, 0, 0, 1]);
    model.bias!.data.fill(0);
    const data = new Dataset([3, 2, 1, 1, 2, 3, 1, NaN, 1, 1, 1, 1], [3], [0, 0, 0, 0], 3);
    const top = (k: number) => evaluate(model, data, { metrics: { top: topK(k) } }).metrics.top;
    expect([1, 2, 3].map(top)).toEqual([0.25, 0.25, 0.75]);
  });

  test('is resumed to the same weights, metrics and history', () =>
    resumesExactly(async (resume, keep) => {
      const model = new Sequential(
        new Dense(4, 8, { generator: new Generator(1) }),
        new ReLU(),
        new Dense(8, 2, { generator: new Generator(2) }),
      );
      const { epochs } = await fit(model, numbers, {
        optimizer: new Adam(model.parameters()),
        loss: l1Loss,
        metrics: { error: meanAbsoluteError(), size: (outputs: Tensor) => outputs.size },
        validation: numbers,
        epochs: 2,
        batchSize: 4,
        seed: 3,
        resume,
        callbacks: [{ last: true, onBatchEnd: (state) => keep?.(state.checkpoint()) }],
      });
      return [weightHash(model), epochs.map(({ loss, metrics, validation }) => [loss, metrics, validation])];
    }));

  test('early stopping knows a metric of its own, and asks what is better where nobody says it', async () => {
    const run = (monitor: string, mode?: 'min' | 'max') => {
      const model = new Dense(4, 2, { generator });
      const options = {
        optimizer: new SGD(model.parameters(), { lr: 0 }),
        epochs: 9,
        loss: mseLoss,
        validation: numbers,
      };
      const metrics = { error: meanAbsoluteError(), own: () => 1 };
      return fit(model, numbers, { ...options, metrics, callbacks: [earlyStopping({ monitor, mode, patience: 2 })] });
    };
    expect((await run('validationError')).epochs).toHaveLength(3);
    expect((await run('own', 'max')).stopped).toBe('own did not improve in 2 epochs');
    await expect(run('own')).rejects.toThrow("expected mode to be 'min' or 'max' for own, got none");
    await expect(run('validationIou')).rejects.toThrow('expected monitor to be a measure there is (loss, error, own');
    await expect(run('accuracy')).rejects.toThrow(/got 'accuracy'/);
  });
});

/** Two inputs, two outputs. */
class Twofold extends Module<[Tensor, Tensor], [Tensor, Tensor]> {
  readonly left = new Dense(2, 4, { generator: new Generator(1) });
  readonly right = new Dense(3, 4, { generator: new Generator(2) });
  readonly name = new Dense(4, 3, { generator: new Generator(3) });
  readonly place = new Dense(4, 2, { generator: new Generator(4) });
  override forward(a: Tensor, b: Tensor): [Tensor, Tensor] {
    const both = this.left.forward(a).add(this.right.forward(b)).relu();
    return [this.name.forward(both), this.place.forward(both)];
  }
}

describe('several inputs and outputs', () => {
  const labels = Array.from({ length: 10 }, (_, i) => i % 3);
  const data = new Dataset([normals(20), normals(30)], [[2], [3]], labels);
  const loss = ([name, place]: [Tensor, Tensor], y: Int32Array) => crossEntropy(name, y).add(place.mul(place).mean());
  const right = ([name]: [Tensor, Tensor], y: Int32Array) => {
    const { data: logits } = name;
    return (
      y.filter(
        (label, i) => logits.slice(3 * i, 3 * i + 3).indexOf(Math.max(...logits.slice(3 * i, 3 * i + 3))) === label,
      ).length / y.length
    );
  };

  test('go through fit, evaluate, predict and summary, and are resumed', async () => {
    await resumesExactly(async (resume, keep) => {
      const model = new Twofold();
      const callbacks = [
        { last: true, onBatchEnd: (state: { checkpoint(): Checkpoint }) => keep?.(state.checkpoint()) },
      ];
      const options = {
        optimizer: sgd(model),
        loss,
        metrics: { right },
        epochs: 2,
        batchSize: 4,
        seed: 5,
        resume,
        callbacks,
      };
      const { epochs } = await fit(model, data, options);
      return [weightHash(model), epochs.map(({ metrics }) => metrics)];
    });
    const model = new Twofold();
    await fit(model, data, { optimizer: sgd(model), loss, metrics: {}, epochs: 300 });
    const measured = evaluate(model, data, { loss, metrics: { right }, batchSize: 3 });
    expect(measured.metrics.right).toBeGreaterThan(0.5);
    const [name, place] = predict(model, data, { batchSize: 4 });
    expect([name.shape, place.shape]).toEqual([
      [10, 3],
      [10, 2],
    ]);
    const [again] = predict(model, [randn([10, 2]), randn([10, 3])], { batchSize: 4 });
    expect(again.shape).toEqual([10, 3]);
    expect(summary(model, [[2], [3]]).layers.map(({ outputShape }) => outputShape)).toEqual([[4], [4], [3], [2]]);
    expect(data.subset([1]).allInputs.map(({ values }) => values.length)).toEqual([2, 3]);
    expect(() => predict(model, [randn([10, 2]), randn([9, 3])])).toThrow(
      'predict: expected 10 examples in each input',
    );
  });

  test('logits are looked for where accuracy is the metric, and an output of another kind is told', async () => {
    const model = new Twofold();
    await expect(fit(model, data, { optimizer: sgd(model), loss })).rejects.toThrow(
      'fit: expected logits [10, 3] from the model',
    );
  });
});

describe('batches of one’s own', () => {
  const model = () => new Dense(4, 3, { generator: new Generator(7) });
  const batch = (from: number): Batch => {
    const part = classes.subset([from, from + 1]);
    return { x: predict(new Flatten(), part), y: part.labels };
  };
  const again = {
    *[Symbol.iterator]() {
      for (let i = 0; i < 8; i += 2) yield batch(i);
    },
  };
  const later = {
    async *[Symbol.asyncIterator]() {
      for (let i = 0; i < 8; i += 2) {
        await Promise.resolve();
        yield batch(i);
      }
    },
  };

  test('in a list, an iterable and an asynchronous one train alike, and are resumed', async () => {
    const hashes: string[] = [];
    for (const data of [[0, 2, 4, 6].map(batch), again, later]) {
      await resumesExactly(async (resume, keep) => {
        const trained = model();
        const callbacks = [
          { last: true, onBatchEnd: (state: { checkpoint(): Checkpoint }) => keep?.(state.checkpoint()) },
        ];
        const { epochs } = await fit(trained, data, { optimizer: sgd(trained), epochs: 2, resume, callbacks });
        hashes.push(weightHash(trained));
        return [weightHash(trained), epochs.map(({ loss }) => loss)];
      });
    }
    expect(new Set(hashes).size).toBe(1);
  });

  test('that are drawn anew in each epoch are resumed, whether all at its beginning or one by one', async () => {
    for (const early of [true, false]) {
      await resumesExactly(async (resume, keep) => {
        const own = new Generator(8);
        const drawn = () => batch(own.integer(8));
        const data = {
          [Symbol.iterator]() {
            const all = early ? Array.from({ length: 3 }, drawn) : null;
            return (function* () {
              for (let i = 0; i < 3; i++) yield all?.[i] ?? drawn();
            })();
          },
        };
        const trained = model();
        const callbacks = [
          { last: true, onBatchEnd: (state: { checkpoint(): Checkpoint }) => keep?.(state.checkpoint()) },
        ];
        const options = { optimizer: sgd(trained), epochs: 3, resume, callbacks, generators: [own] };
        const { epochs } = await fit(trained, data, options);
        return [weightHash(trained), epochs.map(({ loss }) => loss)];
      });
    }
  });

  test('a generator that is under way, and options that batches do not have, are errors', async () => {
    const trained = model();
    const optimizer = sgd(trained);
    await expect(fit(trained, again[Symbol.iterator](), { optimizer })).rejects.toThrow('got a generator');
    await expect(fit(trained, again, { optimizer, batchSize: 3 })).rejects.toThrow('expected no batchSize, got 3');
    await expect(fit(trained, [{ y: 1 }] as never, { optimizer })).rejects.toThrow('expected batches { x, y }');
  });
});

describe('a step of one’s own', () => {
  /** A generator and a discriminator of single numbers. */
  class Pair extends Module {
    readonly maker = new Dense(1, 1, { generator: new Generator(1) });
    readonly judge = new Sequential(
      new Dense(1, 8, { generator: new Generator(2) }),
      new ReLU(),
      new Dense(8, 1, { generator: new Generator(3) }),
    );
    override forward(x: Tensor): Tensor {
      return this.maker.forward(x);
    }
  }
  const real = new Dataset(
    normals(12).map((value) => 3 + 0.1 * value),
    [1],
    normals(12),
    { targetShape: [1] },
  );

  const train = async (resume?: Checkpoint, keep?: (state: Checkpoint) => void) => {
    manualSeed(4);
    const model = new Pair();
    const maker = new Adam(model.maker.parameters(), { lr: 0.02 });
    const judge = new Adam(model.judge.parameters(), { lr: 0.02 });
    const { epochs } = await fit(model, real, {
      optimizer: { maker, judge },
      step({ x, y }) {
        const [ones, zeros] = [y.mul(0).add(1), y.mul(0)];
        const made = model.forward(randn([x.shape[0], 1]));
        const judged = bceWithLogits(model.judge.forward(x), ones).add(
          bceWithLogits(model.judge.forward(made.detach()), zeros),
        );
        judge.zeroGrad();
        judged.backward();
        judge.step();
        const fooled = bceWithLogits(model.judge.forward(model.forward(randn([x.shape[0], 1]))), ones);
        maker.zeroGrad();
        fooled.backward();
        maker.step();
        return { judge: judged.item(), maker: fooled.item() };
      },
      epochs: 2,
      batchSize: 5,
      seed: 6,
      resume,
      callbacks: [{ last: true, onBatchEnd: (state) => keep?.(state.checkpoint()) }],
    });
    return [weightHash(model), epochs.map(({ loss, metrics }) => [Number.isNaN(loss), metrics])];
  };

  test('keeps two optimizers, logs what it returns, and is resumed to the same weights', async () => {
    await resumesExactly(train);
    const [, epochs] = await train();
    expect(epochs).toHaveLength(2);
  });

  test('what it returns must be numbers, and finite', async () => {
    const model = new Dense(1, 1, { generator });
    const run = (returned: unknown, more = {}) =>
      fit(model, real, { optimizer: sgd(model), step: () => returned as Record<string, number>, ...more });
    await expect(run(undefined)).rejects.toThrow('expected the step to return numbers by name, such as { loss: 0.3 }');
    await expect(run({ loss: '1' })).rejects.toThrow("expected the step to return a number as loss, got '1'");
    await expect(run({ loss: Number.NaN })).rejects.toThrow('the step gave NaN as loss in batch 1 of epoch 1 (step 1)');
    expect((await run({ loss: Number.NaN }, { stopOnDivergence: false })).epochs[0].loss).toBeNaN();
    expect((await run({ loss: 2 })).epochs[0].loss).toBe(2);
    const wrong = { optimizer: sgd(model), step: () => ({}), loss: mseLoss };
    await expect(fit(model, real, wrong as never)).rejects.toThrow('expected no loss, got');
    await expect(fit(model, real, { optimizer: { a: sgd(model) }, loss: mseLoss } as never)).rejects.toThrow(
      'expected an optimizer such as',
    );
  });
});

test('a mean over all outputs is the mean whatever the batches are', () => {
  const model = new Dense(4, 2, { generator });
  const mean = (outputs: Tensor) => outputs.mean().item();
  const values = [1, 3, 10].map(
    (batchSize) => evaluate(model, numbers, { loss: mseLoss, metrics: { mean }, batchSize }).metrics.mean,
  );
  expectClose(values, [values[0], values[0], values[0]], 1e-6);
});
