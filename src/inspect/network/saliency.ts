import { zeros } from '../../autograd/create.js';
import { noGrad } from '../../autograd/graph.js';
import type { FloatArray } from '../../autograd/storage.js';
import type { Tensor } from '../../autograd/tensor.js';
import { checkChoice, checkNumber, checkOptions, ShapeError } from '../../errors.js';
import { inEvaluation } from '../../nn/modes.js';
import type { Module } from '../../nn/module.js';
import { Generator } from '../../random.js';
import { sameShape, showShape } from '../../shape.js';
import { sum, type Values } from '../values.js';
import { inputGradient } from './gradient.js';
import { checkFinite, copies, extremes, imageFor, layerAt, logitsOf } from './layer.js';

/** Options of `saliency`. */
export interface SaliencyOptions {
  /**
   * 'gradient': d(logit)/d(pixel) (Simonyan, Vedaldi and Zisserman 2013).
   * 'smoothGrad': its mean over noisy copies of the image (Smilkov et al. 2017).
   * 'integratedGradients': (pixel - baseline) times its mean along the line from the baseline to the image, so that
   * all pixels together make the difference of the logits (Sundararajan, Taly and Yan 2017).
   * @default 'gradient'
   */
  method?: 'gradient' | 'smoothGrad' | 'integratedGradients';
  /** smoothGrad: how many noisy copies, at least 1. @default 50 */
  samples?: number;
  /**
   * smoothGrad: standard deviation of the noise, as a fraction of the image's largest minus its smallest value.
   * @default 0.15
   */
  noise?: number;
  /** smoothGrad: seed of the noise. @default 0 */
  seed?: number | string;
  /** integratedGradients: at how many points of the line, at least 1 (the midpoint rule). @default 128 */
  steps?: number;
  /** integratedGradients: the image to compare with, of the image's shape. @default zeros */
  baseline?: Tensor;
}

export interface Saliency extends Values {
  /** integratedGradients only: how well the values add up to the difference that they explain. */
  completeness?: {
    /** The sum of all values. */
    sum: number;
    /** The logit of the image minus that of the baseline: the sum of the exact values. */
    expected: number;
    /** |sum - expected| / |expected| */
    relativeError: number;
  };
}

/** The options of each method. */
const OPTIONS = { gradient: [], smoothGrad: ['samples', 'noise', 'seed'], integratedGradients: ['steps', 'baseline'] };

/**
 * How much each pixel raises the logit of a class.
 * It calls `backward`, which frees what an earlier `backward` used; gradients of parameters stay as they are.
 * @param image [C, H, W] or [1, C, H, W]
 * @param classIndex which of the logits [1, classes]
 * @returns values of the image's shape [C, H, W]
 * @throws ArgumentError for a class that is not there, an option of another method, or a gradient that is NaN;
 * ShapeError for an image that does not fit
 */
export function saliency(model: Module, image: Tensor, classIndex: number, options: SaliencyOptions = {}): Saliency {
  const { method = 'gradient', samples = 50, noise = 0.15, seed = 0, steps = 128, baseline } = options;
  checkChoice('saliency', 'the method', method, ['gradient', 'smoothGrad', 'integratedGradients']);
  checkOptions('saliency', options, ['method', ...OPTIONS[method]]);
  layerAt('saliency', model, '');
  const x = imageFor('saliency', model, image);
  const pixels = x.storage.array;
  const shape = x.shape.slice(1);
  const logits = (input: Tensor) => logitsOf('saliency', model, input, classIndex);
  /** The mean gradient over copies of the image. */
  const meanGradient = (count: number, change: (copy: FloatArray, n: number) => void) =>
    inEvaluation(model, () => {
      const total = new Float64Array(x.size);
      for (const batch of copies(x, count, change)) {
        const { gradient } = inputGradient(model, batch.x, logits, () => classIndex);
        checkFinite('saliency', 'the gradient', gradient);
        gradient.forEach((value, i) => {
          total[i % x.size] += value;
        });
      }
      return pixels.map((_, i) => total[i] / count);
    });

  if (method === 'gradient') return { shape, values: meanGradient(1, () => {}) };
  if (method === 'smoothGrad') {
    checkNumber('saliency', 'samples', samples, { least: 1, whole: true });
    checkNumber('saliency', 'noise', noise, { least: 0 });
    const generator = new Generator(seed);
    const [least, most] = extremes(pixels);
    const addNoise = (copy: FloatArray) =>
      copy.forEach((value, i) => {
        copy[i] = value + noise * (most - least) * generator.normal();
      });
    return { shape, values: meanGradient(samples, addNoise) };
  }
  checkNumber('saliency', 'steps', steps, { least: 1, whole: true });
  const start = baseline ? imageFor('saliency', model, baseline) : zeros(x.shape, { dtype: x.dtype });
  if (!sameShape(start.shape, x.shape)) {
    throw new ShapeError('saliency', `expected a baseline ${showShape(shape)}, got shape ${showShape(start.shape)}`);
  }
  const from = start.storage.array;
  const slope = meanGradient(steps, (copy, n) => {
    const share = (n + 0.5) / steps;
    for (let i = 0; i < copy.length; i++) copy[i] = from[i] + share * (pixels[i] - from[i]);
  });
  const values = slope.map((each, i) => each * (pixels[i] - from[i]));
  const logit = (input: Tensor) => noGrad(() => logits(input).storage.array[classIndex]);
  const expected = inEvaluation(model, () => logit(x) - logit(start));
  const total = sum(values);
  const relativeError = total === expected ? 0 : Math.abs((total - expected) / expected);
  return { shape, values, completeness: { sum: total, expected, relativeError } };
}
