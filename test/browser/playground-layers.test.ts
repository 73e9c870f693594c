import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadMnist } from '../../datasets/index.js';
import { DEFAULTS } from '../../examples/playground/src/state/settings.js';
import { networkOf } from '../../examples/playground/src/worker/job.js';
import { separable } from '../../examples/playground/src/worker/layers.js';
import { Conv2D, type Sequential } from '../../src/index.js';
import { violations } from './axe.js';
import {
  comeTo as come,
  openPlayground,
  type Playground,
  trainButton,
  trainInNode,
  trainToEnd,
} from './playground-page.js';

let playground: Playground;
beforeAll(async () => {
  playground = await openPlayground();
});
afterAll(() => playground.close());

/** The card, in sight: its program is loaded when one comes near. */
async function comeTo(page: Page, section = '.strokes') {
  await come(page, '#layers');
  await come(page, `#layers ${section}`);
  return page.locator('#layers');
}

/** Which batch the figures are said to be of; -1 while there are none. */
const batchOf = async (page: Page, name: string) => {
  const [text = ''] = await page.getByTestId(name).allTextContents();
  return Number(text.match(/after (\d+) batch/)?.[1] ?? -1);
};

test('what changes its order while the card is out of sight is all there when one comes back', async () => {
  const { page, errors, close } = await playground.visit('?epochs=1');
  await trainToEnd(page);
  const card = await comeTo(page);
  await card.locator('input[name=layers-filter]').nth(3).check();
  await comeTo(page, '.edges');
  const widths = () =>
    page.locator('#layers .edges li').evaluateAll((all) => all.map((one) => one.getBoundingClientRect().width));
  expect(Math.min(...(await widths()))).toBeGreaterThan(200);
  for (const key of ['Home', 'End']) {
    const before = await page.getByTestId('layers-step').textContent();
    await come(page, '#timeline');
    await page.locator('#timeline-slider').focus();
    await page.keyboard.press(key);
    // It follows out of sight, too.
    await expect.poll(() => page.getByTestId('layers-step').textContent()).not.toBe(before);
    await come(page, '#layers .edges');
    expect(await widths()).toHaveLength(6);
    expect(Math.min(...(await widths()))).toBeGreaterThan(200);
  }
  expect(errors).toEqual([]);
  await close();
});

test('a filter of layer 2 is chosen, by the keyboard too, and shows what excites it and what it adds up', async () => {
  const { page, errors, close } = await playground.visit('?filters=4&seed=5');
  const card = await comeTo(page);
  const choices = card.locator('input[name=layers-filter]');
  expect(await choices.count()).toBe(16);
  const excited = card.getByTestId('layers-exciting').locator('li');
  await expect.poll(() => excited.count()).toBe(8);
  const before = await excited.allTextContents();
  expect(before[0]).toMatch(/^a \d: −?\d+\.\d\d$/);
  await choices.first().focus();
  await page.keyboard.press('ArrowRight');
  await expect.poll(() => choices.nth(1).isChecked()).toBe(true);
  await expect.poll(async () => (await excited.allTextContents()).join() !== before.join()).toBe(true);
  await expect.poll(() => excited.count()).toBe(8);

  // Its slices are those of the weights, which Node has as well.
  const { data } = networkOf({ ...DEFAULTS, filters: 4, seed: 5 }).at('conv2', Conv2D).weight;
  const norms = [0, 1, 2, 3].map((channel) => Math.hypot(...data.subarray((4 + channel) * 9, (5 + channel) * 9)));
  const slices = card.locator('.edges li');
  expect(await slices.count()).toBe(4);
  const channels = await slices.evaluateAll((all) => all.map((one) => Number((one as HTMLElement).dataset.channel)));
  expect(channels).toEqual([0, 1, 2, 3].sort((a, b) => norms[b] - norms[a]));
  const total = Math.hypot(...norms) ** 2;
  for (const [i, channel] of channels.entries()) {
    const share = Math.round((100 * norms[channel] ** 2) / total);
    expect(await slices.nth(i).textContent()).toContain(`Norm ${norms[channel].toFixed(2)}, ${share}% of the filter`);
  }
  expect(await card.getByTestId('layers-carried').textContent()).toContain('The 4 shown, of 4, carry 100%');
  // An edge opens in the inspector.
  await slices.first().locator('button').focus();
  await page.keyboard.press('Enter');
  await expect.poll(() => page.locator('input[name=inspected-filter]').nth(channels[0]).isChecked()).toBe(true);
  expect(errors).toEqual([]);
  await close();
});

