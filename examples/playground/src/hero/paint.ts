/** How a scene is drawn: the digit with the window, the filter, its map, and beams from one to the next. */
import { type Color, diverging, ink } from '../../../../src/inspect/index.js';
import { digit, filterAt, mapAt, type Scene, STOPS } from './film.js';
import { FRAMES, KERNEL, SIDE } from './frames.js';

/** Weights and sums of this size have the darkest color. */
const SCALE = { weight: 0.3, sum: 2.2 };
const WINDOW = '#e69f00';
/** Frames that stay in sight below the filter, once it has come to them. */
const KEPT = [0, 12, 22, 44, FRAMES - 1];

/** A square, in pixels of the canvas. */
interface Square {
  x: number;
  y: number;
  side: number;
}

/** Where things stand on a canvas. */
export interface Layout {
  width: number;
  height: number;
  /** Canvas pixels in a CSS pixel. */
  density: number;
  image: Square;
  filter: Square;
  map: Square;
}

/** The colors of the page that a picture takes up. */
export interface Colors {
  ground: string;
  rule: string;
  accent: string;
}

/**
 * Two large squares with a small one between them; hero.css has the same shares for the words below.
 * @param width of the canvas, in CSS pixels
 */
export function layoutFor(width: number, density: number): Layout {
  const at = (length: number) => Math.round(length * density);
  const gap = 0.06 * width;
  const side = (width - 2 * gap) / 2.5;
  return {
    width: at(width),
    height: at(side),
    density,
    image: { x: 0, y: 0, side: at(side) },
    filter: { x: at(side + gap), y: at(side / 4), side: at(side / 2) },
    map: { x: at(width) - at(side), y: 0, side: at(side) },
  };
}

export function paint(context: CanvasRenderingContext2D, layout: Layout, colors: Colors, scene: Scene): void {
  const { image, filter, map, density } = layout;
  const { frame, filled, window, act } = scene;
  context.clearRect(0, 0, layout.width, layout.height);
  context.imageSmoothingEnabled = false;
  const frameOf = (square: Square, color: string, width = 1) => outline(context, square, color, width * density);

  context.beginPath();
  const on = window && part(image, SIDE, window, KERNEL);
  const cell = window && part(map, STOPS, window, 1);
  if (on && cell) {
    beam(context, on, filter);
    beam(context, filter, cell);
    context.globalAlpha = 0.18;
    context.fillStyle = WINDOW;
    context.fill();
    context.globalAlpha = 1;
  }
  draw(context, image, digit.values, ink);
  frameOf(image, colors.rule);
  draw(context, map, mapAt(frame), sumColor);
  context.fillStyle = colors.ground;
  if (filled < STOPS ** 2) cover(context, map, filled);
  frameOf(map, colors.rule);
  if (on && cell) {
    context.globalAlpha = 0.6;
    context.strokeStyle = WINDOW;
    context.lineWidth = density;
    context.stroke();
    context.globalAlpha = 1;
    for (const square of [on, cell]) {
      frameOf(square, '#1b1e23', 4);
      frameOf(square, WINDOW, 2);
    }
  }
  draw(context, filter, filterAt(frame).values, weightColor);
  frameOf(filter, act === 1 ? colors.accent : window ? WINDOW : colors.rule, act === 1 ? 3 : 2);
  paintKept(context, layout, colors, frame);
}

/** What the filter was before, in a row below it. */
function paintKept(
  context: CanvasRenderingContext2D,
  { filter, height, density }: Layout,
  colors: Colors,
  now: number,
) {
  const step = filter.side / (KEPT.length - 0.2);
  const side = Math.round(step * 0.8);
  const y = Math.round((filter.y + filter.side + height - side) / 2);
  KEPT.forEach((frame, i) => {
    const square = { x: Math.round(filter.x + i * step), y, side };
    if (frame <= now) draw(context, square, filterAt(frame).values, weightColor);
    outline(context, square, colors.rule, density);
  });
}

/** The part of a square of `cells` x `cells` that begins at a row and a column. */
function part({ x, y, side }: Square, cells: number, [row, column]: readonly [number, number], span: number): Square {
  const size = side / cells;
  return { x: x + column * size, y: y + row * size, side: span * size };
}

function outline(context: CanvasRenderingContext2D, { x, y, side }: Square, color: string, width: number): void {
  context.strokeStyle = color;
  context.lineWidth = width;
  context.strokeRect(x + width / 2, y + width / 2, side - width, side - width);
}

/** Two lines, and what is between them, from the right side of a square to the left side of another. */
function beam(context: CanvasRenderingContext2D, from: Square, to: Square): void {
  context.moveTo(from.x + from.side, from.y);
  context.lineTo(to.x, to.y);
  context.lineTo(to.x, to.y + to.side);
  context.lineTo(from.x + from.side, from.y + from.side);
  context.closePath();
}

/** Numbers as one cell each. */
function draw(
  context: CanvasRenderingContext2D,
  { x, y, side }: Square,
  values: Float32Array,
  color: (value: number) => Color,
): void {
  const cells = Math.sqrt(values.length);
  const small = smallCanvas(cells);
  values.forEach((value, i) => {
    small.image.data.set(color(value), 4 * i);
    small.image.data[4 * i + 3] = 255;
  });
  small.context.putImageData(small.image, 0, 0);
  context.drawImage(small.context.canvas, x, y, side, side);
}

const smalls: Record<number, { context: CanvasRenderingContext2D; image: ImageData }> = {};

/** A canvas with a pixel for each cell, which is then drawn larger. */
function smallCanvas(cells: number) {
  smalls[cells] ??= (() => {
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = cells;
    const context = canvas.getContext('2d')!;
    return { context, image: context.createImageData(cells, cells) };
  })();
  return smalls[cells];
}

const weightColor = (weight: number) => diverging(weight / SCALE.weight);
const sumColor = (sum: number) => diverging(sum / SCALE.sum);

/** Covers what the window has not come to yet: the rest of its row, and the rows below. */
function cover(context: CanvasRenderingContext2D, map: Square, filled: number): void {
  const row = Math.floor(filled / STOPS);
  const left = STOPS - (filled % STOPS);
  const rest = part(map, STOPS, [row, row % 2 === 0 ? STOPS - left : 0], 1);
  context.fillRect(rest.x, rest.y, left * rest.side, rest.side);
  context.fillRect(map.x, rest.y + rest.side, map.side, map.y + map.side - rest.y - rest.side);
}
