import { describe, expect, test } from 'vitest';
import { ArgumentError, Generator, type Shape, ShapeError, type Transform } from '../src/index.js';
import { cosSin } from '../src/transforms/angle.js';
import { affine, compose, elastic, erase, flip, normalize, shift } from '../src/transforms/index.js';
import { numbers, sizeOf } from './arrays.js';
import { expectClose } from './close.js';
import { dot, mean } from './statistics.js';

const SHAPES: Shape[] = [
  [1, 1, 1, 1],
  [2, 1, 5, 7],
  [3, 3, 4, 1],
  [2, 2, 6, 5],
  [1, 1, 28, 28],
];
const random = (shape: Shape, seed: number | string = 1) => Float32Array.from(numbers(seed, shape));

/** What becomes of a batch; the batch itself stays. */
function applied(transform: Transform, inputs: Float32Array, shape: Shape, generator = new Generator(1)): Float32Array {
  const changed = inputs.slice();
  transform(changed, shape, generator);
  return changed;
}

/** The pixel at a place between the grid, in float64: the sum of all pixels, each weighted by its nearness. */
function between(image: Float32Array, h: number, w: number, x: number, y: number, fill: number): number {
  let sum = fill;
  for (let row = 0; row < h; row++) {
    for (let column = 0; column < w; column++) {
      const weight = Math.max(0, 1 - Math.abs(x - column)) * Math.max(0, 1 - Math.abs(y - row));
      sum += weight * (image[row * w + column] - fill);
    }
  }
  return sum;
}

describe('cosSin', () => {
  test('is the cosine and the sine, and exact at multiples of 90 degrees', () => {
    for (let degrees = -800; degrees <= 800; degrees += 0.37) {
      const { cos, sin } = cosSin(degrees);
      // Math.cos of an angle in radians above 2 pi is itself rounded: by the angle's last bit.
      expect(Math.abs(cos - Math.cos((degrees * Math.PI) / 180))).toBeLessThan(4e-15);
      expect(Math.abs(sin - Math.sin((degrees * Math.PI) / 180))).toBeLessThan(4e-15);
      expect(Math.abs(cos * cos + sin * sin - 1)).toBeLessThan(1e-15);
    }
    const exact = [-90, 0, 90, 180, 270, 360].map(cosSin).map(({ cos, sin }) => [cos + 0, sin + 0]);
    expect(exact).toEqual([
      [0, -1],
      [1, 0],
      [0, 1],
      [-1, 0],
      [0, -1],
      [1, 0],
    ]);
  });
});

