import { readFileSync } from 'node:fs';
import type { CDPSession, Page } from 'playwright-core';

/**
 * The memory that the process of a page has for itself, in bytes, once all garbage of the page and its workers has been
 * collected: what the system would get back if it ended. Each test page has a process of its own, the largest of its kind.
 */
export async function rendererMemory(page: Page): Promise<number> {
  await collectGarbage(page);
  const browser = await page.context().browser()!.newBrowserCDPSession();
  const { processInfo } = await browser.send('SystemInfo.getProcessInfo');
  await browser.detach();
  const renderers = processInfo.filter(({ type }) => type === 'renderer');
  return Math.max(...renderers.map(({ id }) => privateMemory(id)));
}

/** From Linux, of pages that nobody else has. */
function privateMemory(process: number): number {
  const rollup = readFileSync(`/proc/${process}/smaps_rollup`, 'utf8');
  const kilobytes = Array.from(rollup.matchAll(/^Private_(?:Clean|Dirty):\s+(\d+) kB/gm), ([, count]) => Number(count));
  return 1024 * kilobytes.reduce((sum, count) => sum + count, 0);
}

async function collectGarbage(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const workers: string[] = [];
  session.on('Target.attachedToTarget', ({ sessionId }) => workers.push(sessionId));
  await session.send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: false, flatten: false });
  await session.send('HeapProfiler.collectGarbage');
  for (const [i, worker] of workers.entries()) await collectIn(session, worker, i + 1);
  await session.detach();
}

/** Workers are spoken to by messages within messages. */
async function collectIn(session: CDPSession, worker: string, id: number): Promise<void> {
  const answered = new Promise<void>((resolve) => {
    session.on('Target.receivedMessageFromTarget', ({ sessionId, message }) => {
      if (sessionId === worker && JSON.parse(message).id === id) resolve();
    });
  });
  const message = JSON.stringify({ id, method: 'HeapProfiler.collectGarbage' });
  await session.send('Target.sendMessageToTarget', { sessionId: worker, message });
  await answered;
}
