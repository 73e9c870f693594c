import { describe, expect, test } from 'vitest';
import * as convgrad from '../src/index.js';
import {
  ArgumentError,
  add,
  Generator,
  manualSeed,
  ones,
  randn,
  ShapeError,
  type Tensor,
  type TensorValues,
  tensor,
  uniform,
  zeros,
} from '../src/index.js';

describe('tensor', () => {
  test('reads the shape off nested arrays, or takes one', () => {
    expect(tensor(3)).toMatchObject({ shape: [], size: 1, dtype: 'float32', requiresGrad: false, grad: null });
    expect(tensor([1, 2, 3]).shape).toEqual([3]);
    expect(tensor([[[1, 2]], [[3, 4]], [[5, 6]]]).shape).toEqual([3, 1, 2]);
    expect(tensor([[], []]).shape).toEqual([2, 0]);
    expect(tensor([1, 2, 3, 4], { shape: [2, 2] }).toArray()).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(tensor(new Uint8Array([1, 2, 3, 4]), { shape: [4, 1] }).toArray()).toEqual([[1], [2], [3], [4]]);
  });

  test('is float32 unless asked, or given a Float64Array', () => {
    expect(tensor([0.1]).data).toEqual(Float32Array.of(0.1));
    expect(tensor([0.1], { dtype: 'float64' }).data).toEqual(Float64Array.of(0.1));
    expect(tensor(Float64Array.of(0.1)).dtype).toBe('float64');
    expect(tensor(Float64Array.of(0.1), { dtype: 'float32' }).data).toEqual(Float32Array.of(0.1));
    expect(tensor(Float32Array.of(0.1)).dtype).toBe('float32');
  });

  test('holds a copy', () => {
    const values = Float32Array.of(1, 2);
    const x = tensor(values);
    values[0] = 9;
    expect(x.toArray()).toEqual([1, 2]);
  });

  test.each<[string, unknown, object | undefined, new (...args: never[]) => Error, string]>([
    [
      'rows of different lengths',
      [[1, 2], [3]],
      {},
      ShapeError,
      'rows differ: expected a row of 2 as element 2, got a row of 1',
    ],
    ['a number among rows', [[1], 2], {}, ShapeError, 'rows differ: expected a row of 1 as element 1, got a number'],
    ['a row among numbers', [1, [2]], {}, ShapeError, 'rows differ: expected a number as element 1, got a row of 1'],
    ['a shape of another size', [1, 2, 3], { shape: [2, 2] }, ShapeError, 'shape [2, 2] holds 4 numbers, got 3'],
    ['a negative shape', [1], { shape: [-1] }, ShapeError, 'expected a shape like'],
    ['a broken shape', [1], { shape: [0.5, 2] }, ShapeError, 'got [0.5, 2]'],
    ['a shape that is a number', [1], { shape: 1 }, ShapeError, 'got 1'],
    ['an unknown option', [1], { requires_grad: true }, ArgumentError, "unknown option 'requires_grad'"],
    ['options that are none', [1], [1], ArgumentError, 'expected an options object'],
    [
      'an unknown dtype',
      [1],
      { dtype: 'int8' },
      ArgumentError,
      "expected dtype to be 'float32' or 'float64', got 'int8'",
    ],
    ['a string', '12', {}, ArgumentError, "expected numbers, nested arrays or a typed array, got '12'"],
    ['strings', ['1', '2'], {}, ArgumentError, "got '1'"],
    ['a string among numbers', [1, '2'], {}, ArgumentError, "expected numbers, got '2' as element 1"],
    ['null', null, {}, ArgumentError, 'got null'],
    ['undefined among numbers', [1, undefined], {}, ArgumentError, 'got undefined as element 1'],
    ['booleans', [true], {}, ArgumentError, 'got true'],
    ['an object', { a: 1 }, {}, ArgumentError, 'got an object of type Object'],
  ])('refuses %s', (_, values, options, Kind, message) => {
    const make = () => tensor(values as TensorValues, options);
    expect(make).toThrow(Kind);
    expect(make).toThrow('tensor: ');
    expect(make).toThrow(message);
  });
});

