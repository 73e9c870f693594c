import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encode, type ImageData } from 'fast-png';
import jpeg from 'jpeg-js';
import { describe, expect, test } from 'vitest';
import { resize } from '../src/data/resize.js';
import { ConvgradError, Dense, evaluate, Flatten, FormatError, Sequential } from '../src/index.js';
import { FileError, type ImageFolderOptions, loadIdxFolder, loadImageFolder, loadModel } from '../src/node/index.js';
import { numbers } from './arrays.js';
import { expectClose } from './close.js';
import { chunk } from './png-maker.js';
import { temporaryFolder } from './temporary-folder.js';

const root = temporaryFolder('images');
let made = 0;

/** A new folder with these files, by their paths in it. */
function folder(files: Record<string, Uint8Array | string>): string {
  const path = join(root, String(made++));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(path, name, '..'), { recursive: true });
    writeFileSync(join(path, name), content);
  }
  return path;
}

const png = (width: number, height: number, data: number[], rest: Partial<ImageData> = {}) =>
  encode({ width, height, channels: 1, data: Uint8Array.from(data), ...rest });
const BLACK_AND_WHITE = png(2, 1, [0, 255]);
const one = (bytes: Uint8Array, options: ImageFolderOptions = {}) =>
  loadImageFolder(folder({ 'a/x.png': bytes }), options);

