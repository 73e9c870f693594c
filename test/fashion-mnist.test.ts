import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { grayValues } from '../datasets/fashion-mnist-json.js';
import { loadFashionMnistJson } from '../datasets/full.js';
import { packageFolder } from '../datasets/package-folder.js';
import { ArgumentError, FormatError } from '../src/index.js';

describe('loadFashionMnistJson', () => {
  const image = (value: number) => new Array(784).fill(value);
  const text = (data: unknown) => JSON.stringify({ data });

  test('reads the images of a class one after the other, and leaves empty records out', () => {
    const bytes = grayValues(text([image(3), [], image(255), []]), 'Coat', 2);
    expect(bytes).toEqual(Uint8Array.from([...image(3), ...image(255)]));
  });

  test.each([
    ['another number of images', text([image(3)]), 'expected 2 images, got 1'],
    ['an image that is too short', text([image(3), [1, 2]]), 'expected 784 pixels in image 1, got 2'],
    ['what is no image', text([image(3), 7]), 'expected 784 pixels in image 1, got 7'],
    [
      'a value above 255',
      text([image(3), image(256)]),
      'expected whole numbers from 0 to 255 in image 1, got 256 at 0',
    ],
    ['a fraction', text([image(0.5), image(1)]), 'expected whole numbers from 0 to 255 in image 0, got 0.5 at 0'],
    ['no records', '{}', 'expected 2 images, got 0'],
    ['no JSON', 'data', 'expected 2 images, got 0'],
  ])('refuses %s', (_, content, message) => {
    expect(() => grayValues(content, 'Coat', 2)).toThrow(FormatError);
    expect(() => grayValues(content, 'Coat', 2)).toThrow(`loadFashionMnistJson: Coat: ${message}`);
  });

  test('refuses unknown options', async () => {
    await expect(loadFashionMnistJson({ test: 1 } as object)).rejects.toThrow('the options are seed, heldOut');
  });
});

test('packageFolder finds what is installed, and says how to get what is not', async () => {
  expect(JSON.parse(readFileSync(join(await packageFolder('x', 'vitest'), 'package.json'), 'utf8')).name).toBe(
    'vitest',
  );
  await expect(packageFolder('x', 'convgrad-not-there')).rejects.toThrow(ArgumentError);
  await expect(packageFolder('x', 'convgrad-not-there')).rejects.toThrow(
    'x: expected the package convgrad-not-there: run npm install convgrad-not-there',
  );
});
