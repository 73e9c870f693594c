import { beforeAll, describe, expect, test } from 'vitest';
import { loadMnist } from '../datasets/index.js';
import {
  ArgumentError,
  type Callback,
  Conv2D,
  ConvgradError,
  DataLoader,
  Dataset,
  Dense,
  DivergenceError,
  evaluate,
  Flatten,
  fit,
  Generator,
  getDefaultGenerator,
  LinearLR,
  MaxPool2D,
  manualSeed,
  mseLoss,
  ReLU,
  Sequential,
  SGD,
  stratifiedSplit,
  tensor,
  weightHash,
} from '../src/index.js';

let digits: Dataset;
beforeAll(async () => {
  const { train } = await loadMnist();
  digits = train.subset(Array.from({ length: 32 }, (_, i) => i));
});

function smallNet(seed = 1): Sequential {
  const generator = new Generator(seed);
  return new Sequential(
    new Conv2D(1, 4, 5, { generator }),
    new ReLU(),
    new MaxPool2D(2),
    new Flatten(),
    new Dense(4 * 12 * 12, 10, { generator }),
  );
}

/** Points on a line, class 1 above 0: learnable by a single neuron. */
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

describe('fit', () => {
  test('a network overfits 32 digits to 100%', async () => {
    const model = smallNet();
    const before = evaluate(model, digits);
    const optimizer = new SGD(model.parameters(), { lr: 0.05, momentum: 0.9 });
    await fit(model, digits, { epochs: 40, batchSize: 8, optimizer, seed: 1 });
    const after = evaluate(model, digits);
    expect(before.accuracy).toBeLessThan(0.5);
    expect(after.accuracy).toBe(1);
    expect(after.loss).toBeLessThan(0.05);
  });

  test('the same seeds give the same weights, another order of the examples others', async () => {
    const hash = async (seed: number) => {
      const model = smallNet();
      await fit(model, digits, { epochs: 2, batchSize: 8, optimizer: new SGD(model.parameters(), { lr: 0.05 }), seed });
      return weightHash(model);
    };
    const first = await hash(1);
    expect(await hash(1)).toBe(first);
    expect(await hash(2)).not.toBe(first);
  });

  test('is the loop that one would write by hand', async () => {
    const [fitted, looped] = [smallNet(), smallNet()];
    const options = { lr: 0.05, momentum: 0.9 };
    await fit(fitted, digits, { epochs: 2, batchSize: 8, optimizer: new SGD(fitted.parameters(), options), seed: 4 });
    const optimizer = new SGD(looped.parameters(), options);
    const loader = new DataLoader(digits, { batchSize: 8, shuffle: true, generator: new Generator(4) });
    const { crossEntropy } = await import('../src/index.js');
    for (let epoch = 0; epoch < 2; epoch++) {
      for (const { x, y } of loader) {
        const loss = crossEntropy(looped.forward(x), y);
        optimizer.zeroGrad();
        loss.backward();
        optimizer.step();
      }
    }
    expect(weightHash(looped)).toBe(weightHash(fitted));
  });

  test('callbacks come in order with the right numbers, and promises are waited for', async () => {
    const calls: string[] = [];
    const callback: Callback = {
      onTrainBegin: async () => {
        await new Promise((resolve) => setImmediate(resolve));
        calls.push('begin');
      },
      onEpochBegin: ({ epoch }) => void calls.push(`epoch ${epoch}`),
      onBatchEnd: ({ batch, batches, step }) => void calls.push(`batch ${batch}/${batches} step ${step}`),
      onEpochEnd: (_, record) => void calls.push(`end ${record.epoch} at ${record.step}`),
      onTrainEnd: (_, history) => void calls.push(`done ${history.epochs.length}`),
    };
    const model = new Sequential(new Dense(1, 2));
    const optimizer = new SGD(model.parameters(), { lr: 0.1 });
    await fit(model, points(5), { epochs: 2, batchSize: 3, optimizer, callbacks: [callback] });
    expect(calls).toEqual([
      'begin',
      'epoch 1',
      'batch 1/2 step 1',
      'batch 2/2 step 2',
      'end 1 at 2',
      'epoch 2',
      'batch 1/2 step 3',
      'batch 2/2 step 4',
      'end 2 at 4',
      'done 2',
    ]);
  });

  test('the history holds loss, accuracy, learning rate and validation of each epoch', async () => {
    const model = new Sequential(new Dense(1, 2));
    const optimizer = new SGD(model.parameters(), { lr: 1 });
    const scheduler = new LinearLR(optimizer, { startFactor: 1, endFactor: 0, totalIters: 8 });
    const options = { epochs: 2, batchSize: 10, optimizer, scheduler, validation: points(20), seed: 0 };
    const { epochs } = await fit(model, points(40), options);
    expect(epochs.map(({ lr }) => lr)).toEqual([0.5, 0]);
    expect(epochs[1].loss).toBeLessThan(epochs[0].loss);
    const { loss, accuracy } = evaluate(model, points(20));
    expect(epochs[1].validation).toEqual({ loss, accuracy, metrics: { accuracy } });
  });

  test('other things have their turn meanwhile', async () => {
    const model = smallNet();
    // It would go on until the test's time is over.
    const stop: Callback = {
      onBatchEnd: ({ step, stop }) => void (step === 1 && setTimeout(() => stop('a timer had its turn'), 1)),
    };
    const optimizer = new SGD(model.parameters(), { lr: 0 });
    const { stopped } = await fit(model, digits, { epochs: 1e9, batchSize: 1, optimizer, callbacks: [stop] });
    expect(stopped).toBe('a timer had its turn');
  });

  test('a loss that is no number any more stops with the step and advice', async () => {
    const model = smallNet();
    const optimizer = new SGD(model.parameters(), { lr: 1e38 });
    const run = fit(model, digits, { epochs: 5, batchSize: 8, optimizer, seed: 1 });
    await expect(run).rejects.toThrow(DivergenceError);
    await expect(run).rejects.toThrow(/the loss became (NaN|Infinity) in batch \d of epoch 1 \(step \d\)/);
  });

  test.each<[string, object, RegExp]>([
    ['no optimizer', {}, /expected an optimizer such as new SGD/],
    ['a misspelled option', { epoch: 2 }, /unknown option 'epoch'/],
    ['half an epoch', { epochs: 0.5 }, /expected epochs to be a whole number of at least 0, got 0.5/],
    ['batches of nothing', { batchSize: 0 }, /expected batchSize to be a whole number of at least 1, got 0/],
    ['validation that is an array', { validation: [1] }, /fit: expected validation to be a Dataset, got \[1\]/],
    ['validation that is empty', { validation: points(0) }, /fit: expected at least one example in validation/],
    ['one callback alone', { callbacks: { onEpochEnd() {} } }, /fit: expected a list of callbacks, got an object/],
    ['a function as callback', { callbacks: [function log() {}] }, /expected a callback such as.*got the function log/],
    ['null as callback', { callbacks: [null] }, /expected a callback such as.*got null/],
    ['a loss that is a name', { loss: 'mse' }, /fit: expected loss to be a function, got 'mse'/],
    [
      'a loss that is a number',
      { loss: () => 0.5 },
      /fit: expected the loss to return a Tensor of one number, got 0.5/,
    ],
    [
      "another model's optimizer",
      { optimizer: new SGD(new Dense(1, 2).parameters(), { lr: 0.1 }) },
      /fit: the optimizer has no parameter of this model: nothing would be learned/,
    ],
  ])('%s is an error, and nothing is learned', async (_, options, message) => {
    const model = new Sequential(new Dense(1, 2));
    const before = weightHash(model);
    const optimizer = new SGD(model.parameters(), { lr: 0.1 });
    const given = Object.keys(options).length === 0 ? {} : { optimizer, ...options };
    const run = fit(model, points(4), given as never);
    await expect(run).rejects.toThrow(ConvgradError);
    await expect(run).rejects.toThrow(message);
    expect(weightHash(model)).toBe(before);
  });

  test('no options, no model and no dataset are errors, of evaluate too', async () => {
    const model = new Sequential(new Dense(1, 2));
    const optimizer = new SGD(model.parameters(), { lr: 0.1 });
    const bare = fit as (...args: unknown[]) => Promise<unknown>;
    await expect(bare(model, points(4))).rejects.toThrow('fit: expected an optimizer such as new SGD');
    await expect(bare({}, points(4), { optimizer })).rejects.toThrow('fit: expected a model, a Module, got an object');
    await expect(bare(model, [1], { optimizer })).rejects.toThrow(
      'expected the training data to be a Dataset, got [1]',
    );
    const score = evaluate as (...args: unknown[]) => unknown;
    expect(() => score(undefined, points(4))).toThrow('evaluate: expected a model, a Module, got undefined');
    expect(() => score(model)).toThrow('evaluate: expected the data to be a Dataset, got undefined');
    expect(() => score(model, points(4), { loss: () => 1 })).toThrow(
      'expected the loss to return a Tensor of one number, got 1',
    );
  });

  test('an optimizer of a part of the model, and of more than it, trains', async () => {
    const model = new Sequential(new Dense(1, 2));
    const before = weightHash(model);
    const optimizer = new SGD([model.parameters()[0], ...new Dense(1, 1).parameters()], { lr: 0.1 });
    await fit(model, points(4), { optimizer });
    expect(weightHash(model)).not.toBe(before);
  });

  test('when training fails the callbacks hear of it before it is thrown, and of no end', async () => {
    const calls: unknown[] = [];
    const model = new Sequential(new Dense(1, 2));
    const callback: Callback = {
      onBatchEnd() {
        throw new Error('mine');
      },
      onTrainError: ({ step }, error) => void calls.push(step, (error as Error).message),
      onTrainEnd: () => void calls.push('end'),
    };
    const options = { optimizer: new SGD(model.parameters(), { lr: 0.1 }), callbacks: [callback] };
    await expect(fit(model, points(4), options)).rejects.toThrow('mine');
    expect(calls).toEqual([1, 'mine']);
  });

  test('an empty dataset, and a model with too few outputs, are errors', async () => {
    const model = new Sequential(new Dense(1, 2));
    const optimizer = new SGD(model.parameters(), { lr: 0.1 });
    const empty = new Dataset(new Float32Array(0), [1], [], 2);
    await expect(fit(model, empty, { optimizer })).rejects.toThrow('expected at least one example');
    expect(() => evaluate(model, empty)).toThrow('expected at least one example');
    const three = new Dataset(Float32Array.of(1, 2, 3), [1], [0, 1, 2]);
    expect(() => evaluate(model, three)).toThrow(/expected logits \[3, 3\].*got shape \[3, 2\]/);
  });
});

