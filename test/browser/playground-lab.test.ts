import { encode } from 'fast-png';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { handMade } from '../../examples/playground/src/convolution/choices.js';
import { EXPERIMENT_NAMES, settingsOf } from '../../examples/playground/src/presets/experiments.js';
import { presetsEn } from '../../examples/playground/src/presets/texts.en.js';
import { writeSettings } from '../../examples/playground/src/state/settings.js';
import { conv2d, tensor, zeros } from '../../src/index.js';
import { writeSafetensors } from '../../src/io/index.js';
import { seriousViolations } from './axe.js';
import { comeTo, openPlayground, type Playground, stepButton } from './playground-page.js';

let playground: Playground;
beforeAll(async () => {
  playground = await openPlayground();
});
afterAll(() => playground.close());

const labOf = (page: Page) => page.locator('#convolution');
const titles = (page: Page) => labOf(page).locator('.board figcaption').allTextContents();
const patch = (page: Page) => labOf(page).locator('.matrix.patch .matrix-cell').allTextContents();

/** A PNG of one color. */
function png(width: number, height: number, [red, green, blue]: readonly number[]): Buffer {
  const data = Uint8Array.from({ length: 3 * width * height }, (_, i) => [red, green, blue][i % 3]);
  return Buffer.from(encode({ width, height, data, channels: 3, depth: 8 }));
}

/** Hands a file over as a drop on the card, or as a paste, does. */
async function hand(page: Page, how: 'drop' | 'paste', name: string, type: string, content: Buffer) {
  const transfer = await page.evaluateHandle(
    ([bytes, name, type]) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0))], name, { type }));
      return transfer;
    },
    [content.toString('base64'), name, type] as const,
  );
  if (how === 'drop') {
    await labOf(page).dispatchEvent('dragover', { dataTransfer: transfer });
    await expect.poll(() => page.locator('#convolution.dropping').count()).toBe(1);
    await labOf(page).dispatchEvent('drop', { dataTransfer: transfer });
    await expect.poll(() => page.locator('#convolution.dropping').count()).toBe(0);
  } else {
    await page.evaluate((clipboardData) => {
      document.activeElement?.dispatchEvent(
        new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }),
      );
    }, transfer);
  }
}

const pick = (page: Page, name: string, mimeType: string, buffer: Buffer) =>
  labOf(page).locator('input[type=file]').setInputFiles({ name, mimeType, buffer });

async function showPhotograph(page: Page): Promise<Locator> {
  const photo = labOf(page).locator('input[name=convolution-image]').last();
  await photo.focus();
  await page.keyboard.press('Space');
  await labOf(page).locator('input[name=convolution-photograph]').first().waitFor();
  return photo;
}

test('an image file is shown in gray, its middle, whether it is chosen, dropped or pasted', async () => {
  const { page, errors, close } = await playground.visit();
  await labOf(page).scrollIntoViewIfNeeded();
  await hand(page, 'drop', 'wide.png', 'image/png', png(300, 90, [200, 100, 50]));
  // 0.299 * 200 + 0.587 * 100 + 0.114 * 50 = 124.2, in a square as high as the image.
  await expect.poll(() => titles(page)).toEqual(['Image 90 × 90', 'Result 88 × 88']);
  expect(await patch(page)).toEqual(Array(9).fill('124'));
  await labOf(page).getByText('wide.png:').waitFor();

  await pick(page, 'tall.png', 'image/png', png(256, 900, [0, 0, 255]));
  await expect.poll(() => titles(page)).toEqual(['Image 128 × 128', 'Result 126 × 126']);
  expect(await patch(page)).toEqual(Array(9).fill('29'));

  await labOf(page).locator('.sheet').first().focus();
  await hand(page, 'paste', 'pasted.png', 'image/png', png(20, 20, [255, 255, 255]));
  await expect.poll(() => titles(page)).toEqual(['Image 20 × 20', 'Result 18 × 18']);
  expect(await patch(page)).toEqual(Array(9).fill('255'));
  // A link cannot carry it, and says so.
  await labOf(page).getByText('It cannot carry this image').waitFor();
  expect(errors).toEqual([]);
  await close();
});

