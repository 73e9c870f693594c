import { defineConfig } from 'vitest/config';

// The tests that need a browser, apart from the others: they need Debian's chromium and firefox-esr.
export default defineConfig({
  test: {
    include: ['test/browser/**/*.test.ts'],
    // One file after the other: two pages at once are two trainings on the same cores, and neither is in time.
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 30_000 } }, // What a busy machine needs; a second on a quiet one.
  },
});
