import { describe, expect, test } from 'vitest';
import {
  FILTER_SIZES,
  FIRST_FILTER,
  firstOwnImage,
  handMade,
  meaningOf,
  resized,
  tutorialImage,
} from '../examples/playground/src/convolution/choices.js';
import { bracketed, long, parseNumber, short } from '../examples/playground/src/convolution/numbers.js';
import { convolutionEn } from '../examples/playground/src/convolution/texts.en.js';
import { convolutionZh } from '../examples/playground/src/convolution/texts.zh.js';
import {
  agrees,
  type GrayImage,
  planWalk,
  positionMoved,
  positionOver,
  slide,
  sumsOf,
  tapsAt,
} from '../examples/playground/src/convolution/walk.js';
import { handMadeFilters } from '../src/inspect/index.js';
import { Generator } from '../src/random.js';

const STILL = { stride: 1, padding: 0, dilation: 1 };

describe('the walk of the tutorial', () => {
  const image = tutorialImage();
  const filter = handMade(FIRST_FILTER, 3);
  const plan = planWalk(5, 3, STILL);

  test('gives 0, 450, 450 in every row', () => {
    expect(Array.from(filter.values)).toEqual([1, 0, -1, 1, 0, -1, 1, 0, -1]);
    expect(Array.from(slide(plan, image, filter, false))).toEqual([0, 450, 450, 0, 450, 450, 0, 450, 450]);
  });

  test('writes out the products under the edge', () => {
    const taps = tapsAt(plan, image, filter, 0, 1);
    expect(taps.map(({ product }) => product + 0)).toEqual([200, 0, -50, 200, 0, -50, 200, 0, -50]);
    expect(sumsOf(taps, 3)).toEqual({ rows: [150, 150, 150], total: 450 });
  });
});

describe('the written-out sum and the engine', () => {
  const generator = new Generator(4);
  const digit: GrayImage = {
    values: Float32Array.from({ length: 784 }, () => generator.uniform()),
    size: 28,
    white: 1,
  };
  const cases = [tutorialImage(), firstOwnImage(), digit].flatMap((image) =>
    FILTER_SIZES.flatMap((size) =>
      [
        STILL,
        { stride: 2, padding: 1, dilation: 1 },
        { stride: 1, padding: 2, dilation: 2 },
        { stride: 3, padding: 4, dilation: 3 },
      ].map((sliding) => ({
        image,
        size,
        sliding,
        name: `${image.size}px, ${size}x${size}, ${JSON.stringify(sliding)}`,
      })),
    ),
  );

  test.each(cases)('agree at every position: $name', ({ image, size, sliding }) => {
    const filter = { values: Float32Array.from({ length: size * size }, () => generator.uniform(-1, 1)), size };
    const plan = planWalk(image.size, size, sliding);
    if (plan.outSize === 0) {
      expect(plan.reach).toBeGreaterThan(plan.padded);
      expect(() => slide(plan, image, filter, false)).toThrow('more than the padded image');
      return;
    }
    const [plain, rectified] = [slide(plan, image, filter, false), slide(plan, image, filter, true)];
    expect(plain.length).toBe(plan.outSize ** 2);
    for (let i = 0; i < plain.length; i++) {
      const taps = tapsAt(plan, image, filter, Math.floor(i / plan.outSize), i % plan.outSize);
      const { total } = sumsOf(taps, size);
      expect(agrees(plain[i], taps, total, false)).toBe(true);
      expect(agrees(rectified[i], taps, total, true)).toBe(true);
      const doubt = 1e-3 * (1 + Math.abs(total));
      expect(agrees(plain[i] + doubt, taps, total, false)).toBe(false);
    }
  });
});

