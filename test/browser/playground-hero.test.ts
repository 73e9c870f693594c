import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { violations } from './axe.js';
import { openPlayground, type Playground, trainButton, visibleShare } from './playground-page.js';

let playground: Playground;
beforeAll(async () => {
  playground = await openPlayground();
});
afterAll(() => playground.close());

/** Counts how often the film is drawn. */
const COUNTED = `
  window.painted = 0;
  const { clearRect } = CanvasRenderingContext2D.prototype;
  CanvasRenderingContext2D.prototype.clearRect = function (...rectangle) {
    if (this.canvas.closest('#hero')) window.painted++;
    return clearRect.apply(this, rectangle);
  };`;

const painted = (page: Page) => page.evaluate(() => (window as unknown as { painted: number }).painted);

/** How often it is drawn within 40 frames of the browser. */
async function paintedIn40(page: Page): Promise<number> {
  const before = await painted(page);
  await page.evaluate(async () => {
    for (let i = 0; i < 40; i++) await new Promise(requestAnimationFrame);
  });
  return (await painted(page)) - before;
}

const picture = (page: Page) =>
  page.locator('.film canvas').evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
const batches = (page: Page) => page.locator('.film p').nth(1).textContent();
const act = (page: Page) =>
  page.locator('.captions li').evaluateAll((captions) => captions.findIndex(({ className }) => className === 'now'));
const button = (page: Page, name: string) => page.locator('#hero').getByRole('button', { name, exact: true });

test('the film moves without a training, is paused, and goes on where it was', async () => {
  const { page, errors, close } = await playground.visit('', { before: COUNTED });
  const first = await picture(page);
  await expect.poll(() => picture(page)).not.toBe(first);
  // In the page itself, so that no busy machine is late.
  await page.evaluate(async () => {
    const name = document.querySelectorAll('.film p')[1];
    while (!/after [1-9]/.test(name.textContent)) await new Promise(requestAnimationFrame);
    document.querySelector<HTMLButtonElement>('#hero button[title="Stop this film"]')?.click();
  });
  await button(page, 'Play').waitFor();
  expect(await act(page)).toBe(1);
  const paused = await batches(page);
  expect(await paintedIn40(page)).toBe(0);
  expect(await batches(page)).toBe(paused);
  await button(page, 'Play').click();
  await expect.poll(() => paintedIn40(page)).toBeGreaterThan(0);
  // It rests, and begins again by itself: again by the page's own clock.
  const rest = await page.evaluate(async () => {
    const captions = Array.from(document.querySelectorAll('.captions li'));
    const name = document.querySelectorAll('.film p')[1];
    const drawn = () => (window as unknown as { painted: number }).painted;
    while (captions[2].className !== 'now') await new Promise(requestAnimationFrame);
    const [text, first, begin] = [name.textContent, drawn(), performance.now()];
    for (let last = first; ; last = drawn()) {
      await new Promise(requestAnimationFrame);
      if (captions[2].className !== 'now') return { text, drawn: last - first, for: performance.now() - begin };
    }
  });
  expect(rest).toEqual({ text: 'A filter, after 1,410 batches', drawn: 0, for: expect.any(Number) });
  expect(rest.for).toBeGreaterThan(3000);
  await expect.poll(() => batches(page)).toBe('A filter, after 0 batches');
  expect(await page.getByTestId('step').textContent()).toBe('0');
  expect(errors).toEqual([]);
  await close();
});

test('for those who want no motion it rests on its end until they start it', async () => {
  const { page, errors, close } = await playground.visit('', { before: COUNTED });
  await page.emulateMedia({ reducedMotion: 'reduce' });
  // Also when they ask for it later; and from the beginning of a visit.
  await expect.poll(() => batches(page)).toBe('A filter, after 1,410 batches');
  const end = await picture(page);
  await page.reload();
  await page.waitForSelector('[data-testid=step]');
  expect(await act(page)).toBe(2);
  expect(await picture(page)).toBe(end);
  expect(await paintedIn40(page)).toBe(0);
  await button(page, 'Play').click();
  await expect.poll(() => batches(page)).toBe('A filter, after 0 batches');
  await expect.poll(() => paintedIn40(page)).toBeGreaterThan(0);
  expect(errors).toEqual([]);
  await close();
});

