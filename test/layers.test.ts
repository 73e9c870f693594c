import { describe, expect, test, vi } from 'vitest';
import {
  ArgumentError,
  Conv2D,
  crossEntropy,
  Dense,
  Flatten,
  Generator,
  MaxPool2D,
  Module,
  manualSeed,
  maxPool2d,
  ones,
  Parameter,
  ReLU,
  randn,
  relu,
  Sequential,
  SGD,
  ShapeError,
  summary,
  type Tensor,
  tensor,
  zeros,
} from '../src/index.js';
import { digitNetwork } from './digit-network.js';
import { mean } from './statistics.js';

const generator = new Generator('test/layers');
const keysOf = (model: Module) => Object.keys(model.stateDict());

/** A model of one's own: fields, a list of layers, and a parameter that belongs to no layer. */
class Net extends Module {
  readonly conv1 = new Conv2D(1, 2, 3, { padding: 1, generator });
  readonly blocks = [new Conv2D(2, 2, 1, { bias: false, generator }), new ReLU(), new Conv2D(2, 2, 1, { generator })];
  readonly head = new Sequential(new Flatten(), new Dense(32, 3, { generator }));
  readonly scale = new Parameter(ones([1]));
  readonly note = 'not a layer';

  override forward(x: Tensor): Tensor {
    x = this.conv1.forward(x);
    for (const block of this.blocks) x = block.forward(x);
    return this.head.forward(x).mul(this.scale);
  }
}

describe('names and parameters', () => {
  test("the state's keys are PyTorch's: '0.weight', nested '1.0.bias', named 'conv1.weight'", () => {
    const inner = new Sequential(new Dense(3, 2, { generator }), new ReLU());
    expect(keysOf(new Sequential(new Dense(2, 3, { generator }), inner))).toEqual([
      '0.weight',
      '0.bias',
      '1.0.weight',
      '1.0.bias',
    ]);
    const named = new Sequential({ conv1: new Conv2D(1, 2, 3, { generator }), relu: new ReLU(), head: inner });
    expect(keysOf(named)).toEqual(['conv1.weight', 'conv1.bias', 'head.0.weight', 'head.0.bias']);
    expect(keysOf(new Conv2D(1, 1, 1, { bias: false, generator }))).toEqual(['weight']);
  });

  test('a model of one’s own is found through its fields and lists', () => {
    const net = new Net();
    const keys = ['scale', 'conv1.weight', 'conv1.bias', 'blocks.0.weight', 'blocks.2.weight', 'blocks.2.bias'];
    expect(keysOf(net)).toEqual([...keys, 'head.1.weight', 'head.1.bias']);
    expect(net.namedModules().map(([name]) => name)).toEqual([
      '',
      'conv1',
      'blocks.0',
      'blocks.1',
      'blocks.2',
      'head',
      'head.0',
      'head.1',
    ]);
    crossEntropy(net.forward(ones([2, 1, 4, 4])), [0, 2]).backward();
    expect(net.parameters().every((parameter) => parameter.grad !== null)).toBe(true);
  });

  test('a layer that is used twice has its parameters once, both keys in the state, and the gradients of both', () => {
    const shared = new Dense(2, 2, { generator });
    const model = new Sequential(shared, new ReLU(), shared);
    expect(model.parameters()).toEqual([shared.weight, shared.bias]);
    expect(model.namedParameters().map(([name]) => name)).toEqual(['0.weight', '0.bias']);
    expect(keysOf(model)).toEqual(['0.weight', '0.bias', '2.weight', '2.bias']);
    shared.loadStateDict({
      weight: tensor([
        [2, 0],
        [0, 2],
      ]),
      bias: zeros([2]),
    });
    model
      .forward(ones([1, 2]))
      .sum()
      .backward();
    expect(shared.bias!.grad!.toArray()).toEqual([3, 3]); // 1 from the second use, 2 through it from the first
  });

  test('train and eval reach every module inside', () => {
    const net = new Net();
    const modes = () => new Set(net.namedModules().map(([, module]) => module.training));
    expect(modes()).toEqual(new Set([true]));
    expect(net.eval()).toBe(net);
    expect(modes()).toEqual(new Set([false]));
    net.train();
    expect(modes()).toEqual(new Set([true]));
  });

  test('to float64 and back converts every parameter', () => {
    const net = new Net().to('float64');
    expect(new Set(net.parameters().map(({ dtype }) => dtype))).toEqual(new Set(['float64']));
    expect(net.forward(ones([1, 1, 4, 4], { dtype: 'float64' })).dtype).toBe('float64');
    expect(net.to('float32').forward(ones([1, 1, 4, 4])).dtype).toBe('float32');
  });
});

