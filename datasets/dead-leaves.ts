import { Dataset } from '../src/data/dataset.js';
import { ArgumentError, checkNumber, readOptions } from '../src/errors.js';
import { Generator } from '../src/random.js';

/** A disk of an image of `deadLeaves`. */
export interface Leaf {
  /** The center, in pixels from the center of the image's left upper pixel; it may lie outside of the image. */
  x: number;
  y: number;
  /** In pixels. */
  radius: number;
  /** Red, green and blue, 0 to 1. */
  color: readonly [number, number, number];
}

/** Options of `deadLeaves`. */
export interface DeadLeavesOptions {
  /** How many images. @default 24 */
  count?: number;
  /** Height and width in pixels. @default 420 */
  size?: number;
  /** The smallest radius, in pixels. @default 10 */
  smallest?: number;
  /** The largest radius, in pixels. @default 200 */
  largest?: number;
  /** The standard deviation of red, green and blue around the disk's gray, where 1 is white. @default 0.08 */
  color?: number;
  /** @default 0 */
  seed?: number | string;
}

/**
 * Dead leaves: opaque disks that cover each other, as leaves on the ground do, until nothing is seen between them. Radii have
 * the density r^-3 between `smallest` and `largest`, gray levels are uniform from 0 to 1, colors are near gray. It is a model of
 * natural images, with which it shares occlusion, edges, objects of all sizes and a power spectrum that falls like theirs.
 * Disks are drawn from the front to the back until every pixel is covered, which gives exact samples of the model (Kendall and
 * Thönnes 1999); then every image is blurred once by (1 2 1) / 4 across and down, so that edges are as soft as a lens makes them.
 *
 * Sources: Matheron 1968, "Schéma booléen séquentiel de partition aléatoire" (the model); Lee, Mumford and Huang 2001,
 * "Occlusion models for natural images" (radii of density r^-3).
 * @returns `data`, inputs of shape [3, size, size] from 0 to 1, all of one class; and for each image its `truth`: the disks
 * of which something is seen, the foremost first
 * @throws ArgumentError for options out of range
 */
export function deadLeaves(options: DeadLeavesOptions = {}): { data: Dataset; truth: readonly (readonly Leaf[])[] } {
  const where = 'deadLeaves';
  const read = readOptions(where, options, { count: 24, size: 420, smallest: 10, largest: 200, color: 0.08, seed: 0 });
  const count = checkNumber(where, 'count', read.count, { least: 0, whole: true });
  const size = checkNumber(where, 'size', read.size, { least: 1, whole: true });
  const smallest = checkNumber(where, 'smallest', read.smallest, { least: 1 });
  const largest = checkNumber(where, 'largest', read.largest, { least: 1 });
  const color = checkNumber(where, 'color', read.color, { least: 0 });
  if (largest < smallest) {
    throw new ArgumentError(where, `expected largest to be at least smallest, ${smallest}, got ${largest}`);
  }
  const generator = new Generator(read.seed);
  const inputs = new Float32Array(count * 3 * size * size);
  const truth = Array.from({ length: count }, (_, i) => {
    const image = inputs.subarray(i * 3 * size * size, (i + 1) * 3 * size * size);
    const seen = cover(image, size, () => drawLeaf(generator, size, smallest, largest, color));
    for (let channel = 0; channel < 3; channel++) {
      blur(image.subarray(channel * size * size, (channel + 1) * size * size), size);
    }
    return seen;
  });
  return { data: new Dataset(inputs, [3, size, size], new Uint8Array(count), ['dead leaves']), truth };
}

/** A disk anywhere in the image or around it, as far as the largest disk reaches. */
function drawLeaf(generator: Generator, size: number, smallest: number, largest: number, color: number): Leaf {
  // The inverse of the distribution of density r^-3. Roots and quotients are the same in every engine.
  const [most, least] = [1 / smallest ** 2, 1 / largest ** 2];
  const radius = 1 / Math.sqrt(generator.uniform(least, most));
  const [x, y] = [0, 0].map(() => generator.uniform(-largest, size - 1 + largest));
  const gray = generator.uniform();
  const level = () => Math.min(1, Math.max(0, gray + color * generator.normal()));
  return { x, y, radius, color: [level(), level(), level()] };
}

/** Puts disks behind each other until every pixel shows one; gives those that are seen. */
function cover(image: Float32Array, size: number, draw: () => Leaf): Leaf[] {
  const covered = new Uint8Array(size * size);
  const seen: Leaf[] = [];
  for (let left = size * size; left > 0; ) {
    const leaf = draw();
    const { x, y, radius, color } = leaf;
    const before = left;
    for (let row = Math.max(0, Math.ceil(y - radius)); row <= Math.min(size - 1, y + radius); row++) {
      const half = Math.sqrt(radius * radius - (row - y) ** 2);
      const last = row * size + Math.min(size - 1, Math.floor(x + half));
      for (let p = row * size + Math.max(0, Math.ceil(x - half)); p <= last; p++) {
        if (covered[p] === 1) continue;
        covered[p] = 1;
        left--;
        for (let channel = 0; channel < 3; channel++) image[channel * size * size + p] = color[channel];
      }
    }
    if (left < before) seen.push(leaf);
  }
  return seen;
}

/** Blurs a channel by (1 2 1) / 4 across and down, in place; beyond the border the last pixel repeats. */
function blur(plane: Float32Array, size: number): void {
  for (const [step, across] of [
    [1, size],
    [size, 1],
  ]) {
    for (let line = 0; line < size; line++) {
      const first = line * across;
      let before = plane[first];
      for (let i = 0; i < size; i++) {
        const at = first + i * step;
        const here = plane[at];
        plane[at] = (before + 2 * here + plane[i < size - 1 ? at + step : at]) / 4;
        before = here;
      }
    }
  }
}
