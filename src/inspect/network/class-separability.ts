import type { FloatArray } from '../../autograd/storage.js';
import { checkDataset, type Dataset } from '../../data/dataset.js';
import { DataLoader } from '../../data/loader.js';
import { ArgumentError, readOptions, ShapeError, show } from '../../errors.js';
import type { Module } from '../../nn/module.js';
import { showShape } from '../../shape.js';
import { dot, sum } from '../values.js';
import { activations } from './activations.js';
import { checkFinite, likeModel } from './layer.js';

/** How far a layer's outputs tell classes apart. */
export interface Separability {
  layer: string;
  /** The fraction of held-out examples whose nearest class mean is that of their own class, 0 to 1. */
  accuracy: number;
  /** The share of the training examples' variance that is between the classes' means, 0 to 1; NaN where nothing varies. */
  between: number;
}

/**
 * How well each layer separates the classes, with nothing fitted but means: every held-out example is given to the class whose mean
 * output over the training examples is nearest (Euclidean distance, all channels and places). As chance would do well with as many
 * numbers, and images are separable as they are, compare with twins of the model: one untrained, one trained on shuffled labels.
 * A class without a training example has no mean, and its held-out examples count as wrong.
 * @param data images whose class means are taken, and others to be named; some hundreds of each will do
 * @param layers paths of `model.namedModules()`, such as ['pool1', 'pool2']: take those behind pooling, where maps are small
 * @param options `batchSize` (100 by default)
 * @returns a result a layer, in their order
 * @throws ArgumentError for an unknown layer, an empty dataset, targets that are no classes, an output that is NaN; ShapeError for
 * a layer with several outputs, or none an example
 */
export function classSeparability(
  model: Module,
  data: { train: Dataset; heldOut: Dataset },
  layers: readonly string[],
  options: { batchSize?: number } = {},
): Separability[] {
  const where = 'classSeparability';
  const { batchSize } = readOptions(where, options, { batchSize: 100 });
  for (const name of ['train', 'heldOut'] as const) {
    checkDataset(where, `data.${name}`, data?.[name]);
    const { targetShape } = data[name];
    if (targetShape === null) continue;
    throw new ArgumentError(where, `expected classes in data.${name}, got targets of shape ${showShape(targetShape)}`);
  }
  const { train, heldOut } = data;
  const found = layers.map((layer) => ({ layer, means: [] as Mean[], squares: 0, right: 0 }));
  eachOutput(where, model, train, layers, batchSize, (output, label, at) => {
    found[at].squares += dot(output, output);
    found[at].means[label] ??= { count: 0, values: new Float64Array(output.length) };
    const mean = found[at].means[label];
    mean.count++;
    for (let i = 0; i < output.length; i++) mean.values[i] += output[i];
  });
  for (const { means } of found) {
    for (const { count, values } of means.filter(Boolean)) for (let i = 0; i < values.length; i++) values[i] /= count;
  }
  eachOutput(where, model, heldOut, layers, batchSize, (output, label, at) => {
    if (nearest(output, found[at].means) === label) found[at].right++;
  });
  return found.map(({ layer, means, squares, right }) => {
    return { layer, accuracy: right / heldOut.length, between: between(means.filter(Boolean), squares) };
  });
}

/** The mean of a class; a hole in a list where a class has no example. */
interface Mean {
  count: number;
  values: Float64Array;
}

/** The class of the nearest mean, the first of equal ones. */
function nearest(output: FloatArray, means: readonly Mean[]): number {
  let [best, least] = [-1, Infinity];
  means.forEach(({ values }, label) => {
    let distance = 0;
    for (let i = 0; i < values.length; i++) distance += (output[i] - values[i]) ** 2;
    if (distance < least) [best, least] = [label, distance];
  });
  return best;
}

/** The squares of the classes' means around the mean of all, by those of all examples around it. */
function between(means: readonly Mean[], squares: number): number {
  const count = sum(means.map((mean) => mean.count));
  const middle = new Float64Array(means[0].values.length);
  for (const { count: own, values } of means) {
    for (let i = 0; i < middle.length; i++) middle[i] += (own / count) * values[i];
  }
  const around = sum(means.map(({ count: own, values }) => own * dot(values, values))) - count * dot(middle, middle);
  const all = squares - count * dot(middle, middle);
  // Rounding leaves a little of equal outputs.
  return all > 1e-12 * squares ? Math.min(1, around / all) : Number.NaN;
}

/** Calls `visit` with the output of each layer for each example. */
function eachOutput(
  where: string,
  model: Module,
  dataset: Dataset,
  layers: readonly string[],
  batchSize: number,
  visit: (output: FloatArray, label: number, layer: number) => void,
): void {
  for (const { x, y } of new DataLoader(dataset, { batchSize })) {
    const outputs = activations(model, likeModel(model, x.storage.array, x.shape), layers);
    layers.forEach((layer, at) => {
      const [{ shape, storage }, ...others] = outputs[layer];
      if (others.length > 0 || shape[0] !== y.length) {
        const got = others.length > 0 ? `${outputs[layer].length} outputs` : showShape(shape);
        throw new ShapeError(where, `expected one output an example from ${show(layer)}, got ${got}`);
      }
      checkFinite(where, `the output of ${show(layer)}`, storage.array);
      const size = storage.array.length / y.length;
      y.forEach((label, i) => {
        visit(storage.array.subarray(i * size, (i + 1) * size), label, at);
      });
    });
  }
}
