import type { Overrides } from '../autograd/define.js';
import type { PoolSizes } from '../ops/pool2d.js';
import type { Engine } from './instance.js';

export function pooling({ memory, struct, parts, split }: Engine): Overrides<typeof import('../ops/pool2d.js')> {
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
    maxPool2d: {
      forward(x, y, indices, sizes) {
        const [X, Y, at, s] = [memory.read(x), memory.write(y), memory.write(indices), struct(fields(sizes))];
        planes('maxPool2d', sizes, (from, to) => [X, Y, at, s, from, to]);
      },

      backward(dy, indices, dx, sizes) {
        const [dY, at] = [memory.read(dy), memory.read(indices)];
        const { address: dX, adds } = memory.sum(dx);
        const [size, outputs] = [sizes.H * sizes.W, sizes.outH * sizes.outW];
        planes('maxPool2dGradient', sizes, (from, to) => [dY, at, dX, size, outputs, 1 - adds, from, to]);
      },
    },

    avgPool2d: {
      forward(x, y, sizes) {
        const [X, Y, s] = [memory.read(x), memory.write(y), struct(fields(sizes))];
        planes('avgPool2d', sizes, (from, to) => [X, Y, s, from, to]);
      },

      backward(dy, dx, sizes) {
        const [dY, dX, s] = [memory.read(dy), memory.update(dx), struct(fields(sizes))];
        planes('avgPool2dGradient', sizes, (from, to) => [dY, dX, s, from, to]);
      },
    },
  };
}

/** In the order of `PoolSizes` in assembly/pool.ts. */
function fields(s: PoolSizes): number[] {
  return [s.planes, s.H, s.W, s.kernelH, s.kernelW, s.strideH, s.strideW, s.padTop, s.padLeft, s.outH, s.outW];
}
