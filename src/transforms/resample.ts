import type { TargetImages } from '../data/transform.js';
import { checkNumber } from '../errors.js';
import { type Shape, sizeOf } from '../shape.js';
import { imageShape, sizeOfTarget } from './images.js';

/** Values of what comes from outside. */
export interface FillOptions {
  /** The value of pixels that come from outside of the image. @default 0 */
  fill?: number;
  /**
   * The same for targets that are images, such as the `ignoreIndex` of the loss.
   * @default 0 where all targets are whole numbers, such as classes, else `fill`
   */
  targetFill?: number;
}

/** @internal Throws unless both are numbers. */
export function checkFill(where: string, { fill, targetFill = 0 }: { fill: number; targetFill?: number }): void {
  checkNumber(where, 'fill', fill);
  checkNumber(where, 'targetFill', targetFill);
}

/** @internal Where each pixel of the result is read, [h, w], in pixels: to be set before `move`, which resamples one example. */
export function movable(
  where: string,
  { fill, targetFill }: { fill: number; targetFill?: number },
  inputs: Float32Array,
  shape: Shape,
  targets?: TargetImages,
) {
  const [n, c, h, w] = imageShape(where, inputs, shape);
  const places = { columns: new Float64Array(h * w), rows: new Float64Array(h * w) };
  const image = new Sampler(c, h, w, fill, places);
  const own = targets ? sizeOfTarget(where, targets.shape, h, w) : 0;
  const beyond = targetFill ?? (targets?.whole ? 0 : fill);
  const target = targets && new Sampler(own / sizeOf([h, w]), h, w, beyond, places);
  const move = (i: number) => {
    image.resample(inputs, i * c * h * w, false);
    target?.resample(targets!.values, i * own, targets!.whole);
  };
  return { n, h, w, ...places, move };
}

/**
 * Reads an image between its pixels, by bilinear interpolation, or the nearest one. It is padded by one pixel of `fill` on each
 * side, so that reading needs no look at the border. One is made for a batch, and loaded with one image after the other.
 */
class Sampler {
  readonly #padded: Float32Array;

  constructor(
    private readonly channels: number,
    private readonly height: number,
    private readonly width: number,
    private readonly fill: number,
    private readonly places: { readonly columns: Float64Array; readonly rows: Float64Array },
  ) {
    this.#padded = new Float32Array(channels * (height + 2) * (width + 2)).fill(fill);
  }

  /** Replaces the image [C, H, W] that begins at `start` by what it shows at the places. */
  resample(images: Float32Array, start: number, nearest: boolean): void {
    this.#load(images, start);
    const { height, width, fill } = this;
    const { columns, rows } = this.places;
    const padded = this.#padded;
    const stride = width + 2;
    for (let c = 0, at = start, first = 0; c < this.channels; c++, first += (height + 2) * stride) {
      for (let p = 0; p < columns.length; p++, at++) {
        const x = columns[p] + 1;
        const y = rows[p] + 1;
        if (!(x > 0 && y > 0 && x < width + 1 && y < height + 1)) {
          images[at] = fill;
          continue;
        }
        if (nearest) {
          images[at] = padded[first + Math.floor(y + 0.5) * stride + Math.floor(x + 0.5)];
          continue;
        }
        const left = x | 0;
        const top = y | 0;
        const i = first + top * stride + left;
        const right = x - left;
        const upper = padded[i] + right * (padded[i + 1] - padded[i]);
        const lower = padded[i + stride] + right * (padded[i + stride + 1] - padded[i + stride]);
        images[at] = upper + (y - top) * (lower - upper);
      }
    }
  }

  #load(images: Float32Array, start: number): void {
    const { channels, height, width } = this;
    const padded = this.#padded;
    let from = start;
    for (let c = 0; c < channels; c++) {
      for (let y = 0; y < height; y++) {
        const to = (c * (height + 2) + y + 1) * (width + 2) + 1;
        for (let x = 0; x < width; x++) padded[to + x] = images[from++];
      }
    }
  }
}
