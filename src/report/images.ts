import type { Dataset } from '../data/dataset.js';
import { optional } from '../errors.js';
import type { Patch } from '../inspect/network/receptive-field.js';
import { aroundGray, type Color, diverging } from '../inspect/pictures/color.js';
import { largest, short } from '../inspect/pictures/panel.js';
import { Picture } from '../inspect/pictures/picture.js';
import { type Deflate, writePng } from '../inspect/pictures/png.js';
import { partsOf } from '../inspect/values.js';
import { type Shape, sizeOf } from '../shape.js';
import { type Html, html } from './html.js';

/** A small image that is drawn with a square for each pixel. */
export interface Tile {
  height: number;
  width: number;
  /** The color of pixel i, row-major. */
  color(i: number): Color;
}

/**
 * Draws tiles of one size side by side into an image that the page contains.
 * @param options `size`: the width of a tile in pixels, about (70 by default); `columns`: how many are in a row (all by
 * default); `patch`: the part of each that gets a frame
 */
export type Draw = (
  tiles: readonly Tile[],
  alt: string,
  options?: { size?: number; columns?: number; patch?: Patch },
) => Html;

/** The colors of the frame around a patch, and around a tile. */
const MARK: Color = [214, 69, 20];
const FRAME: Color = [170, 170, 170];
const GAP = 8;

/** Gives a function that draws PNG images as data URIs. */
export async function drawer(): Promise<Draw> {
  const encode = await encoder();
  return (tiles, alt, { size = 70, columns = tiles.length, patch } = {}) => {
    const square = Math.max(1, Math.round(size / tiles[0].width));
    const [across, down] = [tiles[0].width * square + 2, tiles[0].height * square + 2];
    const rows = Math.ceil(tiles.length / columns);
    const picture = new Picture(Math.min(columns, tiles.length) * (across + GAP) - GAP, rows * (down + GAP) - GAP);
    tiles.forEach(({ width, height, color }, t) => {
      const [left, top] = [(t % columns) * (across + GAP), Math.floor(t / columns) * (down + GAP)];
      picture.rectangle(left, top, across, down, FRAME);
      for (let i = 0; i < height * width; i++) {
        const [x, y] = [left + 1 + (i % width) * square, top + 1 + Math.floor(i / width) * square];
        picture.rectangle(x, y, square, square, color(i));
      }
    });
    if (patch) drawFrame(picture, patch, square);
    const { width, height } = picture;
    const uri = `data:image/png;base64,${btoa(Array.from(encode(picture), (byte) => String.fromCharCode(byte)).join(''))}`;
    return html`<img src="${uri}" width="${width}" height="${height}" alt="${alt}">`;
  };
}

/** With Node's own zlib, asked for at run time as a page has none; else with the package fast-png. */
async function encoder(): Promise<(picture: Picture) => Uint8Array> {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): { deflateSync: Deflate } } };
  const zlib = process?.getBuiltinModule?.('node:zlib');
  if (zlib) return (picture) => writePng(picture, zlib.deflateSync);
  const { encode } = await optional('report', 'fast-png', () => import('fast-png'));
  return ({ width, height, data }) => encode({ width, height, channels: 4, data }, { zlib: { level: 9 } });
}

/** A frame of two pixels around a patch. */
function drawFrame(picture: Picture, { top, left, width, height }: Patch, square: number): void {
  const [x, y, across, down] = [left * square - 1, top * square - 1, width * square + 4, height * square + 4];
  picture.rectangle(x, y, across, 2, MARK).rectangle(x, y + down - 2, across, 2, MARK);
  picture.rectangle(x, y, 2, down, MARK).rectangle(x + across - 2, y, 2, down, MARK);
}

/**
 * Filters, or other numbers around 0: of one channel red above 0 and blue below; of three channels in colors around gray.
 * @param numbers [count, channels, height, width]
 * @param scale the magnitude that has the strongest colors; by default the largest of each tile
 */
export function tilesOf(numbers: ArrayLike<number>, shape: Shape, scale?: number): Tile[] {
  const [, channels, height, width] = shape;
  const size = height * width;
  return partsOf(numbers, channels * size).map((values) => {
    const most = scale ?? largest([{ values }]);
    const color = (i: number): Color =>
      channels === 3
        ? aroundGray(values[i] / most, values[i + size] / most, values[i + 2 * size] / most)
        : diverging(values[i] / most);
    return { height, width, color };
  });
}

/**
 * Gives the image at each index: in color from three channels on, else gray, where 1 is black for `ink` and else white.
 * Channels whose values go beyond 0 to 1, as in normalized images, are scaled to that range.
 */
export function imageTiles(
  { inputs, inputShape }: Pick<Dataset, 'inputs' | 'inputShape'>,
  ink: boolean,
): (index: number) => Tile {
  const [channels, height, width] = inputShape;
  const size = height * width;
  const ends = Array.from({ length: channels }, () => [0, 1]);
  inputs.forEach((value, i) => {
    const end = ends[Math.floor(i / size) % channels];
    if (value < end[0]) end[0] = value;
    if (value > end[1]) end[1] = value;
  });
  const dark = ink && channels < 3;
  return (index) => {
    const level = (channel: number, i: number) => {
      const [least, most] = ends[channel];
      const share = (inputs[(index * channels + channel) * size + i] - least) / (most - least);
      return Math.round(255 * (dark ? 1 - share : share));
    };
    const shown = channels < 3 ? [0, 0, 0] : [0, 1, 2];
    return { height, width, color: (i) => shown.map((channel) => level(channel, i)) as unknown as Color };
  };
}

/** A color bar for filters with so many channels, or for maps. */
export function legend(draw: Draw, channels: number, scale: number, unit: string): Html {
  const bar = [1, channels, 12, 160];
  const ramp = Float64Array.from({ length: sizeOf(bar) }, (_, i) => (i % 160) / 79.5 - 1);
  const colors = channels === 1 ? ['blue', 'white', 'red'] : ['black', 'gray', 'white'];
  const alt = `from ${colors[0]}, negative, over ${colors[1]}, zero, to ${colors[2]}, positive`;
  const image = draw(tilesOf(ramp, bar, 1), alt, { size: 160 });
  return html`<p class="legend">${unit}: <span>−${short(scale)} ${image} +${short(scale)}</span></p>
`;
}