test('of twelve slices six are shown at first, then all', async () => {
  const { page, close } = await playground.visit();
  const card = await comeTo(page);
  const carried = card.getByTestId('layers-carried');
  await expect.poll(() => carried.textContent()).toContain('The 6 shown, of 12, carry');
  await carried.getByRole('button').click();
  await expect.poll(() => card.locator('.edges li').count()).toBe(12);
  expect(await carried.textContent()).toContain('The 12 shown, of 12, carry 100%');
  await close();
});

test('figures are those of the weights shown: they change with the training, and name their batch', async () => {
  const { page, errors, close } = await playground.visit('?epochs=1&filters=4');
  const card = await comeTo(page, '.likest');
  const digits = card.getByTestId('layers-likest').locator('li');
  await expect.poll(() => digits.count()).toBe(10);
  expect(await batchOf(page, 'layers-likest-step')).toBe(0);
  expect(await card.locator('.likest').textContent()).toContain('sure of none of the 10');
  const untrained = await digits.allTextContents();
  await trainToEnd(page);
  await comeTo(page, '.likest');
  await expect.poll(() => batchOf(page, 'layers-likest-step')).toBe(141);
  const trained = await digits.allTextContents();
  expect(trained).not.toEqual(untrained);
  // What it finds most like a digit is that digit, and what is made up for it convinces it.
  for (const [digit, text] of trained.entries()) expect(text).toMatch(new RegExp(`^${digit}best ?a ${digit}`));
  expect(await card.locator('.likest').textContent()).toMatch(/sure of ([5-9]|10) of the 10/);

  await comeTo(page, '.separable');
  await expect.poll(() => batchOf(page, 'layers-separable-step')).toBe(141);
  // The timeline takes them back with it.
  await page.locator('#timeline-slider').focus();
  await page.keyboard.press('Home');
  await comeTo(page, '.likest');
  await expect.poll(() => batchOf(page, 'layers-likest-step')).toBe(0);
  await expect.poll(() => digits.allTextContents()).toEqual(untrained);
  expect(errors).toEqual([]);
  await close();
});

test('while the network learns, what is asked says of which batch it is', async () => {
  const { page, errors, close } = await playground.visit('?epochs=100&filters=2');
  await page.getByLabel('Normal', { exact: true }).check(); // It learns for longer than this test.
  await trainButton(page).click();
  await comeTo(page, '.separable');
  const batch = () => batchOf(page, 'layers-separable-step');
  await expect.poll(batch).toBeGreaterThan(0);
  const first = await batch();
  await expect.poll(batch).toBeGreaterThan(first);
  expect(await trainButton(page).textContent()).toContain('Pause');
  expect(errors).toEqual([]);
  await close();
});

test('the nearest class mean of both networks is what Node computes', async () => {
  const { page, errors, close } = await playground.visit('?epochs=1&filters=4&seed=5');
  const card = await comeTo(page, '.separable');
  const rows = card.getByTestId('layers-live').locator('tbody tr');
  const { heldOut } = await loadMnist({ seed: 5 });
  const inNode = (model: Sequential) =>
    separable(model, heldOut).map(({ accuracy }) => `${(100 * accuracy).toFixed(1)}%`);
  const expected = inNode(networkOf({ ...DEFAULTS, filters: 4, seed: 5 }));
  await expect.poll(() => rows.last().locator('td').allTextContents()).toEqual(expected);
  await expect.poll(() => rows.first().locator('td').allTextContents()).toEqual(expected); // Nothing is learned yet.
  await trainToEnd(page);
  await comeTo(page, '.separable');
  const trained = inNode(await trainInNode({ epochs: 1, filters: 4, seed: 5 }));
  await expect.poll(() => rows.first().locator('td').allTextContents()).toEqual(trained);
  expect(trained).not.toEqual(expected);
  expect(await rows.last().locator('td').allTextContents()).toEqual(expected);
  // The chart says its numbers to those who do not see it, and the study is named as recorded.
  const label = await card.locator('.marks').first().getAttribute('aria-label');
  expect(label).toContain(`untrained twin: ${expected.join(', ')}`);
  expect(await card.getByTestId('layers-recorded').textContent()).toContain('93.0%(91.4–94.1%)');
  expect(errors).toEqual([]);
  await close();
});

