import { beforeAll, describe, expect, test } from 'vitest';
import { loadMnist } from '../datasets/index.js';
import {
  type Callback,
  Conv2D,
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
    ...[new Conv2D(1, 4, 5, { generator }), new ReLU(), new MaxPool2D(2), new Flatten()],
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
        await new Promise((resolve) => setTimeout(resolve, 5));
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
      ...['begin', 'epoch 1', 'batch 1/2 step 1', 'batch 2/2 step 2', 'end 1 at 2'],
      ...['epoch 2', 'batch 1/2 step 3', 'batch 2/2 step 4', 'end 2 at 4', 'done 2'],
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
    expect(epochs[1].validation).toEqual(pick(evaluate(model, points(20))));
  });

  test('other things have their turn meanwhile', async () => {
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    const model = smallNet();
    await fit(model, digits, { epochs: 30, batchSize: 1, optimizer: new SGD(model.parameters(), { lr: 0.001 }) });
    clearInterval(timer);
    expect(turns).toBeGreaterThan(0);
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
    ['a misspelt option', { epoch: 2 }, /unknown option 'epoch'/],
    ['half an epoch', { epochs: 0.5 }, /expected epochs to be a whole number of at least 0, got 0.5/],
    ['batches of nothing', { batchSize: 0 }, /expected batchSize to be a whole number of at least 1, got 0/],
  ])('%s is an error', async (_, options, message) => {
    const model = new Sequential(new Dense(1, 2));
    const optimizer = new SGD(model.parameters(), { lr: 0.1 });
    const given = Object.keys(options).length === 0 ? {} : { optimizer, ...options };
    await expect(fit(model, points(4), given as never)).rejects.toThrow(message);
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

function pick({ loss, accuracy }: { loss: number; accuracy: number }) {
  return { loss, accuracy };
}
