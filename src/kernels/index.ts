import { checkNumber } from '../errors.js';
import type { Kernels } from './kernels.js';
import { reference } from './reference/index.js';
import type { DType } from './storage.js';
import { createWasmKernels, type WasmKernels } from './wasm/index.js';
import { availableThreads } from './wasm/workers.js';

let fast: WasmKernels | null = null;
let useReference = false;

/** The kernels that compute with this element type: WebAssembly for float32, plain loops for float64. */
export function kernelsFor(dtype: DType): Kernels {
  return dtype === 'float64' || useReference ? reference : wasmKernels();
}

/** Chooses the kernels for float32: for tests and measurements. Tensors computed by the others remain usable. */
export function setKernels(name: 'wasm' | 'reference'): void {
  useReference = name === 'reference';
}

let threadsAreChosen = false;
/** A usual batch, cut into more parts than this, leaves too little to each. */
const MOST_BY_DEFAULT = 16;

/**
 * Computes on `count` threads from now on: worker threads in Node (20.16 or later), web workers in a page that is
 * cross-origin isolated; elsewhere it stays at one. The numbers are the same, to the last bit, on any number of threads,
 * and the threads end with the program.
 * @param count as many as the machine can run at once, at most 16, unless given
 * @returns how many threads there are
 * @throws ThreadError from whatever computes, when a thread has died; setThreads starts new ones
 */
export async function setThreads(count: number = Math.min(availableThreads(), MOST_BY_DEFAULT)): Promise<number> {
  checkNumber('setThreads', 'the number of threads', count, { least: 1, most: 64, whole: true });
  threadsAreChosen = true;
  return wasmKernels().setThreads(count);
}

/** Starts as many threads as the machine can run at once, unless `setThreads` was called. */
export async function useAllThreads(): Promise<void> {
  if (!threadsAreChosen && !useReference) await setThreads();
}

/** The kernels in WebAssembly, compiled at the first call. */
export function wasmKernels(): WasmKernels {
  fast ??= createWasmKernels();
  return fast;
}
