import { checkDataset, type Dataset, type Targets } from '../../data/dataset.js';
import { checkNumber, readOptions } from '../../errors.js';
import type { Module } from '../../nn/module.js';
import { checkChannel, eachMap, indexOfLargest, layerAt } from './layer.js';
import { type Patch, patchOf, receptiveField } from './receptive-field.js';

/** An image of a dataset for which a channel is strongly active, and where. */
export interface TopActivation {
  /** Index of the image in the dataset. */
  index: number;
  /** NaN where the dataset's targets are numbers. */
  label: number;
  /** The channel's largest output for this image, at (row, column) of its map; the first of equal ones. */
  value: number;
  row: number;
  column: number;
  /** The unit's receptive field in the image. */
  patch: Patch;
}

/**
 * The images for which a channel is most active, each with its most active unit, the strongest first.
 * @param layer a path of `model.namedModules()`, with an output [N, C, h, w] or [N, F]
 * @param dataset images [C, H, W]
 * @param channel from 0
 * @param options `count`: how many images, fewer if there are not as many (9 by default); `batchSize` (100 by default)
 * @throws ArgumentError for an unknown layer or channel, an empty dataset, an output that is NaN, and where
 * `receptiveField` does
 */
export function topActivations(
  model: Module,
  layer: string,
  channel: number,
  dataset: Dataset<Targets>,
  options: { count?: number; batchSize?: number } = {},
): TopActivation[] {
  return topActivationsOf(model, layer, [channel], dataset, options)[0];
}

/** The same for several channels, in their order, with the model run once. */
export function topActivationsOf(
  model: Module,
  layer: string,
  channels: readonly number[],
  dataset: Dataset<Targets>,
  options: { count?: number; batchSize?: number } = {},
): TopActivation[][] {
  const where = 'topActivations';
  const { count, batchSize } = readOptions(where, options, { count: 9, batchSize: 100 });
  checkNumber(where, 'count', count, { least: 1, whole: true });
  layerAt(where, model, layer);
  checkDataset(where, 'the data', dataset);
  const field = receptiveField(model, layer, dataset.inputShape);
  const found = channels.map((channel) => {
    return { channel, values: new Float64Array(dataset.length), places: new Int32Array(dataset.length) };
  });
  let width = 1;
  eachMap(where, model, layer, dataset, batchSize, (map, image, of, { channels: there, columns }) => {
    width = columns;
    for (const { channel, values, places } of found) {
      if (of === 0) checkChannel(where, 'channel', channel, there);
      if (of !== channel) continue;
      places[image] = indexOfLargest(where, layer, map);
      values[image] = map[places[image]];
    }
  });
  return found.map(({ values, places }) => {
    const order = Array.from(values.keys()).sort((a, b) => values[b] - values[a] || a - b);
    return order.slice(0, count).map((index) => {
      const [row, column] = [Math.floor(places[index] / width), places[index] % width];
      const patch = patchOf(field, row, column, dataset.inputShape);
      const label = dataset.targetShape ? Number.NaN : dataset.targets[index];
      return { index, label, value: values[index], row, column, patch };
    });
  });
}