test.each([1280, 768, 390])(
  'what is below it stays where it is when the card is loaded, %d pixels wide',
  async (width) => {
    const { page, close } = await playground.visit('?filters=8', { width });
    const height = () => page.locator('#layers').evaluate((card) => card.getBoundingClientRect().height);
    await page.locator('#layers.later').waitFor({ state: 'attached' });
    const before = await height();
    const card = await comeTo(page);
    for (const section of ['.strokes', '.likest', '.separable']) await comeTo(page, section);
    await card.getByTestId('layers-live').waitFor();
    expect(Math.abs((await height()) / before - 1)).toBeLessThan(0.1);
    await close();
  },
);

test('nothing of it is cut off in a window of 320 pixels, which is 400% zoom, too', async () => {
  const { page, errors, close } = await playground.visit('?filters=3', { width: 320 });
  const card = await comeTo(page);
  const cut = () =>
    card.evaluate((box) => {
      const { left, right } = box.getBoundingClientRect();
      const parts = Array.from(box.querySelectorAll('canvas, td, th, button, img, p, svg, input'));
      const isCut = (part: DOMRect) => part.width > 0 && (part.left < left || part.right > right);
      return parts.filter((part) => isCut(part.getBoundingClientRect())).map(({ outerHTML }) => outerHTML.slice(0, 80));
    });
  for (const section of ['.strokes', '.edges', '.likest', '.separable', '.photographs']) {
    await comeTo(page, section);
    if (section === '.separable') await card.getByTestId('layers-live').waitFor();
    await expect.poll(cut, { message: section }).toEqual([]);
  }
  expect(errors).toEqual([]);
  await close();
});

test('pictures of drawings are loaded, and the way to the animals is there', async () => {
  const { page, errors, close } = await playground.visit('?filters=2');
  const card = await comeTo(page, '.photographs');
  const widths = () =>
    card.locator('.photographs img').evaluateAll((all) => all.map((image) => (image as HTMLImageElement).naturalWidth));
  for (let i = 0; i < 6; i++) await card.locator('.photographs img').nth(i).scrollIntoViewIfNeeded();
  await expect.poll(widths).toEqual(new Array(6).fill(130));
  await card.getByRole('button', { name: 'the drawn animals' }).click();
  await expect
    .poll(() => page.locator('#animals').evaluate((animals) => animals.getBoundingClientRect().top < innerHeight))
    .toBe(true);
  expect(errors).toEqual([]);
  await close();
});

test.each([
  ['light', 1280, 'en-GB', '层'],
  ['dark', 390, 'zh-CN', 'digit'],
] as const)('axe-core finds nothing in the %s card, %d pixels wide, and nothing scrolls sideways', async (...given) => {
  const [theme, width, language, foreign] = given;
  const { page, errors, close } = await playground.visit('?epochs=1', { width, dark: theme === 'dark', language });
  await trainToEnd(page);
  const card = await comeTo(page);
  await card.getByTestId('layers-exciting').locator('li').first().waitFor();
  await comeTo(page, '.likest');
  await card.getByTestId('layers-likest').waitFor();
  await comeTo(page, '.separable');
  await card.getByTestId('layers-live').waitFor();
  expect(await card.textContent()).not.toContain(foreign);
  expect(await violations(page, '#layers')).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
  // Nothing in the card is wider than it is.
  const wide = await card.evaluate((element) => {
    const right = element.getBoundingClientRect().right;
    const all = Array.from(element.querySelectorAll('*:not(.unseen)'));
    return all.filter((one) => one.getBoundingClientRect().right > right).map((one) => one.outerHTML.slice(0, 80));
  });
  expect(wide).toEqual([]);
  // Whatever can be used says what it is for.
  const untold = await card.evaluate((element) =>
    Array.from(element.querySelectorAll('button, input'))
      .filter((control) => !control.closest('[title]'))
      .map((control) => control.outerHTML.slice(0, 80)),
  );
  expect(untold).toEqual([]);
  expect(errors).toEqual([]);
  await close();
});
