import { describe, expect, test } from 'vitest';
import {
  clipGradNorm,
  DataLoader,
  Dataset,
  Dense,
  earlyStopping,
  fit,
  Generator,
  leakyRelu,
  Module,
  manualSeed,
  noGrad,
  OneCycleLR,
  ones,
  ReduceLROnPlateau,
  ReleasedError,
  relu,
  SGD,
  ShapeError,
  stratifiedSplit,
  type Tensor,
  tensor,
  zeros,
} from '../src/index.js';

const leaf = (...values: number[]) => tensor(Float64Array.from(values), { requiresGrad: true });
const anotherBackward = () => leaf(1).mul(2).sum().backward();

describe('what once went wrong', () => {
  test('a retained gradient does not enter the next backward: same loss twice', () => {
    const x = leaf(1);
    const hidden = x.mul(3).retainGrad();
    const loss = hidden.mul(2).sum();
    loss.backward(undefined, { retainGraph: true });
    loss.backward();
    expect([x.grad!.toArray(), hidden.grad!.toArray()]).toEqual([[12], [4]]);
  });
  test('a retained gradient does not enter the next backward: two losses of one network', () => {
    const x = leaf(1);
    const hidden = x.mul(3).retainGrad();
    const [first, second] = [hidden.mul(2).sum(), hidden.mul(5).sum()];
    first.backward(undefined, { retainGraph: true });
    second.backward();
    expect([x.grad!.toArray(), hidden.grad!.toArray()]).toEqual([[21], [7]]);
  });
  test('a view whose retained gradient was released can be used in a new loss', () => {
    const x = leaf(1);
    const view = x.reshape([1, 1]).retainGrad();
    view.mul(2).sum().backward();
    anotherBackward();
    view.mul(2).sum().backward();
    expect(x.grad!.toArray()).toEqual([4]);
  });
  test('ragged rows further in are refused', () => {
    expect(() => tensor([[[1, 2]], [[3]]])).toThrow(ShapeError);
    expect(() => tensor([[[1]], [[2, 3]]])).toThrow(ShapeError);
  });
  test('a leaf frozen between forward and backward is no crash', () => {
    const [x, y] = [leaf(1), leaf(2)];
    const loss = relu(x).add(y).sum();
    x.requiresGrad = false;
    loss.backward();
    expect([x.grad, y.grad!.toArray()]).toEqual([null, [1]]);
  });
  test('String and console.log of a released tensor say so', () => {
    const y = leaf(1, 1).mul(2);
    y.sum().backward();
    anotherBackward();
    expect(String(y)).toBe('Tensor [2] float64 (released)');
  });
  test('backward of a released loss says to compute it again', () => {
    const loss = leaf(1, 2).mul(2).sum();
    loss.backward();
    anotherBackward();
    expect(() => loss.backward()).toThrow('Compute the loss again before calling backward() on it');
  });
  test('a state with a released tensor changes nothing', () => {
    const layer = new Dense(1, 2);
    const before = layer.weight.toArray();
    let gone: Tensor | undefined;
    noGrad(() => {
      gone = zeros([2]).mul(2);
    });
    expect(() => layer.loadStateDict({ weight: tensor([[99], [99]]), bias: gone! })).toThrow(ReleasedError);
    expect(layer.weight.toArray()).toEqual(before);
  });
  test('to() after forward makes that graph stale, as its docstring says', () => {
    const layer = new Dense(1, 1);
    const loss = layer.forward(zeros([1, 1])).sum();
    layer.to('float64');
    expect(() => loss.backward()).toThrow();
  });
  test('noGrad takes a result with a long list', () => {
    const x = leaf(1);
    const result = noGrad(() => ({ y: x.mul(2), list: new Array(300_000).fill(0) }));
    expect(result.y.item()).toBe(2);
  });
  test('a tensor that the user assigned as grad is the user’s: zeroGrad does not free it', () => {
    const [x, g] = [leaf(1), tensor(Float64Array.of(5))];
    x.grad = g;
    new SGD([x]).zeroGrad();
    expect(g.item()).toBe(5);
  });
  test('a phase of OneCycleLR that has no length gives no NaN', () => {
    const rates = (options: object) => {
      const optimizer = new SGD([leaf(1)], { lr: 0.1, momentum: 0.9 });
      const schedule = new OneCycleLR(optimizer, { maxLr: 0.1, ...options } as ConstructorParameters<
        typeof OneCycleLR
      >[1]);
      return Array.from({ length: 3 }, () => {
        const [{ lr, momentum }] = optimizer.groups;
        schedule.step();
        return [lr, momentum];
      });
    };
    expect(rates({ totalSteps: 10, pctStart: 0.1 })[0]).toEqual([0.1, 0.85]);
    for (const options of [
      { totalSteps: 5, pctStart: 0.2 },
      { totalSteps: 4, pctStart: 0.25, threePhase: true },
    ]) {
      expect(rates(options).flat().every(Number.isFinite)).toBe(true);
    }
  });
  test('a large class is split without a stack overflow', () => {
    const many = new Dataset(new Float32Array(200_000), [1], new Int32Array(200_000), 1);
    const [rest, heldOut] = stratifiedSplit(many, 150_000, new Generator(1));
    expect([rest.length, heldOut.length]).toEqual([50_000, 150_000]);
  });
  test('a tensor in a field that nobody would train is an error', () => {
    class Scaled extends Module {
      readonly inner = new Dense(2, 2);
      readonly scale = ones([2], { requiresGrad: true });
      override forward(x: Tensor): Tensor {
        return this.inner.forward(x).mul(this.scale);
      }
    }
    expect(() => new Scaled().parameters()).toThrow('Scaled: the field scale is a tensor with requiresGrad');
  });
  test('what is no value is not taken for one', () => {
    const data = new Dataset(new Float32Array(4), [1], [0, 1, 0, 1]);
    const bad = (value: unknown) => value as never;
    expect(() => new Dense(1, 1).to(bad('float16'))).toThrow(
      "to: expected dtype to be 'float32' or 'float64', got 'float16'",
    );
    expect(() => new ReduceLROnPlateau(new SGD([leaf(1)])).step(bad(undefined))).toThrow('a number, got undefined');
    expect(() => leakyRelu(leaf(1), Number.NaN)).toThrow('expected negativeSlope to be a number');
    expect(() => data.subset(bad(5))).toThrow('expected a list of indices, got 5');
    expect(() => new DataLoader(data, { shuffle: bad('false') })).toThrow("shuffle to be true or false, got 'false'");
    expect(() => new DataLoader(data, { generator: bad(5) })).toThrow('expected generator to be a Generator, got 5');
    expect(() => new OneCycleLR(bad(undefined), { maxLr: 1, totalSteps: 9 })).toThrow('expected an optimizer');
    expect(() => new ReduceLROnPlateau(bad(undefined))).toThrow('expected an optimizer');
    expect(() => clipGradNorm(bad(leaf(1)), 1)).toThrow('expected a list such as model.parameters()');
    expect(() => new Dense(1, 1).loadStateDict(bad(null))).toThrow('expected tensors by their keys, got null');
    expect(() => new Dense(1, 1).loadStateDict(bad({ weight: undefined }))).toThrow('got undefined for weight');
    expect(() => earlyStopping().loadState!(0.5, bad(0))).toThrow('earlyStopping: the state cannot be 0.5');
  });
});