test.each([
  ['en-GB', ['is not an image', 'cannot be read', 'at least 8 × 8', 'at most 40 MB', 'could not be loaded']],
  ['zh-CN', ['不是图像', '无法读取', '至少需要 8 × 8', '最多读取 40 MB', '无法载入']],
] as const)(
  'what is no image is refused in the reader’s language, %s, and the image before stays',
  async (language, said) => {
    const host = await openPlayground({ answer: (name) => (name === 'photographer.webp' ? { status: 404 } : null) });
    const { page, errors, close } = await host.visit('', { language });
    await showPhotograph(page);
    const before = await patch(page);
    const alert = labOf(page).locator('[role=alert]');
    const picture = png(40, 40, [9, 9, 9]);
    const wrong: [string, string, Buffer][] = [
      ['notes.txt', 'text/plain', Buffer.from('no image')],
      ['broken.png', 'image/png', picture.subarray(0, 60)],
      ['tiny.png', 'image/png', png(7, 40, [9, 9, 9])],
    ];
    for (const [i, [name, type, content]] of wrong.entries()) {
      await pick(page, name, type, content);
      await expect.poll(() => alert.textContent()).toContain(name);
      expect(await alert.textContent()).toContain(said[i]);
      expect(await patch(page)).toEqual(before);
    }
    await labOf(page).evaluate((card) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([new Uint8Array(40_000_001)], 'film.png', { type: 'image/png' }));
      card.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
    });
    await expect.poll(() => alert.textContent()).toContain(said[3]);
    expect(await patch(page)).toEqual(before);
    const names = labOf(page).locator('input[name=convolution-photograph]');
    await names.last().focus();
    await page.keyboard.press('Space');
    await expect.poll(() => alert.textContent()).toContain(said[4]);
    expect(await patch(page)).toEqual(before);
    expect(await names.first().isChecked()).toBe(true);
    // Another image, and nothing is said any more.
    await pick(page, 'good.png', 'image/png', picture);
    await expect.poll(() => patch(page)).toEqual(Array(9).fill('9'));
    expect(await alert.count()).toBe(0);
    expect(errors.filter((error) => !error.includes('404'))).toEqual([]);
    await close();
    await host.close();
  },
);

test('Sobel on the face gives at every place looked at what conv2d gives, and its strongest sum at once', async () => {
  const { page, errors, close } = await playground.visit();
  // Not loaded before somebody wants it.
  const requested: string[] = [];
  page.on('request', (request) => requested.push(request.url()));
  await labOf(page).scrollIntoViewIfNeeded();
  expect(requested.filter((url) => url.includes('photographs'))).toEqual([]);
  await showPhotograph(page);
  await labOf(page).getByText('Eileen Collins; photograph by NASA, public domain').waitFor();
  await labOf(page).getByLabel('Vertical edge (Sobel)', { exact: true }).check();
  expect(await titles(page)).toEqual(['Image 128 × 128', 'Result 126 × 126']);

  const pixels = await page.evaluate(async () => {
    const picture = new Image();
    picture.src = 'photographs/astronaut.webp';
    await picture.decode();
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [picture.naturalWidth, picture.naturalHeight];
    const context = canvas.getContext('2d')!;
    context.drawImage(picture, 0, 0);
    return Array.from(context.getImageData(0, 0, canvas.width, canvas.height).data);
  });
  const gray = Float32Array.from({ length: 128 * 128 }, (_, i) =>
    Math.round(0.299 * pixels[4 * i] + 0.587 * pixels[4 * i + 1] + 0.114 * pixels[4 * i + 2]),
  );
  const { values } = handMade('vertical edge (Sobel)', 3);
  const sums = conv2d(tensor(gray, { shape: [1, 1, 128, 128] }), tensor(values, { shape: [1, 1, 3, 3] })).data;
  const shown = async () => Number((await labOf(page).locator('.total strong').textContent())?.replace('−', '-'));
  const result = labOf(page).locator('.sheet').last();
  await result.focus();
  await page.keyboard.press('Home');
  let place = 0;
  for (const [key, by] of [
    ['ArrowRight', 1],
    ['ArrowDown', 126],
  ] as const) {
    for (let i = 0; i < 40; i++) {
      await page.keyboard.press(key);
      place += by;
      if (i % 8 === 0) await expect.poll(shown).toBe(sums[place]);
    }
  }
  // The board has the color of its sum wherever one looks.
  const [least, most] = [Math.min(...sums), Math.max(...sums)];
  await labOf(page)
    .getByText(
      `Smallest sum ${String(Number(least.toPrecision(3))).replace('-', '−')}, largest ${Number(most.toPrecision(3))}.`,
    )
    .waitFor();
  const colorAt = (index: number) =>
    result.locator('canvas').evaluate((canvas: HTMLCanvasElement, index) => {
      const at = (cell: number) => Math.floor(((cell + 0.5) * canvas.width) / 126);
      return Array.from(canvas.getContext('2d')!.getImageData(at(index % 126), at(Math.floor(index / 126)), 1, 1).data);
    }, index);
  const [red, , blue] = await colorAt(sums.indexOf(most));
  expect(red).toBeGreaterThan(blue + 40);
  const [lessRed, , moreBlue] = await colorAt(sums.indexOf(least));
  expect(moreBlue).toBeGreaterThan(lessRed + 40);
  // A blur is an image again: gray.
  await labOf(page).getByLabel('Gaussian blur', { exact: true }).check();
  await expect.poll(() => labOf(page).getByLabel('Gray', { exact: true }).isChecked()).toBe(true);
  const [r, g, b] = await colorAt(60 * 126 + 60);
  expect([g, b]).toEqual([r, r]);
  expect(errors).toEqual([]);
  await close();
});

