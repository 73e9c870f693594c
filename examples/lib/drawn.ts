/** Discs, squares and triangles of the same area, drawn with soft borders: what is where is known exactly. */
import { Dataset, type Generator, type Tensor } from '../../src/index.js';
import type { Panel } from '../../src/inspect/index.js';

export const KINDS = ['disc', 'square', 'triangle'] as const;

interface Drawn {
  /** An index into `KINDS`. */
  kind: number;
  /** The center, in pixels right of and below the image's corner. */
  x: number;
  y: number;
  /** Of the disc of the same area, in pixels. */
  radius: number;
  /** In radians. */
  angle: number;
}

/** The distance of a side from the center in a shape of area pi: infinitely many sides, 4 and 3. */
const APOTHEMS = [1, Math.sqrt(Math.PI) / 2, Math.sqrt(Math.PI / (3 * Math.sqrt(3)))];
const SIDES = [0, 4, 3];

/** One of a kind, anywhere in an image of this size, turned a little, with a radius from `least` to `most`. */
export function drawOne(generator: Generator, kind: number, size: number, [least, most]: [number, number]): Drawn {
  const radius = generator.uniform(least, most);
  const [x, y] = [0, 0].map(() => generator.uniform(radius, size - radius));
  return { kind, x, y, radius, angle: generator.uniform(-0.3, 0.3) };
}

/** How much of the pixel in a column and a row is inside, from 0 to 1. */
export function coverage({ kind, x, y, radius, angle }: Drawn, column: number, row: number): number {
  const [right, below] = [column + 0.5 - x, row + 0.5 - y];
  let outward = kind === 0 ? Math.hypot(right, below) : -Infinity; // From the center toward the nearest side.
  for (let side = 0; side < SIDES[kind]; side++) {
    const toward = angle + (2 * Math.PI * side) / SIDES[kind];
    outward = Math.max(outward, right * Math.cos(toward) + below * Math.sin(toward));
  }
  return Math.min(1, Math.max(0, 0.5 + radius * APOTHEMS[kind] - outward));
}

/** Images of three shapes each, with noise, and the masks of the discs: 1 where a disc is and nothing covers it. */
export function scenes(count: number, size: number, generator: Generator): Dataset<Tensor> {
  const images = new Float32Array(count * size * size);
  const masks = new Float32Array(images.length);
  for (let i = 0; i < count; i++) {
    const shapes = Array.from({ length: 3 }, () => drawOne(generator, generator.integer(3), size, [3.5, 6]));
    const brightness = shapes.map(() => generator.uniform(0.5, 1));
    const [level, slope] = [generator.uniform(0.1, 0.3), generator.uniform(-0.2, 0.2)];
    for (let p = 0; p < size * size; p++) {
      const [column, row] = [p % size, Math.floor(p / size)];
      let [pixel, disc] = [level + slope * (column / size - 0.5), 0];
      shapes.forEach((shape, k) => {
        const inside = coverage(shape, column, row);
        pixel += inside * (brightness[k] - pixel);
        disc = disc * (1 - inside) + (shape.kind === 0 ? inside : 0);
      });
      images[i * size * size + p] = pixel + 0.05 * generator.normal();
      masks[i * size * size + p] = disc > 0.5 ? 1 : 0;
    }
  }
  return new Dataset(images, [1, size, size], masks, { targetShape: [1, size, size] });
}

/** The first `count` images of [1, size, size] as panels, 0 white and 1 black. */
export function inkPanels(values: ArrayLike<number>, size: number, count: number): Panel[] {
  const all = Array.from(values);
  return Array.from({ length: count }, (_, i) => {
    const pixels = all.slice(i * size * size, (i + 1) * size * size);
    return { values: pixels, height: size, width: size, colors: 'ink' };
  });
}