describe('stateDict and loadStateDict', () => {
  const layer = () => new Dense(2, 1, { generator });
  const numbersOf = (model: Module) => model.parameters().map((parameter) => parameter.toArray());

  test('the state shares the numbers of the model; loading copies them', () => {
    const [a, b] = [layer(), layer()];
    b.loadStateDict(a.stateDict());
    expect(numbersOf(b)).toEqual(numbersOf(a));
    a.stateDict().weight.data[0] = 42;
    expect(a.weight.data[0]).toBe(42);
    expect(b.weight.data[0]).not.toBe(42);
  });

  test('strict loading names the keys that are missing and left over, and changes nothing', () => {
    const model = layer();
    const before = numbersOf(model);
    const load = () => model.loadStateDict({ weight: ones([1, 2]), biass: ones([1]) });
    expect(load).toThrow(ArgumentError);
    expect(load).toThrow("loadStateDict: missing keys ['bias'], unexpected keys ['biass']");
    expect(numbersOf(model)).toEqual(before);
  });

  test('loading that is not strict takes what fits, and says what did not', () => {
    const model = layer();
    const [, bias] = numbersOf(model);
    const result = model.loadStateDict({ weight: ones([1, 2]), other: ones([1]) }, { strict: false });
    expect(result).toEqual({ missing: ['bias'], unexpected: ['other'] });
    expect(numbersOf(model)).toEqual([[[1, 1]], bias]);
    expect(() => model.loadStateDict({}, { Strict: false } as object)).toThrow("unknown option 'Strict'");
  });

  test('a shape that does not fit changes nothing, not even what comes before it', () => {
    const model = layer();
    const before = numbersOf(model);
    for (const strict of [true, false]) {
      const load = () => model.loadStateDict({ weight: ones([1, 2]), bias: ones([2]) }, { strict });
      expect(load).toThrow(ShapeError);
      expect(load).toThrow('expected shape [1] for bias, got [2]');
      expect(numbersOf(model)).toEqual(before);
    }
  });
});

