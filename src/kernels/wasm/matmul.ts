import type { Kernels } from '../kernels.js';
import type { Engine } from './instance.js';

const ONE_MATRIX = [0];
/** Room for the part of b that `matmul` in assembly/matmul.ts works on. */
const PANEL_BYTES = 512 * 8 * 4;

export function matmulKernels({ run, memory }: Engine): Pick<Kernels, 'matmulAdd'> {
  return {
    matmulAdd(a, b, y, { M, K, N, transposeA, transposeB, batchA, batchB, batchY = ONE_MATRIX }) {
      const [A, B, Y] = [memory.read(a), memory.read(b), memory.update(y)];
      const room = memory.scratch(transposeA && transposeB ? M * K * 4 : PANEL_BYTES);
      for (let r = 0; r < batchY.length; r++) {
        const fromA = A + (batchA?.[r] ?? 0) * M * K * 4;
        const fromB = B + (batchB?.[r] ?? 0) * K * N * 4;
        const to = Y + batchY[r] * M * N * 4;
        if (transposeB) {
          if (transposeA) run.transpose(fromA, room, K, M);
          run.matmulTransposed(transposeA ? room : fromA, fromB, to, K, N, 0, M);
        } else {
          run.matmul(fromA, fromB, to, room, K, N, transposeA ? 4 : K * 4, transposeA ? M * 4 : 4, 0, M);
        }
      }
      memory.end();
    },
  };
}
