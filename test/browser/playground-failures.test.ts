import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { test } from 'vitest';
import {
  type Answer,
  BUILT,
  comeTo,
  hash,
  kill,
  openPlayground,
  POLICY,
  resetButton,
  settled,
  stepButton,
  trainButton,
  trainInNode,
  visibleShare,
} from './playground-page.js';

// Side by side: each has a host of its own, and waits for what is gone to be noticed.

const alert = (page: Page) => page.locator('.bar [role=alert]');
const accuracy = (page: Page) => page.getByTestId('accuracy').textContent();
const mend = (page: Page) => alert(page).getByRole('button').click();

/** A page whose host answers requests for files of this name otherwise, until `heal` is called; `asked` counts them. */
async function visitFailing(names: RegExp, instead: (anew: boolean) => Answer | null, language = 'en-GB') {
  const state = { asked: 0, healed: false };
  const answer = (name: string, anew: boolean) => {
    if (!names.test(name) || state.healed) return null;
    state.asked++;
    return instead(anew);
  };
  const playground = await openPlayground({ answer });
  const visit = await playground.visit('?epochs=1&filters=2', { until: '.bar', language });
  return {
    ...visit,
    state,
    async close() {
      await visit.close();
      await playground.close();
    },
  };
}

test.concurrent('digits that cannot be downloaded are said, and one button mends all that waits for them', async ({
  expect,
}) => {
  const { page, state, close } = await visitFailing(/^digits/, () => ({ status: 503 }));
  await expect.poll(() => alert(page).textContent()).toContain('No training can begin. Accuracy');
  await expect.poll(() => alert(page).textContent()).toMatch(/could not be downloaded \(HTTP 503\)\.\s*Try again/);
  // Nothing goes on as if it were still to come.
  expect(await page.locator('main').textContent()).not.toMatch(/Loading|Drawing 80,000|Computing/);
  state.healed = true;
  await mend(page);
  await settled(page);
  await expect.poll(() => alert(page).count()).toBe(0);
  await page.locator('#network').scrollIntoViewIfNeeded();
  await expect.poll(() => page.locator('input[name=draw-example]').count()).toBe(10);
  await expect.poll(() => accuracy(page)).toMatch(/^\d+\.\d%$/);
  await close();
});

test.concurrent('a download that fails once is tried again without a word; what is no file of digits is said', async ({
  expect,
}) => {
  const once = await visitFailing(/^digits/, (anew) => (anew ? null : { status: 503 }));
  await settled(once.page);
  expect(once.state.asked).toBe(4); // Twice by the worker that trains, and twice by the one that measures.
  await expect.poll(() => alert(once.page).count()).toBe(0);
  await once.close();

  const damaged = await visitFailing(/^digits/, () => ({ content: Buffer.from('<html>Not found</html>') }), 'zh-CN');
  await expect.poll(() => alert(damaged.page).textContent()).toContain('数字文件 digits.bin 已损坏');
  damaged.state.healed = true;
  await mend(damaged.page);
  await settled(damaged.page);
  await damaged.close();
});

test.concurrent('without the worker that measures no figure of other weights is shown, and the training is not lost', async ({
  expect,
}) => {
  const playground = await openPlayground();
  const { page, close } = await playground.visit('?epochs=1&filters=3');
  await settled(page);
  const untrained = await accuracy(page);
  await kill(page, 'measurer');
  await page.getByLabel('Slow', { exact: true }).check();
  // Nobody knows yet that it is gone: the figure says what it is of. In the page itself, so that no busy machine is late.
  await page.evaluate(async (said) => {
    document.querySelector<HTMLButtonElement>('.bar button.primary')?.click();
    const textOf = (selector: string) => document.querySelector(selector)?.textContent ?? '';
    while (!(Number(textOf('[data-testid=step]')) > 2 && textOf('.standing').includes(said))) {
      await new Promise(requestAnimationFrame);
    }
  }, `Accuracy after 0${untrained}`);
  await page.getByLabel('Full', { exact: true }).check();
  const trained = await hash(page);
  await expect.poll(() => alert(page).textContent()).toContain('likeness to edges cannot be measured');
  await expect.poll(() => alert(page).textContent()).toContain('does not answer');
  expect(await accuracy(page)).toBe('–');
  await expect.poll(() => page.getByTestId('verdict').count()).toBe(0);
  await expect.poll(() => page.getByTestId('r2ori').count()).toBe(0);
  await expect.poll(() => page.locator('.filter-label .fit').count()).toBe(0);
  await expect
    .poll(() => page.locator('.timeline .reading').textContent())
    .toBe('after 141 batches: held-out accuracy –, loss –');
  const progress = page.locator('#progress');
  await expect.poll(() => progress.textContent()).toContain('Not available');
  expect(await progress.textContent()).not.toContain('digits are wrong');
  await expect.poll(() => page.locator('.confusion, .mistakes').count()).toBe(0);
  await expect.poll(() => page.locator('.likeness').count()).toBe(0);

  await mend(page);
  await expect.poll(async () => Number.parseFloat((await accuracy(page)) ?? '')).toBeGreaterThan(80);
  const wrong = 1000 - 10 * Number.parseFloat((await accuracy(page)) ?? '');
  await expect.poll(() => progress.textContent()).toContain(`After 141 batches.`);
  await expect.poll(() => progress.textContent()).toContain(`${Math.round(wrong)} of 1000 held-out digits are wrong`);
  await expect.poll(() => alert(page).count()).toBe(0);
  expect(await hash(page)).toBe(trained);
  await close();
  await playground.close();
});

