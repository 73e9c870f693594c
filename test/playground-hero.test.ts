import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { SETTINGS } from '../examples/lib/recipe.js';
import { record } from '../examples/playground/recording.js';
import { bestStop, digit, END, filterAt, mapAt, STOPS, sceneAt, stopAt } from '../examples/playground/src/hero/film.js';
import { BATCHES, batchesAt, FRAMES, KERNEL, SIDE, WEIGHT_STEP } from '../examples/playground/src/hero/frames.js';
import { layoutFor } from '../examples/playground/src/hero/paint.js';
import { heroEn } from '../examples/playground/src/hero/texts.en.js';
import { heroZh } from '../examples/playground/src/hero/texts.zh.js';

/** After how many batches the test stops the training: the filter has begun to change. */
const UNTIL = 40;

test('the recording is what the recipe gives: the digit, and the filter in its first frames', async () => {
  const recorded = await record(UNTIL);
  expect(recorded.digit).toEqual(Uint8Array.from(digit.values, (ink) => Math.round(255 * ink)));
  const frames = recorded.filters.length / KERNEL ** 2;
  expect(batchesAt(frames - 1)).toBeLessThanOrEqual(UNTIL);
  expect(batchesAt(frames)).toBeGreaterThan(UNTIL);
  for (let frame = 0; frame < frames; frame++) {
    const again = recorded.filters.subarray(frame * KERNEL ** 2, (frame + 1) * KERNEL ** 2);
    expect(again).toEqual(Int8Array.from(filterAt(frame).values, (weight) => Math.round(weight / WEIGHT_STEP)));
  }
  expect(filterAt(frames - 1).values).not.toEqual(filterAt(0).values);
  const training = SETTINGS.epochs * Math.ceil(9000 / SETTINGS.batchSize);
  expect([batchesAt(0), batchesAt(FRAMES - 1), BATCHES]).toEqual([0, training, training]);
  expect(filterAt(FRAMES - 1).values).toHaveLength(KERNEL ** 2);
  expect(readFileSync('examples/playground/src/hero/recording.ts').length).toBeLessThan(10_000);
});

test('what the captions say is true: noise at first, then ink on the left and paper on the right', () => {
  const columns = (frame: number) =>
    Array.from({ length: KERNEL }, (_, column) =>
      filterAt(frame).values.reduce((sum, weight, i) => sum + (i % KERNEL === column ? weight / KERNEL : 0), 0),
    );
  const [first, second, , fourth, fifth] = columns(FRAMES - 1);
  expect(Math.min(first, second)).toBeGreaterThan(0.05);
  expect(Math.max(fourth, fifth)).toBeLessThan(-0.05);
  const contrast = (frame: number) => Math.max(...mapAt(frame).map(Math.abs));
  expect(contrast(FRAMES - 1)).toBeGreaterThan(2 * contrast(0));
  // Where it fits best there is such an edge in the digit.
  const [top, left] = bestStop();
  const inkAt = (column: number) =>
    Array.from({ length: KERNEL }, (_, row) => digit.values[(top + row) * SIDE + left + column]);
  expect(Math.min(...inkAt(0), ...inkAt(1))).toBeGreaterThan(0.8);
  expect(Math.max(...inkAt(4))).toBeLessThan(0.2);
  for (const texts of [heroEn, heroZh]) {
    expect(texts.description(BATCHES, ['a', 'b'], ['c', 'd'], ['e', 'f'])).toMatch(`${STOPS}`);
  }
});

test('the map is the convolution of the digit with the filter of the frame', () => {
  for (const frame of [0, FRAMES - 1]) {
    const map = mapAt(frame);
    for (const [row, column] of [
      [0, 0],
      [7, 11],
      [STOPS - 1, STOPS - 1],
    ]) {
      const sum = filterAt(frame).values.reduce((total, weight, i) => {
        const [y, x] = [row + Math.floor(i / KERNEL), column + (i % KERNEL)];
        return total + weight * digit.values[y * SIDE + x];
      }, 0);
      expect(map[row * STOPS + column]).toBeCloseTo(sum, 5);
    }
  }
});

test('the film: the window never jumps, the map grows square by square, and within five seconds the filter learns', () => {
  for (let i = 1; i < STOPS ** 2; i++) {
    const [[row, column], [nextRow, nextColumn]] = [stopAt(i - 1), stopAt(i)];
    expect(Math.abs(nextRow - row) + Math.abs(nextColumn - column)).toBe(1);
  }
  const scenes = Array.from({ length: 1 + END / 10 }, (_, i) => sceneAt(10 * i));
  for (const [i, { act, filled, frame, window }] of scenes.entries()) {
    const before = scenes[Math.max(0, i - 1)];
    expect(act).toBeGreaterThanOrEqual(before.act);
    expect(frame - before.frame).toBeGreaterThanOrEqual(0);
    expect(filled - before.filled).toBeGreaterThanOrEqual(0);
    expect(filled - before.filled).toBeLessThan(3);
    if (act === 0) expect(window).toEqual(stopAt(filled - 1));
  }
  expect(scenes[0]).toMatchObject({ act: 0, filled: 1, frame: 0 });
  expect(sceneAt(5000)).toMatchObject({ act: 1, filled: STOPS ** 2 });
  expect(sceneAt(5000).frame).toBeGreaterThan(0);
  expect(sceneAt(END)).toEqual({ act: 2, filled: STOPS ** 2, frame: FRAMES - 1, window: bestStop() });
  expect(new Set(scenes.map(({ act }) => act)).size).toBe(heroEn.captions.length);
});

test.each([
  [342, 3],
  [740, 1],
  [983.5, 1.25],
])('digit, filter and map stand side by side on a canvas of %d pixels at a density of %d', (width, density) => {
  const { image, filter, map, ...canvas } = layoutFor(width, density);
  expect(image.side).toBe(map.side);
  expect(filter.x).toBeGreaterThan(image.side);
  expect(map.x).toBeGreaterThan(filter.x + filter.side);
  expect(map.x + map.side).toBe(canvas.width);
  expect(canvas.height).toBe(map.side);
});
