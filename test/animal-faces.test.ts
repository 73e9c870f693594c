import { describe, expect, test } from 'vitest';
import { Canvas, SIZE } from '../datasets/animals/canvas.js';
import { type AnimalFacesOptions, animalFaces } from '../datasets/index.js';

const PARTS = ['eye', 'nose', 'ear'] as const;
const PIXELS = SIZE * SIZE;
const STRAIGHT = { cos: 1, sin: 0 };
const TRIANGLE = points(10, 10, 40, 14, 20, 45);
const square = (from: number, to: number) => points(from, from, to, from, to, to, from, to);

function points(...numbers: number[]): [number, number][] {
  return Array.from({ length: numbers.length / 2 }, (_, i) => [numbers[2 * i], numbers[2 * i + 1]]);
}

/** FNV-1a of all bytes, 32 bits. */
function hash(values: Float32Array): string {
  let state = 0x811c9dc5;
  for (const byte of new Uint8Array(values.buffer, values.byteOffset, values.byteLength)) {
    state = Math.imul(state ^ byte, 0x01000193);
  }
  return (state >>> 0).toString(16);
}

/** Whether a mask of an image has a pixel at most `reach` away in both directions. */
function isNear(mask: Uint8Array, image: number, at: number, reach: number): boolean {
  const [row, column] = [Math.floor(at / SIZE), at % SIZE];
  for (let y = Math.max(0, row - reach); y <= Math.min(SIZE - 1, row + reach); y++) {
    for (let x = Math.max(0, column - reach); x <= Math.min(SIZE - 1, column + reach); x++) {
      if (mask[image * PIXELS + y * SIZE + x] === 1) return true;
    }
  }
  return false;
}

/** The mean row of a mask's pixels in an image; NaN when it has none. */
function meanRow(mask: Uint8Array, image: number): number {
  const rows = Array.from({ length: PIXELS }, (_, at) => at).filter((at) => mask[image * PIXELS + at] === 1);
  return rows.reduce((sum, at) => sum + Math.floor(at / SIZE), 0) / rows.length;
}

describe('animalFaces', () => {
  test('twelve animals, every combination of ears, nose and eyes once in each dozen', () => {
    const { data, truth } = animalFaces({ count: 42 });
    expect([data.length, data.inputShape, data.classes]).toEqual([42, [1, 64, 64], 12]);
    for (const dozen of [truth.slice(0, 12), truth.slice(12, 24)]) {
      expect(new Set(dozen.map(({ ears, nose, eyes }) => `${ears} ${nose} ${eyes}`)).size).toBe(12);
      expect(new Set(dozen.map(({ animal }) => animal)).size).toBe(12);
    }
    expect([...data.labels].map((label) => data.classNames[label])).toEqual(truth.map(({ animal }) => animal));
    // What is scored on every second image knows all animals.
    const odd = truth.filter((_, i) => i % 2 === 1).map(({ animal }) => animal);
    expect(new Set(odd).size).toBeGreaterThan(9);
  });

  test('the same seed gives the same pixels, also in other engines, whatever the count', () => {
    const { data } = animalFaces({ count: 24, seed: 5 });
    expect(hash(data.inputs)).toBe('e518e0fa');
    expect(animalFaces({ count: 3, seed: '5' }).data.inputs).toEqual(data.inputs.slice(0, 3 * PIXELS));
    expect(animalFaces({ count: 3, seed: 6 }).data.inputs).not.toEqual(data.inputs.slice(0, 3 * PIXELS));
    for (const value of data.inputs) if (!(value >= 0 && value <= 1)) throw new Error(`a pixel is ${value}`);
  });

  test.each([
    ['ear', ['pointed', 'floppy', 'round'], 'ears'],
    ['nose', ['button', 'snout'], 'nose'],
    ['eye', ['round', 'slit'], 'eyes'],
  ] as const)('asked for the %s: the same drawings with other labels', (ask, names, field) => {
    const [all, asked] = [animalFaces({ count: 24 }), animalFaces({ count: 24, ask })];
    expect(asked.data.inputs).toEqual(all.data.inputs);
    expect(asked.data.classNames).toEqual(names);
    expect([...asked.data.labels].map((label) => names[label])).toEqual(all.truth.map((face) => face[field]));
  });

  test.each(PARTS)('without the %s nothing changes but what its mask shows', (part) => {
    const count = 48;
    const [whole, redrawn] = [animalFaces({ count }), animalFaces({ count, without: part })];
    let [on, changed] = [0, 0];
    for (let i = 0; i < count; i++) {
      const [before, after] = [whole.data.input(i), redrawn.data.input(i)];
      for (let at = 0; at < PIXELS; at++) {
        const masked = whole.masks[part][i * PIXELS + at] === 1;
        if (masked) on++;
        if (before[at] === after[at]) continue;
        if (masked) changed++;
        // A border pixel is covered in part: at a thin tip, or behind the border of what hides the rest.
        else expect(isNear(whole.masks[part], i, at, 5)).toBe(true);
      }
    }
    expect(on / count).toBeGreaterThan(60);
    expect(changed / on).toBeGreaterThan(0.95);
    expect(redrawn.masks[part].every((value) => value === 0)).toBe(true);
    expect(redrawn.truth).toEqual(whole.truth);
  });

  test('a pixel is of one part or a decoy or of none, and eyes are light and dark', () => {
    const count = 60;
    const { masks, data } = animalFaces({ count, seed: 3 });
    let withDecoy = 0;
    for (let i = 0; i < count; i++) {
      const eyes: number[] = [];
      let decoys = 0;
      for (let at = 0; at < PIXELS; at++) {
        const here = [...PARTS, 'decoy' as const].filter((part) => masks[part][i * PIXELS + at] === 1);
        if (here.length > 1) throw new Error(`pixel ${at} of image ${i} is ${here}`);
        if (here[0] === 'eye') eyes.push(data.input(i)[at]);
        if (here[0] === 'decoy') decoys++;
      }
      if (decoys > 30) withDecoy++;
      if (eyes.length > 30) expect(Math.max(...eyes) - Math.min(...eyes)).toBeGreaterThan(0.15);
    }
    expect(withDecoy).toBeGreaterThan(50);
  });

  test('turned over, the eyes are below the nose; scattered, the parts are there, anywhere', () => {
    const count = 60;
    const [face, over, scattered] = (['face', 'turnedOver', 'scattered'] as const).map((arrangement) =>
      animalFaces({ count, arrangement }),
    );
    const every = Array.from({ length: count }, (_, i) => i);
    const below = ({ masks }: typeof face) =>
      every.filter((i) => meanRow(masks.eye, i) > meanRow(masks.nose, i)).length / count;
    expect(below(face)).toBeLessThan(0.05);
    expect(below(over)).toBeGreaterThan(0.95);
    expect(Math.abs(below(scattered) - 0.5)).toBeLessThan(0.25);
    for (const part of PARTS) {
      const area = ({ masks }: typeof face) => masks[part].reduce((sum, value) => sum + value, 0);
      expect(Math.abs(area(over) / area(face) - 1)).toBeLessThan(0.15);
      expect(area(scattered) / area(face)).toBeGreaterThan(0.7);
    }
  });

  test.each<[object, string]>([
    [{ counts: 3 }, "unknown option 'counts'"],
    [{ count: 1.5 }, 'expected count to be a whole number of at least 0, got 1.5'],
    [{ ask: 'mouth' }, "expected ask to be 'animal', 'eye', 'nose' or 'ear', got 'mouth'"],
    [{ without: 'head' }, "expected without to be 'eye', 'nose' or 'ear', got 'head'"],
    [{ arrangement: 'upright' }, "expected arrangement to be 'face', 'turnedOver' or 'scattered', got 'upright'"],
  ])('%j is refused', (options, message) => {
    expect(() => animalFaces(options as AnimalFacesOptions)).toThrow(`animalFaces: ${message}`);
  });

  test('a seed that is none is refused, none drawings are none', () => {
    expect(() => animalFaces({ count: 1, seed: {} as number })).toThrow('expected a seed that is a number or a string');
    expect(animalFaces({ count: 0 }).data.length).toBe(0);
  });
});

