import { describe, expect, test } from 'vitest';
import { FormatError, Generator, ShapeError } from '../src/index.js';
import { symmetricEigen } from '../src/inspect/filters/eigen.js';
import { zcaWhitening } from '../src/inspect/index.js';

/** n normal vectors with the covariance root root^T, around a mean. */
function normal(n: number, root: number[][], mean: number[], seed = 0): Float32Array {
  const generator = new Generator(seed);
  const values = new Float32Array(n * root.length);
  for (let k = 0; k < n; k++) {
    const z = root.map(() => generator.normal());
    root.forEach((row, i) => {
      values[k * root.length + i] = mean[i] + row.reduce((sum, factor, j) => sum + factor * z[j], 0);
    });
  }
  return values;
}

function covariance(values: Float32Array, size: number): number[][] {
  const n = values.length / size;
  const mean = Array.from(
    { length: size },
    (_, i) => values.reduce((sum, v, at) => sum + (at % size === i ? v : 0), 0) / n,
  );
  return mean.map((a, i) =>
    mean.map((b, j) => {
      let sum = 0;
      for (let k = 0; k < n; k++) sum += (values[k * size + i] - a) * (values[k * size + j] - b);
      return sum / n;
    }),
  );
}

/** The sum over components of c c^T: the projection on what is kept. */
function projection(components: readonly Float64Array[]): number[][] {
  return Array.from(components[0], (_, i) =>
    Array.from(components[0], (_, j) => components.reduce((sum, c) => sum + c[i] * c[j], 0)),
  );
}

function expectClose(a: number[][], b: number[][], most: number): void {
  const apart = Math.max(...a.flatMap((row, i) => row.map((value, j) => Math.abs(value - b[i][j]))));
  expect(apart).toBeLessThan(most);
}

const ROOT = [
  [2, 0, 0, 0],
  [1.5, 1, 0, 0],
  [0.5, -0.5, 0.7, 0],
  [0, 0.2, 0.1, 0.3],
];
const MEAN = [1, -2, 0.5, 3];
const identity = ROOT.map((row, i) => row.map((_, j) => (i === j ? 1 : 0)));

