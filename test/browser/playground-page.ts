import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { launch } from './page.js';

export const BUILT = 'examples/playground/dist';
const TYPES: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.bin': 'application/octet-stream',
};
/** No inline script or style, no eval, nothing from elsewhere. */
const POLICY = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data: blob:";
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
  dark?: boolean;
  language?: string;
  /** Whether the window is that of a touch screen. */
  touch?: boolean;
}

interface Visit {
  page: Page;
  /** Whatever the console said that was worth an error. */
  errors: string[];
  close(): Promise<void>;
}

export async function openPlayground({ isolated = false, flags = [] as string[] } = {}): Promise<Playground> {
  const server = await serve(isolated);
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
  const { width = 1280, dark = false, language = 'en-GB', touch = false } = options;
  const context = await browser.newContext({
    ...{ viewport: { width, height: 900 }, colorScheme: dark ? 'dark' : 'light', locale: language },
    hasTouch: touch,
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  page.on('pageerror', (error) => errors.push(String(error)));
  await page.goto(url);
  await page.waitForSelector('[data-testid=step]');
  return { page, errors, close: () => context.close() };
}

/** A host of static files that knows nothing of the page. */
function serve(isolated: boolean): Promise<Server> {
  const headers = isolated ? ISOLATION : { 'Content-Security-Policy': POLICY };
  const server = createServer(async ({ url = '' }, response) => {
    const path = new URL(url, 'http://host').pathname.replace(/^\/some\/folder\/$/, '/some/folder/index.html');
    try {
      const content = await readFile(join(BUILT, path.replace('/some/folder/', '')));
      response.writeHead(200, { 'Content-Type': TYPES[extname(path)] ?? '', ...headers }).end(content);
    } catch {
      response.writeHead(404).end();
    }
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}
