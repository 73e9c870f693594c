import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadMnist } from '../../datasets/index.js';
import { batchOf, takeStep } from '../../examples/playground/src/one-step/step.js';
import { DEFAULTS } from '../../examples/playground/src/state/settings.js';
import { networkOf } from '../../examples/playground/src/worker/job.js';
import { weightsOf } from '../../examples/playground/src/worker/weights.js';
import { seriousViolations } from './axe.js';
import { openPlayground, type Playground, settled } from './playground-page.js';
import { heading, next, phase } from './story-page.js';

let playground: Playground;
beforeAll(async () => {
  playground = await openPlayground();
});
afterAll(() => playground.close());

/** Where the window of the convolution stands. */
const where = (page: Page) => page.locator('#convolution .sum h3').textContent();
/** What a board of the convolution shows: the image, or the result. */
const picture = (page: Page, board: 0 | 1) =>
  page
    .locator('#convolution .sheet canvas')
    .nth(board)
    .evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());

test('nothing has to be done: Next leads through the story, Back too, and it goes on where it was closed', async () => {
  const { page, errors, close } = await playground.visit('?epochs=1&filters=3', { until: '#story-opener' });
  await page.locator('#story-opener').click();
  const titles: string[] = [];
  for (let step = 0; step < 10; step++) {
    await expect.poll(() => page.locator('.story-head').textContent()).toContain(`Step ${step + 1} of 10`);
    titles.push((await heading(page).textContent())!);
    expect(await phase(page)).toBe('ask');
    await next(page).click();
    await expect.poll(() => phase(page)).toBe('do');
    if (step < 9) await next(page).click();
  }
  expect(new Set(titles).size).toBe(10);
  const back = page.locator('.story-foot button').first();
  await back.click();
  await expect.poll(() => heading(page).textContent()).toBe(titles[8]);
  await page.locator('.story-head button').click();
  await expect.poll(() => page.locator('.story').count()).toBe(0);
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('story-opener');
  await page.locator('#story-opener').click();
  await expect.poll(() => heading(page).textContent()).toBe(titles[8]);
  // After a visit in which it was closed, it does not invite any more.
  await page.reload();
  await page.locator('button.story-opener').waitFor();
  expect(errors).toEqual([]);
  await close();
});

test('by keyboard alone: the focus goes to the heading, to the thing, and back when it is done; Escape closes', async () => {
  const { page, errors, close } = await playground.visit('?epochs=1&filters=3', { width: 1280, height: 800 });
  const focused = () => page.evaluate(() => document.activeElement?.textContent ?? '');
  await page.locator('#story-opener').focus();
  await page.keyboard.press('Enter');
  await expect.poll(focused).toBe('An image is numbers');
  await page.locator('.story-foot button').nth(1).focus();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab'); // From what is asked to the way there,
  await page.keyboard.press('Tab'); // to Back, which leads nowhere yet, or to Next.
  await page.locator('.story button.on').focus();
  await page.keyboard.press('Enter');
  await expect.poll(focused).toBe('A filter slides over it');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter'); // The second answer, which is right.
  await expect.poll(() => page.locator('.story-do').textContent()).toContain('Right.');
  expect(await focused()).toContain('Press Play.');
  await page.keyboard.press('Tab');
  expect(await focused()).toBe('Show me');
  await page.keyboard.press('Enter');
  await expect.poll(focused).toBe('Play');
  await page.keyboard.press('Enter');
  await expect.poll(() => phase(page)).toBe('seen');
  await expect.poll(focused).toBe('A filter slides over it');
  await page.keyboard.press('Escape');
  await expect.poll(() => page.locator('.story').count()).toBe(0);
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('story-opener');
  expect(errors).toEqual([]);
  await close();
});

test('the answer is played after the guess, not before; and the image of the first step stands alone', async () => {
  const { page, errors, close } = await playground.visit('?epochs=1&filters=3');
  const image = () => picture(page, 0);
  await page.locator('#story-opener').click();
  await expect.poll(() => heading(page).textContent()).toBe('An image is numbers');
  await page.locator('#convolution .control.play').waitFor();
  const alone = await image();
  await page.keyboard.press('Escape');
  await expect.poll(image).not.toBe(alone); // With the window on it.
  await page.locator('#story-opener').click();
  await expect.poll(image).toBe(alone);

  for (let i = 0; i < 4; i++) await next(page).click();
  await expect.poll(() => heading(page).textContent()).toBe('This one finds edges');
  await expect.poll(() => page.locator('#convolution .board figcaption').first().textContent()).toContain('28');
  expect(await where(page)).toBe('At row 1, column 1');
  expect(await page.locator('#convolution .control.pause').count()).toBe(0);
  await page.locator('.story-answers button').nth(1).click();
  await page.locator('#convolution .control.pause').waitFor();
  await expect.poll(() => where(page)).toBe('At row 26, column 26');
  expect(errors).toEqual([]);
  await close();
});

