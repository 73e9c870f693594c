import { describe, expect, test } from 'vitest';
import {
  BatchNorm2D,
  type BatchNorm2DOptions,
  Conv2D,
  type Conv2DOptions,
  crossEntropy,
  Dataset,
  Dense,
  Dropout,
  type DType,
  evaluate,
  Flatten,
  Generator,
  GlobalAvgPool2D,
  Module,
  manualSeed,
  noGrad,
  ones,
  Parameter,
  predict,
  ReLU,
  Residual,
  randn,
  Sequential,
  SGD,
  type Tensor,
  tensor,
  zeros,
} from '../src/index.js';
import { featureMaps } from '../src/inspect/index.js';
import * as init from '../src/nn/init.js';

const TOLERANCE = 2e-6;
const generator = new Generator('test/predict');
const images = (n: number, channels = 4, dtype: DType = 'float32') => randn([n, channels, 7, 6], { generator, dtype });

/** What the layers give one by one in evaluation mode. */
function unfolded(model: Module, x: Tensor): Tensor {
  const modes = model.namedModules().map(([, module]) => [module, module.training] as const);
  model.eval();
  const y = noGrad(() => model.forward(x).clone());
  for (const [module, training] of modes) module.training = training;
  return y;
}

/** The largest difference, over the largest number. */
function difference(actual: Tensor, expected: Tensor): number {
  expect(actual.shape).toEqual(expected.shape);
  const largest = Math.max(...Array.from(expected.data, Math.abs));
  return Math.max(...Array.from(actual.data, (value, i) => Math.abs(value - expected.data[i]))) / largest;
}

const drawn = (count: number, low: number, high: number) =>
  Float64Array.from({ length: count }, () => generator.uniform(low, high));

/** Running statistics and weights that no batch norm begins with. */
function lively(model: Module): typeof model {
  for (const [, module] of model.namedModules()) {
    if (!(module instanceof BatchNorm2D)) continue;
    const { weight, bias, runningMean, runningVariance } = module;
    for (const { data } of [weight, runningVariance].filter((each) => each !== null))
      data.set(drawn(data.length, 0.5, 2));
    for (const { data } of [bias, runningMean].filter((each) => each !== null)) data.set(drawn(data.length, -1, 1));
  }
  return model;
}

const block = (conv: Conv2DOptions = {}, norm: BatchNorm2DOptions = {}) =>
  lively(new Sequential(new Conv2D(4, 8, 3, { generator, ...conv }), new BatchNorm2D(8, norm))) as Sequential;

function small(): Sequential {
  const inner = new Sequential(new Conv2D(8, 8, 3, { padding: 1, bias: false }), new BatchNorm2D(8), new ReLU());
  const shortcut = new Sequential(new Conv2D(8, 8, 1), new BatchNorm2D(8));
  const stem = new Sequential(new Conv2D(4, 8, 3), new BatchNorm2D(8), new ReLU());
  manualSeed(1);
  const residual = new Residual(inner, shortcut);
  return lively(
    new Sequential({ stem, residual, pool: new GlobalAvgPool2D(), dropout: new Dropout(0.5), fc: new Dense(8, 3) }),
  ) as Sequential;
}

