import type { Overrides } from '../autograd/define.js';
import type { Engine } from './instance.js';

const ONE_MATRIX = [0];
/** Room for the part of b that `matmul` in assembly/matmul.ts works on. */
export const PANEL_BYTES = 512 * 16 * 4;

/** How much of K is summed into y at once, and how many products into one matrix: more are summed apart first. */
const LONG = 65536;
const MANY = 128;

export const matmul = (engine: Engine): Overrides<typeof import('../ops/matmul.js')> => ({
  matmul: {
    add(a, b, y, { M, K, N, transposeA, transposeB, batchA, batchB, batchY = ONE_MATRIX }) {
      const { run, memory, struct, parts, split } = engine;
      const [A, B, Y] = [memory.read(a), memory.read(b), memory.update(y)];
      const work = (M * N * K) / 15;
      // Rows are handed out in fours: as many as a tile has.
      const fours = Math.ceil(M / 4);
      const count = parts(fours, work);
      const apart = K > LONG || (batchY.length > MANY && y.length === M * N);
      const turns = transposeA && transposeB;
      const sums = memory.scratch((apart ? M * N * 4 : 0) + (turns ? M * K * 4 : count * PANEL_BYTES));
      const room = sums + (apart ? M * N * 4 : 0);
      const [stepM, stepK] = transposeA && !turns ? [4, M * 4] : [K * 4, 4];
      let products = 0;
      for (let r = 0; r < batchY.length; r++) {
        const own = Y + batchY[r] * M * N * 4;
        const fromA = A + (batchA?.[r] ?? 0) * M * K * 4;
        const fromB = B + (batchB?.[r] ?? 0) * K * N * 4;
        if (turns) run.transpose(fromA, room, K, M);
        for (let k = 0; k < K; k += LONG) {
          const length = Math.min(K - k, LONG);
          if (apart && products++ === 0) run.zero(sums, M * N * 4);
          split(transposeB ? 'matmulTransposed' : 'matmul', fours, count, work, (from, end, part) => {
            const left = (turns ? room : fromA) + k * stepK;
            const right = fromB + k * 4 * (transposeB ? 1 : N);
            const [to, panel, last] = [apart ? sums : own, room + part * PANEL_BYTES, Math.min(end * 4, M)];
            return [left, right, to, panel, K, length, N, stepM, stepK, from * 4, last];
          });
          if (apart && (K > LONG || products === MANY || r === batchY.length - 1)) {
            run.expand(sums, own, struct([0, M * N, 1, 1]), 1, 1);
            products = 0;
          }
        }
      }
    },
  },
});