describe('zeros, ones, randn and uniform', () => {
  test('have the shape, dtype and requiresGrad that was asked for', () => {
    const asked = { dtype: 'float64', requiresGrad: true } as const;
    for (const make of [zeros, ones, randn, uniform]) {
      expect(make([2, 3], asked)).toMatchObject({ ...asked, shape: [2, 3], size: 6 });
      expect(make([0, 3])).toMatchObject({ dtype: 'float32', requiresGrad: false, size: 0 });
    }
    expect([zeros([2]).toArray(), ones([]).item()]).toEqual([[0, 0], 1]);
  });

  test('draw from the given generator, else from the one that manualSeed sets', () => {
    const draw = (generator?: Generator) => [
      randn([3], { generator }).toArray(),
      uniform([3], { generator }).toArray(),
    ];
    expect(draw(new Generator(5))).toEqual(draw(new Generator(5)));
    expect(draw(new Generator(5))).not.toEqual(draw(new Generator(6)));
    manualSeed(5);
    expect(draw()).toEqual(draw(new Generator(5)));
    expect(draw()).not.toEqual(draw(new Generator(5))); // The default one has gone on.
  });

  test('uniform stays in its range, and fills it', () => {
    const { data } = uniform([2000], { low: -3, high: -1, generator: new Generator(1) });
    expect([Math.min(...data) >= -3, Math.min(...data) < -2.98]).toEqual([true, true]);
    expect([Math.max(...data) <= -1, Math.max(...data) > -1.02]).toEqual([true, true]);
  });

  test('refuse unknown options and generators that are none', () => {
    for (const make of [zeros, ones, randn, uniform]) {
      expect(() => make([1], { seed: 1 } as object)).toThrow(`${make.name}: unknown option 'seed'`);
      expect(() => make([-1])).toThrow(ShapeError);
    }
    expect(() => randn([1], { generator: 7 as unknown as Generator })).toThrow('expected generator to be a Generator');
  });
});

describe('reading', () => {
  test('item gives the only number, toArray nested ones, data a typed array that writes through', () => {
    const x = tensor([[1.5, 2]]);
    expect([tensor([[[2.5]]]).item(), tensor(4).toArray(), x.toArray()]).toEqual([2.5, 4, [[1.5, 2]]]);
    x.data[1] = 7;
    expect(x.toArray()).toEqual([[1.5, 7]]);
    expect(tensor([[], []]).toArray()).toEqual([[], []]);
  });

  test('item of several numbers, or of none, is an error', () => {
    expect(() => tensor([1, 2]).item()).toThrow('item: expected a tensor of one number, got shape [2]');
    expect(() => zeros([0]).item()).toThrow(ShapeError);
  });
});

