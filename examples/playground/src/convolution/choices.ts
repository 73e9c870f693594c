/** The images and filters that the page starts with, and what their results mean. */
import { handMadeFilters, nearestHandMade } from '../../../../src/inspect/index.js';
import type { GrayImage, SquareFilter } from './walk.js';

/** Pixels along a side of the image that people draw themselves. */
export const OWN_SIZE = 7;

/** The two sizes in which hand-made filters are offered. */
export const FILTER_SIZES = [3, 5] as const;

/** The filter of the tutorial: columns 1, 0, -1. */
export const FIRST_FILTER = 'vertical edge (Prewitt)';

/** What a filter is for; 'any' when it resembles none of the hand-made ones. */
type FilterFamily = 'edge' | 'line' | 'laplacian' | 'blur' | 'sharpen' | 'identity' | 'any';

/** A filter as people would describe it. */
export interface FilterMeaning {
  family: FilterFamily;
  /** The hand-made filter that it is, or that it resembles most; null when all weights are 0 or the filter is too small. */
  name: string | null;
  /** Cosine of the angle to that one, -1 to 1; negative when bright and dark change places. */
  cosine: number;
}

/** Hand-made filters exist from this size on. */
const SMALLEST = 3;

/** From this cosine on a filter is described as if it were the hand-made one. */
const ALIKE = 0.9;

/** The tutorial's 5x5 image: 200 in three columns, 50 in two, and so an edge between the third and the fourth. */
export function tutorialImage(): GrayImage {
  return { values: Float32Array.from({ length: 25 }, (_, i) => (i % 5 < 3 ? 200 : 50)), size: 5, white: 255 };
}

/** What the drawing board holds at first: a bright frame on black, with edges of both directions. */
export function firstOwnImage(): GrayImage {
  const values = Float32Array.from({ length: OWN_SIZE ** 2 }, (_, i) => {
    const distance = Math.max(Math.abs(Math.floor(i / OWN_SIZE) - 3), Math.abs((i % OWN_SIZE) - 3));
    return distance === 2 ? 255 : 0;
  });
  return { values, size: OWN_SIZE, white: 255 };
}

/** A hand-made filter of a size. */
export function handMade(name: string, size: number): SquareFilter {
  const found = handMadeFilters(size).find((filter) => filter.name === name) ?? handMadeFilters(size)[0];
  return { values: Float32Array.from(found.values), size };
}

/** The weights in the middle of a new frame: cut off where it is smaller, zeros around where it is larger. */
export function resized({ values, size }: SquareFilter, to: number): SquareFilter {
  const shift = Math.floor((size - to) / 2);
  const at = (row: number, column: number) =>
    Math.min(row, column) < 0 || Math.max(row, column) >= size ? 0 : values[row * size + column];
  return {
    values: Float32Array.from({ length: to * to }, (_, i) => at(Math.floor(i / to) + shift, (i % to) + shift)),
    size: to,
  };
}

/** What a filter is for, from the hand-made filter that it resembles. */
export function meaningOf(filter: SquareFilter): FilterMeaning {
  const nearest = filter.size < SMALLEST ? null : nearestHandMade(filter.values, filter.size);
  if (nearest === null) return { family: 'any', name: null, cosine: 0 };
  return { family: Math.abs(nearest.cosine) >= ALIKE ? familyOf(nearest.name) : 'any', ...nearest };
}

function familyOf(name: string): FilterFamily {
  const families = ['edge', 'line', 'blur', 'sharpen', 'identity'] as const;
  return families.find((family) => name.includes(family)) ?? 'laplacian';
}
