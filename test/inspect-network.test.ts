import { beforeEach, describe, expect, test } from 'vitest';
import {
  AvgPool2D,
  Conv2D,
  Dataset,
  Dense,
  Flatten,
  Generator,
  MaxPool2D,
  Module,
  manualSeed,
  ReLU,
  Sequential,
  summary,
  type Tensor,
  tensor,
  uniform,
} from '../src/index.js';
import { deadFilters, featureMaps, patchOf, receptiveField, topActivations } from '../src/inspect/index.js';
import { numbers } from './arrays.js';
import { expectClose } from './close.js';

beforeEach(() => {
  manualSeed(1);
});

const network = () =>
  new Sequential({
    conv1: new Conv2D(1, 3, 3),
    relu1: new ReLU(),
    pool1: new MaxPool2D(2),
    block: new Sequential(new Conv2D(3, 4, 2), new ReLU()),
    flatten: new Flatten(),
    dense: new Dense(4 * 4 * 4, 5),
  });
const image = () => uniform([1, 12, 12]);

function images(count: number): Dataset {
  const inputs = Float32Array.from(numbers(5, [count, 1, 12, 12], 0, 1));
  inputs.copyWithin(3 * 144, 144, 288); // Image 3 is image 1 again: a tie.
  return new Dataset(
    inputs,
    [1, 12, 12],
    Array.from({ length: count }, (_, i) => i % 5),
    5,
  );
}

class Custom extends Module {
  readonly conv = new Conv2D(1, 2, 3);
  /** A forward that is a field of the instance, not of the class. */
  override forward = (x: Tensor) => this.conv.forward(x).relu();
}

describe('featureMaps', () => {
  test('is what running the layers one after the other gives, for each layer, container and the model', () => {
    const [model, x] = [network(), image()];
    let output = x.reshape([1, 1, 12, 12]);
    for (const [name, layer] of model.namedChildren()) {
      output = layer.forward(output);
      const { shape, values } = featureMaps(model, x, name);
      expect(shape).toEqual(output.shape.slice(1));
      expect(values).toEqual(output.data);
    }
    expect(featureMaps(model, x.reshape([1, 1, 12, 12]), '').values).toEqual(output.data);
    expect(featureMaps(model, x, 'block.1').values).toEqual(featureMaps(model, x, 'block').values);
    expect(featureMaps(model, x, 'block.0').values).not.toEqual(featureMaps(model, x, 'block').values);
  });

  test('of a model in float64 it gives float64', () => {
    const [model, x] = [network(), image()];
    const { values } = featureMaps(model, x, 'dense');
    const double = featureMaps(model.to('float64'), x, 'dense').values;
    expect(double).toBeInstanceOf(Float64Array);
    expectClose(values, double, 1e-6);
  });

  test('a forward that stands on the instance is put back, here and by summary', () => {
    const model = new Sequential({ custom: new Custom(), flatten: new Flatten() });
    const { forward } = model.at('custom');
    const { values } = featureMaps(model, image(), 'custom');
    summary(model, [1, 12, 12]);
    summary(model.at('custom', Custom), [1, 12, 12]);
    expect(model.at('custom').forward).toBe(forward);
    expect(Math.min(...values)).toBe(0);
  });

  test('what does not fit is refused', () => {
    const model = network();
    expect(() => featureMaps(model, image(), 'conv9')).toThrow(
      "featureMaps: no layer 'conv9'; the layers are '' (the model itself), conv1, relu1, pool1, block, block.0, block.1, flatten, dense",
    );
    expect(() => featureMaps({} as Module, image(), '')).toThrow('expected a model, a Module');
    expect(() => featureMaps(model, uniform([12, 12]), '')).toThrow('expected an image [C, H, W] or [1, C, H, W]');
    expect(() => featureMaps(model, uniform([2, 1, 12, 12]), '')).toThrow('got shape [2, 1, 12, 12]');
    expect(() => featureMaps(model, uniform([3, 12, 12]), '')).toThrow('expected 1 input channels, got 3');
    const broken = tensor(new Float32Array(144).fill(Number.NaN, 7), { shape: [1, 12, 12] });
    expect(() => featureMaps(model, broken, '')).toThrow('expected finite numbers in the image, got NaN at index 7');
    const relu = new ReLU();
    const twice = new Sequential(new Conv2D(1, 1, 3), relu, new Conv2D(1, 1, 3), relu);
    expect(() => featureMaps(twice, image(), '3')).toThrow('1 and 3 are one layer');
    const idle = new Custom();
    idle.forward = (x) => x;
    expect(() => featureMaps(idle, image(), 'conv')).toThrow("does not run its layer 'conv'");
  });
});

