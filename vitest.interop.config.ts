import { defineConfig } from 'vitest/config';

/** What other programs make of our files, and we of theirs, `npm run test:interop`: onnxruntime-web, PyTorch, ONNX's checker, NumPy. */
export default defineConfig({
  test: {
    include: ['test/interop/*.test.ts'],
    pool: 'threads',
    maxWorkers: 1,
    testTimeout: 300_000,
    hookTimeout: 300_000,
    setupFiles: ['test/one-thread.mjs', 'src/wasm/install.ts'],
  },
});
