import { beforeAll, describe, expect, test } from 'vitest';
import {
  Conv2D,
  type Dataset,
  Dense,
  Flatten,
  Module,
  ReLU,
  Sequential,
  type Tensor,
  tensor,
  uniform,
} from '../src/index.js';
import { featureMaps, maximize, occlusion, overlay, type SaliencyOptions, saliency } from '../src/inspect/index.js';
import { numbers } from './arrays.js';
import { expectClose } from './close.js';
import { digitNetwork, trained } from './digit-network.js';
import { sum } from './statistics.js';

let digits: Dataset;
let model: Sequential;
const network = () => digitNetwork(6, 8);
beforeAll(async () => {
  ({ model, digits } = await trained(network, 2000, { epochs: 2, batchSize: 32 }));
});

const digit = (index: number) => tensor(digits.input(index), { shape: [1, 28, 28] });
const INTEGRATED = { method: 'integratedGradients' } as const;

/** Three logits, each a weighted sum of the 2 * 4 * 5 pixels plus a bias. */
function linear() {
  const dense = new Dense(40, 3);
  dense.weight.data.set(numbers(2, [3, 40]));
  return { model: new Sequential(new Flatten(), dense), weights: dense.weight.data.slice(40, 80) };
}
const picture = (seed = 3) => tensor(Float32Array.from(numbers(seed, [2, 4, 5])), { shape: [2, 4, 5] });

/** Two logits: the sum of the squares of all pixels, and their sum. */
class Squares extends Module {
  override forward(x: Tensor) {
    const flat = x.flatten(1);
    const [squares, plain] = [flat.mul(flat).sum({ axis: 1, keepDims: true }), flat.sum({ axis: 1, keepDims: true })];
    const [first, second] = [tensor([[1, 0]], { dtype: x.dtype }), tensor([[0, 1]], { dtype: x.dtype })];
    return squares.mul(first).add(plain.mul(second));
  }
}

