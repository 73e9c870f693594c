/** From what somebody drew to an image such as MNIST's. */

/** A place on the pad: to the right and downwards, in any unit. */
export interface Place {
  x: number;
  y: number;
}

/** The places that the pen went through before it was lifted. */
export type Stroke = readonly Place[];

const SIDE = 28;
/** MNIST's digits fill a box of so many pixels, and their center of mass is the middle of pixel 14, 14. */
const BOX = 20;
const MIDDLE = 14;
/** Half the width of a stroke, in pixels: MNIST's are about 2.7 wide. */
const RADIUS = 1.3;

/**
 * Strokes as an image such as MNIST's (http://yann.lecun.com/exdb/mnist/): scaled so that their bounding box fits into
 * 20x20 pixels, anti-aliased, and moved so that the center of mass lies in the center of 28x28. All strokes are equally
 * wide, whatever the size in which they were drawn.
 * @returns [28, 28], row-major, ink from 0 to 1; all 0 when there are no strokes
 */
export function centered(strokes: readonly Stroke[]): Float32Array {
  const drawn = strokes.filter(({ length }) => length > 0);
  if (drawn.length === 0) return new Float32Array(SIDE * SIDE);
  const places = drawn.flat();
  const [left, right] = limits(places.map(({ x }) => x));
  const [top, bottom] = limits(places.map(({ y }) => y));
  const size = Math.max(right - left, bottom - top);
  // A point is as large as the pen; a line's ends are round, and they belong to the box.
  const scale = size > 0 ? (BOX - 2 * RADIUS) / size : 1;
  const at = (x: number, y: number) =>
    drawn.map((stroke) =>
      stroke.map((place) => ({
        x: (place.x - (left + right) / 2) * scale + x,
        y: (place.y - (top + bottom) / 2) * scale + y,
      })),
    );
  const { x, y } = centerOfMass(inked(at(MIDDLE, MIDDLE)));
  return inked(at(2 * MIDDLE - x, 2 * MIDDLE - y));
}

/** Where the ink of an image [28, 28] is on average, in pixels; (0, 0) is the middle of the first. */
export function centerOfMass(image: ArrayLike<number>): Place {
  let [ink, x, y] = [0, 0, 0];
  for (let i = 0; i < SIDE * SIDE; i++) {
    ink += image[i];
    x += image[i] * (i % SIDE);
    y += image[i] * Math.floor(i / SIDE);
  }
  return { x: x / ink, y: y / ink };
}

/** Strokes in pixels as an image: how much of each pixel they cover, as far as one can tell from the distance to its middle. */
function inked(strokes: readonly Stroke[]): Float32Array {
  const image = new Float32Array(SIDE * SIDE);
  for (const stroke of strokes) {
    stroke.forEach((to, i) => {
      const from = stroke[Math.max(0, i - 1)];
      const reach = RADIUS + 1;
      const first = (a: number, b: number) => Math.max(0, Math.ceil(Math.min(a, b) - reach));
      const last = (a: number, b: number) => Math.min(SIDE - 1, Math.floor(Math.max(a, b) + reach));
      for (let y = first(from.y, to.y); y <= last(from.y, to.y); y++) {
        for (let x = first(from.x, to.x); x <= last(from.x, to.x); x++) {
          const cover = RADIUS + 0.5 - distance({ x, y }, from, to);
          image[y * SIDE + x] = Math.max(image[y * SIDE + x], Math.min(1, cover));
        }
      }
    });
  }
  return image;
}

/** From a place to the nearest place between two others. */
function distance({ x, y }: Place, from: Place, to: Place): number {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length = dx * dx + dy * dy;
  const along = length > 0 ? ((x - from.x) * dx + (y - from.y) * dy) / length : 0;
  const share = Math.min(1, Math.max(0, along));
  return Math.hypot(x - from.x - share * dx, y - from.y - share * dy);
}

function limits(values: number[]): [number, number] {
  return [Math.min(...values), Math.max(...values)];
}
