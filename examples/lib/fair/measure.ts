/** What is measured of the first filters of one training. */
import type { Shape } from '../../../src/index.js';
import { emergence, type NullDistribution, nullDistribution } from '../../../src/inspect/index.js';

/** Rotations of each layer, and draws so. */
const ROTATIONS = 1000;

/** One statistic of a layer: raw, of the filters as they are, or centered, of the filters without their means. */
interface Statistic {
  /** Mean R2ori over the filters that are not dead. */
  r2ori: number;
  /** That less the mean R2ori of random filters as smooth as the images that the network learned from. */
  excess: number;
  /** The p of this one layer against those, and against rotations of itself. */
  pSmooth: number;
  pRotated: number;
}

export interface Measured {
  /** Filters that are not dead: of a norm of at least 5% of the layer's largest, and of 5% of the largest at the start. */
  live: number;
  /** The mean share of their energy that is in their mean (DC). */
  dc: number;
  /** Their mean norm. */
  norm: number;
  /** Null with fewer than two live filters: such a layer has no value, and is counted as such. */
  raw: Statistic | null;
  centered: Statistic | null;
}

/**
 * Measures a layer of filters of one channel.
 * @param weights [filters, 1, k, k]
 * @param initial the same at the start of the training
 * @param smooth the null of the images that the network learned from
 */
export function measure(
  weights: ArrayLike<number>,
  initial: ArrayLike<number>,
  shape: Shape,
  smooth: NullDistribution,
): Measured {
  const area = shape[2] * shape[3];
  const { filters } = emergence(weights, shape, { nulls: [smooth], initial });
  const live = filters.filter((each) => each.class !== 'dead');
  const taps = live.map(({ filter }) => Array.from({ length: area }, (_, t) => weights[filter * area + t]));
  const statistic = (layer: number[][]): Statistic | null => {
    if (layer.length < 2) return null;
    const given = layer.flat();
    const rotated = nullDistribution('rotated', shape[2], { filters: given, draws: ROTATIONS * layer.length });
    // Of length 1 each, so that all of them count, also those of which little is left without their mean.
    const unit = layer.flatMap((row) => row.map((tap) => tap / Math.hypot(...row)));
    const { r2ori, nulls } = emergence(unit, [layer.length, ...shape.slice(1)], { nulls: [smooth, rotated] });
    return { r2ori, excess: r2ori - nulls[0].mean, pSmooth: nulls[0].p, pRotated: nulls[1].p };
  };
  return {
    live: live.length,
    dc: average(live.map(({ dc }) => dc)),
    norm: average(live.map(({ norm }) => norm)),
    raw: statistic(taps),
    centered: statistic(taps.map((row) => row.map((tap) => tap - average(row)))),
  };
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
