import { aroundGray, type Color, diverging } from './color.js';
import { LINE_HEIGHT } from './font.js';
import { overInk, type Panel, short } from './panel.js';
import { type Picture, textWidth } from './picture.js';

/** Width of the bar of all colors, odd: 0 has a pixel of its own. */
const BAR = 201;
/** From the bar to the text beside it, in pixels. */
const SPACE = 6;

/** Height of the bar and of the 0 below it. */
export const LEGEND_HEIGHT = 2 * LINE_HEIGHT;

const COLORS: Record<Legend['parts'][number], (value: number) => Color> = {
  diverging,
  'on white': (value) => overInk(value, 0),
  'on dark': (value) => overInk(value, 1),
  red: (value) => aroundGray(value, 0, 0),
  green: (value) => aroundGray(0, value, 0),
  blue: (value) => aroundGray(0, 0, value),
};

export interface Legend {
  low: string;
  high: string;
  width: number;
  /**
   * What the bar's parts show, from above: blue, white and red; the same on white and on dark pixels; or each of red, green and
   * blue around gray.
   */
  parts: ('diverging' | 'on white' | 'on dark' | 'red' | 'green' | 'blue')[];
}

/** The legend of panels, from −scale to +scale in `unit`; `fixed` when the scale is not that of the values. */
export function legendOf(scale: number, unit: string, fixed: boolean, panels: readonly Panel[]): Legend {
  const inColor = panels.filter(({ colors }) => colors === 'rgb').length;
  const parts: Legend['parts'] = inColor > 0 ? ['red', 'green', 'blue'] : [];
  if (panels.every(({ over, colors }) => over && colors !== 'rgb')) parts.push('on white', 'on dark');
  else if (inColor < panels.length) parts.unshift('diverging');
  const low = `−${short(scale)}`;
  const high = `+${short(scale)}   ${unit}; one scale for all${fixed ? ', cut off at its ends' : ''}`;
  return { low, high, width: textWidth(low) + SPACE + BAR + SPACE + textWidth(high), parts };
}

/** Draws a bar of all colors with the values at its ends and below its middle. */
export function drawLegend(picture: Picture, x: number, y: number, { low, high, parts }: Legend): void {
  const left = x + textWidth(low) + SPACE;
  const middle = left + (BAR - 1) / 2;
  picture.text(low, x, y);
  picture.rectangle(left - 1, y + 2, BAR + 2, 14, [170, 170, 170]);
  for (let i = 0; i < BAR; i++) {
    const value = (2 * i) / (BAR - 1) - 1;
    const share = 12 / parts.length;
    for (const [n, part] of parts.entries())
      picture.rectangle(left + i, y + 3 + n * share, 1, share, COLORS[part](value));
  }
  picture.rectangle(middle, y + 3, 1, 15, [40, 40, 40]);
  picture.text('0', middle + 0.5, y + LINE_HEIGHT, { align: 'center' });
  picture.text(high, left + BAR + SPACE, y);
}
