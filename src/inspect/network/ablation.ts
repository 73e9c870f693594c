import { type TensorValues, tensor } from '../../autograd/create.js';
import { type FloatArray, newArray } from '../../autograd/storage.js';
import { Tensor } from '../../autograd/tensor.js';
import type { Dataset } from '../../data/dataset.js';
import { ArgumentError, checkOptions, ShapeError, show } from '../../errors.js';
import { inEvaluation, type Module, type Parameter } from '../../nn/module.js';
import { sameShape, showShape } from '../../shape.js';
import { type Evaluation, evaluate } from '../../train/evaluate.js';
import { filtersOf, normOf } from './filters.js';
import { checkChannel, checkFinite } from './layer.js';

/** A model as it would be with other weights. It has them only while a function here runs, and its own ones after. */
export interface Intervention {
  /** What `evaluate(model, dataset, options)` gives. */
  evaluate(dataset: Dataset, options?: Parameters<typeof evaluate>[2]): Evaluation;
  /** What a synchronous `fn` gives, in evaluation mode: `() => featureMaps(model, image, 'conv2')`. */
  run<T>(fn: () => T): T;
}

/**
 * A model without some filters: their weights and biases are 0, so that their output is 0 everywhere.
 *
 *     ablate(model, 'conv1', 3).evaluate(heldOut).accuracy
 *
 * The model itself stays as it is: its numbers are changed while `evaluate` or `run` runs, and put back, bit for bit,
 * when it has returned or thrown. So the numbers are the ones that the model has then.
 * @param layer the path of a Conv2D or Dense layer
 * @param channels one output channel or several, from 0
 * @throws ArgumentError for an unknown layer, one without filters, or a channel that is not there
 */
export function ablate(model: Module, layer: string, channels: number | readonly number[]): Intervention {
  const filters = filtersOf('ablate', model, layer);
  const which = typeof channels === 'number' ? [channels] : channels;
  if (!Array.isArray(which)) {
    throw new ArgumentError('ablate', `expected a channel or a list of them, got ${show(channels)}`);
  }
  for (const channel of which) checkChannel('ablate', 'channel', channel, filters.channels);
  return intervention('ablate', model, [filters.weight, ...(filters.bias ? [filters.bias] : [])], () => {
    for (const channel of which) {
      filters.weight.storage.array.fill(0, channel * filters.size, (channel + 1) * filters.size);
      filters.bias?.storage.array.fill(0, channel, channel + 1);
    }
  });
}

/**
 * A model with another filter in the place of a learned one; see `ablate`. The bias stays.
 *
 *     replaceFilter(model, 'conv1', 3, [[1, 0, -1], [2, 0, -2], [1, 0, -1]]).evaluate(heldOut).accuracy
 *
 * @param layer the path of a Conv2D or Dense layer
 * @param channel the output channel, from 0
 * @param kernel [kernelH, kernelW] for a filter that sees one channel, or with `inputChannel`; else
 * [inChannels, kernelH, kernelW]; [inFeatures] in a Dense layer. One that is smaller by an even number of rows and columns
 * stands in the middle, with zeros around it.
 * @param options `inputChannel`: replaces what the filter does with this channel only; `keepNorm`: scales the kernel to
 * the Euclidean norm of what it replaces (true unless given)
 * @throws ArgumentError for an unknown layer, a channel that is not there, a kernel that is not finite or, with
 * `keepNorm`, zero; ShapeError for a kernel that does not fit
 */
export function replaceFilter(
  model: Module,
  layer: string,
  channel: number,
  kernel: Tensor | TensorValues,
  options: { inputChannel?: number; keepNorm?: boolean } = {},
): Intervention {
  const where = 'replaceFilter';
  checkOptions(where, options, ['inputChannel', 'keepNorm']);
  const { inputChannel, keepNorm = true } = options;
  const { weight, size, channels } = filtersOf(where, model, layer);
  checkChannel(where, 'channel', channel, channels);
  const filter = weight.shape.slice(1);
  if (inputChannel !== undefined) {
    if (filter.length === 1) throw new ArgumentError(where, 'inputChannel is for a Conv2D; a Dense layer has none');
    checkChannel(where, 'inputChannel', inputChannel, filter[0]);
  }
  const shape = inputChannel !== undefined ? filter.slice(1) : filter;
  const first = channel * size + (inputChannel ?? 0) * (shape.length === 2 ? shape[0] * shape[1] : 0);
  const values = fitted(where, kernel instanceof Tensor ? kernel : tensor(kernel), shape);
  checkFinite(where, 'the kernel', values);
  const norm = normOf(values);
  if (keepNorm && norm === 0) {
    throw new ArgumentError(
      where,
      'a kernel of zeros cannot be scaled to the old norm; use keepNorm: false, or ablate',
    );
  }
  return intervention(where, model, [weight], () => {
    const place = weight.storage.array.subarray(first, first + values.length);
    const scale = keepNorm ? normOf(place) / norm : 1;
    place.set(values.map((value) => value * scale));
  });
}

/** The kernel in a frame of zeros that makes it as large as `shape`. */
function fitted(where: string, kernel: Tensor, shape: readonly number[]): FloatArray {
  const own = kernel.shape.length === 2 && shape[0] === 1 && shape.length === 3 ? [1, ...kernel.shape] : kernel.shape;
  const spatial = (i: number) => shape.length > 1 && i >= shape.length - 2;
  const fits =
    own.length === shape.length &&
    own.every((n, i) => n === shape[i] || (spatial(i) && n > 0 && n < shape[i] && (shape[i] - n) % 2 === 0));
  if (!fits) {
    throw new ShapeError(
      where,
      `expected a kernel ${showShape(shape)}, or one that fits into its middle, got shape ${showShape(kernel.shape)}` +
        (shape.length === 3 && kernel.shape.length === 2 ? '; say with inputChannel where it belongs' : ''),
    );
  }
  const numbers = kernel.storage.array;
  if (sameShape(own, shape)) return numbers.slice();
  const [height, width] = shape.slice(-2);
  const [rows, columns] = own.slice(-2);
  const framed = newArray(kernel.dtype, (numbers.length / (rows * columns)) * height * width);
  numbers.forEach((value, i) => {
    const row = (Math.floor(i / columns) % rows) + (height - rows) / 2;
    const column = (i % columns) + (width - columns) / 2;
    framed[(Math.floor(i / (rows * columns)) * height + row) * width + column] = value;
  });
  return framed;
}

/** Changes parameters for as long as a function runs. */
function intervention(
  where: string,
  model: Module,
  parameters: readonly Parameter[],
  change: () => void,
): Intervention {
  const run = <T>(fn: () => T): T => {
    const saved = parameters.map((parameter) => parameter.storage.array.slice());
    try {
      change();
      for (const parameter of parameters) parameter.storage.version++;
      const result = inEvaluation(model, fn);
      if (result instanceof Promise) {
        throw new ArgumentError(where, 'expected a synchronous function, got one that returns a promise');
      }
      return result;
    } finally {
      parameters.forEach((parameter, i) => {
        parameter.storage.array.set(saved[i]);
        parameter.storage.version++; // A gradient through the numbers of meanwhile would be wrong now: it is refused.
      });
    }
  };
  return { run, evaluate: (dataset, options) => run(() => evaluate(model, dataset, options)) };
}
