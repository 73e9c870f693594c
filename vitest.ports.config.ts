import { defineConfig } from 'vitest/config';

/** Well-known models in plain user code, `npm run test:ports`: no part of `npm test`. */
export default defineConfig({
  test: {
    include: ['test/ports/*.test.ts'],
    pool: 'threads',
    maxWorkers: 2,
    testTimeout: 300_000,
    setupFiles: ['test/one-thread.mjs', 'src/wasm/install.ts'],
  },
});
