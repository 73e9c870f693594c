import { defineConfig } from 'vitest/config';

// The tests that need a browser, apart from the others: they need Debian's chromium and firefox-esr.
export default defineConfig({
  test: {
    include: ['test/browser/**/*.test.ts'],
    // Two files at a time, and two tests of those that may run side by side: half of its time a page waits.
    maxWorkers: 2,
    maxConcurrency: 2,
    // What a very busy machine needs; a second or two on a quiet one.
    testTimeout: 400_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 90_000 } },
  },
});