describe('loadImageFolder', () => {
  test('a pipe, a device and a link to nothing are no images: nothing is waited for, and nothing read without an end', async () => {
    const path = folder({ 'a/1.png': BLACK_AND_WHITE });
    const names = ['pipe.png', 'without-end.png', 'nothing.png'].map((name) => join(path, 'a', name));
    execFileSync('mkfifo', [names[0]]);
    symlinkSync('/dev/zero', names[1]);
    symlinkSync('nowhere', names[2]);
    await expect(loadImageFolder(path)).rejects.toThrow(FileError);
    const { length, skipped } = await loadImageFolder(path, { onBadFile: 'skip' });
    expect([length, skipped.map((each) => each.path).sort()]).toEqual([1, names.sort()]);
    for (const name of names) {
      await expect(loadModel(name, new Dense(1, 1))).rejects.toThrow(FileError);
      await expect(loadIdxFolder(name)).rejects.toThrow(FileError);
    }
  });

  test('two classes of one name are refused', async () => {
    const path = folder({ 'a/1.png': BLACK_AND_WHITE });
    await expect(loadImageFolder(path, { classes: ['a', 'b', 'a'] })).rejects.toThrow(
      "two of the classes ['a', 'b', 'a'] have one name",
    );
  });

  test('a subfolder is a class, all in the order of their names; what begins with a point does not count', async () => {
    const path = folder({
      'seven/b.png': png(2, 1, [2, 0]),
      'seven/a.png': png(2, 1, [1, 0]),
      'seven/.hidden': 'no image',
      'Nine/z.png': png(2, 1, [3, 0]),
      '.git/config': 'no image',
      'README.md': 'no class',
    });
    symlinkSync(join(path, 'seven'), join(path, 'zz'));
    const data = await loadImageFolder(path, { gray: true });
    expect(data.classNames).toEqual(['Nine', 'seven', 'zz']);
    expect([...data.labels]).toEqual([0, 1, 1, 2, 2]);
    expect(data.inputShape).toEqual([1, 1, 2]);
    expect([...data.inputs].map((value) => Math.round(value * 255))).toEqual([3, 0, 1, 0, 2, 0, 1, 0, 2, 0]);
  });

  test.each<[string, Uint8Array, number[]]>([
    ['gray, 8 bits', png(2, 1, [0, 51]), [0, 0.2, 0, 0.2, 0, 0.2]],
    ['gray, 16 bits', png(2, 1, [], { data: Uint16Array.of(13107, 65535), depth: 16 }), [0.2, 1, 0.2, 1, 0.2, 1]],
    ['gray and opacity', png(2, 1, [0, 204, 255, 0], { channels: 2 }), [0.2, 1, 0.2, 1, 0.2, 1]],
    ['color', png(2, 1, [255, 0, 51, 0, 102, 255], { channels: 3 }), [1, 0, 0, 0.4, 0.2, 1]],
    ['color and opacity', png(2, 1, [255, 0, 51, 255, 9, 9, 9, 0], { channels: 4 }), [1, 1, 0, 1, 0.2, 1]],
    ['a palette', palette(), [1, 1, 0, 1, 0, 1]],
    ['gray, 1 bit', oneBit(), [1, 0, 1, 0, 1, 0]],
    ['gray, 1 bit, black transparent', oneBit([0, 0]), [1, 1, 1, 1, 1, 1]],
    ['gray, 8 bits, 51 transparent', withKey(png(2, 1, [0, 51]), [0, 51]), [0, 1, 0, 1, 0, 1]],
  ])('%s', async (_, bytes, expected) => {
    const data = await one(bytes);
    expect(data.inputShape).toEqual([3, 1, 2]);
    expectClose(data.inputs, expected, 1e-7);
  });

  test('gray is the brightness that the eye sees', async () => {
    const colors = png(4, 1, [255, 0, 0, 0, 255, 0, 0, 0, 255, 51, 51, 51], { channels: 3 });
    expectClose((await one(colors, { gray: true })).inputs, [0.299, 0.587, 0.114, 0.2], 1e-7);
  });

  test('images of other sizes are brought to one, or refused with both names', async () => {
    const path = folder({
      'a/1.png': png(2, 2, [0, 51, 102, 153]),
      'b/2.png': png(4, 2, [0, 0, 51, 51, 0, 0, 51, 51]),
    });
    await expect(loadImageFolder(path)).rejects.toThrow(
      `expected images of one size, 2 high and 2 wide as '${join(path, 'a/1.png')}', got 2 and 4 in '${join(path, 'b/2.png')}'`,
    );
    const data = await loadImageFolder(path, { size: 2, gray: true });
    expect([data.length, data.inputShape]).toEqual([2, [1, 2, 2]]);
    expectClose(data.input(0), [0, 0.2, 0.4, 0.6], 1e-7);
    const left = (3 / 7) * 0 + (1 / 7) * 0.2; // The weights 3, 3 and 1 on columns 0, 1 and 2.
    expectClose(data.input(1), [left, 0.2 - left, left, 0.2 - left], 1e-7);
    expect((await loadImageFolder(path, { size: [3, 5] })).inputShape).toEqual([3, 3, 5]);
  });

  test('what is no image, or a damaged one, is a FormatError that names the file', async () => {
    const wrong = BLACK_AND_WHITE.slice();
    wrong[wrong.length - 20] ^= 1;
    const cut = photo(16, 16);
    const spoiled = cut.slice();
    spoiled.fill(0, 2, 8);
    for (const bytes of [new Uint8Array(0), new TextEncoder().encode('GIF89a'), wrong, cut.subarray(0, 300), spoiled]) {
      await expect(one(bytes)).rejects.toThrow(FormatError);
      await expect(one(bytes)).rejects.toThrow(
        /^loadImageFolder, '.*a\/x\.png': expected a (PNG|JPEG) image.*, got \d+ bytes/,
      );
    }
    for (let length = 0; length < BLACK_AND_WHITE.length - 12; length++) {
      await expect(one(BLACK_AND_WHITE.subarray(0, length))).rejects.toThrow(FormatError);
    }
  });

  test('with the classes of a model, folders may be absent, and each label is that of its name', async () => {
    const path = folder({ 'bee/1.png': BLACK_AND_WHITE, 'cat/1.png': BLACK_AND_WHITE, 'dog/1.png': BLACK_AND_WHITE });
    const classes = ['ant', 'bee', 'cat', 'dog'];
    const data = await loadImageFolder(path, { classes });
    expect([data.classes, data.classNames, [...data.labels]]).toEqual([4, classes, [1, 2, 3]]);
    // A model that says bee to everything, trained on all four.
    const model = new Sequential(new Flatten(), new Dense(6, 4));
    model.at(1, Dense).weight.data.fill(0);
    model.at(1, Dense).bias!.data.set([0, 1, 0, 0]);
    model.classNames = classes;
    expect(evaluate(model, data).accuracy).toBeCloseTo(1 / 3);
    const other = await loadImageFolder(path);
    expect(() => evaluate(model, other)).toThrow(
      /expected the classes \['ant', .*got \['bee', 'cat', 'dog'\]; .*classes/,
    );
    for (const wrong of [['bee', 'cat'], 3, 'bee cat dog']) {
      await expect(loadImageFolder(path, { classes: wrong as never })).rejects.toThrow(ConvgradError);
    }
    await expect(loadImageFolder(path, { classes: ['bee', 'cat'] })).rejects.toThrow(
      `expected a folder for each of ['bee', 'cat'] in '${path}', got 'dog'`,
    );
  });

  test('folders that are all numbers stand in the order of these', async () => {
    const names = Array.from({ length: 12 }, (_, i) => String(i));
    const path = folder(Object.fromEntries(names.map((name) => [`${name}/1.png`, png(1, 1, [Number(name)])])));
    const data = await loadImageFolder(path, { gray: true });
    expect(data.classNames).toEqual(names);
    expect([...data.inputs].map((value) => Math.round(value * 255))).toEqual(names.map(Number));
    const mixed = folder({ '10/1.png': BLACK_AND_WHITE, '9/1.png': BLACK_AND_WHITE, 'x/1.png': BLACK_AND_WHITE });
    expect((await loadImageFolder(mixed)).classNames).toEqual(['10', '9', 'x']);
  });

  test('no folder, no classes, a class without images: each has its error', async () => {
    const nowhere = join(root, 'nowhere');
    await expect(loadImageFolder(nowhere)).rejects.toThrow(FileError);
    await expect(loadImageFolder(nowhere)).rejects.toThrow(
      `loadImageFolder: cannot read the folder '${nowhere}' (ENOENT: no such file or directory)`,
    );
    const empty = folder({ 'a/x.png': BLACK_AND_WHITE });
    mkdirSync(join(empty, 'b'));
    await expect(loadImageFolder(empty)).rejects.toThrow(
      `expected PNG or JPEG images in '${join(empty, 'b')}', got none`,
    );
    writeFileSync(join(empty, 'b/notes.txt'), 'none');
    await expect(loadImageFolder(empty)).rejects.toThrow('got none; 1 passed over, the first: no image');
    await expect(loadImageFolder(folder({ 'notes.txt': 'none' }))).rejects.toThrow(
      /expected a subfolder of images for each class in '.*', got none$/,
    );
  });

  test.each<[string, string[], RegExp]>([
    [
      'the images of one class',
      ['x.png'],
      /got images; if '\d+' is one class of several, give the folder that it lies/,
    ],
    [
      'a folder above',
      ['train/a/x.png', 'test/a/x.png'],
      /images in '.*test', got 1 folders; if these are the classes.*give '.*test'/,
    ],
    [
      'a folder in a class',
      ['a/x.png', 'a/more/y.png'],
      /no folder in the class '.*a', got 'more'; move its images into the class/,
    ],
    [
      'what macOS leaves',
      ['__MACOSX/a/x.png', 'a/x.png'],
      /the folder '.*__MACOSX' is no class: macOS leaves it.*remove it/,
    ],
  ])('%s: the error says what to do', async (_, names, message) => {
    const path = folder(Object.fromEntries(names.map((name) => [name, BLACK_AND_WHITE])));
    await expect(loadImageFolder(path)).rejects.toThrow(FormatError);
    await expect(loadImageFolder(path)).rejects.toThrow(message);
  });

  test('JPEG is read, whatever its name, gray and in color', async () => {
    const data = await loadImageFolder(
      folder({ 'a/1.jpg': photo(16, 24), 'a/2.png': photo(16, 24), 'b/3': photo(16, 24) }),
    );
    expect([data.length, data.inputShape, data.skipped]).toEqual([3, [3, 24, 16], []]);
    expectClose(data.input(1).subarray(0, 16), new Float32Array(16).fill(200 / 255), 0.02);
    expectClose(data.input(1).subarray(24 * 16, 24 * 16 + 16), new Float32Array(16).fill(100 / 255), 0.02);
    const gray = await loadImageFolder(folder({ 'a/1.jpg': photo(16, 24) }), { gray: true });
    expectClose(gray.input(0), new Float32Array(16 * 24).fill((0.299 * 200 + 0.587 * 100 + 0.114 * 50) / 255), 0.02);
  });

  test('what a JPEG claims is held against its bytes and against the limit', async () => {
    const claims = photo(16, 16);
    const frame = claims.indexOf(Buffer.from([0xff, 0xc0]));
    claims.set([0xff, 0xff, 0xff, 0xff], frame + 5);
    const times: number[] = [];
    for (let time = 0; time < 5; time++) {
      const begin = performance.now();
      await expect(one(claims)).rejects.toThrow(/65535 x 65535 pixels in 1 scans cannot be in \d+ bytes/);
      times.push(performance.now() - begin);
    }
    expect(Math.min(...times)).toBeLessThan(1000); // Once at least nothing else has the core.
    await expect(one(photo(64, 64), { maxBytes: 64 * 64 * 12 - 1 })).rejects.toThrow(
      '64 x 64 pixels takes more than the limit of',
    );
    await expect(one(photo(64, 64), { maxBytes: 64 * 64 * 13 })).rejects.toThrow(
      'takes more than the limit of 0.0532 MB',
    );
    expect((await one(photo(64, 64), { maxBytes: 200_000 })).length).toBe(1);
  });

  test('files that are no images are passed over and told; bad images are an error unless they are to be', async () => {
    const path = folder({
      'a/Thumbs.db': 'no image',
      'a/x.png': BLACK_AND_WHITE,
      'a/y.png': '<!doctype html>',
      'a/z.gif': 'GIF89a',
    });
    await expect(loadImageFolder(path)).rejects.toThrow("a/y.png': expected a PNG image or a JPEG");
    await expect(loadImageFolder(path, { onBadFile: 'never' as never })).rejects.toThrow(
      "expected onBadFile to be 'throw'",
    );
    const data = await loadImageFolder(path, { onBadFile: 'skip' });
    expect([data.length, [...data.labels], data.inputs.length]).toEqual([1, [0], 6]);
    expect(data.skipped.map((each) => each.path)).toEqual(
      ['Thumbs.db', 'y.png', 'z.gif'].map((name) => join(path, 'a', name)),
    );
    expect(data.skipped[0].reason).toBe('no image');
    expect(data.skipped[2].reason).toMatch(/6 bytes that begin as neither/);
  });

  test('wrong options are refused', async () => {
    await expect(one(BLACK_AND_WHITE, { grey: true } as object)).rejects.toThrow("unknown option 'grey'");
    await expect(one(BLACK_AND_WHITE, { size: 0 })).rejects.toThrow('expected size to be a whole number of at least 1');
    await expect(one(BLACK_AND_WHITE, { gray: 1 as never })).rejects.toThrow(
      'expected gray to be true or false, got 1',
    );
  });
});

describe('resize', () => {
  test('to the same size changes nothing, of one color leaves one color', () => {
    const image = Float32Array.from(numbers(1, [2, 5, 7]));
    expect(resize(image, [2, 5, 7], [5, 7])).toEqual(image);
    expectClose(resize(new Float32Array(35).fill(0.3), [1, 5, 7], [13, 3]), new Float32Array(39).fill(0.3), 1e-7);
  });

  test('known values: a ramp twice as wide, a step half as wide', () => {
    expectClose(resize(Float32Array.of(0, 1), [1, 1, 2], [1, 4]), [0, 0.25, 0.75, 1], 1e-7);
    expectClose(resize(Float32Array.of(0, 0, 1, 1), [1, 4, 1], [2, 1]), [1 / 7, 6 / 7], 1e-7);
  });
});

/** A JPEG of one color. */
function photo(width: number, height: number): Buffer {
  const data = Buffer.from(Array.from({ length: width * height }, () => [200, 100, 50, 255]).flat());
  return jpeg.encode({ width, height, data }, 95).data;
}

/** A PNG with a chunk between its header and its pixels. */
function withChunk(bytes: Uint8Array, type: string, content: number[]): Uint8Array {
  return Uint8Array.from([...bytes.subarray(0, 33), ...chunk(type, content), ...bytes.subarray(33)]);
}

/** With a color that is transparent. */
function withKey(bytes: Uint8Array, key: number[]): Uint8Array {
  return withChunk(bytes, 'tRNS', key);
}

/** A PNG of 2 x 1 whose header says another depth and kind of color. */
function withHeader(bytes: Uint8Array, depth: number, color: number): Uint8Array {
  const header = chunk('IHDR', [0, 0, 0, 2, 0, 0, 0, 1, depth, color, 0, 0, 0]);
  return Uint8Array.from([...bytes.subarray(0, 8), ...header, ...bytes.subarray(33)]);
}

/** Red, then transparent black, from a palette of black and red. */
function palette(): Uint8Array {
  const indexed = withHeader(png(2, 1, [1, 0]), 8, 3);
  return withChunk(withChunk(indexed, 'tRNS', [0]), 'PLTE', [0, 0, 0, 255, 0, 0]);
}

/** White and black in the two highest bits of one byte. */
function oneBit(key?: number[]): Uint8Array {
  const bytes = withHeader(png(1, 1, [0b10000000]), 1, 0);
  return key ? withKey(bytes, key) : bytes;
}
