import { defineConfig } from 'vitest/config';

// Two files at a time also on two cores, where vitest takes one: much of the time is that of other processes' starts.
export default defineConfig({
  // Each test computes with the fast kernels, as whoever imports an entry of the package does.
  test: { setupFiles: ['src/wasm/install.ts'], include: ['test/*.test.ts'], testTimeout: 60_000, maxWorkers: 2 },
});
