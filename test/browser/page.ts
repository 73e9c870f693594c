import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { build } from 'esbuild';
import { type Browser, chromium, type Page } from 'playwright-core';
import type { Opened } from './static-host.js';

/** A headless Chromium with one page that runs a script bundled from the built package. */
export interface TestPage {
  page: Page;
  /** Whatever the console said that was worth an error. */
  errors: string[];
  close(): Promise<void>;
}

/**
 * Bundles `script` (which may import from dist/ and test/), serves it from this machine, and opens it.
 * @param options `isolated` sends the two headers that let a page have threads
 */
export async function openPage(script: string, options: { isolated?: boolean } = {}): Promise<TestPage> {
  const { outputFiles } = await build({
    stdin: { contents: script, resolveDir: process.cwd(), loader: 'ts' },
    bundle: true,
    format: 'esm',
    write: false,
    target: 'es2022',
    logLevel: 'error',
  });
  const server = await serve(
    { '/': ['text/html', '<!doctype html><script type="module" src="/bundle.js"></script>'], '/favicon.ico': ['', ''] },
    outputFiles[0].text,
    options.isolated ?? false,
  );
  const browser = await launch();
  const page = await browser.newPage();
  const errors: string[] = [];
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  page.on('pageerror', (error) => errors.push(String(error)));
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  return {
    page,
    errors,
    async close() {
      await browser.close();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function serve(files: Record<string, [string, string]>, bundle: string, isolated: boolean): Promise<Server> {
  const all: Record<string, [string, string]> = { ...files, '/bundle.js': ['text/javascript', bundle] };
  const server = createServer((request, response) => {
    const [type, content] = all[request.url ?? ''] ?? ['', null];
    const isolation = {
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Cross-Origin-Embedder-Policy': 'require-corp',
    };
    response.writeHead(content === null ? 404 : 200, { 'Content-Type': type, ...(isolated ? isolation : {}) });
    response.end(content);
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

/** Debian's Chromium, without a window; `flags` beside those that it always gets. */
export function launch(...flags: string[]): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking', ...flags],
  });
}

/** Chromium with one page, which can only tell what it does by requests. */
export async function openChromium(url: string): Promise<Opened> {
  const browser = await launch();
  const page = await browser.newPage();
  const failure = page.waitForEvent('crash', { timeout: 0 }).then((): never => {
    throw new Error('the page crashed');
  });
  failure.catch(() => {});
  await page.goto(url);
  return { failure, close: () => browser.close() };
}
