import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encode } from 'fast-png';
import { expect, test } from 'vitest';
import { loadImageFolder } from '../../src/node/index.js';
import { temporaryFolder } from '../temporary-folder.js';
import { openPage } from './page.js';

const root = temporaryFolder('load-images');

test('files, canvases and pixels in a page are the dataset that loadImageFolder makes of the same PNG files', async () => {
  const [width, height] = [5, 4];
  const bytes = (first: number) => Uint8Array.from({ length: 3 * width * height }, (_, i) => (first + i * 37) % 256);
  const images = [1, 90, 200].map(bytes);
  const png = images.map((data) => encode({ width, height, channels: 3, data }));
  for (const [i, content] of png.entries()) {
    mkdirSync(join(root, i === 1 ? 'dog' : 'cat'), { recursive: true });
    writeFileSync(join(root, i === 1 ? 'dog' : 'cat', `${i}.png`), content);
  }
  const expected = await loadImageFolder(root, { size: [4, 4] }); // Cat 0, cat 2, dog 1.
  const script = `
    import { loadImages } from './dist/src/browser/index.js';
    const png = ${JSON.stringify(png.map((content) => [...content]))}.map((content) => Uint8Array.from(content));
    const rgb = ${JSON.stringify(images.map((data) => [...data]))};
    const file = new File([png[0]], '0.png', { type: 'image/png' });
    const pixels = new ImageData(${width}, ${height});
    for (let p = 0; p < ${width * height}; p++) {
      for (let c = 0; c < 3; c++) pixels.data[4 * p + c] = rgb[2][3 * p + c];
      pixels.data[4 * p + 3] = 255;
    }
    const element = Object.assign(document.createElement('canvas'), { width: ${width}, height: ${height} });
    element.getContext('2d').drawImage(await createImageBitmap(new Blob([png[1]])), 0, 0);
    const data = await loadImages([file, pixels, element], ['cat', 'cat', 'dog'], { size: 4 });
    const wrong = await loadImages([new File(['no image'], 'a.txt')], [0]).catch(String);
    const nothing = await loadImages([document.body], [0]).catch(String);
    const { inputs, labels, classNames, inputShape } = data;
    window.done = { inputs: [...inputs], labels: [...labels], classNames, inputShape, wrong, nothing };`;
  const { page, errors, close } = await openPage(script);
  try {
    await page.waitForFunction('window.done');
    expect(errors).toEqual([]);
    const found = (await page.evaluate('window.done')) as Record<string, unknown>;
    expect(found).toMatchObject({ labels: [0, 0, 1], classNames: ['cat', 'dog'], inputShape: [3, 4, 4] });
    expect(found.inputs).toEqual([...expected.inputs]);
    expect(found.wrong).toMatch(
      /^FormatError: loadImages: expected an image that the browser can read, got .* at 0 \('a.txt'\)/,
    );
    expect(found.nothing).toMatch(/^ArgumentError: loadImages: expected an image that the browser can read/);
  } finally {
    await close();
  }
});
