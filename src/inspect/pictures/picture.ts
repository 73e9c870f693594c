import { checkNumber } from '../../errors.js';
import type { Color } from './color.js';
import { CHARACTERS, LINE_HEIGHT, OPACITIES, WIDTHS } from './font.js';

export { LINE_HEIGHT };

/** A picture in memory: RGBA bytes, row by row, as a canvas's ImageData and a PNG encoder take them. */
export class Picture {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue and opacity of each pixel. */
  readonly data: Uint8ClampedArray;

  /** A white rectangle, sizes in pixels. */
  constructor(width: number, height: number) {
    this.width = checkNumber('Picture', 'the width', width, { least: 1, whole: true });
    this.height = checkNumber('Picture', 'the height', height, { least: 1, whole: true });
    this.data = new Uint8ClampedArray(4 * width * height).fill(255);
  }

  /** Fills a rectangle; what lies outside the picture is left out. */
  rectangle(x: number, y: number, width: number, height: number, color: Color): this {
    for (let row = Math.max(0, y); row < Math.min(this.height, y + height); row++) {
      for (let column = Math.max(0, x); column < Math.min(this.width, x + width); column++) {
        this.data.set(color, 4 * (row * this.width + column));
      }
    }
    return this;
  }

  /** Writes one line of text whose top is at y, beginning, centered or ending at x. A character that the font lacks is '?'. */
  text(
    text: string,
    x: number,
    y: number,
    { align = 'left', color = [40, 40, 40] as Color }: { align?: 'left' | 'center' | 'right'; color?: Color } = {},
  ): this {
    const width = textWidth(text);
    let left = Math.round(align === 'left' ? x : align === 'center' ? x - width / 2 : x - width);
    for (const glyph of glyphsOf(text)) {
      for (let i = 0; i < glyph.width * LINE_HEIGHT; i++) {
        const opacity = opacityAt(glyph.start + i);
        const column = left + (i % glyph.width);
        const row = y + Math.floor(i / glyph.width);
        if (opacity === 0 || column < 0 || column >= this.width || row < 0 || row >= this.height) continue;
        const at = 4 * (row * this.width + column);
        for (let c = 0; c < 3; c++) this.data[at + c] += (color[c] - this.data[at + c]) * opacity;
      }
      left += glyph.width;
    }
    return this;
  }
}

/** Width of a line of text, in pixels. */
export function textWidth(text: string): number {
  return glyphsOf(text).reduce((sum, { width }) => sum + width, 0);
}

/** For each character, where its pixels start in the font. */
const STARTS = WIDTHS.map((_, i) => LINE_HEIGHT * WIDTHS.slice(0, i).reduce((sum, width) => sum + width, 0));
let bytes: string | null = null;

function glyphsOf(text: string): { start: number; width: number }[] {
  return Array.from(text, (character) => {
    const known = CHARACTERS.indexOf(character);
    const i = known >= 0 ? known : CHARACTERS.indexOf('?');
    return { start: STARTS[i], width: WIDTHS[i] };
  });
}

/** Opacity, 0 to 1, of the font's i-th pixel. */
function opacityAt(i: number): number {
  bytes ??= atob(OPACITIES);
  const byte = bytes.charCodeAt(i >> 1);
  return (i % 2 === 0 ? byte >> 4 : byte & 15) / 15;
}