describe('operations', () => {
  test('refuse two dtypes, and what is no tensor', () => {
    expect(() => add(tensor([1]), tensor(Float64Array.of(1)))).toThrow(
      'add: expected tensors of one dtype, got float32 and float64',
    );
    expect(() => convgrad.relu([1] as unknown as Tensor)).toThrow('relu: expected a tensor, got [1]');
  });

  test('take numbers as operands, of the dtype of the tensor', () => {
    expect(add(0.1, tensor(Float64Array.of(0.2))).data).toEqual(Float64Array.of(0.1 + 0.2));
    expect(add(1, 2).item()).toBe(3);
  });

  test('refuse shapes that do not broadcast, with both shapes', () => {
    expect(() => add(zeros([2, 3]), zeros([2, 4]))).toThrow(
      'add: shapes [2, 3] and [2, 4] do not broadcast (3 against 4)',
    );
  });

  // biome-ignore format: one call a line
  const METHODS: [string, (x: Tensor, y: Tensor) => Tensor, (x: Tensor, y: Tensor) => Tensor][] = [
    ['add', (x, y) => x.add(y), convgrad.add],
    ['sub', (x, y) => x.sub(y), convgrad.sub],
    ['mul', (x, y) => x.mul(y), convgrad.mul],
    ['div', (x, y) => x.div(y), convgrad.div],
    ['pow', (x, y) => x.pow(y), convgrad.pow],
    ['neg', (x) => x.neg(), (x) => convgrad.neg(x)],
    ['exp', (x) => x.exp(), (x) => convgrad.exp(x)],
    ['log', (x) => x.log(), (x) => convgrad.log(x)],
    ['sqrt', (x) => x.sqrt(), (x) => convgrad.sqrt(x)],
    ['relu', (x) => x.relu(), (x) => convgrad.relu(x)],
    ['leakyRelu', (x) => x.neg().leakyRelu(0.3), (x) => convgrad.leakyRelu(x.neg(), 0.3)],
    ['sigmoid', (x) => x.sigmoid(), (x) => convgrad.sigmoid(x)],
    ['tanh', (x) => x.tanh(), (x) => convgrad.tanh(x)],
    ['matmul', (x, y) => x.matmul(y), convgrad.matmul],
    ['sum', (x) => x.sum({ axis: 0 }), (x) => convgrad.sum(x, { axis: 0 })],
    ['mean', (x) => x.mean({ axis: 1 }), (x) => convgrad.mean(x, { axis: 1 })],
    ['max', (x) => x.max({ axis: 1, keepDims: true }), (x) => convgrad.max(x, { axis: 1, keepDims: true })],
    ['reshape', (x) => x.reshape([4, 1]), (x) => convgrad.reshape(x, [4, 1])],
    ['flatten', (x) => x.flatten(), (x) => convgrad.flatten(x)],
    ['permute', (x) => x.permute([1, 0]), (x) => convgrad.permute(x, [1, 0])],
    ['transpose', (x) => x.transpose(), (x) => convgrad.transpose(x)],
    ['clone', (x) => x.clone(), (x) => convgrad.clone(x)],
    ['softmax', (x) => x.softmax(0), (x) => convgrad.softmax(x, 0)],
    ['logSoftmax', (x) => x.logSoftmax(0), (x) => convgrad.logSoftmax(x, 0)],
    ['min', (x) => x.min({ axis: 1, keepDims: true }), (x) => convgrad.min(x, { axis: 1, keepDims: true })],
    ['argmax', (x) => x.argmax({ axis: 1 }), (x) => convgrad.argmax(x, { axis: 1 })],
    ['clamp', (x) => x.clamp({ min: 2, max: 3 }), (x) => convgrad.clamp(x, { min: 2, max: 3 })],
    ['squeeze', (x) => x.reshape([4, 1]).squeeze(1), (x) => convgrad.squeeze(x.reshape([4, 1]), 1)],
    ['unsqueeze', (x) => x.unsqueeze(1), (x) => convgrad.unsqueeze(x, 1)],
    ['variance', (x) => x.variance({ axis: 1, correction: 0 }), (x) => convgrad.variance(x, { axis: 1, correction: 0 })],
    ['norm', (x) => x.norm({ axis: 0 }), (x) => convgrad.norm(x, { axis: 0 })],
    ['logSumExp', (x) => x.logSumExp({ axis: 1 }), (x) => convgrad.logSumExp(x, { axis: 1 })],
    ['eq', (x) => x.eq(2), (x) => convgrad.eq(x, 2)],
    ['ne', (x) => x.ne(2), (x) => convgrad.ne(x, 2)],
    ['lt', (x) => x.lt(2), (x) => convgrad.lt(x, 2)],
    ['le', (x) => x.le(2), (x) => convgrad.le(x, 2)],
    ['gt', (x) => x.gt(2), (x) => convgrad.gt(x, 2)],
    ['ge', (x) => x.ge(2), (x) => convgrad.ge(x, 2)],
  ];

  test.each(METHODS)('%s is the same as a method and as a function', (_, method, fn) => {
    const [x, y] = [
      tensor([
        [1, 2],
        [3, 4],
      ]),
      tensor([
        [5, 6],
        [7, 8],
      ]),
    ];
    expect(method(x, y).shape).toEqual(fn(x, y).shape);
    expect(method(x, y).toArray()).toEqual(fn(x, y).toArray());
  });

  test('what argmax gives serves as labels: of a loss, of oneHot, of gather, and compared for an accuracy', () => {
    const logits = randn([6, 3], { generator: new Generator(1) });
    const teacher = randn([6, 3], { generator: new Generator(2) });
    const labels = teacher.argmax({ axis: 1 });
    const indices = Array.from(labels.data);
    expect(new Set(indices).size).toBeGreaterThan(1);
    expect(convgrad.crossEntropy(logits, labels).item()).toBe(convgrad.crossEntropy(logits, indices).item());
    expect(convgrad.oneHot(labels, 3).toArray()).toEqual(convgrad.oneHot(indices, 3).toArray());
    expect(convgrad.gather(teacher, 1, labels.unsqueeze(1)).squeeze().toArray()).toEqual(
      teacher.max({ axis: 1 }).toArray(),
    );
    const guesses = Array.from(logits.argmax({ axis: 1 }).data);
    const right = guesses.filter((guess, i) => guess === indices[i]).length;
    expect(logits.argmax({ axis: 1 }).eq(labels).mean().item()).toBeCloseTo(right / 6, 6);
  });

  test('probabilities of one class each are that class to a cross entropy, and the mean is as large', () => {
    const logits = randn([5, 4], { generator: new Generator(3) });
    const labels = [3, 0, 1, 1, 2];
    const soft = convgrad.crossEntropy(logits, convgrad.oneHot(labels, 4));
    expect(soft.item()).toBeCloseTo(convgrad.crossEntropy(logits, labels).item(), 5);
  });

  test.each(['float32', 'float64'] as const)('logSumExp of the largest numbers there are, %s', (dtype) => {
    const most = dtype === 'float32' ? Math.fround(3.4028234663852886e38) : Number.MAX_VALUE;
    const x = tensor(
      [
        [most, 0],
        [-most, -most],
        [most, -most],
      ],
      { dtype },
    );
    expect(convgrad.logSumExp(x, { axis: 1 }).toArray()).toEqual([most, -most, most]);
  });

  test('a mask holds no graph, and one made inside noGrad can be used outside', () => {
    const x = tensor([1, -2, 3], { requiresGrad: true });
    const mask = convgrad.noGrad(() => x.gt(0));
    convgrad.where(mask, x, 0).mul(2).sum().backward();
    expect(x.grad!.toArray()).toEqual([2, 0, 2]);
  });
});
