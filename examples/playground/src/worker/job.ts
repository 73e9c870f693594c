/** What the settings mean: the digits, the network and the training, as the examples 03 and 05 have them. */
import { imagesOf, type Digits as PackedDigits, splitNumbers, unpackDigits } from '../../../../datasets/mnist-file.js';
import { type Dataset, FormatError, manualSeed, type Sequential } from '../../../../src/index.js';
import { permutePixels, shuffleLabels } from '../../../lib/controls.js';
import { network, type Settings as TrainingSettings, type train } from '../../../lib/recipe.js';
import { phaseScrambler } from '../../../lib/spectra.js';
import type { Settings } from '../state/settings.js';
import { byteBatches } from './byte-batches.js';
import { DigitsError, detailOf } from './failure.js';

/** Digits to learn from. */
export interface Learned {
  length: number;
  /** How many there are without a control. */
  whole: number;
  /** What a training is given: batches made of bytes, or numbers, four times their size, where a control has changed them. */
  source(batchSize: number): Parameters<typeof train>[1]['train'];
}

/** How many digits a network that is only asked names at once: more take more memory, and are no faster. */
export const AT_ONCE = 25;

/** What a worker keeps of the digits, a fifth of them in size; null until it has been asked for, and when that failed. */
let file: Promise<Blob> | null = null;

/**
 * The digits in the file that stands beside the page, made by digits-file.ts. What fails is tried once more, past all
 * caches, and again whenever the digits are asked for.
 * @throws DigitsError
 */
export async function digitsAt(url: string): Promise<PackedDigits> {
  try {
    file ??= download(url, 'default');
    return await unpack(await file);
  } catch {
    try {
      file = download(url, 'reload');
      return await unpack(await file);
    } catch (error) {
      file = null;
      throw error;
    }
  }
}

async function download(url: string, cache: RequestCache): Promise<Blob> {
  const response = await fetch(url, { cache }).catch((error) => {
    throw new DigitsError('download', detailOf(error));
  });
  if (!response.ok) throw new DigitsError('download', `HTTP ${response.status}`);
  return response.blob().catch((error) => {
    throw new DigitsError('download', detailOf(error)); // The connection broke.
  });
}

function unpack(file: Blob): Promise<PackedDigits> {
  return unpackDigits(file).catch((error) => {
    throw error instanceof FormatError ? new DigitsError('damaged', error.detail) : error;
  });
}

/** The digits that the network learns from: split by the seed, as `loadMnist` does, and changed as the condition says. */
export function learnedOf(packed: PackedDigits, settings: Settings): Learned {
  const { seed, condition } = settings;
  const part = splitNumbers(packed, { seed }).train;
  const whole = part.length;
  if (condition === 'recipe' || condition === 'untrained') {
    return { length: whole, whole, source: (batchSize) => byteBatches(packed, { part, batchSize, seed }) };
  }
  const images = imagesOf(packed, part);
  const changed = condition === 'shuffled' ? shuffleLabels(images, seed) : imagesFor(settings)(images);
  return { length: changed.length, whole, source: () => changed };
}

/** What a control does to images, those that the network learns from and those that it is shown later. */
export function imagesFor({ condition, seed }: Settings): (images: Dataset) => Dataset {
  if (condition === 'permuted') return (images) => permutePixels([images], seed)[0];
  return condition === 'scrambled' ? phaseScrambler(28, seed) : (images) => images;
}

/** The held-out digits alone. */
export function heldOutOf(packed: PackedDigits, settings: Settings): Dataset {
  return imagesFor(settings)(imagesOf(packed, splitNumbers(packed, { seed: settings.seed }).heldOut));
}

/** The network before training; for the same settings always the same. */
export function networkOf({ seed, filters, kernelSize, initialization }: Settings): Sequential {
  manualSeed(seed);
  return network({ filters, kernelSize, initialization });
}

/** How often digits with shuffled labels are seen, for each time that all digits would be: until they are known by heart. */
const BY_HEART = 20;

/** How the network is trained: a control gets as much weight decay, in all its steps together, as the recipe gets. */
export function trainingOf({ condition, ...settings }: Settings, whole: number, length: number): TrainingSettings {
  const { epochs, batchSize, lr, weightDecay, seed, optimizer } = settings;
  const given = { epochs, batchSize, lr, weightDecay, seed, optimizer };
  if (condition === 'untrained') return { ...given, lr: 0 };
  if (condition !== 'shuffled') return given;
  const steps = epochs * Math.ceil(whole / batchSize);
  const taken = epochs * BY_HEART * Math.ceil(length / batchSize);
  return { ...given, epochs: epochs * BY_HEART, weightDecay: (weightDecay * steps) / taken };
}
