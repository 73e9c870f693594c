import type { Kernels, PoolSizes } from '../kernels.js';
import type { Engine } from './instance.js';

type Pooling = Pick<Kernels, 'maxPool2d' | 'maxPool2dGradient' | 'avgPool2d' | 'avgPool2dGradient'>;

export function poolKernels({ memory, struct, parts, split }: Engine): Pooling {
  /** Calls a kernel for runs of planes. */
  function planes(
    kernel: 'maxPool2d' | 'avgPool2d' | 'avgPool2dGradient' | 'maxPool2dGradient',
    { planes, H, W }: PoolSizes,
    row: (from: number, to: number) => number[],
  ): void {
    const work = planes * H * W;
    split(kernel, planes, parts(planes, work), work, row);
  }

  return {
    maxPool2d(x, y, indices, sizes) {
      const [X, Y, at, s] = [memory.read(x), memory.write(y), memory.write(indices), struct(fields(sizes))];
      planes('maxPool2d', sizes, (from, to) => [X, Y, at, s, from, to]);
      memory.end();
    },

    maxPool2dGradient(dy, indices, dx, sizes) {
      const clears = memory.isZero(dx) ? 1 : 0;
      const [dY, at, dX] = [memory.read(dy), memory.read(indices), clears ? memory.write(dx) : memory.update(dx)];
      const [size, outputs] = [sizes.H * sizes.W, sizes.outH * sizes.outW];
      planes('maxPool2dGradient', sizes, (from, to) => [dY, at, dX, size, outputs, clears, from, to]);
      memory.end();
    },

    avgPool2d(x, y, sizes) {
      const [X, Y, s] = [memory.read(x), memory.write(y), struct(fields(sizes))];
      planes('avgPool2d', sizes, (from, to) => [X, Y, s, from, to]);
      memory.end();
    },

    avgPool2dGradient(dy, dx, sizes) {
      const [dY, dX, s] = [memory.read(dy), memory.update(dx), struct(fields(sizes))];
      planes('avgPool2dGradient', sizes, (from, to) => [dY, dX, s, from, to]);
      memory.end();
    },
  };
}

/** In the order of `PoolSizes` in assembly/pool.ts. */
function fields(s: PoolSizes): number[] {
  return [s.planes, s.H, s.W, s.kernelH, s.kernelW, s.strideH, s.strideW, s.padTop, s.padLeft, s.outH, s.outW];
}
