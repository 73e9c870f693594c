import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Begins with what takes longest, so that at the end no file is left that one core alone has to finish. */
class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const slow = sorted.filter(({ project }) => project.name === 'slow');
    return [...slow, ...sorted.filter((file) => !slow.includes(file))];
  }
}

/** Slow, and not in a folder of its own: it packs and installs the package. */
const PACKAGE = 'test/package.test.ts';

export default defineConfig({
  test: {
    maxWorkers: 2, // Also on two cores, where vitest takes one.
    testTimeout: 60_000,
    sequence: { sequencer: SlowFirst },
    projects: [
      {
        extends: true,
        test: { name: 'quick', include: ['test/*.test.ts'], exclude: [PACKAGE], setupFiles: 'test/one-thread.mjs' },
      },
      {
        extends: true,
        test: {
          name: 'slow',
          include: ['test/slow/*.test.ts', PACKAGE],
          setupFiles: 'test/one-thread.mjs',
        },
      },
    ],
  },
});
