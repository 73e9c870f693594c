import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { openPage } from './page.js';
import { train } from './training.js';

const SEEDS = [1, 2];

test('a page of Chromium trains to the same weights as Node, to the last bit, without an error', async () => {
  const convgrad: typeof import('../../src/index.js') = await import(pathToFileURL('dist/src/index.js').href);
  const script = `
    import * as convgrad from './dist/src/index.js';
    import { train } from './test/browser/training.ts';
    window.results = ${JSON.stringify(SEEDS)}.map((seed) => train(convgrad, seed));`;
  const { page, errors, close } = await openPage(script);
  try {
    await page.waitForFunction('window.results');
    const inPage = (await page.evaluate('window.results')) as ReturnType<typeof train>[];
    const here = SEEDS.map((seed) => train(convgrad, seed));
    expect(errors).toEqual([]);
    expect(inPage.map(({ hash }) => hash)).toEqual(here.map(({ hash }) => hash));
    expect(inPage).toEqual(here);
    expect(here[0].hash).not.toBe(here[1].hash);
    expect(here[0].losses.at(-1)).not.toBe(here[0].losses[0]);
  } finally {
    await close();
  }
});
