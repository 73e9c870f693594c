import { wrap } from '../../autograd/create.js';
import { noGrad } from '../../autograd/graph.js';
import { checkNumber, FormatError, readOptions, ShapeError } from '../../errors.js';
import { matmul } from '../../ops/matmul.js';
import { transpose } from '../../ops/reshape.js';
import { type Shape, showShape, sizeOf } from '../../shape.js';
import { checkValues, sum } from '../values.js';
import { symmetricEigen } from './eigen.js';

/** How patches are whitened, fitted to some of them; see `zcaWhitening`. */
export interface Whitening {
  /** The shape of one patch, such as [3, 9, 9]. */
  shape: Shape;
  /** The mean patch. */
  mean: Float64Array;
  /** The principal components that are kept, each a patch of length 1, that of the largest variance first. */
  components: Float64Array[];
  /** The patches' variance along each of them. */
  variances: number[];
  /** The share of all variance that they carry. */
  kept: number;
  /**
   * Whitens patches: along every kept component their variance becomes 1, along the others 0.
   * @param patches [n, ...shape]
   * @returns [n, ...shape], pictures still
   * @throws ShapeError for another number of values; FormatError for one that is NaN or infinite
   */
  apply(patches: ArrayLike<number>): Float32Array;
  /**
   * The way back: `invert(apply(x))` is x without what is not kept.
   * @param whitened [n, ...shape]
   * @returns [n, ...shape]
   * @throws ShapeError for another number of values; FormatError for one that is NaN or infinite
   */
  invert(whitened: ArrayLike<number>): Float32Array;
}

/** Options of `zcaWhitening`. */
export interface WhiteningOptions {
  /** The share of the variance that the kept components carry at least, above 0 to 1. @default 0.985 */
  variance?: number;
}

/** Patches that are multiplied at once: sums in float32 stay short. */
const CHUNK = 4096;
/** Variances below this share of the largest are rounding. */
const ROUNDING = 1e-6;

/**
 * Whitening that changes patches as little as any can (ZCA): the principal components are scaled to variance 1 and turned back
 * into pixels, so that a whitened patch is a picture of the same shape. Components of little variance, which are mostly
 * noise, are left out. The eigenvalues are those of the covariance, in float64, by Jacobi's rotations: 0.6 s for patches of
 * 3 x 9 x 9, and 27 times that for three times as many numbers.
 * Source: Bell and Sejnowski 1997, "The 'independent components' of natural scenes are edge filters".
 * @param patches at least two
 * @param shape [n, ...shape of a patch]
 * @throws ShapeError for another number of values or fewer than two patches; FormatError for a value that is NaN or
 * infinite, and for patches that are all the same
 */
export function zcaWhitening(patches: ArrayLike<number>, shape: Shape, options: WhiteningOptions = {}): Whitening {
  const where = 'zcaWhitening';
  const { variance } = readOptions(where, options, { variance: 0.985 });
  checkNumber(where, 'variance', variance, { least: Number.MIN_VALUE, most: 1 });
  checkValues(where, 'patches [n, ...] with n of at least 2', patches, shape, shape.length > 1 && shape[0] > 1);
  checkFinite(where, patches);
  const [n, ...one] = shape;
  const size = sizeOf(one);
  const mean = new Float64Array(size);
  for (let i = 0; i < patches.length; i++) mean[i % size] += patches[i] / n;

  const covariance = Array.from({ length: size }, () => new Float64Array(size));
  for (const chunk of centered(patches, mean)) {
    const products = noGrad(() => {
      const x = wrap(chunk, [chunk.length / size, size]);
      return matmul(transpose(x), x).data;
    });
    covariance.forEach((row, i) => {
      for (let j = 0; j < size; j++) row[j] += products[i * size + j] / n;
    });
  }
  const { values, vectors } = symmetricEigen(covariance);
  const order = values.map((_, i) => i).sort((a, b) => values[b] - values[a]);
  const total = sum(values);
  const least = ROUNDING * values[order[0]];
  if (!(total > 0)) throw new FormatError(where, `expected patches that differ, got ${n} times the same`);
  let some = 0;
  const kept = order.filter((i) => {
    const wanted = some < variance * total && values[i] > least;
    if (wanted) some += values[i];
    return wanted;
  });
  const components = kept.map((i) => vectors[i]);
  const variances = kept.map((i) => values[i]);

  const none = new Float64Array(size);
  const matrix = (power: number) => {
    const product = new Float32Array(size * size);
    components.forEach((component, k) => {
      const factor = variances[k] ** power;
      for (let i = 0; i < size; i++) {
        for (let j = 0; j < size; j++) product[i * size + j] += factor * component[i] * component[j];
      }
    });
    return product;
  };
  const multiplied = (place: string, given: ArrayLike<number>, before: Float64Array, by: Float32Array) => {
    if (given.length === 0 || given.length % size !== 0) {
      throw new ShapeError(place, `expected patches of shape ${showShape(one)}, got ${given.length} numbers`);
    }
    checkFinite(place, given);
    const result = new Float32Array(given.length);
    let done = 0;
    for (const chunk of centered(given, before)) {
      const x = () => matmul(wrap(chunk, [chunk.length / size, size]), wrap(by, [size, size])).data;
      result.set(noGrad(x), done);
      done += chunk.length;
    }
    return result;
  };
  const [whiten, color] = [matrix(-0.5), matrix(0.5)];
  return {
    shape: one,
    mean,
    components,
    variances,
    kept: some / total,
    apply: (given) => multiplied(`${where}.apply`, given, mean, whiten),
    invert(given) {
      const result = multiplied(`${where}.invert`, given, none, color);
      for (let i = 0; i < result.length; i++) result[i] += mean[i % size];
      return result;
    },
  };
}

/** The patches without `mean`, some at a time. */
function* centered(patches: ArrayLike<number>, mean: Float64Array): Generator<Float32Array> {
  const most = CHUNK * mean.length;
  for (let first = 0; first < patches.length; first += most) {
    const chunk = new Float32Array(Math.min(most, patches.length - first));
    for (let i = 0; i < chunk.length; i++) chunk[i] = patches[first + i] - mean[i % mean.length];
    yield chunk;
  }
}

function checkFinite(where: string, values: ArrayLike<number>): void {
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) throw new FormatError(where, `expected finite numbers, got ${values[i]} at ${i}`);
  }
}
