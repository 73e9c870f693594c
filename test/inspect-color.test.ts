import { expect, test } from 'vitest';
import { Conv2D, Dataset, Dense, Flatten, Generator, ReLU, Sequential, tensor } from '../src/index.js';
import {
  deadFilters,
  featureMapGrid,
  featureMaps,
  maximize,
  occlusion,
  overlay,
  panelGrid,
  saliency,
  topActivations,
} from '../src/inspect/index.js';
import { expectClose } from './close.js';

// A filter that answers to red on the left of green, on images in color [3, 6, 6].

const SHAPE = [3, 6, 6];
const model = new Sequential({
  conv: new Conv2D(3, 1, 3),
  relu: new ReLU(),
  flatten: new Flatten(),
  out: new Dense(16, 2),
});
const { weight, bias } = model.at('conv', Conv2D);
weight.data.fill(0);
for (let row = 0; row < 3; row++) {
  weight.data[3 * row] = 1; // Red, left.
  weight.data[9 + 3 * row + 2] = 1; // Green, right.
}
bias!.data.fill(0);
model.at('out', Dense).weight.data.fill(0).fill(1, 16);

/** Noise, with a square of red left of green at (top, left). */
function image(seed: number, top?: number, left = 0): Float32Array {
  const generator = new Generator(seed);
  const pixels = Float32Array.from({ length: 108 }, () => 0.1 * generator.uniform());
  if (top === undefined) return pixels;
  for (let row = top; row < top + 3; row++) {
    pixels[6 * row + left] = 1;
    pixels[36 + 6 * row + left + 2] = 1;
  }
  return pixels;
}
const images = [image(1), image(2, 1, 3), image(3), image(4, 0, 0)];
const data = new Dataset(
  images.flatMap((pixels) => [...pixels]),
  SHAPE,
  [0, 1, 0, 1],
);
const second = tensor(images[1], { shape: SHAPE });

test('feature maps and top activations find the place in all three channels together', () => {
  const { shape, values } = featureMaps(model, second, 'conv');
  expect(shape).toEqual([1, 4, 4]);
  expect(values.indexOf(Math.max(...values))).toBe(1 * 4 + 3);
  expect(values[7]).toBeCloseTo(6, 1);
  const top = topActivations(model, 'conv', 0, data, { count: 2 });
  expect(top.map(({ index, row, column }) => [index, row, column]).sort()).toEqual([
    [1, 1, 3],
    [3, 0, 0],
  ]);
  expect(top.find(({ index }) => index === 1)!.patch).toEqual({ top: 1, left: 3, height: 3, width: 3 });
  expect(deadFilters(model, 'conv', data).byActivation).toEqual([]);
  const shown = { values: images[1], height: 6, width: 6 };
  expect(featureMapGrid(values, shape, { image: shown }).width).toBeGreaterThan(100);
});

test('the image that a filter answers to most is red on the left and green on the right', () => {
  const { shape, values } = maximize(model, 'conv', 0, { inputShape: SHAPE, totalVariation: 0, l2: 0 });
  expect(shape).toEqual(SHAPE);
  // The unit in the middle, (2, 2), sees rows and columns 2 to 4.
  for (let row = 2; row < 5; row++) {
    expect(values[6 * row + 2]).toBeCloseTo(1, 5);
    expect(values[36 + 6 * row + 4]).toBeCloseTo(1, 5);
    expect(values[72 + 6 * row + 2]).toBeCloseTo(0.5, 0);
  }
  const panel = { values, height: 6, width: 6, colors: 'image' } as const;
  expect(panelGrid([{ label: 'filter 0', panels: [panel] }]).width).toBeGreaterThan(80);
});

test('saliency says which color of a pixel counts, and lies over the image in color', () => {
  const { shape, values } = saliency(model, second, 1);
  expect(shape).toEqual(SHAPE);
  // Each of the 16 units is positive: a pixel counts as often as a unit sees it with its red, or its green.
  const seen = (row: number, column: number, from: number) =>
    column >= from && column < from + 4 ? Math.min(row + 1, 6 - row, 3) : 0;
  const expected = Array.from({ length: 108 }, (_, i) => {
    const [channel, row, column] = [Math.floor(i / 36), Math.floor(i / 6) % 6, i % 6];
    return channel === 2 ? 0 : seen(row, column, channel === 0 ? 0 : 2);
  });
  expectClose(values, expected, 1e-6);
  expect(overlay(images[1], SHAPE, values).width).toBeGreaterThan(400);
  const { map, logit } = occlusion(model, second, 1, { size: 3, stride: 1 });
  expect(map.length).toBe(36);
  expect(logit).toBeGreaterThan(6);
  expect(map.indexOf(Math.max(...map)) % 6).toBeGreaterThan(2);
  expect(overlay(images[1], SHAPE, map)).not.toEqual(overlay(images[1], SHAPE, values));
});
