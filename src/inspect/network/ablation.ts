import { type TensorValues, tensor } from '../../autograd/create.js';
import { type FloatArray, newArray } from '../../autograd/storage.js';
import { Tensor } from '../../autograd/tensor.js';
import type { Dataset } from '../../data/dataset.js';
import { ArgumentError, readOptions, ShapeError, show } from '../../errors.js';
import { inEvaluation } from '../../nn/modes.js';
import type { Module, Parameter } from '../../nn/module.js';
import { type Shape, sameShape, showShape, sizeOf } from '../../shape.js';
import { type Evaluation, evaluate, type Loss } from '../../train/evaluate.js';
import { norm } from '../values.js';
import { filtersOf } from './filters.js';
import { checkChannel, checkFinite } from './layer.js';

/** A model with other weights. It has them only while one of these functions runs, and its own ones after. */
export interface Intervention {
  /** The result of `evaluate(model, dataset, options)`. */
  evaluate(dataset: Dataset, options?: { batchSize?: number; loss?: Loss }): Evaluation;
  /** The result of a synchronous function in evaluation mode, such as `() => featureMaps(model, image, 'conv2')`. */
  run<T>(fn: () => T): T;
}

/**
 * A model without some filters: their weights and biases are 0, so that their output is 0 everywhere.
 *
 *     ablate(model, 'conv1', 3).evaluate(heldOut).accuracy
 *
 * The weights are changed while `evaluate` or `run` runs, and restored, bit for bit, when it has returned or thrown.
 * @param layer the path of a Conv2D or Dense layer
 * @param channels one output channel or several, from 0
 * @throws ArgumentError for an unknown layer, one without filters, or a channel that is not there
 */
export function ablate(model: Module, layer: string, channels: number | readonly number[]): Intervention {
  const { weight, bias, size, channels: count } = filtersOf('ablate', model, layer);
  const which = typeof channels === 'number' ? [channels] : channels;
  if (!Array.isArray(which)) {
    throw new ArgumentError('ablate', `expected a channel or a list of them, got ${show(channels)}`);
  }
  for (const channel of which) checkChannel('ablate', 'channel', channel, count);
  return intervention('ablate', model, bias ? [weight, bias] : [weight], () => {
    for (const channel of which) {
      weight.storage.array.fill(0, channel * size, (channel + 1) * size);
      bias?.storage.array.fill(0, channel, channel + 1);
    }
  });
}

/**
 * A model with another filter in the place of a learned one; see `ablate`. The bias stays as it is.
 *
 *     replaceFilter(model, 'conv1', 3, [[1, 0, -1], [2, 0, -2], [1, 0, -1]]).evaluate(heldOut).accuracy
 *
 * @param layer the path of a Conv2D or Dense layer
 * @param channel the output channel, from 0
 * @param kernel [kernelH, kernelW] for a filter that sees one channel, or with `inputChannel`; else
 * [inChannels, kernelH, kernelW]; [inFeatures] in a Dense layer. One that is smaller by an even number of rows and columns
 * is padded with zeros.
 * @param options `inputChannel`: replaces the weights for this channel only (all by default); `keepNorm`: scales the
 * kernel to the Euclidean norm of the weights that it replaces (true by default)
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
  const { inputChannel, keepNorm } = readOptions(where, options, { inputChannel: undefined, keepNorm: true });
  const { weight, size, channels } = filtersOf(where, model, layer);
  checkChannel(where, 'channel', channel, channels);
  const filter = weight.shape.slice(1);
  if (inputChannel !== undefined) {
    if (filter.length === 1) throw new ArgumentError(where, 'inputChannel is for a Conv2D; a Dense layer has none');
    checkChannel(where, 'inputChannel', inputChannel, filter[0]);
  }
  const shape = inputChannel === undefined ? filter : filter.slice(1);
  const first = channel * size + (inputChannel === undefined ? 0 : inputChannel * sizeOf(shape));
  const values = padded(where, kernel instanceof Tensor ? kernel : tensor(kernel), shape);
  checkFinite(where, 'the kernel', values);
  if (keepNorm && norm(values) === 0) {
    throw new ArgumentError(where, 'a kernel of zeros cannot be scaled to a norm; use keepNorm: false, or ablate');
  }
  return intervention(where, model, [weight], () => {
    const replaced = weight.storage.array.subarray(first, first + values.length);
    const scale = keepNorm ? norm(replaced) / norm(values) : 1;
    replaced.set(values.map((value) => value * scale));
  });
}

/** The numbers of a kernel, padded with zeros to a filter's shape. */
function padded(where: string, kernel: Tensor, shape: Shape): FloatArray {
  const own = kernel.shape.length === 2 && shape.length === 3 && shape[0] === 1 ? [1, ...kernel.shape] : kernel.shape;
  const margins = own.map((n, i) => (shape[i] - n) / 2);
  const isSpatial = (axis: number) => shape.length > 1 && axis >= shape.length - 2;
  const isFilled = (margin: number, axis: number) =>
    margin > 0 && Number.isInteger(margin) && isSpatial(axis) && own[axis] > 0;
  if (own.length !== shape.length || !margins.every((margin, axis) => margin === 0 || isFilled(margin, axis))) {
    const expected = `expected a kernel ${showShape(shape)}, or a smaller one that can be centered in it`;
    const advice = shape.length === 3 && kernel.shape.length === 2 ? '; say its inputChannel' : '';
    throw new ShapeError(where, `${expected}, got shape ${showShape(kernel.shape)}${advice}`);
  }
  const numbers = kernel.storage.array;
  if (sameShape(own, shape)) return numbers.slice();
  const [height, width] = shape.slice(-2);
  const [rows, columns] = own.slice(-2);
  const [top, left] = margins.slice(-2);
  const result = newArray(kernel.dtype, sizeOf(shape));
  numbers.forEach((value, i) => {
    const row = (Math.floor(i / columns) % rows) + top;
    result[(Math.floor(i / (rows * columns)) * height + row) * width + (i % columns) + left] = value;
  });
  return result;
}

/** Changes parameters while a function runs. */
function intervention(where: string, model: Module, parameters: Parameter[], change: () => void): Intervention {
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
        parameter.storage.version++; // So that `backward` refuses a graph that was recorded with the other weights.
      });
    }
  };
  return { run, evaluate: (dataset, options) => run(() => evaluate(model, dataset, options)) };
}
