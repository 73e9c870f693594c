import { checkDataset, type Dataset } from '../../data/dataset.js';
import { checkNumber, checkOptions } from '../../errors.js';
import type { Module } from '../../nn/module.js';
import { checkChannel, eachOutput, indexOfLargest, layerAt } from './layer.js';
import { type Patch, patchOf, receptiveField } from './receptive-field.js';

/** Where in a dataset a channel answers strongly. */
export interface TopActivation {
  /** The image, in the dataset. */
  index: number;
  label: number;
  /** The channel's largest output for this image, at (row, column) of its map; the first of equals. */
  value: number;
  row: number;
  column: number;
  /** What that unit sees of the image. */
  patch: Patch;
}

/**
 * The images to which a channel answers most, each with its best place, the strongest first; of equals the first.
 * @param layer a path of `model.namedModules()`, with an output [N, C, h, w] or [N, F]
 * @param dataset images [C, H, W]
 * @param options `count`: how many images, at most as many as there are (9 unless given); `batchSize`: 100 unless given
 * @throws ArgumentError for an unknown layer or channel, an empty dataset, an output that is NaN, and where
 * `receptiveField` does
 */
export function topActivations(
  model: Module,
  layer: string,
  channel: number,
  dataset: Dataset,
  options: { count?: number; batchSize?: number } = {},
): TopActivation[] {
  checkOptions('topActivations', options, ['count', 'batchSize']);
  const count = checkNumber('topActivations', 'count', options.count ?? 9, { least: 1, whole: true });
  layerAt('topActivations', model, layer);
  checkDataset('topActivations', 'the data', dataset);
  const field = receptiveField(model, layer, dataset.inputShape);
  const values = new Float64Array(dataset.length);
  const places = new Int32Array(dataset.length);
  let width = 1;
  const see: Parameters<typeof eachOutput>[4] = (output, first, { channels, rows, columns }) => {
    checkChannel('topActivations', 'channel', channel, channels);
    width = columns;
    const size = rows * columns;
    for (let n = 0; n * channels * size < output.length; n++) {
      const map = output.subarray((n * channels + channel) * size, (n * channels + channel + 1) * size);
      const best = indexOfLargest('topActivations', layer, map);
      values[first + n] = map[best];
      places[first + n] = best;
    }
  };
  eachOutput('topActivations', model, layer, dataset, see, options.batchSize);
  const order = Array.from(values.keys()).sort((a, b) => values[b] - values[a] || a - b);
  return order.slice(0, count).map((index) => {
    const [row, column] = [Math.floor(places[index] / width), places[index] % width];
    const patch = patchOf(field, row, column, dataset.inputShape);
    return { index, label: dataset.labels[index], value: values[index], row, column, patch };
  });
}