describe('Sequential', () => {
  const [conv, relu, pool] = [new Conv2D(1, 2, 3, { generator }), new ReLU(), new MaxPool2D(2)];

  test('is indexed, iterated and asked by name', () => {
    const model = new Sequential({ conv1: conv, relu, pool });
    expect([model.length, model[0], model[2], model[3]]).toEqual([3, conv, pool, undefined]);
    expect([model.at(0), model.at(-1), model.at('relu')]).toEqual([conv, pool, relu]);
    expect([...model]).toEqual([conv, relu, pool]);
    expect(model.at('conv1', Conv2D).weight).toBe(conv.weight);
    expect(() => model.at('relu', Conv2D)).toThrow("expected layer 'relu' to be a Conv2D, got ReLU");
    expect(new Sequential(conv, relu).at('1')).toBe(relu);
    expect(() => model.at('conv2')).toThrow("Sequential: no layer 'conv2'; the layers are conv1, relu, pool");
    expect(() => model.at(3)).toThrow(ArgumentError);
  });

  test('refuses whole numbers as names, which JavaScript would put in another order', () => {
    const named = () => new Sequential({ 10: conv, 2: relu });
    expect(named).toThrow(ArgumentError);
    expect(named).toThrow(
      "Sequential: expected names such as conv1, got '2': a name has no dot, and a whole number would",
    );
    expect(() => new Sequential({ conv1: conv, 0: relu })).toThrow("got '0'");
    // These keep their places.
    const kept = new Sequential({ '10a': conv, '-1': relu, '01': pool });
    expect(kept.namedChildren().map(([name]) => name)).toEqual(['10a', '-1', '01']);
  });

  test('refuses names that would give two layers one key in the state dict', () => {
    expect(() => new Sequential({ 'a.b': conv, a: new Sequential({ b: conv }) })).toThrow("got 'a.b'");
    expect(() => new Sequential({ '': conv })).toThrow("got ''");
  });

  test('functions are layers without parameters, named as layers are', () => {
    const halve = (x: Tensor) => x.div(2);
    const model = new Sequential(
      new Dense(3, 4, { generator }),
      (x) => x.clamp({ min: 0 }),
      new Dense(4, 2, { generator }),
    );
    model.append(halve).insert(0, (x) => x.neg());
    expect(keysOf(model)).toEqual(['1.weight', '1.bias', '3.weight', '3.bias']);
    const x = randn([2, 3], { generator });
    const [first, second] = [model.at(1, Dense), model.at(3, Dense)];
    const expected = second.forward(first.forward(x.neg()).relu()).div(2);
    expect(model.forward(x).toArray()).toEqual(expected.toArray());
    const { layers, parameters } = summary(model, [3]);
    expect(layers.map(({ name, layer }) => `${name} ${layer}`)).toEqual([
      '0 Lambda',
      '1 Dense(3, 4)',
      '2 Lambda',
      '3 Dense(4, 2)',
      '4 Lambda(halve)',
    ]);
    expect(layers.map(({ outputShape }) => outputShape)).toEqual([[3], [4], [4], [2], [2]]);
    expect(parameters).toBe(26);
    expect(String(model.replace(0, new ReLU()))).toBe(
      'Sequential(\n  (0): ReLU\n  (1): Dense(3, 4)\n  (2): Lambda\n  (3): Dense(4, 2)\n  (4): Lambda(halve)\n)',
    );
    const named = new Sequential({ twice: (x) => x.mul(2), half: halve });
    expect(String(named)).toBe('Sequential(\n  (twice): Lambda(twice)\n  (half): Lambda(halve)\n)');
    expect(named.forward(tensor([1, -1])).toArray()).toEqual([1, -1]);
    const wrong = new Sequential((x) => x.reshape([7]));
    expect(() => wrong.forward(x)).toThrow('0 (Lambda): cannot view shape [2, 3] (6 numbers) as [7]');
  });

  test('refuses what is no layer', () => {
    expect(() => new Sequential(conv, 7 as unknown as Module)).toThrow('expected a layer as 1, got 7');
    expect(() => new Sequential({ act: [] as unknown as Module })).toThrow('expected a layer as act');
  });

  test('of nothing gives its input', () => {
    const x = ones([2]);
    expect(new Sequential().forward(x)).toBe(x);
  });

  const misfit = () => ({ conv1: new Conv2D(1, 16, 1, { generator }), conv2: new Conv2D(8, 16, 5, { generator }) });
  const tail = 'expected 8 input channels, got 16, input shape [32, 16, 14, 14]';

  test.each([
    ['named', () => new Sequential(misfit()), `conv2 (Conv2D): ${tail}`],
    ['by index', () => new Sequential(...Object.values(misfit())), `1 (Conv2D): ${tail}`],
    ['nested', () => new Sequential({ block: new Sequential(misfit()) }), `block.conv2 (Conv2D): ${tail}`],
    [
      'nested twice',
      () => new Sequential(new Sequential({ block: new Sequential(misfit()) })),
      `0.block.conv2 (Conv2D): ${tail}`,
    ],
  ])('a shape that does not fit names the layer, %s', (_, make, message) => {
    const forward = () => make().forward(zeros([32, 1, 14, 14]));
    expect(forward).toThrow(ShapeError);
    expect(forward).toThrow(new RegExp(`^${message.replaceAll(/[()[\]]/g, '\\$&')}$`));
  });

  test('a lone layer names itself with its settings', () => {
    const forward = () => new Dense(784, 10, { generator }).forward(zeros([2, 100]));
    expect(forward).toThrow(
      'Dense(784, 10): expected 784 input features, input shape [N, 784], got input shape [2, 100]',
    );
  });
});