describe('saliency', () => {
  test('of a linear model, all methods give its weights', () => {
    const { model: flat, weights } = linear();
    const x = picture();
    const { shape, values } = saliency(flat, x, 1);
    expect(shape).toEqual([2, 4, 5]);
    expect(values).toEqual(weights);
    expectClose(saliency(flat, x.reshape([1, 2, 4, 5]), 1, { method: 'smoothGrad' }).values, weights, 1e-6);
    const baseline = picture(4);
    const { values: shares, completeness } = saliency(flat, x, 1, { ...INTEGRATED, baseline, steps: 3 });
    expectClose(
      shares,
      weights.map((weight, i) => weight * (x.data[i] - baseline.data[i])),
      1e-6,
    );
    expect(completeness!.relativeError).toBeLessThan(1e-5);
    const [at, from] = [x, baseline].map((image) => featureMaps(flat, image, '').values[1]);
    expect(completeness!.expected).toBe(at - from);
  });

  test('the gradient is the difference of the logit, pixel by pixel, in float64', () => {
    const double = network();
    double.loadStateDict(model.stateDict());
    double.to('float64');
    // Noise on the digit: where all is black, max pooling has ties, and no gradient.
    const noise = numbers(9, [784], 0, 0.2);
    const x = tensor(
      noise.map((value, i) => value + digits.input(5)[i]),
      { shape: [1, 28, 28] },
    );
    const { values } = saliency(double, x, 4);
    expect(values).toBeInstanceOf(Float64Array);
    const logit = (pixel: number, step: number) => {
      x.data[pixel] += step;
      const [, , , , value] = featureMaps(double, x, '').values;
      x.data[pixel] -= step;
      return value;
    };
    const pixels = [200, 260, 318, 377, 401, 490, 555];
    const differences = pixels.map((pixel) => (logit(pixel, 1e-6) - logit(pixel, -1e-6)) / 2e-6);
    expectClose(
      pixels.map((pixel) => values[pixel]),
      differences,
      1e-7,
    );
    const single = tensor(Float32Array.from(x.data), { shape: [1, 28, 28] });
    expectClose(saliency(model, single, 4).values, values, 1e-4);
  });

  test('of a sum of squares: 2x, and integrated x squared; another class, another answer', () => {
    const x = picture();
    expectClose(
      saliency(new Squares(), x, 0).values,
      x.data.map((value) => 2 * value),
      1e-6,
    );
    const { values, completeness } = saliency(new Squares(), x, 0, INTEGRATED);
    expectClose(
      values,
      x.data.map((value) => value * value),
      1e-6,
    );
    expectClose([completeness!.sum], [Math.hypot(...x.data) ** 2], 1e-5);
    expect([...saliency(new Squares(), x, 1).values]).toEqual(new Array(40).fill(1));
  });

  test("smoothGrad's noise has the deviation that was asked for, and comes from the seed", () => {
    const x = tensor(Float32Array.from(numbers(1, [1, 50, 60], -1, 3)), { shape: [1, 50, 60] }); // Range 4.
    const noisy = (options: SaliencyOptions) =>
      saliency(new Squares(), x, 0, { method: 'smoothGrad', ...options }).values.map((v, i) => v / 2 - x.data[i]);
    const deviation = (options: SaliencyOptions) => Math.hypot(...noisy(options)) / Math.sqrt(3000);
    expect(deviation({ samples: 1 })).toBeCloseTo(0.15 * 4, 1);
    expect(deviation({ samples: 1, noise: 0.5 })).toBeCloseTo(0.5 * 4, 0);
    expect(deviation({ samples: 100 })).toBeCloseTo(0.06, 2); // 100 copies, in two batches: a tenth of it is left.
    expect(deviation({ noise: 0 })).toBeLessThan(1e-6);
    expect(noisy({ samples: 2 })).toEqual(noisy({ samples: 2, seed: 0 }));
    expect(noisy({ samples: 2 })).not.toEqual(noisy({ samples: 2, seed: 1 }));
  });

  test('integrated gradients are complete within 1% on a trained network, and few steps are worse', () => {
    const error = (index: number, steps?: number) =>
      saliency(model, digit(index), digits.labels[index], { ...INTEGRATED, ...(steps && { steps }) }).completeness!;
    const errors = Array.from({ length: 30 }, (_, i) => error(i).relativeError);
    expect(Math.max(...errors)).toBeLessThan(0.01);
    const coarse = Array.from({ length: 30 }, (_, i) => error(i, 2).relativeError);
    expect(Math.max(...coarse)).toBeGreaterThan(0.05);
  });

  test('what does not fit is refused', () => {
    expect(() => saliency(model, digit(0), 10)).toThrow('the class to be a whole number from 0 to 9, got 10');
    expect(() => saliency(model, digit(0), 1, { method: 'magic' } as object)).toThrow("got 'magic'");
    expect(() => saliency(model, digit(0), 1, { steps: 9 })).toThrow("unknown option 'steps'; the options are method");
    expect(() => saliency(model, digit(0), 1, { ...INTEGRATED, samples: 9 })).toThrow("unknown option 'samples'");
    expect(() => saliency(model, digit(0), 1, { ...INTEGRATED, steps: 0 })).toThrow('expected steps to be a whole');
    expect(() => saliency(model, digit(0), 1, { ...INTEGRATED, baseline: uniform([1, 9, 9]) })).toThrow(
      'expected a baseline [1, 28, 28], got shape [1, 1, 9, 9]',
    );
    expect(() => saliency(new Sequential(new Conv2D(1, 2, 3)), digit(0), 1)).toThrow('expected logits [N, classes]');
    const { model: broken } = linear();
    broken.at(1, Dense).bias!.data[2] = Number.NaN;
    expect(() => saliency(broken, picture(), 0)).toThrow('expected finite numbers in the logits, got NaN at index 2');
  });
});