describe('predict', () => {
  test('outputs in order, whatever the size of a batch, also of a dataset', () => {
    const model = small();
    const x = images(10);
    const expected = unfolded(model, x);
    for (const batchSize of [undefined, 1, 3, 10, 11]) {
      expect(difference(predict(model, x, { batchSize }), expected)).toBeLessThanOrEqual(TOLERANCE);
    }
    const dataset = new Dataset(x.data, [4, 7, 6], new Int32Array(10), 3);
    expect(difference(predict(model, dataset, { batchSize: 4 }), expected)).toBeLessThanOrEqual(TOLERANCE);
  });

  test('float64', () => {
    const model = small().to('float64');
    const x = images(5, 4, 'float64');
    const y = predict(model, x, { batchSize: 2 });
    expect(y.dtype).toBe('float64');
    expect(difference(y, unfolded(model, x))).toBeLessThan(1e-14);
  });

  test('needs no gradient, and its outputs outlive an outer noGrad that returns them, and later calls', () => {
    const model = small();
    const x = images(4);
    const y = noGrad(() => predict(model, x));
    const before = Array.from(y.storage.array);
    for (let i = 0; i < 20; i++) predict(model, images(4));
    expect(Array.from(y.data)).toEqual(before);
    expect(y.requiresGrad).toBe(false);
    expect(predict(model, x, { batchSize: 2 }).requiresGrad).toBe(false);
  });

  test('no inputs give no outputs, of the right shape', () => {
    expect(predict(small(), zeros([0, 4, 7, 6])).shape).toEqual([0, 3]);
    expect(predict(new Dense(2, 5), zeros([0, 2]), { batchSize: 3 }).shape).toEqual([0, 5]);
  });

  test('each module has its own mode back, also after an error', () => {
    const model = small();
    model.at('stem').eval();
    const modes = () => model.namedModules().map(([, { training }]) => training);
    const before = modes();
    expect(new Set(before).size).toBe(2);
    predict(model, images(2));
    expect(modes()).toEqual(before);
    expect(() => predict(model, images(2, 5))).toThrow(
      'stem.0 (Conv2D): expected 4 input channels, got 5, input shape [2, 5, 7, 6]',
    );
    expect(modes()).toEqual(before);
    expect(unfolded(model, images(2)).shape).toEqual([2, 3]); // And nothing is folded any more.
  });

  test('outputs do not share memory with the inputs', () => {
    const x = ones([2, 3]);
    const y = predict(new Sequential(new Flatten()), x);
    x.data[0] = 5;
    expect(Array.from(y.data)).toEqual([1, 1, 1, 1, 1, 1]);
  });

  test('errors say what was expected, what came, and where', () => {
    const model = new Dense(2, 3);
    const wrong = (...args: unknown[]) => expect(() => (predict as (...all: unknown[]) => unknown)(...args));
    wrong(model, [1, 2]).toThrow('predict: expected inputs as a Tensor [N, ...], a list of them, or a Dataset, got 1');
    wrong(model, tensor(1)).toThrow('predict: expected inputs [N, ...], got a single number, shape []');
    wrong({}, ones([1, 2])).toThrow('predict: expected a model, a Module, got an object');
    wrong(model, ones([1, 2]), { batchSize: 0 }).toThrow(
      'expected batchSize to be a whole number of at least 1, got 0',
    );
    wrong(model, ones([1, 2]), { batch: 1 }).toThrow("predict: unknown option 'batch'");
    wrong(model, ones([3, 4])).toThrow('Dense');
    class Sum extends Module {
      override forward(x: Tensor): Tensor {
        return x.sum();
      }
    }
    wrong(new Sum(), ones([3, 4])).toThrow(
      'predict: expected the model to give one output an example, [3, ...], got shape []',
    );
    class Growing extends Module {
      calls = 1;
      override forward(x: Tensor): Tensor {
        return zeros([x.shape[0], this.calls++]);
      }
    }
    wrong(new Growing(), ones([3, 4]), { batchSize: 2 }).toThrow(
      'predict: expected the model to give shape [1] for each input, got [2] for inputs 2 to 2',
    );
  });
});

