import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { type Opened, opened } from '../browser/static-host.js';

const BROWSER = '/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser';

/** Debian's WebKitGTK with one page, on a display that nobody sees, started by its WebDriver (https://www.w3.org/TR/webdriver1/). */
export async function openWebKit(url: string): Promise<Opened> {
  const port = await freePort();
  // A process group of its own, so that display, driver and browser end together.
  const driver = spawn('xvfb-run', ['--auto-servernum', 'WebKitWebDriver', `--port=${port}`], {
    detached: true,
    env: { ...process.env, JSC_useSharedArrayBuffer: '1' }, // WebKitGTK shares no memory unless it is told to.
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const { failure, close } = opened("WebKit's driver", driver, () => {
    if (driver.exitCode === null && driver.pid !== undefined) process.kill(-driver.pid);
  });
  const request = async <Value>(method: string, path: string, body?: object): Promise<Value> => {
    const sent = fetch(`http://127.0.0.1:${port}${path}`, { method, body: body && JSON.stringify(body) });
    const response = await Promise.race([sent, failure]);
    const { value } = (await response.json()) as { value: Value };
    if (!response.ok) throw new Error(`WebKit's driver: ${JSON.stringify(value)}`);
    return value;
  };
  try {
    // It listens a moment after it starts.
    const listens = () =>
      request('GET', '/status').then(
        () => true,
        (error) => (error instanceof TypeError ? false : Promise.reject(error)),
      );
    while (!(await listens())) await pause(50);
    const options = { binary: BROWSER, args: ['--automation'] };
    const capabilities = { alwaysMatch: { 'webkitgtk:browserOptions': options } };
    const { sessionId } = await request<{ sessionId: string }>('POST', '/session', { capabilities });
    await request('POST', `/session/${sessionId}/url`, { url });
    return { failure, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