describe('occlusion', () => {
  test('of a linear model, what is covered counts by its weights', () => {
    const { model: flat, weights } = linear();
    const x = picture();
    const { shape, values, logit } = occlusion(flat, x, 1, { size: [2, 3], stride: [1, 2], value: 0.5 });
    expect(shape).toEqual([3, 2]);
    expect(logit).toBe(featureMaps(flat, x, '').values[1]);
    const expected = [0, 1, 2].flatMap((top) =>
      [0, 2].map((left) => {
        let drop = 0;
        for (let i = 0; i < 40; i++) {
          const [row, column] = [Math.floor(i / 5) % 4, i % 5];
          const covered = row >= top && row < top + 2 && column >= left && column < left + 3;
          if (covered) drop += weights[i] * (x.data[i] - 0.5);
        }
        return drop;
      }),
    );
    expectClose(values, expected, 1e-6);
  });

  test('the map over the image is the mean of the parts that cover a pixel', () => {
    const { values, map } = occlusion(model, digit(7), digits.labels[7], { size: 2, stride: 3 });
    expect(map.length).toBe(28 * 28);
    expect([map[0], map[1], map[28], map[2], map[3]]).toEqual([values[0], values[0], values[0], 0, values[1]]);
    const overlapping = occlusion(model, digit(7), digits.labels[7], { size: 14, stride: 7 });
    expect(overlapping.map[7]).toBeCloseTo((overlapping.values[0] + overlapping.values[1]) / 2, 10);
    expect(() => overlay(digits.input(7), [28, 28], map)).not.toThrow();
  });

  test('on a digit: covered by hand, batch by batch', () => {
    const { shape, values } = occlusion(model, digit(7), digits.labels[7]);
    expect(shape).toEqual([24, 24]);
    for (const [row, column] of [
      [0, 0],
      [11, 9],
      [23, 23],
    ]) {
      const covered = digits.input(7).slice();
      for (let i = 0; i < 25; i++) covered[(row + Math.floor(i / 5)) * 28 + column + (i % 5)] = 0;
      const logit = (pixels: Float32Array) =>
        featureMaps(model, tensor(pixels, { shape: [1, 28, 28] }), '').values[digits.labels[7]];
      expect(values[row * 24 + column]).toBeCloseTo(logit(digits.input(7)) - logit(covered), 4);
    }
    expect(values[0]).toBe(0); // The corner is black anyway.
    expect(Math.max(...values)).toBeGreaterThan(1);
  });

  test('what does not fit is refused', () => {
    expect(() => occlusion(model, digit(0), 1, { size: 29 })).toThrow('a size within the image of 28x28, got 29x29');
    expect(() => occlusion(model, digit(0), 1, { stride: 0 })).toThrow('expected stride to be a whole number');
    expect(() => occlusion(model, digit(0), 1, { value: Number.NaN })).toThrow('expected value to be a number');
    expect(() => occlusion(model, digit(0), 1, { fill: 1 } as object)).toThrow("unknown option 'fill'");
    expect(() => occlusion(model, digit(0), 10)).toThrow('the class to be a whole number from 0 to 9, got 10');
  });
});

