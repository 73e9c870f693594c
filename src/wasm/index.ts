import type { Backend } from '../autograd/backend.js';
import { arithmetic, broadcast } from './broadcast.js';
import { convolution } from './convolution.js';
import { dropout } from './dropout.js';
import { elementwise } from './elementwise.js';
import { createEngine } from './instance.js';
import { matmul } from './matmul.js';
import type { WasmMemory } from './memory.js';
import { normalize } from './normalize.js';
import { optimizers } from './optimizers.js';
import { pooling } from './pool.js';
import { softmax } from './softmax.js';

export interface Wasm extends Backend {
  readonly memory: WasmMemory;
}

/**
 * The kernels in WebAssembly SIMD, for float32: faster versions of definitions, each in a file named like its own.
 * @param maximumPages of 64 KiB: the most that their memory may grow to
 */
export function createWasm(maximumPages?: number): Wasm {
  const engine = createEngine(maximumPages);
  const { memory } = engine;
  const kernels = {
    ...arithmetic(engine),
    ...broadcast(engine),
    ...convolution(engine),
    ...dropout(engine),
    ...elementwise(engine),
    ...matmul(engine),
    ...normalize(engine),
    ...optimizers(engine),
    ...pooling(engine),
    ...softmax(engine),
  };
  return {
    memory,
    overrides: guarded(memory, kernels),
    allocate: (length) => memory.floats(length),
    zeros: (length) => {
      const storage = memory.floats(length);
      storage.zero = true;
      return storage;
    },
    allocateIndices: (length) => memory.indices(length),
    setThreads: engine.setThreads,
  };
}

type Kernel = (...args: never[]) => unknown;

/** The same kernels, which copy back what they wrote, and leave nothing behind when one of them throws. */
function guarded(memory: WasmMemory, kernels: object): Backend['overrides'] {
  const guard = (kernel: Kernel) => {
    return (...args: never[]) => {
      try {
        const does = kernel(...args);
        memory.end();
        return does;
      } catch (error) {
        memory.abandon(); // A released operand, memory full, a dead thread.
        throw error;
      }
    };
  };
  const each = <A, B>(record: object, fn: (value: A) => B) =>
    Object.fromEntries(Object.entries(record).map(([key, value]: [string, A]) => [key, fn(value)]));
  return each(kernels, (parts: object) => each(parts, guard));
}
