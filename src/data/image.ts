/** An image as numbers from 0 to 1. */
export interface Image {
  /** [1, height, width] when gray, else [3, height, width], row-major. */
  values: Float32Array;
  height: number;
  width: number;
}

/** The weights of red, green and blue (ITU-R BT.601). */
const LUMINANCE = [0.299, 0.587, 0.114];

/** Bytes that an image takes. */
export function bytesOfImage(width: number, height: number, gray: boolean): number {
  return 4 * (gray ? 1 : 3) * width * height;
}

/**
 * An image to be filled pixel by pixel.
 * @param gray whether colors become one channel
 * @param most what stands for 1 in the colors that come
 */
export function emptyImage(width: number, height: number, gray: boolean, most: number) {
  const size = width * height;
  const values = new Float32Array((gray ? 1 : 3) * size);
  /** Sets pixel `p`; opacity from 0 to 1: what is transparent shows white. */
  const set = (p: number, red: number, green: number, blue: number, opacity: number) => {
    const white = 1 - opacity;
    const r = white + (opacity * red) / most;
    const g = white + (opacity * green) / most;
    const b = white + (opacity * blue) / most;
    if (!gray) {
      values[p] = r;
      values[size + p] = g;
      values[2 * size + p] = b;
    } else if (r === g && g === b) values[p] = r;
    else values[p] = LUMINANCE[0] * r + LUMINANCE[1] * g + LUMINANCE[2] * b;
  };
  return { image: { values, height, width }, set };
}
