import { describe, expect, test } from 'vitest';
import { ArgumentError, Conv2D, Dataset, Flatten, MaxPool2D, Sequential, ShapeError, tensor } from '../src/index.js';
import {
  aboveThresholds,
  type PartDetector,
  type PartDetectorsOptions,
  type PartImages,
  partDetectors,
  partThresholds,
} from '../src/inspect/index.js';

const SIZE = 9;
const COUNT = 8;
/** Where the parts of image i are, [row, column]: "up" is a pixel of 1, "down" one of -1, "decoy" one of 0.5. */
const PLACES = Array.from({ length: COUNT }, (_, i) => {
  const [row, column] = [2 + (i % 3), 2 + (i % 2)];
  return { up: [row, column], down: [row + 2, column + 3], decoy: [7, 1] };
});
const VALUES = { up: 1, down: -1, decoy: 0.5 };
type Name = keyof typeof VALUES;

const at = (image: number, [row, column]: readonly number[]) => (image * SIZE + row) * SIZE + column;
const places = (swapped: boolean, i: number): Record<Name, number[]> => {
  const { up, down, decoy } = PLACES[i];
  return swapped ? { up: down, down: up, decoy } : { up, down, decoy };
};

function imagesWith(names: readonly Name[], swapped = false): Dataset {
  const pixels = new Float32Array(COUNT * SIZE * SIZE);
  for (let i = 0; i < COUNT; i++) {
    for (const name of names) pixels[at(i, places(swapped, i)[name])] = VALUES[name];
  }
  return new Dataset(pixels, [1, SIZE, SIZE], new Array(COUNT).fill(0), 1);
}

function maskOf(name: Name, swapped = false): Uint8Array {
  const mask = new Uint8Array(COUNT * SIZE * SIZE);
  for (let i = 0; i < COUNT; i++) mask[at(i, places(swapped, i)[name])] = 1;
  return mask;
}

const masks = (swapped = false) => ({ up: maskOf('up', swapped), down: maskOf('down', swapped) });
const GIVEN: PartImages<'up' | 'down'> = {
  images: imagesWith(['up', 'down', 'decoy']),
  masks: masks(),
  without: { up: imagesWith(['down', 'decoy']), down: imagesWith(['up', 'decoy']) },
  variants: { swapped: { images: imagesWith(['up', 'down', 'decoy'], true), masks: masks(true) } },
  distractors: maskOf('decoy'),
};
const OPTIONS: PartDetectorsOptions = { cell: 1, margin: 1, reach: 2, step: 1, top: 3 };

/** 3x3 filters of which one tap is not 0: where it stands, its weight, and a bias. */
function planted(taps: readonly [tap: number, weight: number, bias: number][]): Sequential {
  const conv = new Conv2D(1, taps.length, 3);
  const weights = taps.flatMap(([tap, weight]) => Array.from({ length: 9 }, (_, i) => (i === tap ? weight : 0)));
  conv.loadStateDict({
    weight: tensor(weights, { shape: [taps.length, 1, 3, 3] }),
    bias: tensor(taps.map(([, , bias]) => bias)),
  });
  return new Sequential({ conv });
}
const CENTER = 4;
const filtersOf = (...taps: [tap: number, weight: number, bias: number][]) =>
  partDetectors(planted(taps), 'conv', GIVEN, OPTIONS).filters;

