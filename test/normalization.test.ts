import { describe, expect, test } from 'vitest';
import {
  BatchNorm2D,
  batchNorm2d,
  Conv2D,
  Dense,
  Dropout,
  Dropout2D,
  dropout,
  dropout2d,
  Generator,
  GlobalAvgPool2D,
  manualSeed,
  noGrad,
  ones,
  randn,
  Sequential,
  ShapeError,
  summary,
  type Tensor,
  tensor,
  weightHash,
  zeros,
} from '../src/index.js';
import { expectClose } from './close.js';
import { mean, variance } from './statistics.js';

const generator = new Generator('test/normalization');
const images = (...shape: number[]) => randn(shape, { generator }).mul(3).add(2).clone();

/** The numbers of each channel of [N, C, ...]. */
function byChannel({ data, shape: [N, C] }: Tensor): number[][] {
  const size = data.length / (N * C);
  const channels: number[][] = Array.from({ length: C }, () => []);
  data.forEach((value, i) => {
    channels[Math.floor(i / size) % C].push(value);
  });
  return channels;
}

describe('BatchNorm2D', () => {
  test('in training each channel gets mean 0 and variance 1, then its weight and bias, float32, within 1e-5', () => {
    const layer = new BatchNorm2D(3);
    layer.weight!.data.set([1, 2, -3]);
    layer.bias!.data.set([0, 5, 1]);
    const channels = byChannel(layer.forward(images(4, 3, 5, 7)));
    expectClose(channels.map(mean), [0, 5, 1], 1e-5);
    expectClose(
      channels.map((values) => variance(values)),
      [1, 4, 9],
      1e-5,
    );
  });

  test('the running statistics move by the momentum toward the mean and the unbiased variance; evaluation uses them', () => {
    const layer = new BatchNorm2D(2, { momentum: 0.25 });
    const [first, second] = [images(3, 2, 2, 3), images(5, 2, 4, 4)];
    layer.forward(first);
    layer.forward(second);
    const moved = (start: number, of: (values: number[]) => number) =>
      [0, 1].map((c) => 0.75 * (0.75 * start + 0.25 * of(byChannel(first)[c])) + 0.25 * of(byChannel(second)[c]));
    const [runningMean, runningVariance] = [moved(0, mean), moved(1, (values) => variance(values, 1))];
    expectClose(layer.runningMean!.data, runningMean, 1e-6);
    expectClose(layer.runningVariance!.data, runningVariance, 1e-6);
    expect(layer.batchesTracked!.item()).toBe(2);

    const hash = weightHash(layer);
    const x = images(1, 2, 1, 1);
    const y = layer.eval().forward(x);
    const expected = [0, 1].map((c) => (x.data[c] - runningMean[c]) / Math.sqrt(runningVariance[c] + 1e-5));
    expectClose(y.data, expected, 1e-5);
    expect(weightHash(layer)).toBe(hash);
  });

  test('momentum null makes the running statistics the mean over all batches', () => {
    const layer = new BatchNorm2D(1, { momentum: null });
    const batches = Array.from({ length: 4 }, () => images(2, 1, 3, 3));
    for (const batch of batches) layer.forward(batch);
    expectClose(layer.runningMean!.data, [mean(batches.map((batch) => mean([...batch.data])))], 1e-6);
  });

  test('without running statistics, evaluation uses those of its batch; without affine there is nothing to learn', () => {
    const layer = new BatchNorm2D(2, { trackRunningStatistics: false, affine: false }).eval();
    expect(Object.keys(layer.stateDict())).toEqual([]);
    expectClose(byChannel(layer.forward(images(4, 2, 3, 3))).map(mean), [0, 0], 1e-5);
  });

  test("the state dict has PyTorch's keys, is saved, loaded, converted and hashed; only weight and bias are learned", () => {
    const model = () => new Sequential(new Conv2D(1, 2, 3, { generator: new Generator(1) }), new BatchNorm2D(2));
    const [a, b] = [model(), model()];
    const keys = ['weight', 'bias', 'running_mean', 'running_var', 'num_batches_tracked'].map((key) => `1.${key}`);
    expect(Object.keys(a.stateDict()).slice(2)).toEqual(keys);
    expect(a.namedParameters().map(([name]) => name)).toEqual(['0.weight', '0.bias', '1.weight', '1.bias']);
    expect(weightHash(a)).toBe(weightHash(b));
    a.forward(images(2, 1, 5, 5));
    expect(weightHash(a)).not.toBe(weightHash(b));
    b.loadStateDict(a.stateDict());
    expect(weightHash(a)).toBe(weightHash(b));
    const x = images(1, 1, 5, 5);
    expect([...b.eval().forward(x).data]).toEqual([...a.eval().forward(x).data]);
    expect(a.to('float64').at(1, BatchNorm2D).runningMean!.dtype).toBe('float64');
  });

  test('a summary leaves the running statistics and the mode alone', () => {
    const layer = new BatchNorm2D(2);
    const hash = weightHash(layer);
    expect(summary(layer, [2, 1, 1]).parameters).toBe(4);
    expect([weightHash(layer), layer.training]).toEqual([hash, true]);
  });

  test('a gradient through numbers that a later training step changed is refused', () => {
    const layer = new BatchNorm2D(1);
    const y = layer.eval().forward(images(1, 1, 2, 2));
    layer.train().forward(images(1, 1, 2, 2));
    expect(() => y.sum().backward()).toThrow("an input of 'batchNorm2d' was changed in place");
  });

  test('a large mean costs no more than the digits that float32 has for it', () => {
    const x = randn([4, 1, 9, 9], { generator });
    const shifted = noGrad(() => x.add(1000));
    const [y, z] = [x, shifted].map((input) => batchNorm2d(input, null, null, null, null, { training: true }).data);
    expectClose(z, y, 1e-4);
  });

  test.each<[string, () => unknown, string]>([
    [
      'channels',
      () => new BatchNorm2D(8).forward(zeros([2, 4, 3, 3])),
      'BatchNorm2D(8): expected 8 channels, got 4, input shape [2, 4, 3, 3]',
    ],
    [
      'channels, nothing kept',
      () => new BatchNorm2D(8, { affine: false, trackRunningStatistics: false }).forward(zeros([2, 4, 3, 3])),
      'BatchNorm2D(8): expected 8 channels, got 4',
    ],
    [
      'axes',
      () => new BatchNorm2D(8).forward(zeros([2, 8])),
      'BatchNorm2D(8): expected an input [N, C, H, W], got shape [2, 8]',
    ],
    [
      'one value',
      () => new BatchNorm2D(8).forward(zeros([1, 8, 1, 1])),
      'BatchNorm2D(8): expected more than 1 value per channel in training, input shape [1, 8, 1, 1]',
    ],
    [
      'weight',
      () => batchNorm2d(zeros([2, 3, 1, 1]), null, null, ones([2]), null, { training: true }),
      'batchNorm2d: expected 2 channels, got 3',
    ],
    [
      'in a model',
      () => new Sequential({ norm: new BatchNorm2D(2) }).forward(zeros([1, 1, 2, 2])),
      'norm (BatchNorm2D): expected 2 channels, got 1',
    ],
    [
      'GlobalAvgPool2D, axes',
      () => new GlobalAvgPool2D().forward(zeros([2, 3])),
      'GlobalAvgPool2D: expected an input [N, C, H, W], got shape [2, 3]',
    ],
    [
      'dropout2d, axes',
      () => new Dropout2D().forward(zeros([2, 3])),
      'Dropout2D(0.5): expected an input [N, C, H, W], got shape [2, 3]',
    ],
  ])('a shape that does not fit is refused: %s', (_, make, message) => {
    expect(make).toThrow(ShapeError);
    expect(make).toThrow(message);
  });
});

