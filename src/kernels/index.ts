import type { Kernels } from './kernels.js';
import { reference } from './reference/index.js';
import type { DType } from './storage.js';
import { createWasmKernels, type WasmKernels } from './wasm/index.js';

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

/** The kernels in WebAssembly, compiled at the first call. */
export function wasmKernels(): WasmKernels {
  fast ??= createWasmKernels();
  return fast;
}
