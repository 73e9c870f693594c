import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import {
  BatchNorm2D,
  Conv2D,
  ConvTranspose2D,
  Dense,
  Dropout,
  Flatten,
  GELU,
  Generator,
  LayerNorm,
  LeakyReLU,
  MaxPool2D,
  Module,
  ones,
  Parameter,
  ReLU,
  Residual,
  randn,
  Sequential,
  Softmax,
  type Tensor,
  tensor,
  zeros,
} from '../src/index.js';

describe('a tensor prints', () => {
  test.each<[string, Tensor, string]>([
    ['a number beside its shape', tensor(2.5), 'Tensor [] float32 2.5000'],
    ['a vector below it', tensor([1, 2, 3]), 'Tensor [3] float32\n[1, 2, 3]'],
    ['a matrix as rows', tensor([1, 2, 3, 4], { shape: [2, 2] }), 'Tensor [2, 2] float32\n[[1, 2],\n [3, 4]]'],
    [
      'columns aligned',
      tensor(Float64Array.of(1, 0.1, -30, 4), { shape: [2, 2] }),
      'Tensor [2, 2] float64\n[[  1.0000,   0.1000],\n [-30.0000,   4.0000]]',
    ],
    ['matrices apart', ones([2, 1, 2]), 'Tensor [2, 1, 2] float32\n[[[1, 1]],\n\n [[1, 1]]]'],
    ['blocks of matrices further apart', ones([2, 1, 1, 1]), 'Tensor [2, 1, 1, 1] float32\n[[[[1]]],\n\n\n [[[1]]]]'],
    [
      'what is no number',
      tensor([Number.NaN, Number.POSITIVE_INFINITY, 0.5]),
      'Tensor [3] float32\n[     NaN, Infinity,   0.5000]',
    ],
    ['large and small numbers with exponents', tensor([1e-9, 200_000.5]), 'Tensor [2] float32\n[1.0000e-9, 2.0000e+5]'],
    ['nothing', zeros([0, 3]), 'Tensor [0, 3] float32\n[]'],
    ['empty rows', zeros([2, 0]), 'Tensor [2, 0] float32\n[[],\n []]'],
    ['a parameter by its kind', new Parameter(ones([1])), 'Parameter [1] float32\n[1]'],
  ])('%s', (_, x, text) => {
    expect(String(x)).toBe(text);
    expect(inspect(x)).toBe(text); // What `console.log` prints in Node.
  });

  test('1000 numbers whole, in lines of at most 80 columns; of more the ends of each axis', () => {
    const whole = String(ones([1000]))
      .split('\n')
      .slice(1);
    expect(whole.join(' ').match(/1/g)).toHaveLength(1000);
    expect(Math.max(...whole.map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(Math.min(...whole.slice(0, -1).map((line) => line.length))).toBeGreaterThan(74);
    expect(String(ones([1001]))).toBe('Tensor [1001] float32\n[1, 1, 1, ..., 1, 1, 1]');
    const rows = Array.from({ length: 40 }, (_, i) => Array.from({ length: 30 }, (_, j) => 100 * i + j));
    expect(String(tensor(rows))).toBe(
      'Tensor [40, 30] float32\n' +
        '[[   0,    1,    2, ...,   27,   28,   29],\n' +
        ' [ 100,  101,  102, ...,  127,  128,  129],\n' +
        ' [ 200,  201,  202, ...,  227,  228,  229],\n' +
        ' ...,\n' +
        ' [3700, 3701, 3702, ..., 3727, 3728, 3729],\n' +
        ' [3800, 3801, 3802, ..., 3827, 3828, 3829],\n' +
        ' [3900, 3901, 3902, ..., 3927, 3928, 3929]]',
    );
    // A short axis is shown whole.
    expect(String(ones([2, 600])).split('\n')[1]).toBe('[[1, 1, 1, ..., 1, 1, 1],');
    expect(String(randn([50, 50, 50], { generator: new Generator(1) })).length).toBeLessThan(2500);
  });
});

describe('a model prints', () => {
  class Branches extends Module {
    readonly left = new Dense(2, 2);
    readonly others = [new ReLU(), new Dense(2, 3, { bias: false })];
    override forward(x: Tensor): Tensor {
      return this.left.forward(x);
    }
  }
  const model = new Sequential({
    conv1: new Conv2D(1, 8, [5, 3], { padding: 'same', bias: false }),
    block: new Residual(new Sequential(new Conv2D(8, 8, 3, { padding: 1, stride: [1, 1] }), new ReLU())),
    branches: new Branches(),
  });
  const text = `Sequential(
  (conv1): Conv2D(1, 8, 5x3, padding: same, bias: false)
  (block): Residual(
    (block): Sequential(
      (0): Conv2D(8, 8, 3x3, stride: 1x1, padding: 1)
      (1): ReLU
    )
  )
  (branches): Branches(
    (left): Dense(2, 2)
    (others.0): ReLU
    (others.1): Dense(2, 3, bias: false)
  )
)`;

  test('its layers by name, those inside further in', () => {
    expect(String(model)).toBe(text);
    expect(inspect(model)).toBe(text);
    expect(inspect([model])).toContain('  (conv1): Conv2D(1, 8, 5x3, padding: same, bias: false)');
  });

  test.each<[Module, string]>([
    [new ReLU(), 'ReLU'],
    [new LeakyReLU(), 'LeakyReLU(0.01)'],
    [new GELU(), 'GELU'],
    [new GELU({ approximate: 'tanh' }), 'GELU(approximate: tanh)'],
    [new Softmax(), 'Softmax(-1)'],
    [new Flatten(), 'Flatten'],
    [new Dropout(), 'Dropout(0.5)'],
    [new MaxPool2D(2), 'MaxPool2D(2x2)'],
    [new MaxPool2D(3, { stride: 2, padding: 1 }), 'MaxPool2D(3x3, stride: 2, padding: 1)'],
    [new BatchNorm2D(4), 'BatchNorm2D(4)'],
    [new LayerNorm([2, 3]), 'LayerNorm([2, 3])'],
    [new Conv2D(4, 4, 3, { groups: 4, dilation: 2 }), 'Conv2D(4, 4, 3x3, dilation: 2, groups: 4)'],
    [
      new ConvTranspose2D(4, 2, 2, { stride: 2, outputPadding: 1 }),
      'ConvTranspose2D(4, 2, 2x2, stride: 2, outputPadding: 1)',
    ],
    [new Sequential(), 'Sequential'],
  ])('%s', (layer, line) => {
    expect(String(layer)).toBe(line);
  });

  test('in one line where an error or a table names it', () => {
    expect(() => model.at('block', Dense)).toThrow("expected layer 'block' to be a Dense, got Residual");
    class Outer extends Branches {
      override forward(x: Tensor): Tensor {
        return this.located(() => x.add(zeros([5])));
      }
    }
    expect(() => new Outer().forward(zeros([2]))).toThrow(/^Outer: shapes \[2\] and \[5\] do not broadcast/);
  });
});
