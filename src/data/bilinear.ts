/**
 * @internal Reads an image between its pixels, by bilinear interpolation. It is padded by one pixel of `fill` on each side,
 * so that reading needs no look at the border. One is made for a batch, and loaded with one image after the other.
 */
export class Sampler {
  /** Where each pixel of the result is read, [H, W], in pixels; to be set before `resample`. */
  readonly columns: Float64Array;
  readonly rows: Float64Array;
  readonly #padded: Float32Array;

  constructor(
    private readonly channels: number,
    private readonly height: number,
    private readonly width: number,
    private readonly fill: number,
  ) {
    this.columns = new Float64Array(height * width);
    this.rows = new Float64Array(height * width);
    this.#padded = new Float32Array(channels * (height + 2) * (width + 2)).fill(fill);
  }

  /** Replaces the image [C, H, W] that begins at `start` by what it shows at `columns` and `rows`. */
  resample(images: Float32Array, start: number): void {
    this.#load(images, start);
    const { columns, rows, height, width, fill } = this;
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
