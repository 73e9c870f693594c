import { zeros } from '../../autograd/create.js';
import { noGrad } from '../../autograd/graph.js';
import type { FloatArray } from '../../autograd/storage.js';
import type { Tensor } from '../../autograd/tensor.js';
import { ArgumentError, checkNumber, checkOptions, ShapeError, show } from '../../errors.js';
import { inEvaluation, type Module } from '../../nn/module.js';
import { Generator } from '../../random.js';
import { sameShape, showShape } from '../../shape.js';
import type { Values } from '../values.js';
import { inputGradient } from './gradient.js';
import { checkFinite, extremes, imageFor, layerAt, logitsOf } from './layer.js';

export interface SaliencyOptions {
  /**
   * 'gradient' (unless given): d(logit)/d(pixel) (Simonyan, Vedaldi and Zisserman 2013).
   * 'smoothGrad': its mean over noisy copies of the image (Smilkov et al. 2017).
   * 'integratedGradients': (pixel - baseline) times its mean along the line from the baseline to the image, so that
   * all pixels together make the difference of the logits (Sundararajan, Taly and Yan 2017).
   */
  method?: 'gradient' | 'smoothGrad' | 'integratedGradients';
  /** smoothGrad: how many noisy copies; 50 unless given. */
  samples?: number;
  /** smoothGrad: standard deviation of the noise, as a share of the image's largest minus its smallest value; 0.15 unless given. */
  noise?: number;
  /** smoothGrad: seed of the noise; 0 unless given. */
  seed?: number | string;
  /** integratedGradients: at how many points of the line, each in the middle of its part; 128 unless given. */
  steps?: number;
  /** integratedGradients: the image that shows nothing, of the image's shape; zeros unless given. */
  baseline?: Tensor;
}

export interface Saliency extends Values {
  /** integratedGradients only: how well the values add up to what they explain. */
  completeness?: {
    /** Of all values. */
    sum: number;
    /** The logit of the image minus that of the baseline. */
    expected: number;
    /** |sum - expected| / |expected| */
    relativeError: number;
  };
}

const OPTIONS = {
  gradient: [],
  smoothGrad: ['samples', 'noise', 'seed'],
  integratedGradients: ['steps', 'baseline'],
};
/** How many copies of the image go through the model at once. */
const BATCH = 64;

/**
 * How much each pixel speaks for a class: positive where more of it raises the class's logit.
 * It calls `backward`, which frees what an earlier `backward` used; gradients that parameters have stay.
 * @param image [C, H, W] or [1, C, H, W]
 * @param classIndex which of the logits [1, classes]
 * @returns values of the image's shape [C, H, W]
 * @throws ArgumentError for a class that is not there, an option of another method, or a gradient that is NaN;
 * ShapeError for an image that does not fit
 */
export function saliency(model: Module, image: Tensor, classIndex: number, options: SaliencyOptions = {}): Saliency {
  const { method = 'gradient' } = options;
  if (!Object.hasOwn(OPTIONS, method)) {
    const known = Object.keys(OPTIONS).map(show).join(', ');
    throw new ArgumentError('saliency', `expected the method to be one of ${known}, got ${show(method)}`);
  }
  checkOptions('saliency', options, ['method', ...OPTIONS[method]]);
  layerAt('saliency', model, '');
  const x = imageFor('saliency', model, image);
  const pixels = x.storage.array;
  const shape = x.shape.slice(1);
  const gradient = (count: number, fill: (copy: FloatArray, n: number) => void) =>
    inEvaluation(model, () => meanGradient(model, x, classIndex, count, fill));

  if (method === 'gradient') return { shape, values: gradient(1, () => {}) };
  if (method === 'smoothGrad') {
    const samples = checkNumber('saliency', 'samples', options.samples ?? 50, { least: 1, whole: true });
    const noise = checkNumber('saliency', 'noise', options.noise ?? 0.15, { least: 0 });
    const generator = new Generator(options.seed ?? 0);
    const [least, most] = extremes(pixels);
    const add = (copy: FloatArray) =>
      copy.forEach((value, i) => {
        copy[i] = value + noise * (most - least) * generator.normal();
      });
    return { shape, values: gradient(samples, add) };
  }
  const steps = checkNumber('saliency', 'steps', options.steps ?? 128, { least: 1, whole: true });
  const start = options.baseline ? imageFor('saliency', model, options.baseline) : zeros(x.shape, { dtype: x.dtype });
  if (!sameShape(start.shape, x.shape)) {
    throw new ShapeError('saliency', `expected a baseline ${showShape(shape)}, got shape ${showShape(start.shape)}`);
  }
  const from = start.storage.array;
  const slope = gradient(steps, (copy, n) => {
    const share = (n + 0.5) / steps;
    for (let i = 0; i < copy.length; i++) copy[i] = from[i] + share * (pixels[i] - from[i]);
  });
  const values = slope.map((each, i) => each * (pixels[i] - from[i]));
  const logit = (input: Tensor) =>
    noGrad(() => logitsOf('saliency', model, input, classIndex).storage.array[classIndex]);
  const expected = inEvaluation(model, () => logit(x) - logit(start));
  let sum = 0;
  for (const value of values) sum += value;
  const relativeError = sum === expected ? 0 : Math.abs((sum - expected) / expected);
  return { shape, values, completeness: { sum, expected, relativeError } };
}

/** The mean of d(logit)/d(image) over `count` copies of the image, each as `fill` makes it. */
function meanGradient(
  model: Module,
  image: Tensor,
  classIndex: number,
  count: number,
  fill: (copy: FloatArray, n: number) => void,
): FloatArray {
  const { array: pixels } = image.storage;
  const sum = new Float64Array(pixels.length);
  for (let done = 0; done < count; done += BATCH) {
    const copies = Math.min(BATCH, count - done);
    const x = zeros([copies, ...image.shape.slice(1)], { dtype: image.dtype });
    for (let n = 0; n < copies; n++) {
      const copy = x.storage.array.subarray(n * pixels.length, (n + 1) * pixels.length);
      copy.set(pixels);
      fill(copy, done + n);
    }
    const { gradient } = inputGradient(
      model,
      x,
      (input) => logitsOf('saliency', model, input, classIndex),
      () => classIndex,
    );
    checkFinite('saliency', 'the gradient', gradient);
    gradient.forEach((value, i) => {
      sum[i % pixels.length] += value;
    });
  }
  return pixels.map((_, i) => sum[i] / count);
}
