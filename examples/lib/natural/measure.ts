/** How like Gabor functions the filters of an autoencoder are, and what chance gives. */
import { Generator } from '../../../src/index.js';
import { fitGabor, type GaborFit, quantile, type Whitening } from '../../../src/inspect/index.js';
import { randomFilters } from './patches.js';
import { AREA, SHAPE, SIZE } from './sparse-autoencoder.js';

/** Random filters that are drawn. */
const DRAWS = 2000;

/** Random filters of the components that were kept: what anything learned from these patches may consist of. */
export interface Chance {
  /** The Gabor R2 of each, in ascending order. */
  r2: number[];
  mean: number;
  /** The 99th percentile. */
  q99: number;
}

export interface Measured {
  fits: GaborFit[];
  /** Mean Gabor R2 over the filters. */
  mean: number;
  /** How many have more than 99 of 100 random filters. */
  above: number;
  /** The same mean where only the luminance is looked at, the mean of red, green and blue. */
  luminance: number;
  /** How many have more than half of their energy in colors, the differences of red, green and blue. */
  colored: number;
}

/** Draws the null; its seed is always the same. */
export function chance(whitening: Whitening): Chance {
  const random = gaborsOf(randomFilters(whitening, DRAWS, new Generator('null')));
  const r2 = random.map((fit) => fit.r2).sort((a, b) => a - b);
  return { r2, mean: mean(r2), q99: quantile(r2, 0.99) };
}

/**
 * Measures filters as they are: in the space of whitened patches, from which they were learned.
 * @param filters [n, 3, 9, 9]
 */
export function measure(filters: Float32Array, { q99 }: Chance): Measured {
  const fits = gaborsOf(filters);
  const gray = luminances(filters);
  const area = SIZE * SIZE;
  const luminance = mean(fitGabor(gray, [gray.length / area, 1, SIZE, SIZE]).map(({ r2 }) => r2));
  const colored = fits.filter((_, n) => {
    const energy = squares(filters.subarray(n * AREA, (n + 1) * AREA));
    return 3 * squares(gray.subarray(n * area, (n + 1) * area)) < energy / 2;
  });
  const r2 = fits.map((fit) => fit.r2);
  return { fits, mean: mean(r2), above: r2.filter((each) => each > q99).length, luminance, colored: colored.length };
}

function gaborsOf(filters: Float32Array): GaborFit[] {
  return fitGabor(filters, [filters.length / AREA, ...SHAPE]);
}

function luminances(filters: Float32Array): Float32Array {
  const area = SIZE * SIZE;
  return Float32Array.from({ length: filters.length / 3 }, (_, i) => {
    const red = Math.floor(i / area) * AREA + (i % area);
    return (filters[red] + filters[red + area] + filters[red + 2 * area]) / 3;
  });
}

function squares(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value * value, 0);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
