/** The scale on which a result is shown. */
import { type GrayImage, peakOf, type SquareFilter } from './walk.js';

/** Weights that add up to less than this share of the largest cancel each other: the result is no image. */
const FLAT = 0.05;

/** A photograph has a few strong edges and many weak ones: so many sums, as a share, are not beyond the scale. */
const WITHIN = 0.99;

/** How a result is shown. */
interface Look {
  /** In gray instead of red and blue. */
  gray: boolean;
  /** After ReLU. */
  rectify: boolean;
  /** Of a photograph. */
  picture: boolean;
}

/** The sums at the two ends of the scale. */
export function scaleOf(result: Float32Array, filter: SquareFilter, image: GrayImage, look: Look) {
  const sum = filter.values.reduce((total, weight) => total + weight, 0);
  // In gray, a filter whose weights add up to something makes an image, as bright as the one before.
  if (look.gray && sum > FLAT * peakOf(filter.values)) return { from: 0, to: sum * image.white };
  const to = look.picture ? mostBelow(result) : peakOf(result);
  return { from: look.rectify ? 0 : -to, to };
}

/** What nearly all absolute values do not exceed; 1 where that is 0. */
function mostBelow(values: Float32Array): number {
  const sizes = values.map(Math.abs).sort();
  return sizes[Math.floor(WITHIN * (sizes.length - 1))] || 1;
}
