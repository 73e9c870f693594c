import { describe, expect, test } from 'vitest';
import {
  Conv2D,
  Dense,
  Generator,
  manualSeed,
  matmul,
  ones,
  Parameter,
  tensor,
  transpose,
  zeros,
} from '../src/index.js';
import * as init from '../src/nn/init.js';
import { expectClose } from './close.js';
import { mean, variance } from './statistics.js';

const weight = () => new Parameter(zeros([64, 8, 5, 3])); // fanIn 120, fanOut 960
const generator = () => new Generator('test/init');

describe('draws in place, by the generator, from the distribution of torch.nn.init', () => {
  const options = { generator: generator() };
  // biome-ignore format: one initializer a line
  test.each<[string, (p: Parameter, more: { generator?: Generator }) => Parameter, number, 'uniform' | 'normal']>([
    ['defaultUniform', init.defaultUniform, 1 / Math.sqrt(3 * 120), 'uniform'],
    ['defaultUniform, fanIn 30', (p, more) => init.defaultUniform(p, { fanIn: 30, ...more }), 1 / Math.sqrt(3 * 30), 'uniform'],
    ['kaimingUniform', init.kaimingUniform, Math.sqrt(2 / 120), 'uniform'],
    ['kaimingUniform, fanOut, tanh', (p, more) => init.kaimingUniform(p, { mode: 'fanOut', nonlinearity: 'tanh', ...more }), 5 / 3 / Math.sqrt(960), 'uniform'],
    ['kaimingNormal, leakyRelu 0.5', (p, more) => init.kaimingNormal(p, { negativeSlope: 0.5, ...more }), Math.sqrt(2 / 1.25 / 120), 'normal'],
    ['kaimingNormal, linear', (p, more) => init.kaimingNormal(p, { nonlinearity: 'linear', ...more }), 1 / Math.sqrt(120), 'normal'],
    ['xavierUniform', init.xavierUniform, Math.sqrt(2 / 1080), 'uniform'],
    ['xavierNormal, gain 3', (p, more) => init.xavierNormal(p, { gain: 3, ...more }), 3 * Math.sqrt(2 / 1080), 'normal'],
  ])('%s', (_, fill, expected, kind) => {
    const parameter = weight();
    expect(fill(parameter, options)).toBe(parameter);
    const values = Array.from(parameter.data);
    // Five standard errors; the deviation of n numbers has one of at most deviation / sqrt(2 n).
    expect(Math.abs(mean(values))).toBeLessThan((5 * expected) / Math.sqrt(values.length));
    expect(Math.abs(Math.sqrt(variance(values)) / expected - 1)).toBeLessThan(5 / Math.sqrt(2 * values.length));
    const largest = Math.max(...values.map(Math.abs)) / expected;
    if (kind === 'uniform') expect(largest).toBeLessThan(Math.sqrt(3) * (1 + 1e-6));
    else expect(largest).toBeGreaterThan(3);
    const [a, b] = [weight(), weight()].map((each) => [...fill(each, { generator: generator() }).data]);
    expect(a).toEqual(b);
  });

  test('the default generator is used unless one is given', () => {
    const draw = (seed: number) => {
      manualSeed(seed);
      return [...init.kaimingNormal(weight()).data];
    };
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
  });

  test('the layers start with defaultUniform', () => {
    const layer = new Conv2D(8, 64, [5, 3], { generator: generator() });
    const own = generator();
    expect([...layer.weight.data]).toEqual([...init.defaultUniform(weight(), { generator: own }).data]);
    const bias = init.defaultUniform(new Parameter(zeros([64])), { fanIn: 120, generator: own });
    expect([...layer.bias!.data]).toEqual([...bias.data]);
  });
});

test.each([
  [[5, 12], 1],
  [[12, 5], 1],
  [[4, 2, 3, 3], 2],
  [[40, 3, 3], 0.5],
])('orthogonal: shape %o and gain %s, the smaller side is orthogonal, float64, within 1e-12', (shape, gain) => {
  const parameter = init.orthogonal(new Parameter(zeros(shape, { dtype: 'float64' })), {
    gain,
    generator: generator(),
  });
  const rows = parameter.shape[0];
  const matrix = parameter.detach().reshape([rows, -1]);
  const wide = matrix.shape[1] >= rows ? matrix : transpose(matrix);
  const products = matmul(wide, transpose(wide));
  const count = products.shape[0];
  const expected = Array.from({ length: count * count }, (_, i) => (i % (count + 1) === 0 ? gain * gain : 0));
  expectClose(products.data, expected, 1e-12);
});

