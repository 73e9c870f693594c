import { expect, test } from 'vitest';
import { ingredients, meanOf, seenFrom, seenOnAverage } from '../examples/lib/deeper/ingredients.js';
import { Conv2D, Generator, randn } from '../src/index.js';
import { mean, sum } from './statistics.js';

test('the ingredients of a filter add up to the rise of its output, whatever its bias', () => {
  const generator = new Generator(4);
  const conv = new Conv2D(3, 1, 3, { generator });
  const images = [0, 1].map(() => randn([1, 3, 6, 5], { generator }));
  const outputs = images.map((image) => conv.forward(image).data);
  const maps = images.map((image) => ({ shape: [3, 6, 5], values: image.data }));
  // The best place: row 2, column 1 of the second image's output, [4, 3].
  const average = meanOf(maps.map(seenOnAverage));
  const { rise, combines } = ingredients(conv.weight.data, seenFrom(maps[1], 2, 1), average);
  const everywhere = outputs.flatMap((values) => Array.from(values));
  expect(rise).toBeCloseTo(outputs[1][2 * 3 + 1] - mean(everywhere), 5);
  expect(sum(combines.map(({ share }) => share))).toBeCloseTo(1, 10);
  expect(combines.map(({ share }) => share)).toEqual(combines.map(({ share }) => share).sort((a, b) => b - a));
});

test('an ingredient is a channel that is found or missing, at the tap that has most of its share', () => {
  // Channel 0: wanted at the top right, 3 of it there; channel 1: unwanted at the bottom left, and missing there.
  const weights = [
    [0, 0, 2, 0, 0, 0, 0, 0, 0],
    [0, 0, 0, 0, 0, 0, -1, 0, 0],
  ].flat();
  const best = Float64Array.from(
    [
      [0, 0, 3, 0, 0, 0, 0, 0, 0],
      [0, 0, 0, 0, 0, 0, 0, 5, 0],
    ].flat(),
  );
  const average = new Float64Array(18).fill(1);
  const { rise, combines } = ingredients(weights, best, average);
  expect(rise).toBe(2 * (3 - 1) + -1 * (0 - 1));
  expect(combines.filter(({ share }) => share > 0)).toEqual([
    { channel: 0, wanted: true, share: 4 / 5, tap: [0, 2] },
    { channel: 1, wanted: false, share: 1 / 5, tap: [2, 0] },
  ]);
});
