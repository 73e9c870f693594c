import type { Dataset } from '../src/data/dataset.js';
import { FormatError } from '../src/errors.js';
import { loadIdxFolder } from '../src/node/idx-files.js';
import { showShape } from '../src/shape.js';

/**
 * The official split of MNIST, or of a set made to take its place, from its four files in a folder.
 * @throws FormatError unless it is 60,000 and 10,000 images of 28x28
 */
export async function loadOfficial(
  where: string,
  folder: string,
  classes: number | readonly string[],
): Promise<{ train: Dataset; test: Dataset }> {
  const { train, test } = await loadIdxFolder(folder, { classes });
  for (const [part, count] of [
    [train, 60_000],
    [test, 10_000],
  ] as const) {
    const [shape, expected] = [part, { length: count, inputShape: [1, 28, 28] }].map(({ length, inputShape }) =>
      showShape([length, ...inputShape]),
    );
    if (shape !== expected) throw new FormatError(where, `expected images ${expected} in '${folder}', got ${shape}`);
  }
  return { train, test };
}
