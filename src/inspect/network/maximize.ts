import { zeros } from '../../autograd/create.js';
import type { FloatArray } from '../../autograd/storage.js';
import { ArgumentError, checkNumber, checkOptions, ShapeError, show } from '../../errors.js';
import { inEvaluation, type Module } from '../../nn/module.js';
import { Generator } from '../../random.js';
import { checkShape, type Shape, sizeOf } from '../../shape.js';
import type { Values } from '../values.js';
import { inputGradient } from './gradient.js';
import { channelsOf, checkChannel, checkFinite, extremes, layerAt, likeModel, outputOf } from './layer.js';

export interface MaximizeOptions {
  /** One image's shape, [C, H, W]. */
  inputShape: Shape;
  /** 200 unless given. */
  steps?: number;
  /** How much the gradient changes a pixel in a step at most, in units of the pixels: 0.1 unless given. */
  lr?: number;
  /** How strongly pixels are drawn to 0: 0.15 unless given. */
  l2?: number;
  /** How strongly neighboring pixels are drawn together: 0.3 unless given. Without it one gets noise. */
  totalVariation?: number;
  /** The values that a pixel can have: [0, 1] unless given; null for any. */
  range?: readonly [number, number] | null;
  /** Seed of the noise that it starts from: 0 unless given. */
  seed?: number | string;
}

export interface Maximized extends Values {
  /** The unit whose output was maximized: the channel's one in the middle of its map; 0 and 0 in a dense layer. */
  row: number;
  column: number;
  /** Its output at the start and after each step; the last is that of the image given back, and above the first. */
  history: number[];
}

const OPTIONS = ['inputShape', 'steps', 'lr', 'l2', 'totalVariation', 'range', 'seed'];
/** Standard deviation of the first noise, as a share of the range. */
const NOISE = 0.01;

/**
 * What a channel looks for: an image that drives the unit in the middle of its map up, found by gradient ascent from a
 * plain gray with a little noise, or as much as it takes to have a slope (Erhan et al. 2009, "Visualizing higher-layer features of a deep network"). A step is
 *
 *     x + lr * (g / max|g| - l2 * x - totalVariation * (sum over the 2 to 4 neighbors of x - neighbor))
 *
 * cut to the range: the decay is that of Simonyan et al. 2013, the last term the gradient of the total variation of
 * Mahendran and Vedaldi 2015 with exponent 2. For a convolution the pattern is as large as the receptive field, in an
 * image that is 0 elsewhere; for the last layer one sees what the network takes for the class.
 * It calls `backward`, which frees what an earlier `backward` used; gradients that parameters have stay.
 * @param layer a path of `model.namedModules()`, with an output [N, C, h, w] or [N, F]
 * @param channel from 0
 * @returns values of shape [C, H, W]
 * @throws ArgumentError for an unknown layer or channel, for numbers that are not finite, and when the output does not
 * rise; ShapeError for a shape that does not fit the model
 */
export function maximize(model: Module, layer: string, channel: number, options: MaximizeOptions): Maximized {
  checkOptions('maximize', options, OPTIONS);
  const { inputShape, range = [0, 1] } = options ?? {};
  layerAt('maximize', model, layer);
  if (inputShape === undefined) throw new ArgumentError('maximize', 'expected an inputShape such as [1, 28, 28]');
  checkShape('maximize', inputShape);
  if (inputShape.length !== 3 || sizeOf(inputShape) === 0) {
    throw new ShapeError('maximize', `expected the inputShape of one image, [C, H, W], got ${show(inputShape)}`);
  }
  const steps = checkNumber('maximize', 'steps', options.steps ?? 200, { least: 1, whole: true });
  const lr = checkNumber('maximize', 'lr', options.lr ?? 0.1, { least: 0 });
  const l2 = checkNumber('maximize', 'l2', options.l2 ?? 0.15, { least: 0 });
  const smooth = checkNumber('maximize', 'totalVariation', options.totalVariation ?? 0.3, { least: 0 });
  if (lr * (l2 + 8 * smooth) >= 2) {
    throw new ArgumentError(
      'maximize',
      `expected lr * (l2 + 8 * totalVariation) below 2, got ${lr * (l2 + 8 * smooth)}: the steps would overshoot`,
    );
  }
  const [low, high] = limits(range);
  const generator = new Generator(options.seed ?? 0);
  const [middle, spread] = range === null ? [0, 1] : [(low + high) / 2, high - low];
  const shape = [1, ...inputShape];
  const clip = (value: number) => Math.min(high, Math.max(low, value));
  const dtype = model.parameters()[0]?.dtype;
  let image = zeros(shape, { dtype }).storage.array;

  let place = { row: 0, column: 0 };
  const slope = () =>
    inputGradient(
      model,
      likeModel(model, image, shape),
      (x) => outputOf('maximize', model, layer, x),
      (output) => {
        const { channels, rows, columns } = channelsOf('maximize', layer, output);
        checkChannel('maximize', 'channel', channel, channels);
        place = { row: rows >> 1, column: columns >> 1 };
        return (channel * rows + place.row) * columns + place.column;
      },
    );
  const history: number[] = [];
  inEvaluation(model, () => {
    for (let noise = NOISE; noise < 1; noise *= 4) {
      image = image.map(() => clip(middle + spread * noise * generator.normal()));
      if (slope().gradient.some((value) => value !== 0)) break; // Else, every ReLU in front of the unit is off.
    }
    for (let step = 0; step <= steps; step++) {
      const { gradient, values } = slope();
      checkFinite('maximize', `the output of ${layer || 'the model'}`, Float64Array.from(values));
      checkFinite('maximize', 'the gradient', gradient);
      history.push(values[0]);
      if (step === steps) break;
      const largest = extremes(gradient.map(Math.abs))[1];
      const pull = fromNeighbors(image, inputShape);
      image = image.map((value, i) => {
        const ascent = largest > 0 ? gradient[i] / largest : 0;
        return clip(value + lr * (ascent - l2 * value - smooth * pull[i]));
      });
    }
  });
  if (!(history[steps] > history[0])) {
    throw new ArgumentError(
      'maximize',
      `the output of ${layer || 'the model'}, channel ${channel}, does not rise: ${history[0]} at the start, ` +
        `${history[steps]} at the end. A ReLU that is off has no slope: take the layer in front of it, or another seed. ` +
        'Elsewhere l2 and totalVariation may weigh too much',
    );
  }
  return { shape: inputShape, values: image, ...place, history };
}

function limits(range: readonly [number, number] | null): readonly [number, number] {
  if (range === null) return [-Infinity, Infinity];
  if (Array.isArray(range) && range.length === 2 && range.every(Number.isFinite) && range[0] < range[1]) return range;
  throw new ArgumentError('maximize', `expected a range [low, high] or null, got ${show(range)}`);
}

/** For each pixel of [C, H, W], the sum over its neighbors, above, below, left and right, of the pixel minus it. */
function fromNeighbors(image: FloatArray, [, H, W]: Shape): FloatArray {
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