describe('zcaWhitening', () => {
  const patches = normal(5000, ROOT, MEAN);

  test('whitens all that is kept: the covariance becomes 1, and the change is symmetric', () => {
    const whitening = zcaWhitening(patches, [5000, 1, 2, 2], { variance: 1 });
    expect([whitening.shape, whitening.components.length]).toEqual([[1, 2, 2], 4]);
    expect(whitening.kept).toBeCloseTo(1, 12);
    expectClose(covariance(whitening.apply(patches), 4), identity, 1e-4);
    // Column i of the matrix is what becomes of the mean with 1 more at i.
    const shifted = Float32Array.from({ length: 16 }, (_, at) => whitening.mean[at % 4] + (at % 5 === 0 ? 1 : 0));
    const columns = whitening.apply(shifted);
    for (let i = 0; i < 4; i++)
      for (let j = 0; j < i; j++) expect(columns[4 * i + j]).toBeCloseTo(columns[4 * j + i], 5);
  });

  test('the variances are those of the known covariance, the largest first', () => {
    const { variances, mean } = zcaWhitening(patches, [5000, 4], { variance: 1 });
    const known = ROOT.map((a) => Float64Array.from(ROOT, (b) => a.reduce((sum, value, k) => sum + value * b[k], 0)));
    const expected = symmetricEigen(known).values.sort((a, b) => b - a);
    variances.forEach((variance, i) => {
      expect(Math.abs(variance / expected[i] - 1)).toBeLessThan(0.1); // 5 standard deviations of 5,000 draws.
    });
    MEAN.forEach((value, i) => {
      expect(mean[i]).toBeCloseTo(value, 0);
    });
  });

  test('keeps as few components as have the share asked for; of the rest nothing is left, and the way back is a projection', () => {
    const whitening = zcaWhitening(patches, [5000, 4], { variance: 0.9 });
    const all = zcaWhitening(patches, [5000, 4], { variance: 1 }).variances;
    const total = all.reduce((sum, value) => sum + value, 0);
    const k = whitening.components.length;
    expect(k).toBeLessThan(4);
    expect(whitening.kept).toBeGreaterThanOrEqual(0.9);
    expect((whitening.kept * total - all[k - 1]) / total).toBeLessThan(0.9);
    const kept = projection(whitening.components);
    const white = whitening.apply(patches);
    expectClose(covariance(white, 4), kept, 1e-4);
    const back = whitening.invert(white);
    for (let i = 0; i < 400; i++) {
      const row = patches.subarray(i - (i % 4), i - (i % 4) + 4);
      const expected = kept[i % 4].reduce((sum, p, j) => sum + p * (row[j] - whitening.mean[j]), whitening.mean[i % 4]);
      expect(back[i]).toBeCloseTo(expected, 4);
    }
  });

  test('98.5% by default, and patches keep their shape', () => {
    const root = Array.from({ length: 12 }, (_, i) => Array.from({ length: 12 }, (_, j) => (i === j ? 0.5 ** i : 0)));
    const { components, kept } = zcaWhitening(normal(3000, root, new Array(12).fill(0)), [3000, 3, 2, 2]);
    expect(components.length).toBe(4); // 1 - 4^-3 = 98.4% are in three.
    expect(kept).toBeGreaterThan(0.985);
  });

  test('a pixel that never changes is no component, and stays what it is', () => {
    const constant = patches.map((value, i) => (i % 4 === 2 ? 0.25 : value));
    const whitening = zcaWhitening(constant, [5000, 4], { variance: 1 });
    expect(whitening.components.length).toBe(3);
    const white = whitening.apply(constant);
    for (let i = 2; i < 400; i += 4) {
      expect(white[i]).toBeCloseTo(0, 6);
      expect(whitening.invert(white)[i]).toBeCloseTo(0.25, 6);
    }
  });

  test('fewer patches than pixels: as many components as they span', () => {
    const few = normal(3, identity, MEAN, 1);
    const whitening = zcaWhitening(few, [3, 4], { variance: 1 });
    expect(whitening.components.length).toBe(2);
    const back = whitening.invert(whitening.apply(few));
    few.forEach((value, i) => {
      expect(back[i]).toBeCloseTo(value, 5);
    });
  });

  test('pixels far from 0 lose nothing: the mean goes first', () => {
    const far = Float64Array.from(patches, (value) => value + 1e5);
    const [near, white] = [patches, far].map((values) =>
      zcaWhitening(values, [5000, 4], { variance: 1 }).apply(values),
    );
    expect(Math.max(...near.map((value, i) => Math.abs(value - white[i])))).toBeLessThan(1e-4);
  });

  test.each<[string, () => unknown, new (...args: never[]) => Error, string]>([
    ['NaN', () => zcaWhitening([0, 1, Number.NaN, 3], [2, 2]), FormatError, 'expected finite numbers, got NaN at 2'],
    [
      'Infinity',
      () => zcaWhitening([0, 1, 2, Infinity], [2, 2]),
      FormatError,
      'expected finite numbers, got Infinity at 3',
    ],
    [
      'equal patches',
      () => zcaWhitening([0.1, 0.2, 0.1, 0.2], [2, 2]),
      FormatError,
      'expected patches that differ, got 2 times the same',
    ],
    [
      'one patch',
      () => zcaWhitening([1, 2], [1, 2]),
      ShapeError,
      'expected patches [n, ...] with n of at least 2, got 2 numbers',
    ],
    ['another number', () => zcaWhitening([1, 2, 3], [2, 2]), ShapeError, 'got 3 numbers and the shape [2, 2]'],
    ['no share', () => zcaWhitening([0, 1, 1, 0], [2, 2], { variance: 0 }), Error, 'expected variance to be a number'],
    ['an option', () => zcaWhitening([0, 1, 1, 0], [2, 2], { epsilon: 1 } as never), Error, "unknown option 'epsilon'"],
    [
      'other patches',
      () => zcaWhitening([0, 1, 1, 0], [2, 2]).apply([1, 2, 3]),
      ShapeError,
      'zcaWhitening.apply: expected patches of shape [2], got 3 numbers',
    ],
    [
      'none',
      () => zcaWhitening([0, 1, 1, 0], [2, 2]).invert([]),
      ShapeError,
      'zcaWhitening.invert: expected patches of shape [2], got 0 numbers',
    ],
    [
      'NaN later',
      () => zcaWhitening([0, 1, 1, 0], [2, 2]).apply([1, Number.NaN]),
      FormatError,
      'expected finite numbers, got NaN at 1',
    ],
  ])('%s is refused', (_, run, kind, message) => {
    expect(run).toThrow(kind);
    expect(run).toThrow(message);
  });
});

describe('symmetricEigen', () => {
  test('gives an orthonormal basis in which the matrix is diagonal, also where eigenvalues are equal or 0', () => {
    const generator = new Generator(3);
    const n = 20;
    const rows = Array.from({ length: 6 }, () => Float64Array.from({ length: n }, () => generator.normal()));
    const matrix = Array.from({ length: n }, (_, i) =>
      Float64Array.from({ length: n }, (_, j) => rows.reduce((sum, row) => sum + row[i] * row[j], i === j ? 2 : 0)),
    );
    const { values, vectors } = symmetricEigen(matrix.map((row) => row.slice()));
    expect(values.filter((value) => Math.abs(value - 2) < 1e-9)).toHaveLength(n - 6);
    vectors.forEach((vector, k) => {
      vectors.forEach((other, l) => {
        expect(vector.reduce((sum, value, i) => sum + value * other[i], 0)).toBeCloseTo(k === l ? 1 : 0, 12);
      });
      matrix.forEach((row, i) => {
        expect(row.reduce((sum, value, j) => sum + value * vector[j], 0)).toBeCloseTo(values[k] * vector[i], 10);
      });
    });
  });
});