describe('default initialization is PyTorch’s: uniform within 1 / sqrt(fanIn), weight and bias', () => {
  test.each([
    ['Conv2D(3, 64, 5)', () => new Conv2D(3, 64, 5, { generator }), 75],
    ['Conv2D(8, 64, [3, 1], groups 4)', () => new Conv2D(8, 64, [3, 1], { groups: 4, generator }), 6],
    ['Dense(100, 64)', () => new Dense(100, 64, { generator }), 100],
  ])('%s', (_, make, fanIn) => {
    const { weight, bias } = make();
    const bound = 1 / Math.sqrt(fanIn);
    for (const { data } of [weight, bias!]) {
      const [least, most] = [Math.min(...data), Math.max(...data)];
      expect(least).toBeGreaterThanOrEqual(Math.fround(-bound));
      expect(most).toBeLessThanOrEqual(Math.fround(bound));
      // The range is filled: of n even numbers the largest size is below (1 - 7/n) of the bound once in a thousand.
      expect(Math.max(-least, most)).toBeGreaterThan((1 - 7 / data.length) * bound);
      expect(Math.abs(mean(data))).toBeLessThan((4 * bound) / Math.sqrt(3 * data.length)); // 4 standard errors
    }
  });

  const weightsOf = (layer: Conv2D | Dense) => [...layer.weight.data, ...layer.bias!.data];

  test('repeats with the generator given, or else with manualSeed', () => {
    const make = (seed: number) => weightsOf(new Conv2D(2, 3, 3, { generator: new Generator(seed) }));
    expect(make(1)).toEqual(make(1));
    expect(make(1)).not.toEqual(make(2));
    const seeded = (seed: number) => {
      manualSeed(seed);
      return [weightsOf(new Dense(4, 3)), weightsOf(new Dense(4, 3))];
    };
    expect(seeded(1)).toEqual(seeded(1));
    expect(seeded(1)).not.toEqual(seeded(2));
    expect(seeded(1)[0]).not.toEqual(seeded(1)[1]);
  });
});

describe('summary', () => {
  const netE = digitNetwork(8, 16);

  test('of net E: 5,386 parameters, 234,400 multiply-adds', () => {
    const { layers, parameters, multiplyAdds } = summary(netE, [1, 28, 28]);
    expect([parameters, multiplyAdds]).toEqual([5386, 234_400]);
    const shown = layers.map((l) => [l.name, l.layer, l.outputShape.join('x'), l.parameters, l.multiplyAdds]);
    expect(shown).toEqual([
      ['conv1', 'Conv2D(1, 8, 5x5)', '8x24x24', 208, 115_200],
      ['relu1', 'ReLU', '8x24x24', 0, 0],
      ['pool1', 'MaxPool2D(2x2)', '8x12x12', 0, 0],
      ['conv2', 'Conv2D(8, 16, 3x3)', '16x10x10', 1168, 115_200],
      ['relu2', 'ReLU', '16x10x10', 0, 0],
      ['pool2', 'MaxPool2D(2x2)', '16x5x5', 0, 0],
      ['flatten', 'Flatten', '400', 0, 0],
      ['dense', 'Dense(400, 10)', '10', 4010, 4000],
    ]);
  });

  test('as text is a table that ends with the totals', () => {
    const lines = String(summary(netE, [1, 28, 28])).split('\n');
    expect(lines[0]).toMatch(/^name +layer +output +parameters +multiply-adds$/);
    expect(lines[2]).toMatch(/^conv1 +Conv2D\(1, 8, 5x5\) +\[8, 24, 24\] +208 +115,200$/);
    expect(lines.at(-1)).toMatch(/^ +total +5,386 +234,400$/);
    expect(new Set(lines.map((line) => line.length)).size).toBe(1);
  });

  test('counts a layer that is used twice once in the parameters, twice in the multiply-adds', () => {
    const shared = new Dense(3, 3, { generator });
    expect(summary(new Sequential(shared, shared), [3])).toMatchObject({ parameters: 12, multiplyAdds: 18 });
  });

  test('leaves the model as it was, also when the example does not fit', () => {
    const forward = netE.at('conv1').forward;
    expect(() => summary(netE, [3, 28, 28])).toThrow('conv1 (Conv2D): expected 1 input channels, got 3');
    summary(netE, [1, 28, 28]);
    expect(netE.at('conv1').forward).toBe(forward);
    expect(Object.hasOwn(netE.at('conv1'), 'forward')).toBe(false);
  });
});

