/** The guided story, as a reader uses it. */
import type { Page } from 'playwright-core';
import { standsStill, trainButton, visibleShare } from './playground-page.js';

/** What the text of each step speaks of. */
export const TOLD: Record<string, string>[] = [
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
export async function shares(page: Page, told: Record<string, string>): Promise<Record<string, number>> {
  await standsStill(page);
  const names = Object.keys(told);
  const found = await Promise.all(names.map((name) => visibleShare(page, told[name])));
  return Object.fromEntries(names.map((name, i) => [name, found[i]]));
}

export const next = (page: Page) => page.locator('.story button.on');
export const heading = (page: Page) => page.locator('.story h2');
export const phase = (page: Page) => page.locator('.story').getAttribute('data-phase');
export const say = (page: Page) => page.locator('.story [aria-live]').textContent();

/** What each step asks for. */
export const DEEDS: ((page: Page) => Promise<void>)[] = [
  (page) => page.locator('#convolution .sheet').first().click(),
  (page) => page.locator('#convolution .control.play').click(),
  async (page) => {
    await page.locator('#convolution .control.play').waitFor(); // It has played to its end.
    const { x, y, width, height } = (await page.locator('#convolution .sheet').nth(1).boundingBox())!;
    for (let share = 0; share < 1 && (await phase(page)) !== 'seen'; share += 0.02) {
      await page.mouse.move(x + share * width, y + height / 2);
    }
  },
  (page) => page.locator('[data-maps=strip-conv1]').click(),
  (page) => trainButton(page).click(),
  (page) => page.locator('#one-step .act button').first().click(),
  (page) => page.locator('#layers .choose-stroke input').nth(3).check(),
  (page) => page.locator('[data-maps=strip-pool1]').hover(),
  async (page) => {
    await page.locator('#timeline-slider').focus();
    await page.keyboard.press('Home');
  },
  async (page) => {
    const { x, y, width, height } = (await page.locator('#draw .pad canvas').boundingBox())!;
    await page.mouse.move(x + 0.55 * width, y + 0.2 * height);
    await page.mouse.down();
    await page.mouse.move(x + 0.45 * width, y + 0.8 * height, { steps: 10 });
    await page.mouse.up();
  },
];
