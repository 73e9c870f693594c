import { ShapeError } from '../../errors.js';
import type { Shape } from '../../shape.js';
import { partsOf } from '../values.js';
import { aroundGray, type Color, diverging, ink, mixed, rgb } from './color.js';
import { LINE_HEIGHT } from './font.js';
import type { Picture } from './picture.js';

/** Numbers that are drawn as a small picture, a square for each. */
export interface Panel {
  /** [height, width], row-major; [3, height, width] in color. */
  values: ArrayLike<number>;
  height: number;
  width: number;
  /** The text below it; '\n' begins a new line. @default none */
  label?: string;
  /**
   * 'diverging': blue, white, red around 0, on the grid's scale; 'rgb': red, green and blue around 0, which is gray, on the
   * same scale: 0.5 + value / (2 scale); 'ink': 0 to 1 as white to black; 'image': red, green and blue from 0 to 1.
   * @default 'diverging'
   */
  colors?: 'diverging' | 'rgb' | 'ink' | 'image';
  /** Writes each number into its square; not in color. @default false */
  numbers?: boolean;
  /**
   * An image that shows through where the values are near 0: [height, width], 0 (white) to 1 (black), or in color [3, height,
   * width]. For 'diverging' values.
   */
  over?: ArrayLike<number>;
}

/** Each [height, width] of an array [..., height, width], as a panel. */
export function planes(values: ArrayLike<number>, shape: Shape): Panel[] {
  const [height, width] = shape.slice(-2);
  return partsOf(values, height * width).map((plane) => ({ values: plane, height, width }));
}

/** Throws unless there are no labels, or one for each of `count` filters or channels. */
export function checkLabels(where: string, labels: readonly string[] | undefined, count: number, of: string): void {
  if (!labels || labels.length === count) return;
  throw new ShapeError(where, `expected ${count} labels, one a ${of}, got ${labels.length}`);
}

/** How dark the ink is beneath diverging colors: not black, so that they can be distinguished on it. */
const INK_BELOW = 0.55;

/** Whether its values are around 0, on the grid's scale. */
export function isScaled({ colors }: Panel): boolean {
  return colors !== 'ink' && colors !== 'image';
}

/** Throws unless a panel's numbers, and those of the image below them, fill its height and width. */
export function checkPanel(where: string, { values, over, height, width, colors }: Panel): void {
  const size = height * width;
  const expected = colors === 'rgb' || colors === 'image' ? 3 * size : size;
  if (values.length !== expected || size === 0) {
    const product = `${expected > size ? '3 * ' : ''}${height} * ${width}`;
    throw new ShapeError(where, `expected ${product} values in a panel, got ${values.length}`);
  }
  if (!over || over.length === size || over.length === 3 * size) return;
  throw new ShapeError(where, `expected ${height} * ${width} values in a panel, got ${over.length}`);
}

/** The largest finite magnitude in the panels; 1 when there is none but 0. */
export function largest(panels: readonly Pick<Panel, 'values'>[]): number {
  let scale = 0;
  for (const { values } of panels) {
    for (let i = 0; i < values.length; i++) {
      const magnitude = Math.abs(values[i]);
      if (magnitude > scale && magnitude < Infinity) scale = magnitude;
    }
  }
  return scale > 0 ? scale : 1;
}

/** The color for a value in units of the scale's end, above an image's ink or color: the nearer to 0, the more of the image. */
export function overInk(value: number, ...below: [number] | [number, number, number]): Color {
  const opacity = Number.isNaN(value) ? 1 : Math.min(1, Math.abs(value)) ** 0.7;
  const image = below.length === 1 ? ink(INK_BELOW * below[0]) : mixed([255, 255, 255], rgb(...below), INK_BELOW);
  return mixed(image, diverging(value), opacity);
}

/** The color of pixel i of a panel. */
function colorOf({ values, height, width, colors, over }: Panel, i: number, scale: number): Color {
  const size = height * width;
  const inColor = (from: ArrayLike<number>) => [from[i], from[i + size], from[i + 2 * size]] as const;
  const value = values[i] / scale;
  switch (colors) {
    case 'ink':
      return ink(values[i]);
    case 'image':
      return rgb(...inColor(values));
    case 'rgb': {
      const [red, green, blue] = inColor(values);
      return aroundGray(red / scale, green / scale, blue / scale);
    }
    default:
      if (!over) return diverging(value);
      return over.length === size ? overInk(value, over[i]) : overInk(value, ...inColor(over));
  }
}

/** Draws a panel in a thin frame, with squares of `square` pixels and the strongest colors at `scale`. */
export function drawPanel(
  picture: Picture,
  panel: Panel,
  left: number,
  top: number,
  square: number,
  scale: number,
): void {
  const { values, width, height, numbers, colors } = panel;
  picture.rectangle(left - 1, top - 1, width * square + 2, height * square + 2, [170, 170, 170]);
  for (let i = 0; i < height * width; i++) {
    const x = left + (i % width) * square;
    const y = top + Math.floor(i / width) * square;
    const color = colorOf(panel, i, scale);
    picture.rectangle(x, y, square, square, color);
    if (!numbers || colors === 'rgb' || colors === 'image') continue;
    const dark = 0.3 * color[0] + 0.6 * color[1] + 0.1 * color[2] < 130;
    picture.text(short(values[i]), x + square / 2, y + Math.round((square - LINE_HEIGHT) / 2), {
      align: 'center',
      color: dark ? [255, 255, 255] : undefined,
    });
  }
}

/** A number with two significant digits. */
export function short(value: number): string {
  return String(Number(value.toPrecision(2))).replace('-', '−');
}