describe('batch norm is folded into the convolution before it', () => {
  const variants: [string, Conv2DOptions, BatchNorm2DOptions][] = [
    ['as they come', {}, {}],
    ['without a bias', { bias: false }, {}],
    ['without a weight and a bias of the norm', {}, { affine: false }],
    ['with neither', { bias: false }, { affine: false }],
    ['in groups', { groups: 2 }, {}],
    ['depthwise', { groups: 4 }, {}],
    ['with stride, padding and dilation', { stride: 2, padding: 2, dilation: 2 }, {}],
    ['with the mean over all batches', {}, { momentum: null }],
    ['with another eps', {}, { eps: 0.1 }],
    ['without eps', {}, { eps: 0 }],
  ];
  test.each(variants)('%s', (_, conv, norm) => {
    const model = block(conv, norm);
    const x = images(3);
    const folded = predict(model, x);
    expect(difference(folded, unfolded(model, x))).toBeLessThanOrEqual(TOLERANCE);
    const wide = model.to('float64');
    const wideX = tensor(Float64Array.from(x.data), { shape: x.shape });
    expect(difference(predict(wide, wideX), unfolded(wide, wideX))).toBeLessThan(1e-14);
  });

  test('which shows in the last digits; forward never does', () => {
    const model = block();
    const [conv, norm] = model;
    const x = images(2);
    const [folded, apart] = [predict(model, x).data.slice(), unfolded(model, x).data.slice()];
    expect(folded).not.toEqual(apart);
    const oneByOne = noGrad(() => norm.eval().forward(conv.forward(x)));
    expect(apart).toEqual(oneByOne.data);
  });

  test('evaluate, too', () => {
    const model = small();
    const x = images(12);
    const labels = Int32Array.from({ length: 12 }, (_, i) => i % 3);
    const { loss, predictions } = evaluate(model, new Dataset(x.data, [4, 7, 6], labels, 3), { batchSize: 12 });
    expect(loss).toBe(crossEntropy(predict(model, x), labels).item());
    expect(predictions).toHaveLength(12);
  });

  test('not where the norm uses the statistics of its batch, or has other channels', () => {
    const x = images(3);
    const own = block({}, { trackRunningStatistics: false });
    expect(predict(own, x).data).toEqual(unfolded(own, x).data);
    const wrong = new Sequential(new Conv2D(4, 8, 3), new BatchNorm2D(7));
    expect(() => predict(wrong, x)).toThrow('1 (BatchNorm2D): expected 7 channels, got 8, input shape [3, 8, 5, 4]');
  });

  test('not where a statistic is NaN, or the variance is 0 without eps', () => {
    for (const value of [NaN, -1, 0]) {
      const model = block({}, { eps: 0 });
      model.at(1, BatchNorm2D).runningVariance!.data[3] = value;
      const x = images(2);
      expect(predict(model, x).data).toEqual(unfolded(model, x).data);
    }
    const model = block();
    model.at(1, BatchNorm2D).runningMean!.data[2] = NaN;
    const y = predict(model, images(1)).data;
    y.forEach((value, i) => {
      expect(Number.isNaN(value)).toBe(Math.floor(i / 20) === 2);
    });
  });

  test('not where somebody looks at what the convolution gives', () => {
    const model = block();
    const [conv, norm] = model;
    const x = images(2);
    const seen: Tensor[] = [];
    const { forward } = conv;
    conv.forward = (input) => {
      seen.push(forward.call(conv, input));
      return seen[seen.length - 1];
    };
    expect(predict(model, x).data).toEqual(unfolded(model, x).data);
    expect(seen[0].shape).toEqual([2, 8, 5, 4]);
    Reflect.deleteProperty(conv, 'forward');

    norm.forward = (input) => input;
    expect(predict(model, x).data).toEqual(unfolded(model, x).data);

    class Doubled extends Conv2D {
      override forward(input: Tensor): Tensor {
        return super.forward(input).mul(2);
      }
    }
    const doubled = lively(new Sequential(new Doubled(4, 8, 3), new BatchNorm2D(8)));
    expect(predict(doubled, x).data).toEqual(unfolded(doubled, x).data);
  });

  test('what is inspected is what the layers give', () => {
    const model = block();
    const image = images(1);
    predict(model, image);
    const norm = model.at(1).eval();
    const expected = noGrad(() => norm.forward(model.at(0).forward(image)).data);
    expect(featureMaps(model, image, '1').values).toEqual(expected);
  });
});

