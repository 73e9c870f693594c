import { describe, expect, test, vi } from 'vitest';
import {
  ArgumentError,
  BatchNorm2D,
  bceLoss,
  bceWithLogits,
  type Callback,
  Conv2D,
  crossEntropy,
  Dataset,
  Dense,
  earlyStopping,
  evaluate,
  Flatten,
  fit,
  huberLoss,
  type Loss,
  Module,
  mseLoss,
  nllLoss,
  Parameter,
  ReLU,
  randn,
  Sequential,
  SGD,
  Softmax,
  stratifiedSplit,
  Tensor,
  tensor,
  weightHash,
} from '../src/index.js';

/** A layer whose logits are the same whatever the input. */
function says(...logits: number[]): Dense {
  const model = new Dense(1, logits.length);
  model.loadStateDict({ weight: tensor(logits.map(() => [0])), bias: tensor(logits) });
  return model;
}
const still = (model: Module) => new SGD(model.parameters(), { lr: 0 });
const one = (labels: number[], classes?: number | string[]) =>
  new Dataset(
    labels.map((_, i) => i),
    [1],
    labels,
    classes,
  );

describe('classes are those of the task, not those of a part of the data', () => {
  // Class 9 is the surest, class 0 the second.
  const model = says(1, 0, 0, 0, 0, 0, 0, 0, 0, 5);

  test('evaluate: the largest of all logits, and a confusion matrix of all classes', () => {
    const result = evaluate(model, one([0, 0, 0, 1]));
    expect(result.accuracy).toBe(0);
    expect([...result.predictions]).toEqual([9, 9, 9, 9]);
    expect(result.confusion.map((row) => row.length)).toEqual(Array(10).fill(10));
    expect([result.confusion[0][9], result.confusion[1][9]]).toEqual([3, 1]);
  });

  test('fit: accuracy in training, and of each monitor', async () => {
    const data = one([0, 0, 0, 1]);
    const accuracies: number[] = [];
    const watch: Callback = { onBatchEnd: ({ accuracy }) => void accuracies.push(accuracy) };
    const { epochs } = await fit(model, data, { optimizer: still(model), validation: data, callbacks: [watch] });
    expect([accuracies, epochs[0].accuracy, epochs[0].validation!.accuracy]).toEqual([[0], 0, 0]);
  });

  test('a part that lacks the last class keeps the number of classes, and the names', () => {
    const whole = one([0, 1, 2, 0, 1, 2], 5);
    const named = one([0, 1, 2, 0, 1, 2], ['a', 'b', 'c', 'd']);
    for (const data of [whole, named]) {
      const parts = [
        data.take(1),
        data.subset([0, 1]),
        ...data.split(2),
        ...stratifiedSplit(data, 2),
        data.map((x) => x),
      ];
      for (const { classes, classNames } of parts)
        expect([classes, classNames]).toEqual([data.classes, data.classNames]);
    }
  });

  test('labels that the model has no logit for are an error before anything is learned', async () => {
    const small = says(0, 1);
    const before = weightHash(small);
    const loss: Loss = (logits) => logits.sum();
    const run = fit(small, one([0, 2]), { optimizer: new SGD(small.parameters(), { lr: 1 }), loss });
    await expect(run).rejects.toThrow('fit: expected logits [2, 3] from the model');
    expect(weightHash(small)).toBe(before);
  });
});

describe('classes are known by their names', () => {
  const train = async (model: Module, names: string[] | number, more = {}) => {
    await fit(model, one([0, 1, 2], names), { optimizer: still(model), ...more });
  };

  test('fit gives them to the model, and evaluate refuses data whose names differ or stand in another order', async () => {
    const model = says(0, 1, 2);
    await train(model, ['ant', 'bee', 'cat']);
    expect(model.classNames).toEqual(['ant', 'bee', 'cat']);
    expect(evaluate(model, one([0, 1, 2], ['ant', 'bee', 'cat'])).accuracy).toBeCloseTo(1 / 3);
    expect(evaluate(model, one([2])).accuracy).toBe(1); // Classes that are only counted have no names.
    for (const names of [
      ['bee', 'cat'],
      ['ant', 'cat', 'bee'],
      ['ant', 'bee', 'dog'],
      ['ant', 'bee', 'cat', 'dog'],
    ]) {
      expect(() => evaluate(model, one([0, 1], names))).toThrow(ArgumentError);
      expect(() => evaluate(model, one([0, 1], names))).toThrow(
        "expected the classes ['ant', 'bee', 'cat'] in the data",
      );
      await expect(train(model, [...names, 'e'].slice(-3))).rejects.toThrow(ArgumentError);
    }
    model.classNames = null; // Another task.
    await train(model, ['x', 'y', 'z']);
    expect(model.classNames).toEqual(['x', 'y', 'z']);
  });

  test('fit refuses validation data whose names stand in another order', async () => {
    const model = says(0, 1, 2);
    const validation = one([0, 1, 2], ['b', 'a', 'c']);
    await expect(train(model, ['a', 'b', 'c'], { validation })).rejects.toThrow(
      "fit: expected the classes ['a', 'b', 'c'] in validation, got ['b', 'a', 'c']",
    );
    expect(model.classNames).toBe(null);
    await train(model, 3, { validation });
    expect(model.classNames).toBe(null);
  });
});

