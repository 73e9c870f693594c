import { tensor, zeros } from '../../autograd/create.js';
import { noGrad } from '../../autograd/graph.js';
import { checkTensors } from '../../autograd/operation.js';
import type { FloatArray } from '../../autograd/storage.js';
import type { Tensor } from '../../autograd/tensor.js';
import type { Dataset, Targets } from '../../data/dataset.js';
import { DataLoader } from '../../data/loader.js';
import { ArgumentError, checkNumber, ShapeError, show } from '../../errors.js';
import { inEvaluation } from '../../nn/modes.js';
import { type AnyModule, Module } from '../../nn/module.js';
import { watchForward } from '../../nn/summary.js';
import { type Shape, showShape, sizeOf } from '../../shape.js';

// What all files here share: finding a layer, running a model up to it, and checks.

/** The layer at a path of `model.namedModules()`; '' is the model itself. */
export function layerAt(where: string, model: AnyModule, path: string): AnyModule {
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

/** Throws unless it is the shape of one image, [C, H, W], that has pixels. */
export function checkImageShape(where: string, shape: Shape): void {
  if (Array.isArray(shape) && shape.length === 3 && shape.every((n) => Number.isSafeInteger(n) && n > 0)) return;
  throw new ShapeError(where, `expected the shape [C, H, W] of an image, got ${show(shape)}`);
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

/** The smallest and the largest number. */
export function extremes(values: FloatArray): [number, number] {
  let [least, most] = [Infinity, -Infinity];
  for (const value of values) [least, most] = [Math.min(least, value), Math.max(most, value)];
  return [least, most];
}

/** Thrown to end a forward pass at the layer whose output is wanted. */
const REACHED = new Error('reached');

/**
 * The output of a layer when the model runs on `x`; the layers after it are not computed.
 * @throws ArgumentError for a layer that the model has in several places, or never runs
 */
export function outputOf(where: string, model: Module, path: string, x: Tensor): Tensor {
  const layer = layerAt(where, model, path);
  const places = model.namedModules().filter(([, module]) => module === layer);
  if (places.length > 1) {
    const paths = places.map(([place]) => place).join(' and ');
    throw new ArgumentError(where, `${paths} are one layer, with several outputs; make a layer for each place`);
  }
  let found: Tensor | undefined;
  const unwatch = watchForward(layer, (outputs) => {
    if (outputs.length !== 1) {
      throw new ArgumentError(where, `expected a layer of one output, got ${outputs.length} from ${path}`);
    }
    [found] = outputs;
    throw REACHED;
  });
  try {
    model.forward(x);
  } catch (error) {
    if (error !== REACHED) throw error;
  } finally {
    unwatch();
  }
  if (found) return found;
  throw new ArgumentError(where, `the model does not run its layer ${show(path)}: its forward() is never called`);
}

/** The channels, rows and columns of an output [N, C, h, w], or of [N, F], which has F channels of 1x1. */
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

/** Calls `visit` with each map [rows, columns] of a layer's output: for each image of a dataset and each channel. */
export function eachMap(
  where: string,
  model: Module,
  layer: string,
  dataset: Dataset<Targets>,
  batchSize: number,
  visit: (map: FloatArray, image: number, channel: number, sizes: ReturnType<typeof channelsOf>) => void,
): void {
  let image = 0;
  inEvaluation(model, () => {
    for (const { x } of new DataLoader(dataset, { batchSize })) {
      noGrad(() => {
        const output = outputOf(where, model, layer, likeModel(model, x.storage.array, x.shape));
        const sizes = channelsOf(where, layer, output);
        const size = sizes.rows * sizes.columns;
        for (let at = 0; at < output.size; image++) {
          for (let channel = 0; channel < sizes.channels; channel++, at += size) {
            visit(output.storage.array.subarray(at, at + size), image, channel, sizes);
          }
        }
      });
    }
  });
}

/** How many changed copies of an image go through the model at once. */
const BATCH = 64;

/** Copies of an image [1, C, H, W], the n-th changed in place by `change`, in batches that begin with copy `first`. */
export function* copies(image: Tensor, count: number, change: (copy: FloatArray, n: number) => void) {
  for (let first = 0; first < count; first += BATCH) {
    const length = Math.min(BATCH, count - first);
    const x = zeros([length, ...image.shape.slice(1)], { dtype: image.dtype });
    for (let n = 0; n < length; n++) {
      const copy = x.storage.array.subarray(n * image.size, (n + 1) * image.size);
      copy.set(image.storage.array);
      change(copy, first + n);
    }
    yield { first, x };
  }
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