test.concurrent('a card that nobody sees has the weights of now, too', async ({ expect }) => {
  const playground = await openPlayground();
  const { page, errors, close } = await playground.visit('?epochs=1&filters=2');
  await settled(page);
  const weights = page.getByTestId('weights').locator('td');
  const inspected = () => weights.evaluateAll((cells) => cells.map((cell) => Number(cell.getAttribute('title'))));
  await comeTo(page, '#inspector');
  await expect.poll(inspected).toHaveLength(25);
  await page.locator('.exciting li').first().waitFor();
  await page.evaluate(() => scrollTo(0, 0));
  await trainButton(page).click();
  await hash(page);
  const model = await trainInNode({ epochs: 1, filters: 2 });
  const conv1 = model.stateDict()['conv1.weight'].data.subarray(0, 25);
  await expect.poll(inspected).toEqual(Array.from(conv1, (value) => Number(value.toPrecision(6))));
  await expect.poll(() => page.locator('#inspector').textContent()).toContain('The filters after 141 batches.');
  // What takes a worker to know is not kept from before, and asked for when it is looked at.
  await expect.poll(() => page.locator('.exciting li').count()).toBe(0);
  await comeTo(page, '#inspector');
  await page.locator('.exciting li').first().waitFor();
  expect(errors).toEqual([]);
  await close();
  await playground.close();
});

test.concurrent('a worker that trains, or inspects, and is gone is noticed, said and replaced', async ({ expect }) => {
  const playground = await openPlayground();
  const { page, close } = await playground.visit('?epochs=1&filters=3');
  await page.getByLabel('Slow', { exact: true }).check();
  await trainButton(page).click();
  await page.waitForFunction(() => Number(document.querySelector('[data-testid=step]')?.textContent) > 2);
  await kill(page, 'trainer');
  await expect.poll(() => alert(page).textContent()).toMatch(/^The training has stopped\. .* does not answer/);
  await mend(page);
  await expect.poll(() => page.getByTestId('step').textContent()).toBe('0');
  await page.getByLabel('Full', { exact: true }).check();
  await trainButton(page).click();
  await hash(page);

  const inspector = page.locator('#inspector');
  await comeTo(page, '#inspector');
  await inspector.locator('.exciting li').first().waitFor();
  await kill(page, 'inspector');
  await expect.poll(() => alert(page).textContent()).toContain('The filter cannot be inspected.');
  await mend(page);
  await inspector.getByRole('button', { name: 'Ablate it' }).click();
  await inspector.getByTestId('changes').locator('li').waitFor();
  await expect.poll(() => alert(page).count()).toBe(0);
  await close();
  await playground.close();
});

/** Takes WebAssembly from the page and from its workers, whichever of their files runs first. */
function withoutWasm(name: string): Answer | null {
  if (!name.endsWith('.js')) return null;
  return {
    content: Buffer.concat([Buffer.from('delete globalThis.WebAssembly;'), readFileSync(join(BUILT, 'assets', name))]),
  };
}

test.concurrent.for<[string, string, Parameters<typeof openPlayground>[0]]>([
  ['without WebAssembly', 'has no WebAssembly', { answer: withoutWasm }],
  ['whose policy forbids it', 'host forbids WebAssembly', { policy: POLICY.replace(" 'wasm-unsafe-eval'", '') }],
])('a page %s trains by plain loops, and says so', async ([, reason, options], { expect }) => {
  const playground = await openPlayground(options);
  const { page, close } = await playground.visit('?epochs=1&filters=1');
  const notice = page.locator('main > .notice');
  await expect.poll(() => notice.textContent()).toContain(reason);
  await expect.poll(() => notice.textContent()).toContain('plain loops');
  expect((await notice.boundingBox())!.y).toBeLessThan(900); // At the top.
  await settled(page);
  const before = await accuracy(page);
  await stepButton(page).click();
  await expect.poll(() => page.getByTestId('step').textContent()).toBe('1');
  await expect.poll(() => accuracy(page)).toMatch(/^\d+\.\d%$/);
  expect(await accuracy(page)).not.toBe(before);
  await expect.poll(() => page.locator('.engine').textContent()).toContain('the same');
  await expect.poll(() => alert(page).count()).toBe(0);
  await close();
  await playground.close();
});

