import { wrap } from '../../autograd/create.js';
import { noGrad } from '../../autograd/graph.js';
import { ShapeError } from '../../errors.js';
import { matmul } from '../../ops/matmul.js';
import { type Shape, showShape } from '../../shape.js';
import { dot } from '../values.js';
import { filterPatterns } from './pattern.js';
import { centered, draw, oncePerSize, unit } from './templates.js';

/** The Gabor function that is most like a filter; all but `filter` and `channels` is NaN for a filter of zeros. */
export interface GaborFit {
  /** Which filter of the layer. */
  filter: number;
  /** The share of the pattern's energy that it explains, 0 to 1. */
  r2: number;
  /** The direction of its stripes, in degrees from 0 to below 180: 0 is horizontal, 90 vertical, counter-clockwise. */
  orientation: number;
  /** In cycles a pixel. */
  frequency: number;
  /**
   * How far the wave is moved against the envelope, in degrees from -180 to 180: at 0 a bright stripe is in the center, at 180
   * a dark one, at 90 an edge whose bright side is above it (to its right, where it is vertical).
   */
  phase: number;
  /** The center of the envelope, in pixels to the right of and above the filter's center. */
  position: readonly [right: number, above: number];
  /** The standard deviation of the envelope, in pixels. */
  sigma: number;
  /** How strong the pattern is in each channel, of length 1 together. */
  channels: number[];
}

/** The smallest kernel that is fitted. */
const SMALLEST = 5;
const ORIENTATIONS = 12;
const FREQUENCIES = 6;
/** The lowest frequency, in cycles a filter, and the highest, in cycles a pixel: at 0.5 pixels only alternate. */
const [LOWEST, HIGHEST] = [0.9, 0.42];
/** The standard deviations of the envelope, in wavelengths: of a bandwidth of 1.5 and 0.9 octaves. */
const WAVELENGTHS = [0.4, 0.6];
/** The centers of envelopes across and down, in shares of the way from the filter's center to its outermost taps. */
const CENTERS = [-0.875, -0.525, -0.175, 0.175, 0.525, 0.875];

/** All Gabor functions of one place, size, orientation and frequency, whatever their phase. */
interface Quadrature extends Pick<GaborFit, 'orientation' | 'frequency' | 'position' | 'sigma'> {
  /** An orthonormal basis of the two of phases 0 and 90. */
  basis: readonly [Float64Array, Float64Array];
  /** Those two are length * basis[0], and along * basis[0] + rest * basis[1]. */
  length: number;
  along: number;
  rest: number;
}

/**
 * The best of 5,184 Gabor functions for each filter, at any phase and contrast:
 *
 *     g(u, v) = exp(-(u^2 + v^2) / 2 sigma^2) cos(2 pi frequency u - phase),
 *
 * u across the stripes and v along them, without its mean: 12 orientations, 6 frequencies (in equal ratios from 0.9 cycles a
 * filter to 0.42 cycles a pixel), 2 sizes of the envelope (0.4 and 0.6 wavelengths, which are bandwidths of 1.5 and 0.9 octaves)
 * and 6 x 6 positions. The phase is no entry of that list: the energy in the two of phases 0 and 90, a quadrature pair, is
 * that of the best of all phases. Of a filter with several channels the pattern that they share is fitted (see
 * `filterPatterns`). Even random filters have a best one: compare with those of a null, or better of a trained control.
 *
 * Sources: Gabor 1946, "Theory of communication"; Daugman 1985, "Uncertainty relation for resolution in space, spatial
 * frequency, and orientation optimized by two-dimensional visual cortical filters"; quadrature pairs: Adelson and Bergen 1985.
 * @param weights [filters, channels, k, k], k from 5 to 11, in whichever space they are: filters that were learned from
 * whitened patches are whitened pictures, and `Whitening.invert` would give each as much of a low frequency as the images have
 * @throws ShapeError for another shape; FormatError for a weight that is NaN or infinite
 */
