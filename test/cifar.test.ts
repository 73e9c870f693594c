import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FormatError, Generator } from '../src/index.js';
import { FileError, loadCifar10, loadCifar100 } from '../src/node/index.js';
import { temporaryFolder } from './temporary-folder.js';

const root = temporaryFolder('cifar');
let made = 0;

type Files = Record<string, Uint8Array | string | null>;

/** A new folder with these files. */
function folder(files: Files, inside = ''): string {
  const path = join(root, String(made++));
  mkdirSync(join(path, inside), { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    if (content !== null) writeFileSync(join(path, inside, name), content);
  }
  return path;
}

const generator = new Generator('cifar');
/** Records of labels and random pixels, one after the other. */
const records = (...labels: number[][]) =>
  Uint8Array.from(labels.flatMap((own) => [...own, ...Array.from({ length: 3072 }, () => generator.integer(256))]));

const TEN = {
  ...Object.fromEntries([1, 2, 3, 4, 5].map((i) => [`data_batch_${i}.bin`, records([i], [9 - i])])),
  'test_batch.bin': records([9], [0], [3]),
};
const META = 'airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n\n';
const numbers = (count: number, what: string) =>
  `${Array.from({ length: count }, (_, i) => `${what}_${i}`).join('\n')}\n`;
const HUNDRED = {
  'train.bin': records([19, 99], [0, 7], [3, 0]),
  'test.bin': records([11, 50]),
  'fine_label_names.txt': numbers(100, 'fine'),
  'coarse_label_names.txt': numbers(20, 'coarse'),
};

describe('loadCifar10', () => {
  test('reads five files to learn from and one to test, red, green and blue from 0 to 1, with the names', async () => {
    for (const path of [folder({ ...TEN, 'batches.meta.txt': META }), folder(TEN, 'cifar-10-batches-bin')]) {
      const { train, test: held } = await loadCifar10(path);
      expect([train.length, held.length, train.inputShape]).toEqual([10, 3, [3, 32, 32]]);
      expect([...train.labels]).toEqual([1, 8, 2, 7, 3, 6, 4, 5, 5, 4]);
      expect([...held.labels]).toEqual([9, 0, 3]);
      expect(train.classNames).toEqual(META.trim().split('\n'));
      expect(held.classNames).toEqual(train.classNames);
      const second = TEN['data_batch_2.bin' as keyof typeof TEN].subarray(3073 + 1);
      expect(train.input(3)).toEqual(Float32Array.from(second, (byte) => byte / 255));
    }
  });

  test('names of one’s own, with a line feed of Windows', async () => {
    const names = Array.from({ length: 10 }, (_, i) => `kind ${i}`);
    const { train } = await loadCifar10(folder({ ...TEN, 'batches.meta.txt': names.join('\r\n') }));
    expect(train.classNames).toEqual(names);
  });

  test.each<[string, Files, RegExp, new (...args: never[]) => Error]>([
    [
      'a missing file',
      { 'data_batch_4.bin': null, 'test_batch.bin': null },
      /^loadCifar10: expected the files of the binary version in '.*', and there is no data_batch_4.bin, test_batch.bin; they are/,
      FileError,
    ],
    [
      'the files for Python',
      { ...Object.fromEntries(Object.keys(TEN).map((name) => [name, null])), data_batch_1: 'pickle' },
      /these are of the Python version; they are to be had at https/,
      FileError,
    ],
    [
      'a file that was cut off',
      { 'data_batch_3.bin': records([1], [2]).subarray(0, 6000) },
      /data_batch_3.bin': expected records of 3073 bytes each, a label and .* got 6000 bytes: the file was cut off/,
      FormatError,
    ],
    ['an empty file', { 'test_batch.bin': new Uint8Array(0) }, /test_batch.bin': .* got 0 bytes/, FormatError],
    [
      'a label of no class',
      { 'data_batch_5.bin': records([1], [10]) },
      /data_batch_5.bin': expected labels from 0 to 9, got 10 in record 1/,
      FormatError,
    ],
    [
      'too few names',
      { 'batches.meta.txt': 'cat\ndog\n' },
      /batches.meta.txt': expected 10 names of classes, got 2/,
      FormatError,
    ],
  ])('%s is refused', async (_, changed, message, Kind) => {
    const attempt = loadCifar10(folder({ ...TEN, ...changed }));
    await expect(attempt).rejects.toThrow(message);
    await expect(attempt).rejects.toThrow(Kind);
  });

  test('a folder that is not there is refused', async () => {
    await expect(loadCifar10(join(root, 'none'))).rejects.toThrow(/loadCifar10: cannot read the folder .*ENOENT/);
  });
});

describe('loadCifar100', () => {
  test('fine and coarse labels, with their names', async () => {
    const path = folder(HUNDRED);
    const fine = await loadCifar100(path);
    expect([...fine.train.labels, ...fine.test.labels]).toEqual([99, 7, 0, 50]);
    expect([fine.train.classes, fine.train.classNames[99]]).toEqual([100, 'fine_99']);
    const coarse = await loadCifar100(path, { labels: 'coarse' });
    expect([...coarse.train.labels, ...coarse.test.labels]).toEqual([19, 0, 3, 11]);
    expect([coarse.test.classes, coarse.test.classNames[19]]).toEqual([20, 'coarse_19']);
    expect(coarse.train.inputs).toEqual(fine.train.inputs);
    expect(fine.train.input(1)).toEqual(
      Float32Array.from(HUNDRED['train.bin'].subarray(3074 + 2, 2 * 3074), (byte) => byte / 255),
    );
  });

  test('without names the classes have numbers', async () => {
    const { train, test: held } = await loadCifar100(
      folder({ 'train.bin': HUNDRED['train.bin'], 'test.bin': HUNDRED['test.bin'] }, 'cifar-100-binary'),
    );
    expect([train.classes, held.classes, held.classNames[50]]).toEqual([100, 100, '50']);
  });

  test('what does not fit is refused', async () => {
    await expect(loadCifar100(folder(TEN))).rejects.toThrow('there is no train.bin, test.bin');
    await expect(loadCifar100(folder({ ...HUNDRED, 'test.bin': records([1]) }))).rejects.toThrow(
      /expected records of 3074 bytes each, two labels and 3 \* 32 \* 32 pixels, got 3073 bytes/,
    );
    const wrong = folder({ ...HUNDRED, 'train.bin': records([20, 99]) });
    expect((await loadCifar100(wrong)).train.length).toBe(1);
    await expect(loadCifar100(wrong, { labels: 'coarse' })).rejects.toThrow('labels from 0 to 19, got 20 in record 0');
    await expect(loadCifar100(wrong, { labels: 'both' as 'fine' })).rejects.toThrow("labels to be 'fine' or 'coarse'");
  });
});
