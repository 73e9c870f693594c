import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { violations } from './axe.js';
import { comeTo, openPlayground, type Playground, stepButton } from './playground-page.js';

let playground: Playground;
beforeAll(async () => {
  playground = await openPlayground();
});
afterAll(() => playground.close());

const STAGES = ['input', 'conv1', 'pool1', 'conv2', 'pool2'] as const;
type Stage = (typeof STAGES)[number];
/** The card, once its program has been loaded and it has a network to show. */
async function cardOf(page: Page) {
  const card = page.locator('#network');
  await comeTo(page, '#network');
  await page.locator('[data-maps=strip-pool2] canvas').waitFor();
  return card;
}

/** What the canvas of a layer shows, as one text. */
const pictureOf = (page: Page, stage: Stage) =>
  page.locator(`[data-maps=strip-${stage}] canvas`).evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());
const picturesOf = (page: Page) => Promise.all(STAGES.map((stage) => pictureOf(page, stage)));
const sharesOf = (page: Page) => page.locator('#network .bar-number').allTextContents();
const readout = (page: Page) => page.getByTestId('readout').textContent();
const levelOf = (page: Page) => page.locator('#network .net').getAttribute('data-level');
/** The name of what has the focus. */
const focused = (page: Page) => page.evaluate(() => document.activeElement?.getAttribute('data-maps'));

/** The numbers in a text, with its minus signs. */
function numbersIn(text: string | null): number[] {
  return Array.from((text ?? '').replaceAll('−', '-').matchAll(/-?\d+\.\d+/g), ([number]) => Number(number));
}

/** Points at a share of the way across and down a layer's maps. */
async function pointAt(page: Page, name: string, across: number, down: number, act: 'move' | 'click' = 'move') {
  const maps = page.locator(`[data-maps=${name}]`);
  await comeTo(page, `[data-maps=${name}]`); // Cards above that have just been loaded would move it from under the pointer.
  const { width, height } = (await maps.boundingBox())!;
  const position = { x: across * width, y: down * height };
  await (act === 'move' ? maps.hover({ position }) : maps.click({ position }));
}

/** Until what is shown is of so many batches. */
const stepped = (page: Page, step: number) =>
  expect.poll(() => page.getByTestId('network-step').getAttribute('data-step')).toBe(String(step));

test('the strip is never empty, and all of it moves when one draws and when one batch is learned', async () => {
  const { page, errors, close } = await playground.visit('?epochs=1&filters=4');
  const card = await cardOf(page);
  await expect.poll(() => card.locator('.net-state').textContent()).toContain('this is a 3 that the network never');
  const held = await picturesOf(page);
  expect(new Set(held).size).toBe(STAGES.length);
  const guesses = await sharesOf(page);
  expect(guesses.reduce((sum, text) => sum + Number.parseFloat(text), 0)).toBeCloseTo(100, 0);

  const pad = page.locator('#draw .pad canvas');
  await comeTo(page, '#draw .pad canvas');
  const { x, y, width, height } = (await pad.boundingBox())!;
  await page.mouse.move(x + 0.3 * width, y + 0.2 * height);
  await page.mouse.down();
  for (let i = 0; i <= 8; i++) await page.mouse.move(x + (0.3 + 0.04 * i) * width, y + (0.2 + 0.07 * i) * height);
  await expect.poll(() => picturesOf(page)).not.toContain(held[4]);
  const first = await picturesOf(page);
  for (let i = 0; i <= 4; i++) await page.mouse.move(x + 0.62 * width, y + (0.76 - 0.14 * i) * height);
  await page.mouse.up();
  // Drawing goes on, and so do all layers.
  await expect
    .poll(async () => (await picturesOf(page)).map((picture, i) => picture !== held[i] && picture !== first[i]))
    .toEqual(STAGES.map(() => true));
  const [drawn, said] = [await picturesOf(page), await sharesOf(page)];

  await stepButton(page).click();
  await stepped(page, 1);
  await expect.poll(() => card.locator('.net-state').textContent()).toContain('after 1 batch.');
  const learned = await picturesOf(page);
  expect(learned.map((picture, i) => picture !== drawn[i])).toEqual([false, true, true, true, true]);
  expect(await sharesOf(page)).not.toEqual(said);
  // The pad is an anchor of its own, and is cleared to a held-out digit.
  await page.locator('#draw').getByRole('button', { name: 'Clear' }).click();
  await expect.poll(() => pictureOf(page, 'input')).toBe(held[0]);
  expect(errors).toEqual([]);
  await close();
});

