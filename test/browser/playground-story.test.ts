import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadMnist } from '../../datasets/index.js';
import { batchOf, takeStep } from '../../examples/playground/src/one-step/step.js';
import { DEFAULTS } from '../../examples/playground/src/state/settings.js';
import { ACTS } from '../../examples/playground/src/story/acts.js';
import { networkOf } from '../../examples/playground/src/worker/job.js';
import { weightsOf } from '../../examples/playground/src/worker/weights.js';
import { seriousViolations } from './axe.js';
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

const next = (page: Page) => page.locator('.story button.on');
const heading = (page: Page) => page.locator('.story h2');
const phase = (page: Page) => page.locator('.story').getAttribute('data-phase');
/** Where the window of the convolution stands. */
const where = (page: Page) => page.locator('#convolution .sum h3').textContent();
/** What a board of the convolution shows: the image, or the result. */
const picture = (page: Page, board: 0 | 1) =>
  page
    .locator('#convolution .sheet canvas')
    .nth(board)
    .evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
const say = (page: Page) => page.locator('.story [aria-live]').textContent();

/** What each step asks for. */
const DEEDS: ((page: Page) => Promise<void>)[] = [
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
  (page) => page.locator('.bar button.primary').click(),
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

/** What else the text speaks of once that has been done. */
const REVEALED: Record<number, Record<string, string>> = {
  4: { maps: '#network .net-large' },
  7: { filters: '#layers .choose-stroke', sum: '#layers .stroke .pixels >> nth=0' },
};

const SIZES = [
  [1280, 800],
  [1920, 1080],
  [768, 1024],
  [390, 844],
];
const LANGUAGES = ['en-GB', 'zh-CN'];

test.each(SIZES.flatMap(([width, height]) => LANGUAGES.map((language) => ({ width, height, language }))))(
  'what each step of the story speaks of is seen, clear of bar and panel, at $width x $height, $language',
  async ({ width, height, language }) => {
    const { page, errors, close } = await playground.visit('?epochs=1', { width, height, language });
    await settled(page);
    await page.locator('#story-opener').click();
    for (const [step, told] of TOLD.entries()) {
      const seen = async (when: string, what: Record<string, string>) => {
        const hidden = async () => Object.entries(await shares(page, what)).filter(([, share]) => share < 0.9);
        const message = `step ${step + 1}, ${when}`;
        await expect.poll(hidden, { message, timeout: 20_000 }).toEqual([]);
        if (process.env.SHOTS)
          await page.screenshot({ path: `${process.env.SHOTS}/story-${width}-${language}-${step + 1}-${when}.png` });
      };
      await seen('ask', told);
      await page.locator('.story-answers button').first().click();
      await seen('do', told);
      await DEEDS[step](page);
      await expect.poll(() => phase(page), { timeout: 60_000 }).toBe('seen');
      await seen('seen', REVEALED[step + 1] ?? told);
      await next(page).click();
    }
    expect(errors).toEqual([]);
    await close();
  },
);

test('a reader who guesses and does what is asked is answered in each of the ten steps', async () => {
  const { page, errors, close } = await playground.visit('?epochs=2', { width: 1280, height: 800 });
  await settled(page);
  await page.locator('#story-opener').click();
  for (const [step, deed] of DEEDS.entries()) {
    const where = `step ${step + 1}`;
    await expect
      .poll(() => page.locator('.story-head').textContent(), { message: where })
      .toContain(`Step ${step + 1} of 10`);
    expect(await phase(page), where).toBe('ask');
    const told = await say(page);
    // Right in the steps of even numbers.
    const wrong = [0, 1, 2].find((answer) => answer !== ACTS[step].right)!;
    await page
      .locator('.story-answers button')
      .nth(step % 2 ? ACTS[step].right : wrong)
      .click();
    await expect
      .poll(() => page.locator('.story-do p').first().textContent())
      .toMatch(step % 2 ? /^Right\. \S/ : /^Not quite\. \S/);
    const hidden = async () => Object.entries(await shares(page, TOLD[step])).filter(([, share]) => share < 0.9);
    await expect.poll(hidden, { message: where, timeout: 15_000 }).toEqual([]);
    expect(await phase(page), where).toBe('do');
    await deed(page);
    await expect.poll(() => phase(page), { message: where, timeout: 60_000 }).toBe('seen');
    const answer = await say(page);
    expect(answer, where).toMatch(/\S/);
    expect(answer, where).not.toBe(told);
    if (step === 4) expect(answer).toMatch(/^After \d+ batches \d+\.\d% of digits/);
    if (step === 5) expect(answer).toMatch(/^The loss fell from \d\.\d{4} to \d\.\d{4}\./);
    if (step === 8) expect(answer).toMatch(/^0\.\d\d before training, 0\.\d\d now: (not )?above both bands/);
    if (step === 9) expect(answer).toMatch(/^It takes this for a \d \(\d+\.\d%\)/);
    await next(page).click();
  }
  await expect.poll(() => page.locator('.story').count()).toBe(0);
  expect(errors).toEqual([]);
  await close();
});

test('nothing has to be done: Next leads through the story, Back too, and it goes on where it was closed', async () => {
  const { page, errors, close } = await playground.visit('?epochs=1&filters=3', { until: '#story-opener' });
  await page.locator('#story-opener').click();
  const titles: string[] = [];
  for (let step = 0; step < 10; step++) {
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
  await expect.poll(() => phase(page), { timeout: 30_000 }).toBe('seen');
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
  await expect.poll(() => where(page), { timeout: 20_000 }).toBe('At row 26, column 26');
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
  await page.locator('#one-step .act button').first().click();
  await page.locator('#one-step .equation').waitFor({ timeout: 800 });
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
