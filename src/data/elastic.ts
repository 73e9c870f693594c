import { checkNumber, checkOptions } from '../errors.js';
import type { Generator } from '../random.js';
import { Sampler } from './bilinear.js';
import { imageShape, type Transform } from './transform.js';

/** The Gaussian ends after so many standard deviations. */
const REACH = 3;

/**
 * Elastic distortion, as of handwriting: each pixel shows what lies dx and dy beside it, two fields of numbers drawn
 * evenly from [-1, 1), smoothed by a Gaussian and multiplied by `alpha`; beyond the border the fields are 0.
 * @param options `alpha`, in pixels, 0 for none; `sigma`, the Gaussian's standard deviation in pixels: the larger, the
 * smoother and the weaker. For images of 28x28 the paper used 34 and 4 (about 1.4 pixels). `fill`, what lies beyond the border, 0
 * unless given
 * @throws ArgumentError for options out of range; ShapeError, when it is used, for a batch that is not [N, C, H, W]
 * @see P. Simard, D. Steinkraus, J. Platt, "Best practices for convolutional neural networks applied to visual document
 * analysis", 2003
 */
export function elastic(options: { alpha: number; sigma: number; fill?: number }): Transform {
  checkOptions('elastic', options, ['alpha', 'sigma', 'fill']);
  const alpha = checkNumber('elastic', 'alpha', options?.alpha, { least: 0 });
  const weights = gaussian(checkNumber('elastic', 'sigma', options.sigma, { least: 0.1 }));
  const fill = checkNumber('elastic', 'fill', options.fill ?? 0);
  return (inputs, shape, generator) => {
    const [n, c, h, w] = imageShape('elastic', inputs, shape);
    const image = new Sampler(c, h, w, fill);
    const field = new Field(h, w, weights);
    for (let i = 0; i < n; i++) {
      field.draw(generator, image.columns);
      field.draw(generator, image.rows);
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

/** Smooth random numbers [h, w]. */
class Field {
  readonly #h: number;
  readonly #w: number;
  readonly #weights: Float64Array;
  /** From one row to the next: a row is followed, and the whole is surrounded, by as many zeros as the Gaussian reaches. */
  readonly #stride: number;
  readonly #rough: Float64Array;
  readonly #alongRows: Float64Array;

  constructor(h: number, w: number, weights: Float64Array) {
    const reach = weights.length - 1;
    this.#h = h;
    this.#w = w;
    this.#weights = weights;
    this.#stride = w + reach;
    this.#rough = new Float64Array((h + 2 * reach) * this.#stride + reach);
    this.#alongRows = new Float64Array(this.#rough.length);
  }

  /** Writes a new field, drawn evenly from [-1, 1) and smoothed, to `target` [h, w]. */
  draw(generator: Generator, target: Float64Array): void {
    const [h, w, stride, rough, alongRows] = [this.#h, this.#w, this.#stride, this.#rough, this.#alongRows];
    const first = (this.#weights.length - 1) * (stride + 1);
    for (let y = 0, start = first; y < h; y++, start += stride) {
      for (let p = start; p < start + w; p++) rough[p] = generator.uniform(-1, 1);
    }
    for (let y = 0, start = first; y < h; y++, start += stride) {
      weigh(rough, start, w, 1, this.#weights, alongRows, start);
    }
    for (let y = 0, start = first; y < h; y++, start += stride) {
      weigh(alongRows, start, w, stride, this.#weights, target, y * w);
    }
  }
}

/** Weighted sums over the neighbors of `count` numbers from `start` on, those `step` apart, to `to` from `at` on. */
function weigh(
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
