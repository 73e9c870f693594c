/** Drawings as the page shows them: their shades, and what each pixel is of. */
import type { AnimalFaces } from '../../../../datasets/animal-faces.js';
import type { Color } from '../../../../src/inspect/index.js';
import { PARTS, type Part } from '../../../lib/animals/drawings.js';
import type { Drawings, Piece } from './messages.js';

/** Height and width of a drawing, and of what a filter of layer 3 sees, in pixels. */
export const SIZE = 64;
export const FIELD = 20;
const AREA = SIZE * SIZE;

/** @param black what the drawings have for black */
export function drawingsOf({ data, truth, masks }: AnimalFaces, indices: readonly number[], black: number): Drawings {
  const pixels = new Uint8Array(indices.length * AREA);
  const shown = new Uint8Array(indices.length * AREA);
  for (const [at, index] of indices.entries()) {
    for (let i = 0; i < AREA; i++) {
      const from = index * AREA + i;
      pixels[at * AREA + i] = Math.round(255 * (data.inputs[from] - black));
      shown[at * AREA + i] = 1 + PARTS.findIndex((part) => masks[part][from] > 0);
    }
  }
  return { pixels, shown, faces: indices.map((index) => truth[index]) };
}

/** One of them, from 0 black to 255 white; around the parts that are asked for, a line: 256 and the part's index. */
export function outlined({ pixels, shown }: Drawings, index: number, parts: readonly Part[]): Uint16Array {
  const values = Uint16Array.from(pixels.subarray(index * AREA, (index + 1) * AREA));
  const label = (y: number, x: number) => {
    return y < 0 || x < 0 || y >= SIZE || x >= SIZE ? 0 : shown[index * AREA + y * SIZE + x];
  };
  for (let y = 0; y < SIZE; y++) {
    for (let x = 0; x < SIZE; x++) {
      const own = label(y, x);
      for (const [dy, dx] of [
        [-1, 0],
        [1, 0],
        [0, -1],
        [0, 1],
      ]) {
        const other = label(y + dy, x + dx);
        if (other === own || other === 0 || !parts.includes(PARTS[other - 1])) continue;
        // Told apart without colors, too: a full line around eyes, a dashed one around noses, dots around ears.
        if (other === 1 || (other === 2 ? (x + y) % 4 < 2 : (x + y) % 2 === 0)) values[y * SIZE + x] = 255 + other;
      }
    }
  }
  return values;
}

/** Four pieces in a square, a white line between them; white where there are none. */
export const MOSAIC = 2 * FIELD + 1;
export function mosaicOf({ pixels }: Drawings, pieces: readonly Piece[]): Uint16Array {
  const values = new Uint16Array(MOSAIC * MOSAIC).fill(255);
  for (const [i, { drawing, top, left }] of pieces.slice(0, 4).entries()) {
    const corner = Math.floor(i / 2) * (FIELD + 1) * MOSAIC + (i % 2) * (FIELD + 1);
    for (let y = 0; y < FIELD; y++) {
      for (let x = 0; x < FIELD; x++) {
        values[corner + y * MOSAIC + x] = pixels[drawing * AREA + (top + y) * SIZE + left + x];
      }
    }
  }
  return values;
}

/** Blue, vermilion, green, on drawings that are gray. */
const LINES: readonly Color[] = [
  [40, 150, 255],
  [255, 120, 20],
  [30, 200, 110],
];

/** The color of a number of `outlined` or `mosaicOf`. */
export function shade(value: number): Color {
  return value > 255 ? LINES[value - 256] : [value, value, value];
}
