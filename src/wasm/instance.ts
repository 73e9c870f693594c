import { MOST_PARTS, TEAM_BYTES, type Team } from '../autograd/team.js';
import { OutOfMemoryError } from '../errors.js';
import { binary, type Export } from './binary.js';
import { WasmMemory } from './memory.js';
import { type Keep, keeper } from './packed.js';

type Numbers = (...numbers: number[]) => number;

/** What assembly/index.ts exports; the arguments are told there. Addresses, counts and flags are all numbers. */
type Exports = Record<Export, Numbers>;

type Row = (from: number, to: number, part: number) => number[];

/** The compiled kernels and the memory that they work in. */
export interface Engine {
  run: Exports;
  memory: WasmMemory;
  /** Keeps what kernels compute from parameters before they begin. */
  keep: Keep;
  /** Writes whole numbers where kernels read their sizes, and returns the address; valid until the next call. */
  struct(numbers: readonly number[]): number;
  /** Into how many parts a kernel that goes over `count` items, in about `work` ns, is best cut: 1 on one thread. */
  parts(count: number, work: number): number;
  /**
   * Calls a kernel for `count` items, cut into parts that the threads share if the work, in ns, is worth it. `row` gives
   * the arguments for the items [from, to).
   */
  split(kernel: Export, count: number, parts: number, work: number, row: Row): void;
  /** Calls a kernel for runs of an array of `length` numbers, in whole vectors: from the byte `first` on, `count` numbers. */
  runs(kernel: Export, length: number, row: (first: number, count: number) => number[]): void;
  /** Ends the threads there are and starts others; returns how many there are then. */
  setThreads(count: number, start: typeof Team.start): Promise<number>;
}

/** Work that takes less, in ns, is not worth handing over. */
const LEAST_WORK = 15_000;

const STRUCT_BYTES = 8192;

/** @param maximumPages of 64 KiB: the most that the memory may grow to */
export function createEngine(maximumPages = 65536): Engine {
  const module = new WebAssembly.Module(bytesOf(binary));
  const memory = createMemory(maximumPages);
  const { exports } = new WebAssembly.Instance(module, { env: { memory, abort } });
  const run = exports as Exports;
  const managed = new WasmMemory(memory, run.zero);
  const array = managed.reserve(STRUCT_BYTES);
  const struct = (numbers: readonly number[]) => {
    for (let i = 0; i < numbers.length; i++) array[i] = numbers[i];
    return array.byteOffset;
  };

  let team: Team | null = null;
  let teamAddress = 0;
  let changing: Promise<unknown> = Promise.resolve();
  async function change(count: number, start: typeof Team.start): Promise<number> {
    const former = team;
    team = null; // Whatever computes meanwhile does so on one thread.
    await former?.stop();
    if (count > 1) {
      teamAddress ||= managed.reserve(TEAM_BYTES).byteOffset;
      team = await start(count, module, memory, teamAddress, run);
    }
    return team?.size ?? 1;
  }

  const engine: Engine = {
    run,
    memory: managed,
    struct,
    keep: keeper(managed),
    parts(count, work) {
      if (!team || work < LEAST_WORK) return 1;
      return Math.max(1, Math.min(count, team.size, MOST_PARTS));
    },
    runs(kernel, length, row) {
      const vectors = Math.ceil(length / 4);
      engine.split(kernel, vectors, engine.parts(vectors, length), length, (from, to) => {
        return row(from * 16, Math.min(to * 4, length) - from * 4);
      });
    },
    split(kernel, count, parts, work, row) {
      const edge = (part: number) => Math.floor((part * count) / parts);
      const rowOf = (part: number) => row(edge(part), edge(part + 1), part);
      if (team && parts > 1 && work >= LEAST_WORK) {
        team.run(
          kernel,
          Array.from({ length: parts }, (_, part) => rowOf(part)),
        );
      } else {
        for (let part = 0; part < parts; part++) run[kernel](...rowOf(part));
      }
    },
    setThreads(count, start) {
      const done = changing.then(() => change(count, start));
      changing = done.catch(() => {});
      return done;
    },
  };
  return engine;
}

/**
 * A shared memory, so that threads can join. Where so much address space cannot be had, a smaller maximum. Under a limit such
 * as `ulimit -v` V8 gives none of any size: it reserves 10 GB for each, to check addresses by traps, unless told not to.
 */
function createMemory(maximum: number): WebAssembly.Memory {
  try {
    return new WebAssembly.Memory({ initial: 16, maximum, shared: true });
  } catch {
    if (maximum >= 4096) return createMemory(maximum / 2);
    throw new OutOfMemoryError('memory', 'no address space for it; node --disable-wasm-trap-handler needs less');
  }
}

/** The bytes of a text as build.mjs writes it: the 91 that are frequent as one character, others as two. */
function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const [frequent, others]: number[][] = [[], []];
  for (let byte = 0; byte < 256; byte++) {
    (byte < 66 || (byte > 104 && byte < 129) || byte === 253 ? frequent : others).push(byte);
  }
  const bytes = new Uint8Array(text.length);
  let length = 0;
  let at = 0;
  // Printable characters are counted from the space on, without ' and \.
  const next = () => {
    const code = text.charCodeAt(at++);
    return code - 32 - Number(code > 39) - Number(code > 92);
  };
  while (at < text.length) {
    const place = next();
    bytes[length++] = place < 91 ? frequent[place] : others[(place - 91) * 93 + next()];
  }
  return bytes.subarray(0, length);
}

function abort(): never {
  throw new Error('a kernel aborted');
}
