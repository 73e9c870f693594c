import { beforeAll, describe, expect, test } from 'vitest';
import {
  Conv2D,
  type Dataset,
  Dense,
  evaluate,
  type Module,
  type Sequential,
  type Tensor,
  tensor,
  uniform,
} from '../src/index.js';
import {
  ablate,
  deadFilters,
  featureMaps,
  maximize,
  occlusion,
  receptiveField,
  replaceFilter,
  saliency,
  topActivations,
} from '../src/inspect/index.js';
import { expectClose } from './close.js';
import { digitNetwork, trained } from './digit-network.js';

const network = () => digitNetwork(4, 6, { bias: false });
let digits: Dataset;
let model: Sequential;
beforeAll(async () => {
  ({ model, digits } = await trained(network, 300, { epochs: 4, batchSize: 16 }));
});

/** All numbers of the parameters, as bits. */
const bits = (of: Module) => of.parameters().map(({ data }) => [...new Uint32Array(data.slice().buffer)]);

/** The same network with other numbers, which the test changes by hand. */
function copyWith(change: (copy: Sequential) => void): Sequential {
  const copy = network();
  copy.loadStateDict(model.stateDict());
  change(copy);
  return copy;
}

describe('ablate', () => {
  test('is zeroing the filter and its bias by hand, in each kind of layer', () => {
    const conv1 = copyWith((copy) => {
      copy.at('conv1', Conv2D).weight.data.fill(0, 25, 50);
      copy.at('conv1', Conv2D).bias!.data[1] = 0;
    });
    const expected = evaluate(conv1, digits);
    expect(ablate(model, 'conv1', 1).evaluate(digits)).toEqual(expected);
    expect(expected.loss).not.toBe(evaluate(model, digits).loss);
    const conv2 = copyWith((copy) => {
      for (const i of [0, 5]) copy.at('conv2', Conv2D).weight.data.fill(0, i * 36, (i + 1) * 36);
    });
    expect(ablate(model, 'conv2', [0, 5]).evaluate(digits, { batchSize: 64 })).toEqual(
      evaluate(conv2, digits, { batchSize: 64 }),
    );
    const dense = copyWith((copy) => {
      copy.at('dense', Dense).weight.data.fill(0, 3 * 150, 4 * 150);
      copy.at('dense', Dense).bias!.data[3] = 0;
    });
    expect(ablate(model, 'dense', 3).evaluate(digits)).toEqual(evaluate(dense, digits));
  });

  test('the channel gives 0 while something runs, the others what they gave, and one may stand in another', () => {
    const x = tensor(digits.input(0), { shape: [1, 28, 28] });
    const whole = featureMaps(model, x, 'conv1').values;
    const without = ablate(model, 'conv1', 2).run(() => featureMaps(model, x, 'conv1').values);
    expect(without.subarray(2 * 576, 3 * 576).every((value) => value === 0)).toBe(true);
    expect(without.subarray(3 * 576)).toEqual(whole.subarray(3 * 576));
    const nested = ablate(model, 'conv1', 2).run(() => ablate(model, 'conv1', 0).evaluate(digits));
    expect(nested).toEqual(ablate(model, 'conv1', [0, 2]).evaluate(digits));
    expect(ablate(model, 'conv1', []).evaluate(digits)).toEqual(evaluate(model, digits));
  });

  test('a gradient through the numbers of meanwhile is refused afterwards', () => {
    const x = uniform([1, 1, 28, 28]);
    const during = ablate(model, 'conv1', 2).run(() => model.forward(x).sum());
    expect(() => during.backward()).toThrow('was changed in place');
  });

  test('what does not fit is refused', () => {
    expect(() => ablate(model, 'conv1', 4)).toThrow('ablate: expected channel to be a whole number from 0 to 3, got 4');
    expect(() => ablate(model, 'conv1', [0, -1])).toThrow('got -1');
    expect(() => ablate(model, 'conv1', '1' as never)).toThrow("expected a channel or a list of them, got '1'");
    expect(() => ablate(model, 'relu1', 0)).toThrow("expected 'relu1' to be a Conv2D or a Dense, got ReLU");
    expect(() => ablate(model, 'conv7', 0)).toThrow("no layer 'conv7'; the layers are '' (the model itself), conv1,");
    expect(() => ablate(model, 'conv1', 0).evaluate(digits.subset([]))).toThrow('an empty dataset');
    expect(() => ablate(model, 'conv1', 0).run(async () => 1)).toThrow('expected a synchronous function');
  });
});

