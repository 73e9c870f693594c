import { checkDataset, type Dataset } from '../../data/dataset.js';
import type { Module } from '../../nn/module.js';
import { deadOf } from '../filters/metrics.js';
import { norm, partsOf } from '../values.js';
import { filtersOf } from './filters.js';
import { eachMap, indexOfLargest } from './layer.js';

/** The channels of a layer that are dead, by either criterion. */
export interface DeadFilters {
  /** The Euclidean norm of each channel's weights. */
  norms: number[];
  /** The channels whose norm is below 5% of the largest one, or 0. */
  byWeight: number[];
  /** The largest output of each channel over all images and positions; null without a dataset. */
  highest: number[] | null;
  /** The channels whose output is positive for no image: after ReLU they are 0 everywhere. Null without a dataset. */
  byActivation: number[] | null;
}

/**
 * Which channels of a layer are dead.
 * @param layer the path of a Conv2D or Dense layer; what counts is its own output, before a ReLU
 * @param dataset images to run the model on; without it, only the weights count
 * @throws ArgumentError for an unknown layer, one without filters, an empty dataset, an output that is NaN
 */
export function deadFilters(model: Module, layer: string, dataset?: Dataset): DeadFilters {
  const { weight, size, channels } = filtersOf('deadFilters', model, layer);
  const norms = partsOf(weight.storage.array, size).map(norm);
  const byWeight = indicesOf(deadOf(norms));
  if (dataset === undefined) return { norms, byWeight, highest: null, byActivation: null };

  checkDataset('deadFilters', 'the data', dataset);
  const highest = new Array<number>(channels).fill(-Infinity);
  eachMap('deadFilters', model, layer, dataset, 100, (map, _, channel) => {
    highest[channel] = Math.max(highest[channel], map[indexOfLargest('deadFilters', layer, map)]);
  });
  return { norms, byWeight, highest, byActivation: indicesOf(highest.map((value) => value <= 0)) };
}

/** The indices of those that are true. */
function indicesOf(flags: readonly boolean[]): number[] {
  return flags.flatMap((flag, i) => (flag ? [i] : []));
}
