/** The images and filters that the page starts with, and what their results mean. */
import { handMadeFilters, nearestHandMade } from '../../../../src/inspect/index.js';
import type { GrayImage, Sliding, SquareFilter } from './walk.js';

/** Pixels along a side of the image that people draw themselves. */
export const OWN_SIZE = 7;

/** Pixels along a side of a photograph, at most. */
export const LARGEST_SIDE = 128;

/** The photographs that stand beside the page, by the names of their files; each has 128 x 128 pixels. */
export const PHOTOGRAPHS = ['astronaut', 'photographer'] as const;
export type PhotographName = (typeof PHOTOGRAPHS)[number];

/** The two sizes in which hand-made filters are offered. */
export const FILTER_SIZES = [3, 5] as const;

/** Weights and their products stay within what a cell can show. */
export const MOST_WEIGHT = 9999;

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

export type ImageChoice =
  | { kind: 'tutorial' }
  | { kind: 'own' }
  | { kind: 'drawn' }
  | { kind: 'digit'; index: number }
  | { kind: 'photograph'; name: PhotographName }
  | { kind: 'file' };

export type FilterChoice =
  | { kind: 'hand'; name: string; size: number }
  | { kind: 'learned'; index: number }
  | { kind: 'typed'; filter: SquareFilter };

export const FIRST: FilterChoice = { kind: 'hand', name: FIRST_FILTER, size: 3 };

/** Positions a second that the speed control offers. */
export const SPEEDS = [0.5, 1, 2, 5, 20, 60, 200, 600, 3000] as const;

/** Indices of SPEEDS: a digit has hundreds of positions, a photograph thousands, the others a few. */
const USUAL_SPEEDS: Partial<Record<ImageChoice['kind'], number>> = { tutorial: 2, own: 2, photograph: 8, file: 8 };
const DIGIT_SPEED = 5;

/** Pixels along a side of an image that need not have come yet; 0 for those that nobody knows before. */
export function sizeOfImage({ kind }: ImageChoice): number {
  return { tutorial: 5, own: OWN_SIZE, digit: 28, drawn: 28, photograph: LARGEST_SIDE, file: 0 }[kind];
}

/** The speed that suits an image, an index of SPEEDS. */
export const usualSpeed = ({ kind }: ImageChoice) => USUAL_SPEEDS[kind] ?? DIGIT_SPEED;

/** Whether an image is a picture of thousands of pixels: its result is shown whole, and nobody waits for the window. */
export function isPicture({ kind }: ImageChoice): boolean {
  return kind === 'photograph' || kind === 'file';
}

/** A handwritten digit. */
export interface Digit {
  /** 28x28, row-major, ink from 0 to 1. */
  pixels: Float32Array;
  label: number;
}

/** A filter that a network learned. */
export interface LearnedFilter extends SquareFilter {
  label: string;
}

/** What a link keeps of a laboratory. */
export interface LabState {
  image: ImageChoice;
  own: GrayImage;
  filter: FilterChoice;
  sliding: Sliding;
  rectify: boolean;
  gray: boolean | null;
  position: number;
}

/** An image that a visitor brought along. */
export interface OwnFile {
  name: string;
  image: GrayImage;
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

/** What stands for an image that has not come yet: as large as it will be, and black. */
export function blankFor(choice: ImageChoice): GrayImage {
  const [size, white] = isPicture(choice) ? [LARGEST_SIDE, 255] : [28, 1];
  return { values: new Float32Array(size * size), size, white };
}

/** What stands for a filter that has not come yet. */
export function blankFilter(size: number): SquareFilter {
  return { values: new Float32Array(size * size), size };
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
