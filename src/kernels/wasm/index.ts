import type { Kernels } from '../kernels.js';
import { convolutionKernels } from './convolution.js';
import { elementwiseKernels } from './elementwise.js';
import { createEngine, type Engine } from './instance.js';
import { lineKernels } from './lines.js';
import { matmulKernels } from './matmul.js';
import { poolKernels } from './pool.js';

export interface WasmKernels extends Kernels {
  readonly memory: Engine['memory'];
  readonly setThreads: Engine['setThreads'];
}

/**
 * The kernels in WebAssembly SIMD, for float32.
 * @param maximumPages of 64 KiB: the most that their memory may grow to
 */
export function createWasmKernels(maximumPages?: number): WasmKernels {
  const engine = createEngine(maximumPages);
  const { memory } = engine;
  return {
    name: 'wasm',
    memory,
    setThreads: engine.setThreads,
    allocate: (_dtype, length) => memory.floats(length),
    zeros: (_dtype, length) => {
      const storage = memory.floats(length);
      storage.zero = true;
      return storage;
    },
    allocateIndices: (length) => memory.indices(length),
    ...elementwiseKernels(engine),
    ...lineKernels(engine),
    ...matmulKernels(engine),
    ...convolutionKernels(engine),
    ...poolKernels(engine),
  };
}
