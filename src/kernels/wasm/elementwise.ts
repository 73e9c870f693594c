import { dropping } from '../dropout.js';
import type { BinaryOperation, BroadcastWalk, Kernels, UnaryOperation } from '../kernels.js';
import type { Engine } from './instance.js';

/** The operations' numbers in assembly/elementwise.ts and assembly/broadcast.ts. */
const UNARY: Record<UnaryOperation, number> = {
  ...{ neg: 0, exp: 1, log: 2, sqrt: 3, relu: 4, leakyRelu: 5, sigmoid: 6, tanh: 7, gelu: 8, geluTanh: 9 },
  ...{ softplus: 10, abs: 11 },
};
const BINARY: Record<BinaryOperation, number> = { add: 0, sub: 1, mul: 2, div: 3, pow: 4 };

type Elementwise = Pick<
  Kernels,
  | 'unary'
  | 'unaryGradient'
  | 'binary'
  | 'binaryGradient'
  | 'reduceAdd'
  | 'spreadAdd'
  | 'scatterAdd'
  | 'gather'
  | 'stripsAdd'
  | 'dropoutAdd'
>;

export function elementwiseKernels({ run, memory, struct, parts, split, runs }: Engine): Elementwise {
  return {
    unary(operation, x, y, parameter) {
      const [X, Y] = [memory.read(x), memory.write(y)];
      runs('unary', y.length, (first, length) => [UNARY[operation], X + first, Y + first, length, parameter]);
      memory.end();
    },

    unaryGradient(operation, x, y, dy, dx, parameter) {
      const adds = memory.isZero(dx) ? 0 : 1;
      const to = adds ? memory.update(dx) : memory.write(dx);
      const [X, Y, dY] = [memory.read(x), memory.read(y), memory.read(dy)];
      runs('unaryGradient', dx.length, (first, length) => {
        return [UNARY[operation], X + first, Y + first, dY + first, to + first, length, parameter, adds];
      });
      memory.end();
    },

    binary(operation, a, b, y, walk) {
      if (y.length === 0) return;
      run.binary(BINARY[operation], memory.read(a), memory.read(b), memory.write(y), struct(flat(walk)));
      memory.end();
    },

    binaryGradient(operation, a, b, dy, da, db, walk) {
      if (dy.length === 0) return;
      const [fromA, fromB, fromY] = [memory.read(a), memory.read(b), memory.read(dy)];
      const steps = struct(flat(walk));
      if (da) run.binaryGradient(BINARY[operation], 0, fromA, fromB, fromY, memory.update(da), steps);
      if (db) run.binaryGradient(BINARY[operation], 1, fromA, fromB, fromY, memory.update(db), steps);
      memory.end();
    },

    reduceAdd(x, y, { shape, strides }, scale) {
      if (x.length === 0) return;
      if (shape.length === 3 && strides[0] === 0 && strides[1] === 1 && strides[2] === 0) {
        const [N, O, size] = shape;
        const [X, Y] = [memory.read(x), memory.update(y)];
        split('sumChannels', O, parts(O, x.length / 8), x.length / 8, (from, to) => [
          X,
          Y,
          N,
          O,
          size,
          scale,
          from,
          to,
        ]);
        memory.end();
        return;
      }
      run.reduceAdd(
        memory.read(x),
        memory.update(y),
        struct(flat({ shape, stridesA: strides, stridesB: strides })),
        scale,
      );
      memory.end();
    },

    spreadAdd(x, y, { shape, strides }, scale) {
      if (y.length === 0) return;
      const adds = memory.isZero(y) ? 0 : 1;
      const to = adds ? memory.update(y) : memory.write(y);
      const steps = struct(flat({ shape, stridesA: strides, stridesB: strides }));
      run.spreadAdd(memory.read(x), to, steps, scale, adds);
      memory.end();
    },

    gather(x, indices, y) {
      run.gather(memory.read(x), memory.read(indices), memory.write(y), y.length);
      memory.end();
    },

    stripsAdd(x, y, { rows, length, from, to }) {
      // Zeros that are not covered must be written first.
      const adds = memory.isZero(y) && rows * length === y.length ? 0 : 1;
      const [X, Y] = [memory.read(x), adds ? memory.update(y) : memory.write(y)];
      run.stripsAdd(X + 4 * from.first, Y + 4 * to.first, rows, length, from.step, to.step, adds);
      memory.end();
    },

    scatterAdd(x, indices, y) {
      run.scatterAdd(memory.read(x), memory.read(indices), memory.update(y), x.length);
      memory.end();
    },

    dropoutAdd(x, y, { keys, p, run }) {
      const adds = memory.isZero(y) ? 0 : 1;
      const [X, Y] = [memory.read(x), adds ? memory.update(y) : memory.write(y)];
      // Runs of one are worked on four at a time: parts begin at whole vectors.
      const unit = run === 1 ? 4 : run;
      const units = Math.ceil(y.length / unit);
      const { least, scale } = dropping(p);
      split('dropout', units, parts(units, y.length), y.length, (from, to) => {
        return [X, Y, keys[0], keys[1], least, scale, run, from * unit, Math.min(to * unit, y.length), adds];
      });
      memory.end();
    },
  };
}

/** A walk as the kernels read it: neighboring axes that are one run in both operands are joined, axes of 1 left out. */
function flat({ shape, stridesA, stridesB }: BroadcastWalk): number[] {
  let [length, stepA, stepB] = [1, 0, 0];
  const outer: number[] = [];
  for (let i = shape.length - 1; i >= 0; i--) {
    if (shape[i] === 1) continue;
    if (length === 1) {
      [length, stepA, stepB] = [shape[i], stridesA[i], stridesB[i]];
      continue;
    }
    const inner = outer.length === 0 ? [length, stepA, stepB] : outer.slice(-4);
    if (stridesA[i] === inner[0] * inner[1] && stridesB[i] === inner[0] * inner[2]) {
      if (outer.length === 0) length *= shape[i];
      else outer[outer.length - 4] *= shape[i];
    } else {
      outer.push(shape[i], stridesA[i], stridesB[i], 0);
    }
  }
  // Found from the fastest axis on; the kernels want the slowest first.
  const slowestFirst: number[] = [];
  for (let i = outer.length - 4; i >= 0; i -= 4) slowestFirst.push(outer[i], outer[i + 1], outer[i + 2], 0);
  return [outer.length / 4, length, stepA, stepB, ...slowestFirst];
}
