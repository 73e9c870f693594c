import { checkNumber } from '../../errors.js';
import type { Color } from './color.js';
import { CHARACTERS, LINE_HEIGHT, OPACITIES, WIDTHS } from './font.js';

/** A picture in memory: RGBA bytes, row by row, as a canvas's ImageData and a PNG encoder take them. */
export class Picture {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue and opacity of each pixel, 0 to 255. */
  readonly data: Uint8ClampedArray;

  /** A white rectangle, sizes in pixels. */
  constructor(width: number, height: number) {
    this.width = checkNumber('Picture', 'the width', width, { least: 1, whole: true });
    this.height = checkNumber('Picture', 'the height', height, { least: 1, whole: true });
    this.data = new Uint8ClampedArray(4 * width * height).fill(255);
  }

  /** Fills a rectangle; what lies outside the picture is left out. */
  rectangle(x: number, y: number, width: number, height: number, color: Color): this {
    const [left, right] = [Math.max(0, x), Math.min(this.width, x + width)];
    const [top, bottom] = [Math.max(0, y), Math.min(this.height, y + height)];
    const { data } = this;
    for (let row = top; row < bottom; row++) {
      for (let at = 4 * (row * this.width + left); at < 4 * (row * this.width + right); at += 4) {
        data[at] = color[0];
        data[at + 1] = color[1];
        data[at + 2] = color[2];
      }
    }
    return this;
  }

  /**
   * Writes text; '\n' begins a new line. A character that the font lacks becomes '?'.
   * @param x where each line begins, has its center or ends, in pixels (see `align`)
   * @param y the top of the first line, in pixels
   * @param options `align`: what of a line is at x, 'left' by default; `color`: dark gray by default
   */
  text(
    text: string,
    x: number,
    y: number,
    { align = 'left', color = DARK }: { align?: 'left' | 'center' | 'right'; color?: Color } = {},
  ): this {
    text.split('\n').forEach((line, i) => {
      let left = Math.round(x - BEFORE_X[align] * textWidth(line));
      for (const glyph of glyphsOf(line)) {
        this.#draw(glyph, left, y + i * LINE_HEIGHT, color);
        left += glyph.width;
      }
    });
    return this;
  }

  #draw({ width, opacities }: Glyph, left: number, top: number, color: Color): void {
    opacities.forEach((opacity, i) => {
      const column = left + (i % width);
      const row = top + Math.floor(i / width);
      if (opacity === 0 || column < 0 || column >= this.width || row < 0 || row >= this.height) return;
      const at = 4 * (row * this.width + column);
      for (let c = 0; c < 3; c++) this.data[at + c] += (color[c] - this.data[at + c]) * opacity;
    });
  }
}

const DARK: Color = [40, 40, 40];
/** The share of a line that lies before x. */
const BEFORE_X = { left: 0, center: 0.5, right: 1 };

/** Width of a text, that of its longest line, in pixels. */
export function textWidth(text: string): number {
  return Math.max(...text.split('\n').map((line) => glyphsOf(line).reduce((sum, { width }) => sum + width, 0)));
}

/** Height of a text, in pixels; 0 of an empty one. */
export function textHeight(text: string): number {
  return text === '' ? 0 : LINE_HEIGHT * text.split('\n').length;
}

/** A character as the font has it. */
interface Glyph {
  /** In pixels. */
  width: number;
  /** Of each pixel, 0 to 1, row by row. */
  opacities: Float64Array;
}

let font: Map<string, Glyph> | null = null;

function glyphsOf(line: string): Glyph[] {
  font ??= unpackFont();
  const glyphs = font;
  return Array.from(line, (character) => glyphs.get(character) ?? glyphs.get('?')!);
}

function unpackFont(): Map<string, Glyph> {
  const bytes = atob(OPACITIES);
  let pixel = 0;
  const nextOpacity = () => {
    const byte = bytes.charCodeAt(pixel >> 1);
    return (pixel++ % 2 === 0 ? byte >> 4 : byte & 15) / 15;
  };
  return new Map(
    Array.from(CHARACTERS, (character, i) => {
      const width = Number.parseInt(WIDTHS[i], 16);
      return [character, { width, opacities: Float64Array.from({ length: width * LINE_HEIGHT }, nextOpacity) }];
    }),
  );
}