describe('dropout', () => {
  const share = (values: ArrayLike<number>) => Array.from(values).filter((value) => value === 0).length / values.length;

  test.each([0, 0.1, 0.5, 0.9, 1])('p = %s: that share is 0, the rest 1 / (1 - p), by the seed', (p) => {
    const draw = (seed: number) => dropout(ones([20, 1000]), p, { generator: new Generator(seed) }).data;
    const values = draw(1);
    const deviation = Math.sqrt((p * (1 - p)) / values.length);
    expect(Math.abs(share(values) - p)).toBeLessThanOrEqual(4 * deviation);
    expect(new Set(values)).toEqual(new Set(p === 0 ? [1] : p === 1 ? [0] : [0, Math.fround(1 / (1 - p))]));
    expect(draw(1)).toEqual(values);
    if (p > 0 && p < 1) expect(draw(2)).not.toEqual(values);
  });

  test('neighbors, and the same place in the next call, are independent', () => {
    const source = new Generator(5);
    const [a, b] = [0, 1].map(() => dropout(ones([100_000]), 0.5, { generator: source }).data);
    const both = (u: ArrayLike<number>, v: ArrayLike<number>) =>
      Array.from(u).filter((value, i) => value === 0 && v[i] === 0).length / u.length;
    // A quarter, within 4 standard deviations of a mean over 100,000.
    const limit = 4 * Math.sqrt((0.25 * 0.75) / 100_000);
    for (const other of [b, ...[1, 2, 3, 4, 8, 1000].map((shift) => a.subarray(shift))]) {
      expect(Math.abs(both(a.subarray(0, other.length), other) - 0.25)).toBeLessThan(limit);
    }
  });

  test('dropout2d drops whole channels', () => {
    const y = dropout2d(ones([50, 40, 3, 3]), 0.25, { generator: new Generator(3) }).data;
    const planes = Array.from({ length: 2000 }, (_, i) => new Set(y.subarray(9 * i, 9 * i + 9)));
    expect(planes.every(({ size }) => size === 1)).toBe(true);
    expect(Math.abs(share(y) - 0.25)).toBeLessThan(4 * Math.sqrt((0.25 * 0.75) / 2000));
  });

  test.each([
    ['Dropout', (seed: Generator) => new Dropout(0.5, { generator: seed }), [4, 100]],
    ['Dropout2D', (seed: Generator) => new Dropout2D(0.5, { generator: seed }), [4, 100, 1, 1]],
  ] as const)(
    '%s: the gradient passes where the number did; evaluation leaves all as it is and draws nothing',
    (_, make, shape) => {
      const seed = new Generator(9);
      const layer = make(seed);
      const x = ones(shape, { requiresGrad: true });
      const y = layer.forward(x);
      y.sum().backward();
      expect([...x.grad!.data]).toEqual([...y.data]);
      const state = seed.getState();
      expect(layer.eval().forward(x)).toBe(x);
      expect(seed.getState()).toEqual(state);
    },
  );

  test('draws from the default generator unless given one', () => {
    const draw = (seed: number) => {
      manualSeed(seed);
      return [...new Dropout().forward(ones([50])).data];
    };
    expect(draw(3)).toEqual(draw(3));
    expect(draw(3)).not.toEqual(draw(4));
  });
});

test('GlobalAvgPool2D gives the mean of each channel, ready for Dense', () => {
  const x = tensor([1, 2, 3, 4, 10, 20, 30, 40], { shape: [1, 2, 2, 2] });
  expect(new GlobalAvgPool2D().forward(x).toArray()).toEqual([[2.5, 25]]);
  const model = new Sequential(new GlobalAvgPool2D(), new Dense(2, 3, { generator }));
  expect(model.forward(x).shape).toEqual([1, 3]);
});
