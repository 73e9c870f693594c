import { describe, expect, test } from 'vitest';
import {
  FIRST,
  firstOwnImage,
  handMade,
  type ImageChoice,
  type LabState,
  sizeOfImage,
} from '../examples/playground/src/convolution/choices.js';
import { Lab } from '../examples/playground/src/convolution/lab.js';
import { isCarried, queryOf, readLink, writeLink } from '../examples/playground/src/state/link.js';
import { DEFAULTS, readSettings, writeSettings } from '../examples/playground/src/state/settings.js';
import { handMadeFilters } from '../src/inspect/index.js';
import { Generator } from '../src/random.js';

const generator = new Generator('links');
const random = (length: number, least: number, most: number) =>
  Float32Array.from({ length }, () => generator.uniform(least, most));
const AT_FIRST: LabState = {
  image: { kind: 'tutorial' },
  own: firstOwnImage(),
  filter: FIRST,
  sliding: { stride: 1, padding: 0, dilation: 1 },
  rectify: false,
  gray: null,
  position: 0,
};
/** What a window opened at the link would have in its laboratory. */
const opened = (query: string) => {
  const { link, refused } = readLink(query, readSettings(query).settings);
  const lab = new Lab();
  if (link) lab.open(link.lab, readSettings(query).settings.kernelSize);
  return { state: lab.state, inspected: link?.inspected ?? 0, refused, lab };
};

describe('a link', () => {
  test('says nothing when all is as at the beginning, and keeps the settings', () => {
    expect(writeLink(AT_FIRST, 0, DEFAULTS)).toBe('');
    expect(readLink('?epochs=2&seed=5', DEFAULTS)).toEqual({ link: null, refused: [] });
    expect([queryOf('', ''), queryOf('?seed=5', ''), queryOf('', 'relu=1'), queryOf('?seed=5', 'relu=1')]).toEqual([
      '',
      '?seed=5',
      '?relu=1',
      '?seed=5&relu=1',
    ]);
  });

  const own = { values: random(49, 0, 255), size: 7, white: 255 };
  const states: [string, LabState, number][] = [
    [
      'a digit under a learned filter',
      { ...AT_FIRST, image: { kind: 'digit', index: 3 }, filter: { kind: 'learned', index: 4 }, position: 77 },
      0,
    ],
    ['a photograph', { ...AT_FIRST, image: { kind: 'photograph', name: 'photographer' }, position: 9000 }, 2],
    ['pixels of one’s own', { ...AT_FIRST, image: { kind: 'own' }, own, position: 24 }, 0],
    ['typed weights', { ...AT_FIRST, filter: { kind: 'typed', filter: { values: random(25, -3, 3), size: 5 } } }, 0],
    [
      'a window of its own',
      { ...AT_FIRST, sliding: { stride: 2, padding: 3, dilation: 4 }, rectify: true, gray: true, position: 1 },
      0,
    ],
    ['colors', { ...AT_FIRST, gray: false }, 0],
    ['the inspector’s filter', AT_FIRST, 11],
    ...[3, 5].flatMap((size) =>
      handMadeFilters(size).map(({ name }): [string, LabState, number] => [
        `${name}, ${size} x ${size}`,
        { ...AT_FIRST, image: { kind: 'digit', index: 9 }, filter: { kind: 'hand', name, size }, position: 500 },
        0,
      ]),
    ),
  ];
  test.each(states)('opens what it says: %s', (_, state, inspected) => {
    const settings = { ...DEFAULTS, kernelSize: 7 };
    const query = queryOf(writeSettings(settings), writeLink(state, inspected, settings));
    expect(opened(query)).toMatchObject({ state, inspected, refused: [] });
    // The whole result is there.
    const { lab } = opened(query);
    expect(lab.filled.value.includes(0)).toBe(false);
    expect(lab.filled.value.length).toBe(lab.plan.value.outSize ** 2);
  });

  test.each([
    ['image=digit-10', 'image'],
    ['image=own-1_2_3', 'image'],
    [`image=own-${Array(49).fill(256).join('_')}`, 'image'],
    ['image=cat', 'image'],
    ['filter=learned-12', 'filter'],
    ['filter=typed-1_2_3_4', 'filter'],
    ['filter=typed-1_2_3_4_5_6_7_8_', 'filter'],
    ['filter=vertical-edge-sobel-7', 'filter'],
    ['stride=0', 'stride'],
    ['padding=5', 'padding'],
    ['dilation=1.5', 'dilation'],
    ['relu=yes', 'relu'],
    ['look=blue', 'look'],
    ['inspect=12', 'inspect'],
    ['place=4,1', 'place'],
    ['place=1', 'place'],
    ['place=1,1,1', 'place'],
  ])('refuses what cannot be: %s', (query, key) => {
    const { refused, state } = opened(`?${query}`);
    expect(refused).toEqual([key]);
    expect(state).toEqual(AT_FIRST);
  });

  test('gives no place in an image that it refused', () => {
    expect(opened('?image=cat&place=1,2').refused).toEqual(['image', 'place']);
  });

  test('cannot carry a file, nor a place in it, and that is known', () => {
    const file: ImageChoice = { kind: 'file' };
    expect(isCarried(file)).toBe(false);
    expect(isCarried({ kind: 'drawn' })).toBe(false);
    expect(isCarried({ kind: 'own' })).toBe(true);
    expect(writeLink({ ...AT_FIRST, image: file, position: 7, rectify: true }, 0, DEFAULTS)).toBe('relu=1');
    expect(sizeOfImage({ kind: 'photograph', name: 'astronaut' })).toBe(128);
  });
});

