import { tensor } from '../../autograd/create.js';
import { noGrad } from '../../autograd/graph.js';
import { checkTensors } from '../../autograd/operation.js';
import type { FloatArray } from '../../autograd/storage.js';
import type { Tensor } from '../../autograd/tensor.js';
import type { Dataset } from '../../data/dataset.js';
import { DataLoader } from '../../data/loader.js';
import { ArgumentError, checkNumber, ShapeError, show } from '../../errors.js';
import { inEvaluation, Module } from '../../nn/module.js';
import { watchForward } from '../../nn/summary.js';
import { type Shape, showShape, sizeOf } from '../../shape.js';

// What all files here share: finding a layer, and running a model up to it.

/** The layer at a path of `model.namedModules()`; '' is the model itself. */
export function layerAt(where: string, model: Module, path: string): Module {
  if (!(model instanceof Module)) throw new ArgumentError(where, `expected a model, a Module, got ${show(model)}`);
  const layers = new Map(model.namedModules());
  const layer = layers.get(path);
  if (layer) return layer;
  const paths = [...layers.keys()].map((each) => each || "'' (the model itself)");
  throw new ArgumentError(where, `no layer ${show(path)}; the layers are ${paths.join(', ')}`);
}

/** An image [C, H, W] or [1, C, H, W] as a tensor of its own, [1, C, H, W], in the dtype of the model's parameters. */
export function imageFor(where: string, model: Module, image: Tensor): Tensor {
  checkTensors(where, image);
  const shape = image.shape.length === 4 && image.shape[0] === 1 ? image.shape.slice(1) : image.shape;
  if (shape.length !== 3 || sizeOf(shape) === 0) {
    throw new ShapeError(where, `expected an image [C, H, W] or [1, C, H, W], got shape ${showShape(image.shape)}`);
  }
  checkFinite(where, 'the image', image.storage.array);
  return likeModel(model, image.storage.array, [1, ...shape]);
}

/** A copy of `values` as a tensor in the dtype of the model's parameters. */
export function likeModel(model: Module, values: FloatArray, shape: Shape): Tensor {
  const dtype = model.parameters()[0]?.dtype;
  return tensor(values, { shape, ...(dtype && { dtype }) });
}

/** Throws for the first value that is NaN or infinite. */
export function checkFinite(where: string, what: string, values: FloatArray): void {
  const wrong = values.findIndex((value) => !Number.isFinite(value));
  if (wrong < 0) return;
  throw new ArgumentError(where, `expected finite numbers in ${what}, got ${values[wrong]} at index ${wrong}`);
}

/** The smallest and the largest of some numbers. */
export function extremes(values: FloatArray): [number, number] {
  let [least, most] = [Infinity, -Infinity];
  for (const value of values) [least, most] = [Math.min(least, value), Math.max(most, value)];
  return [least, most];
}

/** Thrown to end a forward pass at the layer whose output is wanted. */
class Reached {
  readonly output: Tensor;
  constructor(output: Tensor) {
    this.output = output;
  }
}

/**
 * What a layer gives when the model runs on `x`; what comes after the layer is not computed.
 * @throws ArgumentError for a layer that stands in several places, or that does not run
 */
export function outputOf(where: string, model: Module, path: string, x: Tensor): Tensor {
  const layer = layerAt(where, model, path);
  const places = model.namedModules().filter(([, module]) => module === layer);
  if (places.length > 1) {
    const paths = places.map(([place]) => place).join(' and ');
    throw new ArgumentError(where, `${paths} are one layer: its output is not one thing; make a layer for each place`);
  }
  const unwatch = watchForward(layer, (output) => {
    throw new Reached(output);
  });
  try {
    model.forward(x);
  } catch (error) {
    if (error instanceof Reached) return error.output;
    throw error;
  } finally {
    unwatch();
  }
  throw new ArgumentError(where, `the model does not run its layer ${show(path)}: its forward() is never called`);
}

/** How an output falls into channels: [N, C, h, w], or [N, F] as F channels of one place. */
export function channelsOf(where: string, path: string, { shape }: Tensor) {
  if ((shape.length === 2 || shape.length === 4) && sizeOf(shape) > 0) {
    const [, channels, rows = 1, columns = 1] = shape;
    return { channels, rows, columns };
  }
  throw new ShapeError(where, `expected an output [N, C, h, w] or [N, F] of ${show(path)}, got ${showShape(shape)}`);
}

/** Throws unless there is such a channel. */
export function checkChannel(where: string, what: string, channel: number, channels: number): number {
  return checkNumber(where, what, channel, { least: 0, most: channels - 1, whole: true });
}

/** What the model gives for `x`, checked to be finite logits [N, classes] with a class `classIndex`. */
export function logitsOf(where: string, model: Module, x: Tensor, classIndex: number): Tensor {
  const logits = model.forward(x);
  if (logits.shape.length !== 2) {
    throw new ShapeError(where, `expected logits [N, classes] from the model, got shape ${showShape(logits.shape)}`);
  }
  checkChannel(where, 'the class', classIndex, logits.shape[1]);
  checkFinite(where, 'the logits', logits.storage.array);
  return logits;
}

/**
 * Calls `see` with a layer's output for each batch of a dataset, the index of the batch's first example, and how the
 * output falls into channels.
 */
export function eachOutput(
  where: string,
  model: Module,
  layer: string,
  dataset: Dataset,
  see: (output: FloatArray, first: number, sizes: ReturnType<typeof channelsOf>) => void,
  batchSize = 100,
): void {
  let first = 0;
  inEvaluation(model, () => {
    for (const { x, y } of new DataLoader(dataset, { batchSize })) {
      noGrad(() => {
        const output = outputOf(where, model, layer, likeModel(model, x.storage.array, x.shape));
        see(output.storage.array, first, channelsOf(where, layer, output));
      });
      first += y.length;
    }
  });
}

/** The first of the largest numbers; none may be NaN. */
export function indexOfLargest(where: string, layer: string, values: FloatArray): number {
  let best = 0;
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i])) throw new ArgumentError(where, `the output of '${layer}' is NaN`);
    if (values[i] > values[best]) best = i;
  }
  return best;
}
