import { diverging } from './color.js';
import { LINE_HEIGHT } from './font.js';
import { overInk, short } from './panel.js';
import { type Picture, textWidth } from './picture.js';

/** Width of the bar of all colors, odd: 0 has a pixel of its own. */
const BAR = 201;
/** From the bar to the text beside it, in pixels. */
const SPACE = 6;

/** Height of the bar and of the 0 below it. */
export const LEGEND_HEIGHT = 2 * LINE_HEIGHT;

export interface Legend {
  low: string;
  high: string;
  width: number;
  /** Whether the colors are over an image: then the bar's upper half is on white and its lower half on dark pixels. */
  over: boolean;
}

/** The legend of a grid, from −scale to +scale in `unit`; `fixed` when the scale is not that of the values. */
export function legendOf(scale: number, unit: string, { fixed, over }: { fixed: boolean; over: boolean }): Legend {
  const low = `−${short(scale)}`;
  const high = `+${short(scale)}   ${unit}; one scale for all${fixed ? ', cut off at its ends' : ''}`;
  return { low, high, width: textWidth(low) + SPACE + BAR + SPACE + textWidth(high), over };
}

/** Draws a bar of all colors with the values at its ends and below its middle. */
export function drawLegend(picture: Picture, x: number, y: number, { low, high, over }: Legend): void {
  const left = x + textWidth(low) + SPACE;
  const middle = left + (BAR - 1) / 2;
  picture.text(low, x, y);
  picture.rectangle(left - 1, y + 2, BAR + 2, 14, [170, 170, 170]);
  for (let i = 0; i < BAR; i++) {
    const value = (2 * i) / (BAR - 1) - 1;
    picture.rectangle(left + i, y + 3, 1, 12, over ? overInk(value, 0) : diverging(value));
    if (over) picture.rectangle(left + i, y + 9, 1, 6, overInk(value, 1));
  }
  picture.rectangle(middle, y + 3, 1, 15, [40, 40, 40]);
  picture.text('0', middle + 0.5, y + LINE_HEIGHT, { align: 'center' });
  picture.text(high, left + BAR + SPACE, y);
}
