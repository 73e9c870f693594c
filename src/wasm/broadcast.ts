import type { Overrides } from '../autograd/define.js';
import type { Storage } from '../autograd/storage.js';
import type { BinaryName, BroadcastSizes, binaryKernels } from '../ops/arithmetic.js';
import type { Strided } from '../ops/broadcast.js';
import { sizeOf } from '../shape.js';
import type { Engine } from './instance.js';

/** The operations that assembly/arithmetic.ts has, each as NAME and NAMEGradient. */
const BINARY = ['add', 'sub', 'mul', 'div', 'pow'] as const satisfies readonly BinaryName[];

/** How many numbers one sum in float32 may have. */
const MANY = 32;

export function arithmetic(engine: Engine): Overrides<typeof binaryKernels> {
  const { run, memory, struct } = engine;
  const faster = (name: (typeof BINARY)[number]): Overrides<typeof binaryKernels>[BinaryName] => ({
    forward(a, b, y, sizes) {
      if (y.length > 0) run[name](memory.read(a), memory.read(b), memory.write(y), struct(flat(sizes)));
    },

    backward(a, b, dy, da, db, sizes) {
      if (dy.length === 0) return;
      const linear = name === 'add' || name === 'sub';
      // What is not needed may have been spilled, and would have to come back.
      const [A, B, dY] = [linear ? 0 : memory.read(a), linear ? 0 : memory.read(b), memory.read(dy)];
      for (const [inB, dt] of [da, db].entries()) {
        if (!dt) continue;
        const sign = linear ? (name === 'sub' && inB ? -1 : 1) : 0;
        if (dt.length === dy.length) {
          const { address, adds } = memory.sum(dt);
          if (sign > 0) run.sliceAdd(dY, address, 1, dy.length, 0, 0, adds);
          else if (sign) run.expand(dY, address, struct([0, dy.length, 1, 1]), sign, adds);
          else run[`${name as 'mul'}Gradient`](inB, A, B, dY, address, struct(flat(sizes)), adds);
          continue;
        }
        // What was broadcast is summed afterwards.
        const room = memory.scratch(8 * dt.length + (sign ? 0 : 4 * dy.length + 16));
        const each = sign ? dY : room + 8 * dt.length;
        if (!sign) run[`${name as 'mul'}Gradient`](inB, A, B, dY, each, struct(flat(sizes)), 0);
        const view = { shape: sizes.shape, strides: inB ? sizes.stridesB : sizes.stridesA };
        reduceTo(engine, each, dt, view, sign || 1, room);
      }
    },
  });
  return Object.fromEntries(BINARY.map((name) => [name, faster(name)]));
}

type Broadcast = typeof import('../ops/broadcast.js') &
  typeof import('../ops/slice.js') &
  typeof import('../autograd/accumulate.js');

export function broadcast(engine: Engine): Overrides<Broadcast> {
  const { run, memory, struct } = engine;
  return {
    accumulate: {
      forward(x, y) {
        if (y.length === 0) return;
        const { address, adds } = memory.sum(y);
        run.sliceAdd(memory.read(x), address, 1, y.length, 0, 0, adds);
      },
    },

    broadcast: {
      expand(x, y, view, scale) {
        if (y.length === 0) return;
        const { address, adds } = memory.sum(y);
        run.expand(memory.read(x), address, struct(flatOne(view)), scale, adds);
      },

      reduce(x, y, view, scale) {
        if (x.length === 0) return;
        reduceTo(engine, memory.read(x), y, view, scale, memory.scratch(8 * y.length));
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

/** y[view] += scale * the numbers at `from`; `sums` is room for y in float64. */
function reduceTo(engine: Engine, from: number, y: Storage, view: Strided, scale: number, sums: number): void {
  const { run, memory, struct, parts, split } = engine;
  const { shape, strides } = view;
  const count = sizeOf(shape);
  const Y = memory.update(y);
  if (shape.length === 3 && strides[0] === 0 && strides[1] === 1 && strides[2] === 0) {
    const [N, O, size] = shape;
    const work = count / 8;
    split('sumChannels', O, parts(O, work), work, (first, end) => [from, Y, sums, N, O, size, scale, first, end]);
    return;
  }
  const steps = struct(flatOne(view));
  if (count < MANY * y.length) {
    run.reduce(from, Y, steps, scale, 0);
    return;
  }
  run.zero(sums, 8 * y.length);
  run.reduce(from, sums, steps, 1, 1);
  run.addRounded(sums, Y, y.length, scale);
}

const flatOne = ({ shape, strides }: Strided) => flat({ shape, stridesA: strides, stridesB: strides });

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
