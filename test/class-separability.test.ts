import { describe, expect, test } from 'vitest';
import { Dataset, Dense, Dropout, Flatten, Generator, Sequential, tensor } from '../src/index.js';
import { classSeparability } from '../src/inspect/index.js';
import { expectShare } from './statistics.js';

const data = (inputs: number[], labels: number[], each = 1, classes = 2) =>
  new Dataset(inputs, [1, 1, each], labels, classes);
const seen = () => new Sequential({ flatten: new Flatten() });

describe('planted clusters', () => {
  test('on a line, by hand: means 1 and 11; 100 of the variance of 104 / 4 a class is between them', () => {
    const train = data([0, 2, 10, 12], [0, 0, 1, 1]);
    // 6 is as near to both: the first of equal ones.
    const heldOut = data([5.9, 6, 6.1, -50, 6.1, 5.9], [0, 0, 1, 0, 0, 1]);
    expect(classSeparability(seen(), { train, heldOut }, ['flatten'])).toEqual([
      { layer: 'flatten', accuracy: 4 / 6, between: expect.closeTo(100 / 104, 12) },
    ]);
  });

  test('normal clouds in d dimensions: the normal distribution at half the distance, and a^2 / (a^2 + d s^2)', () => {
    const [d, a, s, count] = [5, 1.2, 0.9, 4000];
    const generator = new Generator('clouds');
    const draw = () => {
      const labels = Array.from({ length: count }, (_, i) => i % 2);
      const clouds = labels.map((label) =>
        Array.from({ length: d }, (_, axis) => s * generator.normal() + (axis === 2 ? (label ? a : -a) : 100)),
      );
      return data(clouds.flat(), labels, d);
    };
    const [{ accuracy, between }] = classSeparability(seen(), { train: draw(), heldOut: draw() }, ['flatten']);
    // The normal distribution below a / s = 4/3.
    expectShare(accuracy, 0.908789, count);
    expect(Math.abs(between - a ** 2 / (a ** 2 + d * s ** 2))).toBeLessThan(0.02);
    const mixed = draw();
    const labels = new Generator('mixed').shuffle(Array.from(mixed.labels));
    const [none] = classSeparability(seen(), { train: new Dataset(mixed.inputs, [1, 1, d], labels), heldOut: draw() }, [
      'flatten',
    ]);
    expect(none.between).toBeLessThan(0.005);
  });

  test('each layer by its own outputs, in evaluation mode, whatever the batches', () => {
    const dense = new Dense(2, 1);
    dense.loadStateDict({ weight: tensor([[0, 1]]), bias: tensor([0]) });
    const model = new Sequential({ flatten: new Flatten(), dropout: new Dropout(0.9), dense });
    // The second number tells the classes, the first is much larger and does not.
    const train = data([90, 0, -90, 1, 90, 10, -90, 11], [0, 0, 1, 1], 2);
    const heldOut = data([90, 10, -90, 0], [1, 0], 2);
    const options = [1, 3, 100].map((batchSize) =>
      classSeparability(model, { train, heldOut }, ['dense', 'flatten', 'dropout'], { batchSize }),
    );
    expect(options[0]).toEqual([
      { layer: 'dense', accuracy: 1, between: expect.closeTo(100 / 101, 12) },
      { layer: 'flatten', accuracy: expect.any(Number), between: expect.closeTo(100 / (101 + 4 * 8100), 12) },
      { layer: 'dropout', accuracy: expect.any(Number), between: expect.closeTo(100 / (101 + 4 * 8100), 12) },
    ]);
    expect(options[1]).toEqual(options[0]);
    expect(options[2]).toEqual(options[0]);
    expect(model.training).toBe(true);
  });
});

describe('little to go by', () => {
  test('a class without a training example is never named, and its examples count as wrong', () => {
    const train = data([0, 2, 10, 12], [0, 0, 2, 2], 1, 3);
    const heldOut = data([1, 5, 11, 6.5], [0, 1, 2, 1], 1, 3);
    expect(classSeparability(seen(), { train, heldOut }, ['flatten'])[0]).toEqual({
      layer: 'flatten',
      accuracy: 2 / 4,
      between: expect.closeTo(100 / 104, 12),
    });
  });

  test('one example: everything is its class, and nothing varies; one a class: all of the variance is between', () => {
    const heldOut = data([1, 5, 11], [0, 1, 1]);
    const [one] = classSeparability(seen(), { train: data([3], [1]), heldOut }, ['flatten']);
    expect(one).toEqual({ layer: 'flatten', accuracy: 2 / 3, between: Number.NaN });
    const [two] = classSeparability(seen(), { train: data([1, 9], [0, 1]), heldOut }, ['flatten']);
    expect(two).toEqual({ layer: 'flatten', accuracy: 2 / 3, between: expect.closeTo(1, 12) });
    const [same] = classSeparability(seen(), { train: data([0.1, 0.1, 0.1], [0, 1, 1]), heldOut }, ['flatten']);
    expect(same.between).toBeNaN();
  });
});

test('what has no classes, no data, no such layer or no finite output is refused', () => {
  const good = data([0, 2, 10, 12], [0, 0, 1, 1]);
  const numbers = new Dataset([1, 2], [1, 1, 1], [1, 2], { targetShape: [1] }) as unknown as Dataset;
  const refuse = (train: unknown, heldOut: unknown, layers: string[], message: string) =>
    expect(() => classSeparability(seen(), { train, heldOut } as { train: Dataset; heldOut: Dataset }, layers)).toThrow(
      message,
    );
  refuse(numbers, good, ['flatten'], 'expected classes in data.train, got targets of shape [1]');
  refuse(good, numbers, ['flatten'], 'expected classes in data.heldOut, got targets of shape [1]');
  refuse(data([], []), good, ['flatten'], 'expected at least one example in data.train');
  refuse(good, undefined, ['flatten'], 'expected data.heldOut to be a Dataset, got undefined');
  refuse(good, good, ['conv7'], "no layer 'conv7'; the layers are");
  refuse(
    data([0, Number.NaN], [0, 1]),
    good,
    ['flatten'],
    "expected finite numbers in the output of 'flatten', got NaN",
  );
});
