/** Height and width of a drawing, in pixels. */
export const SIZE = 64;

/** Which way "up" is: the cosine and the sine of a turn. */
export interface Turn {
  cos: number;
  sin: number;
}

/** How a shape is painted. */
export interface Paint {
  /** 0 is black and 1 white. */
  shade: number;
  /** What the label map says where the shape covers half of a pixel or more. */
  label: number;
  /** Width of the line in pixels where only its outline is drawn. */
  line?: number;
  /** The only label that it may cover. */
  over?: number;
}

/** Not Math.hypot, nor a power: engines may round those differently. */
export const length = (x: number, y: number) => Math.sqrt(x * x + y * y);

/** The fraction of a pixel that a shape covers, by the signed distance of its center from the border, in pixels. */
const covered = (distance: number) => (distance >= 0.5 ? 0 : distance <= -0.5 ? 1 : 0.5 - distance);

/**
 * A gray drawing and a map of what each of its pixels shows. Shapes are painted over each other, back to front, with
 * anti-aliased borders. Pixel (x, y) has its center at x from the left and y from the top, both from 0.
 *
 * Nothing but sums, products and square roots, which all engines round in the same way.
 */
export class Canvas {
  readonly pixels = new Float64Array(SIZE * SIZE);
  readonly labels = new Uint8Array(SIZE * SIZE);

  #cover(at: number, distance: number, { shade, label, line, over }: Paint): void {
    const fraction = covered(line === undefined ? distance : Math.abs(distance) - line / 2);
    if (fraction === 0 || (over !== undefined && this.labels[at] !== over)) return;
    this.pixels[at] += fraction * (shade - this.pixels[at]);
    if (fraction >= 0.5) this.labels[at] = label;
  }

  /**
   * An ellipse with a center and two radii. Its distance is k (k - 1) / |gradient of k| with k = |(x / rx, y / ry)|, which
   * is right to first order at the border.
   */
  ellipse(x: number, y: number, rx: number, ry: number, { cos, sin }: Turn, paint: Paint): void {
    const more = 1 + (paint.line ?? 0) / 2;
    const wide = length(rx * cos, ry * sin) + more;
    const high = length(rx * sin, ry * cos) + more;
    const [left, right] = within(x - wide, x + wide);
    const [top, bottom] = within(y - high, y + high);
    for (let row = top; row <= bottom; row++) {
      for (let column = left; column <= right; column++) {
        const [across, down] = [column - x, row - y];
        const u = (across * cos + down * sin) / rx;
        const v = (down * cos - across * sin) / ry;
        const k = length(u, v);
        const slope = length(u / rx, v / ry);
        this.#cover(row * SIZE + column, slope === 0 ? -Math.min(rx, ry) : (k * (k - 1)) / slope, paint);
      }
    }
  }

  /** A convex polygon, its corners in either order around it, which is `grown` by so many pixels on each side. */
  polygon(corners: readonly (readonly [x: number, y: number])[], grown: number, paint: Paint): void {
    const [a, b, c] = corners;
    const clockwise = (b[0] - a[0]) * (c[1] - b[1]) > (b[1] - a[1]) * (c[0] - b[0]);
    const edges = corners.map(([x, y], i) => {
      const [nextX, nextY] = corners[(i + 1) % corners.length];
      const side = length(nextX - x, nextY - y) * (clockwise ? 1 : -1);
      return { x, y, outX: (nextY - y) / side, outY: (x - nextX) / side };
    });
    const [xs, ys] = [corners.map(([x]) => x), corners.map(([, y]) => y)];
    const more = 3 * grown + 1; // What grows on all sides grows further at its corners.
    const [left, right] = within(Math.min(...xs) - more, Math.max(...xs) + more);
    const [top, bottom] = within(Math.min(...ys) - more, Math.max(...ys) + more);
    for (let row = top; row <= bottom; row++) {
      for (let column = left; column <= right; column++) {
        let distance = -Infinity;
        for (const { x, y, outX, outY } of edges) {
          distance = Math.max(distance, (column - x) * outX + (row - y) * outY);
        }
        this.#cover(row * SIZE + column, distance - grown, paint);
      }
    }
  }

  /** A line of some width from one point to another, with round ends. */
  bar(fromX: number, fromY: number, toX: number, toY: number, width: number, paint: Paint): void {
    const [alongX, alongY] = [toX - fromX, toY - fromY];
    const square = alongX * alongX + alongY * alongY || 1;
    const more = width / 2 + 1;
    const [left, right] = within(Math.min(fromX, toX) - more, Math.max(fromX, toX) + more);
    const [top, bottom] = within(Math.min(fromY, toY) - more, Math.max(fromY, toY) + more);
    for (let row = top; row <= bottom; row++) {
      for (let column = left; column <= right; column++) {
        const [x, y] = [column - fromX, row - fromY];
        const t = Math.min(1, Math.max(0, (x * alongX + y * alongY) / square));
        this.#cover(row * SIZE + column, length(x - t * alongX, y - t * alongY) - width / 2, paint);
      }
    }
  }
}

/** The first and the last pixel of a range that lie in the drawing. */
function within(from: number, to: number): [number, number] {
  return [Math.max(0, Math.ceil(from)), Math.min(SIZE - 1, Math.floor(to))];
}
