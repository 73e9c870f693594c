import { tensor } from '../../autograd/create.js';
import { noGrad } from '../../autograd/graph.js';
import { matmul } from '../../ops/matmul.js';
import { oncePerSize, templates } from './templates.js';

/** For each of n filters which template explains most of its energy. */
export interface TemplateFits {
  /** R2 of the best edge or line, 0 to 1, and its index in `templates(size)`. */
  r2ori: Float64Array;
  oriented: Int32Array;
  /** The same over all families. */
  r2best: Float64Array;
  best: Int32Array;
}

/** Filters in one matrix product: so few that its result stays in the cache until it is searched. */
const CHUNK = 64;

/**
 * Compares filters with all templates of their size: R2(w) = max over t of <w, t>^2 / (|w|^2 |t|^2). NaN for a filter of
 * zeros.
 * @param filters [n, size, size], row-major
 */
export function fitTemplates(filters: ArrayLike<number>, size: number): TemplateFits {
  const area = size * size;
  const n = filters.length / area;
  const list = templates(size);
  const oriented = list.findIndex(({ family }) => family === 'blob');
  const fits: TemplateFits = {
    r2ori: new Float64Array(n),
    oriented: new Int32Array(n),
    r2best: new Float64Array(n),
    best: new Int32Array(n),
  };
  const chunk = new Float32Array(Math.min(CHUNK, n) * area);
  noGrad(() => {
    const shapes = tensor(matrixOf(size), { shape: [list.length, area] }).transpose(); // Where kernels need no copy.
    for (let first = 0; first < n; first += CHUNK) {
      const rows = Math.min(CHUNK, n - first);
      for (let r = 0; r < rows; r++) copyUnit(filters, (first + r) * area, chunk, r * area, area);
      noGrad(() => {
        const x = tensor(chunk.subarray(0, rows * area), { shape: [rows, area] });
        const products = matmul(x, shapes).storage.array;
        for (let r = 0; r < rows; r++) {
          const row = r * list.length;
          const i = first + r;
          fits.oriented[i] = largest(products, row, 0, oriented, 0);
          fits.r2ori[i] = share(products[row + fits.oriented[i]]);
          fits.best[i] = largest(products, row, oriented, list.length, fits.oriented[i]);
          fits.r2best[i] = share(products[row + fits.best[i]]);
        }
      });
    }
  });
  return fits;
}

/** The share of energy from a cosine, which rounding may have left a little above 1. */
function share(cosine: number): number {
  return Math.min(1, cosine ** 2);
}

/** The templates of a size, a row each: [templates, area]. */
const matrixOf = /* @__PURE__ */ oncePerSize((size) => {
  const list = templates(size);
  const matrix = new Float32Array(list.length * size * size);
  list.forEach(({ values }, i) => {
    matrix.set(values, i * values.length);
  });
  return matrix;
});

/** Copies `length` numbers, scaled to unit length; NaN where they are all 0. */
function copyUnit(from: ArrayLike<number>, at: number, to: Float32Array, start: number, length: number): void {
  let largest = 0;
  for (let i = 0; i < length; i++) largest = Math.max(largest, Math.abs(from[at + i]));
  let energy = 0;
  for (let i = 0; i < length; i++) energy += (from[at + i] / largest) ** 2;
  const norm = Math.sqrt(energy);
  for (let i = 0; i < length; i++) to[start + i] = from[at + i] / largest / norm;
}

/** Which of row[from] to row[to - 1], or row[best], is largest in magnitude; `best` when equal. */
function largest(values: ArrayLike<number>, row: number, from: number, to: number, best: number): number {
  let most = Math.abs(values[row + best]);
  for (let i = from; i < to; i++) {
    const magnitude = Math.abs(values[row + i]);
    if (magnitude > most) {
      most = magnitude;
      best = i;
    }
  }
  return best;
}