describe('affine', () => {
  test.each(SHAPES.map((shape) => [shape]))('that does nothing gives %j back bit for bit', (shape) => {
    const inputs = random(shape);
    expect(applied(affine({}), inputs, shape)).toEqual(inputs);
    expect(applied(affine({ degrees: [360, 360], scale: [1, 1], shear: 0 }), inputs, shape)).toEqual(inputs);
  });

  test('a quarter turn is the array turned clockwise, exactly; two are the array backwards', () => {
    const [n, c, h] = [2, 3, 5];
    const inputs = random([n, c, h, h]);
    const quarter = inputs.map((_, i) => {
      const [x, y] = [i % h, Math.floor(i / h) % h];
      return inputs[i - (i % (h * h)) + (h - 1 - x) * h + y];
    });
    const back = inputs.map((_, i) => inputs[i - (i % (h * h)) + h * h - 1 - (i % (h * h))]);
    expect(applied(affine({ degrees: [90, 90] }), inputs, [n, c, h, h])).toEqual(quarter);
    expect(applied(affine({ degrees: [180, 180] }), inputs, [n, c, h, h])).toEqual(back);
    expect(applied(affine({ degrees: [-270, -270] }), inputs, [n, c, h, h])).toEqual(quarter);
  });

  test('enlarged twice, a ramp has the values half way between', () => {
    const ramp = Float32Array.of(0, 1, 2, 3);
    expect([...applied(affine({ scale: [2, 2] }), ramp, [1, 1, 1, 4])]).toEqual([0.75, 1.25, 1.75, 2.25]);
    // At half the size, what lies beyond the border is filled.
    const small = applied(affine({ scale: [0.5, 0.5], fill: 9 }), ramp, [1, 1, 1, 4]);
    expect([...small]).toEqual([9, 0.5, 2.5, 9]);
  });

  test('sheared by 45 degrees, an upright line leans to the right above and to the left below', () => {
    const line = Float32Array.of(0, 1, 0, 0, 1, 0, 0, 1, 0);
    expectClose(applied(affine({ shear: [45, 45] }), line, [1, 1, 3, 3]), [0, 0, 1, 0, 1, 0, 1, 0, 0], 1e-6);
  });

  test.each(SHAPES.map((shape) => [shape]))('is the brute force in float64 on %j', (shape) => {
    const [n, c, h, w] = shape;
    const options = { degrees: [-40, 70], translate: [0.2, 0.3], scale: [0.6, 1.5], shear: 25, fill: 0.3 } as const;
    const inputs = random(shape, 3);
    const draws = new Generator(5);
    const expected: number[] = [];
    for (let i = 0; i < n; i++) {
      const angle = (draws.uniform(-40, 70) * Math.PI) / 180;
      const [right, down] = [w * draws.uniform(-0.2, 0.2), h * draws.uniform(-0.3, 0.3)];
      const scale = draws.uniform(0.6, 1.5);
      const tan = Math.tan((draws.uniform(-25, 25) * Math.PI) / 180);
      // Where a pixel goes, torchvision's matrix: scale * rotation * shear.
      const a = scale * Math.cos(angle);
      const b = scale * (-Math.cos(angle) * tan - Math.sin(angle));
      const d = scale * Math.sin(angle);
      const e = scale * (-Math.sin(angle) * tan + Math.cos(angle));
      const determinant = a * e - b * d;
      for (let channel = 0; channel < c; channel++) {
        const image = inputs.subarray((i * c + channel) * h * w, (i * c + channel + 1) * h * w);
        for (let p = 0; p < h * w; p++) {
          const u = (p % w) - (w - 1) / 2 - right;
          const v = Math.floor(p / w) - (h - 1) / 2 - down;
          const x = (w - 1) / 2 + (e * u - b * v) / determinant;
          const y = (h - 1) / 2 + (-d * u + a * v) / determinant;
          expected.push(between(image, h, w, x, y, 0.3));
        }
      }
    }
    expectClose(applied(affine(options), inputs, shape, new Generator(5)), expected, 1e-6);
  });

  test('shifts are drawn evenly over their range, each image by itself', () => {
    const shape = [4000, 1, 1, 41];
    const dots = new Float32Array(sizeOf(shape)).map((_, i) => (i % 41 === 20 ? 1 : 0));
    const moved = applied(affine({ translate: [0.25, 0] }), dots, shape);
    const shifts = Array.from({ length: 4000 }, (_, i) =>
      moved.subarray(41 * i, 41 * (i + 1)).reduce((sum, value, x) => sum + value * (x - 20), 0),
    );
    const square = dot(shifts, shifts) / 4000;
    expect(Math.abs(mean(shifts))).toBeLessThan(4 * Math.sqrt(10.25 ** 2 / 3 / 4000));
    expect(square / (10.25 ** 2 / 3)).toBeGreaterThan(0.94);
    expect(square / (10.25 ** 2 / 3)).toBeLessThan(1.06);
    expect(Math.max(...shifts)).toBeLessThanOrEqual(10.25);
    expect(Math.max(...shifts)).toBeGreaterThan(10);
  });
});

describe('shift', () => {
  test('is an exact copy, moved by whole pixels', () => {
    const [n, c, h, w] = [20, 2, 6, 9];
    const inputs = random([n, c, h, w]);
    const moved = applied(shift([1, 3], { fill: 7 }), inputs, [n, c, h, w], new Generator(2));
    const draws = new Generator(2);
    const expected = Array.from({ length: n }, (_, i) => {
      const right = draws.integer(7) - 3;
      const down = draws.integer(3) - 1;
      return Array.from({ length: c * h * w }, (_, at) => {
        const [channel, y, x] = [Math.floor(at / (h * w)), (Math.floor(at / w) % h) - down, (at % w) - right];
        const inside = y >= 0 && y < h && x >= 0 && x < w;
        return inside ? inputs[((i * c + channel) * h + y) * w + x] : 7;
      });
    }).flat();
    expect([...moved]).toEqual(expected);
  });

  test('every shift is as likely as the others', () => {
    const shape = [2500, 1, 5, 5];
    const dots = new Float32Array(sizeOf(shape)).map((_, i) => (i % 25 === 12 ? 1 : 0));
    const moved = applied(shift(2), dots, shape);
    const counts = Array.from({ length: 25 }, (_, p) => moved.filter((value, i) => i % 25 === p && value === 1).length);
    expect(counts.reduce((sum, count) => sum + count)).toBe(2500);
    // Chi-squared with 24 degrees of freedom is above 51 once in a thousand.
    expect(counts.reduce((sum, count) => sum + (count - 100) ** 2 / 100, 0)).toBeLessThan(51);
  });
});

