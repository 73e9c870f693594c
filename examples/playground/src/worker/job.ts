/** What the settings mean: the digits, the network and the training, as the examples 03 and 05 have them. */
import { splitMnist } from '../../../../datasets/mnist-split.js';
import { Dataset, manualSeed, type Sequential } from '../../../../src/index.js';
import { permutePixels, shuffleLabels } from '../../../controls.js';
import { network, type Settings as TrainingSettings } from '../../../recipe.js';
import type { Settings } from '../state/settings.js';

const PIXELS = 28 * 28;

export interface Digits {
  train: Dataset;
  heldOut: Dataset;
}

/** The digits that stand beside the page, packed by digits-file.ts. */
export async function fetchDigits(url: string): Promise<Dataset> {
  const response = await fetch(url);
  if (!response.ok || !response.body) throw new Error(`${url}: ${response.status} ${response.statusText}`);
  const unpacked = response.body.pipeThrough(new DecompressionStream('gzip'));
  const bytes = new Uint8Array(await new Response(unpacked).arrayBuffer());
  const count = bytes.length / (1 + PIXELS);
  const inputs = new Float32Array(count * PIXELS);
  for (let i = 0; i < inputs.length; i++) inputs[i] = bytes[count + i] / 255;
  return new Dataset(inputs, [1, 28, 28], bytes.subarray(0, count), 10);
}

/** Split by the seed, and changed as the condition says. */
export function digitsOf(all: Dataset, { seed, condition }: Settings): Digits {
  const { train, heldOut } = splitMnist(all, { seed });
  if (condition === 'permuted') {
    const [permuted, permutedHeldOut] = permutePixels([train, heldOut], seed);
    return { train: permuted, heldOut: permutedHeldOut };
  }
  return condition === 'shuffled' ? { train: shuffleLabels(train, seed), heldOut } : { train, heldOut };
}

/** The network before training; for the same settings always the same. */
export function networkOf({ seed, filters, kernelSize, initialisation }: Settings): Sequential {
  manualSeed(seed);
  return network({ filters, kernelSize, initialisation });
}

/** How often digits with shuffled labels are seen, for each time that all digits would be: until they are known by heart. */
const BY_HEART = 20;

/** How the network is trained: a control gets as much weight decay, in all its steps together, as the recipe gets. */
export function trainingOf({ condition, ...settings }: Settings, whole: number, length: number): TrainingSettings {
  const { epochs, batchSize, lr, weightDecay, seed } = settings;
  const given = { epochs, batchSize, lr, weightDecay, seed };
  if (condition === 'untrained') return { ...given, lr: 0 };
  if (condition !== 'shuffled') return given;
  const steps = epochs * Math.ceil(whole / batchSize);
  const taken = epochs * BY_HEART * Math.ceil(length / batchSize);
  return { ...given, epochs: epochs * BY_HEART, weightDecay: (weightDecay * steps) / taken };
}
