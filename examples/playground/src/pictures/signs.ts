import { type Color, diverging } from '../../../../src/inspect/index.js';
import { textOn } from './colors.js';

/** Below this share of the scale a number is next to nothing, and its sign, too. */
const FAINT = 0.15;
/** How much of a mark's color is black or white; the rest is that of the square, for a quiet mark. */
const STRENGTH = 0.7;

/**
 * The color of the small minus on a square of the colors of `diverging` whose number is negative: in gray, on paper or to
 * eyes that see no colors, blue and red are alike. Null for numbers that need none.
 * @param share the number divided by the scale, from -1 to 1
 */
export function markOf(share: number): Color | null {
  if (!(share < -FAINT)) return null;
  const color = diverging(share);
  const end = textOn(color) === textOn([0, 0, 0]) ? 255 : 0;
  const [red, green, blue] = color.map((part) => Math.round(part + (end - part) * STRENGTH));
  return [red, green, blue];
}
