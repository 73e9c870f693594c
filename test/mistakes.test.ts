import { describe, expect, test, vi } from 'vitest';
import {
  ArgumentError,
  accuracy,
  type Batches,
  bceWithLogits,
  Conv2D,
  crossEntropy,
  Dataset,
  Dense,
  DivergenceError,
  earlyStopping,
  evaluate,
  type FitOptions,
  fit,
  mseLoss,
  ones,
  predict,
  ReLU,
  Sequential,
  SGD,
  ShapeError,
  type Tensor,
  topK,
} from '../src/index.js';

// Mistakes in a training of one's own: each is told, where it is made, in words that say what to change.

const inputs = Array.from({ length: 16 }, (_, i) => i / 16);
const numbers = (targets = [1, 2, 3, 4], shape = [1]) => new Dataset(inputs, [4], targets, { targetShape: shape });
const classes = new Dataset(inputs, [4], [0, 1, 0, 1]);
const train = (data: unknown, options: object, model: Sequential | Dense | Conv2D = new Dense(4, 1)) =>
  fit(
    model,
    data as Dataset<Tensor>,
    {
      optimizer: new SGD(model.parameters(), { lr: 0.01 }),
      epochs: 2,
      ...options,
    } as FitOptions<Tensor, Tensor>,
  );

describe('targets', () => {
  test('that are not finite are what a loss of NaN is put down to', async () => {
    const wrong = numbers([1, Number.NaN, 3, 4]);
    const told = 'the targets of this batch are not all finite. Look at the data';
    await expect(train(wrong, { loss: mseLoss })).rejects.toThrow(told);
    await expect(train(wrong, { loss: mseLoss })).rejects.toThrow(DivergenceError);
    const validated = train(numbers(), { loss: mseLoss, validation: wrong });
    await expect(validated).rejects.toThrow(`the validation loss became NaN after epoch 1 (step 1): ${told}`);
  });

  test('of another shape than the output, and classes where a loss wants numbers', async () => {
    await expect(train(numbers([1, 2, 3, 4], []), { loss: mseLoss })).rejects.toThrow(
      'mseLoss: expected a target of shape [4, 1], got [4]',
    );
    for (const loss of [mseLoss, bceWithLogits]) {
      await expect(train(classes, { loss })).rejects.toThrow(
        `${loss.name}: expected a tensor as target, as of a Dataset with targetShape, got Int32Array(4)`,
      );
    }
  });

  test('of the validation data that are of another kind are refused before anything is trained', async () => {
    const model = new Dense(4, 2);
    const before = model.weight.toArray();
    const wrong = train(classes, { validation: numbers([1, 2, 3, 4]) }, model);
    await expect(wrong).rejects.toThrow('fit: expected validation targets that are classes, got numbers');
    expect(model.weight.toArray()).toEqual(before);
    await expect(train(numbers(), { loss: mseLoss, validation: classes })).rejects.toThrow(
      'fit: expected validation targets that are numbers, got classes',
    );
  });

  test('a model that gives a map where each image has one class', async () => {
    const images = new Dataset(inputs, [1, 2, 2], [0, 1, 0, 1]);
    await expect(train(images, {}, new Conv2D(1, 2, 1))).rejects.toThrow(ShapeError);
    await expect(train(images, {}, new Conv2D(1, 2, 1))).rejects.toThrow(
      'crossEntropy: expected labels [4, 2, 2] for logits [4, 2, 2, 2], got Int32Array(4)',
    );
  });

  test('an ignoreIndex that no label can be', () => {
    for (const ignoreIndex of [0.5, '1' as never, Number.NaN]) {
      expect(() => crossEntropy(ones([2, 3]), [0, 1], { ignoreIndex })).toThrow(
        'crossEntropy: expected ignoreIndex to be a whole number, got',
      );
    }
  });
});

