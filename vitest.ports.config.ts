import { defineConfig } from 'vitest/config';

/** Well-known models in plain user code, and the programs of the studies, `npm run test:ports`: no part of `npm test`. */
export default defineConfig({
  test: {
    include: ['test/ports/*.test.ts', 'test/studies/*.test.ts'],
    pool: 'threads',
    maxWorkers: 2,
    testTimeout: 300_000,
    setupFiles: ['test/one-thread.mjs', 'src/wasm/install.ts'],
  },
});