test('an experiment sets what it says, tells what to look for and what comes out, and Back brings the one before', async () => {
  const { page, errors, close } = await playground.visit('?epochs=2');
  const card = page.locator('#presets');
  const button = (name: keyof typeof presetsEn.names) =>
    card.getByRole('button', { name: presetsEn.names[name], exact: true });
  const pressed = () => card.locator('[aria-pressed=true]').allTextContents();
  expect(await pressed()).toEqual([]);
  for (const name of EXPERIMENT_NAMES) {
    await button(name).focus();
    await page.keyboard.press('Enter');
    expect(new URL(page.url()).search).toBe(writeSettings(settingsOf(name)));
    await expect.poll(pressed).toEqual([presetsEn.names[name]]);
    await card.getByText(presetsEn.asks[name]).waitFor();
    await expect.poll(() => page.getByTestId('step').textContent()).toBe('0');
    await card.locator('summary').click();
    await card.getByText(presetsEn.answers[name]).waitFor();
  }
  await page.goBack();
  await expect.poll(pressed).toEqual([presetsEn.names.single]);
  await expect.poll(() => labOf(page).locator('.filter-sources .pictures').last().locator('input').count()).toBe(1);
  await page.goForward();
  await expect.poll(pressed).toEqual([presetsEn.names.otherSeed]);
  // Something else is no experiment.
  await page.locator('#setting-epochs').fill('3');
  await page.keyboard.press('Enter');
  await expect.poll(pressed).toEqual([]);
  expect(errors).toEqual([]);
  await close();
});

test('Back undoes a setting and its run, Forward brings it again, and typing makes no entry', async () => {
  const { page, errors, close } = await playground.visit('?epochs=1&filters=3');
  const entries = () => page.evaluate(() => history.length);
  const step = () => page.getByTestId('step').textContent();
  const before = await entries();
  const rate = page.locator('#setting-lr');
  await rate.fill('0.0');
  await rate.pressSequentially('4');
  expect(await entries()).toBe(before);
  await page.keyboard.press('Enter');
  await expect.poll(() => new URL(page.url()).search).toBe('?filters=3&lr=0.04&epochs=1');
  expect(await entries()).toBe(before + 1);
  // A list that is gone through by its arrow keys is one change.
  await page.locator('#setting-kernelSize').focus();
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await expect.poll(() => new URL(page.url()).search).toContain('kernel=7');
  expect(await entries()).toBe(before + 2);
  await stepButton(page).click();
  await expect.poll(step).toBe('1');

  await page.goBack();
  await expect.poll(() => page.locator('#setting-kernelSize').inputValue()).toBe('5');
  await expect.poll(step).toBe('0');
  await page.goBack();
  await expect.poll(() => rate.inputValue()).toBe('0.05');
  expect(new URL(page.url()).search).toBe('?epochs=1&filters=3');
  await page.goForward();
  await page.goForward();
  await expect.poll(() => page.locator('#setting-kernelSize').inputValue()).toBe('7');
  await expect.poll(() => rate.inputValue()).toBe('0.04');
  expect(errors).toEqual([]);
  await close();
});

