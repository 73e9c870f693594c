import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Question } from '../../examples/playground/src/animals/sizes.js';
import { learnedFor, networkFor, trainFor } from '../../examples/playground/src/animals/study.js';
import { weightHash } from '../../src/index.js';
import { violations } from './axe.js';
import { atRest, kill, openPlayground, type Playground, POLICY } from './playground-page.js';

let playground: Playground;
beforeAll(async () => {
  playground = await openPlayground();
});
afterAll(() => playground.close());

const card = (page: Page) => page.locator('#animals');
const trainButton = (page: Page) => card(page).locator('button.primary');
const resetButton = (page: Page) => trainButton(page).locator('xpath=following-sibling::button');
const step = (page: Page) => page.getByTestId('animals-step').textContent();
const finished = (page: Page) => page.getByTestId('animals-hash').textContent();
const squares = (page: Page) => card(page).locator('.part-filters label');
const alert = (page: Page) => card(page).locator('[role=alert]');
const ask = (page: Page, question: Question) => card(page).locator(`input[value=${question}]`).check();
const charts = (page: Page) =>
  card(page)
    .locator('.count-chart svg')
    .evaluateAll((all) => all.map((each) => each.getAttribute('aria-label')));
/** The workers that learn from animals, of which there is none while none learns. */
async function workers(page: Page): Promise<number> {
  const names = await Promise.all(page.workers().map((worker) => worker.evaluate(() => self.name).catch(() => '')));
  return names.filter((name) => name === 'animals').length;
}

/** Opens the page and goes to the card, which is loaded then. */
async function visit(query: string, options: Parameters<Playground['visit']>[1] = {}, host = playground) {
  const visited = await host.visit(query, options);
  await card(visited.page).scrollIntoViewIfNeeded();
  await trainButton(visited.page).scrollIntoViewIfNeeded();
  return visited;
}

async function hashInNode(question: Question, seed: number, learned: number, epochs: number): Promise<string> {
  const sizes = { learned, epochs };
  const model = networkFor(question, seed);
  await trainFor(question, seed, model, learnedFor(question, seed, sizes), sizes);
  return weightHash(model);
}

