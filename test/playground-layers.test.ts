import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { loadMnist } from '../datasets/index.js';
import { network } from '../examples/lib/recipe.js';
import { Asking } from '../examples/playground/src/layers/asking.js';
import { composedOf, fieldOf, SECOND_FILTERS, slicesOf } from '../examples/playground/src/layers/combining.js';
import { byLayer, RECORDED } from '../examples/playground/src/layers/recorded.js';
import { combined, likest, separable } from '../examples/playground/src/worker/layers.js';
import { loadWeights, weightsOf } from '../examples/playground/src/worker/weights.js';
import { AvgPool2D, Conv2D, Flatten, manualSeed, predict, Sequential, softmax, tensor } from '../src/index.js';
import { classSeparability, maximize, patchOf, receptiveField, topActivations } from '../src/inspect/index.js';

const digits = (await loadMnist({ seed: 3 })).heldOut.take(200);
const IMAGE = [1, 28, 28];

function networkOf(seed: number, kernelSize = 5, filters = 6) {
  manualSeed(seed);
  return network({ filters, kernelSize });
}

function stateOf(model: Sequential) {
  return {
    ...{ step: 0, epoch: 0, measured: null },
    weights: weightsOf(model),
    shape: model.at('conv1', Conv2D).weight.shape,
  };
}

describe('what a filter of conv2 is made of', () => {
  test.each([3, 5, 7])(
    'its edges added up are what each pixel counts for, with mean pooling and no ReLU, of size %i',
    (k) => {
      const model = networkOf(1, k);
      const [conv1, conv2] = [model.at('conv1', Conv2D), model.at('conv2', Conv2D)];
      const linear = new Sequential({ conv1, pool: new AvgPool2D(2), conv2 });
      const output = predict(linear, tensor(digits.input(0), { shape: [1, ...IMAGE] }));
      const [, , rows, columns] = output.shape;
      const field = fieldOf(stateOf(model));
      expect(field).toBe(receptiveField(model, 'conv2', IMAGE).size[0]);
      for (const [filter, row, column] of [
        [0, 0, 0],
        [7, 3, 5],
        [15, rows - 1, columns - 2],
      ]) {
        const weights = composedOf(stateOf(model), filter);
        const { top, left } = patchOf(receptiveField(model, 'conv2', IMAGE), row, column, IMAGE);
        const sum = weights.reduce((total, weight, i) => {
          const pixel = digits.input(0)[(top + Math.floor(i / field)) * 28 + left + (i % field)];
          return total + weight * pixel;
        }, conv2.bias!.data[filter]);
        expect(sum).toBeCloseTo(output.data[(filter * rows + row) * columns + column], 4);
      }
    },
  );

  test('the parts of single filters of conv1 add up to the whole', () => {
    const state = stateOf(networkOf(2));
    const parts = Array.from({ length: 6 }, (_, channel) => composedOf(state, 4, [channel]));
    composedOf(state, 4).forEach((value, i) => {
      expect(parts.reduce((sum, part) => sum + part[i], 0)).toBeCloseTo(value, 10);
    });
  });

  test('slices are those of the weights, the largest norm first, and their shares make 1', () => {
    const model = networkOf(4);
    const { data } = model.at('conv2', Conv2D).weight;
    for (const filter of [0, SECOND_FILTERS - 1]) {
      const slices = slicesOf(stateOf(model), filter);
      expect(slices.map(({ channel }) => channel).sort()).toEqual([0, 1, 2, 3, 4, 5]);
      for (const { channel, weights, norm } of slices) {
        const from = (filter * 6 + channel) * 9;
        expect(weights).toEqual(data.subarray(from, from + 9));
        expect(norm).toBeCloseTo(Math.hypot(...weights), 6);
      }
      const norms = slices.map(({ norm }) => norm);
      expect(norms).toEqual([...norms].sort((a, b) => b - a));
      expect(slices.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 6);
      expect(slices[0].share).toBeGreaterThan(slices[5].share);
    }
  });

  test('a slice adds, subtracts, or does both', () => {
    const model = networkOf(4, 5, 3);
    const state = stateOf(model);
    state.weights.set([...new Array(9).fill(0.1), ...new Array(9).fill(-0.2), 3, -3, ...new Array(7).fill(0)], 3 * 25);
    const signs = slicesOf(state, 0).map(({ channel, sign, sum }) => [channel, sign, Number(sum.toFixed(6))]);
    expect(signs).toEqual([
      [2, 'both', 0],
      [1, 'subtracts', -1.8],
      [0, 'adds', 0.9],
    ]);
  });
});