/** Rows and columns of the input from which unit (row, column) of the last layer gets a gradient, for any of 64 images. */
function measured(model: Sequential, inputShape: readonly number[], row: number, column: number) {
  const [C, H, W] = inputShape;
  const x = uniform([64, C, H, W], { requiresGrad: true, dtype: 'float64' });
  const y = model.forward(x);
  const seed = tensor(new Float64Array(y.size), { shape: y.shape });
  const [, channels, rows, columns] = y.shape;
  for (let map = 0; map < 64 * channels; map++) seed.data[(map * rows + row) * columns + column] = 1;
  y.backward(seed);
  const seen = Array.from(x.grad!.data).flatMap((value, i) => (value === 0 ? [] : [i]));
  const down = seen.map((i) => Math.floor(i / W) % H);
  const across = seen.map((i) => i % W);
  const [top, left] = [Math.min(...down), Math.min(...across)];
  return { top, left, height: Math.max(...down) + 1 - top, width: Math.max(...across) + 1 - left };
}

describe('receptiveField', () => {
  const nets: Record<string, () => Module[]> = {
    'a 3x5 filter': () => [new Conv2D(1, 2, [3, 5])],
    'padding and strides': () => [
      new Conv2D(1, 2, 3, { stride: 2, padding: 1 }),
      new ReLU(),
      new Conv2D(2, 2, [3, 2], { padding: [1, 0] }),
    ],
    'max pooling': () => [new Conv2D(1, 2, 5), new ReLU(), new MaxPool2D(2), new Conv2D(2, 2, 3), new MaxPool2D(2)],
    'overlapping windows': () => [
      new MaxPool2D(3, { stride: 2, padding: 1 }),
      new AvgPool2D([2, 3], { stride: [1, 2] }),
      new Conv2D(1, 1, 3, { padding: 'valid' }),
    ],
    "dilation, and 'same' with an even filter": () => [
      new Conv2D(1, 2, 3, { dilation: [2, 1], padding: 'same' }),
      new Sequential(new ReLU(), new Conv2D(2, 2, [4, 2], { padding: 'same' })),
    ],
  };

  test.each(Object.entries(nets))('is what the gradient shows: %s', (_, layers) => {
    const model = new Sequential(...layers()).to('float64');
    for (const { data } of model.parameters()) data.set(data.map((weight) => Math.abs(weight) + 0.1));
    const shape = [1, 20, 23];
    const [, rows, columns] = featureMaps(model, uniform(shape), '').shape;
    const field = receptiveField(model, '', shape);
    for (const row of [0, 1, rows >> 1, rows - 1]) {
      for (const column of [0, columns >> 1, columns - 1]) {
        expect(patchOf(field, row, column, shape)).toEqual(measured(model, shape, row, column));
      }
    }
  });

  test('of the layers of a usual network, by hand', () => {
    const model = network();
    const at = (layer: string) => receptiveField(model, layer, [1, 12, 12]);
    expect(at('conv1')).toEqual({ size: [3, 3], stride: [1, 1], start: [0, 0] });
    expect(at('pool1')).toEqual({ size: [4, 4], stride: [2, 2], start: [0, 0] });
    expect(at('block.0')).toEqual({ size: [6, 6], stride: [2, 2], start: [0, 0] });
    expect(at('block')).toEqual(at('block.0'));
    expect(at('dense')).toEqual({ size: [12, 12], stride: [0, 0], start: [0, 0] });
    expect(at('')).toEqual(at('flatten'));
    const padded = new Sequential(new Conv2D(1, 1, 5, { padding: 2 }), new Conv2D(1, 1, 3, { padding: 1, stride: 2 }));
    expect(receptiveField(padded, '1', [1, 8, 8])).toEqual({ size: [7, 7], stride: [2, 2], start: [-3, -3] });
  });

  test('where it cannot be known, or the image does not fit, it says so', () => {
    const custom = new Sequential({ conv1: new Conv2D(1, 1, 3), custom: new Custom(), relu: new ReLU() });
    expect(receptiveField(custom, 'conv1', [1, 9, 9]).size).toEqual([3, 3]);
    for (const layer of ['custom', 'custom.conv', 'relu']) {
      expect(() => receptiveField(custom, layer, [1, 9, 9])).toThrow(
        "got Custom at 'custom', whose receptive field is not known",
      );
    }
    class Doubled extends Conv2D {
      override forward(x: Tensor) {
        return super.forward(super.forward(x));
      }
    }
    expect(() => receptiveField(new Sequential(new Doubled(1, 1, 3)), '0', [1, 9, 9])).toThrow('Doubled(1, 1, 3x3)');
    expect(() => receptiveField(network(), 'conv2', [1, 12, 12])).toThrow("no layer 'conv2'");
    expect(() => receptiveField(network(), 'conv1', [12, 12])).toThrow(
      'expected the shape [C, H, W] of an image, got [12, 12]',
    );
    expect(() => receptiveField(network(), 'pool1', [1, 2, 2])).toThrow('receptiveField, conv1 (Conv2D): the filter');
  });
});

