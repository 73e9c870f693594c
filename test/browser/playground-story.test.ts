import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openPlayground, type Playground, settled, visibleShare } from './playground-page.js';

let playground: Playground;
beforeAll(async () => {
  playground = await openPlayground();
});
afterAll(() => playground.close());

/** What the text of each step speaks of. */
const TOLD: Record<string, string>[] = [
  { image: '#convolution .sheet >> nth=0' },
  { Play: '#convolution .control.play', image: '#convolution .sheet >> nth=0', result: '#convolution .sheet >> nth=1' },
  { image: '#convolution .sheet >> nth=0', result: '#convolution .sheet >> nth=1' },
  { digit: '#network [data-maps=strip-input]', maps: '#network [data-maps=strip-conv1]' },
  { Train: '.bar button.primary', filters: '.filter-grid' },
  { button: '#one-step .act button >> nth=0', pictures: '#one-step .beats' },
  { filters: '#layers .choose-stroke' },
  { maps: '#network [data-maps=strip-conv1]', pooled: '#network [data-maps=strip-pool1]' },
  { slider: '#timeline-slider', curves: '#emergence .chart' },
  { pad: '#draw .pad' },
];

/** Of each of these, once the page has stopped scrolling. */
async function shares(page: Page, told: Record<string, string>): Promise<Record<string, number>> {
  await page.evaluate(async () => {
    for (let [before, still] = [Number.NaN, 0]; still < 20; before = scrollY) {
      await new Promise(requestAnimationFrame);
      still = scrollY === before ? still + 1 : 0;
    }
  });
  const names = Object.keys(told);
  const found = await Promise.all(names.map((name) => visibleShare(page, told[name])));
  return Object.fromEntries(names.map((name, i) => [name, found[i]]));
}

test.each([
  [1280, 800],
  [1920, 1080],
  [768, 1024],
  [390, 844],
])('what each step of the story speaks of is seen, clear of bar and panel, at %d x %d', async (width, height) => {
  for (const language of ['en-GB', 'zh-CN']) {
    const { page, errors, close } = await playground.visit('', { width, height, language });
    await settled(page);
    await page.locator('#story-opener').click();
    for (const [step, told] of TOLD.entries()) {
      const hidden = async () => Object.entries(await shares(page, told)).filter(([, share]) => share < 0.9);
      const seen = async (phase: string) => {
        await expect.poll(hidden, { message: `${language}, step ${step + 1}, ${phase}` }).toEqual([]);
        if (process.env.SHOTS)
          await page.screenshot({ path: `${process.env.SHOTS}/story-${width}-${language}-${step + 1}-${phase}.png` });
      };
      await seen('ask');
      await page.locator('.story-answers button').first().click();
      await seen('do');
      await page.locator('.story button.on').click();
    }
    expect(errors).toEqual([]);
    await close();
  }
});
