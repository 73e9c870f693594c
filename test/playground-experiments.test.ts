import { describe, expect, test } from 'vitest';
import { loadMnist } from '../datasets/index.js';
import { packMnist } from '../datasets/mnist.js';
import { unpackDigits } from '../datasets/mnist-file.js';
import { train } from '../examples/lib/recipe.js';
import { scramblePhases } from '../examples/lib/spectra.js';
import { grayOf } from '../examples/playground/src/convolution/photographs.js';
import {
  EXPERIMENT_NAMES,
  EXPERIMENTS,
  experimentOf,
  settingsOf,
} from '../examples/playground/src/presets/experiments.js';
import { presetsEn } from '../examples/playground/src/presets/texts.en.js';
import { presetsZh } from '../examples/playground/src/presets/texts.zh.js';
import { DEFAULTS, readSettings, writeSettings } from '../examples/playground/src/state/settings.js';
import { programOf } from '../examples/playground/src/takeaway/program.js';
import { HeldOut } from '../examples/playground/src/worker/held-out.js';
import { heldOutOf, imagesFor, learnedOf, networkOf, trainingOf } from '../examples/playground/src/worker/job.js';
import { type Batch, type Batches, DataLoader, Dataset, Generator } from '../src/index.js';

const digits = async () => unpackDigits(new Blob([(await packMnist()) as Uint8Array<ArrayBuffer>]));

describe('experiments', () => {
  test('change what they say and nothing else, and are recognized by it', () => {
    for (const name of EXPERIMENT_NAMES) {
      const settings = settingsOf(name);
      expect(settings).toEqual({ ...DEFAULTS, ...EXPERIMENTS[name] });
      expect(experimentOf(settings)).toBe(name);
      expect(readSettings(writeSettings(settings))).toEqual({ settings, refused: [] });
    }
    expect(experimentOf({ ...DEFAULTS, epochs: 3 })).toBeNull();
  });

  test('have texts in both languages, and figures that are the same in both', () => {
    const figures = (text: string) => text.match(/\d+(\.\d+)?%?/g)?.sort();
    for (const name of EXPERIMENT_NAMES) {
      expect(presetsZh.asks[name]).not.toBe('');
      const others = presetsEn.answers[name].replace('the other digits 7%', '7%');
      expect(figures(presetsZh.answers[name].replaceAll('1,000', ''))).toEqual(figures(others.replaceAll('1,000', '')));
    }
  });

  test('come out as the page says: one filter', async () => {
    const settings = settingsOf('single');
    const { validation } = await fit(settings);
    expect(presetsEn.answers.single).toContain(`${(100 * (validation as { accuracy: number }).accuracy).toFixed(1)}%`);
  }, 60_000);

  test('come out as the page says: steps too large', async () => {
    const settings = settingsOf('tooFast');
    const batch = /in batch (\d+)/.exec(presetsEn.answers.tooFast)?.[1];
    await expect(fit(settings)).rejects.toThrow(`in batch ${batch} of epoch 1`);
  }, 60_000);

  async function fit(settings: typeof DEFAULTS) {
    const packed = await digits();
    const { whole, length, source } = learnedOf(packed, settings);
    const training = trainingOf(settings, whole, length);
    const data = { train: source(training.batchSize), heldOut: heldOutOf(packed, settings) };
    const { epochs } = await train(networkOf(settings), data, training);
    return epochs.at(-1)!;
  }
});

test('batches of bytes are, in each epoch, those that a training makes of the digits as numbers', async () => {
  const settings = { ...DEFAULTS, seed: 7 };
  const { source, length, whole } = learnedOf(await digits(), settings);
  const bytes = source(130) as Iterable<Batch>;
  expect([length, whole]).toEqual([9000, 9000]);
  const { train: plain } = await loadMnist({ seed: 7 });
  const numbers = new DataLoader(plain, { batchSize: 130, shuffle: true, generator: new Generator(7) });
  for (let epoch = 0; epoch < 2; epoch++) {
    const got = [...bytes];
    expect(got.length).toBe((bytes as Batches<Batch>).length);
    for (const [i, { x, y }] of [...numbers].entries()) {
      expect(got[i].x.shape).toEqual(x.shape);
      expect(Buffer.compare(Buffer.from(got[i].x.data.buffer), Buffer.from(x.data.buffer))).toBe(0);
      expect(got[i].y).toEqual(y);
    }
  }
});

