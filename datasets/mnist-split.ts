import type { Dataset } from '../src/data/dataset.js';
import { stratifiedSplit } from '../src/data/split.js';
import { Generator } from '../src/random.js';

/**
 * The split that `loadMnist` makes, for a page that has the digits from elsewhere: this file does not import the package
 * `mnist`.
 * @param digits all of them, digit by digit
 * @param options `seed` of the split, 0 unless given; `heldOut`, how many are held out, 1,000 unless given
 */
export function splitMnist(
  digits: Dataset,
  { seed = 0, heldOut: count = 1000 }: { seed?: number | string; heldOut?: number } = {},
): { train: Dataset; heldOut: Dataset } {
  const [train, heldOut] = stratifiedSplit(digits, count, new Generator(seed));
  return { train, heldOut };
}