test('a number that is pointed at lights up what it was computed from, in all layers back to the digit', async () => {
  const { page, errors, close } = await playground.visit('?epochs=1&filters=4');
  const card = await cardOf(page);
  const litIn = (stage: Stage) =>
    card.locator(`[data-maps=strip-${stage}] .net-lights .line`).evaluate((path) => {
      const boxes = Array.from(path.getAttribute('d')!.matchAll(/M[\d.]+ [\d.]+h(\d+)v(\d+)/g), (box) => [
        box[1],
        box[2],
      ]);
      return boxes.map(([width, height]) => `${width}x${height}`).join(' ');
    });
  const all = () => Promise.all(STAGES.map(litIn));
  expect(await all()).toEqual(['', '', '', '', '']);
  await pointAt(page, 'strip-pool2', 0.5, 0.5);
  await expect.poll(all).toEqual(['12x12', '8x8 8x8 8x8 8x8', '4x4 4x4 4x4 4x4', '2x2', '1x1']);
  expect(await readout(page)).toContain('It sees 12 × 12 pixels');
  await pointAt(page, 'strip-conv2', 0.5, 0.5);
  await expect.poll(all).toEqual(['10x10', '6x6 6x6 6x6 6x6', '3x3 3x3 3x3 3x3', '1x1', '']);
  await pointAt(page, 'strip-conv1', 0.2, 0.2);
  await expect.poll(all).toEqual(['5x5', '1x1', '', '', '']);
  await card.locator('.bars button').nth(7).hover();
  await expect.poll(async () => (await all())[0]).toBe('28x28');
  expect(await readout(page)).toMatch(/^Class 7: probability 0\.\d{4}, logit −?\d/);
  // Of each window that has any, the number that won is marked.
  const marks = await card.locator('[data-maps=strip-conv2] .won').getAttribute('d');
  const won = marks!.split('M').length - 1;
  expect(won).toBeGreaterThan(0);
  expect(won).toBeLessThanOrEqual(16 * 25);
  await page.mouse.move(5, 5);
  await expect.poll(all).toEqual(['', '', '', '', '']);
  expect(errors).toEqual([]);
  await close();
});

test('three levels by mouse, one click each way; a chosen map is the filter of the other cards', async () => {
  const { page, errors, close } = await playground.visit('?epochs=1&filters=4');
  const card = await cardOf(page);
  expect(await levelOf(page)).toBe('overview');
  await pointAt(page, 'strip-conv1', 0.5, 0.9, 'click'); // The last of four maps, in one column.
  await expect.poll(() => levelOf(page)).toBe('layer');
  await card.getByRole('heading', { name: 'Convolution 1' }).waitFor();
  await expect.poll(() => card.locator('.net-words').textContent()).toMatch(/\d+ of 2304 numbers became 0/);
  await comeTo(page, '#inspector');
  await expect.poll(() => page.locator('input[name=inspected-filter]').nth(3).isChecked()).toBe(true);
  await comeTo(page, '#network');
  // Before ReLU there are as many negative numbers as have become 0.
  await card.locator('input[name=net-relu][value=before]').check();
  await card.locator('.net-scale.signed').waitFor();
  await pointAt(page, 'layer', 0.3, 0.4, 'click');
  await expect.poll(() => levelOf(page)).toBe('number');
  await card.getByRole('heading', { name: /^Map \d, row \d+, column \d+$/ }).waitFor();
  await card.locator('.net-path button').nth(1).click();
  await expect.poll(() => levelOf(page)).toBe('layer');
  await card.locator('.net-path button').first().click();
  await expect.poll(() => levelOf(page)).toBe('overview');
  // The names of the layers open them, too.
  for (const name of ['Input', 'Convolution 1', 'Pooling 1', 'Convolution 2', 'Pooling 2', 'Dense, softmax']) {
    await card.locator('.net-name', { hasText: name }).click();
    await card.getByRole('heading', { name, exact: true }).waitFor();
  }
  await card.locator('.net-table button').nth(6).click();
  await card.getByRole('heading', { name: 'Class 6' }).waitFor();
  expect(errors).toEqual([]);
  await close();
});

