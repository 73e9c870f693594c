import type { Overrides } from '../autograd/define.js';
import type { Engine } from './instance.js';

const ONE_MATRIX = [0];
/** Room for the part of b that `matmul` in assembly/matmul.ts works on. */
const PANEL_BYTES = 512 * 8 * 4;

export const matmul = ({ run, memory, parts, split }: Engine): Overrides<typeof import('../ops/matmul.js')> => ({
  matmul: {
    add(a, b, y, { M, K, N, transposeA, transposeB, batchA, batchB, batchY = ONE_MATRIX }) {
      const [A, B, Y] = [memory.read(a), memory.read(b), memory.update(y)];
      const work = (M * N * K) / 15;
      // Rows are handed out in fours: as many as a tile has.
      const fours = Math.ceil(M / 4);
      const count = parts(fours, work);
      const room = memory.scratch(transposeA && transposeB ? M * K * 4 : count * PANEL_BYTES);
      for (let r = 0; r < batchY.length; r++) {
        const fromA = A + (batchA?.[r] ?? 0) * M * K * 4;
        const fromB = B + (batchB?.[r] ?? 0) * K * N * 4;
        const to = Y + batchY[r] * M * N * 4;
        if (transposeB) {
          if (transposeA) run.transpose(fromA, room, K, M);
          split('matmulTransposed', fours, count, work, (from, end) => {
            return [transposeA ? room : fromA, fromB, to, K, N, from * 4, Math.min(end * 4, M)];
          });
        } else {
          const [stepM, stepK] = transposeA ? [4, M * 4] : [K * 4, 4];
          split('matmul', fours, count, work, (from, end, part) => {
            const panel = room + part * PANEL_BYTES;
            return [fromA, fromB, to, panel, K, N, stepM, stepK, from * 4, Math.min(end * 4, M)];
          });
        }
      }
    },
  },
});
