/** Several maps on one sheet, side by side, one pixel for each number: where each stands, and their colors. */
import { type Color, diverging, ink } from '../../../../src/inspect/index.js';
import type { Span, Unit } from './fields.js';
import type { Maps } from './trace.js';

/** A place on a sheet: which map, and where in it. */
export type Place = Omit<Unit, 'stage'>;

export interface Sheet {
  channels: number;
  /** Of a map. */
  height: number;
  width: number;
  /** Maps side by side. */
  columns: number;
  /** Pixels between two maps. */
  gap: number;
}

export function sheetOf({ channels, height, width }: Maps, columns: number): Sheet {
  return { channels, height, width, columns: Math.min(columns, channels), gap: Math.ceil(width / 12) };
}

/** Pixels of a whole sheet, across and down. */
export function extentOf({ channels, height, width, columns, gap }: Sheet): [number, number] {
  const rows = Math.ceil(channels / columns);
  return [columns * (width + gap) - gap, rows * (height + gap) - gap];
}

/** Where a map begins. */
function originOf({ height, width, columns, gap }: Sheet, channel: number): [number, number] {
  return [(channel % columns) * (width + gap), Math.floor(channel / columns) * (height + gap)];
}

/** The number at a pixel of the sheet, or the nearest to it when it lies between two maps; null beyond the last map. */
export function placeAt(sheet: Sheet, x: number, y: number): Place | null {
  const { channels, height, width, columns, gap } = sheet;
  const hold = (value: number, size: number) => Math.min(size - 1, Math.max(0, Math.floor(value)));
  const across = hold(x / (width + gap), columns);
  const down = hold(y / (height + gap), Math.ceil(channels / columns));
  const channel = down * columns + across;
  if (channel >= channels) return null;
  return {
    channel,
    row: hold(y - down * (height + gap), height),
    column: hold(x - across * (width + gap), width),
  };
}

/** The place so many numbers further, in the next map where this one ends; the same where the sheet ends. */
export function placeBeside(sheet: Sheet, place: Place, down: number, across: number): Place {
  const { channels, height, width, columns } = sheet;
  let { channel, row, column } = { ...place, row: place.row + down, column: place.column + across };
  if (column < 0 || column >= width) {
    const beside = (channel % columns) + Math.sign(across);
    if (beside < 0 || beside >= columns || channel + Math.sign(across) >= channels) return place;
    channel += Math.sign(across);
    column = (column + width) % width;
  }
  if (row < 0 || row >= height) {
    const below = channel + columns * Math.sign(down);
    if (below < 0 || below >= channels) return place;
    channel = below;
    row = (row + height) % height;
  }
  return { channel, row, column };
}

/** The outline of a span in each map that it is in, as an SVG path. */
export function outlineOf(sheet: Sheet, { top, left, height, width, channel }: Span): string {
  const [first, last] = channel === null ? [0, sheet.channels - 1] : [channel, channel];
  let path = '';
  for (let i = first; i <= last; i++) {
    const [x, y] = originOf(sheet, i);
    path += `M${x + left} ${y + top}h${width}v${height}h${-width}z`;
  }
  return path;
}

/** A mark in the middle of each place, `size` of a pixel wide, as an SVG path. */
export function marksOf(sheet: Sheet, places: readonly Place[], size: number): string {
  const inset = (1 - size) / 2;
  return places
    .map(({ channel, row, column }) => {
      const [x, y] = originOf(sheet, channel);
      return `M${x + column + inset} ${y + row + inset}h${size}v${size}h${-size}z`;
    })
    .join('');
}

export type Palette = 'ink' | 'signed';

const SHADES = 256;
/** From the least number to the largest, as they stand in a picture's memory. */
const SHADES_OF: Record<Palette, Uint32Array> = {
  ink: shades(ink, 0),
  signed: shades(diverging, -1),
};

function shades(color: (value: number) => Color, from: number): Uint32Array {
  const bytes = new Uint8ClampedArray(4 * SHADES);
  for (let i = 0; i < SHADES; i++) bytes.set([...color(from + ((1 - from) * i) / (SHADES - 1)), 255], 4 * i);
  return new Uint32Array(bytes.buffer);
}

/** Paints all maps; between them the picture is clear. */
export function paint(image: ImageData, sheet: Sheet, values: Float32Array, palette: Palette, scale: number): void {
  const pixels = new Uint32Array(image.data.buffer);
  const colors = SHADES_OF[palette];
  const [zero, step] = palette === 'ink' ? [0, SHADES - 1] : [(SHADES - 1) / 2, (SHADES - 1) / 2];
  const { channels, height, width } = sheet;
  let from = 0;
  for (let channel = 0; channel < channels; channel++) {
    const [x, y] = originOf(sheet, channel);
    for (let row = 0; row < height; row++) {
      let to = (y + row) * image.width + x;
      for (let column = 0; column < width; column++) {
        const shade = Math.round(zero + (step * values[from++]) / scale);
        pixels[to++] = colors[shade < 0 ? 0 : shade < SHADES ? shade : SHADES - 1];
      }
    }
  }
}