test('three levels by keyboard: arrows, Enter and Escape', async () => {
  const { page, errors, close } = await playground.visit('?epochs=1&filters=4');
  const card = await cardOf(page);
  await page.locator('[data-maps=strip-pool1]').focus();
  await expect.poll(() => readout(page)).toContain('Pooling 1, map 0, row 7, column 7');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowDown');
  await expect.poll(() => readout(page)).toContain('Pooling 1, map 0, row 8, column 8');
  expect(await page.locator('[data-maps=strip-pool1] [aria-live]').textContent()).toBe(await readout(page));
  await page.keyboard.press('Enter');
  await expect.poll(() => levelOf(page)).toBe('layer');
  await expect.poll(() => focused(page)).toBe('layer');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('Enter');
  await expect.poll(() => levelOf(page)).toBe('number');
  await card.getByRole('heading', { name: 'Map 0, row 8, column 7' }).waitFor();
  await expect.poll(() => focused(page)).toBe('number');
  await page.keyboard.press('ArrowUp');
  await card.getByRole('heading', { name: 'Map 0, row 7, column 7' }).waitFor();
  await page.keyboard.press('Escape');
  await expect.poll(() => levelOf(page)).toBe('layer');
  await expect.poll(() => focused(page)).toBe('layer');
  await page.keyboard.press('Escape');
  await expect.poll(() => levelOf(page)).toBe('overview');
  await expect.poll(() => focused(page)).toBe('strip-pool1');
  expect(errors).toEqual([]);
  await close();
});

test('by touch: a tap shows, a second one opens', async () => {
  const { page, errors, close } = await playground.visit('?epochs=1&filters=4', {
    width: 390,
    height: 844,
    touch: true,
  });
  await cardOf(page);
  const maps = page.locator('[data-maps=strip-conv2]');
  await comeTo(page, '[data-maps=strip-conv2]');
  await maps.tap();
  await expect.poll(() => readout(page)).toMatch(/^Convolution 2, map \d+, row/);
  expect(await levelOf(page)).toBe('overview');
  await maps.tap();
  await expect.poll(() => levelOf(page)).toBe('layer');
  const layer = page.locator('[data-maps=layer]');
  await layer.tap({ position: { x: 20, y: 20 } });
  expect(await levelOf(page)).toBe('layer');
  const said = await readout(page);
  await layer.tap({ position: { x: 21, y: 21 } });
  await expect.poll(() => levelOf(page)).toBe('number');
  expect(await readout(page)).toBe(said);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  expect(errors).toEqual([]);
  await close();
});

test('the numbers written out add up to the number in the map', async () => {
  const { page, errors, close } = await playground.visit('?epochs=1&filters=4');
  const card = await cardOf(page);
  await stepButton(page).click();
  await stepped(page, 1);
  const written = card.getByTestId('written');
  const lines = () => written.locator('p').allTextContents();
  const close4 = (a: number, b: number) => expect(Math.abs(a - b)).toBeLessThan(0.002);
  const open = async (stage: Stage) => {
    await pointAt(page, `strip-${stage}`, 0.4, 0.4, 'click');
    await expect.poll(() => levelOf(page)).toBe('layer');
    await page.locator('[data-maps=layer]').focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => levelOf(page)).toBe('number');
    await page.mouse.move(5, 300);
  };

  await open('conv1');
  const [rows, relu] = (await lines()).map(numbersIn);
  expect(rows.length).toBe(6);
  close4(
    rows.slice(0, 5).reduce((sum, row) => sum + row, 0),
    rows[5],
  );
  close4(Math.max(0, rows[5]), relu.at(-1)!);
  const [sum, value] = numbersIn(await readout(page));
  close4(sum, rows[5]);
  close4(value, relu.at(-1)!);

  await open('pool1');
  const four = (await written.locator('.net-cells span').allTextContents()).map((text) => Number(text));
  expect(four.length).toBe(4);
  expect(Math.abs(Math.max(...four) - numbersIn(await readout(page))[0])).toBeLessThan(0.011);

  await open('conv2');
  const parts = (await card.getByTestId('part').allTextContents()).flatMap(numbersIn);
  expect(parts.length).toBe(4);
  const [all, bias, total] = numbersIn((await lines())[0]);
  close4(
    parts.reduce((whole, part) => whole + part, 0),
    all,
  );
  close4(all + bias, total);
  close4(total, numbersIn(await readout(page))[0]);

  // A class: sixteen maps, the bias, and softmax, whose share is that of the bar.
  await card.locator('.bars button').nth(2).click();
  await card.locator('.net-table button').nth(2).click();
  await card.getByRole('heading', { name: 'Class 2' }).waitFor();
  const shares = (await card.getByTestId('part').allTextContents()).flatMap(numbersIn);
  expect(shares.length).toBe(16);
  const [whole, itsBias, logit] = numbersIn((await lines())[0]);
  close4(
    shares.reduce((rest, part) => rest + part, 0),
    whole,
  );
  close4(whole + itsBias, logit);
  const [power, powers, share] = numbersIn((await lines())[2]);
  close4(power / powers, share);
  expect((await sharesOf(page))[2]).toBe(`${(100 * share).toFixed(1)}%`);
  expect(errors).toEqual([]);
  await close();
});

