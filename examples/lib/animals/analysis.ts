/**
 * What example 08 counts, and against what. This was fixed before the seeds of examples/eyes-noses-ears.md were drawn.
 *
 * - A filter's part is that without which its answers fall most; where it looks is one of 25 offsets; both are chosen on every second
 *   of 1,600 unseen drawings. All figures are from the others: of the 100 that excite the filter most, on how many is its largest
 *   answer on the part (within a square of 4x4 pixels), and by how much do the answers fall without it (see `partDetectors`).
 * - Thresholds are what one in a hundred units of control networks exceeds, for each part on its own: 128 units of layer 3 of four
 *   networks, three untrained, one that learned shuffled names by heart. Whatever is counted is another network.
 * - A filter counts (`above`) when its part is the one asked about, it is on the part more often than the threshold, and its answers
 *   fall by more than the threshold, and by more than half. The last was added on exploratory seeds, where thresholds of falls
 *   were 13 to 57%, and layer 2 had five eye filters above one of 27%. Counts without it are kept, too (`abovePercentile`).
 * - The best filter of a part is the one of those whose part it is with the largest product of on part and (fall - others),
 *   on the half that is not scored; where there is none, of all filters.
 * - Nothing is left out: no filter, no drawing, no seed.
 */
import type { Sequential } from '../../../src/index.js';
import {
  aboveThresholds,
  type PartDetection,
  type PartDetector,
  type PartImages,
  type PartThreshold,
  partDetectors,
} from '../../../src/inspect/index.js';
import { PARTS, type Part } from './drawings.js';

export type Thresholds = Record<Part, PartThreshold>;
export type Counts = Record<Part, number>;

/** Centers of layer 3 are 9.5, 13.5, ..., 53.5 pixels from the border: the squares of 4x4 pixels around them, for all layers. */
const SQUARES = { cell: 4, margin: 8 };

/** @param top how many drawings of each half a filter is judged by: 100 of 800, or as large a share of fewer */
export function detect(model: Sequential, layer: string, given: PartImages<Part>, top = 100): PartDetection<Part> {
  return partDetectors(model, layer, given, { ...SQUARES, top });
}

/** The thresholds, and that the answers halve. */
export function withHalf({ eye, nose, ear }: Thresholds): Thresholds {
  const half = ({ onPart, fall }: PartThreshold) => ({ onPart, fall: Math.max(0.5, fall) });
  return { eye: half(eye), nose: half(nose), ear: half(ear) };
}

/** For each part how many filters are above the controls. */
function countAbove(filters: readonly PartDetector<Part>[], thresholds: Thresholds): Counts {
  const above = aboveThresholds(filters, thresholds);
  return { eye: above.eye.length, nose: above.nose.length, ear: above.ear.length };
}

/** Both counts of a network or a layer. */
export function countsOf(filters: readonly PartDetector<Part>[], thresholds: Thresholds) {
  return { above: countAbove(filters, withHalf(thresholds)), abovePercentile: countAbove(filters, thresholds) };
}

/** For each part how many filters are on it in 9 of 10, fall by half without it, and by less than a quarter without another. */
function countStrict(filters: readonly PartDetector<Part>[]): Counts {
  const count = (name: Part) =>
    filters.filter(({ part, scores: { [name]: score } }) => {
      return part === name && score.onPart >= 0.9 && score.fall >= 0.5 && score.others <= 0.25;
    }).length;
  return { eye: count('eye'), nose: count('nose'), ear: count('ear') };
}

/** Filters of a part, the best first, by the half that is not scored; all filters where none is of that part. */
export function bestOf(filters: readonly PartDetector<Part>[], name: Part): PartDetector<Part>[] {
  const own = filters.filter(({ part }) => part === name);
  const merit = ({ chosen: { [name]: score } }: PartDetector<Part>) => {
    return score.onPart * Math.max(0, score.fall - score.others);
  };
  return [...(own.length > 0 ? own : filters)].sort((a, b) => merit(b) - merit(a));
}

/** What is said of a filter as a detector of a part. */
export interface BestFigures {
  filter: number;
  onPart: number;
  fall: number;
  others: number;
  /** As in `PartDetector`; null where its part is another one. */
  turnedOver: number | null;
  scattered: number | null;
  decoys: number;
}

export function figuresOf(
  { channel, part, scores, variants, distractors }: PartDetector<Part>,
  name: Part,
): BestFigures {
  const { onPart, fall, others } = scores[name];
  const own = part === name;
  return {
    filter: channel,
    onPart,
    fall,
    others,
    turnedOver: own ? variants.turnedOver : null,
    scattered: own ? variants.scattered : null,
    decoys: distractors,
  };
}

/** All that is said of a layer. */
export interface LayerFigures {
  above: Counts;
  abovePercentile: Counts;
  strict: Counts;
  best: Record<Part, BestFigures>;
}

export function layerFigures({ filters }: PartDetection<Part>, thresholds: Thresholds): LayerFigures {
  const [eye, nose, ear] = PARTS.map((name) => figuresOf(bestOf(filters, name)[0], name));
  return { ...countsOf(filters, thresholds), strict: countStrict(filters), best: { eye, nose, ear } };
}