test('who wants no motion gets the third step’s result whole, and a step of learning at once', async () => {
  const { page, errors, close } = await playground.visit('?epochs=1&filters=3');
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.locator('#story-opener').click();
  await expect.poll(() => heading(page).textContent()).toBe('An image is numbers');
  for (let i = 0; i < 4; i++) await next(page).click();
  await expect.poll(() => heading(page).textContent()).toBe('This one finds edges');
  await expect.poll(() => page.locator('#convolution .board figcaption').first().textContent()).toContain('28');
  const empty = await picture(page, 1);
  await next(page).click();
  await expect.poll(() => picture(page, 1)).not.toBe(empty);
  await page.locator('#convolution .control.play').waitFor();
  expect(await page.locator('#convolution .control.pause').count()).toBe(0);
  for (let i = 0; i < 5; i++) await next(page).click();
  await page.locator('#one-step .act button').first().waitFor();
  // In the page itself, so that no busy machine is late: the last of the three pictures, and none before it alone.
  const beats = await page.evaluate(async () => {
    const newest = new Set<number>();
    document.querySelector<HTMLButtonElement>('#one-step .act button')?.click();
    while (!document.querySelector('#one-step .equation')) {
      await new Promise(requestAnimationFrame);
      newest.add(Array.from(document.querySelectorAll('#one-step .beats li')).findIndex((li) => li.matches('.here')));
    }
    return [...newest];
  });
  expect(beats.filter((beat) => beat >= 0)).toEqual([2]);
  expect(errors).toEqual([]);
  await close();
});

test('the step taken apart is plain gradient descent on a copy: its numbers add up, and are those of Node', async () => {
  const { train, heldOut } = await loadMnist({ seed: 0 });
  expect(train.length).toBeGreaterThan(heldOut.length);
  const model = networkOf(DEFAULTS);
  const inNode = takeStep(networkOf(DEFAULTS), weightsOf(model), batchOf(heldOut, 64), DEFAULTS.lr);

  const { page, errors, close } = await playground.visit();
  await settled(page);
  const card = page.locator('#one-step');
  const outcome = () => page.getByTestId('one-step-outcome').textContent();
  await page.evaluate(() => document.getElementById('one-step')?.scrollIntoView());
  const go = card.locator('.act button').first();
  await go.waitFor();
  await expect.poll(() => card.locator('.beats').textContent()).toContain(inNode.judgedBefore.loss.toFixed(4));
  await go.click();
  const [before, after] = [inNode.judgedBefore.loss, inNode.judgedAfter.loss].map((loss) => loss.toFixed(4));
  await expect.poll(outcome).toBe(`The loss on these digits fell from ${before} to ${after}.`);

  await card.locator('.all-numbers summary').click();
  const rows = await card
    .locator('.all-numbers tbody tr')
    .evaluateAll((found) =>
      found.map((row) => Array.from(row.querySelectorAll('td'), (cell) => Number(cell.textContent?.replace('−', '-')))),
    );
  expect(rows).toHaveLength(25);
  for (const [i, [was, gradient, change, is]] of rows.entries()) {
    expect(Math.abs(change + DEFAULTS.lr * gradient)).toBeLessThan(1e-6);
    expect(Math.abs(is - (was + change))).toBeLessThan(2e-6);
    expect(was).toBeCloseTo(inNode.before[i], 5);
    expect(gradient).toBeCloseTo(inNode.gradient[i], 5);
  }
  // The weight that is written out is one of them.
  await card.locator('input[name=one-step-weight]').nth(7).check();
  const terms = await page.getByTestId('one-step-equation').locator('b').allTextContents();
  expect(terms.map((term) => Number(term.replace('−', '-').replace(/[()]/g, '')))).toEqual([
    rows[7][0],
    DEFAULTS.lr,
    rows[7][1],
    rows[7][3],
  ]);

  // The copy goes on from there; with too long a step it goes astray; and the page's network has stayed as it was.
  await go.click();
  await expect.poll(outcome).toMatch(new RegExp(`^The loss on these digits fell from ${after} to`));
  await card.locator('input[name=one-step-rate][value="5"]').check();
  await go.click();
  await expect.poll(outcome).toContain('rose');
  await card.locator('.act button').nth(1).click();
  await expect.poll(() => card.locator('.beats').textContent()).toContain(before);
  expect(errors).toEqual([]);
  await close();
});

test.each([
  ['?kernel=7&filters=32', 49],
  ['?kernel=3&filters=1', 9],
])('a step of any network is taken apart, and trains none: %s', async (query, weights) => {
  const { page, errors, close } = await playground.visit(query);
  await page.evaluate(() => document.getElementById('one-step')?.scrollIntoView());
  const go = page.locator('#one-step .act button').first();
  await go.waitFor();
  const pictures = () =>
    page.evaluate(() =>
      Array.from(document.querySelectorAll<HTMLCanvasElement>('.filter-grid .now canvas'), (canvas) =>
        canvas.toDataURL(),
      ),
    );
  const untrained = await pictures();
  await go.click();
  await expect.poll(() => page.locator('#one-step .all-numbers tr').count()).toBe(weights + 1);
  expect(await page.getByTestId('one-step-outcome').textContent()).toMatch(/fell from/);
  expect(await page.locator('#one-step .arrows > g').count()).toBe(weights);
  expect(await page.getByTestId('step').textContent()).toBe('0');
  expect(await pictures()).toEqual(untrained);
  expect(errors).toEqual([]);
  await close();
});

test.each(['light', 'dark'])('axe-core finds nothing serious in the story, %s', async (theme) => {
  const { page, errors, close } = await playground.visit('?epochs=1&filters=3', { dark: theme === 'dark' });
  await page.locator('#story-opener').click();
  await expect.poll(() => heading(page).textContent()).toBe('An image is numbers');
  expect(await seriousViolations(page, '.story', '#one-step')).toEqual([]);
  await page.locator('.story-answers button').first().click();
  expect(await seriousViolations(page, '.story', '#one-step')).toEqual([]);
  for (let i = 0; i < 9; i++) await next(page).click();
  await page.locator('.story-answers button').first().click();
  await page.locator('#one-step .act button').first().click();
  await expect.poll(() => phase(page)).toBe('seen');
  expect(await seriousViolations(page, '.story', '#one-step')).toEqual([]);
  expect(errors).toEqual([]);
  await close();
});
