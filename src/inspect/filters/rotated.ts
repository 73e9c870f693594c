import type { Generator } from '../../random.js';
import { dot, norm } from '../values.js';

/**
 * Gives draw i: row i % n of Q F, where the rows of F are the n given filters and Q is a random orthogonal matrix, another one
 * every n draws. Each round of n draws is a layer of mixtures of the given filters, with (Q F)^T (Q F) = F^T F: exactly the second
 * moments of the taps that the given layer has. Where filters are independent and normal, of whatever covariance, Q F has the
 * distribution of F (Langsrud 2005, "Rotation tests").
 */
export function rotated(filters: readonly Float64Array[], generator: Generator): (i: number) => Float64Array {
  const n = filters.length;
  let rows: Float64Array[] = [];
  return (i) => {
    if (i % n === 0) rows = orthogonal(n, generator);
    const mixed = new Float64Array(filters[0].length);
    for (const [j, filter] of filters.entries()) {
      const factor = rows[i % n][j];
      for (let t = 0; t < mixed.length; t++) mixed[t] += factor * filter[t];
    }
    return mixed;
  };
}

/** A random orthogonal matrix, uniformly distributed: normal numbers, each row made orthogonal to those before (Gram-Schmidt). */
function orthogonal(n: number, generator: Generator): Float64Array[] {
  const rows: Float64Array[] = [];
  while (rows.length < n) {
    const row = Float64Array.from({ length: n }, () => generator.normal());
    // Twice: the last rows are small differences of large numbers.
    for (let pass = 0; pass < 2; pass++) {
      for (const other of rows) {
        const along = dot(row, other);
        for (let j = 0; j < n; j++) row[j] -= along * other[j];
      }
      const length = norm(row);
      for (let j = 0; j < n; j++) row[j] /= length;
    }
    rows.push(row);
  }
  return rows;
}