describe('what went wrong in fit', () => {
  const data = new Dataset(Float32Array.of(0, 1, 2, 3), [1], [0, 1, 0, 1]);
  const setting = (lr = 0.1) => {
    const model = new Dense(1, 2);
    return { model, optimizer: new SGD(model.parameters(), { lr }) };
  };
  test('a validation loss that is no number ends the training like a loss that is none', async () => {
    manualSeed(0);
    const { model, optimizer } = setting(1e38);
    const training = (stopOnDivergence?: boolean) =>
      fit(model, data, { optimizer, epochs: 1, batchSize: 4, validation: data, stopOnDivergence });
    await expect(training()).rejects.toThrow(/the validation loss became (NaN|Infinity) after epoch 1 \(step 1\)/);
    expect((await training(false)).epochs).toHaveLength(1);
  });
  test('of the validation data it looks at the batch that gave it, wherever that stands', async () => {
    const { model, optimizer } = setting();
    const inputs = new Float32Array(250).fill(1);
    inputs[180] = Number.NaN;
    const validation = new Dataset(inputs, [1], new Int32Array(250), 2);
    const training = fit(model, data, { optimizer, validation });
    await expect(training).rejects.toThrow('the inputs of this batch are not all finite');
  });
  test('the error that ended it is the one that is thrown', async () => {
    const { model, optimizer } = setting();
    const callback = {
      onBatchEnd() {
        throw new Error('first');
      },
      onTrainError() {
        throw new Error('second');
      },
    };
    const failed = await fit(model, data, { optimizer, callbacks: [callback] }).catch((error: Error) => error);
    expect(failed).toMatchObject({ message: 'first', cause: { message: 'second' } });
  });
  test('a misspelled hook is told, and a promise of any make is waited for', async () => {
    const { model, optimizer } = setting();
    const misspelled = { onEpochsEnd() {} } as object;
    await expect(fit(model, data, { optimizer, callbacks: [misspelled] })).rejects.toThrow('got onEpochsEnd');
    // biome-ignore lint/suspicious/noThenProperty: it is what is tested
    const refuses = { then: (_: unknown, reject: (reason: Error) => void) => reject(new Error('refused')) };
    const callback = { onEpochEnd: () => refuses as Promise<void> };
    await expect(fit(model, data, { optimizer, callbacks: [callback] })).rejects.toThrow('refused');
  });
});
