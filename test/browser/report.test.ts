import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { decode } from 'fast-png';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { report } from '../../src/report/index.js';
import { trainedSubject } from '../report-subject.js';
import { launch, openPage } from './page.js';
import { makeReport } from './report-maker.js';

// The report as a reader opens it: a file on a disk, no server, no network.

let folder: string;
let address: string;
let browser: Browser;
let page: Page;
const problems: string[] = [];
const requests: string[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'convgrad-report-'));
  const path = join(folder, 'report.html');
  const title = '<script>document.title = "ran"</script><img src=x onerror="document.title = 1">';
  const notes = ['<b onclick="1">bold</b>'];
  writeFileSync(path, (await report({ ...(await trainedSubject()), title, notes })).html);
  address = pathToFileURL(path).href;
  browser = await launch();
  page = await browser.newPage({ viewport: { width: 1000, height: 900 } });
  page.on('console', (message) => problems.push(message.text()));
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('request', (request) => !request.url().startsWith('data:') && requests.push(request.url()));
  await page.goto(address);
});
afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** What the slider shows: the pictures that can be seen, and what is written below them. */
async function shown() {
  return page.$$eval('.frame', (frames) =>
    frames
      .filter((frame) => frame.getClientRects().length > 0)
      .map((frame) => ({
        picture: frame.querySelector('img')!.getAttribute('src'),
        text: frame.querySelector('figcaption')!.textContent,
      })),
  );
}

test('no error, no request but the file itself, every picture and chart drawn', async () => {
  const pictures = await page.$$eval('img', (all) => all.map((image) => image.complete && image.naturalWidth > 0));
  expect(pictures.length).toBeGreaterThan(60);
  expect(pictures).not.toContain(false);
  const charts = await page.$$eval('svg', (all) => all.map((svg) => Math.min(svg.clientWidth, svg.clientHeight)));
  expect(charts).toHaveLength(3);
  for (const size of charts) expect(size).toBeGreaterThan(300);
  expect(requests).toEqual([address]);
  expect(problems).toEqual([]);
});

test('a title and a note with markup are shown as they were written', async () => {
  expect(await page.title()).toMatch(/^<script>/);
  expect(await page.textContent('h1')).toMatch(/^<script>document\.title = "ran"<\/script><img/);
  expect(await page.textContent('.note')).toBe('<b onclick="1">bold</b>');
});

test('the slider, the arrow keys and the button change the picture and the text', async () => {
  const [first, ...more] = await shown();
  expect(more).toEqual([]);
  expect(first.text).toMatch(/^step 0 · 0 images seen · held-out accuracy [\d.]+% · mean R2ori 0\.\d\d$/);

  await page.getByLabel('Moment of the training').fill('3');
  const [third] = await shown();
  expect(third.text).toMatch(/^step 30 · 960 images seen/);
  expect(third.picture).not.toBe(first.picture);
  expect(await page.getAttribute('#moment', 'aria-valuetext')).toBe(third.text);

  await page.focus('#moment');
  await page.keyboard.press('ArrowRight');
  expect((await shown()).map(({ text }) => text)).toEqual([expect.stringMatching(/^step 38 · 1,200 images seen/)]);
  await page.keyboard.press('Home');
  expect(await shown()).toEqual([first]);

  await page.getByRole('button', { name: 'Play' }).click();
  expect(await page.textContent('#play')).toBe('Pause');
  await page.waitForFunction(() => document.querySelector('#play')!.textContent === 'Play');
  expect((await shown())[0].text).toMatch(/^step 38/);
});

test.each([390, 1000])('a page %i pixels wide scrolls down only', async (width) => {
  await page.setViewportSize({ width, height: 800 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
});

test('on paper, and where scripts are off, moments stand side by side and there is no slider', async () => {
  await page.emulateMedia({ media: 'print' });
  expect((await shown()).length).toBe(5);
  expect(await page.isVisible('#moment')).toBe(false);
  await page.emulateMedia({ media: 'screen' });
  expect((await shown()).length).toBe(1);

  const quiet = await browser.newPage({ javaScriptEnabled: false });
  await quiet.goto(address);
  expect(await quiet.isVisible('#moment')).toBe(false);
  expect(await quiet.locator('.frame:visible').count()).toBe(5);
  await quiet.close();
});

test('what is light on a light page stays so for readers who prefer dark ones', async () => {
  await page.emulateMedia({ colorScheme: 'dark' });
  expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe('rgb(255, 255, 255)');
});

/** An image with what its pixels are in place of its file. */
const unpacked = (image: string) =>
  image.replace(/data:image\/png;base64,([^"]*)/, (_, packed: string) => {
    const { width, height, data } = decode(Buffer.from(packed, 'base64'));
    return `${width}x${height} ${createHash('sha256').update(data).digest('hex')}`;
  });

test('made in a page it has the figures, pictures and charts that it has in Node', async () => {
  const script = "import { makeReport } from './test/browser/report-maker.ts'; window.done = await makeReport();";
  const { page, errors, close } = await openPage(script);
  try {
    await page.waitForFunction('window.done');
    const { node, ...made } = (await page.evaluate('window.done')) as Awaited<ReturnType<typeof makeReport>>;
    const { node: version, ...here } = await makeReport();
    expect([node, version]).toEqual([null, process.versions.node]);
    // Node's zlib and the page's package pack the same pixels into other bytes.
    expect({ ...made, pictures: made.pictures?.map(unpacked) }).toEqual({
      ...here,
      pictures: here.pictures?.map(unpacked),
    });
    expect(made.charts).toBe(2);
    expect(errors).toEqual([]);
  } finally {
    await close();
  }
});
