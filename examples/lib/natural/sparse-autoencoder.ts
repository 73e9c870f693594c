/** A sparse convolutional autoencoder: it writes each patch as a sum of few of its filters. */
import {
  Adam,
  Conv2D,
  ConvTranspose2D,
  DataLoader,
  Dataset,
  Generator,
  manualSeed,
  mseLoss,
  ReLU,
  Sequential,
} from '../../../src/index.js';

const FILTERS = 64;
export const SIZE = 9;
/** A patch. */
export const SHAPE = [3, SIZE, SIZE] as const;
export const AREA = 3 * SIZE * SIZE;

/**
 * Means over the last epoch: `explained` is the share of the patches' energy that is drawn again, `active` how many of the 64
 * numbers of a code are not 0.
 */
export interface Learned {
  explained: number;
  active: number;
}

/** Before training. A patch of 9x9 pixels becomes 64 numbers, its code, and from these a patch again. */
export function sparseAutoencoder(seed: number): Sequential {
  manualSeed(seed);
  const model = new Sequential({
    encoder: new Conv2D(3, FILTERS, SIZE),
    relu: new ReLU(),
    decoder: new ConvTranspose2D(FILTERS, 3, SIZE, { bias: false }),
  });
  toUnitLength(filtersOf(model));
  return model;
}

/** The filters of which patches are sums: [64, 3, 9, 9]. */
export function filtersOf(model: Sequential): Float32Array {
  return model.at('decoder', ConvTranspose2D).weight.data as Float32Array;
}

/**
 * Minimizes the squared error plus `l1` times the sum of the code, a mean over patches, with Adam in batches of 100. Filters of
 * the decoder keep length 1: otherwise small codes and large filters would cost less and mean the same.
 * @param patches [n, 3, 9, 9]
 */
export function learn(
  model: Sequential,
  patches: Float32Array,
  { epochs, l1, lr, seed }: { epochs: number; l1: number; lr: number; seed: number },
): Learned {
  const count = patches.length / AREA;
  const data = new Dataset(patches, SHAPE, new Uint8Array(count));
  const batches = new DataLoader(data, { batchSize: 100, shuffle: true, generator: new Generator(seed) });
  const [encoder, decoder] = [model.at('encoder', Conv2D), model.at('decoder', ConvTranspose2D)];
  const optimizer = new Adam(model.parameters(), { lr });
  const energy = squares(patches);
  let last: Learned = { explained: 0, active: 0 };
  for (let epoch = 1; epoch <= epochs; epoch++) {
    let [wrong, active] = [0, 0];
    for (const { x } of batches) {
      const code = encoder.forward(x).relu();
      const error = mseLoss(decoder.forward(code), x, { reduction: 'sum' });
      const loss = error.add(code.sum().mul(l1)).div(x.shape[0]);
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      toUnitLength(filtersOf(model));
      if (epoch < epochs) continue;
      wrong += error.item();
      for (const value of code.data) if (value > 0) active++;
    }
    last = { explained: 1 - wrong / energy, active: active / count };
  }
  return last;
}

/** Scales each filter to length 1, in place. */
function toUnitLength(filters: Float32Array): void {
  for (let first = 0; first < filters.length; first += AREA) {
    const filter = filters.subarray(first, first + AREA);
    const length = Math.sqrt(squares(filter));
    for (let i = 0; i < AREA; i++) filter[i] /= length;
  }
}

function squares(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += value * value;
  return sum;
}