describe('what is not finite is never right, and never best', () => {
  test.each([
    [Number.NaN, Number.NaN],
    [0, Number.NaN],
    [Number.NaN, 5],
    [Infinity, 0],
    [-Infinity, -Infinity],
  ])('logits %d and %d', async (...logits) => {
    const model = says(...logits);
    const { accuracy, predictions, confusion } = evaluate(model, one([0, 0, 0, 1]));
    expect([accuracy, [...predictions], confusion.flat()]).toEqual([0, [-1, -1, -1, -1], [0, 0, 0, 0]]);
    const options = { optimizer: still(model), stopOnDivergence: false };
    expect((await fit(model, one([0, 0, 0, 1]), options)).epochs[0].accuracy).toBe(0);
  });

  test('a class that is ruled out by -Infinity is no reason', () => {
    expect([...evaluate(says(-Infinity, 1, 2), one([2])).predictions]).toEqual([2]);
  });

  test.each([
    ['loss', false],
    ['accuracy', false],
    ['validationLoss', false],
    ['validationAccuracy', false],
    ['accuracy', true],
  ] as const)(
    'restoreBest by %s never keeps weights that are not finite (not finite from the first epoch on: %s)',
    async (monitor, always) => {
      const model = says(0, 1);
      const good = weightHash(model);
      const ruin: Callback = {
        onBatchEnd: ({ epoch }) => {
          if (always || epoch > 1) model.bias!.data.fill(Number.NaN);
        },
      };
      const data = one([0, 1, 1]);
      const callbacks = [ruin, earlyStopping({ monitor, restoreBest: true, patience: 5 })];
      const options = { epochs: 3, optimizer: still(model), stopOnDivergence: false, validation: data, callbacks };
      await fit(model, data, options);
      if (always) expect(model.bias!.data[0]).toBeNaN();
      else expect(weightHash(model)).toBe(good);
    },
  );

  test('nor a measure', async () => {
    const model = says(0, 1);
    const mark: Callback = {
      onEpochEnd({ epoch }, record) {
        model.bias!.data[0] = epoch;
        record.loss = [Infinity, -Infinity, 3, Number.NaN, -Infinity][epoch - 1];
      },
    };
    const callbacks = [mark, earlyStopping({ monitor: 'loss', restoreBest: true, patience: 5 })];
    await fit(model, one([0, 1]), { epochs: 5, optimizer: still(model), callbacks });
    expect(model.bias!.data[0]).toBe(3);
  });
});

