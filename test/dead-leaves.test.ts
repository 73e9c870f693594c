import { describe, expect, test } from 'vitest';
import { deadLeaves } from '../datasets/index.js';
import { FNV1a } from '../src/io/hash.js';

/** The largest distance between the distribution of values and the uniform one on [0, 1]. */
function distanceFromUniform(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return Math.max(...sorted.map((value, i) => Math.max(value - i / sorted.length, (i + 1) / sorted.length - value)));
}

describe('deadLeaves', () => {
  test('gives color images from 0 to 1, and the disks in them within the radii asked for', () => {
    const { data, truth } = deadLeaves({ count: 3, size: 40, smallest: 5, largest: 30 });
    expect([data.length, data.inputShape, data.classNames, truth.length]).toEqual([3, [3, 40, 40], ['dead leaves'], 3]);
    for (const value of data.inputs) expect(value >= 0 && value <= 1).toBe(true);
    for (const { x, y, radius } of truth.flat()) {
      expect(radius >= 5 && radius <= 30).toBe(true);
      for (const place of [x, y]) expect(place > -30 && place < 69).toBe(true);
    }
    expect(deadLeaves({ count: 1, size: 20 }).truth[0].every(({ radius }) => radius >= 10)).toBe(true);
  });

  test('radii have the density r^-3: a disk covers a given pixel in proportion to r^2, so there log r is uniform', () => {
    const { truth } = deadLeaves({ count: 2000, size: 1, smallest: 2, largest: 50, color: 0 });
    const leaves = truth.map((seen) => {
      expect(seen.length).toBe(1);
      return seen[0];
    });
    const most = 1.95 / Math.sqrt(leaves.length); // p = .001, Kolmogorov and Smirnov.
    expect(distanceFromUniform(leaves.map(({ radius }) => Math.log(radius / 2) / Math.log(25)))).toBeLessThan(most);
    // The test sees another power: with r^-2 the radii themselves would be uniform there.
    expect(distanceFromUniform(leaves.map(({ radius }) => (radius - 2) / 48))).toBeGreaterThan(3 * most);
    for (const { color } of leaves) expect(color[0] === color[1] && color[1] === color[2]).toBe(true);
    expect(distanceFromUniform(leaves.map(({ color }) => color[0]))).toBeLessThan(most);
  });

  test('colors lie around gray by the given standard deviation', () => {
    const { truth } = deadLeaves({ count: 2000, size: 1, smallest: 2, largest: 50, color: 0.05 });
    const inside = truth.map(([{ color }]) => color).filter((color) => color.every((each) => each > 0 && each < 1));
    expect(inside.length).toBeGreaterThan(1700);
    const squares = inside.reduce((sum, [red, , blue]) => sum + (red - blue) ** 2, 0);
    expect(Math.sqrt(squares / inside.length / 2)).toBeCloseTo(0.05, 2);
  });

  test('what lies in front hides what lies behind, every pixel is covered, and edges are blurred once', () => {
    const size = 60;
    const { data, truth } = deadLeaves({ count: 2, size, smallest: 3, largest: 40, seed: 'occlusion' });
    for (const [i, leaves] of truth.entries()) {
      // As a painter does: the hindmost first.
      const painted = new Float64Array(3 * size * size).fill(Number.NaN);
      for (const { x, y, radius, color } of [...leaves].reverse()) {
        for (let p = 0; p < size * size; p++) {
          if (((p % size) - x) ** 2 + (Math.floor(p / size) - y) ** 2 > radius ** 2) continue;
          for (let channel = 0; channel < 3; channel++) painted[channel * size * size + p] = color[channel];
        }
      }
      const at = (channel: number, row: number, column: number) => {
        const [r, c] = [row, column].map((place) => Math.min(size - 1, Math.max(0, place)));
        return painted[channel * size * size + r * size + c];
      };
      const across = (channel: number, row: number, column: number) =>
        (at(channel, row, column - 1) + 2 * at(channel, row, column) + at(channel, row, column + 1)) / 4;
      let worst = 0;
      data.input(i).forEach((value, p) => {
        const [channel, row, column] = [Math.floor(p / size / size), Math.floor(p / size) % size, p % size];
        const [above, here, below] = [-1, 0, 1].map((step) =>
          across(channel, Math.min(size - 1, Math.max(0, row + step)), column),
        );
        const apart = Math.abs(value - (above + 2 * here + below) / 4);
        worst = apart <= worst ? worst : apart; // NaN, where nothing is painted, stays.
      });
      expect(worst).toBeLessThan(1e-6);
    }
  });

  test('the same seed gives the same bits', () => {
    const hash = new FNV1a();
    const { data } = deadLeaves({ count: 2, size: 64, seed: 7 });
    for (const byte of new Uint8Array(data.inputs.buffer)) hash.update(byte);
    expect(hash.toString()).toBe('207c97633d68fbe4');
    expect(deadLeaves({ count: 2, size: 64, seed: 8 }).data.inputs).not.toEqual(data.inputs);
    expect(deadLeaves({ count: 1, size: 64, seed: '7' }).data.inputs).toEqual(data.input(0));
  });

  test.each([
    [{ radius: 3 }, "unknown option 'radius'"],
    [{ count: -1 }, 'expected count to be a whole number of at least 0, got -1'],
    [{ size: 0 }, 'expected size to be a whole number of at least 1, got 0'],
    [{ smallest: 0.5 }, 'expected smallest to be a number of at least 1, got 0.5'],
    [{ largest: Number.NaN }, 'expected largest to be a number of at least 1, got NaN'],
    [{ largest: 5 }, 'expected largest to be at least smallest, 10, got 5'],
    [{ color: -1 }, 'expected color to be a number of at least 0, got -1'],
  ])('%j is refused', (options, message) => {
    expect(() => deadLeaves(options as object)).toThrow(`deadLeaves: ${message}`);
  });
});