/** All that a link is to bring back. */
async function seen(page: Page) {
  const lab = labOf(page);
  return {
    boards: await titles(page),
    place: await lab.locator('.sum h3').textContent(),
    patch: await patch(page),
    weights: await lab
      .locator('.filter-weights .number-grid input')
      .evaluateAll((fields) => fields.map((field) => (field as HTMLInputElement).value)),
    sum: await lab.locator('.total strong').textContent(),
    sliding: await lab.locator('.stepper output').allTextContents(),
    relu: await lab.locator('.check input').isChecked(),
    gray: await lab.locator('input[name=convolution-look]').last().isChecked(),
    settings: await page.locator('#setting-kernelSize').inputValue(),
  };
}

const choices: [string, (page: Page) => Promise<void>][] = [
  [
    'a digit under a learned filter',
    async (page) => {
      await labOf(page).getByLabel('Digit', { exact: true }).check();
      await labOf(page).locator('input[name=convolution-digit]').nth(4).check();
      await labOf(page).locator('.filter-sources .pictures').last().locator('input').nth(2).check();
    },
  ],
  [
    'pixels and weights that were typed',
    async (page) => {
      await labOf(page).getByLabel('Your own', { exact: true }).check();
      const cells = labOf(page).locator('.number-grid').first().locator('input');
      await cells.nth(8).fill('77.5');
      await cells.nth(16).fill('3');
      await labOf(page).locator('.filter-weights input').nth(4).fill('-2.25');
      await labOf(page).getByLabel('Padding: one more').click();
      await labOf(page).locator('.check input').check();
    },
  ],
  [
    'a photograph in gray under a filter made by hand',
    async (page) => {
      await showPhotograph(page);
      await labOf(page).locator('input[name=convolution-photograph]').last().click(); // Chosen once it has come.
      await labOf(page).getByText('Lav Varshney, CC0').waitFor();
      await labOf(page).getByLabel('Diagonal edge / (Sobel)', { exact: true }).check();
      await labOf(page).getByLabel('A filter of 5 × 5 weights').check();
      await labOf(page).getByLabel('Stride: one more').click();
      await labOf(page).locator('input[name=convolution-look]').last().check();
    },
  ],
];

test.each(choices)('a link opens card, filter, image and place in another window: %s', async (_, choose) => {
  const first = await playground.visit('?kernel=7&filters=4');
  await labOf(first.page).scrollIntoViewIfNeeded();
  await expect
    .poll(() => labOf(first.page).locator('.filter-sources .pictures').last().locator('input').count())
    .toBe(4);
  await choose(first.page);
  await labOf(first.page).locator('.sheet').last().focus();
  for (const key of ['Home', 'ArrowDown', 'ArrowDown', 'ArrowRight']) await first.page.keyboard.press(key);
  await expect.poll(() => labOf(first.page).locator('.sum h3').textContent()).toBe('At row 3, column 2');
  await labOf(first.page).getByRole('button', { name: 'Copy link' }).click();
  await labOf(first.page).getByRole('button', { name: 'Copied' }).waitFor();
  const link = new URL(await first.page.evaluate(() => navigator.clipboard.readText()));
  const expected = await seen(first.page);
  expect(first.errors).toEqual([]);
  await first.close();

  const { page, errors, close } = await playground.visit(link.search + link.hash);
  await labOf(page).locator('.sum').waitFor();
  await expect.poll(() => seen(page)).toEqual(expected);
  // The card begins below the bar, whatever has grown above it.
  const offset = () =>
    labOf(page).evaluate((card) => {
      const bar = document.querySelector('.bar')!.getBoundingClientRect();
      return card.getBoundingClientRect().top - bar.bottom;
    });
  await expect.poll(async () => Math.abs((await offset()) - 50)).toBeLessThan(60);
  expect(page.url()).toContain(link.search);
  // What is not so any more, the address does not say.
  await labOf(page).locator('.sheet').last().focus();
  await page.keyboard.press('End');
  await expect.poll(() => new URL(page.url()).search).toBe('?kernel=7&filters=4');
  expect(errors).toEqual([]);
  await close();
});