describe('topActivations', () => {
  test('are the best of all images, each at its best place, found image by image', () => {
    const [model, data] = [network(), images(40)];
    for (const [layer, channel] of [
      ['conv1', 1],
      ['relu1', 0],
      ['block', 2],
      ['dense', 4],
    ] as const) {
      const all = Array.from({ length: data.length }, (_, index) => {
        const { shape, values } = featureMaps(model, tensor(data.input(index), { shape: [1, 12, 12] }), layer);
        const [, rows, columns] = [...shape, 1, 1];
        const map = values.slice(channel * rows * columns, (channel + 1) * rows * columns);
        const best = map.indexOf(Math.max(...map));
        return { index, label: index % 5, value: map[best], row: Math.floor(best / columns), column: best % columns };
      });
      const expected = all.sort((a, b) => b.value - a.value || a.index - b.index);
      const field = receptiveField(model, layer, [1, 12, 12]);
      const found = topActivations(model, layer, channel, data, { count: 40, batchSize: 7 });
      expect(found).toEqual(expected.map((e) => ({ ...e, patch: patchOf(field, e.row, e.column, [1, 12, 12]) })));
      expect(topActivations(model, layer, channel, data)).toEqual(found.slice(0, 9));
      const places = [1, 3].map((index) => found.findIndex((entry) => entry.index === index));
      expect(places[1]).toBe(places[0] + 1); // The same image twice: the first one first.
    }
  });

  test('a patch is what the unit sees, cut at the border', () => {
    const conv = new Conv2D(1, 1, 3, { padding: 1, bias: false });
    conv.weight.data.fill(1);
    const inputs = new Float32Array(2 * 36);
    inputs[0] = 1; // Image 0: one pixel, in the corner, seen by four units: the first is (0, 0).
    inputs[36 + 3 * 6 + 2] = 5; // Image 1: row 3, column 2; the first unit that sees it is (2, 1).
    const found = topActivations(new Sequential(conv), '0', 0, new Dataset(inputs, [1, 6, 6], [0, 1]));
    expect(found).toEqual([
      { index: 1, label: 1, value: 5, row: 2, column: 1, patch: { top: 1, left: 0, height: 3, width: 3 } },
      { index: 0, label: 0, value: 1, row: 0, column: 0, patch: { top: 0, left: 0, height: 2, width: 2 } },
    ]);
  });

  test('what does not fit is refused', () => {
    const [model, data] = [network(), images(4)];
    expect(() => topActivations(model, 'conv1', 3, data)).toThrow('channel to be a whole number from 0 to 2, got 3');
    expect(() => topActivations(model, 'conv9', 0, data)).toThrow("no layer 'conv9'");
    expect(() => topActivations(model, 'conv1', 0, data, { count: 0 })).toThrow('count to be a whole number');
    expect(() => topActivations(model, 'conv1', 0, data, { top: 3 } as object)).toThrow("unknown option 'top'");
    expect(() => topActivations(model, 'conv1', 0, new Dataset([], [1, 12, 12], []))).toThrow('an empty dataset');
    model.at('conv1', Conv2D).weight.data[0] = Number.NaN;
    expect(() => topActivations(model, 'conv1', 0, data)).toThrow("the output of 'conv1' is NaN");
  });
});

describe('deadFilters', () => {
  test('by weight: a norm below 5% of the largest; by activation: never positive on any image', () => {
    const conv = new Conv2D(1, 5, 2);
    conv.weight.data.set(
      [
        [3, 0, 0, 4],
        [0.2, 0, 0, 0],
        [0, 0.26, 0, 0],
        [1, 1, 1, 1],
        [0, 0, 0, 0],
      ].flat(),
    );
    conv.bias!.data.set([0, 0, 0, -5, 0]);
    const model = new Sequential({ conv, relu: new ReLU() });
    const dead = deadFilters(model, 'conv', images(6));
    expectClose(dead.norms, [5, 0.2, 0.26, 2, 0], 1e-6);
    expect(dead.byWeight).toEqual([1, 4]);
    expect(dead.byActivation).toEqual([3, 4]);
    const outputs = topActivations(model, 'conv', 3, images(6));
    expect(dead.highest![3]).toBe(outputs[0].value);
    conv.bias!.data[3] = -outputs[0].value - 4.999; // One image wakes it up.
    expect(deadFilters(model, 'conv', images(6)).byActivation).toEqual([4]);
    expect(deadFilters(model, 'conv')).toMatchObject({ byWeight: [1, 4], highest: null, byActivation: null });
  });

  test('of a dense layer, and of one where all is zero', () => {
    const dense = new Dense(144, 3, { generator: new Generator(1) });
    const model = new Sequential({ flatten: new Flatten(), dense });
    expect(deadFilters(model, 'dense').byWeight).toEqual([]);
    dense.weight.data.fill(0);
    dense.bias!.data.set([0.5, 0, -1]);
    expect(deadFilters(model, 'dense', images(4))).toEqual({
      norms: [0, 0, 0],
      byWeight: [0, 1, 2],
      highest: [0.5, 0, -1],
      byActivation: [1, 2],
    });
  });

  test('what does not fit is refused', () => {
    const model = network();
    expect(() => deadFilters(model, 'relu1')).toThrow("expected 'relu1' to be a Conv2D or a Dense, got ReLU");
    expect(() => deadFilters(model, 'conv1', new Dataset([], [1, 12, 12], []))).toThrow('an empty dataset');
  });
});
