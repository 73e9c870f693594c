import type { Kernels } from '../kernels.js';
import { convolutionKernels } from './convolution.js';
import { elementwiseKernels } from './elementwise.js';
import { createEngine, type Engine } from './instance.js';
import { lineKernels } from './lines.js';
import { matmulKernels } from './matmul.js';
import { normalizeKernels } from './normalize.js';
import { optimizerKernels } from './optimizers.js';
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
    ...guarded(memory, elementwiseKernels(engine)),
    ...guarded(memory, lineKernels(engine)),
    ...guarded(memory, matmulKernels(engine)),
    ...guarded(memory, normalizeKernels(engine)),
    ...guarded(memory, convolutionKernels(engine)),
    ...guarded(memory, poolKernels(engine)),
    ...guarded(memory, optimizerKernels(engine)),
  };
}

/** The same kernels, which leave nothing behind when one of them throws (a released operand, memory full, a dead thread). */
function guarded<Some extends object>(memory: Engine['memory'], kernels: Some): Some {
  const entries = Object.entries(kernels).map(([name, kernel]: [string, (...args: unknown[]) => void]) => {
    const guard = (...args: unknown[]) => {
      try {
        kernel(...args);
      } catch (error) {
        memory.abandon();
        throw error;
      }
    };
    return [name, guard];
  });
  return Object.fromEntries(entries) as Some;
}
