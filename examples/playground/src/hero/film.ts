/** What the hero shows at each moment: one filter of a recorded training, and a digit that it slides over. */
import { type GrayImage, planWalk, type SquareFilter, slide } from '../convolution/walk.js';
import { FRAMES, KERNEL, SIDE, WEIGHT_STEP } from './frames.js';
import { DIGIT, FILTERS } from './recording.js';

/** Places of the window along a side, and numbers of the map. */
export const STOPS = SIDE - KERNEL + 1;

const bytes = (text: string) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

/** The digit: ink from 0 to 1. */
export const digit: GrayImage = { values: Float32Array.from(bytes(DIGIT), (gray) => gray / 255), size: SIDE, white: 1 };

const weights = Float32Array.from(new Int8Array(bytes(FILTERS).buffer), (count) => count * WEIGHT_STEP);

/** The filter in a frame. */
export function filterAt(frame: number): SquareFilter {
  return { values: weights.subarray(frame * KERNEL ** 2, (frame + 1) * KERNEL ** 2), size: KERNEL };
}

const plan = planWalk(SIDE, KERNEL, { stride: 1, padding: 0, dilation: 1 });
const maps: Float32Array[] = [];

/** What the engine's convolution makes of the digit with the filter of a frame: [STOPS, STOPS]. */
export function mapAt(frame: number): Float32Array {
  maps[frame] ??= slide(plan, digit, filterAt(frame), false);
  return maps[frame];
}

/** When each act ends, in ms: the window slides; a breath; the filter learns. */
const SLID = 4400;
const BREATH = 4700;
/** When the film is over and rests. */
export const END = 8500;
/** How long it rests before it begins again, in ms. */
export const REST = 6000;

export interface Scene {
  /** Which of the three captions tells of it. */
  act: 0 | 1 | 2;
  frame: number;
  /** How many numbers of the map are there. */
  filled: number;
  /** Row and column of the window; null when it is not seen. */
  window: readonly [number, number] | null;
}

/** The scene at a time from 0 on, in ms; from `END` on it is the last. */
export function sceneAt(time: number): Scene {
  if (time < SLID) {
    const share = time / SLID;
    // Slowly at first, so that one sees what happens at a single place.
    const filled = Math.min(STOPS ** 2, 1 + Math.floor(STOPS ** 2 * (0.65 * share + 0.35 * share ** 2)));
    return { act: 0, frame: 0, filled, window: stopAt(filled - 1) };
  }
  if (time < BREATH) return { act: 0, frame: 0, filled: STOPS ** 2, window: stopAt(STOPS ** 2 - 1) };
  if (time < END) {
    const frame = Math.floor((FRAMES * (time - BREATH)) / (END - BREATH));
    return { act: 1, frame, filled: STOPS ** 2, window: null };
  }
  return { act: 2, frame: FRAMES - 1, filled: STOPS ** 2, window: bestStop() };
}

/** There and back, row by row: the window never jumps. */
export function stopAt(index: number): readonly [number, number] {
  const row = Math.floor(index / STOPS);
  const column = index % STOPS;
  return [row, row % 2 === 0 ? column : STOPS - 1 - column];
}

let best: readonly [number, number] | undefined;

/** Where the filter that has learned fits best. */
export function bestStop(): readonly [number, number] {
  if (!best) {
    const map = mapAt(FRAMES - 1);
    const at = map.indexOf(Math.max(...map));
    best = [Math.floor(at / STOPS), at % STOPS];
  }
  return best;
}
