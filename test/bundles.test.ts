import { expect, test } from 'vitest';
import { type Bundle, bundledBytes } from '../bench/lib/size.js';

/** The most that the programs of bench/bundles/ may weigh, in kB, minified and gzipped. */
const LIMITS: Record<Bundle, number> = { everything: 74, loop: 47, fit: 59 };

test.each(Object.entries(LIMITS) as [Bundle, number][])('%s: at most %f kB in a page', async (bundle, limit) => {
  const kilobytes = Number(((await bundledBytes(bundle)) / 1000).toFixed(1));
  expect(kilobytes).toBeLessThanOrEqual(limit);
  expect(kilobytes).toBeGreaterThan(limit / 2); // It is in there.
});