test.concurrent('without workers the page says so, and takes convolutions apart', async ({ expect }) => {
  const playground = await openPlayground();
  const { page, errors, close } = await playground.visit('', { until: '.bar', before: 'delete window.Worker' });
  await expect.poll(() => alert(page).textContent()).toContain('gives the page no workers');
  await expect.poll(() => alert(page).getByRole('button').count()).toBe(0); // It would not help.
  expect(await trainButton(page).isDisabled()).toBe(true);
  const lab = page.locator('#convolution');
  await lab.locator('.sheet').last().focus();
  await page.keyboard.press('End');
  await expect.poll(() => lab.locator('.total strong').textContent()).toBe('450');
  await page.getByLabel('中文', { exact: true }).check();
  await expect.poll(() => alert(page).textContent()).toContain('没有给页面提供工作线程');
  expect(errors).toEqual([]);
  await close();
  await playground.close();
});

test.concurrent('a worker’s program that is missing, or not allowed, is told from one that has died', async ({
  expect,
}) => {
  const { page, state, close } = await visitFailing(/^worker-/, () => ({ status: 404 }));
  await expect.poll(() => alert(page).textContent()).toContain('program could not be loaded');
  expect(await alert(page).textContent()).not.toContain('memory');
  state.healed = true;
  await mend(page);
  await settled(page);
  await close();

  const playground = await openPlayground({ policy: `${POLICY}; worker-src 'none'` });
  const forbidden = await playground.visit('', { until: '.bar' });
  await expect.poll(() => alert(forbidden.page).textContent()).toContain('a policy of the host forbids workers');
  await forbidden.close();
  await playground.close();
});

test.concurrent('a language that cannot be loaded is said, and the page stays in the one that it has', async ({
  expect,
}) => {
  const { page, state, close } = await visitFailing(/^zh-/, () => ({ status: 404 }));
  const chinese = page.getByLabel('中文', { exact: true });
  await chinese.click();
  await expect.poll(() => page.locator('header [role=alert]').textContent()).toMatch(/“中文” could not be loaded/);
  expect(await page.getByLabel('EN', { exact: true }).isChecked()).toBe(true);
  expect(await trainButton(page).textContent()).toContain('Train');
  state.healed = true;
  await chinese.click();
  await expect.poll(() => trainButton(page).textContent()).toContain('开始训练');
  await expect.poll(() => page.locator('header [role=alert]').count()).toBe(0);
  await close();

  // Those who come with it get the other.
  const spoken = await visitFailing(/^zh-/, () => ({ status: 404 }), 'zh-CN');
  await expect.poll(() => trainButton(spoken.page).textContent()).toContain('Train');
  await expect.poll(() => spoken.page.locator('html').getAttribute('lang')).toBe('en');
  await spoken.page.locator('header [role=alert]').waitFor();
  await spoken.close();
});

test.concurrent('without scripts, and without the page’s own, it is said in both languages why nothing is there', async ({
  expect,
}) => {
  const playground = await openPlayground({ answer: (name) => (/^index-.*js$/.test(name) ? { status: 404 } : null) });
  const unscripted = await playground.visit('', { scripts: false, until: 'body' });
  const told = unscripted.page.locator('.unscripted');
  await told.waitFor();
  await expect.poll(() => told.textContent()).toMatch(/it needs JavaScript.*需要 JavaScript/s);
  expect(await unscripted.page.locator('.unstarted').isVisible()).toBe(false);
  await unscripted.close();

  const { page, close } = await playground.visit('', { until: 'body' });
  // Nobody is told so who has waited for a moment: by the clock of what makes it appear, for a busy machine may be late.
  const opacities = await page.locator('.unstarted').evaluate((element) => {
    const [appearing] = element.getAnimations();
    return [0, 3900, 4000].map((time) => {
      appearing.currentTime = time;
      return getComputedStyle(element).opacity;
    });
  });
  expect(opacities).toEqual(['0', '0', '1']);
  await expect.poll(() => page.locator('.unstarted').textContent()).toMatch(/has not started.*尚未启动/s);
  await close();
  await playground.close();
});

