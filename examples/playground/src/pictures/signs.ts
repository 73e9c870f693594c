import { diverging } from '../../../../src/inspect/index.js';
import { textOn } from '../convolution/paint.js';

/** Below this share of the scale a number is next to nothing, and its sign, too. */
const FAINT = 0.15;

/**
 * A small minus on a square of the colors of `diverging` whose number is negative: in gray, on paper or to eyes that see no
 * colors, blue and red are alike.
 * @param share the number divided by the scale, from -1 to 1
 * @param size of the square, in the context's pixels
 */
export function markNegative(
  context: CanvasRenderingContext2D,
  share: number,
  left: number,
  top: number,
  size: number,
): void {
  if (!(share < -FAINT)) return;
  const thickness = Math.max(1, Math.round(size / 9));
  const length = 3 * thickness;
  context.globalAlpha = 0.75;
  context.fillStyle = textOn(diverging(share));
  context.fillRect(left + Math.round((size - length) / 2), top + Math.round((size - thickness) / 2), length, thickness);
  context.globalAlpha = 1;
}
