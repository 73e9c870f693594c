/** How the two boards are drawn: the image with the window on it, and the result as it fills in. */
import { type Color, diverging } from '../../../../src/inspect/index.js';
import { css, textOn } from '../pictures/colors.js';
import { short } from './numbers.js';
import { type GrayImage, peakOf, type Tap, type WalkPlan } from './walk.js';

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
/** Cells narrower than this have no room for the weight beside the pixel: it stands below it. */
const BESIDE_FROM = 56;
/** Cells narrower than this show nothing but their color. */
const MARKS_FROM = 6;
/** Windows narrower than this, in CSS pixels, are outlined from outside, or the line would hide them. */
const INSIDE_FROM = 24;
/** Numbers smaller than this share of the largest are too pale to be taken for the opposite: their sign is not marked. */
const FAINT = 0.1;

const EMPTY: Color = [244, 245, 247];
const PAPER = css(EMPTY);
const PAPER_LINE = '#c9ced6';
/** On PAPER. */
const PALE = '#5a6270';
const WINDOW = '#e69f00';
const WINDOW_EDGE = '#1b1e23';

/** Black for 0, white for 1. */
export function gray(share: number): Color {
  const level = Math.round(255 * Math.min(1, Math.max(0, share)));
  return [level, level, level];
}

/** The padded image, the window's outline and, as far as there is room, the weights on what they weigh. */
export function paintImage(sheet: Sheet, image: GrayImage, plan: WalkPlan, taps: readonly Tap[], peak: number): void {
  const { padding, padded } = plan;
  const grayAt = (i: number) => gray(image.values[i] / image.white);
  if (cellOf(sheet) < NUMBERS_FROM) {
    if (padding > 0) hatch(sheet, 0, 0, sheet.side, sheet.side);
    paintPicture(sheet, image.size, padding, grayAt);
  } else {
    for (let row = 0; row < padded; row++) {
      for (let column = 0; column < padded; column++) {
        const [y, x] = [row - padding, column - padding];
        if (Math.min(y, x) < 0 || Math.max(y, x) >= image.size) {
          paintPadding(sheet, row, column);
        } else {
          const i = y * image.size + x;
          paintCell(sheet, row, column, grayAt(i), short(image.values[i]));
        }
      }
    }
  }
  if (taps.length === 0) return;
  const [first] = taps;
  for (const tap of taps) {
    const pixel = tap.padding ? null : gray(tap.pixel / image.white);
    paintWeight(sheet, tap, tap.row + padding, tap.column + padding, pixel, peak);
  }
  if (plan.dilation > 1 && cellOf(sheet) >= MARKS_FROM) {
    for (const tap of taps) outline(sheet, tap.row + padding, tap.column + padding, 1, 1.5);
  }
  outline(sheet, first.row + padding, first.column + padding, plan.reach, 3);
  if (isSplit(sheet))
    for (const tap of taps) writeBoth(sheet, tap, tap.row + padding, tap.column + padding, image.white, peak);
}

/** The sums that have been shown so far; with `signs`, negative ones are marked where there is no room for numbers. */
export function paintResult(
  sheet: Sheet,
  result: Float32Array,
  filled: Uint8Array,
  position: number,
  colorOf: (sum: number) => Color,
  signs: boolean,
): void {
  const { cells } = sheet;
  if (cellOf(sheet) < NUMBERS_FROM) {
    paintPicture(sheet, cells, 0, (i) => (filled[i] ? colorOf(result[i]) : EMPTY));
    if (signs && cellOf(sheet) >= MARKS_FROM) markNegative(sheet, result, filled);
  } else {
    for (let i = 0; i < result.length; i++) {
      const [row, column] = [Math.floor(i / cells), i % cells];
      if (filled[i]) paintCell(sheet, row, column, colorOf(result[i]), short(result[i]));
      else paintEmpty(sheet, row, column);
    }
  }
  if (result.length === 0) return;
  const [row, column] = [Math.floor(position / cells), position % cells];
  outline(sheet, row, column, 1, 3);
  // Again, above the frame: in a narrow cell it would hide the minus.
  if (cellOf(sheet) >= NUMBERS_FROM && filled[position]) {
    const color = textOn(colorOf(result[position]));
    write(sheet, column, middleOf(sheet, row), short(result[position]), color, sizeOfNumbers(sheet));
  }
}

