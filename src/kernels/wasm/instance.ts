import { binary } from './binary.js';
import { WasmMemory } from './memory.js';

type Numbers = (...numbers: number[]) => number;

/** What assembly/index.ts exports; the arguments are told there. Addresses, counts and flags are all numbers. */
export type Exports = Record<
  | 'addRows'
  | 'avgPool2d'
  | 'avgPool2dGradient'
  | 'binary'
  | 'binaryGradient'
  | 'conv2d'
  | 'conv2dGrey'
  | 'countNonzero'
  | 'crossEntropy'
  | 'crossEntropyGradient'
  | 'gradInput'
  | 'gradWeight'
  | 'matmul'
  | 'matmulTransposed'
  | 'max'
  | 'maxPool2d'
  | 'offsets'
  | 'packBlocks'
  | 'packGrey'
  | 'packRows'
  | 'packTurned'
  | 'reduceAdd'
  | 'scatterAdd'
  | 'sgd'
  | 'softmax'
  | 'softmaxGradient'
  | 'spreadBias'
  | 'spreadAdd'
  | 'transpose'
  | 'unary'
  | 'unaryGradient'
  | 'zero',
  Numbers
>;

/** The compiled kernels and the memory that they work in. */
export interface Engine {
  run: Exports;
  memory: WasmMemory;
  /** Writes whole numbers where kernels read their sizes, and returns the address; valid until the next call. */
  struct(numbers: readonly number[]): number;
}

const STRUCT_BYTES = 8192;

/** @param maximumPages of 64 KiB: the most that the memory may grow to */
export function createEngine(maximumPages = 65536): Engine {
  const memory = createMemory(maximumPages);
  const module = new WebAssembly.Module(bytesOf(binary));
  const { exports } = new WebAssembly.Instance(module, { env: { memory, abort } });
  const run = exports as Exports;
  const managed = new WasmMemory(memory, run.zero);
  const array = managed.reserve(STRUCT_BYTES);
  const struct = (numbers: readonly number[]) => {
    for (let i = 0; i < numbers.length; i++) array[i] = numbers[i];
    return array.byteOffset;
  };
  return { run, memory: managed, struct };
}

/** A shared memory, so that threads can join. Where so much address space cannot be had, a smaller maximum. */
function createMemory(maximum: number): WebAssembly.Memory {
  try {
    return new WebAssembly.Memory({ initial: 16, maximum, shared: true });
  } catch (error) {
    if (maximum < 4096) throw error;
    return createMemory(maximum / 2);
  }
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

function abort(): never {
  throw new Error('a kernel aborted');
}
