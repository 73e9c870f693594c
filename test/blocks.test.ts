import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  ArgumentError,
  BatchNorm2D,
  bceWithLogits,
  Conv2D,
  ConvTranspose2D,
  cat,
  conv2d,
  convTranspose2d,
  crossEntropy,
  Dropout,
  GELU,
  Generator,
  GlobalAvgPool2D,
  LayerNorm,
  layerNorm,
  logSoftmax,
  type Module,
  nllLoss,
  ones,
  ReLU,
  Residual,
  randn,
  Sequential,
  type Shape,
  ShapeError,
  slice,
  summary,
  type Tensor,
  type TransposedConvolutionOptions,
  tensor,
  zeros,
} from '../src/index.js';
import { receptiveField } from '../src/inspect/index.js';
import { anySeed, indices, numbers, offset, sizeOf, upTo } from './arrays.js';
import { expectClose } from './close.js';

const generator = new Generator('test/blocks');

describe('cat and slice', () => {
  const parts = fc.record({
    head: fc.array(upTo(3, 1), { maxLength: 2 }),
    tail: fc.array(upTo(5, 1), { maxLength: 2 }),
    lengths: fc.array(upTo(4), { minLength: 1, maxLength: 4 }),
    seed: anySeed,
    single: fc.boolean(),
  });

  test('cat follows the indices, and slice gives each part back, with its gradient, exactly', () => {
    fc.assert(
      fc.property(parts, ({ head, tail, lengths, seed, single }) => {
        const axis = head.length;
        const dtype = single ? 'float32' : 'float64';
        const shapeOf = (length: number): Shape => [...head, length, ...tail];
        const tensors = lengths.map((length, i) => {
          const shape = shapeOf(length);
          return tensor(numbers(`${seed} ${i}`, shape), { shape, dtype, requiresGrad: true });
        });
        const y = cat(tensors, axis);
        const total = lengths.reduce((a, b) => a + b, 0);
        expect(y.shape).toEqual(shapeOf(total));
        let start = 0;
        for (const part of tensors) {
          const end = start + part.shape[axis];
          const back = slice(y, axis, start, end);
          expect([back.shape, back.toArray()]).toEqual([part.shape, part.toArray()]);
          const expected = indices(part.shape).map((index) => {
            const at = index.map((i, k) => (k === axis ? i + start : i));
            return y.data[offset(at, y.shape)];
          });
          expect([...part.data]).toEqual(expected);
          start = end;
        }
        const dy = tensor(numbers(seed, y.shape), { shape: y.shape, dtype });
        y.backward(dy);
        start = 0;
        for (const part of tensors) {
          const end = start + part.shape[axis];
          if (sizeOf(part.shape) > 0) expect([...part.grad!.data]).toEqual([...slice(dy, axis, start, end).data]);
          start = end;
        }
      }),
      { seed: 1, numRuns: 60 },
    );
  });

  test('slice counts from the back, and to the end', () => {
    const x = tensor([0, 1, 2, 3, 4]);
    const slices = [slice(x, 0, 1), slice(x, -1, -2), slice(x, 0, 1, -1), slice(x, 0, 2, 2)];
    expect(slices.map((y) => y.toArray())).toEqual([[1, 2, 3, 4], [3, 4], [1, 2, 3], []]);
  });

  test.each<[string, () => unknown, string]>([
    ['beyond the end', () => slice(ones([3]), 0, 1, 4), 'slice: expected a range within the 3 of axis 0, got 1 to 4'],
    ['backwards', () => slice(ones([3]), 0, 2, 1), 'slice: expected a range within the 3 of axis 0, got 2 to 1'],
    ['no such axis', () => slice(ones([3]), 1, 0), 'slice: expected an axis from -1 to 0, got 1'],
    ['nothing to join', () => cat([]), 'cat: expected a list of tensors, got []'],
    [
      'shapes',
      () => cat([ones([2, 3]), ones([3, 2])], 1),
      'cat: expected shapes that differ only in axis 1, got [2, 3] and [3, 2]',
    ],
    [
      'ranks',
      () => cat([ones([2]), ones([2, 1])]),
      'cat: expected shapes that differ only in axis 0, got [2] and [2, 1]',
    ],
    ['dtypes', () => cat([ones([2]), ones([2], { dtype: 'float64' })]), 'cat: expected tensors of one dtype'],
  ])('refused: %s', (_, make, message) => {
    expect(make).toThrow(message);
  });
});

