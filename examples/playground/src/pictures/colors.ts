import type { Color } from '../../../../src/inspect/index.js';

const DARK_TEXT = '#000000';
const LIGHT_TEXT = '#ffffff';

/** A color as styles and canvases take it. */
export function css([red, green, blue]: Color): string {
  return `rgb(${red}, ${green}, ${blue})`;
}

/** Black or white, whichever is easier to read on a color (luminance as in WCAG 2). */
export function textOn(color: Color): string {
  const [red, green, blue] = color.map((part) => (part / 255) ** 2.2);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.18 ? DARK_TEXT : LIGHT_TEXT;
}
