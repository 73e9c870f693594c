/** What those need who do not see colors, or nothing, who touch, who have no mouse. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DEFAULTS } from '../../examples/playground/src/state/settings.js';
import { networkOf } from '../../examples/playground/src/worker/job.js';
import { writeSafetensors } from '../../src/io/index.js';
import { seriousViolations } from './axe.js';
import {
  comeTo,
  hash,
  kill,
  openPlayground,
  type Playground,
  settled,
  stepIs,
  trainButton,
} from './playground-page.js';

let playground: Playground;
beforeAll(async () => {
  playground = await openPlayground();
});
afterAll(() => playground.close());

test.each([
  ['light', 1280, 'en-GB'],
  ['dark', 390, 'zh-CN'],
  ['light', 768, 'zh-CN'],
  ['dark', 1920, 'en-GB'],
] as const)(
  'axe-core finds nothing serious in any state of the %s page, %d pixels wide, in %s, and nothing scrolls sideways',
  async (theme, width, language) => {
    const { page, errors, close } = await playground.visit('?epochs=2&filters=4', {
      width,
      dark: theme === 'dark',
      language,
    });
    /** The whole page, unless told what has changed since. */
    const check = async (state: string, ...changed: string[]) => {
      expect(await seriousViolations(page, ...changed), state).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth), state).toBe(width);
    };
    await settled(page);
    await check('untrained');
    // As long as nothing is learned, most of the confusion matrix is wrong.
    await comeTo(page, '#progress');
    await page.locator('.confusion').waitFor();
    await check('untrained, at its progress', '#progress');
    await page.locator('input[name=pace]').first().check();
    await trainButton(page).click();
    await stepIs(page, 3);
    await check('training');
    await trainButton(page).click();
    await check('paused');
    await page.locator('input[name=pace]').last().check();
    await trainButton(page).click();
    await hash(page);
    await comeTo(page, '#network');
    await comeTo(page, '#draw');
    await page.locator('input[name=draw-example]').nth(4).check();
    await comeTo(page, '#inspector');
    await page.locator('#inspector .needed button').first().click();
    await page.getByTestId('changes').locator('li').waitFor();
    await page.locator('.exciting li').first().waitFor();
    await comeTo(page, '#convolution');
    await check('finished, with a digit, a filter and a convolution');
    for (const id of ['one-step', 'layers', 'animals', 'settings', 'takeaway']) {
      await page.evaluate((part) => document.getElementById(part)?.scrollIntoView({ behavior: 'instant' }), id);
      await expect.poll(() => page.locator('.later[aria-busy=true]').count()).toBe(0);
      // Each as it has been loaded, and in the end the whole page with all of them.
      if (id === 'takeaway') await check('all loaded');
      else await check(id, `#${id}`);
    }
    await page.locator('#settings .term-sign').first().click();
    await check('a term explained', '#settings');
    await page.keyboard.press('Escape');
    await page.evaluate(() => scrollTo(0, 0));
    await page.locator('#story-opener').click();
    await page.locator('.story').waitFor();
    await check('story');
    // Whatever can be used says what it is for.
    const untold = await page.evaluate(() =>
      Array.from(document.querySelectorAll('button, input, select'))
        .filter((control) => !control.closest('[title]'))
        .map((control) => control.outerHTML.slice(0, 120)),
    );
    expect(untold).toEqual([]);
    await page.keyboard.press('Escape');

    await comeTo(page, '#takeaway');
    const buffer = Buffer.from(writeSafetensors(networkOf({ ...DEFAULTS, seed: 3, filters: 5 }).stateDict()));
    const file = { name: 'a.safetensors', mimeType: 'application/octet-stream', buffer };
    await page.locator('#takeaway input[type=file]').setInputFiles(file);
    await page.locator('#takeaway [role=status]').waitFor();
    await page.locator('.filter-grid li').nth(4).waitFor();
    await settled(page);
    await check('loaded from a file');
    expect(errors).toEqual([]);
    await page.locator('input[name=pace]').first().check(); // It is not to be over before its worker is gone.
    await trainButton(page).click();
    await kill(page, 'trainer');
    await page.locator('.bar [role=alert]').waitFor();
    await check('failed');
    await close();
  },
);

test('who hears the page is told once an epoch, not of every batch', async () => {
  const { page, errors, close } = await playground.visit('?epochs=2&filters=3');
  await settled(page);
  await page.evaluate(() => {
    const told: string[] = [];
    Object.assign(globalThis, { told });
    for (const region of document.querySelectorAll(
      '[aria-live=polite], [aria-live=assertive], [role=status], output',
    )) {
      new MutationObserver(() => told.push(region.textContent ?? '')).observe(region, {
        ...{ subtree: true, childList: true, characterData: true },
      });
    }
  });
  await trainButton(page).click();
  await hash(page);
  const announced = page.getByTestId('announced');
  await expect.poll(() => announced.textContent()).toMatch(/^Epoch 2 is done\. Accuracy: 9\d\.\d%$/);
  const told = (await page.evaluate('told')) as string[];
  expect(told.some((text) => text.includes('Epoch 2 is done'))).toBe(true);
  expect(told.length).toBeLessThan(10);
  expect(errors).toEqual([]);
  await close();
});