describe('the laboratory', () => {
  const digits = [{ pixels: random(784, 0, 1), label: 0 }];
  const learned = (count: number) =>
    Array.from({ length: count }, (_, i) => ({ ...handMade('sharpen', 5), label: String(i) }));

  test('shows nothing in place of what has not come, and stays at its place when it comes', () => {
    const { lab } = opened('?image=digit-0&filter=learned-1&place=3,4');
    expect(lab.missing.value).toBe(true);
    expect([lab.image.value.size, lab.filter.value.size]).toEqual([28, 5]);
    expect(lab.image.value.values.every((pixel) => pixel === 0)).toBe(true);
    lab.receive(digits, learned(2));
    expect(lab.missing.value).toBe(false);
    expect([lab.row.value, lab.column.value]).toEqual([2, 3]);
    expect(lab.image.value.values).toBe(digits[0].pixels);
  });

  test('takes the first filter when the network has no such filter any more', () => {
    const lab = new Lab();
    lab.receive(digits, learned(6));
    lab.chooseFilter({ kind: 'learned', index: 5 });
    lab.receive(digits, []); // Another network is being prepared.
    expect(lab.missing.value).toBe(true);
    lab.receive(digits, learned(3));
    expect(lab.filterChoice.value).toEqual(FIRST);
  });

  test('shows a photograph whole, with the window on its strongest sum, and a small image from its start', () => {
    const lab = new Lab();
    const values = new Float32Array(128 * 128);
    for (let i = 0; i < values.length; i++) values[i] = i % 128 < 64 ? 100 : 10;
    values[70 * 128 + 64] = 255;
    lab.keepPhotograph('astronaut', { values, size: 128, white: 255 });
    lab.chooseImage({ kind: 'photograph', name: 'astronaut' });
    expect(lab.filled.value.includes(0)).toBe(false);
    expect(Math.abs(lab.result.value[lab.position.value])).toBe(lab.peak.value);
    lab.chooseImage({ kind: 'tutorial' });
    expect(Array.from(lab.filled.value)).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 0]);
  });

  test('shows blurred photographs as images, and differences in colors, unless somebody wants it otherwise', () => {
    const lab = new Lab();
    lab.keepPhotograph('astronaut', { values: random(128 * 128, 0, 255), size: 128, white: 255 });
    lab.chooseImage({ kind: 'photograph', name: 'astronaut' });
    expect(lab.isGray.value).toBe(false);
    const { from, to } = lab.scale.value;
    expect(from).toBe(-to);
    expect(to).toBeLessThan(lab.peak.value);
    lab.chooseFilter({ kind: 'hand', name: 'Gaussian blur', size: 3 });
    expect(lab.isGray.value).toBe(true);
    expect(lab.scale.value).toEqual({ from: 0, to: 16 * 255 });
    lab.gray.value = false;
    expect(lab.isGray.value).toBe(false);
    lab.gray.value = true;
    lab.chooseImage({ kind: 'tutorial' });
    lab.chooseFilter(FIRST);
    expect(lab.scale.value).toEqual({ from: -450, to: 450 });
  });
});