describe('SGD', () => {
  test('changes what has a gradient, and nothing else', () => {
    const [a, b] = [ones([1], { requiresGrad: true }), ones([1], { requiresGrad: true })];
    const optimizer = new SGD([a, b], { lr: 0.5, weightDecay: 0.5 });
    a.mul(3).backward();
    optimizer.step();
    expect([a.item(), b.item()]).toEqual([1 - 0.5 * (3 + 0.5), 1]);
  });

  test('takes what a group leaves out from the options', () => {
    const [a, b] = [ones([1]), ones([1])];
    const { groups } = new SGD([{ params: [a], lr: 1 }, { params: [b] }], { lr: 0.5, momentum: 0.9 });
    expect(groups).toMatchObject([
      { params: [a], lr: 1, momentum: 0.9 },
      { params: [b], lr: 0.5, momentum: 0.9 },
    ]);
  });
});

test('layers run in the order in which they stand: what one inspects is what runs', () => {
  const ran: string[] = [];
  const spies = [ReLU, MaxPool2D].map((Kind) =>
    vi.spyOn(Kind.prototype, 'forward').mockImplementation((x: Tensor) => {
      ran.push(`${Kind.name} ${x.shape}`);
      return Kind === MaxPool2D ? maxPool2d(x, 2) : relu(x);
    }),
  );
  new Sequential(new ReLU(), new MaxPool2D(2), new MaxPool2D(2), new ReLU()).forward(zeros([1, 1, 8, 8]));
  for (const spy of spies) spy.mockRestore();
  expect(ran).toEqual(['ReLU 1,1,8,8', 'MaxPool2D 1,1,8,8', 'MaxPool2D 1,1,4,4', 'ReLU 1,1,2,2']);
});

test('max pooling in front of ReLU gives the numbers and gradients of ReLU in front of it, to the last bit, ties and NaN included', () => {
  const pools = () => [new MaxPool2D(2), new MaxPool2D(3, { stride: 1, padding: 1 })];
  const values = Array.from({ length: 2 * 3 * 8 * 8 }, (_, i) => ((i * 7) % 11) - 6 + (i % 29 === 0 ? Number.NaN : 0));
  const results = [
    new Sequential(...pools().flatMap((pool) => [new ReLU(), pool])),
    new Sequential(...pools().flatMap((pool) => [pool, new ReLU()])),
  ].map((model) => {
    const x = tensor(values, { shape: [2, 3, 8, 8], requiresGrad: true });
    const y = model.forward(x);
    y.mul(randn(y.shape, { generator: new Generator(1) }))
      .sum()
      .backward();
    return [y.toArray(), x.grad!.toArray()];
  });
  expect(results[0]).toEqual(results[1]);
});
