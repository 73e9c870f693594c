import type { ChildProcess } from 'node:child_process';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

const FOLDER = '/some/folder/';

/** A browser with one page, which can only tell what it does by requests. */
export interface Opened {
  /** Rejects if the browser ends before it is closed. */
  failure: Promise<never>;
  close(): Promise<void>;
}

/** A browser that runs as a program of its own, which `kill` ends; what it says on stderr stands in the error. */
export function opened(name: string, program: ChildProcess, kill: () => void): Opened {
  let said = '';
  program.stderr?.on('data', (data) => {
    said += data;
  });
  const ended = new Promise<string>((resolve) => {
    program.once('error', (error) => resolve(String(error)));
    program.once('close', (status, signal) => resolve(`${name} ended (${status ?? signal})`));
  });
  let closing = false;
  const failure = ended.then((reason): never | Promise<never> => {
    if (closing) return new Promise(() => {});
    throw new Error(`${reason}: ${said}`);
  });
  failure.catch(() => {}); // Whoever waits for the page hears of it.
  return {
    failure,
    async close() {
      closing = true;
      kill();
      await ended;
    },
  };
}

/** What lies in the host's folder. */
export interface Site {
  page: string;
  /** Other files by their names, and what they hold. */
  files: Record<string, string | Uint8Array>;
  /** Whether the host sends the headers that let a page have threads. */
  isolated?: boolean;
}

/** A page that runs a program, which shows what comes out in its `<pre>`. */
export const pageOf = (code: string) => `<!doctype html><pre></pre><script type="module">${code}</script>`;

/** Tells the host what the page shows, or what fails. It stands in front of all else in the page. */
const PROBE = `<script>
  const tell = (body) => fetch('told', { method: 'POST', body: JSON.stringify(body) });
  const read = () => document.querySelector('pre')?.textContent;
  new MutationObserver(() => read() && tell({ shown: read() })).observe(document, { childList: true, subtree: true });
  addEventListener('error', ({ message, target }) => tell({ error: message ?? target.outerHTML }), true);
  addEventListener('unhandledrejection', ({ reason }) => tell({ error: String(reason) }));
</script>`;

const TYPES: Record<string, string> = { js: 'text/javascript', html: 'text/html' };

/**
 * Hosts the site as static files, opens it in a browser, and waits until the page shows something.
 * @param open starts the browser with the page's address
 * @returns what the page shows
 * @throws what the page says when it fails, or that the browser ended
 */
export async function visit(open: (url: string) => Promise<Opened>, site: Site): Promise<string> {
  const files: Site['files'] = {
    'index.html': site.page.replace(/<!doctype html>/, `$&${PROBE}`),
    'favicon.ico': '',
    ...site.files,
  };
  const isolation = {
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Embedder-Policy': 'require-corp',
  };
  let hear: (request: IncomingMessage) => void;
  const told = new Promise<IncomingMessage>((resolve) => {
    hear = resolve;
  });
  const server = createServer((request, response) => {
    if (request.method === 'POST') {
      hear(request);
      request.on('end', () => response.writeHead(204).end());
      return;
    }
    const name = (request.url ?? '').replace(FOLDER, '') || 'index.html';
    const content = files[name];
    const type = TYPES[name.split('.').at(-1)!] ?? 'application/octet-stream';
    response.writeHead(content === undefined ? 404 : 200, {
      'Content-Type': type,
      ...(site.isolated ? isolation : {}),
    });
    response.end(content);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const opened = await open(`http://127.0.0.1:${(server.address() as AddressInfo).port}${FOLDER}`);
    try {
      const { shown, error } = JSON.parse(await text(await Promise.race([told, opened.failure])));
      if (error) throw new Error(`the page failed: ${error}`);
      return shown;
    } finally {
      await opened.close();
    }
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}
