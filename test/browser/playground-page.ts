import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, extname, join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { loadMnist } from '../../datasets/index.js';
import { network, SETTINGS, train } from '../../examples/lib/recipe.js';
import { DEFAULTS, type Settings } from '../../examples/playground/src/state/settings.js';
import type { WorkerName } from '../../examples/playground/src/worker/connection.js';
import { manualSeed, type Sequential } from '../../src/index.js';
import { launch } from './page.js';

/** How long is waited for what takes a second on a quiet machine, in ms; as long as in vitest.browser.config.ts. */
const PATIENCE = 90_000;

export const BUILT = 'examples/playground/dist';
const TYPES: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.bin': 'application/octet-stream',
  '.webp': 'image/webp',
};
/** No inline script or style, no eval, nothing from elsewhere. */
export const POLICY =
  "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data: blob:";
/** What lets a page have threads; they start from a text in the program, which is a blob. */
const ISOLATION = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Content-Security-Policy': `${POLICY}; worker-src 'self' blob:`,
};

/** The built playground on a static host, and a Chromium to visit it with. */
export interface Playground {
  /** Opens the page in a window of its own. */
  visit(query?: string, options?: VisitOptions): Promise<Visit>;
  close(): Promise<void>;
}

interface VisitOptions {
  width?: number;
  height?: number;
  dark?: boolean;
  language?: string;
  /** Whether the window is that of a touch screen. */
  touch?: boolean;
  /** What to wait for; unless given, that the network stands. */
  until?: string;
  /** Whether programs run. */
  scripts?: boolean;
  /** Runs in the page before its own program. */
  before?: string;
}

/** How the host answers a request instead: with a status, or with other bytes. */
export type Answer = { status: number } | { content: Buffer };

interface HostOptions {
  /** Whether it sends the headers that let a page have threads. */
  isolated?: boolean;
  /** Its Content-Security-Policy. */
  policy?: string;
  /** Chromium's. */
  flags?: string[];
  /** Called for each request, with the name of the file and whether caches are passed by; null lets it through. */
  answer?: (name: string, anew: boolean) => Answer | null;
}

interface Visit {
  page: Page;
  /** Whatever the console said that was worth an error. */
  errors: string[];
  close(): Promise<void>;
}