describe('ConvTranspose2D', () => {
  const OPTIONS: TransposedConvolutionOptions[] = [
    {},
    { stride: 2 },
    { stride: [3, 2], padding: [1, 0], outputPadding: [2, 1] },
    { dilation: 3, outputPadding: 2 },
    { groups: 2, padding: 1 },
  ];

  test.each(OPTIONS)('%o: is what conv2d sends back to its input; float32 as float64, within 3e-5', (options) => {
    const groups = options.groups ?? 1;
    const results = (['float64', 'float32'] as const).map((dtype) => {
      const make = (seed: string, shape: Shape) => tensor(numbers(seed, shape), { shape, dtype, requiresGrad: true });
      const [x, weight, bias] = [make('x', [2, 4, 5, 3]), make('w', [4, 6 / groups, 3, 2]), make('b', [6])];
      const y = convTranspose2d(x, weight, bias, options);
      y.backward(tensor(numbers('dy', y.shape), { shape: y.shape, dtype }));
      const kept = [y, x.grad!, weight.grad!, bias.grad!].map(({ data }) => data);
      const { outputPadding: _, ...conv } = options;
      const image = zeros(y.shape, { dtype, requiresGrad: true });
      const there = conv2d(image, weight.detach(), null, conv);
      const cut = [2, 3].reduce((part, axis) => slice(part, axis, 0, x.shape[axis]), there);
      cut.backward(x.detach());
      const plain = convTranspose2d(x.detach(), weight.detach(), null, options);
      expectClose(plain.data, image.grad!.data, dtype === 'float64' ? 1e-12 : 3e-6);
      return kept;
    });
    results[1].forEach((single, i) => {
      expectClose(single, results[0][i], 3e-5);
    });
  });

  test('turns around the sizes of a convolution with a stride, and counts its work', () => {
    const layer = new ConvTranspose2D(8, 1, 4, { stride: 2, padding: 1, generator });
    const { layers } = summary(layer, [8, 7, 7]);
    expect(layers[0]).toMatchObject({ outputShape: [1, 14, 14], parameters: 129, multiplyAdds: 8 * 16 * 49 });
    expect(String(layer)).toBe('ConvTranspose2D(8, 1, 4x4, stride: 2, padding: 1)');
  });

  test.each<[string, () => unknown, string]>([
    [
      'channels',
      () => new ConvTranspose2D(4, 2, 3).forward(zeros([1, 3, 5, 5])),
      'ConvTranspose2D(4, 2, 3x3): expected 4 input channels, got 3, input shape [1, 3, 5, 5]',
    ],
    [
      'groups',
      () => new ConvTranspose2D(4, 3, 3, { groups: 2 }),
      'ConvTranspose2D: expected inChannels and outChannels to be multiples of 2 groups, got 4 and 3',
    ],
    [
      'misspelled option',
      () => new ConvTranspose2D(4, 2, 3, { output_padding: 1 } as object),
      "ConvTranspose2D: unknown option 'output_padding'",
    ],
    [
      'outputPadding',
      () => convTranspose2d(zeros([1, 1, 2, 2]), zeros([1, 1, 2, 2]), null, { outputPadding: 1 }),
      'expected outputPadding to be smaller than the stride or the dilation, got 1',
    ],
    [
      'padding',
      () => convTranspose2d(zeros([1, 1, 2, 2]), zeros([1, 1, 2, 2]), null, { padding: 2 }),
      'the padding leaves a result of -1x-1 pixels, input shape [1, 1, 2, 2]',
    ],
    [
      'bias',
      () => convTranspose2d(zeros([1, 1, 2, 2]), zeros([1, 3, 2, 2]), zeros([2])),
      'convTranspose2d: expected a bias of shape [3], got [2]',
    ],
  ])('refused: %s', (_, make, message) => {
    expect(make).toThrow(message);
  });
});

