import { Generator } from '../src/random.js';
import { mean } from './statistics.js';

// Filters to measure.

/** A picture of size x size, row-major: x to the right and y up from its center, in pixels. */
export function picture(size: number, value: (x: number, y: number) => number): number[] {
  const middle = (size - 1) / 2;
  return Array.from({ length: size ** 2 }, (_, i) => value((i % size) - middle, middle - Math.floor(i / size)));
}

/** Independent normal numbers. */
export function noise(seed: number | string, length: number): Float32Array {
  const generator = new Generator(seed);
  return Float32Array.from({ length }, () => generator.normal());
}

/** A bar or a step across which `degrees` counts, 0 from left to right, counter-clockwise; sigma in pixels. */
export function oriented(family: 'edge' | 'line', size: number, degrees: number, sigma: number): number[] {
  const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  const values = picture(size, (x, y) => {
    const u = (x * cos + y * sin) / sigma;
    return (family === 'edge' ? -u : 1 - u * u) * Math.exp(-(x * x + y * y) / (2 * sigma * sigma));
  });
  return values.map((value) => value - mean(values));
}