test('charts and filters are described in numbers', async () => {
  const { page, errors, close } = await playground.visit('?epochs=1&filters=2');
  await trainButton(page).click();
  await hash(page);
  const describe = (selector: string) => page.locator(selector).first().getAttribute('aria-label');
  await comeTo(page, '#progress');
  await expect
    .poll(() => describe('#progress .chart'))
    .toMatch(
      /^Loss over the training\. .*: from 2\.\d\d after 1 batch to 0\.\d+ after 141\. held-out digits: from 2\.\d\d/,
    );
  await comeTo(page, '#emergence');
  await expect
    .poll(() => describe('#emergence .chart'))
    .toMatch(/this layer: from 0\.\d{3} after 0 batches to 0\.\d{3} after 141$/);
  const first = networkOf({ ...DEFAULTS, filters: 2 })
    .stateDict()
    ['conv1.weight'].data.subarray(0, 25);
  const twin = await describe('.twin canvas');
  const numbers = twin?.match(/-?−?\d*\.\d+/g)?.map((text) => Number(text.replace('−', '-')));
  expect(numbers?.[0]).toBeCloseTo(Math.min(...first), 1);
  expect(numbers?.[1]).toBeCloseTo(Math.max(...first), 1);
  // And the filter now is another.
  expect((await describe('.now canvas'))?.split(':')[1]).not.toBe(twin?.split(':')[1]);
  expect(errors).toEqual([]);
  await close();
});

test('negative weights differ from positive ones without their colors', async () => {
  const { page, errors, close } = await playground.visit();
  await page.locator('.now canvas').first().waitFor();
  const cells = await page.evaluate(() => {
    const SQUARE = 9; // Pixels of the canvas.
    return Array.from(document.querySelectorAll<HTMLCanvasElement>('.now canvas'), (canvas) => {
      const { data, width } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
      const grayAt = (x: number, y: number) => {
        const [red, green, blue] = data.subarray(4 * (y * width + x), 4 * (y * width + x) + 3);
        return { gray: 0.3 * red + 0.59 * green + 0.11 * blue, excess: blue - red };
      };
      return Array.from({ length: (width / SQUARE) ** 2 }, (_, i) => {
        const [x, y] = [SQUARE * (i % (width / SQUARE)), SQUARE * Math.floor(i / (width / SQUARE))];
        const [corner, middle] = [grayAt(x, y), grayAt(x + 4, y + 4)];
        return { excess: corner.excess, marked: Math.abs(corner.gray - middle.gray) > 40 };
      });
    }).flat();
  });
  const [blue, red] = [cells.filter(({ excess }) => excess > 60), cells.filter(({ excess }) => excess < -60)];
  expect(blue.length).toBeGreaterThan(20);
  expect(red.length).toBeGreaterThan(20);
  expect(blue.filter(({ marked }) => !marked)).toEqual([]);
  expect(red.filter(({ marked }) => marked)).toEqual([]);
  expect(errors).toEqual([]);
  await close();
});

test('numbers in the confusion matrix have a contrast of 4.5, and no axis of a chart is cut', async () => {
  for (const [dark, width] of [
    [false, 1280],
    [true, 390],
  ] as const) {
    const { page, errors, close } = await playground.visit('?epochs=1&filters=6', { dark, width });
    for (const trained of [false, true]) {
      if (trained) {
        await trainButton(page).click();
        await hash(page);
      }
      await comeTo(page, '.confusion');
      const after = trained ? 'After 141 batches.' : 'After 0 batches.';
      await expect.poll(async () => (await page.getByTestId('counted').textContent())?.trim()).toBe(after);
      const { worst, cut } = await page.evaluate(() => {
        const context = document.createElement('canvas').getContext('2d', { willReadFrequently: true })!;
        const luminanceOf = (...layers: string[]) => {
          for (const layer of layers) {
            context.fillStyle = layer;
            context.fillRect(0, 0, 1, 1);
          }
          const [red, green, blue] = Array.from(context.getImageData(0, 0, 1, 1).data, (part) => {
            const share = part / 255;
            return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
          });
          return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
        };
        const card = getComputedStyle(document.querySelector('#progress')!).backgroundColor;
        const contrasts = Array.from(document.querySelectorAll('.confusion td, .confusion th'), (cell) => {
          const { color } = getComputedStyle(cell.querySelector('.none') ?? cell);
          const ground = luminanceOf(card, getComputedStyle(cell).backgroundColor);
          const text = luminanceOf(card, getComputedStyle(cell).backgroundColor, color);
          return (Math.max(ground, text) + 0.05) / (Math.min(ground, text) + 0.05);
        });
        const cut = Array.from(document.querySelectorAll('.chart text')).filter((text) => {
          const [inner, outer] = [text, text.closest('svg')!].map((element) => element.getBoundingClientRect());
          return inner.left < outer.left || inner.right > outer.right || inner.top < outer.top;
        });
        return { worst: Math.min(...contrasts), cut: cut.map((text) => text.textContent) };
      });
      expect(worst).toBeGreaterThan(4.5);
      expect(cut).toEqual([]);
    }
    expect(errors).toEqual([]);
    await close();
  }
});

test('a term tells what it means to those who touch and to those who type', async () => {
  const { page, errors, close } = await playground.visit('', { width: 390, touch: true });
  const told = page.locator('#settings .term-told').nth(2);
  const sign = page.locator('#settings .term-sign').nth(2);
  await comeTo(page, '#settings');
  expect(await told.isVisible()).toBe(false);
  await sign.tap();
  await told.waitFor();
  expect(await told.textContent()).toContain('How far each step goes');
  const { x, width } = (await told.boundingBox())!;
  expect(x).toBeGreaterThanOrEqual(0);
  expect(x + width).toBeLessThanOrEqual(390);
  await page.keyboard.press('Escape');
  await expect.poll(() => told.isVisible()).toBe(false);
  await sign.focus();
  await page.keyboard.press('Enter');
  await told.waitFor();
  expect(await sign.getAttribute('aria-label')).toBe('What does “Learning rate” mean?');
  expect(errors).toEqual([]);
  await close();
});
