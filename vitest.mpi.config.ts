import { defineConfig } from 'vitest/config';

/** Several processes under mpirun, `npm run test:mpi`: no part of `npm test`, as it needs Debian's openmpi-bin. */
export default defineConfig({
  test: {
    include: ['test/mpi/*.test.ts'],
    fileParallelism: false, // Each starts up to eight processes.
    testTimeout: 600_000,
    hookTimeout: 120_000,
    setupFiles: ['test/one-thread.mjs', 'src/wasm/install.ts'],
  },
});
