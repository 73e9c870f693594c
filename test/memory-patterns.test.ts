import { beforeEach, expect, test, vi } from 'vitest';
import { computeNothing, PATTERNS, train } from '../bench/lib/patterns.js';

computeNothing();
beforeEach(() => vi.resetModules());

const MB = 2 ** 20;

// What `npm run bench:memory` measures, with the smaller quarter of the sizes.
test.each(Object.keys(PATTERNS))('%s: at most 1.5 times what is alive is held, and 64 MB', async (name) => {
  const convgrad = await import('../src/index.js');
  const { installed } = await import('../src/autograd/backend.js');
  const { live, memory } = train(convgrad, installed()!, PATTERNS[name], 1 / 4);
  expect(memory).toBeLessThan(1.5 * live + 64 * MB);
  expect(live).toBeGreaterThan(16 * MB); // It was at work.
});
