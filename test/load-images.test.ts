import { describe, expect, test } from 'vitest';
import { type LoadImagesOptions, loadImages } from '../src/browser/index.js';
import { expectClose } from './close.js';

/** Pixels as a page has them; `test/browser/load-images.test.ts` has files and canvases. */
const pixels = (width: number, height: number, ...data: number[]) =>
  ({ width, height, data: Uint8ClampedArray.from(data), colorSpace: 'srgb' }) as ImageData;
const RED_AND_CLEAR = pixels(2, 1, 255, 0, 51, 255, 0, 0, 0, 0);

describe('loadImages', () => {
  test('red, green and blue from 0 to 1; what is transparent shows white', async () => {
    const half = pixels(2, 1, 0, 0, 0, 255, 0, 255, 0, 127.5);
    const data = await loadImages([RED_AND_CLEAR, half], ['b', 'a']);
    expect([data.inputShape, [...data.labels], data.classNames]).toEqual([
      [3, 1, 2],
      [1, 0],
      ['a', 'b'],
    ]);
    expectClose(data.input(0), [1, 1, 0, 1, 0.2, 1], 1e-6);
    expectClose(data.input(1), [0, 127 / 255, 0, 1, 0, 127 / 255], 1e-6);
  });

  test('gray, another size, labels that are numbers, classes of one’s own', async () => {
    const gray = await loadImages(new Set([RED_AND_CLEAR]), [3], { gray: true, size: [1, 1] });
    expect([gray.inputShape, gray.classes, [...gray.labels]]).toEqual([[1, 1, 1], 4, [3]]);
    expectClose(gray.inputs, [(0.299 + 0.114 * 0.2 + 1) / 2], 1e-6);
    const named = await loadImages([RED_AND_CLEAR], ['dog'], { classes: ['cat', 'dog'] });
    expect([named.classNames, [...named.labels]]).toEqual([['cat', 'dog'], [1]]);
    expect((await loadImages([RED_AND_CLEAR], [1], { classes: ['cat', 'dog'] })).classNames).toEqual(['cat', 'dog']);
  });

  test.each<[string, unknown, unknown, LoadImagesOptions, string]>([
    ['no images', [], [], {}, 'expected images and a label for each, got 0 and 0'],
    ['nothing', null, [1], {}, 'expected a list of images, got null'],
    ['no labels', [RED_AND_CLEAR], undefined, {}, 'got 1 and 0'],
    ['an unknown class', [RED_AND_CLEAR], ['owl'], { classes: ['cat'] }, "labels of ['cat'], got 'owl' at 0"],
    ['two kinds of labels', [RED_AND_CLEAR, RED_AND_CLEAR], [0, 'a'], {}, "labels of 'one kind', got 'a' at 1"],
    ['a negative label', [RED_AND_CLEAR], [-1], {}, 'got -1 at 0'],
    [
      'two sizes',
      [RED_AND_CLEAR, pixels(1, 1, 1, 2, 3, 4)],
      [0, 0],
      {},
      '1 high and 2 wide, got 1 and 1 at 1; the option size',
    ],
    ['an element in Node', [{}], [0], {}, 'expected ImageData outside of a page'],
    ['no size', [RED_AND_CLEAR], [0], { size: 0 }, 'size'],
    ['a gray that is none', [RED_AND_CLEAR], [0], { gray: 1 as never }, 'gray to be true or false, got 1'],
    ['an option that is none', [RED_AND_CLEAR], [0], { grey: true } as never, "unknown option 'grey'"],
  ])('%s is refused', async (_, images, labels, options, message) => {
    const attempt = loadImages(images as ImageData[], labels as number[], options);
    await expect(attempt).rejects.toThrow(message);
    await expect(attempt).rejects.toThrow(/^loadImages: /);
  });
});