describe('no figure depends on the batch size', () => {
  // Six examples, logits x * [1, -1]: losses log(1 + e^-2x) of class 0 and log(1 + e^2x) of class 1.
  const inputs = [0, 1, 2, 3, -1, 0.5];
  const labels = [0, 1, 0, 1, 1, 0];
  const data = new Dataset(inputs, [1], labels, 2);
  const model = () => {
    const dense = new Dense(1, 2);
    dense.loadStateDict({ weight: tensor([[1], [-1]]), bias: tensor([0, 0]) });
    return dense;
  };
  const each = inputs.map((x, i) => Math.log(1 + Math.exp((labels[i] === 0 ? -2 : 2) * x)));
  const mean = (weights: number[]) => {
    const total = labels.reduce((sum, label) => sum + weights[label], 0);
    return each.reduce((sum, loss, i) => sum + weights[labels[i]] * loss, 0) / total;
  };
  const classWeights = [1, 10];
  const targets = (y: ArrayLike<number>) => tensor(Array.from(y, (label) => [1 - label, label]));
  const LOSSES: [string, Loss, number][] = [
    ['mean', crossEntropy, mean([1, 1])],
    ['sum', (x, y) => crossEntropy(x, y, { reduction: 'sum' }), mean([1, 1])],
    ['class weights', (x, y) => crossEntropy(x, y, { classWeights }), mean(classWeights)],
    ['class weights, sum', (x, y) => crossEntropy(x, y, { classWeights, reduction: 'sum' }), mean(classWeights)],
    ['a class of weight 0', (x, y) => crossEntropy(x, y, { classWeights: [0, 2], reduction: 'sum' }), mean([0, 1])],
    ['nllLoss, class weights', (x, y) => nllLoss(x.logSoftmax(), y, { classWeights }), mean(classWeights)],
    ['squares, sum', (x, y) => mseLoss(x, targets(y), { reduction: 'sum' }), squares()],
    ['squares', (x, y) => mseLoss(x, targets(y)), squares()],
    ['one of your own', (x, y) => crossEntropy(x, y).mul(2), 2 * mean([1, 1])],
    ['ignored labels', (x, y) => crossEntropy(x, y, { ignoreIndex: 0, reduction: 'sum' }), mean([0, 1])],
    ['probabilities', (x, y) => crossEntropy(x, targets(y)), mean([1, 1])],
    ['probabilities, class weights', (x, y) => crossEntropy(x, targets(y), { classWeights }), 5.5 * mean(classWeights)],
    ['Huber', (x, y) => huberLoss(x, targets(y), { delta: 100 }), squares() / 2],
    ['yes or no of probabilities', (x, y) => bceLoss(x.sigmoid(), targets(y)), yesOrNo()],
    ['yes or no', (x, y) => bceWithLogits(x, targets(y)), yesOrNo()],
  ];
  function squares(): number {
    return inputs.reduce((sum, x, i) => sum + (x - 1 + labels[i]) ** 2 + (-x - labels[i]) ** 2, 0) / 12;
  }
  function yesOrNo(): number {
    const logistic = (x: number, yes: number) => Math.log(1 + Math.exp(yes ? -x : x));
    return inputs.reduce((sum, x, i) => sum + logistic(x, 1 - labels[i]) + logistic(-x, labels[i]), 0) / 12;
  }

  test.each(LOSSES)('%s', async (_, loss, expected) => {
    for (const batchSize of [1, 2, 3, 4, 6]) {
      expect(evaluate(model(), data, { batchSize, loss }).loss).toBeCloseTo(expected, 5);
      const trained = model();
      const options = { optimizer: still(trained), batchSize, loss, validation: data, seed: 3 };
      const [{ loss: seen, validation }] = (await fit(trained, data, options)).epochs;
      expect(seen).toBeCloseTo(expected, 5);
      expect(validation!.loss).toBeCloseTo(expected, 5);
    }
  });

  test('a batch whose classes all weigh nothing counts for nothing', () => {
    const loss: Loss = (x, y) => crossEntropy(x, y, { classWeights: [0, 1] });
    expect(evaluate(model(), data, { batchSize: 1, loss }).loss).toBeCloseTo(mean([0, 1]), 5);
  });
});

