import { mean } from '../values.js';

/** What a template shows: a step of brightness, a bright or dark line, or a spot. */
export type Family = 'edge' | 'line' | 'blob';

/** One small picture of unit length, that a filter may resemble. */
export interface Template {
  family: Family;
  /** The direction of the edge or line, in degrees from 0 to 180: 0 is horizontal, 90 vertical; NaN for a blob. */
  angle: number;
  /** Width of the Gaussian across the edge or line, in pixels; Infinity for the constant picture. */
  scale: number;
  /** Where the edge, line or blob lies, in pixels to the right of and above the filter's center. */
  offset: readonly [number, number];
  /** [size, size], row-major. */
  values: Float64Array;
}

/** The smallest and the largest kernel size that there are templates for. */
export const SMALLEST = 3;
export const LARGEST = 11;

const ANGLES = 16;
/** How many times longer than wide. */
const ELONGATIONS = [1, 2];
/** Widths in pixels for kernels of 3, 5 and 7 pixels, a column each. */
const SCALES = [
  [0.6, 0.7, 0.8],
  [0.85, 1, 1.2],
  [0.85, 1.5, 1.8],
  [1.5, 2.5, 3],
] as const;
/** Width in pixels of a blob that is a single tap. */
const TAP = 0.2;

/** Values for kernels of 3, 5 and 7 pixels, interpolated linearly for another size. */
export function bySize(size: number, [at3, at5, at7]: readonly [number, number, number]): number {
  return size < 5 ? at3 + ((at5 - at3) * (size - 3)) / 2 : at5 + ((at7 - at5) * (size - 5)) / 2;
}

/** The same function, which computes its result for each kernel size once. */
export function oncePerSize<T>(compute: (size: number) => T): (size: number) => T {
  const known = new Map<number, T>();
  return (size) => {
    const result = known.get(size) ?? compute(size);
    known.set(size, result);
    return result;
  };
}

/**
 * The pictures that filters of size x size are compared with: edges (first derivatives of a Gaussian across) and lines
 * (second derivatives) at 16 angles, of several widths and offsets, each without its mean, so that a filter which answers
 * to flat gray resembles them less; and blobs (Gaussians from a single tap up, as they are and without their mean, and a
 * constant), which only serve to name filters. u runs across the edge or line, v along it:
 *
 *     g = exp(-u^2 / 2s^2 - v^2 / 2(es)^2),   edge = -u g,   line = (1 - u^2/s^2) g.
 *
 * Offsets are the multiples of half a pixel up to a quarter of the way between the outermost taps.
 */
export const templates = /* @__PURE__ */ oncePerSize((size) => {
  const scales = [...new Set(SCALES.map((column) => bySize(size, column)))];
  const most = Math.floor((size - 1) / 2);
  const offsets = Array.from({ length: 2 * most + 1 }, (_, i) => (i - most) / 2);
  const list: Template[] = [];
  for (let a = 0; a < ANGLES; a++) {
    const across = (a * Math.PI) / ANGLES;
    const [cos, sin] = [Math.cos(across), Math.sin(across)];
    const angle = ((a * 180) / ANGLES + 90) % 180;
    for (const e of ELONGATIONS) {
      for (const scale of scales) {
        for (const d of offsets) {
          const place = { angle, scale, offset: [d * cos, d * sin] as const };
          const profile = (shape: (u: number) => number) =>
            draw(size, (x, y) => {
              const [u, v] = [(x * cos + y * sin - d) / scale, (-x * sin + y * cos) / scale];
              return shape(u) * Math.exp(-(u * u) / 2 - (v * v) / (2 * e * e));
            });
          list.push({ family: 'edge', ...place, values: unit(centered(profile((u) => -u))) });
          list.push({ family: 'line', ...place, values: unit(centered(profile((u) => 1 - u * u))) });
        }
      }
    }
  }
  const blob = { family: 'blob', angle: Number.NaN } as const;
  list.push({ ...blob, scale: Infinity, offset: [0, 0], values: unit(draw(size, () => 1)) });
  for (const scale of [TAP, ...scales]) {
    for (const right of offsets) {
      for (const above of offsets) {
        const spot = draw(size, (x, y) => Math.exp(-((x - right) ** 2 + (y - above) ** 2) / (2 * scale * scale)));
        for (const values of [spot, centered(spot)]) {
          list.push({ ...blob, scale, offset: [right, above], values: unit(values) });
        }
      }
    }
  }
  return list;
});

/** A picture of size x size, from x to the right and y upwards from its center, in pixels. */
export function draw(size: number, value: (x: number, y: number) => number): Float64Array {
  const middle = (size - 1) / 2;
  return Float64Array.from({ length: size * size }, (_, i) =>
    value((i % size) - middle, middle - Math.floor(i / size)),
  );
}

/** Without its mean. */
export function centered(values: Float64Array): Float64Array {
  const average = mean(values);
  return values.map((value) => value - average);
}

/** Scaled to length 1. */
export function unit(values: Float64Array): Float64Array {
  const length = Math.hypot(...values);
  return values.map((value) => value / length);
}