describe('metrics', () => {
  const measured = (metric: unknown) => train(numbers(), { loss: mseLoss, metrics: { mine: metric } });

  test('that give no number are told by name, of training and of evaluation', async () => {
    const wrong: [unknown, string][] = [
      [() => undefined, 'undefined'],
      [(output: Tensor, y: Tensor) => output.sub(y).mean(), 'an object of type Tensor'],
      [async () => 1, 'an object of type Promise'],
      [{ reset() {}, update() {}, result: () => '1' }, "'1'"],
      [accuracy, 'an object of type Object'], // Without its ().
    ];
    for (const [metric, got] of wrong) {
      const told = `metrics: expected the metric mine to give a number, got ${got}`;
      await expect(measured(metric)).rejects.toThrow(told);
      const metrics = { mine: metric as () => number };
      expect(() => evaluate(new Dense(4, 1), numbers(), { loss: mseLoss, metrics })).toThrow(told);
    }
  });

  test('may be NaN, which is never the best', async () => {
    const callbacks = [earlyStopping({ monitor: 'mine', mode: 'min', patience: 2 })];
    const history = await train(numbers(), {
      loss: mseLoss,
      metrics: { mine: () => Number.NaN },
      epochs: 9,
      callbacks,
    });
    expect(history.epochs.map(({ metrics }) => metrics.mine)).toEqual([Number.NaN, Number.NaN]);
    expect(history.stopped).toBe('mine did not improve in 2 epochs');
  });

  test('that throw end the training with their own error', async () => {
    const own = new Error('my own');
    const bad = () => {
      throw own;
    };
    await expect(measured(bad)).rejects.toBe(own);
  });

  test('of classes where targets are numbers, and one by the name of the loss', async () => {
    await expect(measured(accuracy())).rejects.toThrow(
      'accuracy: expected class indices as targets, got numbers of shape [4, 1]',
    );
    await expect(measured(topK(1))).rejects.toThrow('topK: expected class indices as targets');
    await expect(train(numbers(), { loss: mseLoss, metrics: { loss: () => 1 } })).rejects.toThrow(
      'metrics: expected another name than loss, which is that of the loss',
    );
  });
});

describe('losses', () => {
  test('that give several numbers, or none', async () => {
    const each = (output: Tensor, y: Tensor) => mseLoss(output, y, { reduction: 'none' });
    await expect(train(numbers(), { loss: each })).rejects.toThrow(
      'fit: expected the loss to return a Tensor of one number, got shape [4, 1]',
    );
    await expect(train(numbers(), { loss: async () => 1 })).rejects.toThrow('got an object of type Promise');
  });
});

describe('batches', () => {
  const batch = { x: ones([2, 4]), y: Int32Array.of(0, 1) };
  const own = (batches: unknown) => train(batches, {}, new Dense(4, 2));

  test('that are there only once, from an object that seems to begin anew', async () => {
    const once = (function* () {
      yield batch;
    })();
    const told = 'got none in epoch 2: give an object whose [Symbol.iterator] begins anew';
    await expect(own({ [Symbol.iterator]: () => once })).rejects.toThrow(told);
    await expect(own([])).rejects.toThrow('fit: expected batches in each epoch, got none in epoch 1');
  });

  test('whose source fails end the training with its own error', async () => {
    const gone = new Error('disk gone');
    const failing: Batches<typeof batch> = {
      async *[Symbol.asyncIterator]() {
        yield batch;
        throw gone;
      },
    };
    await expect(own(failing)).rejects.toBe(gone);
  });

  test('of several inputs for a model that takes one', async () => {
    const two = new Dataset([inputs, inputs], [[4], [4]], [0, 1, 0, 1]);
    const model = new Sequential(new Dense(4, 2), new ReLU());
    const told = 'forward: Sequential takes 1 input, got 2';
    await expect(train(two, {}, model)).rejects.toThrow(told);
    expect(() => evaluate(model, two)).toThrow(told);
    expect(() => predict(model, two)).toThrow(told);
  });
});

describe('steps', () => {
  const stepped = (step: unknown, optimizers?: Record<string, SGD>) => {
    const model = new Dense(4, 2);
    const optimizer = optimizers ?? new SGD(model.parameters(), { lr: 0.1 });
    return fit(model, classes, { optimizer, step: step as () => Record<string, number>, batchSize: 2 });
  };

  test.each([[undefined], [3], [[1]], [ones([1])]])('that give %s and no numbers by name', async (given) => {
    await expect(stepped(() => given)).rejects.toThrow(ArgumentError);
    await expect(stepped(() => given)).rejects.toThrow(
      'fit: expected the step to return numbers by name, such as { loss: 0.3 }, got',
    );
  });

  test('by optimizers with a parameter in common are warned of, once', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const model = new Dense(4, 2);
    const optimizer = () => new SGD(model.parameters(), { lr: 0.1 });
    const options = { optimizer: { generator: optimizer(), critic: optimizer() }, step: () => ({}) };
    await fit(model, classes, options);
    await fit(model, classes, options);
    expect(warn.mock.calls.flat()).toEqual([
      'convgrad: the optimizers generator and critic have parameters in common, which both change (warnings: false turns this off)',
    ]);
    await fit(new Sequential(model), classes, { ...options, warnings: false });
    expect(warn).toHaveBeenCalledTimes(1);
    warn.mockRestore();
  });
});