describe('Residual', () => {
  const conv = (inChannels: number, outChannels: number, size: number) =>
    new Conv2D(inChannels, outChannels, size, { padding: 'same', generator });

  test('adds its input, or what the shortcut makes of it; the keys tell which is which', () => {
    const x = randn([2, 3, 4, 4], { generator });
    const block = new Sequential(conv(3, 3, 3), new ReLU());
    expect([...new Residual(block).forward(x).data]).toEqual([...x.add(block.forward(x)).data]);
    const wide = new Residual(conv(3, 5, 3), conv(3, 5, 1));
    expect(wide.forward(x).shape).toEqual([2, 5, 4, 4]);
    expect(Object.keys(wide.stateDict())).toEqual(['block.weight', 'block.bias', 'shortcut.weight', 'shortcut.bias']);
    expect(Object.keys(new Residual(block).stateDict())).toEqual(['block.0.weight', 'block.0.bias']);
  });

  test('names what does not fit', () => {
    const x = zeros([1, 3, 4, 4]);
    expect(() => new Residual(conv(3, 5, 3)).forward(x)).toThrow(ShapeError);
    expect(() => new Residual(conv(3, 5, 3)).forward(x)).toThrow(
      'Residual: expected the block to give shape [1, 3, 4, 4], got [1, 5, 4, 4]; give it a shortcut',
    );
    const inner = new Sequential({ first: new Residual(new Sequential({ conv: conv(2, 2, 3) })) });
    expect(() => inner.forward(x)).toThrow('first.block.conv (Conv2D): expected 2 input channels, got 3');
    expect(() => new Residual((() => x) as unknown as Module)).toThrow(ArgumentError);
  });
});

describe('LayerNorm', () => {
  test('gives each example mean 0 and variance 1 over the last axes, float32 as float64, within 1e-5', () => {
    const shape = [3, 5, 7, 9];
    const values = numbers('layer norm', shape, -2, 9);
    const [single, double] = (['float32', 'float64'] as const).map((dtype) =>
      layerNorm(tensor(values, { shape, dtype }), [7, 9]),
    );
    expectClose(single.data, double.data, 1e-5);
    for (let first = 0; first < values.length; first += 63) {
      const own = Array.from(double.data.subarray(first, first + 63));
      const squares = own.reduce((sum, value) => sum + value * value, 0);
      expectClose([own.reduce((a, b) => a + b, 0), squares / 63], [0, 1], 1e-4);
    }
  });

  test('has a weight and a bias of its shape, and the same result in training and evaluation', () => {
    const layer = new LayerNorm([2, 3]);
    expect(layer.namedParameters().map(([name, { shape }]) => [name, shape])).toEqual([
      ['weight', [2, 3]],
      ['bias', [2, 3]],
    ]);
    const x = randn([4, 2, 3], { generator });
    expect([...layer.forward(x).data]).toEqual([...layer.eval().forward(x).data]);
  });

  test.each<[string, () => unknown, string]>([
    [
      'axes',
      () => new LayerNorm(4).forward(zeros([2, 3])),
      'LayerNorm([4]): expected an input [..., 4], got shape [2, 3]',
    ],
    ['shape', () => new LayerNorm([0.5]), 'LayerNorm: expected a shape like [32, 1, 28, 28], got [0.5]'],
    ['weight', () => layerNorm(zeros([2, 3]), [3], ones([2])), 'expected a weight and a bias of shape [3], got [2]'],
    [
      'misspelled option',
      () => new LayerNorm(3, { bias: false } as object),
      "LayerNorm: unknown option 'bias'; the options are eps, affine",
    ],
  ])('refused: %s', (_, make, message) => {
    expect(make).toThrow(message);
  });
});