describe('what the worker answers', () => {
  test('what excites a filter, and what it prefers, are the library’s', () => {
    const model = networkOf(5);
    const { size, exciting, mean, maximized, likeness } = combined(model, digits, 3);
    expect(size).toBe(10);
    const top = topActivations(model, 'conv2', 3, digits, { count: 8 });
    expect(exciting.map(({ index, value }) => [index, value])).toEqual(top.map(({ index, value }) => [index, value]));
    expect(exciting.map(({ top, left }) => [top, left])).toEqual(top.map(({ patch }) => [patch.top, patch.left]));
    const middle = (patches: number[]) => patches.reduce((sum, value) => sum + value, 0) / patches.length;
    const corner = top.map(({ index, patch }) => digits.input(index)[patch.top * 28 + patch.left + 1]);
    expect(mean[1]).toBeCloseTo(middle(corner), 6);
    const made = maximize(model, 'conv2', 3, { inputShape: IMAGE });
    const patch = patchOf(receptiveField(model, 'conv2', IMAGE), made.row, made.column, IMAGE);
    expect(maximized?.[10]).toBe(made.values[(patch.top + 1) * 28 + patch.left]);
    expect(Math.abs(likeness!)).toBeLessThanOrEqual(1);
  });

  test('of each class the likest digit, the likest of another, and what was made up, with their probabilities', () => {
    const model = networkOf(6);
    const logits = predict(model, digits);
    const probabilities = softmax(logits).data;
    const found = likest(model, digits);
    expect(found.map((one) => one.class)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    for (const { class: digit, best, stranger, made } of found) {
      const own = Array.from(digits.labels, (_, i) => probabilities[10 * i + digit]);
      expect(best!.probability).toBeCloseTo(Math.max(...own), 6);
      expect(own[best!.index]).toBeCloseTo(best!.probability, 6);
      expect(stranger!.label).not.toBe(digit);
      expect(digits.labels[stranger!.index]).toBe(stranger!.label);
      const others = own.filter((_, i) => digits.labels[i] !== digit);
      expect(stranger!.probability).toBeCloseTo(Math.max(...others), 6);
      const said = softmax(predict(model, tensor(made!.pixels, { shape: [1, ...IMAGE] }))).data[digit];
      expect(made!.probability).toBeCloseTo(said, 5);
      expect(made!.probability).toBeGreaterThan(best!.probability); // Made up for it, after all.
    }
  });

  test('the nearest class mean is the library’s, with each half of the digits as the other’s means', () => {
    const model = networkOf(7);
    const indices = Array.from(digits.labels.keys());
    const [even, odd] = [0, 1].map((rest) => digits.subset(indices.filter((i) => i % 2 === rest)));
    const layers = ['relu1', 'relu2', 'dense'];
    const mean = (a: number, b: number) => (a + b) / 2;
    const [first, second] = [
      classSeparability(model, { train: even, heldOut: odd }, layers),
      classSeparability(model, { train: odd, heldOut: even }, layers),
    ];
    const flat = new Sequential({ flat: new Flatten() });
    const pixels = [
      classSeparability(flat, { train: even, heldOut: odd }, ['flat'])[0],
      classSeparability(flat, { train: odd, heldOut: even }, ['flat'])[0],
    ];
    const found = separable(model, digits);
    expect(found.map(({ layer }) => layer)).toEqual(['pixels', ...layers]);
    expect(found[0].accuracy).toBeCloseTo(mean(pixels[0].accuracy, pixels[1].accuracy), 10);
    first.forEach(({ accuracy }, i) => {
      expect(found[i + 1].accuracy).toBeCloseTo(mean(accuracy, second[i].accuracy), 10);
    });
  });

  test('a network of zeros can be asked, and has nothing made up', () => {
    const model = networkOf(8);
    loadWeights(model, weightsOf(model).fill(0));
    expect(combined(model, digits, 0)).toMatchObject({ maximized: null, likeness: null });
    expect(likest(model, digits)[8]).toMatchObject({
      class: 8,
      made: null,
      best: { index: 0, probability: expect.closeTo(0.1, 10) },
    });
  });
});

test('the figures of the study are those that it left', () => {
  const lines = readFileSync('examples/emergence/layers.jsonl', 'utf8').trim().split('\n');
  type Layers = { accuracy: number }[];
  const seeds = lines.map((line) => JSON.parse(line) as Record<keyof typeof RECORDED, Layers>);
  for (const network of ['trained', 'untrained', 'byHeart'] as const) {
    expect(RECORDED[network]).toEqual(seeds.map((seed) => seed[network].map(({ accuracy }) => accuracy)));
  }
  expect(byLayer(RECORDED.trained)[2]).toEqual([0.914, 0.939, 0.941, 0.924, 0.933]);
});

describe('the order of questions', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  /** Sections ask, and each answer takes 100 ms. */
  function open(learning: boolean) {
    const asked: string[] = [];
    const asking = new Asking(() => learning);
    const want = (section: string, question = section) =>
      asking.want(section, async () => {
        asked.push(question);
        await new Promise((resolve) => setTimeout(resolve, 100));
      });
    return { asked, asking, want };
  }

  test('one at a time, of each section the newest, and nothing that was dropped', async () => {
    const { asked, asking, want } = open(false);
    want('a', 'a of old weights');
    want('b');
    want('a', 'a');
    want('c');
    asking.drop('c');
    await vi.advanceTimersByTimeAsync(50);
    expect(asked).toEqual(['a']);
    await vi.advanceTimersByTimeAsync(100);
    expect(asked).toEqual(['a', 'b']);
  });

  test('while the network learns there are two seconds between, and every section has its turn', async () => {
    const { asked, want } = open(true);
    for (let time = 0; time < 6000; time += 250) {
      for (const section of ['a', 'b', 'c']) want(section); // The weights have changed.
      await vi.advanceTimersByTimeAsync(250);
    }
    expect(asked).toEqual(['a', 'b', 'c']);
  });

  test('answers are kept by the weights that they are of', () => {
    const { asking } = open(false);
    const [weights, others] = [new Float32Array(2), new Float32Array(2)];
    asking.keep(weights, 'filter 3', 'answer');
    expect(asking.known(weights, 'filter 3')).toBe('answer');
    expect(asking.known(weights, 'filter 4')).toBeUndefined();
    expect(asking.known(others, 'filter 3')).toBeUndefined();
  });
});
