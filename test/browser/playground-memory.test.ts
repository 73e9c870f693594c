import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { comeTo, openPlayground, settled } from './playground-page.js';

/** What the page and its workers hold, in bytes, once all garbage has been collected. */
const MEASURE = 'performance.measureUserAgentSpecificMemory().then(({ bytes }) => bytes)';

test('the page and all its workers stay within 150 MB after ten trainings and resets', async () => {
  // Only an isolated page may measure its memory, and a thread that sleeps cannot collect its garbage: there is one core
  // for this process and the browser that it starts, and so one thread.
  execFileSync('taskset', ['-cp', '0', String(process.pid)]);
  const flags = ['--enable-blink-features=ForceEagerMeasureMemory']; // Collects at once, not within a minute.
  const playground = await openPlayground({ isolated: true, flags });
  const { page, errors, close } = await playground.visit('?epochs=1');
  await settled(page); // All that is drawn once has been drawn.
  const measured: number[] = [];
  for (let reset = 1; reset <= 10; reset++) {
    await page.locator('.bar button.primary').click();
    await page.getByTestId('hash').textContent({ timeout: 90_000 });
    if (reset === 1 || reset === 10) {
      await comeTo(page, '#inspector');
      await page.locator('.exciting li').first().waitFor();
    }
    await page.locator('.bar button').nth(2).click();
    await expect.poll(() => page.getByTestId('step').textContent()).toBe('0');
    measured.push((await page.evaluate(MEASURE)) as number);
  }
  console.log(`memory after each reset, MB: ${measured.map((bytes) => (bytes / 1e6).toFixed(0)).join(', ')}`);
  expect(measured[9]).toBeLessThan(150e6);
  expect(measured[9] - measured[1]).toBeLessThan(30e6); // It does not grow with each.
  expect(errors).toEqual([]);
  await close();
  await playground.close();
}, 300_000);
