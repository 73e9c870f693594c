import { defineConfig } from 'vitest/config';

// Two files at a time also on two cores, where vitest takes one: much of the time is that of other processes' starts.
export default defineConfig({
  test: { include: ['test/*.test.ts'], testTimeout: 60_000, maxWorkers: 2 },
});
