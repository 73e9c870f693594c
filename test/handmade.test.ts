import { describe, expect, test } from 'vitest';
import { handMadeFilters, nearestHandMade } from '../src/inspect/index.js';

const valuesOf = (name: string, size: number) => {
  const found = handMadeFilters(size).find((filter) => filter.name === name);
  return Array.from(found?.values ?? [], (value) => value + 0); // No -0.
};

describe('hand-made filters', () => {
  test.each([
    ['vertical edge (Prewitt)', [1, 0, -1, 1, 0, -1, 1, 0, -1]],
    ['horizontal edge (Prewitt)', [1, 1, 1, 0, 0, 0, -1, -1, -1]],
    ['vertical edge (Sobel)', [1, 0, -1, 2, 0, -2, 1, 0, -1]],
    ['horizontal edge (Sobel)', [1, 2, 1, 0, 0, 0, -1, -2, -1]],
    ['diagonal edge \\ (Sobel)', [0, -2, -2, 2, 0, -2, 2, 2, 0]],
    ['diagonal edge / (Sobel)', [2, 2, 0, 2, 0, -2, 0, -2, -2]],
    ['Laplacian', [0, -1, 0, -1, 4, -1, 0, -1, 0]],
    ['Gaussian blur', [1, 2, 1, 2, 4, 2, 1, 2, 1]],
    ['box blur', [1, 1, 1, 1, 1, 1, 1, 1, 1]],
    ['sharpen', [0, -1, 0, -1, 5, -1, 0, -1, 0]],
    ['identity', [0, 0, 0, 0, 1, 0, 0, 0, 0]],
  ])('%s is the one of the textbooks at 3 x 3', (name, values) => {
    expect(valuesOf(name, 3)).toEqual(values);
  });

  test.each([3, 4, 5, 8, 11])(
    'of %i pixels: edges, lines and the Laplacian add up to 0; each is nearest to itself',
    (size) => {
      for (const { name, values } of handMadeFilters(size)) {
        expect(values).toHaveLength(size * size);
        if (/edge|line|Laplacian/.test(name)) expect(values.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 9);
        const nearest = nearestHandMade(values, size);
        expect(nearest?.name).toBe(name);
        expect(nearest?.cosine).toBeCloseTo(1, 9);
      }
    },
  );

  test('with bright and dark exchanged the cosine is negative; zeros are near to nothing', () => {
    const { name, cosine } = nearestHandMade([-2, 0, 2, -4, 0, 4, -2, 0, 2], 3) ?? { name: '', cosine: 0 };
    expect(name).toBe('vertical edge (Sobel)');
    expect(cosine).toBeCloseTo(-1, 9);
    expect(nearestHandMade(new Float32Array(9), 3)).toBeNull();
  });

  test('sizes without hand-made filters are refused', () => {
    expect(() => handMadeFilters(2)).toThrow(/size to be a whole number from 3 to 11, got 2/);
    expect(() => nearestHandMade([1, 2, 3], 3)).toThrow(/expected 9 taps/);
  });
});
