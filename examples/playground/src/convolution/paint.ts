/** How the two boards are drawn: the image with the window on it, and the result as it fills in. */
import { type Color, diverging } from '../../../../src/inspect/index.js';
import { short } from './numbers.js';
import type { GrayImage, Tap, WalkPlan } from './walk.js';

/** A square canvas, cut into cells. */
export interface Sheet {
  context: CanvasRenderingContext2D;
  /** Canvas pixels along a side. */
  side: number;
  /** Canvas pixels in a CSS pixel. */
  density: number;
  /** Cells along a side. */
  cells: number;
}

/** Cells narrower than this, in CSS pixels, are shown without numbers. */
const NUMBERS_FROM = 21;
/** Cells narrower than this have no room for the weight beside the pixel. */
const WEIGHTS_FROM = 56;

const PAPER = '#f4f5f7';
const PAPER_LINE = '#c9ced6';
const WINDOW = '#e69f00';
const WINDOW_EDGE = '#1b1e23';
const DARK_TEXT = '#000000';
const LIGHT_TEXT = '#ffffff';

/** Black for 0, white for 1. */
export function gray(share: number): Color {
  const level = Math.round(255 * Math.min(1, Math.max(0, share)));
  return [level, level, level];
}

export function css([red, green, blue]: Color): string {
  return `rgb(${red}, ${green}, ${blue})`;
}

/** Black or white, whichever is easier to read on a color (luminance as in WCAG 2). */
export function textOn(color: Color): string {
  const [red, green, blue] = color.map((part) => (part / 255) ** 2.2);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.18 ? DARK_TEXT : LIGHT_TEXT;
}

/** The padded image, the window's outline and, where there is room, the weights in the corners of what they weigh. */
export function paintImage(sheet: Sheet, image: GrayImage, plan: WalkPlan, taps: readonly Tap[], peak: number): void {
  const { padding, padded } = plan;
  for (let row = 0; row < padded; row++) {
    for (let column = 0; column < padded; column++) {
      const [y, x] = [row - padding, column - padding];
      if (Math.min(y, x) < 0 || Math.max(y, x) >= image.size) {
        paintPadding(sheet, row, column);
      } else {
        const value = image.values[y * image.size + x];
        paintCell(sheet, row, column, gray(value / image.white), short(value));
      }
    }
  }
  if (taps.length === 0) return;
  const [first] = taps;
  if (plan.dilation > 1) for (const tap of taps) outline(sheet, tap.row + padding, tap.column + padding, 1, 1.5);
  outline(sheet, first.row + padding, first.column + padding, plan.reach, 3);
  if (cellOf(sheet) < WEIGHTS_FROM) return;
  for (const tap of taps) paintWeight(sheet, tap.row + padding, tap.column + padding, tap.weight, peak);
}

/** The sums that have been shown so far, on a scale of colors that ends at `peak`. */
export function paintResult(
  sheet: Sheet,
  result: Float32Array,
  filled: Uint8Array,
  position: number,
  peak: number,
): void {
  for (let i = 0; i < result.length; i++) {
    const [row, column] = [Math.floor(i / sheet.cells), i % sheet.cells];
    if (filled[i]) paintCell(sheet, row, column, diverging(result[i] / peak), short(result[i]));
    else paintEmpty(sheet, row, column);
  }
  if (result.length > 0) outline(sheet, Math.floor(position / sheet.cells), position % sheet.cells, 1, 3);
}

/** Small square pictures: thumbnails of digits and of filters. */
export function paintPixels(sheet: Sheet, values: ArrayLike<number>, colorOf: (value: number) => Color): void {
  for (let i = 0; i < values.length; i++) {
    fill(sheet, Math.floor(i / sheet.cells), i % sheet.cells, css(colorOf(values[i])));
  }
}

function cellOf({ side, cells, density }: Sheet): number {
  return side / cells / density;
}

/** Where a cell begins, on a whole canvas pixel so that neighbors meet without a seam. */
function edge({ side, cells }: Sheet, index: number): number {
  return Math.round((index * side) / cells);
}

function fill(sheet: Sheet, row: number, column: number, color: string): void {
  const [x, y] = [edge(sheet, column), edge(sheet, row)];
  sheet.context.fillStyle = color;
  sheet.context.fillRect(x, y, edge(sheet, column + 1) - x, edge(sheet, row + 1) - y);
}

function paintCell(sheet: Sheet, row: number, column: number, color: Color, text: string): void {
  fill(sheet, row, column, css(color));
  const cell = cellOf(sheet);
  if (cell < NUMBERS_FROM) return;
  separate(sheet, row, column);
  write(sheet, row, column, text, textOn(color), Math.min(19, Math.max(9, cell * 0.34)));
}

