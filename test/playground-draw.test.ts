import { describe, expect, test } from 'vitest';
import { centered, centerOfMass, type Stroke } from '../examples/playground/src/draw/centered.js';
import { oneOfEach } from '../examples/playground/src/draw/examples.js';
import { drawEn } from '../examples/playground/src/draw/texts.en.js';
import { drawZh } from '../examples/playground/src/draw/texts.zh.js';
import { inspectorEn } from '../examples/playground/src/inspector/texts.en.js';
import { inspectorZh } from '../examples/playground/src/inspector/texts.zh.js';
import { networkEn } from '../examples/playground/src/network/texts.en.js';
import { networkZh } from '../examples/playground/src/network/texts.zh.js';
import { storyEn } from '../examples/playground/src/story/texts.en.js';
import { storyZh } from '../examples/playground/src/story/texts.zh.js';
import { takeawayEn } from '../examples/playground/src/takeaway/texts.en.js';
import { takeawayZh } from '../examples/playground/src/takeaway/texts.zh.js';
import { Dataset } from '../src/index.js';
import { Generator } from '../src/random.js';

/** Rows and columns, from the first with ink to the last. */
function boxOf(image: Float32Array) {
  const inked = Array.from(image.keys()).filter((i) => image[i] > 0.5);
  const rows = inked.map((i) => Math.floor(i / 28));
  const columns = inked.map((i) => i % 28);
  return {
    height: Math.max(...rows) - Math.min(...rows) + 1,
    width: Math.max(...columns) - Math.min(...columns) + 1,
  };
}

const SEVEN: Stroke[] = [
  [
    { x: 0.2, y: 0.2 },
    { x: 0.7, y: 0.2 },
    { x: 0.4, y: 0.9 },
  ],
];
const moved = (strokes: Stroke[], scale: number, x: number, y: number) =>
  strokes.map((stroke) => stroke.map((place) => ({ x: place.x * scale + x, y: place.y * scale + y })));

describe('what is drawn becomes a digit such as MNIST has', () => {
  test('a vertical stroke is 20 pixels high, as wide as a pen, and in the middle', () => {
    const line = centered([
      [
        { x: 0.9, y: 0.1 },
        { x: 0.9, y: 0.3 },
      ],
    ]);
    expect(boxOf(line).width).toBe(3);
    const ink = Array.from({ length: 28 }, (_, y) => line[y * 28 + 14]).reduce((sum, value) => sum + value, 0);
    expect(ink).toBeCloseTo(20, 4);
    expect(centerOfMass(line).x).toBeCloseTo(14, 4);
    expect(centerOfMass(line).y).toBeCloseTo(14, 4);
    // Of ink within, and of less at the rim, which pixels cut.
    expect([12, 13, 14, 15, 16].map((x) => Number(line[14 * 28 + x].toFixed(2)))).toEqual([0, 0.8, 1, 0.8, 0]);
  });

  test('where it was drawn and how large makes no difference', () => {
    const image = centered(SEVEN);
    const other = centered(moved(SEVEN, 0.21, 5, -3));
    image.forEach((value, i) => {
      expect(other[i]).toBeCloseTo(value, 4);
    });
  });

  test('the longer side of the box is 20 pixels and the center of mass in pixel 14, 14, for whatever is drawn', () => {
    const generator = new Generator(1);
    for (let round = 0; round < 50; round++) {
      const strokes = Array.from({ length: 1 + (round % 3) }, () =>
        Array.from({ length: 12 }, () => ({ x: generator.uniform(0, 1), y: generator.uniform(0, 1) })),
      );
      const image = centered(strokes);
      const { width, height } = boxOf(image);
      expect(Math.abs(Math.max(width, height) - 20)).toBeLessThanOrEqual(1);
      expect(Math.abs(centerOfMass(image).x - 14)).toBeLessThan(0.1);
      expect(Math.abs(centerOfMass(image).y - 14)).toBeLessThan(0.1);
      expect(image.every((value) => value >= 0 && value <= 1)).toBe(true);
    }
  });

  test('a point is a dot, and nothing is nothing', () => {
    expect(boxOf(centered([[{ x: 0.1, y: 0.8 }]]))).toEqual({ height: 3, width: 3 });
    expect(centered([]).every((value) => value === 0)).toBe(true);
    expect(centered([[]]).every((value) => value === 0)).toBe(true);
  });
});

test('an example of each digit that there is, the first of its kind', () => {
  expect(oneOfEach(new Dataset(new Float32Array(5), [1], [2, 0, 2, 4, 0], 5))).toEqual([1, 0, 3]);
});

const shapeOf = (value: unknown): unknown =>
  typeof value === 'object' && value !== null
    ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shapeOf(inner)]))
    : typeof value;

test.each([
  ['draw', drawEn, drawZh],
  ['network', networkEn, networkZh],
  ['inspector', inspectorEn, inspectorZh],
  ['takeaway', takeawayEn, takeawayZh],
  ['story', storyEn, storyZh],
])('every text of %s exists in both languages', (_, english, chinese) => {
  expect(shapeOf(chinese)).toEqual(shapeOf(english));
});