export function fitGabor(weights: ArrayLike<number>, shape: Shape): GaborFit[] {
  const patterns = filterPatterns(weights, shape);
  const size = shape[2];
  if (size < SMALLEST) {
    const reason = 'below that a filter has hardly more taps than a Gabor function has parameters';
    throw new ShapeError(
      'fitGabor',
      `expected k x k with k of at least ${SMALLEST}, got ${showShape(shape)}: ${reason}`,
    );
  }
  const list = quadratures(size);
  const best = closest(
    patterns.map(({ taps }) => taps),
    size,
  );
  return patterns.map(({ taps, channels }, filter) => {
    const energy = dot(taps, taps);
    const { basis, length, along, rest, ...place } = list[best[filter]];
    if (energy === 0) {
      const { NaN: none } = Number;
      const nothing = { r2: none, orientation: none, frequency: none, phase: none, sigma: none };
      return { filter, ...nothing, position: [none, none], channels };
    }
    const [first, second] = basis.map((each) => dot(each, taps));
    const sine = second / rest;
    const cosine = (first - along * sine) / length;
    const phase = (Math.atan2(sine, cosine) * 180) / Math.PI;
    const r2 = (first * first + second * second) / energy;
    return { filter, r2, ...place, phase, channels };
  });
}

/** Which of the `quadratures` has most of each pattern's energy. */
function closest(patterns: readonly Float64Array[], size: number): number[] {
  const pairs = quadratures(size).length;
  const best: number[] = [];
  // As many at once as keep the products small.
  for (let i = 0; i < patterns.length; i += 256) {
    const some = patterns.slice(i, i + 256);
    const rows = new Float32Array(some.length * size * size);
    some.forEach((taps, n) => {
      const length = Math.sqrt(dot(taps, taps)) || 1; // Of any scale: float32 ends at 1e38, and squares earlier.
      rows.set(
        taps.map((tap) => tap / length),
        n * taps.length,
      );
    });
    const products = noGrad(
      () => matmul(wrap(rows, [some.length, size * size]), wrap(basisOf(size), [size * size, 2 * pairs])).data,
    );
    for (let n = 0; n < some.length; n++) {
      let [most, at] = [-1, 0];
      for (let pair = 0; pair < pairs; pair++) {
        const p = 2 * (n * pairs + pair);
        const energy = products[p] * products[p] + products[p + 1] * products[p + 1];
        if (energy > most) [most, at] = [energy, pair];
      }
      best.push(at);
    }
  }
  return best;
}

const quadratures = /* @__PURE__ */ oncePerSize((size) => {
  const list: Quadrature[] = [];
  const lowest = LOWEST / size;
  const centers = CENTERS.map((share) => (share * (size - 1)) / 2);
  for (let a = 0; a < ORIENTATIONS; a++) {
    const across = (a * Math.PI) / ORIENTATIONS;
    const [cos, sin] = [Math.cos(across), Math.sin(across)];
    const orientation = ((a * 180) / ORIENTATIONS + 90) % 180;
    for (let f = 0; f < FREQUENCIES; f++) {
      const frequency = lowest * (HIGHEST / lowest) ** (f / (FREQUENCIES - 1));
      for (const sigma of WAVELENGTHS.map((waves) => waves / frequency)) {
        for (const right of centers) {
          for (const above of centers) {
            const wave = (shape: (angle: number) => number) =>
              centered(
                draw(size, (x, y) => {
                  const [dx, dy] = [x - right, y - above];
                  const envelope = Math.exp(-(dx * dx + dy * dy) / (2 * sigma * sigma));
                  return envelope * shape(2 * Math.PI * frequency * (dx * cos + dy * sin));
                }),
              );
            const [cosine, sine] = [wave(Math.cos), wave(Math.sin)];
            const first = unit(cosine);
            const along = dot(first, sine);
            const left = sine.map((value, i) => value - along * first[i]);
            const basis = [first, unit(left)] as const;
            const [length, rest] = [dot(first, cosine), dot(basis[1], sine)];
            list.push({ orientation, frequency, position: [right, above], sigma, basis, length, along, rest });
          }
        }
      }
    }
  }
  return list;
});

/** The bases of all `quadratures`, a column each: [size * size, 2 * pairs]. */
const basisOf = /* @__PURE__ */ oncePerSize((size) => {
  const columns = quadratures(size).flatMap(({ basis }) => basis);
  const matrix = new Float32Array(size * size * columns.length);
  for (const [j, column] of columns.entries()) {
    for (let i = 0; i < column.length; i++) matrix[i * columns.length + j] = column[i];
  }
  return matrix;
});
