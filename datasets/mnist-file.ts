/**
 * The digits of `loadMnist` as one small file, for a page. Nothing here imports the package `mnist`, which a bundler would put
 * into the page.
 */
import { isTyped } from '../src/autograd/storage.js';
import { fromBytes } from '../src/data/bytes.js';
import { Dataset } from '../src/data/dataset.js';
import { stratifiedSplit } from '../src/data/split.js';
import { ArgumentError, checkOptions, FormatError, show } from '../src/errors.js';
import { Generator } from '../src/random.js';

const SIDE = 28;
export const PIXELS = SIDE * SIDE;
/** How many images of each digit the package mnist 1.1.0 holds: 10,000 together. */
export const COUNTS = [1001, 1127, 991, 1032, 980, 863, 1014, 1070, 944, 978];
const TOTAL = COUNTS.reduce((sum, count) => sum + count, 0);

/** The options of `loadMnist` and `readMnist`. */
export interface MnistOptions {
  /** What the split is drawn from. @default 0 */
  seed?: number | string;
  /** How many digits are held out. @default 1,000 */
  heldOut?: number;
}

/** All digits, digit by digit: a quarter of what a Dataset takes. */
export interface Digits {
  labels: Uint8Array<ArrayBuffer>;
  /** 784 gray values a digit, 0 to 255. */
  grays: Uint8Array<ArrayBuffer>;
}

/**
 * The digits in a file that `packMnist` wrote, split as `loadMnist` splits them: for a page, which fetches 1.6 MB in place
 * of the package `mnist`, 20 MB of JSON.
 * @param bytes the whole file
 * @returns `train` and `heldOut`, inputs of shape [1, 28, 28]: the same, in the same order, as from `loadMnist`
 * @throws FormatError when the file is damaged, or is something else
 */
export async function readMnist(
  bytes: Uint8Array,
  options: MnistOptions = {},
): Promise<{ train: Dataset; heldOut: Dataset }> {
  if (!isTyped(bytes, 'Uint8Array')) throw new ArgumentError('readMnist', `expected a Uint8Array, got ${show(bytes)}`);
  checkOptions('readMnist', options, ['seed', 'heldOut']);
  return splitDigits(await unpackDigits(new Blob([new Uint8Array(bytes)])), options);
}

/** The file of these digits: gzipped labels, a byte each, then images, a byte a pixel. */
export async function packDigits({ labels, grays }: Digits): Promise<Uint8Array> {
  const packed = new Blob([labels, grays]).stream().pipeThrough(new CompressionStream('gzip'));
  return new Uint8Array(await new Response(packed).arrayBuffer());
}

/** The digits in their file, in a page and in Node. @throws FormatError */
export async function unpackDigits(file: Blob): Promise<Digits> {
  const damaged = (detail: string, cause?: unknown) =>
    new FormatError('readMnist', `expected a file that packMnist wrote, got ${detail}`, { cause });
  const bytes = new Uint8Array(TOTAL * (1 + PIXELS));
  const reader = file.stream().pipeThrough(new DecompressionStream('gzip')).getReader();
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read().catch((error) => {
      throw damaged(`${file.size} bytes that are no whole gzip file`, error);
    });
    if (done) break;
    // Whatever it would unpack to, no more is taken.
    if (length + value.length > bytes.length) {
      await reader.cancel();
      throw damaged(`more than ${bytes.length} bytes in it`);
    }
    bytes.set(value, length);
    length += value.length;
  }
  if (length < bytes.length) throw damaged(`${length} bytes in it, not ${bytes.length}`);
  const labels = bytes.subarray(0, TOTAL);
  const expected = labelsOf(COUNTS);
  const wrong = labels.findIndex((label, i) => label !== expected[i]);
  if (wrong >= 0) throw damaged(`the label ${labels[wrong]} for image ${wrong}, not ${expected[wrong]}`);
  return { labels, grays: bytes.subarray(TOTAL) };
}

/** 0 so many times, 1 so many times, and so on. */
export function labelsOf(counts: readonly number[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(counts.flatMap((count, digit) => new Array(count).fill(digit)));
}

/** All digits as two datasets, split by the seed. */
export function splitDigits(digits: Digits, options?: MnistOptions): { train: Dataset; heldOut: Dataset } {
  const { train, heldOut } = splitNumbers(digits, options);
  return { train: imagesOf(digits, train), heldOut: imagesOf(digits, heldOut) };
}

/**
 * The same split of the digits' numbers, 0 to 9,999, as inputs of shape [1], for those who unpack a part of them: what is drawn
 * depends on the labels alone.
 */
export function splitNumbers(
  { labels }: Digits,
  { seed = 0, heldOut: count = 1000 }: MnistOptions = {},
): { train: Dataset; heldOut: Dataset } {
  const all = new Dataset(Float32Array.from(labels.keys()), [1], labels, COUNTS.length);
  const [train, heldOut] = stratifiedSplit(all, count, new Generator(seed));
  return { train, heldOut };
}

/** The images of some digits. @param part their numbers, as `splitNumbers` has them */
export function imagesOf({ grays }: Digits, { inputs: numbers, labels, classes, length }: Dataset): Dataset {
  const chosen = new Uint8Array(length * PIXELS);
  numbers.forEach((number, i) => {
    chosen.set(grays.subarray(number * PIXELS, (number + 1) * PIXELS), i * PIXELS);
  });
  return new Dataset(fromBytes(chosen), [1, SIDE, SIDE], labels, classes);
}