describe('losses', () => {
  test('nllLoss of logSoftmax is crossEntropy, float32, within 1e-6', () => {
    const logits = randn([5, 4], { generator });
    for (const classWeights of [undefined, [1, 0.5, 2, 0]]) {
      const options = classWeights ? { classWeights } : {};
      const [a, b] = [
        crossEntropy(logits, [0, 1, 2, 3, 1], options),
        nllLoss(logSoftmax(logits), [0, 1, 2, 3, 1], options),
      ];
      expectClose(a.data, b.data, 1e-6);
    }
  });

  test('a class of weight 0 does not count, and equal weights change nothing', () => {
    const logits = randn([3, 2], { generator });
    const plain = crossEntropy(logits, [0, 1, 0]).item();
    expect(crossEntropy(logits, [0, 1, 0], { classWeights: [3, 3] }).item()).toBeCloseTo(plain, 6);
    const zeroth = crossEntropy(slice(logits, 0, 1, 2), [1]).item();
    expect(crossEntropy(logits, [0, 1, 0], { classWeights: tensor([0, 1]) }).item()).toBeCloseTo(zeroth, 6);
  });

  test('an infinite logit of another class is no NaN with class weights', () => {
    const logits = tensor([[0, 0, -Infinity]]);
    expect(crossEntropy(logits, [1], { classWeights: [1, 2, 3] }).item()).toBeCloseTo(Math.LN2, 6);
  });

  test('bceWithLogits stays exact for large logits: float32, within 3e-7 relative', () => {
    const logits = [-100, -20, -3, 0, 3, 20, 100, 1e4];
    const truth = (x: number, t: number) => Math.max(t > 0 ? -x : x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
    for (const t of [0, 1]) {
      const losses = bceWithLogits(tensor(logits), tensor(logits.map(() => t)), { reduction: 'none' }).data;
      losses.forEach((loss, i) => {
        const expected = truth(logits[i], t);
        expect(Math.abs(loss - expected)).toBeLessThanOrEqual(3e-7 * expected + 1e-44);
      });
    }
  });
});

test('receptiveField passes layers that look at each place alone, and leaves the model as it was', () => {
  const model = new Sequential({
    conv1: new Conv2D(1, 2, 3, { generator }),
    norm: new BatchNorm2D(2),
    gelu: new GELU(),
    drop: new Dropout(),
    conv2: new Conv2D(2, 2, 3, { generator }),
    pool: new GlobalAvgPool2D(),
  });
  const before = [...model.at('norm', BatchNorm2D).runningVariance!.data];
  expect(receptiveField(model, 'drop', [1, 8, 8]).size).toEqual([3, 3]);
  expect(receptiveField(model, 'conv2', [1, 8, 8]).size).toEqual([5, 5]);
  expect(receptiveField(model, 'pool', [1, 8, 8]).size).toEqual([8, 8]);
  expect([...model.at('norm', BatchNorm2D).runningVariance!.data]).toEqual(before);
  expect(model.training).toBe(true);
});

test('a depthwise convolution is one with as many groups as channels', () => {
  const layer = new Conv2D(3, 3, 3, { groups: 3, padding: 1, bias: false, generator });
  const x: Tensor = randn([2, 3, 5, 5], { generator });
  const each = [0, 1, 2].map((c) =>
    conv2d(slice(x, 1, c, c + 1), slice(layer.weight, 0, c, c + 1), null, { padding: 1 }),
  );
  expectClose(layer.forward(x).data, cat(each, 1).data, 1e-6);
});
