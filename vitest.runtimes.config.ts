import { defineConfig } from 'vitest/config';

/** Everything that runs JavaScript, `npm run test:runtimes`: no part of `npm test`, as it brings much with it. */
export default defineConfig({
  test: { include: ['test/runtimes/*.test.ts'], testTimeout: 120_000, hookTimeout: 60_000 },
});