test('held-out digits are kept as bytes where these say them exactly, and are the same numbers again', async () => {
  const packed = await digits();
  for (const condition of ['recipe', 'permuted', 'scrambled'] as const) {
    const plain = heldOutOf(packed, { ...DEFAULTS, condition });
    const kept = HeldOut.of(plain);
    expect(kept.pixels.byteLength / kept.length).toBe(condition === 'scrambled' ? 4 * 784 : 784);
    const again = kept.dataset();
    expect(Buffer.compare(Buffer.from(again.inputs.buffer), Buffer.from(plain.inputs.buffer))).toBe(0);
    expect(again.labels).toEqual(plain.labels);
    expect(kept.input(999)).toEqual(plain.input(999));
    expect(kept.every(300)).toEqual(plain.subset([0, 300, 600]));
    expect(kept.equals(HeldOut.of(plain))).toBe(true);
  }
  const [one, other] = [0, 1].map((seed) => HeldOut.of(heldOutOf(packed, { ...DEFAULTS, seed })));
  expect(one.equals(other)).toBe(false);
});

test('with scrambled phases the network learns from, and is shown, what the study of controls had', async () => {
  const settings = { ...DEFAULTS, seed: 3, condition: 'scrambled' } as const;
  const plain = await loadMnist({ seed: 3 });
  const [learned, heldOut] = scramblePhases([plain.train, plain.heldOut], 3);
  const packed = await digits();
  const got = learnedOf(packed, settings).source(64) as Dataset;
  expect(Buffer.compare(Buffer.from(got.inputs.buffer), Buffer.from(learned.inputs.buffer))).toBe(0);
  const { inputs } = heldOutOf(packed, settings);
  expect(Buffer.compare(Buffer.from(inputs.buffer), Buffer.from(heldOut.inputs.buffer))).toBe(0);
  expect(got.labels).toEqual(plain.train.labels);
  // What somebody draws goes the same way.
  const one = new Dataset(plain.heldOut.input(5), [1, 28, 28], [0], 10);
  const drawn = imagesFor(settings)(one).inputs;
  heldOut.input(5).forEach((value, i) => {
    expect(drawn[i]).toBeCloseTo(value, 5);
  });
  const program = programOf(settings, trainingOf(settings, 9000, 9000), writeSettings(settings));
  expect(program).toContain("import { phaseScrambler } from './examples/lib/spectra.js';");
  expect(program).toContain('await fit(model, scrambled(train)');
  expect(program).toContain('const validation = scrambled(heldOut)');
});

describe('a photograph', () => {
  const square = (side: number, pixel: (row: number, column: number) => number[]) => ({
    data: Uint8ClampedArray.from(
      Array.from({ length: side * side }, (_, i) => pixel(Math.floor(i / side), i % side)).flat(),
    ),
    width: side,
  });

  test('is gray as 0.299 red + 0.587 green + 0.114 blue, and white where it is transparent', () => {
    const colors = [
      [255, 0, 0, 255],
      [0, 255, 0, 255],
      [0, 0, 255, 255],
      [10, 20, 30, 0],
    ];
    const { values, size, white } = grayOf(square(2, (row, column) => colors[2 * row + column]));
    expect([size, white]).toEqual([2, 255]);
    expect(Array.from(values)).toEqual([76, 150, 29, 255]);
  });

  test('keeps its pixels up to 128 along a side, and is averaged where it has more', () => {
    const stripes = (row: number, column: number) =>
      Array(3)
        .fill((row + column) % 2 === 0 ? 0 : 200)
        .concat(255);
    expect(grayOf(square(128, stripes)).values[1]).toBe(200);
    const small = grayOf(square(512, stripes));
    expect(small.size).toBe(128);
    // At the border the triangle that weighs is cut off.
    expect(Array.from(small.values).every((value) => Math.abs(value - 100) <= 8)).toBe(true);
    expect(small.values[64 * 128 + 64]).toBe(100);
  });
});