test('what cannot be in a link is refused and told, and the rest is shown', async () => {
  const { page, errors, close } = await playground.visit('?image=cat&filter=learned-3&stride=9&filters=2&relu=1');
  const told = page.locator('main > .trouble');
  await expect.poll(() => told.textContent()).toMatch(/: image, filter, stride$/);
  expect(await titles(page)).toEqual(['Image 5 × 5', 'Result 3 × 3']);
  expect(await labOf(page).locator('.check input').isChecked()).toBe(true);
  expect(errors).toEqual([]);
  await close();
});

test('a file without this page’s network is refused in Chinese to who reads Chinese', async () => {
  const { page, errors, close } = await playground.visit('', { language: 'zh-CN' });
  await comeTo(page, '#takeaway');
  const card = page.locator('#takeaway');
  const load = (buffer: Buffer) =>
    card
      .locator('input[type=file]')
      .setInputFiles({ name: 'w.safetensors', mimeType: 'application/octet-stream', buffer });
  await load(Buffer.from('no such file'));
  await expect.poll(() => card.getByRole('alert').textContent()).toContain('它不是 safetensors 文件，或已损坏');
  await load(Buffer.from(writeSafetensors({ weight: zeros([3]) })));
  await expect.poll(() => card.getByRole('alert').textContent()).toContain('其中的权重不属于本页面的网络');
  expect(errors).toEqual([]);
  await close();
});

test('a number that is none is said where it is typed, and a finger scrolls except where it draws', async () => {
  const { page, errors, close } = await playground.visit('', {
    width: 390,
    height: 844,
    touch: true,
    language: 'zh-CN',
  });
  await labOf(page).scrollIntoViewIfNeeded();
  await labOf(page).locator('.filter-weights input').first().fill('abc');
  await expect
    .poll(() => labOf(page).locator('.number-grid [role=alert]').textContent())
    .toBe('应为 -9999 到 9999 之间的数。');
  await labOf(page).locator('.filter-weights input').first().fill('1');
  await expect.poll(() => labOf(page).locator('.number-grid [role=alert]').count()).toBe(0);
  const touch = () =>
    labOf(page)
      .locator('.sheet')
      .evaluateAll((sheets) => sheets.map((sheet) => getComputedStyle(sheet).touchAction));
  expect(await touch()).toEqual(['pan-y', 'pan-y']);
  await labOf(page).getByLabel('自己画').check();
  expect(await touch()).toEqual(['none', 'pan-y']);
  expect(errors).toEqual([]);
  await close();
});

test.each([
  ['light', 1280, 'en-GB'],
  ['dark', 390, 'zh-CN'],
] as const)(
  'axe-core finds nothing serious beside a photograph, a refusal and an experiment: %s, %d pixels',
  async (theme, width, language) => {
    const { page, errors, close } = await playground.visit('', { width, dark: theme === 'dark', language });
    await page.locator('#presets button').nth(3).click();
    await page.locator('#presets summary').click();
    await showPhotograph(page);
    await pick(page, 'a_long_name_without_any_place_to_break_it_into_lines.txt', 'text/plain', Buffer.from('x'));
    await labOf(page).locator('.image-trouble').waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    expect(await seriousViolations(page)).toEqual([]);
    expect(errors).toEqual([]);
    await close();
  },
);