test('the first screen loads nothing of it; trained it has the weights that Node has, and so has its control', async () => {
  const asked: string[] = [];
  const { page, errors, close } = await playground.visit('?animals=130x2');
  page.on('request', (request) => asked.push(new URL(request.url()).pathname.replace(/.*\//, '')));
  expect(
    await page.evaluate(() =>
      performance
        .getEntriesByType('resource')
        .map(({ name }) => name)
        .join(),
    ),
  ).not.toMatch(/animals/);
  await card(page).scrollIntoViewIfNeeded();
  await trainButton(page).waitFor();
  expect(asked.filter((name) => name.startsWith('animals-trainer'))).toEqual([]);
  expect(await workers(page)).toBe(0);
  await trainButton(page).click();
  expect(await finished(page)).toBe(await hashInNode('animal', 0, 130, 2));
  await expect.poll(() => step(page)).toBe('6 / 6');
  await expect.poll(() => page.getByTestId('animals-accuracy').textContent()).toMatch(/^\d+\.\d% of 300$/);
  // Its worker ends with it, and gives its memory back.
  await expect.poll(() => workers(page)).toBe(0);
  expect(await charts(page)).toEqual([
    'Asked for the name. before training: 0 eye, 0 nose, 0 ear filters of 32; after batch 6: 0 eye, 0 nose, 0 ear filters of 32',
    'Control: asked for the nose only. not trained yet',
  ]);

  await ask(page, 'nose');
  await expect.poll(() => squares(page).count()).toBe(0);
  await trainButton(page).click();
  expect(await finished(page)).toBe(await hashInNode('nose', 0, 130, 2));
  expect((await charts(page))[1]).toMatch(/^Control.*after batch 6: 0 eye, \d nose, 0 ear/);
  // What the other one found is still there; another seed gives other weights.
  await ask(page, 'animal');
  await expect.poll(() => squares(page).count()).toBe(32);
  const first = await finished(page);
  await trainButton(page).getByText('Train with seed 1').click();
  await expect.poll(() => page.getByTestId('animals-hash').count()).toBe(0);
  expect(await finished(page)).not.toBe(first);
  expect(errors).toEqual([]);
  await close();
});

test('pause, resume and reset work at once and change no weight; one of the two learns at a time', async () => {
  const { page, errors, close } = await visit('?animals=900x2&epochs=100');
  await trainButton(page).click();
  await expect.poll(() => step(page)).toMatch(/^[1-9]\d* \/ 30$/);
  // That the digits learn, too, is said as long as both do.
  expect(await card(page).locator('.notice').count()).toBe(0);
  await page.locator('.bar button.primary').click();
  await expect.poll(() => card(page).locator('.notice').textContent()).toContain('at the same time');
  await page.locator('.bar button.primary').click();
  await expect.poll(() => card(page).locator('.notice').count()).toBe(0);
  await trainButton(page).click();
  await expect.poll(() => trainButton(page).textContent()).toContain('Resume');
  // The batch under way is the last.
  const paused = await atRest(page, 'animals', () => step(page));
  expect(Number.parseInt(paused ?? '', 10)).toBeLessThan(30);
  await ask(page, 'nose');
  await trainButton(page).click();
  await expect.poll(() => step(page)).toMatch(/^[1-9]\d* \/ 30$/);
  await ask(page, 'animal');
  await trainButton(page).getByText('Resume').click();
  expect(await finished(page)).toBe(await hashInNode('animal', 0, 900, 2));
  await ask(page, 'nose');
  await expect.poll(() => trainButton(page).textContent()).toContain('Resume');
  expect(await workers(page)).toBe(1);
  await resetButton(page).click();
  await expect.poll(() => workers(page)).toBe(0);
  expect(await step(page)).toBe('0 / 30');
  await expect.poll(() => squares(page).count()).toBe(0);
  expect(errors).toEqual([]);
  await close();
});

test('filters and the truth about a face are reached by keyboard, and the untrained twin by one choice', async () => {
  const { page, errors, close } = await visit('?animals=128x1');
  const face = card(page).locator('.face').first();
  const picture = (of = face) => of.locator('canvas').evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
  const bare = await picture();
  expect(await face.innerText()).toMatch(/^\w+\s+(pointed|floppy|round) ears\s+a (button nose|snout)\s+/);
  // Cards above that have just been loaded may move it from under the pointer.
  const pointedAt = async (what: Locator) => {
    await what.hover();
    return picture();
  };
  await expect.poll(() => pointedAt(face)).not.toBe(bare);
  await expect.poll(() => pointedAt(trainButton(page))).toBe(bare);
  await face.focus();
  await page.keyboard.press('Enter');
  await expect.poll(() => face.getAttribute('aria-pressed')).toBe('true');
  await page.keyboard.press('Tab');
  // Pressed, it goes on showing them; the next one shows its own.
  expect(await picture()).not.toBe(bare);
  await expect.poll(() => card(page).locator('.face[data-shows=true]').count()).toBe(2);
  await card(page).getByLabel('Show the parts of all').check();
  await expect.poll(() => card(page).locator('.face[data-shows=true]').count()).toBe(12);
  await card(page).getByText('Draw others').click();
  await expect.poll(() => card(page).locator('.face').first().getAttribute('aria-pressed')).toBe('false');

  await trainButton(page).focus();
  await page.keyboard.press('Enter');
  await finished(page);
  await squares(page).first().locator('input').focus();
  await page.keyboard.press('ArrowRight');
  const detail = card(page).locator('.one-filter h4');
  await expect.poll(() => detail.textContent()).toMatch(/^Filter 1: /);
  await expect.poll(() => card(page).locator('.pieces li').count()).toBe(8);
  // Its frame, 20 pixels of 64, lies within the drawing.
  const outside = await card(page)
    .locator('.pieces div')
    .evaluateAll(
      (all) =>
        all
          .map((each) => {
            const [drawing, frame] = [each.querySelector('canvas'), each.querySelector('i')].map((one) =>
              one!.getBoundingClientRect(),
            );
            const share = (frame.width / drawing.width) * 64;
            return frame.bottom <= drawing.bottom + 1 && frame.right <= drawing.right + 1 && Math.abs(share - 20) < 0.5;
          })
          .filter((fits) => !fits).length,
    );
  expect(outside).toBe(0);
  const note = card(page).locator('.found .note');
  await expect.poll(() => note.allTextContents().then(String)).toContain('After batch 2.');
  await card(page).locator('input[name=animals-when]').last().focus();
  await page.keyboard.press('ArrowLeft');
  await expect.poll(() => note.allTextContents().then(String)).toContain('Before training: the untrained twin.');
  expect(errors).toEqual([]);
  await close();
});

test('a worker that is gone is said in the reader’s language, with the batch of what is shown, and begins again', async () => {
  const { page, close } = await visit('?animals=1500x3', { language: 'zh-CN' });
  await trainButton(page).click();
  await expect.poll(() => step(page)).toMatch(/^[1-9]/);
  await kill(page, 'animals');
  await expect
    .poll(() => alert(page).textContent())
    .toMatch(/^动物的训练已停止；显示的是(训练前|第 \d+ 批次后)的结果。工作线程不再响应/);
  await expect.poll(() => squares(page).count()).toBe(32);
  await alert(page).getByRole('button').click();
  await expect.poll(() => alert(page).count()).toBe(0);
  await expect.poll(() => step(page)).toMatch(/^[1-9]/);
  await close();
});

test('a program that is missing is said, and tried again', async () => {
  let missing = true;
  const host = await openPlayground({
    answer: (name) => (missing && name.startsWith('animals-trainer') ? { status: 404 } : null),
  });
  const { page, close } = await visit('?animals=128x1', {}, host);
  await trainButton(page).click();
  await expect.poll(() => alert(page).textContent()).toContain('program could not be loaded');
  expect(await alert(page).textContent()).toContain('The training on animals has stopped.');
  missing = false;
  await alert(page).getByRole('button').click();
  await finished(page);
  await expect.poll(() => alert(page).count()).toBe(0);
  await close();
  await host.close();
});

test('where plain loops compute, the card says why and how long that takes', async () => {
  const host = await openPlayground({ policy: POLICY.replace(" 'wasm-unsafe-eval'", '') });
  const { page, close } = await visit('?epochs=1&filters=1&animals=128x1', {}, host);
  await trainButton(page).click();
  await expect.poll(() => card(page).locator('.notice').textContent()).toMatch(/forbids WebAssembly.*ten minutes\.$/);
  await resetButton(page).click();
  await expect.poll(() => card(page).locator('.notice').count()).toBe(0);
  await close();
  await host.close();
});

test.each([
  ['light', 1280, 'en-GB'],
  ['dark', 390, 'zh-CN'],
] as const)(
  'axe-core finds nothing in the %s card, %d pixels wide, before and after training',
  async (theme, width, language) => {
    const { page, errors, close } = await visit('?animals=128x1', { width, dark: theme === 'dark', language });
    expect(await violations(page, '#animals')).toEqual([]);
    await trainButton(page).click();
    await finished(page);
    await squares(page).nth(3).locator('input').check();
    expect(await violations(page, '#animals')).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    // Whatever can be used says what it is for.
    const untold = await card(page)
      .locator('button, input')
      .evaluateAll((all) => all.filter((each) => !each.closest('[title]')).length);
    expect(untold).toBe(0);
    expect(errors).toEqual([]);
    await close();
  },
);