describe('evaluate', () => {
  /** Always says what the input says: class 0 below 0.5, else class 1. */
  function honest(): Sequential {
    const model = new Sequential(new Dense(1, 2));
    model.loadStateDict({ '0.weight': tensor([[-1], [1]]), '0.bias': tensor([1, 0]) });
    return model;
  }

  test('counts right and wrong, by class', () => {
    const data = new Dataset(Float32Array.of(0, 0, 1, 1, 1), [1], [0, 1, 1, 1, 0]);
    const result = evaluate(honest(), data, { batchSize: 2 });
    expect(result.accuracy).toBe(3 / 5);
    expect(result.confusion).toEqual([
      [1, 1],
      [1, 2],
    ]);
    expect([...result.predictions]).toEqual([0, 0, 1, 1, 1]);
  });

  test('the loss is the mean over examples, whatever the batches', () => {
    const data = points(7);
    const whole = evaluate(honest(), data, { batchSize: 7 }).loss;
    expect(evaluate(honest(), data, { batchSize: 3 }).loss).toBeCloseTo(whole, 6);
    const squared = evaluate(honest(), data, { loss: (logits) => mseLoss(logits, logits.detach()) });
    expect(squared.loss).toBe(0);
  });

  test('leaves each layer in the mode it was in, and the weights alone', () => {
    const model = honest();
    model[0].training = false;
    const hash = weightHash(model);
    evaluate(model, points(3));
    expect([model.training, model[0].training]).toEqual([true, false]);
    expect(weightHash(model)).toBe(hash);
  });
});

