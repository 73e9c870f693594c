import { configDefaults, defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Slow ones first, so that at the end no long file is left to one core alone. */
class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const slow = sorted.filter(({ project }) => project.name === 'slow');
    return [...slow, ...sorted.filter((file) => !slow.includes(file))];
  }
}

/**
 * What `npm run test:quick` leaves out: tests that run programs in processes of their own (most of them examples, which
 * train), kill them, start threads, take thousands of steps to see that memory stays flat, or install the package.
 */
const SLOW = ['test/slow/*.test.ts', 'test/package.test.ts'];

export default defineConfig({
  test: {
    maxWorkers: 2, // Also on two cores, where vitest takes one.
    // A hang is noticed late, but a busy machine is no hang.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    // Each test computes with the fast kernels, as whoever imports an entry of the package does.
    setupFiles: ['test/one-thread.mjs', 'src/wasm/install.ts'],
    sequence: { sequencer: SlowFirst },
    projects: [
      {
        extends: true,
        test: {
          name: 'quick',
          include: ['test/*.test.ts'],
          exclude: [...configDefaults.exclude, ...SLOW],
          pool: 'threads', // They start faster than processes.
        },
      },
      { extends: true, test: { name: 'slow', include: SLOW, testTimeout: 900_000 } },
    ],
  },
});