describe('where the window stops', () => {
  test('the last rows that the stride steps past are counted', () => {
    expect(planWalk(28, 5, { stride: 2, padding: 0, dilation: 1 })).toMatchObject({ outSize: 12, missed: 1 });
    expect(planWalk(28, 5, { stride: 1, padding: 2, dilation: 1 })).toMatchObject({ outSize: 28, missed: 0 });
    expect(planWalk(5, 5, { stride: 1, padding: 0, dilation: 2 })).toMatchObject({ outSize: 0, missed: 0, reach: 9 });
  });

  test('pointing at the pixel in the middle of a window finds it, and outside the image the nearest', () => {
    const plan = planWalk(28, 3, { stride: 2, padding: 1, dilation: 2 });
    for (let position = 0; position < plan.outSize ** 2; position++) {
      const middle = (along: number) => along * 2 - 1 + 2;
      const [row, column] = [Math.floor(position / plan.outSize), position % plan.outSize];
      expect(positionOver(plan, middle(row), middle(column))).toBe(position);
    }
    expect(positionOver(plan, -9, -9)).toBe(0);
    expect(positionOver(plan, 99, 99)).toBe(plan.outSize ** 2 - 1);
  });

  test('arrow keys stop at the border of the result', () => {
    const plan = planWalk(5, 3, STILL);
    expect(positionMoved(plan, 4, -1, 0)).toBe(1);
    expect(positionMoved(plan, 1, -1, 0)).toBe(1);
    expect(positionMoved(plan, 2, 0, 1)).toBe(2);
    expect(positionMoved(plan, 8, 1, 1)).toBe(8);
  });
});

describe('numbers', () => {
  test.each([
    [450, '450'],
    [-450, '−450'],
    [0.25, '0.25'],
    [-0.253, '−.25'],
    [0.0512, '.051'],
    [12.345, '12.3'],
    [-1234, '−1k'],
    [51200, '51k'],
    [-51200, '−51k'],
    [-0.0001, '0'],
    [Number.NaN, '?'],
    [Number.NEGATIVE_INFINITY, '−∞'],
  ])('%d in a cell is %s', (value, text) => {
    expect(short(value)).toBe(text);
  });

  test('no number needs more than four characters', () => {
    const generator = new Generator(1);
    for (let i = 0; i < 2000; i++) {
      expect(short(generator.uniform(-1, 1) * 10 ** generator.uniform(-5, 16)).length).toBeLessThanOrEqual(4);
    }
  });

  test('in a sum they have five digits, and negative ones stand in brackets', () => {
    expect([long(-0.306249), long(450), long(-0)]).toEqual(['−0.30625', '450', '0']);
    expect([bracketed('−1'), bracketed('1')]).toEqual(['(−1)', '1']);
  });

  test('what people type is understood, or is no number', () => {
    expect(['1', ' -2.5', '−3', '0,5', '.5', '2.', '300', '-999'].map((text) => parseNumber(text, -9, 255))).toEqual([
      1, -2.5, -3, 0.5, 0.5, 2, 255, -9,
    ]);
    for (const text of ['', '-', '1e3', 'abc', '1.2.3']) expect(parseNumber(text, -9, 9)).toBeNull();
  });
});

describe('filters', () => {
  test('keep their middle when their size changes', () => {
    const small = handMade('Laplacian', 3);
    const large = resized(small, 5);
    expect(Array.from(large.values.slice(5, 10))).toEqual([0, ...small.values.slice(0, 3), 0]);
    expect(resized(large, 3)).toEqual(small);
  });

  test('are described by what they are for', () => {
    const families = handMadeFilters(3).map(({ name }) => meaningOf(handMade(name, 3)).family);
    expect(new Set(families)).toEqual(new Set(['edge', 'line', 'laplacian', 'blur', 'sharpen', 'identity']));
    const negative = { values: handMade('vertical edge (Sobel)', 3).values.map((value) => -value), size: 3 };
    expect(meaningOf(negative)).toMatchObject({ family: 'edge', name: 'vertical edge (Sobel)' });
    expect(meaningOf(negative).cosine).toBeCloseTo(-1);
    expect(meaningOf({ values: new Float32Array(9), size: 3 })).toEqual({ family: 'any', name: null, cosine: 0 });
  });
});

test('every text exists in both languages, and every hand-made filter has a name', () => {
  const shapeOf = (value: unknown): unknown =>
    typeof value === 'object' && value !== null
      ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shapeOf(inner)]))
      : typeof value;
  expect(shapeOf(convolutionZh)).toEqual(shapeOf(convolutionEn));
  for (const texts of [convolutionEn, convolutionZh]) {
    expect(Object.keys(texts.filter.names)).toEqual(handMadeFilters(5).map(({ name }) => name));
  }
});