describe('what the first batch shows', () => {
  const warnings = async (run: () => Promise<unknown>) => {
    const spy = vi.spyOn(console, 'warn').mockImplementation(() => {});
    try {
      await run();
      return spy.mock.calls.map(([text]) => String(text));
    } finally {
      spy.mockRestore();
    }
  };
  const images = (scale: number) =>
    new Dataset(
      Float32Array.from({ length: 64 }, (_, i) => i * scale),
      [1, 4, 4],
      [0, 1, 0, 1],
    );
  const network = (...more: Module[]) => new Sequential(new Flatten(), new Dense(16, 2), ...more);

  test('softmax in front of cross entropy is told, once for each model, and not when it is turned off', async () => {
    const data = images(0.01);
    const run = async (model: Module, options = {}) =>
      fit(model, data, { optimizer: still(model), epochs: 2, ...options });
    const twice = network(new Softmax());
    expect(await warnings(() => run(twice))).toEqual([
      'convgrad: crossEntropy gets what softmax gives; it expects logits, without softmax (warnings: false turns this off)',
    ]);
    expect(await warnings(() => run(twice))).toEqual([]);
    const weighted: Loss = (x, y) => crossEntropy(x, y, { classWeights: [1, 2] });
    expect(await warnings(() => run(network(new Softmax()), { loss: weighted }))).toHaveLength(1);
    const probabilities: Loss = (x, y) => nllLoss(x, y);
    expect(await warnings(() => run(network(new Softmax()), { loss: probabilities }))).toHaveLength(1);
    expect(await warnings(() => run(network(new Softmax()), { warnings: false }))).toEqual([]);
    expect(await warnings(() => run(network()))).toEqual([]);
  });

  test('pixels up to 255 are told, unless a transform has divided them', async () => {
    const data = images(4);
    const run = async (options = {}) => {
      const model = network();
      await fit(model, data, { optimizer: still(model), ...options });
    };
    const divide = (inputs: Float32Array) => inputs.set(inputs.map((value) => value / 255));
    expect(await warnings(() => run({ transform: divide }))).toEqual([]);
    expect(await warnings(() => run({ warnings: false }))).toEqual([]);
    expect(await warnings(() => run())).toEqual([
      'convgrad: the inputs go up to 252; pixels are usually divided by 255, so that they go from 0 to 1 (warnings: false turns this off)',
    ]);
    expect(await warnings(() => run())).toEqual([]);
  });

  test('a Parameter that neither the model nor the optimizer has is an error, and nothing is learned', async () => {
    const hidden = new Dense(2, 2);
    class Hides extends Module {
      readonly first = network();
      readonly #second = hidden;
      override forward(x: Tensor): Tensor {
        return this.#second.forward(this.first.forward(x));
      }
    }
    const model = new Hides();
    const before = weightHash(model);
    const run = (parameters = model.parameters()) =>
      fit(model, images(0.01), { optimizer: new SGD(parameters, { lr: 0.1 }) });
    await expect(run()).rejects.toThrow(ArgumentError);
    await expect(run()).rejects.toThrow(
      /depends on a Parameter \[2(, 2)?\] that neither the model nor the optimizer has/,
    );
    expect(weightHash(model)).toBe(before);
    await run([...model.parameters(), ...hidden.parameters()]);
    hidden.freeze();
    await run();
  });

  describe('a last batch of one', () => {
    const data = (length: number) => new Dataset(randn([length, 1, 4, 4]).data, [1, 4, 4], Array(length).fill(0), 2);
    const normalizing = (kernelSize: number) =>
      new Sequential({
        conv: new Conv2D(1, 2, kernelSize),
        norm: new BatchNorm2D(2),
        relu: new ReLU(),
        flat: new Flatten(),
      });
    const narrow = () => normalizing(4).append(new Dense(2, 2), 'dense');

    test('that batch norm would fail on is an error before anything is learned', async () => {
      for (const [length, batchSize] of [
        [5, 4],
        [9, 2],
        [3, 1],
      ]) {
        const model = narrow();
        const before = weightHash(model);
        const run = fit(model, data(length), { optimizer: new SGD(model.parameters(), { lr: 0.1 }), batchSize });
        await expect(run).rejects.toThrow(ArgumentError);
        await expect(run).rejects.toThrow(
          'fit: the last batch is one example, of which norm (BatchNorm2D(2)) gets one number a channel',
        );
        expect([weightHash(model), model.training]).toEqual([before, true]);
      }
    });

    test('is none with dropLast, with a frozen batch norm, or where a channel has more numbers', async () => {
      const run = async (model: Module, more = {}) =>
        (await fit(model, data(5), { optimizer: still(model), batchSize: 4, ...more })).epochs[0].step;
      expect(await run(narrow(), { dropLast: true })).toBe(1);
      const frozen = narrow();
      frozen.at('norm').freeze();
      expect(await run(frozen)).toBe(2);
      expect(await run(normalizing(3).append(new Dense(8, 2), 'dense'))).toBe(2);
      const none = narrow();
      const nothing = fit(none, data(3), { optimizer: still(none), batchSize: 4, dropLast: true });
      await expect(nothing).rejects.toThrow('fit: dropLast leaves nothing of 3 examples in batches of 4');
    });
  });
});

test('dropLast leaves out the last batch, and its examples, of each epoch', async () => {
  const seen: string[] = [];
  const model = says(0, 1);
  const data = one([0, 1, 0, 1, 1]);
  const loss: Loss = (x, y) => {
    seen.push(String(y.length));
    return crossEntropy(x, y);
  };
  const options = { optimizer: still(model), epochs: 2, batchSize: 2, dropLast: true, loss };
  await fit(model, data, options);
  expect(seen).toEqual(['2', '2', '2', '2']);
  await expect(fit(model, data, { ...options, dropLast: 1 as never })).rejects.toThrow(
    'expected dropLast to be true or false',
  );
});

test('a Parameter in a loss may be the optimizer’s alone', async () => {
  const model = says(0, 1);
  const scale = new Parameter(tensor([2]));
  const loss: Loss = (x, y) => crossEntropy(x.mul(scale), y);
  const optimizer = new SGD([...model.parameters(), scale], { lr: 0.1 });
  await fit(model, one([0, 1, 1]), { optimizer, loss });
  expect(scale.data[0]).not.toBe(2);
  expect(scale).toBeInstanceOf(Tensor);
});
