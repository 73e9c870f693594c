/** Patches of images, and their Gaussian twins. */
import type { Image } from '../../../src/data/image.js';
import type { Generator } from '../../../src/index.js';
import { type Whitening, zcaWhitening } from '../../../src/inspect/index.js';
import { AREA, SHAPE, SIZE } from './sparse-autoencoder.js';

/** What is added to the contrast by which a patch is divided, where 1 is white: of flat patches noise would be blown up. */
const FLOOR = 0.01;
/** The mean squared length of a whitened patch. */
const ENERGY = 100;

/** Whitened patches [count, 3, 9, 9], of mean squared length 100. */
export interface Patches {
  patches: Float32Array;
  whitening: Whitening;
}

/** Patches [count, 3, 9, 9] from anywhere in any of the images, each without its mean and divided by its contrast. */
export function drawPatches(images: readonly Image[], count: number, generator: Generator): Float32Array {
  const patches = new Float32Array(count * AREA);
  for (let first = 0; first < patches.length; first += AREA) {
    const { values, height, width } = images[generator.integer(images.length)];
    const [top, left] = [generator.integer(height - SIZE + 1), generator.integer(width - SIZE + 1)];
    let at = first;
    for (let channel = 0; channel < 3; channel++) {
      for (let row = top; row < top + SIZE; row++) {
        const start = (channel * height + row) * width + left;
        for (let i = start; i < start + SIZE; i++) patches[at++] = values[i];
      }
    }
    normalize(patches.subarray(first, at));
  }
  return patches;
}

/** Takes the mean of all of a patch's numbers away, and divides by their standard deviation. */
function normalize(patch: Float32Array): void {
  let [sum, squares] = [0, 0];
  for (const value of patch) sum += value;
  for (const value of patch) squares += (value - sum / AREA) ** 2;
  const contrast = Math.sqrt(squares / AREA + FLOOR ** 2);
  for (let i = 0; i < AREA; i++) patch[i] = (patch[i] - sum / AREA) / contrast;
}

/** Whitens patches (ZCA, components to 98.5% of the variance). */
export function whitened(patches: Float32Array): Patches {
  const whitening = zcaWhitening(patches, [patches.length / AREA, ...SHAPE]);
  const factor = Math.sqrt(ENERGY / whitening.components.length);
  return { whitening, patches: whitening.apply(patches).map((value) => value * factor) };
}

/**
 * Normal noise of exactly the same mean and covariance as whitened patches: all that differs is what covariances do not tell.
 * @returns as many patches, whitened
 */
export function gaussianTwin({ patches, whitening: { components } }: Patches, generator: Generator): Float32Array {
  const [count, m] = [patches.length / AREA, components.length];
  const noise = Float32Array.from({ length: count * m }, () => generator.normal());
  // What is drawn has a covariance that is nearly 1; whitened, it is 1.
  const exact = zcaWhitening(noise, [count, m], { variance: 1 }).apply(noise);
  return combined(components, exact, Math.sqrt(ENERGY / m));
}

/** Filters [count, 3, 9, 9] of independent normal coefficients of the kept components: what whitened noise looks like. */
export function randomFilters({ components }: Whitening, count: number, generator: Generator): Float32Array {
  return combined(
    components,
    Float32Array.from({ length: count * components.length }, () => generator.normal()),
    1,
  );
}

/** Sums of components: coefficients [n, m] times components [m, area]. */
function combined(components: readonly Float64Array[], coefficients: Float32Array, factor: number): Float32Array {
  const count = coefficients.length / components.length;
  const result = new Float32Array(count * AREA);
  for (let n = 0; n < count; n++) {
    for (const [k, component] of components.entries()) {
      const coefficient = factor * coefficients[n * components.length + k];
      for (let i = 0; i < AREA; i++) result[n * AREA + i] += coefficient * component[i];
    }
  }
  return result;
}
