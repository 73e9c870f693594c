import type { Overrides } from '../autograd/define.js';
import type { BinaryName, BroadcastSizes, binaryKernels } from '../ops/arithmetic.js';
import type { Strided } from '../ops/broadcast.js';
import type { Engine } from './instance.js';

/** The operations that assembly/arithmetic.ts has, each as NAME and NAMEGradient. */
const BINARY = ['add', 'sub', 'mul', 'div', 'pow'] as const satisfies readonly BinaryName[];

export function arithmetic({ run, memory, struct }: Engine): Overrides<typeof binaryKernels> {
  const faster = (name: (typeof BINARY)[number]): Overrides<typeof binaryKernels>[BinaryName] => ({
    forward(a, b, y, sizes) {
      if (y.length > 0) run[name](memory.read(a), memory.read(b), memory.write(y), struct(flat(sizes)));
    },

    backward(a, b, dy, da, db, sizes) {
      if (dy.length === 0) return;
      const [A, B, dY] = [memory.read(a), memory.read(b), memory.read(dy)];
      const steps = struct(flat(sizes));
      if (da) run[`${name}Gradient`](0, A, B, dY, memory.update(da), steps);
      if (db) run[`${name}Gradient`](1, A, B, dY, memory.update(db), steps);
    },
  });
  return Object.fromEntries(BINARY.map((name) => [name, faster(name)]));
}

type Broadcast = typeof import('../ops/broadcast.js') &
  typeof import('../ops/slice.js') &
  typeof import('../autograd/accumulate.js');

export function broadcast({ run, memory, struct, parts, split }: Engine): Overrides<Broadcast> {
  const flatOne = ({ shape, strides }: Strided) => struct(flat({ shape, stridesA: strides, stridesB: strides }));
  return {
    accumulate: {
      forward(x, y) {
        if (y.length === 0) return;
        const { address, adds } = memory.sum(y);
        run.expand(memory.read(x), address, struct([0, y.length, 1, 1]), 1, adds);
      },
    },

    broadcast: {
      expand(x, y, view, scale) {
        if (y.length === 0) return;
        const { address, adds } = memory.sum(y);
        run.expand(memory.read(x), address, flatOne(view), scale, adds);
      },

      reduce(x, y, view, scale) {
        if (x.length === 0) return;
        const [X, Y] = [memory.read(x), memory.update(y)];
        const { shape, strides } = view;
        if (shape.length !== 3 || strides[0] !== 0 || strides[1] !== 1 || strides[2] !== 0) {
          run.reduce(X, Y, flatOne(view), scale);
          return;
        }
        const [N, O, size] = shape;
        const work = x.length / 8;
        split('sumChannels', O, parts(O, work), work, (from, to) => [X, Y, N, O, size, scale, from, to]);
      },
    },

    slice: {
      add(x, y, { count, length, x: from, y: to }) {
        // Zeros that are not covered must be written first.
        const { address, adds } = memory.sum(y, count * length === y.length);
        run.sliceAdd(
          memory.read(x) + 4 * from.offset,
          address + 4 * to.offset,
          count,
          length,
          from.stride,
          to.stride,
          adds,
        );
      },
    },
  };
}

/** A view as the kernels read it: neighboring axes that are one run in both operands are joined, axes of 1 left out. */
function flat({ shape, stridesA, stridesB }: BroadcastSizes): number[] {
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