describe('replaceFilter', () => {
  const sobel = [
    [1, 0, -1],
    [2, 0, -2],
    [1, 0, -1],
  ];
  /** The filter meanwhile. */
  const seen = (layer: string, channel: number, ...rest: [Tensor | number[] | number[][], object?]) => {
    const { weight } = model.at(layer) as Conv2D;
    const size = weight.size / weight.shape[0];
    const read = () => weight.data.slice(channel * size, (channel + 1) * size);
    return { meanwhile: replaceFilter(model, layer, channel, ...rest).run(read), own: read() };
  };

  test('puts the kernel in the place of the filter, with its norm and its bias', () => {
    const { meanwhile, own } = seen('conv1', 1, sobel);
    const framed = [0, 0, 0, 0, 0, ...sobel.flatMap((row) => [0, ...row, 0]), 0, 0, 0, 0, 0];
    const scale = Math.hypot(...own) / Math.sqrt(12);
    expectClose(
      meanwhile,
      framed.map((value) => value * scale),
      1e-6,
    );
    expect([...seen('conv1', 1, sobel, { keepNorm: false }).meanwhile]).toEqual(framed);
    const byHand = copyWith((copy) => copy.at('conv1', Conv2D).weight.data.set(meanwhile, 25));
    const { loss } = replaceFilter(model, 'conv1', 1, sobel).evaluate(digits);
    expect(loss).toBe(evaluate(byHand, digits).loss);
    expect(loss).not.toBe(evaluate(model, digits).loss);
  });

  test('replaces what the filter does with one input channel, with all, and a row of a dense layer', () => {
    const one = seen('conv2', 4, sobel, { inputChannel: 2, keepNorm: false });
    const expected = one.own.slice();
    expected.set(sobel.flat(), 18);
    expect(one.meanwhile).toEqual(expected);
    const scaled = seen('conv2', 4, sobel, { inputChannel: 2 }).meanwhile;
    expect(Math.hypot(...scaled.subarray(18, 27))).toBeCloseTo(Math.hypot(...one.own.subarray(18, 27)), 5);
    const all = uniform([4, 3, 3], { low: -1 });
    expect(seen('conv2', 4, all, { keepNorm: false }).meanwhile).toEqual(all.data);
    // A pixel for each input channel stands in the middle of its 3x3.
    const pixels = seen('conv2', 0, tensor([1, 2, 3, 4], { shape: [4, 1, 1] }), { keepNorm: false }).meanwhile;
    expect([4, 13, 22, 31].map((i) => pixels[i])).toEqual([1, 2, 3, 4]);
    expect(pixels.filter((value) => value !== 0)).toHaveLength(4);
    const row = Array.from({ length: 150 }, (_, i) => i % 3);
    expect([...seen('dense', 9, row, { keepNorm: false }).meanwhile]).toEqual(row);
  });

  test('what does not fit is refused', () => {
    const replace = (kernel: never, options?: object, layer = 'conv1') =>
      replaceFilter(model, layer, 0, kernel, options);
    const even = [[1, 1] as const, [1, 1] as const] as never;
    expect(() => replace(even)).toThrow(
      'expected a kernel [1, 5, 5], or a smaller one that can be centered in it, got shape [2, 2]',
    );
    expect(() => replace(sobel as never, {}, 'conv2')).toThrow('say its inputChannel');
    expect(() => replace(sobel as never, { inputChannel: 4 }, 'conv2')).toThrow('from 0 to 3, got 4');
    expect(() => replace([1, 2] as never, {}, 'dense')).toThrow('expected a kernel [150]');
    expect(() => replace([1, 2] as never, { inputChannel: 0 }, 'dense')).toThrow('a Dense layer has none');
    expect(() => replace([[Number.NaN]] as never)).toThrow('expected finite numbers in the kernel, got NaN at index');
    expect(() => replace([[0]] as never)).toThrow('a kernel of zeros cannot be scaled');
    expect(() => replace(sobel as never, { keepnorm: true })).toThrow("unknown option 'keepnorm'");
    expect(() => replaceFilter(model, 'conv1', 9, sobel)).toThrow('channel to be a whole number from 0 to 3, got 9');
  });
});