/** A filter as a small picture: its negative weights have a minus, so that signs are told apart without colors. */
export function paintFilter(sheet: Sheet, weights: Float32Array, peak: number): void {
  paintPixels(sheet, weights, (weight) => diverging(weight / peak));
  markNegative(sheet, weights);
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
  separate(sheet, row, column);
  write(sheet, column, middleOf(sheet, row), text, textOn(color), sizeOfNumbers(sheet));
}

/** A thin line around a cell that holds a number. */
function separate(sheet: Sheet, row: number, column: number): void {
  const { context, density } = sheet;
  const [x, y] = [edge(sheet, column), edge(sheet, row)];
  context.strokeStyle = 'rgba(128, 134, 146, 0.55)';
  context.lineWidth = density;
  context.strokeRect(x, y, edge(sheet, column + 1) - x, edge(sheet, row + 1) - y);
}

/** Numbers end at the same distance from the right, so that digits stand under digits; `middle` is their height. */
function write(sheet: Sheet, column: number, middle: number, text: string, color: string, size: number): void {
  const { context, density } = sheet;
  const [right, left] = [edge(sheet, column + 1), edge(sheet, column)];
  context.fillStyle = color;
  context.font = `${size * density}px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace`;
  context.textAlign = 'right';
  context.textBaseline = 'middle';
  const room = (right - left - context.measureText('0000').width) / 2;
  const free = right - left - context.measureText(text).width;
  // Half a character from where four of them end; but four are not pushed out of their cell.
  const margin = Math.min(room + 0.3 * size * density, free - Math.min(free / 2, 4 * density));
  context.fillText(text, right - Math.max(2 * density, margin), middle + density / 2);
}

function middleOf(sheet: Sheet, row: number): number {
  return (edge(sheet, row) + edge(sheet, row + 1)) / 2;
}

function sizeOfNumbers(sheet: Sheet): number {
  return Math.min(19, Math.max(9, cellOf(sheet) * 0.34));
}

/** A square of `size` x `size` cells that begins `from` cells from the top left: colors alone, all at once. */
function paintPicture(sheet: Sheet, size: number, from: number, colorAt: (i: number) => Color): void {
  const picture = new ImageData(size, size);
  for (let i = 0; i < size * size; i++) {
    picture.data.set(colorAt(i), 4 * i);
    picture.data[4 * i + 3] = 255;
  }
  const small = document.createElement('canvas');
  small.width = size;
  small.height = size;
  small.getContext('2d')!.putImageData(picture, 0, 0);
  const [start, end] = [edge(sheet, from), edge(sheet, from + size)];
  sheet.context.imageSmoothingEnabled = false;
  sheet.context.drawImage(small, start, start, end - start, end - start);
}

/** A minus on each negative cell that is not faint. */
function markNegative(sheet: Sheet, values: Float32Array, filled?: Uint8Array): void {
  const { context, cells } = sheet;
  const peak = peakOf(values);
  const width = edge(sheet, 1) / 2;
  const height = Math.max(1, Math.round(width / 4));
  values.forEach((value, i) => {
    if (value >= -FAINT * peak || (filled && !filled[i])) return;
    const [x, y] = [edge(sheet, i % cells), edge(sheet, Math.floor(i / cells))];
    context.fillStyle = textOn(diverging(value / peak));
    context.fillRect(Math.round(x + width / 2), Math.round(y + width - height / 2), Math.round(width), height);
  });
}

/** Zeros that are not part of the image: hatched, and their number pale. */
function paintPadding(sheet: Sheet, row: number, column: number): void {
  const [x, y] = [edge(sheet, column), edge(sheet, row)];
  hatch(sheet, x, y, edge(sheet, column + 1) - x, edge(sheet, row + 1) - y);
  separate(sheet, row, column);
  write(sheet, column, middleOf(sheet, row), '0', PALE, sizeOfNumbers(sheet));
}