test('“Take it apart” fills the convolution card with this filter, this image and this place', async () => {
  const { page, errors, close } = await playground.visit('?epochs=1&filters=4');
  const card = await cardOf(page);
  await page.locator('input[name=draw-example]').nth(8).check();
  await page.locator('[data-maps=strip-conv1]').focus();
  for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Enter');
  await expect.poll(() => levelOf(page)).toBe('layer');
  await page.keyboard.press('Enter');
  await card.getByRole('heading', { name: 'Map 0, row 10, column 13' }).waitFor();
  const [sum, value] = numbersIn(await readout(page));
  const weights = await card.locator('.net-matrix', { hasText: 'Filter 0' }).locator('span').allTextContents();
  await card.getByRole('button', { name: 'Take it apart' }).click();
  const lab = page.locator('#convolution');
  await lab.getByRole('heading', { name: 'At row 10, column 13' }).waitFor();
  const shown = numbersIn(await lab.locator('.total strong').textContent())[0];
  expect(Math.abs(shown - sum)).toBeLessThan(1e-4);
  const rectified = /[\d.]+$/.exec((await lab.locator('.rectified').textContent())!)![0];
  expect(Math.abs(Number(rectified) - value)).toBeLessThan(1e-4);
  expect(await lab.locator('.matrix.weights .matrix-cell').allTextContents()).toEqual(weights);
  expect(await lab.locator('.board figcaption').allTextContents()).toEqual(['Image 28 × 28', 'Result 24 × 24']);
  // It is brought into view: the window stands on the board.
  await expect
    .poll(() =>
      lab.locator('.boards').evaluate((boards) => {
        const { top, bottom } = boards.getBoundingClientRect();
        return top > 0 && bottom < innerHeight;
      }),
    )
    .toBe(true);
  expect(errors).toEqual([]);
  await close();
});

describe.each([
  ['light', 1280, 'en-GB'],
  ['dark', 390, 'zh-CN'],
] as const)('the %s page, %d pixels wide', (theme, width, language) => {
  test('axe-core finds nothing in any level, and nothing scrolls sideways', async () => {
    const dark = theme === 'dark';
    const { page, errors, close } = await playground.visit('?epochs=1&filters=3', { width, dark, language });
    const card = await cardOf(page);
    expect(await violations(page, '#network')).toEqual([]);
    for (let stage = 0; stage < 6; stage++) {
      await card.locator('.net-name').nth(stage).click();
      await expect.poll(() => levelOf(page)).toBe('layer');
      expect(await violations(page, '#network'), `layer ${stage}`).toEqual([]);
      if (stage === 5) await card.locator('.net-table button').first().click();
      else {
        await expect.poll(() => focused(page)).toBe('layer');
        await page.keyboard.press('Enter');
      }
      await expect.poll(() => levelOf(page)).toBe('number');
      expect(await violations(page, '#network'), `number of layer ${stage}`).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    }
    expect(await card.locator(':is(button, input):not([title], [title] *)').count()).toBe(0);
    expect(errors).toEqual([]);
    await close();
  });
});