test.concurrent('a training that taught nothing says so, and one that diverged says it in the reader’s language', async ({
  expect,
}) => {
  const playground = await openPlayground();
  const outcome = (page: Page) => page.locator('.outcome');
  for (const [query, language, said] of [
    ['?lr=1&epochs=1', 'en-GB', /not learned: it names \d+\.\d% of the digits right.* rate is probably too large/],
    ['?lr=0.00001&epochs=1&filters=2', 'zh-CN', /没有学会：只认对了 \d+\.\d% .*学习率很可能太小/],
    ['?lr=1&epochs=1&condition=shuffled', 'en-GB', /not learned: it names \d+\.\d% of the digits right/],
    ['?epochs=1&filters=2', 'en-GB', /^$/],
    ['?epochs=1&condition=shuffled', 'en-GB', /^$/],
    ['?epochs=1&filters=2&condition=untrained', 'en-GB', /^$/],
  ] as const) {
    const { page, errors, close } = await playground.visit(query, { language });
    await trainButton(page).click();
    await hash(page);
    await expect.poll(() => accuracy(page)).toMatch(/^\d+\.\d%$/);
    expect(await outcome(page).textContent(), query).toMatch(said);
    expect(errors).toEqual([]);
    await close();
  }

  const { page, close } = await playground.visit('?lr=1&epochs=1&filters=3&batch=1&init=he', { language: 'zh-CN' });
  await trainButton(page).click();
  await expect
    .poll(() => alert(page).textContent())
    .toMatch(/训练已停止。在第 \d+ 个批次，损失不再是一个数.*比 1 更小/);
  expect(await alert(page).textContent()).not.toMatch(/[a-z]/); // No English, and no options that the page has not.
  await close();
  await playground.close();
});

test.concurrent('on a phone what has failed, and what was not learned, is seen wherever one has scrolled', async ({
  expect,
}) => {
  const playground = await openPlayground();
  const { page, close } = await playground.visit('?lr=1&epochs=1&filters=2', { width: 390, height: 844 });
  await trainButton(page).click();
  await page.locator('.outcome p').waitFor();
  await comeTo(page, '#progress');
  await expect.poll(() => visibleShare(page, '.outcome p')).toBeGreaterThan(0.9);
  await resetButton(page).click();
  await expect.poll(() => page.getByTestId('step').textContent()).toBe('0');
  await kill(page, 'trainer');
  await alert(page).waitFor();
  await expect.poll(() => visibleShare(page, '.bar [role=alert]')).toBeGreaterThan(0.9);
  await expect.poll(() => visibleShare(page, '.bar button.primary')).toBeGreaterThan(0.9);
  await close();
  await playground.close();
});

test.concurrent('what the address asks for and cannot be is told at the top, in both languages', async ({ expect }) => {
  const playground = await openPlayground();
  const { page, errors, close } = await playground.visit('?filters=99&kernel=4&seed=5&animals=600x0', { height: 800 });
  const told = page.locator('main > [role=alert]');
  await expect.poll(() => told.textContent()).toContain('kernel, filters, animals');
  const { y, height } = (await told.boundingBox())!;
  expect(y + height).toBeLessThan(800);
  await expect.poll(() => page.locator('#setting-filters').inputValue()).toBe('12');
  await page.getByLabel('中文', { exact: true }).check();
  await expect.poll(() => told.textContent()).toContain('取值无效，已使用默认值：kernel, filters, animals');
  expect(errors).toEqual([]);
  await close();
  await playground.close();
});

test.concurrent('a card that fails is said in its place, and the others live on', async ({ expect }) => {
  const playground = await openPlayground();
  const before = `const put = CanvasRenderingContext2D.prototype.putImageData;
    CanvasRenderingContext2D.prototype.putImageData = function (image, ...place) {
      if (image.width === 28 && !globalThis.healed) throw new Error('no picture');
      put.call(this, image, ...place);
    };`;
  const { page, close } = await playground.visit('?epochs=1&filters=2', { before });
  const failed = page.locator('main > .trouble');
  await failed.first().waitFor();
  await expect
    .poll(() => failed.first().textContent())
    .toContain('This part of the page has failed. The engine says: no picture');
  await expect.poll(() => page.locator('#draw').count()).toBe(0);
  await expect.poll(() => page.locator('.filter-grid li').count()).toBe(2);
  await page.evaluate('globalThis.healed = true');
  for (let left = await failed.count(); left > 0; left--) await failed.first().getByRole('button').click();
  await comeTo(page, '#network');
  await page.locator('#draw').waitFor();
  await close();
  await playground.close();
});