describe('whatever looks into a model leaves it as it was', () => {
  const image = () => tensor(digits.input(2), { shape: [1, 28, 28] });
  const failing = () => {
    throw new Error('on purpose');
  };
  const inputShape = [1, 28, 28];
  const looks: Record<string, () => unknown> = {
    evaluate: () => evaluate(model, digits),
    featureMaps: () => featureMaps(model, image(), 'relu1'),
    receptiveField: () => receptiveField(model, 'pool2', inputShape),
    topActivations: () => topActivations(model, 'pool2', 0, digits),
    deadFilters: () => deadFilters(model, 'conv2', digits),
    maximize: () => maximize(model, 'conv2', 1, { inputShape, steps: 3 }),
    gradient: () => saliency(model, image(), 3),
    smoothGrad: () => saliency(model, image(), 3, { method: 'smoothGrad', samples: 3 }),
    integratedGradients: () => saliency(model, image(), 3, { method: 'integratedGradients', steps: 3 }),
    occlusion: () => occlusion(model, image(), 3, { stride: 9 }),
    ablate: () => ablate(model, 'conv1', 0).evaluate(digits),
    'ablate, run': () => ablate(model, 'dense', [0, 1]).run(() => 0),
    replaceFilter: () => replaceFilter(model, 'conv1', 0, [[1]]).evaluate(digits),
  };
  const throwing: Record<string, () => unknown> = {
    'evaluate, loss': () => evaluate(model, digits, { loss: failing }),
    'featureMaps, image': () => featureMaps(model, uniform([1, 9, 9]), 'dense'),
    'topActivations, channel': () => topActivations(model, 'conv2', 6, digits),
    'maximize, channel': () => maximize(model, 'conv2', 6, { inputShape }),
    'maximize, shape': () => maximize(model, 'dense', 1, { inputShape: [1, 9, 9] }),
    'saliency, class': () => saliency(model, image(), 10),
    'occlusion, class': () => occlusion(model, image(), -1),
    'ablate, loss': () => ablate(model, 'conv1', 0).evaluate(digits, { loss: failing }),
    'ablate, run': () => ablate(model, 'conv1', 0).run(failing),
    'ablate, promise': () => ablate(model, 'conv1', 0).run(async () => 0),
    'replaceFilter, run': () => replaceFilter(model, 'conv2', 0, [[1]], { inputChannel: 1 }).run(failing),
  };

  /** Everything about the model that somebody could notice. */
  const state = () => ({
    bits: bits(model),
    grads: model.parameters().map(({ grad }) => grad),
    numbers: model.parameters().map(({ grad }) => grad && [...grad.data]),
    requiresGrad: model.parameters().map((parameter) => parameter.requiresGrad),
    modes: model.namedModules().map(([, module]) => module.training),
    covered: model.namedModules().filter(([, module]) => Object.hasOwn(module, 'forward')),
  });

  test.each([
    ...Object.entries(looks).map(([name, look]) => ({ name, look, throws: false })),
    ...Object.entries(throwing).map(([name, look]) => ({ name, look, throws: true })),
  ])('$name', ({ look, throws }) => {
    // Modes that differ, a frozen parameter, and gradients that somebody still wants.
    model.train();
    model.at('pool1').eval();
    const [frozen, ...others] = model.parameters();
    frozen.requiresGrad = false;
    frozen.grad = null;
    for (const parameter of others) parameter.grad = uniform(parameter.shape);
    const before = state();
    expect(before.modes).toContain(true);
    if (throws) expect(look).toThrow();
    else look();
    const after = state();
    expect(after).toEqual(before);
    after.grads.forEach((grad, i) => {
      expect(grad).toBe(before.grads[i]);
    });
    frozen.requiresGrad = true;
  });

  test('and the check sees what it looks for', () => {
    const before = state();
    const { data } = model.at('conv1', Conv2D).weight;
    const [first] = data;
    data[0] = 0;
    expect(state()).not.toEqual(before);
    data[0] = first;
    expect(state()).toEqual(before);
    model.at('relu1').training = !model.at('relu1').training;
    expect(state()).not.toEqual(before);
  });
});