test('“Do it live” trains and goes to the filters; the film rests, and then the button only goes there', async () => {
  const { page, errors, close } = await playground.visit('', { before: COUNTED });
  const step = async () => Number(await page.getByTestId('step').textContent());
  await page.getByLabel('Slow', { exact: true }).check();
  const live = page.locator('#hero button.primary');
  expect(await live.textContent()).toBe('Do it live');
  await live.click();
  await expect.poll(step).toBeGreaterThan(3);
  await expect.poll(() => visibleShare(page, '.filter-grid')).toBeGreaterThan(0.9);
  await page.evaluate(() => scrollTo({ top: 0, behavior: 'instant' }));
  expect(await batches(page)).toBe('A filter, after 1,410 batches');
  expect(await paintedIn40(page)).toBe(0);
  expect(await live.textContent()).toBe('See it live');
  const before = await step();
  await live.click();
  await expect.poll(() => visibleShare(page, '.filter-grid')).toBeGreaterThan(0.9);
  await expect.poll(step).toBeGreaterThan(before);
  expect(await trainButton(page).textContent()).toContain('Pause');
  // The film can be asked for all the same, until the next training, and plays by itself where there is nothing to see live.
  await page.evaluate(() => scrollTo({ top: 0, behavior: 'instant' }));
  await button(page, 'Play').click();
  await expect.poll(() => paintedIn40(page)).toBeGreaterThan(0);
  const reset = page.locator('.bar').getByRole('button', { name: 'Reset' });
  await reset.click();
  await expect.poll(step).toBe(0);
  await trainButton(page).click();
  await button(page, 'Play').waitFor();
  expect(await paintedIn40(page)).toBe(0);
  await reset.click();
  await button(page, 'Pause').waitFor();
  await expect.poll(() => paintedIn40(page)).toBeGreaterThan(0);
  expect(errors).toEqual([]);
  await close();
});

test('out of sight nothing is drawn, and in sight it goes on', async () => {
  const { page, errors, close } = await playground.visit('', { before: COUNTED });
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await button(page, 'Play').waitFor();
  // From its beginning, and away at once.
  await page.evaluate(() => {
    document.querySelector<HTMLButtonElement>('#hero button[title="Show how this filter learned"]')?.click();
    scrollTo({ top: document.documentElement.scrollHeight, behavior: 'instant' });
  });
  await expect.poll(() => paintedIn40(page)).toBe(0);
  expect(await act(page)).toBe(0);
  await page.evaluate(() => scrollTo({ top: 0, behavior: 'instant' }));
  await expect.poll(() => paintedIn40(page)).toBeGreaterThan(0);
  expect(errors).toEqual([]);
  await close();
});

test.each([
  [1280, 800, ['h1', '#story-opener', '#hero', '.film canvas', '#hero button.primary', '.bar']],
  [390, 844, ['h1', '#story-opener', '.film canvas', '#hero button.primary', '.bar button.primary']],
] as const)('the first screen of %d x %d holds the film, its button and that of the training', async (...size) => {
  const [width, height, parts] = size;
  for (const language of ['en-GB', 'zh-CN']) {
    const { page, errors, close } = await playground.visit('', { width, height, language });
    for (const part of parts) {
      await expect.poll(() => visibleShare(page, part), { message: `${language}, ${part}` }).toBeGreaterThan(0.98);
    }
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    expect(errors).toEqual([]);
    await close();
  }
});

test('a large screen is used', async () => {
  const { page, close } = await playground.visit('', { width: 1920, height: 1080 });
  const widthOf = async (selector: string) => (await page.locator(selector).boundingBox())!.width;
  expect(await widthOf('#hero')).toBeGreaterThan(1400);
  expect(await widthOf('.film canvas')).toBeGreaterThan(900);
  // The twelve filters fill a row.
  const tops = await page
    .locator('.filter-grid li')
    .evaluateAll((all) => all.map((one) => one.getBoundingClientRect()));
  expect(new Set(tops.map(({ top }) => top)).size).toBe(1);
  const grid = await page.locator('.filter-grid').evaluate((element) => element.getBoundingClientRect().right);
  expect(grid - tops[11].right).toBeLessThan(10);
  await close();
});

test.each(['light', 'dark'])('axe-core finds nothing in header and film, moving and at rest, %s', async (theme) => {
  const { page, errors, close } = await playground.visit('', { dark: theme === 'dark' });
  expect(await violations(page, 'header', '#hero')).toEqual([]);
  await button(page, 'Pause').click();
  expect(await violations(page, 'header', '#hero')).toEqual([]);
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await expect.poll(() => act(page)).toBe(2);
  expect(await violations(page, 'header', '#hero')).toEqual([]);
  // Who hears the page is told what is to be seen, with its numbers, and what each button is for.
  const name = await page.locator('.film canvas').getAttribute('aria-label');
  expect(name).toMatch(/from −0\.\d to 0\.\d\. After 1,410 batches .* from −0\.\d\d to 0\.\d\d, .* to 1\.\d/);
  expect(await page.locator('#hero button:not([title])').count()).toBe(0);
  expect(errors).toEqual([]);
  await close();
});

test('without workers the film plays, and only its button for the training is off', async () => {
  const { page, close } = await playground.visit('', { before: 'delete window.Worker', until: '.trouble' });
  await expect.poll(() => act(page)).toBe(1);
  expect(await page.locator('#hero button.primary').isDisabled()).toBe(true);
  await close();
});