function hatch({ context, density }: Sheet, x: number, y: number, width: number, height: number): void {
  context.fillStyle = PAPER;
  context.fillRect(x, y, width, height);
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
}

function paintEmpty(sheet: Sheet, row: number, column: number): void {
  const { context, density } = sheet;
  fill(sheet, row, column, PAPER);
  const radius = 2 * density;
  const middle = (index: number) => (edge(sheet, index) + edge(sheet, index + 1)) / 2;
  context.fillStyle = PAPER_LINE;
  context.beginPath();
  context.arc(middle(column), middle(row), radius, 0, 2 * Math.PI);
  context.fill();
  separate(sheet, row, column);
}

/**
 * A weight on the pixel it weighs: in the corner of its cell, or below its number, or, where there are no numbers, as a corner
 * of its color.
 * @param pixel the pixel's color; null in the padding
 */
function paintWeight(sheet: Sheet, tap: Tap, row: number, column: number, pixel: Color | null, peak: number): void {
  const { context } = sheet;
  const cell = cellOf(sheet);
  const color = diverging(tap.weight / peak);
  const [x, y] = [edge(sheet, column), edge(sheet, row)];
  const [right, bottom] = [edge(sheet, column + 1), edge(sheet, row + 1)];
  if (cell >= BESIDE_FROM) paintChip(sheet, row, column, color, `×${short(tap.weight)}`);
  else if (isSplit(sheet)) {
    const middle = Math.round(middleOf(sheet, row));
    if (pixel) fill(sheet, row, column, css(pixel));
    else hatch(sheet, x, y, right - x, bottom - y);
    context.fillStyle = css(color);
    context.fillRect(x, middle, right - x, bottom - middle);
    separate(sheet, row, column);
  } else if (cell >= MARKS_FROM) {
    context.fillStyle = css(color);
    context.beginPath();
    context.moveTo(right, y);
    context.lineTo(right, bottom);
    context.lineTo(x, bottom);
    context.fill();
  }
}

/** Whether a cell shows the pixel above and the weight below. */
function isSplit(sheet: Sheet): boolean {
  return cellOf(sheet) >= NUMBERS_FROM && cellOf(sheet) < BESIDE_FROM;
}

/** The pixel and its weight, above the window's frame, which would hide part of them. */
function writeBoth(sheet: Sheet, tap: Tap, row: number, column: number, white: number, peak: number): void {
  const [y, bottom, middle] = [edge(sheet, row), edge(sheet, row + 1), Math.round(middleOf(sheet, row))];
  const size = Math.max(8, cellOf(sheet) * 0.3);
  const dark = tap.padding ? PALE : textOn(gray(tap.pixel / white));
  write(sheet, column, (y + middle) / 2, short(tap.pixel), dark, size);
  write(sheet, column, (middle + bottom) / 2, short(tap.weight), textOn(diverging(tap.weight / peak)), size);
}

/** A weight in the lower right corner of a large cell. */
function paintChip(sheet: Sheet, row: number, column: number, color: Color, text: string): void {
  const { context, density } = sheet;
  const size = Math.min(13, cellOf(sheet) * 0.2) * density;
  context.font = `${size}px system-ui, sans-serif`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
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
  const half = ((width + 2) / 2) * density;
  const inset = right - left < INSIDE_FROM * density ? -half : 0;
  const hold = (place: number) => Math.min(side - half, Math.max(half, place));
  for (const [color, thickness] of [
    [WINDOW_EDGE, width + 2],
    [WINDOW, width],
  ] as const) {
    const [x, y] = [hold(left + inset), hold(top + inset)];
    context.strokeStyle = color;
    context.lineWidth = thickness * density;
    context.strokeRect(x, y, hold(right - inset) - x, hold(bottom - inset) - y);
  }
}