describe('maximize', () => {
  const inputShape = [1, 28, 28];
  const plain = { inputShape, l2: 0, totalVariation: 0 };

  test('of one filter: white where its weights are positive, black elsewhere, in the middle', () => {
    const conv = new Conv2D(1, 2, 3);
    conv.weight.data.set([1, -2, 3, -4, 5, -6, 7, -8, 9], 9);
    const { shape, values, row, column, history } = maximize(new Sequential(conv), '0', 1, {
      ...plain,
      inputShape: [1, 7, 8],
      seed: 3,
    });
    expect([shape, row, column]).toEqual([[1, 7, 8], 2, 3]);
    const seen = [0, 1, 2].flatMap((i) => [...values.slice((2 + i) * 8 + 3, (2 + i) * 8 + 6)]);
    expect(seen).toEqual([1, 0, 1, 0, 1, 0, 1, 0, 1]);
    expect(history.at(-1)).toBeCloseTo(25 + conv.bias!.data[1], 5);
    expect(history).toHaveLength(201);
    // What the unit cannot see is the noise of the start.
    const rest = [...values].filter((_, i) => i % 8 < 3 || i % 8 > 5);
    expect(Math.max(...rest.map((value) => Math.abs(value - 0.5)))).toBeLessThan(0.06);
    expect(new Set(rest).size).toBeGreaterThan(25);
  });

  test('each channel of a trained network ends higher than it began, and digits are taken for what they show', () => {
    let right = 0;
    for (const [layer, channels] of [
      ['conv1', 3],
      ['conv2', 8],
      ['dense', 10],
    ] as const) {
      for (let channel = 0; channel < channels; channel++) {
        const { values, history, row, column } = maximize(model, layer, channel, { inputShape });
        expect(history.at(-1)).toBeGreaterThan(history[0]);
        expect(values.every((value) => value >= 0 && value <= 1)).toBe(true);
        const maps = featureMaps(model, tensor(values, { shape: inputShape }), layer);
        const [, rows, columns] = [...maps.shape, 1, 1];
        expect(maps.values[(channel * rows + row) * columns + column]).toBeCloseTo(history.at(-1)!, 4);
        if (layer === 'dense' && maps.values.indexOf(Math.max(...maps.values)) === channel) right++;
      }
    }
    expect(right).toBeGreaterThanOrEqual(8);
  });

  test('total variation smooths, l2 darkens, the seed decides, and null leaves the range', () => {
    const logit = (options: object) => maximize(model, 'dense', 3, { inputShape, ...options }).values;
    const rough = (values: ArrayLike<number>) =>
      Array.from(values, (v, i) => (i % 28 ? Math.abs(v - values[i - 1]) : 0));
    const usual = logit({});
    // Over all digits: how much smoother one picture becomes depends on the weights.
    const roughness = (options: object) =>
      sum(
        Array.from({ length: 10 }, (_, i) =>
          sum(rough(maximize(model, 'dense', i, { inputShape, ...options }).values)),
        ),
      );
    expect(roughness({})).toBeLessThan(0.5 * roughness({ totalVariation: 0 }));
    expect(sum(usual)).toBeLessThan(0.8 * sum(logit({ l2: 0 })));
    expect(logit({ seed: 0 })).toEqual(usual);
    expect(logit({ seed: 1 })).not.toEqual(usual);
    expect(Math.max(...logit({ range: null }))).toBeGreaterThan(1);
    expect(Math.max(...logit({ range: [-1, 0.5] }))).toBe(0.5);
  });

  test('it starts where there is a slope: behind a ReLU that is off for gray', () => {
    const conv = new Conv2D(1, 1, 3, { bias: false });
    conv.weight.data.set([-1, 1, -1, 1, -1, 1, -1, 1, -1]); // At most 4; -0.5 on gray.
    const { history } = maximize(new Sequential(conv, new ReLU()), '1', 0, { ...plain, inputShape: [1, 5, 5] });
    expect(history[0]).toBeGreaterThan(0);
    expect(history.at(-1)).toBe(4);
  });

  test('a model in float64 gives float64', () => {
    const conv = new Conv2D(1, 1, 3).to('float64');
    expect(maximize(new Sequential(conv), '0', 0, { inputShape }).values).toBeInstanceOf(Float64Array);
  });

  test('what does not fit, does not rise or is no number is refused', () => {
    const refuse = (options: object, layer = 'conv1', channel = 0) =>
      expect(() => maximize(model, layer, channel, { inputShape, ...options }));
    refuse({}, 'conv1', 6).toThrow('channel to be a whole number from 0 to 5, got 6');
    refuse({}, 'conv9').toThrow("no layer 'conv9'");
    refuse({ inputShape: undefined }).toThrow('expected the shape [C, H, W] of an image, got undefined');
    refuse({ inputShape: [28, 28] }).toThrow('expected the shape [C, H, W] of an image, got [28, 28]');
    refuse({ inputShape: [3, 28, 28] }).toThrow('expected 1 input channels, got 3');
    refuse({ steps: 0 }).toThrow('expected steps to be a whole number of at least 1, got 0');
    refuse({ lr: 1 }).toThrow('below 2, got 2.55: steps overshoot');
    refuse({ range: [1, 0] }).toThrow('expected a range [low, high] or null, got [1, 0]');
    refuse({ l2: 15 }, 'dense', 8).toThrow('a smaller l2 and totalVariation');
    refuse({ blur: 1 }).toThrow("unknown option 'blur'");
    const dead = new Sequential(new Conv2D(1, 1, 3), new ReLU());
    dead.at(0, Conv2D).bias!.data[0] = -9;
    expect(() => maximize(dead, '1', 0, { inputShape })).toThrow(
      'channel 0, does not rise: 0 at the start, 0 at the end',
    );
    dead.at(0, Conv2D).bias!.data[0] = Number.NaN;
    expect(() => maximize(dead, '0', 0, { inputShape })).toThrow('expected finite numbers in the output of 0, got NaN');
  });
});
