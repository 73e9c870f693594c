import { expect, test } from 'vitest';
import { comeTo, openPlayground, resetButton, settled, trainToEnd } from './playground-page.js';
import { rendererMemory } from './renderer-memory.js';

test('the process of the page and all its workers stays within 150 MB after ten trainings and resets', async () => {
  const playground = await openPlayground();
  const { page, errors, close } = await playground.visit('?epochs=1');
  await settled(page);
  const measured: number[] = [];
  for (let reset = 1; reset <= 10; reset++) {
    await trainToEnd(page);
    if (reset === 1 || reset === 10) {
      await comeTo(page, '#inspector');
      await page.locator('.exciting li').first().waitFor();
    }
    await resetButton(page).click();
    await expect.poll(() => page.getByTestId('step').textContent()).toBe('0');
    await expect
      .poll(() => page.locator('.timeline .reading').textContent())
      .toMatch(/^after 0 batches: .*loss \d\.\d+$/);
    // A worker that was ended, and what nobody needs any more, goes a moment later.
    let memory = Number.NaN;
    await expect.poll(async () => (memory = await rendererMemory(page))).toBeLessThan(150e6);
    measured.push(memory);
  }
  console.log(`memory after each reset, MB: ${measured.map((bytes) => (bytes / 1e6).toFixed(0)).join(', ')}`);
  expect(measured[9] - measured[1]).toBeLessThan(30e6); // It does not grow with each.
  expect(errors).toEqual([]);
  await close();
  await playground.close();
});