test('gain gives PyTorch’s factors', () => {
  const names = ['linear', 'sigmoid', 'tanh', 'relu', 'leakyRelu'] as const;
  expectClose(
    [...names.map((name) => init.gain(name)), init.gain('leakyRelu', 0.2)],
    [1, 1, 1.6666666666666667, Math.SQRT2, 1.4141428569978354, 1.3867504905630728],
    1e-15,
  );
});

describe('fromValues and constant', () => {
  const sobel = [
    [1, 0, -1],
    [2, 0, -2],
    [1, 0, -1],
  ];

  test('put numbers of one’s own into a part of a weight, and leave the rest', () => {
    const conv = new Conv2D(2, 4, 3, { generator: generator() });
    const before = [...conv.weight.data];
    init.fromValues(conv.weight, sobel, { at: [3, 1] });
    const at = (3 * 2 + 1) * 9;
    expect([...conv.weight.data]).toEqual([...before.slice(0, at), ...sobel.flat(), ...before.slice(at + 9)]);
    init.fromValues(conv.weight, [sobel, sobel], { at: [0] });
    expect([...conv.weight.data].slice(0, 18)).toEqual([...sobel.flat(), ...sobel.flat()]);
    init.fromValues(conv.bias!, tensor([1, 2, 3, 4]));
    expect(conv.bias!.toArray()).toEqual([1, 2, 3, 4]);
    expect(init.constant(conv.bias!, 0.5).toArray()).toEqual([0.5, 0.5, 0.5, 0.5]);
  });

  test('a gradient through numbers that were replaced is refused', () => {
    const dense = new Dense(2, 1, { generator: generator() });
    const loss = dense
      .forward(ones([1, 2]))
      .mul(dense.weight.sum())
      .sum();
    init.constant(dense.weight, 0);
    expect(() => loss.backward()).toThrow('was changed in place');
  });
});

test.each<[string, () => unknown, string]>([
  [
    'fromValues, shape',
    () => init.fromValues(weight(), [[1]], { at: [0, 0] }),
    'fromValues: expected values of shape [5, 3], got [1, 1]',
  ],
  [
    'fromValues, index',
    () => init.fromValues(weight(), [[1]], { at: [64] }),
    'expected the index along axis 0 to be a whole number from 0 to 63, got 64',
  ],
  [
    'fromValues, too many indices',
    () => init.fromValues(ones([2]), 1, { at: [0, 0] }),
    'fromValues: expected at most 1 indices, got [0, 0]',
  ],
  [
    'kaimingNormal, a bias',
    () => init.kaimingNormal(ones([2])),
    'kaimingNormal: expected a weight of two axes or more, got shape [2]',
  ],
  [
    'kaimingUniform, mode',
    () => init.kaimingUniform(weight(), { mode: 'fan_in' as 'fanIn' }),
    "kaimingUniform: expected mode to be 'fanIn' or 'fanOut', got 'fan_in'",
  ],
  [
    'kaimingUniform, nonlinearity',
    () => init.kaimingUniform(weight(), { nonlinearity: 'gelu' as 'relu' }),
    "gain: expected nonlinearity to be 'linear', 'sigmoid', 'tanh', 'relu' or 'leakyRelu', got 'gelu'",
  ],
  [
    'xavierUniform, misspelled option',
    () => init.xavierUniform(weight(), { gian: 2 } as object),
    "xavierUniform: unknown option 'gian'",
  ],
  [
    'orthogonal, generator',
    () => init.orthogonal(weight(), { generator: 3 as unknown as Generator }),
    'orthogonal: expected generator to be a Generator, got 3',
  ],
  ['constant, no tensor', () => init.constant(3 as unknown as Parameter, 1), 'constant: expected a tensor, got 3'],
])('refused: %s', (_, make, message) => {
  expect(make).toThrow(message);
});
