import { wrap } from '../../autograd/create.js';
import { noGrad } from '../../autograd/graph.js';
import { checkDataset, type Dataset } from '../../data/dataset.js';
import { FormatError, ShapeError } from '../../errors.js';
import { matmul } from '../../ops/matmul.js';
import { transpose } from '../../ops/reshape.js';
import type { Generator } from '../../random.js';
import { showShape } from '../../shape.js';
import { dot, mean, norm, partsOf, sum } from '../values.js';
import { eigen } from './pattern.js';

/** Images for the second moments, at most; more change the filters by less than the draws differ. */
const IMAGES = 1000;
/** Elements of the matrix of patches that is multiplied at once, about. */
const CHUNK = 1_000_000;

/**
 * Draws filters w ~ N(0, E[p p^T]) over the size x size patches p of images, and subtracts their mean: taps are as
 * correlated as the pixels of the images, and otherwise random.
 * @param patches images [channels, height, width] of at least size x size
 * @throws FormatError for images without contrast, or with pixels that are NaN or infinite
 */
export function colored(size: number, patches: Dataset | undefined, generator: Generator): () => Float64Array {
  const area = size * size;
  const root = rootOfMoments(size, patches);
  const z = new Float64Array(area);
  return () => {
    const taps = new Float64Array(area);
    for (let i = 0; i < area; i++) z[i] = generator.normal();
    for (let i = 0; i < area; i++) {
      let tap = 0;
      for (let j = 0; j <= i; j++) tap += root[i * area + j] * z[j];
      taps[i] = tap;
    }
    const average = mean(taps);
    for (let i = 0; i < area; i++) taps[i] -= average;
    return taps;
  };
}

/**
 * The same for filters of several channels, which are as alike as those of given filters. For w = A z in each tap, with z as
 * above and any A, what a filter tells of A are the singular values of the filter with its taps made independent; all the rest
 * is a rotation, each equally likely (Langsrud 2005, "Rotation tests"). A draw keeps the values and has another rotation.
 * @param filters [channels, size, size] each
 * @returns what draws a filter like the i-th, up to a rotation of its channels, and their number
 */
export function coloredLike(
  size: number,
  patches: Dataset | undefined,
  generator: Generator,
  filters: readonly Float64Array[],
): (i: number) => { taps: Float64Array; channels: number } {
  const area = size * size;
  const root = partsOf(rootOfMoments(size, patches), area);
  const average = Float64Array.from({ length: area }, (_, j) => mean(root.map((row) => row[j])));
  const { values, vectors } = eigen(root.map((row) => row.map((value, j) => value - average[j])));
  // Without the mean, and without taps that are always 0.
  const axes = vectors.filter((_, i) => values[i] > 1e-6 * Math.max(...values));
  const widths = values.filter((value) => value > 1e-6 * Math.max(...values)).map(Math.sqrt);
  const strengths = filters.map((filter) => {
    const rows = partsOf(filter, area).map((row) => Float64Array.from(axes, (axis, i) => dot(axis, row) / widths[i]));
    const squares = eigen(rows).values.sort((a, b) => b - a);
    const some = squares.slice(0, axes.length).map((square) => Math.sqrt(Math.max(0, square)));
    return some[0] > 0 ? some : [1]; // Of a constant nothing is left.
  });
  return (i) => {
    const kept = strengths[i % strengths.length];
    const taps = new Float64Array(kept.length * area);
    const drawn: Float64Array[] = [];
    for (const [c, strength] of kept.entries()) {
      const direction = Float64Array.from(axes, () => generator.normal());
      for (const other of drawn) {
        const along = dot(direction, other);
        for (let j = 0; j < direction.length; j++) direction[j] -= along * other[j];
      }
      const length = norm(direction);
      for (let j = 0; j < direction.length; j++) direction[j] /= length;
      drawn.push(direction);
      for (const [j, axis] of axes.entries()) {
        const factor = strength * widths[j] * direction[j];
        for (let tap = 0; tap < area; tap++) taps[c * area + tap] += factor * axis[tap];
      }
    }
    return { taps, channels: kept.length };
  };
}

/** The lower-triangular root of the second moments of the patches, [area, area], checked to have contrast. */
function rootOfMoments(size: number, patches: Dataset | undefined): Float64Array {
  const area = size * size;
  const moments = secondMoments(size, patches);
  const energy = sum(moments.filter((_, i) => i % (area + 1) === 0));
  const inMeans = sum(moments) / area;
  if (!(energy - inMeans > 1e-6 * energy)) {
    const got = `got patches of energy ${energy}, ${inMeans} of it in their means`;
    throw new FormatError('nullDistribution', `expected images with contrast, ${got}`);
  }
  return cholesky(moments, area);
}

/** The sum of p p^T over all patches p of up to 1,000 images, evenly chosen: [area, area]. */
function secondMoments(size: number, patches: Dataset | undefined): Float64Array {
  checkDataset('nullDistribution', "the images for 'colored', patches,", patches);
  const dataset = patches as Dataset;
  const [channels, height, width] = dataset.inputShape;
  if (dataset.inputShape.length !== 3 || height < size || width < size) {
    const expected = `expected patches from images [channels, height, width] of at least ${size} x ${size} pixels`;
    throw new ShapeError('nullDistribution', `${expected}, got ${showShape(dataset.inputShape)}`);
  }
  const area = size * size;
  const [rows, columns] = [height - size + 1, width - size + 1];
  const count = Math.min(IMAGES, dataset.length);
  const perImage = area * channels * rows * columns;
  const atOnce = Math.max(1, Math.floor(CHUNK / perImage));
  const moments = new Float64Array(area * area);
  for (let first = 0; first < count; first += atOnce) {
    const images = Array.from({ length: Math.min(atOnce, count - first) }, (_, i) =>
      dataset.input(Math.floor(((first + i) * dataset.length) / count)),
    );
    // Row t holds tap t of all patches: for each image, channel and row of patches a piece of a row of pixels.
    const taps = new Float32Array(images.length * perImage);
    let at = 0;
    for (let t = 0; t < area; t++) {
      for (const image of images) {
        for (let top = 0; top < channels * height; top += top % height === rows - 1 ? size : 1) {
          const start = (top + Math.floor(t / size)) * width + (t % size);
          for (let i = start; i < start + columns; i++) taps[at++] = image[i];
        }
      }
    }
    noGrad(() => {
      const x = wrap(taps, [area, taps.length / area]);
      const products = matmul(x, transpose(x)).data;
      for (let i = 0; i < moments.length; i++) moments[i] += products[i];
    });
  }
  return moments;
}

/** Lower-triangular L with L L^T = matrix; where the matrix is flat (a tap that is always 0), L is 0. */
function cholesky(matrix: Float64Array, n: number): Float64Array {
  const root = new Float64Array(n * n);
  const largest = Math.max(...Array.from({ length: n }, (_, i) => matrix[i * n + i]));
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = matrix[i * n + j];
      for (let k = 0; k < j; k++) rest -= root[i * n + k] * root[j * n + k];
      if (i > j) root[i * n + j] = root[j * n + j] > 0 ? rest / root[j * n + j] : 0;
      // Rounding leaves a little where nothing should be.
      else root[i * n + i] = rest > 1e-6 * largest ? Math.sqrt(rest) : 0;
    }
  }
  return root;
}