describe('data', () => {
  test('a DataLoader gives each example once an epoch, in a new order each time, from the generator', () => {
    const data = points(10);
    const loader = new DataLoader(data, { batchSize: 4, shuffle: true, generator: new Generator(1) });
    const epoch = () => [...loader].flatMap(({ x }) => [...x.data]);
    const [first, second] = [epoch(), epoch()];
    expect(loader.length).toBe(3);
    expect([...loader].map(({ x }) => x.shape[0])).toEqual([4, 4, 2]);
    expect(first.toSorted()).toEqual([...data.inputs].toSorted());
    expect(second.toSorted()).toEqual(first.toSorted());
    expect(second).not.toEqual(first);
    const again = new DataLoader(data, { batchSize: 4, shuffle: true, generator: new Generator(1) });
    expect([...again].flatMap(({ x }) => [...x.data])).toEqual(first);
  });

  test('dropLast leaves out what does not fill a batch, and nothing where all is filled', () => {
    const loader = new DataLoader(points(10), { batchSize: 4, dropLast: true });
    expect([...loader].map(({ x }) => x.shape[0])).toEqual([4, 4]);
    expect(loader.length).toBe(2);
    expect([...new DataLoader(points(8), { batchSize: 4, dropLast: true })]).toHaveLength(2);
    expect([...new DataLoader(points(3), { batchSize: 4, dropLast: true })]).toEqual([]);
  });

  test('a DataLoader of something else is an error', () => {
    expect(() => new DataLoader([1, 2] as never)).toThrow('DataLoader: expected a Dataset, got [1, 2]');
  });

  test('inputs in a plain array or in doubles are copied, a Float32Array is kept', () => {
    const plain = [0.1, 0.2, 0.3, 0.4];
    for (const inputs of [plain, Float64Array.from(plain)]) {
      const data = new Dataset(inputs, [2], [0, 1]);
      expect(data.inputs).toEqual(Float32Array.from(plain));
      expect([...new DataLoader(data)][1].x.toArray()).toEqual([[Math.fround(0.3), Math.fround(0.4)]]);
    }
    const own = new Float32Array(2);
    expect(new Dataset(own, [1], [0, 1]).inputs).toBe(own);
  });

  test.each<[string, unknown[], string]>([
    [
      'an options object',
      [{ inputs: [1], labels: [0] }],
      'expected the inputs to be an array of numbers, got an object',
    ],
    ['nothing', [], 'got undefined; use new Dataset(inputs, inputShape, labels, classes)'],
    ['a number', [7, [1], [0]], 'expected the inputs to be an array of numbers, got 7'],
    ['rows', [[[1], [2]], [1], [0, 1]], 'expected the inputs to be numbers, got [1] at 0'],
    ['text', [[1, '2'], [1], [0, 1]], "expected the inputs to be numbers, got '2' at 1"],
    ['big integers', [BigInt64Array.of(1n), [1], [0]], 'expected the inputs to be numbers, got 1 at 0'],
    ['no labels', [[1], [1]], 'expected the labels to be an array of numbers, got undefined'],
    [
      'a misspelled option',
      [[1], [1], [0], { classNames: ['a'] }],
      "unknown option 'classNames'; the options are classes, targetShape",
    ],
  ])('a Dataset of %s is a clear error', (_, given, message) => {
    const make = () => new (Dataset as unknown as new (...args: unknown[]) => Dataset)(...given);
    expect(make).toThrow(ArgumentError);
    expect(make).toThrow(message);
  });

  test('without shuffle the default generator is left alone', () => {
    manualSeed(5);
    const before = new Generator(5).uniform();
    for (const { y } of new DataLoader(points(4))) expect(y).toHaveLength(1);
    expect(getDefaultGenerator().uniform()).toBe(before);
  });

  test('a split holds out the asked number, every class in its share', () => {
    const labels = [...Array(70).fill(0), ...Array(20).fill(1), ...Array(10).fill(2)];
    const data = new Dataset(
      Float32Array.from(labels, (_, i) => i),
      [1],
      labels,
    );
    const [rest, held] = stratifiedSplit(data, 13, new Generator(1));
    expect([rest.length, held.length]).toEqual([87, 13]);
    const counts = [0, 1, 2].map((c) => held.labels.filter((label) => label === c).length);
    expect(counts).toEqual([9, 3, 1]); // 9.1, 2.6 and 1.3
    expect([...rest.inputs, ...held.inputs].toSorted((a, b) => a - b)).toEqual(labels.map((_, i) => i));
  });

  test('a dataset refuses what does not fit', () => {
    expect(() => new Dataset(new Float32Array(5), [2], [0, 1])).toThrow('expected 2 inputs, one a label');
    expect(() => new Dataset(new Float32Array(2), [1], [0, -1])).toThrow('expected labels from 0 to 0, got -1 at 1');
    expect(() => new Dataset(new Float32Array(2), [1], [0, 2], 2)).toThrow('expected labels from 0 to 1, got 2 at 1');
  });
});