describe('a number that changes is noticed', () => {
  /** Every way to change a model, on the parameter or buffer at `key`. */
  const ways: [string, (model: Sequential, key: string) => void][] = [
    [
      'loadStateDict',
      (model, key) => {
        const value = model.stateDict()[key].clone();
        value.data[1] += 0.5;
        model.loadStateDict({ [key]: value }, { strict: false });
      },
    ],
    [
      'an array that data gave',
      (model, key) => {
        model.stateDict()[key].data[1] += 0.5;
      },
    ],
  ];
  const keys = ['0.weight', '0.bias', '1.weight', '1.bias', '1.running_mean', '1.running_var'];

  test.each(ways.flatMap(([name, change]) => keys.map((key) => [name, key, change] as const)))(
    '%s, %s',
    (_, key, change) => {
      for (const dtype of ['float32', 'float64'] as const) {
        const model = block().to(dtype);
        const x = images(2, 4, dtype);
        const before = predict(model, x).data.slice();
        change(model, key);
        const after = predict(model, x);
        expect(after.data).not.toEqual(before);
        expect(difference(after, unfolded(model, x))).toBeLessThanOrEqual(TOLERANCE);
      }
    },
  );

  test('an array that was kept from before, written again and again', () => {
    const model = block();
    const x = images(2);
    const { data } = model.at(0, Conv2D).weight;
    for (let i = 0; i < 5; i++) {
      predict(model, x);
      data[i] += 1;
      expect(difference(predict(model, x), unfolded(model, x))).toBeLessThanOrEqual(TOLERANCE);
    }
  });

  test('the optimizer, and the statistics that training collects', () => {
    const model = block();
    const x = images(4);
    const optimizer = new SGD(model.parameters(), { lr: 0.1 });
    for (let i = 0; i < 3; i++) {
      const before = predict(model, x).data.slice();
      model.forward(x).mean().backward();
      expect(predict(model, x).data).not.toEqual(before);
      const collected = predict(model, x).data.slice();
      optimizer.step();
      const after = predict(model, x);
      expect(after.data).not.toEqual(collected);
      expect(difference(after, unfolded(model, x))).toBeLessThanOrEqual(TOLERANCE);
    }
  });

  test('init, another dtype, and another convolution in the place of the first', () => {
    const model = block();
    const check = (dtype: DType = 'float32') => {
      const x = images(2, 4, dtype);
      expect(difference(predict(model, x), unfolded(model, x))).toBeLessThanOrEqual(TOLERANCE);
    };
    check();
    init.kaimingNormal(model.at(0, Conv2D).weight, { generator });
    check();
    check();
    model.to('float64');
    check('float64');
    model.to('float32');
    check();
    model.replace(0, new Conv2D(4, 8, 3, { generator }));
    check();
  });

  test('of a convolution alone, whose filters are kept packed', () => {
    for (const options of [{}, { groups: 4 }, { padding: 1 }]) {
      const model = new Sequential(new Conv2D(16, 16, 3, { generator, ...options }));
      const { weight, bias } = model.at(0, Conv2D);
      // Few zeros, and so many that the forward pass leaves them out.
      for (const x of [
        randn([2, 16, 9, 9], { generator }),
        randn([2, 16, 9, 9], { generator }).relu().mul(3).clone(),
      ]) {
        const fresh = () => {
          const copy = new Sequential(new Conv2D(16, 16, 3, options));
          copy.loadStateDict(model.stateDict());
          return predict(copy, x).data;
        };
        predict(model, x);
        for (const change of [
          () => (weight.data[7] += 1),
          () => (bias!.data[3] += 1),
          () => model.loadStateDict({ '0.weight': randn([...weight.shape], { generator }) }, { strict: false }),
          () => (weight.data[7] += 1),
        ]) {
          const before = predict(model, x).data.slice();
          change();
          expect(predict(model, x).data).not.toEqual(before);
          expect(predict(model, x).data).toEqual(fresh());
          expect(noGrad(() => model.forward(x)).data).toEqual(fresh());
          expect(model.forward(x).data).toEqual(fresh());
        }
      }
    }
  });
});

test('filters that are computed anew for each batch', () => {
  class Standardized extends Module {
    readonly weight = new Parameter(randn([4, 4, 3, 3], { generator }));
    override forward(x: Tensor): Tensor {
      const conv = new Conv2D(4, 4, 3, { bias: false });
      conv.loadStateDict({ weight: this.weight.mul(0.5) });
      return conv.forward(x);
    }
  }
  const model = new Standardized();
  const x = images(2);
  for (let i = 0; i < 3; i++) {
    model.weight.data[0] += 1;
    expect(predict(model, x).data).toEqual(unfolded(model, x).data);
  }
});