/** A thin line around a cell that holds a number. */
function separate(sheet: Sheet, row: number, column: number): void {
  const { context, density } = sheet;
  const [x, y] = [edge(sheet, column), edge(sheet, row)];
  context.strokeStyle = 'rgba(128, 134, 146, 0.55)';
  context.lineWidth = density;
  context.strokeRect(x, y, edge(sheet, column + 1) - x, edge(sheet, row + 1) - y);
}

/** Numbers end at the same distance from the right, so that digits stand under digits. */
function write(sheet: Sheet, row: number, column: number, text: string, color: string, size: number): void {
  const { context, density } = sheet;
  const [right, left] = [edge(sheet, column + 1), edge(sheet, column)];
  context.fillStyle = color;
  context.font = `${size * density}px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace`;
  context.textAlign = 'right';
  context.textBaseline = 'middle';
  const room = (right - left - context.measureText('0000').width) / 2;
  const middle = (edge(sheet, row) + edge(sheet, row + 1)) / 2;
  context.fillText(text, right - Math.max(2 * density, room + 0.3 * size * density), middle + density / 2);
}

/** Zeros that are not part of the image: hatched, and their number pale. */
function paintPadding(sheet: Sheet, row: number, column: number): void {
  const { context, density } = sheet;
  fill(sheet, row, column, PAPER);
  const [x, y] = [edge(sheet, column), edge(sheet, row)];
  const [width, height] = [edge(sheet, column + 1) - x, edge(sheet, row + 1) - y];
  context.save();
  context.beginPath();
  context.rect(x, y, width, height);
  context.clip();
  context.strokeStyle = PAPER_LINE;
  context.lineWidth = density;
  context.beginPath();
  for (let from = -height; from < width; from += 6 * density) {
    context.moveTo(x + from, y + height);
    context.lineTo(x + from + height, y);
  }
  context.stroke();
  context.restore();
  if (cellOf(sheet) < NUMBERS_FROM) return;
  separate(sheet, row, column);
  write(sheet, row, column, '0', '#5a6270', Math.min(19, Math.max(9, cellOf(sheet) * 0.34)));
}

function paintEmpty(sheet: Sheet, row: number, column: number): void {
  const { context, density } = sheet;
  fill(sheet, row, column, PAPER);
  const radius = Math.min(2 * density, (edge(sheet, 1) - edge(sheet, 0)) / 8);
  const middle = (index: number) => (edge(sheet, index) + edge(sheet, index + 1)) / 2;
  context.fillStyle = PAPER_LINE;
  context.beginPath();
  context.arc(middle(column), middle(row), radius, 0, 2 * Math.PI);
  context.fill();
  if (cellOf(sheet) >= NUMBERS_FROM) separate(sheet, row, column);
}

/** A weight in the lower right corner of the pixel it weighs. */
function paintWeight(sheet: Sheet, row: number, column: number, weight: number, peak: number): void {
  const { context, density } = sheet;
  const color = diverging(weight / peak);
  const size = Math.min(13, cellOf(sheet) * 0.2) * density;
  context.font = `${size}px system-ui, sans-serif`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  const text = `×${short(weight)}`;
  const [width, height] = [context.measureText(text).width + 6 * density, size + 4 * density];
  const [x, y] = [edge(sheet, column + 1) - width - 3 * density, edge(sheet, row + 1) - height - 3 * density];
  context.fillStyle = css(color);
  context.beginPath();
  context.roundRect(x, y, width, height, 3 * density);
  context.fill();
  context.strokeStyle = 'rgba(27, 30, 35, 0.35)';
  context.lineWidth = density;
  context.stroke();
  context.fillStyle = textOn(color);
  context.fillText(text, x + width / 2, y + height / 2 + density / 2);
}

/** A square of `span` cells, orange inside a dark line, so that it is seen on every gray and every color. */
function outline(sheet: Sheet, row: number, column: number, span: number, width: number): void {
  const { context, density, side } = sheet;
  const [left, top] = [edge(sheet, column), edge(sheet, row)];
  const [right, bottom] = [edge(sheet, column + span), edge(sheet, row + span)];
  for (const [color, thickness] of [
    [WINDOW_EDGE, width + 2],
    [WINDOW, width],
  ] as const) {
    const inset = ((width + 2) / 2) * density;
    const [x, y] = [Math.max(inset, left), Math.max(inset, top)];
    context.strokeStyle = color;
    context.lineWidth = thickness * density;
    context.strokeRect(x, y, Math.min(side - inset, right) - x, Math.min(side - inset, bottom) - y);
  }
}
