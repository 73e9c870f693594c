import type { Kernels } from '../kernels.js';
import type { Engine } from './instance.js';

const ONE_MATRIX = [0];

export function matmulKernels({ run, memory }: Engine): Pick<Kernels, 'matmulAdd'> {
  return {
    matmulAdd(a, b, y, { M, K, N, transposeA, transposeB, batchA, batchB, batchY = ONE_MATRIX }) {
      const [A, B, Y] = [memory.read(a), memory.read(b), memory.update(y)];
      const room = transposeA && transposeB ? memory.scratch(M * K * 4) : 0;
      for (let r = 0; r < batchY.length; r++) {
        const fromA = A + (batchA?.[r] ?? 0) * M * K * 4;
        const fromB = B + (batchB?.[r] ?? 0) * K * N * 4;
        const to = Y + batchY[r] * M * N * 4;
        if (transposeB) {
          if (transposeA) run.transpose(fromA, room, K, M);
          run.matmulTransposed(room || fromA, fromB, to, K, N, 0, M);
        } else {
          run.matmul(fromA, fromB, to, K, N, transposeA ? 4 : K * 4, transposeA ? M * 4 : 4, 0, M);
        }
      }
      memory.end();
    },
  };
}
