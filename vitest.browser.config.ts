import { defineConfig } from 'vitest/config';

// The tests that need a browser, apart from the others: they need Debian's chromium.
export default defineConfig({
  test: { include: ['test/browser/**/*.test.ts'], testTimeout: 120_000, hookTimeout: 60_000 },
});
