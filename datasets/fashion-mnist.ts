import type { Dataset } from '../src/data/dataset.js';
import { loadOfficial } from './official.js';

/** In the order of the labels. */
export const CLOTHES = [
  'T-shirt/top',
  'Trouser',
  'Pullover',
  'Dress',
  'Coat',
  'Sandal',
  'Shirt',
  'Sneaker',
  'Bag',
  'Ankle boot',
];

/**
 * Fashion-MNIST: 60,000 training and 10,000 test images of clothes, 28x28, gray values in [0, 1], the official split. In
 * Node only.
 * @param folder where its four IDX files lie, gzipped or not, under their own names; datasets/README.md says where they
 * come from
 * @returns `train` and `test`, inputs of shape [1, 28, 28], with `classNames`
 * @throws FileError when a file cannot be read; FormatError when the files are not what they should be
 */
export async function loadFashionMnist(folder: string): Promise<{ train: Dataset; test: Dataset }> {
  return loadOfficial('loadFashionMnist', folder, CLOTHES);
}
