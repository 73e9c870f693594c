import { describe, expect, test } from 'vitest';
import {
  DataLoader,
  Dataset,
  Dense,
  evaluate,
  Flatten,
  fit,
  Generator,
  manualSeed,
  Sequential,
  SGD,
  type Transform,
  weightHash,
} from '../src/index.js';
import { affine, compose, normalize, shift } from '../src/transforms/index.js';

/** Ten examples [2]: i and -i, of the classes 0, 1, 2, 0, 1, ... */
const ten = () =>
  new Dataset(
    Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? i / 2 : -(i - 1) / 2)),
    [2],
    Array.from({ length: 10 }, (_, i) => i % 3),
    ['red', 'green', 'blue'],
  );
const firsts = (dataset: Dataset) => Array.from({ length: dataset.length }, (_, i) => dataset.input(i)[0]);

describe('Dataset', () => {
  test('classes are a number or names, and the names go along', () => {
    const data = ten();
    expect([data.classes, data.classNames]).toEqual([3, ['red', 'green', 'blue']]);
    const made = [data.take(1), data.subset([3]), ...data.split(2, new Generator(1)), data.map((x) => x)];
    for (const other of made) expect(other.classNames).toEqual(data.classNames);
    expect(new Dataset([1, 2], [1], [0, 1]).classNames).toEqual(['0', '1']);
    expect(() => new Dataset([1], [1], [0], ['a', 2] as never)).toThrow('names of classes to be strings, got 2');
    expect(() => new Dataset([1], [1], [0], ['a', 'b', 'a'])).toThrow(
      "two of the classes ['a', 'b', 'a'] have one name",
    );
    // As of a damaged file: names of all classes below it would take all memory.
    expect(() => new Dataset([1], [1], [2 ** 31 - 2])).toThrow(
      'classes to be a whole number from 0 to 1000000, got 2147483647',
    );
    expect(() => new Dataset([1, 1], [1], [0, 2], ['a', 'b'])).toThrow('expected labels from 0 to 1, got 2 at 1');
  });

  test('subset refuses an index that no example has', () => {
    for (const index of [-1, 10, 0.5, Number.NaN]) {
      expect(() => ten().subset([0, index])).toThrow(`expected index 1 to be a whole number from 0 to 9, got ${index}`);
    }
  });

  test('take gives the first ones without a copy', () => {
    const data = ten();
    const three = data.take(3);
    expect([firsts(three), [...three.labels]]).toEqual([
      [0, 1, 2],
      [0, 1, 2],
    ]);
    expect(three.inputs.buffer).toBe(data.inputs.buffer);
    expect(data.take(0).length).toBe(0);
    expect(() => data.take(11)).toThrow('take: expected the count to be a whole number from 0 to 10, got 11');
  });

  test('split holds out a count or a share, each example on one side, by the seed', () => {
    const data = ten();
    for (const [heldOut, count] of [
      [3, 3],
      [0.25, 3],
      [1, 1],
      [0, 0],
      [10, 10],
    ]) {
      const [rest, held] = data.split(heldOut, new Generator(4));
      expect([rest.length, held.length]).toEqual([10 - count, count]);
      expect([...firsts(rest), ...firsts(held)].sort()).toEqual(firsts(data));
      for (const part of [rest, held]) expect([...part.labels]).toEqual(firsts(part).map((i) => i % 3));
    }
    const held = (seed: number) => firsts(data.split(4, new Generator(seed))[1]);
    expect(held(1)).toEqual(held(1));
    expect(held(1)).not.toEqual(held(2));
    for (const wrong of [-1, 11, 1.5]) expect(() => data.split(wrong, new Generator(1))).toThrow('from 0 to 10');
  });

  test('map gives each input, its label and its index, and takes inputs of the same shape or of another', () => {
    const data = ten();
    const sums = data.map((input, label, index) => [input[0] + label, input[1] + index]);
    expect([...sums.inputs]).toEqual(firsts(data).flatMap((i) => [i + (i % 3), 0]));
    expect(sums.labels).toEqual(data.labels);
    const single = data.map((input) => input.subarray(0, 1), [1]);
    expect([single.inputShape, [...single.inputs]]).toEqual([[1], firsts(data)]);
    expect(() => data.map((_, __, index) => (index === 4 ? [1] : [1, 2]))).toThrow(
      'map: expected inputs of shape [2], 2 numbers, got 1 for example 4',
    );
  });

  test('transformed changes a copy', () => {
    const data = ten();
    const before = data.inputs.slice();
    expect([...data.transformed(normalize({ mean: 1, std: 2 })).inputs]).toEqual([...before].map((v) => (v - 1) / 2));
    expect(data.inputs).toEqual(before);
    expect(() => data.transformed(3 as never)).toThrow('transformed: expected a transform such as shift(2), got 3');
  });
});

describe('a transform in training', () => {
  const images = (count: number) => {
    const generator = new Generator(9);
    const pixels = Float32Array.from({ length: count * 36 }, () => generator.uniform());
    return new Dataset(
      pixels,
      [1, 6, 6],
      Array.from({ length: count }, (_, i) => i % 2),
    );
  };
  const wobble = compose(shift(1), affine({ degrees: 20 }));
  const batches = (loader: DataLoader) => [...loader].map(({ x }) => [...x.data]);

  test('sees each batch, the last one too, and leaves the dataset as it is', () => {
    const data = images(10);
    const before = data.inputs.slice();
    const seen: (readonly number[])[] = [];
    const negate: Transform = (inputs, shape) => {
      seen.push(shape);
      for (let i = 0; i < inputs.length; i++) inputs[i] = -inputs[i];
    };
    const loader = new DataLoader(data, { batchSize: 4, transform: negate });
    expect(batches(loader).flat()).toEqual([...before].map((value) => -value));
    expect(seen).toEqual([
      [4, 1, 6, 6],
      [4, 1, 6, 6],
      [2, 1, 6, 6],
    ]);
    expect(data.inputs).toEqual(before);
    expect(() => new DataLoader(data, { transform: 3 as never })).toThrow('DataLoader: expected a transform such as');
  });

  test('the same seed gives the same batches, epoch after epoch, and so does a generator that goes on', () => {
    const data = images(10);
    const options = { batchSize: 4, shuffle: true, transform: wobble };
    const generator = new Generator(3);
    const loader = new DataLoader(data, { ...options, generator });
    const first = batches(loader);
    const state = generator.getState();
    const second = batches(loader);
    expect(second).not.toEqual(first);
    expect(batches(new DataLoader(data, { ...options, generator: new Generator(3) }))).toEqual(first);
    const resumed = new Generator(0);
    resumed.setState(state);
    expect(batches(new DataLoader(data, { ...options, generator: resumed }))).toEqual(second);
    manualSeed(3);
    expect(batches(new DataLoader(data, options))).toEqual(first);
  });

  test('fit gives it to the batches and not to the validation data', async () => {
    const data = images(20);
    const train = async (transform?: Transform) => {
      const generator = new Generator(1);
      const model = new Sequential(new Flatten(), new Dense(36, 2, { generator }));
      const optimizer = new SGD(model.parameters(), { lr: 0.1 });
      const history = await fit(model, data, { optimizer, seed: 2, batchSize: 8, validation: data, transform });
      expect(history.epochs[0].validation?.loss).toBe(evaluate(model, data).loss);
      return weightHash(model);
    };
    expect(await train(wobble)).toBe(await train(wobble));
    expect(await train(wobble)).not.toBe(await train());
    await expect(train(1 as never)).rejects.toThrow('expected a transform such as shift(2), got 1');
  });
});