describe('elastic', () => {
  test.each(SHAPES.map((shape) => [shape]))('with alpha 0 gives %j back bit for bit', (shape) => {
    const inputs = random(shape);
    expect(applied(elastic({ alpha: 0, sigma: 2 }), inputs, shape)).toEqual(inputs);
  });

  test.each([0.1, 1.3])('is the brute force in float64 with a Gaussian of %d', (sigma) => {
    const [n, c, h, w] = [2, 2, 7, 5];
    const inputs = random([n, c, h, w], 4);
    const draws = new Generator(6);
    const reach = Math.ceil(3 * sigma);
    const weight = (k: number) => (Math.abs(k) <= reach ? Math.exp((-k * k) / (2 * sigma * sigma)) : 0);
    const total = Array.from({ length: 2 * reach + 1 }, (_, k) => weight(k - reach)).reduce((a, b) => a + b) ** 2;
    const expected: number[] = [];
    for (let i = 0; i < n; i++) {
      const [right, down] = [0, 1].map(() => {
        const rough = Array.from({ length: h * w }, () => draws.uniform(-1, 1));
        return rough.map((_, p) =>
          rough.reduce(
            (sum, value, q) =>
              sum + (value * weight((q % w) - (p % w)) * weight(Math.floor(q / w) - Math.floor(p / w))) / total,
            0,
          ),
        );
      });
      for (let channel = 0; channel < c; channel++) {
        const image = inputs.subarray((i * c + channel) * h * w, (i * c + channel + 1) * h * w);
        for (let p = 0; p < h * w; p++) {
          expected.push(between(image, h, w, (p % w) + 3 * right[p], Math.floor(p / w) + 3 * down[p], 0.5));
        }
      }
    }
    const changed = applied(elastic({ alpha: 3, sigma, fill: 0.5 }), inputs, [n, c, h, w], new Generator(6));
    expectClose(changed, expected, 1e-6);
  });

  test("with the paper's numbers it moves pixels by 1.4 on average, neighbors alike", () => {
    const [n, side] = [40, 28];
    const ramp = new Float32Array(n * side * side).map((_, i) => i % side);
    const changed = applied(elastic({ alpha: 34, sigma: 4 }), ramp, [n, 1, side, side]);
    const moved: number[] = [];
    const apart: number[] = [];
    for (let i = 0; i < n; i++) {
      const at = i * side * side + 14 * side + 14; // In the middle, where the field does not fade.
      moved.push((changed[at] - ramp[at]) ** 2);
      apart.push((changed[at + side] - changed[at]) ** 2);
    }
    expect(Math.sqrt(mean(moved))).toBeGreaterThan(1.1);
    expect(Math.sqrt(mean(moved))).toBeLessThan(1.7);
    expect(Math.sqrt(mean(apart))).toBeLessThan(0.4);
  });
});

