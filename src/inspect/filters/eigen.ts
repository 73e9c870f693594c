/** Sweeps that Jacobi's method may take; it needs about ten. */
const SWEEPS = 30;

/**
 * The eigenvalues of a symmetric matrix and its eigenvectors, of length 1, in no order, by Jacobi's rotations (Golub and Van
 * Loan, "Matrix Computations", section 8.5).
 * @param matrix its rows, which are changed
 */
export function symmetricEigen(matrix: readonly Float64Array[]): { values: number[]; vectors: Float64Array[] } {
  const vectors = matrix.map((_, i) => Float64Array.from(matrix, (_, j) => (i === j ? 1 : 0)));
  const energy = matrix.reduce((sum, row, i) => sum + row[i], 0);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    let done = true;
    for (const [p, rowP] of matrix.entries()) {
      for (let q = p + 1; q < matrix.length; q++) {
        const rowQ = matrix[q];
        const mixed = rowP[q];
        if (Math.abs(mixed) <= 1e-14 * energy) continue;
        done = false;
        const [first, second] = [rowP[p], rowQ[q]];
        const theta = (second - first) / (2 * mixed);
        const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
        const cos = 1 / Math.sqrt(t * t + 1);
        turn(rowP, rowQ, cos, t * cos);
        [rowP[p], rowP[q], rowQ[p], rowQ[q]] = [first - t * mixed, 0, 0, second + t * mixed];
        for (let i = 0; i < matrix.length; i++) {
          matrix[i][p] = rowP[i];
          matrix[i][q] = rowQ[i];
        }
        turn(vectors[p], vectors[q], cos, t * cos);
      }
    }
    if (done) break;
  }
  return { values: matrix.map((row, i) => row[i]), vectors };
}

/** Turns two rows into each other. */
function turn(a: Float64Array, b: Float64Array, cos: number, sin: number): void {
  for (let i = 0; i < a.length; i++) {
    const x = a[i];
    const y = b[i];
    a[i] = cos * x - sin * y;
    b[i] = sin * x + cos * y;
  }
}