export async function openPlayground({ flags = [], ...host }: HostOptions = {}): Promise<Playground> {
  const server = await serve(host);
  const browser = await launch(...flags);
  const root = `http://127.0.0.1:${(server.address() as AddressInfo).port}/some/folder/`;
  return {
    visit: (query = '', options = {}) => visit(browser, root + query, options),
    async close() {
      await browser.close();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function visit(browser: Browser, url: string, options: VisitOptions) {
  const { width = 1280, height = 900, dark = false, language = 'en-GB', touch = false, scripts = true } = options;
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: dark ? 'dark' : 'light',
    locale: language,
    hasTouch: touch,
    javaScriptEnabled: scripts,
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  context.setDefaultTimeout(PATIENCE);
  if (options.before) await context.addInitScript(options.before);
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  page.on('pageerror', (error) => errors.push(String(error)));
  await page.goto(url);
  await page.waitForSelector(options.until ?? '[data-testid=step]');
  return { page, errors, close: () => context.close() };
}

/** A host of static files that knows nothing of the page. */
function serve({ isolated = false, policy = POLICY, answer }: HostOptions): Promise<Server> {
  const headers = isolated ? ISOLATION : { 'Content-Security-Policy': policy };
  const server = createServer(async ({ url = '', headers: asked }, response) => {
    const path = new URL(url, 'http://host').pathname.replace(/^\/some\/folder\/$/, '/some/folder/index.html');
    const instead = answer?.(basename(path), asked['cache-control'] === 'no-cache') ?? null;
    if (instead && 'status' in instead) {
      response.writeHead(instead.status).end();
      return;
    }
    try {
      const content = instead?.content ?? (await readFile(join(BUILT, path.replace('/some/folder/', ''))));
      response.writeHead(200, { 'Content-Type': TYPES[extname(path)] ?? '', ...headers }).end(content);
    } catch {
      response.writeHead(404).end();
    }
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

/** Until the untrained network is measured and the random filters are drawn: then the page has nothing left to compute. */
export async function settled(page: Page): Promise<void> {
  await page.getByTestId('verdict').waitFor();
}

/** Until the page has not scrolled for 20 frames. */
export async function standsStill(page: Page): Promise<void> {
  await page.evaluate(async () => {
    for (let [before, still] = [Number.NaN, 0]; still < 20; before = scrollY) {
      await new Promise(requestAnimationFrame);
      still = scrollY === before ? still + 1 : 0;
    }
  });
}

/**
 * Scrolls until a part of the page stands in the window and moves no more: what is scrolled past is laid out only then, and
 * moves the rest.
 */
export async function comeTo(page: Page, selector: string): Promise<void> {
  await page.locator(selector).first().waitFor({ state: 'attached' });
  await page.evaluate(async (chosen) => {
    for (let still = 0, before = Number.NaN; still < 10; ) {
      await new Promise(requestAnimationFrame);
      const part = document.querySelector(chosen);
      if (!part) continue; // It is being replaced by what was loaded for it.
      const { top, height } = part.getBoundingClientRect();
      const isEnd = Math.ceil(scrollY + innerHeight) >= document.documentElement.scrollHeight;
      const isSeen =
        top > -1 && // Half a pixel may be left of scrolling.
        top < (isEnd ? 1 : 0.75) * innerHeight;
      still = isSeen && top === before ? still + 1 : 0;
      before = top;
      const block = height < 0.6 * innerHeight ? 'center' : 'start'; // Clear of the bar.
      if (!isSeen) part.scrollIntoView({ block, behavior: 'instant' });
    }
  }, selector);
}

/** Starts, pauses or resumes the training. */
export const trainButton = (page: Page) => page.locator('.bar button.primary');

/** Learns from one batch. */
export const stepButton = (page: Page) => page.locator('.bar button').nth(1);

/** Ends the training and prepares the next. */
export const resetButton = (page: Page) => page.locator('.bar button').nth(2);

/** The weight hash, once a training has ended. */
export const hash = (page: Page) => page.getByTestId('hash').textContent();

/** Trains to the end. */
export async function trainToEnd(page: Page): Promise<string | null> {
  await trainButton(page).click();
  return hash(page);
}

/** Until so many batches have been seen. */
export const stepIs = (page: Page, least: number) =>
  page.waitForFunction((n) => Number(document.querySelector('[data-testid=step]')?.textContent) >= n, least);

/**
 * What `read` gives once it has stood still while a worker took turns: by the worker's own clock, for on a busy machine it
 * may be late with what was under way.
 */
export async function atRest<T>(page: Page, name: WorkerName, read: () => Promise<T>): Promise<T> {
  const takeTurn = async () => {
    for (const worker of page.workers()) {
      const turn = () => (self.name === name ? new Promise<void>((resolve) => setTimeout(resolve, 300)) : undefined);
      await worker.evaluate(turn);
    }
  };
  let before = await read();
  for (let still = 0; still < 3; still++) {
    await takeTurn();
    const now = await read();
    if (now !== before) still = -1;
    before = now;
  }
  return before;
}

/** Ends a worker of the page as a browser does that is short of memory: without a word. */
export async function kill(page: Page, name: WorkerName): Promise<void> {
  for (const worker of page.workers()) {
    if ((await worker.evaluate(() => self.name)) === name) await worker.evaluate(() => self.close());
  }
}

/** What Node computes for the same settings, as example 03 does. */
export async function trainInNode(settings: Partial<Settings>): Promise<Sequential> {
  const { seed, filters, kernelSize, initialization, ...rest } = { ...DEFAULTS, ...settings };
  const digits = await loadMnist({ seed });
  manualSeed(seed);
  const model = network({ filters, kernelSize, initialization });
  await train(model, digits, { ...SETTINGS, ...rest, seed });
  return model;
}

/** The share of an element, in points of a grid on it, that nothing covers and the window holds. */
export function visibleShare(page: Page, selector: string): Promise<number> {
  return page.locator(selector).evaluate((element) => {
    const POINTS = 20;
    const { left, top, width, height } = element.getBoundingClientRect();
    let seen = 0;
    for (let i = 0; i < POINTS * POINTS; i++) {
      const x = left + (((i % POINTS) + 0.5) / POINTS) * width;
      const y = top + ((Math.floor(i / POINTS) + 0.5) / POINTS) * height;
      const hit = document.elementFromPoint(x, y);
      if (hit && element.contains(hit)) seen++;
    }
    return seen / POINTS ** 2;
  });
}