describe('erase', () => {
  test('paints one rectangle in all channels of as many images as asked for, and nothing else', () => {
    const [n, c, h, w] = [1000, 2, 10, 20];
    const inputs = random([n, c, h, w]);
    const changed = applied(erase({ probability: 0.3, size: [0.2, 0.5], value: 5 }), inputs, [n, c, h, w]);
    let painted = 0;
    const corners = new Set<number>();
    expect(changed.every((value, i) => value === inputs[i] || value === 5)).toBe(true);
    for (let i = 0; i < n; i++) {
      const [first, second] = [0, 1].map((channel) => {
        const start = (i * c + channel) * h * w;
        return Array.from({ length: h * w }, (_, p) => p).filter((p) => changed[start + p] !== inputs[start + p]);
      });
      expect(second).toEqual(first);
      if (first.length === 0) continue;
      painted++;
      const [columns, rows] = [first.map((p) => p % w), first.map((p) => Math.floor(p / w))];
      const width = Math.max(...columns) - Math.min(...columns) + 1;
      const height = Math.max(...rows) - Math.min(...rows) + 1;
      expect(first).toHaveLength(width * height);
      corners.add(first[0]).add(first[first.length - 1]);
      expect([height >= 2, height <= 5, width >= 4, width <= 10]).toEqual([true, true, true, true]);
    }
    // It reaches every border.
    expect([Math.min(...corners), Math.max(...corners)]).toEqual([0, h * w - 1]);
    expect(painted).toBeGreaterThan(240); // Binomial, 300 with a standard deviation of 14.5.
    expect(painted).toBeLessThan(360);
  });

  test('never and always, nothing and everything', () => {
    const inputs = random([3, 1, 5, 7]);
    expect(applied(erase({ probability: 0 }), inputs, [3, 1, 5, 7])).toEqual(inputs);
    expect(applied(erase({ probability: 1, size: [0, 0] }), inputs, [3, 1, 5, 7])).toEqual(inputs);
    expect(applied(erase({ probability: 1, size: [1, 1] }), inputs, [3, 1, 5, 7])).toEqual(inputs.map(() => 0));
  });
});

describe('normalize and compose', () => {
  test('one mean for everything, of any shape, or one a channel', () => {
    expect([...applied(normalize({ mean: 1, std: 2 }), Float32Array.of(1, 3, 5), [3])]).toEqual([0, 1, 2]);
    const channels = applied(normalize({ mean: [1, 3], std: [2, 4] }), Float32Array.of(1, 3, 3, 7), [1, 2, 1, 2]);
    expect([...channels]).toEqual([0, 1, 0, 1]);
    const shared = applied(normalize({ mean: [1, 3], std: 2 }), Float32Array.of(1, 3, 3, 7), [2, 2, 1, 1]);
    expect([...shared]).toEqual([0, 0, 1, 2]);
  });

  test('compose applies all of them in order, from one generator', () => {
    const shape = [4, 1, 9, 9];
    const inputs = random(shape);
    const [first, second, third] = [shift(2), affine({ degrees: 20 }), normalize({ mean: 0.5, std: 0.1 })];
    const generator = new Generator(8);
    const oneByOne = [first, second, third].reduce<Float32Array>(
      (x, each) => applied(each, x, shape, generator),
      inputs,
    );
    expect(applied(compose(first, second, third), inputs, shape, new Generator(8))).toEqual(oneByOne);
    expect(applied(compose(), inputs, shape)).toEqual(inputs);
  });
});

test.each([
  ['affine', affine({ degrees: 30, translate: [0.1, 0.1] })],
  ['shift', shift(2)],
  ['elastic', elastic({ alpha: 8, sigma: 2 })],
  ['erase', erase({ probability: 1 })],
])('%s: the same seed gives the same images, another one others; a batch is its images one by one', (_, transform) => {
  const shape = [4, 1, 12, 11];
  const inputs = random(shape);
  const changed = applied(transform, inputs, shape, new Generator('a'));
  expect(applied(transform, inputs, shape, new Generator('a'))).toEqual(changed);
  expect(applied(transform, inputs, shape, new Generator('b'))).not.toEqual(changed);
  const generator = new Generator('a');
  const single = Array.from({ length: 4 }, (_, i) =>
    applied(transform, inputs.slice(132 * i, 132 * (i + 1)), [1, 1, 12, 11], generator),
  );
  expect([...changed]).toEqual(single.flatMap((image) => [...image]));
});

