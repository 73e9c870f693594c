/** How large a training of the card is, and what its filters have to exceed: known to the page and to the worker. */
import type { Thresholds } from '../../../lib/animals/analysis.js';

/** What the network is asked for: the animal's name; or, as a control, the kind of its nose alone. */
export const QUESTIONS = ['animal', 'nose'] as const;
export type Question = (typeof QUESTIONS)[number];

export interface Sizes {
  /** Drawings to learn from. */
  learned: number;
  epochs: number;
}

/** Smaller than example 08, which has 10,000 drawings and 7 epochs: about 15 s of one core with all that is measured. */
export const SIZES: Sizes = { learned: 4000, epochs: 6 };

/** Drawings that no network learns from, always the same; filters are chosen on one half of them, and scored on the other. */
export const HELD_OUT = 300;
/** How many of a half a filter is judged by: as large a share as in example 08. */
export const TOP = 19;

/**
 * What one in a hundred of 128 filters of four control networks exceeds on these drawings, by the rule of example 08: three
 * that are untrained, and one that learned 384 shuffled names by heart. A test draws them again.
 */
export const THRESHOLDS: Thresholds = {
  eye: { onPart: 10 / TOP, fall: 0.318 },
  nose: { onPart: 8 / TOP, fall: 0.211 },
  ear: { onPart: 11 / TOP, fall: 0.291 },
};

/** What an address says, such as '?animals=600x2': for a look at how it runs; null when that cannot be. */
export function readSizes(query: string): Sizes | null {
  const said = new URLSearchParams(query).get('animals');
  if (said === null) return SIZES;
  const [learned, epochs] = (/^(\d{1,5})x(\d{1,2})$/.exec(said) ?? []).slice(1).map(Number);
  // One batch alone is no training: the learning rate has to rise and to fall.
  return stepsOf({ learned, epochs }) > 1 ? { learned, epochs } : null;
}

/** Steps of a training in batches of 64. */
export function stepsOf({ learned, epochs }: Sizes): number {
  return epochs * Math.ceil(learned / 64);
}

/** What five trainings of each question found, in Node, after the last batch: eye, nose and ear filters for seeds 0 to 4. */
export const FIVE_SEEDS: Record<Question, { eye: number[]; nose: number[]; ear: number[]; accuracy: number[] }> = {
  animal: {
    eye: [6, 8, 2, 9, 12],
    nose: [6, 7, 3, 6, 4],
    ear: [6, 2, 1, 4, 4],
    accuracy: [0.923, 0.94, 0.86, 0.93, 0.957],
  },
  nose: {
    eye: [2, 0, 2, 0, 0],
    nose: [17, 19, 11, 20, 15],
    ear: [0, 0, 0, 0, 0],
    accuracy: [0.993, 0.987, 0.99, 1, 0.987],
  },
};
