import type { MatmulSizes } from '../kernels.js';
import type { Storage } from '../storage.js';

const ONE_MATRIX = [0];

export function matmulAdd(a: Storage, b: Storage, y: Storage, sizes: MatmulSizes): void {
  const { M, K, N, transposeA = false, transposeB = false } = sizes;
  const { batchA = ONE_MATRIX, batchB = ONE_MATRIX, batchY = ONE_MATRIX } = sizes;
  const [A, B, Y] = [a.array, b.array, y.array];
  const [rowA, columnA] = transposeA ? [1, M] : [K, 1];
  const [rowB, columnB] = transposeB ? [1, K] : [N, 1];
  for (let r = 0; r < batchY.length; r++) {
    const fromA = batchA[r] * M * K;
    const fromB = batchB[r] * K * N;
    const toY = batchY[r] * M * N;
    for (let m = 0; m < M; m++) {
      for (let n = 0; n < N; n++) {
        let sum = 0;
        for (let k = 0; k < K; k++) sum += A[fromA + m * rowA + k * columnA] * B[fromB + k * rowB + n * columnB];
        Y[toY + m * N + n] += sum;
      }
    }
  }
}