describe('what is out of range is refused', () => {
  // biome-ignore format: one case a line
  test.each<[string, () => Transform, RegExp]>([
    ['nothing at all', () => affine(undefined as never), /affine: expected what to change, such as/],
    ['an unknown option', () => affine({ rotate: 3 } as object), /affine: unknown option 'rotate'/],
    ['degrees that are no number', () => affine({ degrees: Number.NaN }), /expected degrees to be a number, got NaN/],
    ['a range the wrong way round', () => affine({ degrees: [5, 1] }), /expected degrees to be a range \[low, high\], got/],
    ['a range of three', () => affine({ shear: [1, 2, 3] as never }), /expected shear to be a range \[low, high\]/],
    ['a scale of one number', () => affine({ scale: 1.1 as never }), /expected scale to be a range \[low, high\], got 1.1/],
    ['a scale of 0', () => affine({ scale: [0, 1] }), /expected scale to be a number of at least 0.01, got 0/],
    ['a shear of 90', () => affine({ shear: 90 }), /expected shear to be a number from -89 to 89, got -90/],
    ['a shift of one number', () => affine({ translate: 0.1 as never }), /expected translate to be two fractions/],
    ['a shift by more than all', () => affine({ translate: [0, 1.5] }), /expected translate to be .* from 0 to 1, got 1.5/],
    ['half a pixel', () => shift(0.5), /expected the pixels to be a whole number of at least 0, or two, got 0.5/],
    ['a fill that is no number', () => shift(1, { fill: '0' as never }), /shift: expected fill to be a number, got '0'/],
    ['no sigma', () => elastic({ alpha: 1 } as never), /elastic: expected sigma to be a number of at least 0.1, got undef/],
    ['nothing', () => elastic(undefined as never), /elastic: expected alpha to be a number of at least 0, got undefined/],
    ['a negative alpha', () => elastic({ alpha: -1, sigma: 1 }), /expected alpha to be a number of at least 0, got -1/],
    ['a size above 1', () => erase({ size: [0, 2] }), /erase: expected size to be a number from 0 to 1, got 2/],
    ['a probability above 1', () => erase({ probability: 2 }), /expected probability to be a number from 0 to 1, got 2/],
    ['a std of 0', () => normalize({ mean: 0, std: 0 }), /normalize: expected std to be above 0, got 0/],
    ['no mean', () => normalize({ std: 1 } as never), /normalize: expected mean to be a number, got undefined/],
    ['2 means and 3 stds', () => normalize({ mean: [0, 0], std: [1, 1, 1] }), /as many means as stds, got 2 and 3/],
    ['what is no transform', () => compose(shift(1), 3 as never), /compose: expected a transform such as .*, got 3/],
  ])('%s', (_, make, message) => {
    expect(make).toThrow(message);
    expect(make).toThrow(/^\w+: /);
  });

  test('a batch that holds no images', () => {
    for (const transform of [affine({}), shift(1), elastic({ alpha: 1, sigma: 1 }), erase()]) {
      expect(() => applied(transform, new Float32Array(4), [2, 2])).toThrow(ShapeError);
      expect(() => applied(transform, new Float32Array(4), [1, 1, 2, 3])).toThrow(
        'expected a batch of images [N, C, H, W], got shape [1, 1, 2, 3] and 4 numbers',
      );
    }
    const gray = normalize({ mean: [0, 0, 0], std: 1 });
    expect(() => applied(gray, new Float32Array(4), [1, 1, 2, 2])).toThrow('expected 3 channels');
    expect(() => affine({ degrees: 'a' as never })).toThrow(ArgumentError);
  });
});

describe('flip', () => {
  test.each(SHAPES)('of %j swaps left and right in all channels, or leaves an image as it is', (...shape) => {
    const inputs = random(shape);
    const [n, c, h, w] = shape;
    const mirrored = inputs.map((_, i) => inputs[i - (i % w) + (w - 1 - (i % w))]);
    expect(applied(flip({ probability: 1 }), inputs, shape)).toEqual(mirrored);
    expect(applied(flip({ probability: 0 }), inputs, shape)).toEqual(inputs);
    const changed = applied(flip(), inputs, shape);
    for (let i = 0; i < n; i++) {
      const [now, ...either] = [changed, inputs, mirrored].map((all) => [
        ...all.slice(i * c * h * w, (i + 1) * c * h * w),
      ]);
      expect(either).toContainEqual(now);
    }
  });

  test('swaps about half of the images, and so many as its probability says', () => {
    const shape = [2000, 1, 1, 2];
    const inputs = Float32Array.from({ length: 4000 }, (_, i) => i % 2);
    const swapped = (transform: Transform) =>
      applied(transform, inputs, shape).filter((v, i) => i % 2 === 0 && v === 1).length;
    expect(Math.abs(swapped(flip()) - 1000)).toBeLessThan(100);
    expect(Math.abs(swapped(flip({ probability: 0.1 })) - 200)).toBeLessThan(60);
  });

  test('refuses what it cannot do', () => {
    expect(() => flip({ probability: 1.1 })).toThrow('flip: expected probability to be a number from 0 to 1, got 1.1');
    expect(() => flip({ p: 1 } as object)).toThrow("unknown option 'p'");
    expect(() => flip()(new Float32Array(4), [4, 1], new Generator(0))).toThrow(ShapeError);
  });
});
