import { checkNumber, readOptions } from '../errors.js';
import type { Generator } from '../random.js';
import { Sampler } from './bilinear.js';
import { imageShape, type Transform } from './transform.js';

/** Options of `elastic`. */
export interface ElasticOptions {
  /** Strength of the distortion in pixels, at least 0; the paper used 34, with sigma 4, for images of 29x29. */
  alpha: number;
  /** Standard deviation of the Gaussian in pixels, at least 0.1: the larger, the smoother and the weaker. */
  sigma: number;
  /** The value of pixels that come from outside of the image. @default 0 */
  fill?: number;
}

/** The Gaussian ends after so many standard deviations. */
const REACH = 3;

/**
 * Elastic distortion, as of handwriting: each pixel shows what lies dx and dy beside it, two fields of numbers drawn
 * evenly from [-1, 1), smoothed by a Gaussian and multiplied by `alpha`; beyond the border the fields are 0.
 * Source: Simard, Steinkraus and Platt 2003, "Best practices for convolutional neural networks applied to visual document
 * analysis"
 * @returns a transform for `DataLoader` and `fit`, which throws a ShapeError for a batch that is not [N, C, H, W]
 * @throws ArgumentError for options out of range
 */
export function elastic(options: ElasticOptions): Transform {
  const { alpha, sigma, fill } = readOptions('elastic', options, { alpha: undefined, sigma: undefined, fill: 0 });
  checkNumber('elastic', 'alpha', alpha, { least: 0 });
  const weights = gaussian(checkNumber('elastic', 'sigma', sigma, { least: 0.1 }));
  checkNumber('elastic', 'fill', fill);
  return (inputs, shape, generator) => {
    const [n, c, h, w] = imageShape('elastic', inputs, shape);
    const image = new Sampler(c, h, w, fill);
    const draw = smoothField(h, w, weights);
    for (let i = 0; i < n; i++) {
      draw(generator, image.columns);
      draw(generator, image.rows);
      for (let p = 0; p < h * w; p++) {
        image.columns[p] = (p % w) + alpha * image.columns[p];
        image.rows[p] = Math.floor(p / w) + alpha * image.rows[p];
      }
      image.resample(inputs, i * c * h * w);
    }
  };
}

/** One half of a Gaussian whose sum over both sides is 1, from the middle outwards. */
function gaussian(sigma: number): Float64Array {
  // exp(-k^2 / (2 sigma^2)) is q^(k^2). The series keeps to plain arithmetic, because engines differ in Math.exp.
  const exponent = 1 / (2 * sigma * sigma);
  let inverse = 1;
  for (let n = 1, term = 1; term > 1e-17 * inverse; n++) inverse += term *= exponent / n;
  const weights = new Float64Array(Math.ceil(REACH * sigma) + 1);
  let sum = 0;
  for (let k = 0, weight = 1, step = 1 / inverse; k < weights.length; k++) {
    weights[k] = weight;
    sum += k === 0 ? weight : 2 * weight;
    weight *= step; // From k^2 to (k + 1)^2 the exponent grows by 2k + 1.
    step /= inverse * inverse;
  }
  return weights.map((weight) => weight / sum);
}

/** A function that writes smooth random numbers, drawn evenly from [-1, 1) and smoothed, into `target` [h, w]. */
function smoothField(h: number, w: number, weights: Float64Array) {
  const reach = weights.length - 1;
  // A row is followed, and the whole is surrounded, by as many zeros as the Gaussian reaches.
  const stride = w + reach;
  const first = reach * (stride + 1);
  const rough = new Float64Array((h + 2 * reach) * stride + reach);
  const alongRows = new Float64Array(rough.length);
  return (generator: Generator, target: Float64Array) => {
    for (let y = 0, start = first; y < h; y++, start += stride) {
      for (let p = start; p < start + w; p++) rough[p] = generator.uniform(-1, 1);
    }
    for (let y = 0, start = first; y < h; y++, start += stride) {
      smooth(rough, start, w, 1, weights, alongRows, start);
    }
    for (let y = 0, start = first; y < h; y++, start += stride) {
      smooth(alongRows, start, w, stride, weights, target, y * w);
    }
  };
}

/** Convolves `count` numbers from `start` on with a Gaussian, over neighbors `step` apart, into `to` from `at` on. */
function smooth(
  from: Float64Array,
  start: number,
  count: number,
  step: number,
  weights: Float64Array,
  to: Float64Array,
  at: number,
): void {
  for (let i = 0; i < count; i++) {
    const p = start + i;
    let sum = weights[0] * from[p];
    for (let k = 1, d = step; k < weights.length; k++, d += step) sum += weights[k] * (from[p - d] + from[p + d]);
    to[at + i] = sum;
  }
}
