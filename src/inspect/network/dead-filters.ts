import { checkDataset, type Dataset } from '../../data/dataset.js';
import type { Module } from '../../nn/module.js';
import { filtersOf, normOf } from './filters.js';
import { eachOutput, indexOfLargest } from './layer.js';

/** Channels of a layer that do nothing. */
export interface DeadFilters {
  /** The Euclidean norm of each channel's weights. */
  norms: number[];
  /** The channels whose norm is below 5% of the largest one, or 0. */
  byWeight: number[];
  /** The largest output of each channel for any image, at any place; null without a dataset. */
  highest: number[] | null;
  /** The channels whose output is positive for no image: after ReLU they are 0 everywhere. Null without a dataset. */
  byActivation: number[] | null;
}

/** Below this share of the largest norm, the weights of a filter count as none. */
const SHARE = 0.05;

/**
 * Which channels of a layer are dead.
 * @param layer the path of a Conv2D or Dense layer. Its own output is looked at: ReLU, and max pooling in between,
 * leave something of it exactly where it is positive.
 * @param dataset images that should wake the filters; without it, the weights alone are looked at
 * @throws ArgumentError for an unknown layer, one without filters, an empty dataset, an output that is NaN
 */
export function deadFilters(model: Module, layer: string, dataset?: Dataset): DeadFilters {
  const { weight, size, channels } = filtersOf('deadFilters', model, layer);
  const { array } = weight.storage;
  const norms = Array.from({ length: channels }, (_, i) => normOf(array.subarray(i * size, (i + 1) * size)));
  const least = SHARE * Math.max(...norms);
  const byWeight = indicesWhere(norms, (norm) => norm < least || norm === 0);
  if (dataset === undefined) return { norms, byWeight, highest: null, byActivation: null };

  checkDataset('deadFilters', 'the data', dataset);
  const highest = new Array<number>(channels).fill(-Infinity);
  eachOutput('deadFilters', model, layer, dataset, (output, _, { rows, columns }) => {
    const places = rows * columns;
    for (let at = 0; at < output.length; at += places) {
      const map = output.subarray(at, at + places);
      const channel = (at / places) % channels;
      highest[channel] = Math.max(highest[channel], map[indexOfLargest('deadFilters', layer, map)]);
    }
  });
  return { norms, byWeight, highest, byActivation: indicesWhere(highest, (value) => value <= 0) };
}

function indicesWhere(values: readonly number[], fits: (value: number) => boolean): number[] {
  return values.flatMap((value, i) => (fits(value) ? [i] : []));
}
