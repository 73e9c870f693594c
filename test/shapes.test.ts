import { describe, expect, test } from 'vitest';
import { shapes } from '../datasets/index.js';

describe('shapes', () => {
  test('gives balanced, named classes, one of as many angles as asked for', () => {
    const { data, truth } = shapes({ count: 12, size: 9, angles: 3 });
    expect([data.length, data.inputShape, data.classes]).toEqual([12, [1, 9, 9], 3]);
    expect(data.classNames).toEqual(['0 degrees', '60 degrees', '120 degrees']);
    expect([...data.labels]).toEqual([0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2]);
    expect(truth.map(({ angle }) => angle)).toEqual(Array.from(data.labels, (label) => 60 * label));
    const many = shapes({ count: 600, size: 3 }).truth;
    for (const half of [many.filter(({ kind }) => kind === 'bar'), many.filter(({ contrast }) => contrast === 1)]) {
      expect(Math.abs(half.length - 300)).toBeLessThan(50); // Four standard deviations.
    }
    expect(shapes({ count: 20, kinds: ['bar'] }).truth.every(({ kind }) => kind === 'bar')).toBe(true);
  });

  test('shows what the truth says: bright and dark where the line is and on both sides of it', () => {
    const size = 15;
    const { data, truth } = shapes({ count: 160, size, angles: 8, noise: 0 });
    for (const [i, { kind, angle, offset, contrast }] of truth.entries()) {
      const way = [Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)];
      const image = data.input(i);
      for (let p = 0; p < image.length; p++) {
        const [right, above] = [(p % size) - 7 - offset[0], 7 - Math.floor(p / size) - offset[1]];
        // Positive on the right of one who goes along the line upwards; above a horizontal one.
        const side = (right * way[1] - above * way[0]) * (angle === 0 ? -1 : 1);
        const shown = contrast === 1 ? image[p] : 1 - image[p];
        if (kind === 'edge' && Math.abs(side) > 0.6) expect(shown).toBeCloseTo(side > 0 ? 1 : 0, 6);
        if (kind === 'edge' && Math.abs(side) < 0.4) expect(shown).toBeCloseTo(0.5 + side, 6);
        if (kind === 'bar' && Math.abs(side) < 0.9) expect(shown).toBeCloseTo(1, 6);
        if (kind === 'bar' && Math.abs(side) > 2.1) expect(shown).toBeCloseTo(0, 6);
      }
    }
  });

  test('the brightness changes across the angle: the structure tensor finds it to 5 degrees in light noise', () => {
    const size = 16;
    const { data, truth } = shapes({ count: 200, size, angles: 6, noise: 0.02, seed: 'b' });
    for (const [i, { angle }] of truth.entries()) {
      const image = data.input(i);
      let [xx, xy, yy] = [0, 0, 0];
      for (let y = 1; y < size - 1; y++) {
        for (let x = 1; x < size - 1; x++) {
          const p = y * size + x;
          const [dx, dy] = [image[p + 1] - image[p - 1], image[p - size] - image[p + size]];
          xx += dx * dx;
          xy += dx * dy;
          yy += dy * dy;
        }
      }
      const found = (Math.atan2(2 * xy, xx - yy) * 90) / Math.PI + 90;
      const apart = Math.abs(((found - angle + 270) % 180) - 90);
      expect(apart).toBeLessThan(5);
    }
  });

  test('noise has the given standard deviation, the same seed gives the same images', () => {
    const [clean, noisy] = [0, 0.3].map((noise) => shapes({ count: 50, noise }));
    expect(noisy.data.inputs).toEqual(shapes({ count: 50, noise: 0.3 }).data.inputs);
    expect(noisy.data.inputs).not.toEqual(shapes({ count: 50, noise: 0.3, seed: 1 }).data.inputs);
    expect(noisy.truth).toEqual(clean.truth);
    const squares = noisy.data.inputs.reduce((sum, value, i) => sum + (value - clean.data.inputs[i]) ** 2, 0);
    expect(Math.sqrt(squares / noisy.data.inputs.length)).toBeCloseTo(0.3, 2);
  });

  test.each([
    [{ sizes: 3 }, "unknown option 'sizes'"],
    [{ size: 2 }, 'expected size to be a whole number of at least 3, got 2'],
    [{ angles: 1 }, 'expected angles to be a whole number of at least 2, got 1'],
    [{ noise: -1 }, 'expected noise to be a number of at least 0, got -1'],
    [{ kinds: [] }, "expected kinds to be of 'edge' and 'bar', got []"],
    [{ kinds: ['blob'] }, "expected kinds to be of 'edge' and 'bar', got ['blob']"],
  ])('%j is refused', (options, message) => {
    expect(() => shapes(options as object)).toThrow(`shapes: ${message}`);
  });
});
