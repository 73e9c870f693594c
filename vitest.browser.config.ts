import { defineConfig } from 'vitest/config';

// The tests that need a browser, apart from the others: they need Debian's chromium.
export default defineConfig({
  // One file after the other: two pages at once are two trainings on the same cores, and neither is in time.
  test: { include: ['test/browser/**/*.test.ts'], fileParallelism: false, testTimeout: 120_000, hookTimeout: 60_000 },
});
