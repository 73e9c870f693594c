import { zeros } from '../../autograd/create.js';
import type { FloatArray } from '../../autograd/storage.js';
import type { Tensor } from '../../autograd/tensor.js';
import { ArgumentError, checkNumber, readOptions, show } from '../../errors.js';
import { inEvaluation } from '../../nn/modes.js';
import type { Module } from '../../nn/module.js';
import { Generator } from '../../random.js';
import type { Shape } from '../../shape.js';
import type { Values } from '../values.js';
import { inputGradient } from './gradient.js';
import {
  channelsOf,
  checkChannel,
  checkFinite,
  checkImageShape,
  extremes,
  layerAt,
  likeModel,
  outputOf,
} from './layer.js';

/** Options of `maximize`. */
export interface MaximizeOptions {
  /** One image's shape, [C, H, W]. */
  inputShape: Shape;
  /** Steps of gradient ascent, at least 1. @default 200 */
  steps?: number;
  /** How much the gradient changes a pixel in a step at most, in units of the pixels, at least 0. @default 0.1 */
  lr?: number;
  /** The weight of an L2 penalty on the pixels, at least 0. @default 0.15 */
  l2?: number;
  /** The weight of a penalty on total variation, at least 0; without it the image looks like noise. @default 0.3 */
  totalVariation?: number;
  /** The lowest and the highest value of a pixel; null for no limits. @default [0, 1] */
  range?: readonly [number, number] | null;
  /** Seed of the noise that the image starts from. @default 0 */
  seed?: number | string;
}

export interface Maximized extends Values {
  /** Where in the channel's map the unit is whose output was maximized: in the middle; 0 and 0 in a dense layer. */
  row: number;
  column: number;
  /** The unit's output at the start and after each step; the last is that of the result, and above the first. */
  history: number[];
}

const RANGE = [0, 1] as const;
const DEFAULTS = { inputShape: undefined, steps: 200, lr: 0.1, l2: 0.15, totalVariation: 0.3, range: RANGE, seed: 0 };
/** Standard deviation of the noise at the start, as a fraction of the range. */
const NOISE = 0.01;

/**
 * Activation maximization: an image for which the unit in the middle of a channel's map has a large output, found by
 * gradient ascent from gray with a little noise, or as much as it takes to have a gradient (Erhan et al. 2009, "Visualizing
 * higher-layer features of a deep network"). A step is
 *
 *     x + lr * (g / max|g| - l2 * x - totalVariation * (sum over the 2 to 4 neighbors of x - neighbor))
 *
 * clipped to the range: the L2 penalty is that of Simonyan et al. 2013, the last term the gradient of the total variation
 * of Mahendran and Vedaldi 2015 with exponent 2. For a convolution the pattern is as large as the receptive field; for the
 * last layer it is an image that the network takes for the class.
 * It calls `backward`, which frees what an earlier `backward` used; gradients of parameters stay as they are.
 * @param layer a path of `model.namedModules()`, with an output [N, C, h, w] or [N, F]
 * @param channel from 0
 * @returns values of shape [C, H, W]
 * @throws ArgumentError for an unknown layer or channel, for numbers that are not finite, and when the output does not
 * rise; ShapeError for a shape that does not fit the model
 */
export function maximize(model: Module, layer: string, channel: number, options: MaximizeOptions): Maximized {
  const where = 'maximize';
  const { inputShape, range, ...rest } = readOptions(where, options, DEFAULTS);
  layerAt(where, model, layer);
  checkImageShape(where, inputShape);
  const steps = checkNumber(where, 'steps', rest.steps, { least: 1, whole: true });
  const lr = checkNumber(where, 'lr', rest.lr, { least: 0 });
  const l2 = checkNumber(where, 'l2', rest.l2, { least: 0 });
  const smooth = checkNumber(where, 'totalVariation', rest.totalVariation, { least: 0 });
  const factor = lr * (l2 + 8 * smooth);
  if (factor >= 2) {
    throw new ArgumentError(where, `expected lr * (l2 + 8 * totalVariation) below 2, got ${factor}: steps overshoot`);
  }
  const [low, high] = limits(range);
  const generator = new Generator(rest.seed);
  const [middle, spread] = range === null ? [0, 1] : [(low + high) / 2, high - low];
  const shape = [1, ...inputShape];
  const clip = (value: number) => Math.min(high, Math.max(low, value));
  const dtype = model.parameters()[0]?.dtype;
  let image = zeros(shape, { dtype }).storage.array;

  let place = { row: 0, column: 0 };
  const unitOf = (output: Tensor) => {
    const { channels, rows, columns } = channelsOf(where, layer, output);
    checkChannel(where, 'channel', channel, channels);
    place = { row: rows >> 1, column: columns >> 1 };
    return (channel * rows + place.row) * columns + place.column;
  };
  const forward = (x: Tensor) => outputOf(where, model, layer, x);
  const slope = () => inputGradient(model, likeModel(model, image, shape), forward, unitOf);
  const name = layer || 'the model';
  const history: number[] = [];
  inEvaluation(model, () => {
    for (let noise = NOISE; noise < 1; noise *= 4) {
      image = image.map(() => clip(middle + spread * noise * generator.normal()));
      if (slope().gradient.some((value) => value !== 0)) break; // Else, every ReLU before the unit is off.
    }
    for (let step = 0; step <= steps; step++) {
      const { gradient, value } = slope();
      checkFinite(where, `the output of ${name}`, Float64Array.of(value));
      checkFinite(where, 'the gradient', gradient);
      history.push(value);
      if (step === steps) break;
      const largest = extremes(gradient.map(Math.abs))[1];
      const roughness = minusNeighbors(image, inputShape);
      image = image.map((value, i) => {
        const ascent = largest > 0 ? gradient[i] / largest : 0;
        return clip(value + lr * (ascent - l2 * value - smooth * roughness[i]));
      });
    }
  });
  if (!(history[steps] > history[0])) {
    const change = `does not rise: ${history[0]} at the start, ${history[steps]} at the end`;
    const advice = 'take the layer before a ReLU, another seed, or a smaller l2 and totalVariation';
    throw new ArgumentError(where, `the output of ${name}, channel ${channel}, ${change}; ${advice}`);
  }
  return { shape: inputShape, values: image, ...place, history };
}

function limits(range: readonly [number, number] | null): readonly [number, number] {
  if (range === null) return [-Infinity, Infinity];
  if (Array.isArray(range) && range.length === 2 && range.every(Number.isFinite) && range[0] < range[1]) return range;
  throw new ArgumentError('maximize', `expected a range [low, high] or null, got ${show(range)}`);
}

/** For each pixel of [C, H, W], the sum over its 2 to 4 neighbors of the pixel minus the neighbor. */
function minusNeighbors(image: FloatArray, [, H, W]: Shape): FloatArray {
  return image.map((value, i) => {
    const [row, column] = [Math.floor(i / W) % H, i % W];
    let sum = 0;
    if (row > 0) sum += value - image[i - W];
    if (row < H - 1) sum += value - image[i + W];
    if (column > 0) sum += value - image[i - 1];
    if (column < W - 1) sum += value - image[i + 1];
    return sum;
  });
}