describe('Canvas', () => {
  const paint = { shade: 1, label: 7 };
  const area = (draw: (canvas: Canvas) => void) => {
    const canvas = new Canvas();
    draw(canvas);
    const labeled = canvas.labels.filter((label) => label === 7).length;
    return [canvas.pixels.reduce((sum, value) => sum + value, 0), labeled];
  };

  test.each<[string, (canvas: Canvas) => void, number]>([
    ['a disk', (canvas) => canvas.ellipse(30.3, 31.8, 12, 12, STRAIGHT, paint), Math.PI * 144],
    ['an ellipse', (canvas) => canvas.ellipse(30, 31, 14, 6, { cos: 0.6, sin: 0.8 }, paint), Math.PI * 84],
    ['a ring', (canvas) => canvas.ellipse(30, 31, 12, 12, STRAIGHT, { ...paint, line: 3 }), 2 * Math.PI * 12 * 3],
    ['a triangle', (canvas) => canvas.polygon(TRIANGLE, 0, paint), 505],
    ['the same the other way round', (canvas) => canvas.polygon([...TRIANGLE].reverse(), 0, paint), 505],
    ['a square that is grown', (canvas) => canvas.polygon(square(20.3, 30.3), 2, paint), 196],
    ['a bar', (canvas) => canvas.bar(10.2, 20.4, 40.7, 45.1, 4, paint), 4 * Math.hypot(30.5, 24.7) + 4 * Math.PI],
  ])('%s covers its area', (_, draw, expected) => {
    const [covered, labeled] = area(draw);
    expect(Math.abs(covered / expected - 1)).toBeLessThan(0.02);
    expect(Math.abs(labeled / expected - 1)).toBeLessThan(0.06);
  });

  test('what lies beyond the border is cut, what may cover one label only covers that', () => {
    expect(area((canvas) => canvas.ellipse(0, 0, 5, 5, STRAIGHT, paint))[1]).toBeLessThan(35);
    const canvas = new Canvas();
    canvas.polygon(square(10, 20), 0, { shade: 0.5, label: 1 });
    canvas.ellipse(20, 15, 6, 6, STRAIGHT, { shade: 1, label: 2, over: 1 });
    expect(canvas.labels[15 * SIZE + 18]).toBe(2);
    expect(canvas.labels[15 * SIZE + 24]).toBe(0);
    expect(canvas.pixels[15 * SIZE + 24]).toBe(0);
  });
});