describe('partDetectors, of filters whose answers are known', () => {
  test('one that answers to a part, and to nothing else as strongly', () => {
    const [{ part, scores, chosen, variants, distractors, top, channel }] = filtersOf([CENTER, 2, 0]);
    expect([part, channel]).toEqual(['up', 0]);
    // Without the part the decoy is the strongest, half as bright.
    const score = { offset: [0, 0], onPart: 1, fall: 0.5, others: 0 };
    expect([scores.up, chosen.up]).toEqual([score, score]);
    expect(scores.down).toMatchObject({ fall: 0, others: 0.5 });
    expect([variants, distractors]).toEqual([{ swapped: 1 }, 0]);
    // All answers are equal: the first images of the second half.
    const [row, column] = PLACES[1].up;
    expect(top.map(({ image }) => image)).toEqual([1, 3, 5]);
    expect(top[0]).toEqual({ image: 1, value: 2, row: row - 1, column: column - 1, onPart: true });
  });

  test('one that answers to the absence of light, whose bias stays when the part is gone', () => {
    const [{ part, scores }] = filtersOf([CENTER, -1, 3]);
    expect(part).toBe('down');
    expect(scores.down).toEqual({ offset: [0, 0], onPart: 1, fall: 0.25, others: 0 }); // From 4 to 3.
  });

  test('one that looks at its part off its center gets its offset, at most as far as it may', () => {
    const [corner] = filtersOf([0, 1, 0]); // The tap above and left of the center.
    expect(corner.scores.up).toMatchObject({ offset: [-1, -1], onPart: 1, fall: 1 }); // It cannot reach the decoy.
    expect(corner.variants.swapped).toBe(1);
    const model = planted([[0, 1, 0]]);
    const [still] = partDetectors(model, 'conv', GIVEN, { ...OPTIONS, reach: 0 }).filters;
    expect(still.scores.up).toMatchObject({ offset: [0, 0], onPart: 0, fall: 1 });
  });

  test('blank ones, and one that answers to the border or the decoy', () => {
    const [zero, negative, constant] = filtersOf([CENTER, 0, 0], [CENTER, 0.1, -5], [CENTER, 0, 1]);
    for (const blank of [zero, negative]) {
      expect([blank.part, blank.variants, blank.distractors]).toEqual([null, { swapped: 0 }, 0]);
      expect(blank.scores.up).toEqual({ offset: [0, 0], onPart: 0, fall: 0, others: 0 });
    }
    expect([constant.part, constant.scores.up.fall, constant.scores.down.fall]).toEqual([null, 0, 0]);
    const images = imagesWith(['decoy']);
    const given = { ...GIVEN, images, without: { up: images, down: images } };
    const [decoyed] = partDetectors(planted([[CENTER, 1, 0]]), 'conv', given, OPTIONS).filters;
    expect([decoyed.part, decoyed.distractors]).toEqual([null, 1]);
  });

  test('a part that is nowhere is found by nothing', () => {
    const nowhere = new Uint8Array(COUNT * SIZE * SIZE);
    const { up } = GIVEN.masks;
    const given: PartImages<'up' | 'gone'> = {
      images: GIVEN.images,
      masks: { up, gone: nowhere },
      without: { up: GIVEN.without.up, gone: GIVEN.images },
    };
    const { filters, chance, prior } = partDetectors(planted([[CENTER, 1, 0]]), 'conv', given, OPTIONS);
    expect([filters[0].part, filters[0].scores.gone.onPart, filters[0].variants]).toEqual(['up', 0, {}]);
    expect([chance.gone, prior.gone]).toEqual([0, { onPart: 0, variants: {} }]);
    expect(chance.up).toBeCloseTo(1 / 49, 12); // One pixel of 7x7.
  });

  test('the prior is what the most frequent place scores', () => {
    const { prior } = partDetectors(planted([[CENTER, 1, 0]]), 'conv', GIVEN, OPTIONS);
    // Images 0, 6 are at (2, 2), image 2 at (4, 2), 4 at (3, 2); of the odd ones none is in column 2.
    expect(prior.up).toEqual({ onPart: 0, variants: { swapped: 0 } });
  });

  test('what is chosen is chosen on even images: an answer that is right there only scores 0', () => {
    const shown = imagesWith(['up']);
    const other = maskOf('up').map((value, i) => (Math.floor(i / (SIZE * SIZE)) % 2 === 0 ? value : 0));
    const given = { images: shown, masks: { up: other }, without: { up: imagesWith([]) } };
    const [{ scores, chosen }] = partDetectors(planted([[CENTER, 1, 0]]), 'conv', given, OPTIONS).filters;
    expect([chosen.up.onPart, scores.up.onPart, scores.up.fall]).toEqual([1, 0, 1]);
  });

  test('behind pooling: a unit stands where the center of its field is', () => {
    const conv = new Conv2D(1, 1, 1, { bias: false });
    conv.loadStateDict({ weight: tensor([1], { shape: [1, 1, 1, 1] }) });
    const model = new Sequential({ conv, pool: new MaxPool2D(2) });
    const [{ scores, top }] = partDetectors(model, 'pool', GIVEN, { cell: 2, reach: 0, top: 4 }).filters;
    expect(scores.up).toMatchObject({ onPart: 1, fall: 0.5 });
    const [row, column] = PLACES[1].up;
    expect(top[0]).toMatchObject({ row: Math.floor(row / 2), column: Math.floor(column / 2) });
    // A margin of 4 leaves one pixel, at which no part is.
    const [cut] = partDetectors(model, 'pool', GIVEN, { cell: 1, margin: 4, reach: 0, top: 4 }).filters;
    expect(cut.scores.up.onPart).toBe(0);
  });
});

