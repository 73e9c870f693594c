import { describe, expect, test } from 'vitest';
import { DataLoader, Dataset, Generator, ShapeError, type Tensor, type Transform } from '../src/index.js';
import { affine, compose, elastic, erase, flip, normalize, shift } from '../src/transforms/index.js';
import { numbers } from './arrays.js';

const [COUNT, H, W] = [6, 7, 9];
const MOVES: [string, Transform][] = [
  ['affine', affine({ degrees: 30, translate: [0.2, 0.2], scale: [0.8, 1.2], shear: 10, fill: 0.5 })],
  ['shift', shift(2, { fill: 0.5 })],
  ['flip', flip()],
  ['elastic', elastic({ alpha: 8, sigma: 2, fill: 0.5 })],
  ['all of them', compose(flip(), elastic({ alpha: 8, sigma: 2 }), affine({ degrees: 20 }), shift([1, 2]))],
];

/** The batches of an epoch as arrays, with a transform from a seed. */
function batches<X extends Tensor>(data: Dataset<Tensor, X>, transform?: Transform) {
  const loader = new DataLoader(data, { batchSize: 4, transform, generator: new Generator(3) });
  return [...loader].map(({ x, y }) => [Array.from(x.data), Array.from(y.data)]);
}

describe.each(MOVES)('%s moves targets as it moves images:', (_, move) => {
  test('an image that is its own target stays that', () => {
    const pixels = Float32Array.from(numbers(1, [COUNT, 2, H, W]));
    const data = new Dataset(pixels, [2, H, W], pixels, { targetShape: [2, H, W] });
    for (const [x, y] of batches(data, move)) expect(y).toEqual(x);
    expect(batches(data, move).flat()).not.toEqual(batches(data).flat());
    expect(data.targets).toEqual(Float32Array.from(numbers(1, [COUNT, 2, H, W]))); // Those of the dataset stay.

    const { inputs, targets } = data.transformed(move, new Generator(3));
    expect(targets).toEqual(inputs);
  });
});

describe.each(MOVES.slice(0, 4))('%s reads a map of classes at the nearest pixel', (_, move) => {
  test.each([[[H, W]], [[1, H, W]]])('%j', (targetShape) => {
    // The image says where it is read: its channels are the column and the row, which interpolation does not bend, and 1.
    const at = Array.from({ length: H * W }, (_, p) => p);
    const place = [at.map((p) => p % W), at.map((p) => Math.floor(p / W)), at.map(() => 1)];
    const places = Array.from({ length: COUNT }, () => place).flat(2);
    const classes = Array.from({ length: COUNT * H * W }, (_, i) => 1 + ((i * 7) % 5));
    const data = new Dataset(places, [3, H, W], classes, { targetShape });
    let done = 0;
    let seen = 0;
    for (const [x, y] of batches(data, move)) {
      for (let i = 0; i < y.length; i++) {
        const [image, p] = [Math.floor(i / (H * W)), i % (H * W)];
        expect([0, 1, 2, 3, 4, 5]).toContain(y[i]);
        const [column, row, inside] = [0, 1, 2].map((c) => x[(3 * image + c) * H * W + p]);
        const isBetween = [column, row].some((place) => Math.abs((place % 1) - 0.5) < 1e-3);
        if (inside < 0.9999 || isBetween) continue; // Mixed with what comes from outside, or halfway.
        expect(y[i]).toBe(classes[(done + image) * H * W + Math.round(row) * W + Math.round(column)]);
        seen++;
      }
      done += y.length / (H * W);
    }
    expect(done).toBe(COUNT);
    expect(seen).toBeGreaterThan(100);
  });
});

describe('what comes from outside', () => {
  const right: Transform = (x, shape, _, targets) => shift([0, 3], { fill: 9 })(x, shape, new Generator(0), targets);
  const outside = (transform: Transform, targets: number[]) => {
    const data = new Dataset(new Float32Array(64), [1, 8, 8], targets, { targetShape: [8, 8] });
    return new Set(batches(data, transform)[0][1]);
  };
  test('is class 0 in a map of classes, and the fill in other images', () => {
    expect(outside(right, new Array(64).fill(1))).toEqual(new Set([0, 1]));
    expect(outside(right, new Array(64).fill(0.5))).toEqual(new Set([0.5, 9]));
  });
  test('is targetFill where that is given, such as what a loss ignores', () => {
    for (const make of [
      shift([0, 3], { targetFill: -100 }),
      affine({ translate: [0.5, 0], targetFill: -100 }),
      elastic({ alpha: 40, sigma: 1, targetFill: -100 }),
    ]) {
      expect(outside(make, new Array(64).fill(1))).toEqual(new Set([1, -100]));
    }
    expect(outside(shift([0, 3], { targetFill: -100 }), new Array(64).fill(0.5))).toEqual(new Set([0.5, -100]));
    expect(() => shift(1, { targetFill: '0' as never })).toThrow("shift: expected targetFill to be a number, got '0'");
  });
});

test('erase and normalize leave targets as they are, and so does a transform that is not told of them', () => {
  const pixels = Float32Array.from(numbers(1, [COUNT, 1, H, W]));
  const data = new Dataset(pixels, [1, H, W], pixels, { targetShape: [1, H, W] });
  const targets = batches(data).map(([, y]) => y);
  const alone: Transform = (x, shape, generator) => flip({ probability: 1 })(x, shape, generator);
  for (const transform of [erase({ probability: 1, size: [0.5, 1] }), normalize({ mean: 1, std: 2 }), alone]) {
    const changed = batches(data, transform);
    expect(changed.map(([, y]) => y)).toEqual(targets);
    expect(changed.map(([x]) => x)).not.toEqual(targets);
  }
});

test('targets that are no images stay; images of another size are refused', () => {
  const inputs = new Float32Array(2 * 16);
  const several = new Dataset(inputs, [1, 4, 4], [1, 2, 3, 4], { targetShape: [2] });
  expect(batches(several, flip({ probability: 1 }))[0][1]).toEqual([1, 2, 3, 4]);
  const labels = new Dataset(inputs, [1, 4, 4], [0, 1]);
  expect([...labels.transformed(shift(1)).labels]).toEqual([0, 1]);

  const larger = new Dataset(inputs, [1, 4, 4], new Float32Array(2 * 64), { targetShape: [1, 8, 8] });
  for (const [, move] of MOVES) {
    expect(() => batches(larger, move)).toThrow(ShapeError);
    expect(() => batches(larger, move)).toThrow(
      'expected targets [..., 4, 4], which move as the images do, got [1, 8, 8]',
    );
  }
});
