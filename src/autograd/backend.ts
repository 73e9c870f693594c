import { OutOfMemoryError } from '../errors.js';
import { type DType, type IndexStorage, newArray, Storage } from './storage.js';
import type { Team } from './team.js';

/** Faster kernels for float32, and the memory that they work in. What it lacks, the definitions compute. */
export interface Backend {
  /** By the name and the part of a definition (see define.ts). */
  readonly overrides: { readonly [name: string]: { readonly [part: string]: unknown } | undefined };
  allocate(length: number): Storage;
  zeros(length: number): Storage;
  allocateIndices(length: number): IndexStorage;
  /** Ends the threads there are and starts others; resolves to how many there are then. */
  setThreads(count: number, start: typeof Team.start): Promise<number>;
}

let make: (() => Backend) | null = null;
let made: Backend | null = null;

/** @internal Says how the backend is made, at its first use. Entry points of the package call it when they are imported. */
export function install(backend: () => Backend): void {
  make = backend;
  made = null;
}

/** @internal The backend; null where none was installed or this engine cannot run it. */
export function installed(): Backend | null {
  if (made || !make) return made;
  try {
    made = make();
  } catch (error) {
    // No WebAssembly, no SIMD in it, no memory for it, or a page's policy that forbids it (an EvalError in some engines). The
    // definitions compute on ordinary arrays, though not the same bits; whatever else fails is an error.
    const { CompileError } = globalThis.WebAssembly ?? { CompileError: Error };
    if (![CompileError, EvalError, OutOfMemoryError].some((kind) => error instanceof kind)) throw error;
    const { message } = error as Error;
    console.warn(`convgrad: no fast kernels in this JavaScript engine (${message}); plain loops compute, slowly`);
  }
  make = null;
  return made;
}

/** Room for `length` numbers, whatever they are. */
export function allocate(dtype: DType, length: number): Storage {
  return ofFloat32(dtype)?.allocate(length) ?? new Storage(newArray(dtype, length));
}

/** Room for `length` zeros. */
export function zeros(dtype: DType, length: number): Storage {
  return ofFloat32(dtype)?.zeros(length) ?? new Storage(newArray(dtype, length));
}

/** Room for `length` whole numbers, for the use of an operation on `dtype`. */
export function allocateIndices(dtype: DType, length: number): IndexStorage {
  return ofFloat32(dtype)?.allocateIndices(length) ?? new Storage(new Int32Array(length));
}

function ofFloat32(dtype: DType): Backend | null {
  return dtype === 'float32' ? installed() : null;
}
