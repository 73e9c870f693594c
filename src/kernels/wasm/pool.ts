import type { Kernels, PoolSizes } from '../kernels.js';
import type { Engine } from './instance.js';

export function poolKernels({
  run,
  memory,
  struct,
}: Engine): Pick<Kernels, 'maxPool2d' | 'avgPool2d' | 'avgPool2dGradient'> {
  return {
    maxPool2d(x, y, indices, sizes) {
      run.maxPool2d(memory.read(x), memory.write(y), memory.write(indices), struct(fields(sizes)), 0, sizes.planes);
      memory.end();
    },

    avgPool2d(x, y, sizes) {
      run.avgPool2d(memory.read(x), memory.write(y), struct(fields(sizes)), 0, sizes.planes);
      memory.end();
    },

    avgPool2dGradient(dy, dx, sizes) {
      run.avgPool2dGradient(memory.read(dy), memory.update(dx), struct(fields(sizes)), 0, sizes.planes);
      memory.end();
    },
  };
}

/** In the order of `PoolSizes` in assembly/pool.ts. */
function fields(s: PoolSizes): number[] {
  return [s.planes, s.H, s.W, s.kernelH, s.kernelW, s.strideH, s.strideW, s.padTop, s.padLeft, s.outH, s.outW];
}