describe('partThresholds and aboveThresholds', () => {
  const detector = (part: 'a' | 'b' | null, onPart: number, fall: number): PartDetector<'a' | 'b'> => {
    const score = { offset: [0, 0] as const, onPart, fall, others: 0 };
    const scores = { a: score, b: { ...score, onPart: onPart / 2 } };
    return { channel: 0, part, scores, chosen: scores, variants: {}, distractors: 0, top: [] };
  };
  const controls = Array.from({ length: 200 }, (_, i) => detector(null, i / 200, i / 400));

  test('the quantile of all units, whatever their part; both have to be exceeded, by the own part', () => {
    const thresholds = partThresholds(controls);
    expect(thresholds).toEqual({ a: { onPart: 0.99, fall: 0.495 }, b: { onPart: 0.495, fall: 0.495 } });
    expect(partThresholds(controls, 0.5).a).toEqual({ onPart: 0.5, fall: 0.25 });
    const [good, other, low, weak, blank] = [
      detector('a', 1, 0.5),
      detector('b', 1, 0.5),
      detector('a', 0.99, 0.5),
      detector('a', 1, 0.495),
      detector(null, 1, 1),
    ];
    expect(aboveThresholds([good, other, low, weak, blank], thresholds)).toEqual({ a: [good], b: [other] });
  });

  test('no controls, and no quantile', () => {
    expect(() => partThresholds([])).toThrow('partThresholds: expected at least one filter of a control');
    expect(() => partThresholds(controls, 99)).toThrow('expected the level to be a number from 0 to 1, got 99');
  });
});

describe('partDetectors refuses', () => {
  const model = planted([[CENTER, 1, 0]]);
  const run = (given: object, options: object = {}, layer = 'conv') =>
    partDetectors(model, layer, given as PartImages<string>, options);
  const { images, without } = GIVEN;
  const small = imagesWith([]).take(3);

  test.each<[string, object, object]>([
    ['unknown option', GIVEN, { tops: 3 }],
    ['expected top to be a whole number of at least 1, got 0', GIVEN, { top: 0 }],
    ['expected margin to be a whole number of at least 0, got -1', GIVEN, { margin: -1 }],
    ['a margin of 3 leaves no square of 4 pixels in 9x9', GIVEN, { margin: 3 }],
    ['expected images to be a Dataset', { ...GIVEN, images: [] }, {}],
    ['expected at least 2 images, one a half, got 1', { ...GIVEN, images: images.take(1) }, {}],
    ['expected masks to be an object with a field for each part, got undefined', { ...GIVEN, masks: undefined }, {}],
    [
      "expected without to have the parts of masks, ['up', 'down'], got ['up']",
      { ...GIVEN, without: { up: images } },
      {},
    ],
    [
      'expected masks.up to be [8, 9, 9], 648 numbers, got 5',
      { ...GIVEN, masks: { ...GIVEN.masks, up: [1, 2, 3, 4, 5] } },
      {},
    ],
    ['expected 8 images of [1, 9, 9] in without.up, got 3', { ...GIVEN, without: { ...without, up: small } }, {}],
    [
      'expected 8 images of [1, 9, 9] in variants.x.images, got 3',
      { ...GIVEN, variants: { x: { images: small } } },
      {},
    ],
    ['expected variants.x.masks.up to be [8, 9, 9]', { ...GIVEN, variants: { x: { images } } }, {}],
    ['expected distractors to be [8, 9, 9], 648 numbers, got 0', { ...GIVEN, distractors: [] }, {}],
  ])('%s', (message, given, options) => {
    expect(() => run(given, options)).toThrow(message);
    expect(() => run(given, options)).toThrow(/^partDetectors: /);
  });

  test('a layer that is none, or that has no rows and columns, and numbers that are none', () => {
    expect(() => run(GIVEN, {}, 'conv9')).toThrow(ArgumentError);
    const flat = new Sequential({ conv: new Conv2D(1, 1, 3), flatten: new Flatten() });
    expect(() => partDetectors(flat, 'flatten', GIVEN, OPTIONS)).toThrow(
      "expected a layer with rows and columns, got 'flatten'",
    );
    expect(() => partDetectors(planted([[CENTER, Number.NaN, 0]]), 'conv', GIVEN, OPTIONS)).toThrow(
      "partDetectors: the output of 'conv' is NaN",
    );
    const wide = { ...GIVEN, distractors: new Uint8Array(3) };
    expect(() => run(wide)).toThrow(ShapeError);
  });
});
