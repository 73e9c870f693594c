import { ConvgradError } from '../errors.js';
import { type Spawned, spawn } from './workers.js';

/** A thread ended, failed or did not answer: what was being computed is lost. `cause` is the thread's own error, if it told. */
export class ThreadError extends ConvgradError {}

/** The most parts that one kernel call is cut into, and the most arguments of a kernel. */
export const MOST_PARTS = 64;
const MOST_ARGUMENTS = 16;
const ARGUMENTS_BYTES = MOST_PARTS * MOST_ARGUMENTS * 8;
/** What a thread has room for to say why a kernel failed. */
const REASON_BYTES = 256;
export const TEAM_BYTES = 64 + ARGUMENTS_BYTES + REASON_BYTES;

/** A thread that says nothing for so long, in ms, is taken for dead. */
const PATIENCE = 20_000;

// The control block: seven whole numbers, then the parts' arguments as float64, then why a kernel failed, in UTF-8: this
// thread waits without reading messages. TICKET holds the job's number in its upper 24 bits and the next part to be taken in
// the lower 8; CLOSED stands there while a job is being described, so that a thread that is late takes no part of a job that
// it has not read. FAILED is 0, or 1 more than the bytes of the reason.
const JOB = 0;
const TICKET = 1;
const PARTS = 2;
const DONE = 3;
const KERNEL = 4;
const ARGUMENTS = 5;
const FAILED = 6;
const CLOSED = 255;
/**
 * How often a thread looks, at about 30 ns, before it sleeps. The parts of a kernel end within microseconds of each other, and
 * kernels follow each other closely; but where another program has the core, the thread that is waited for cannot run while
 * this one looks. Two threads on one core reach 0.9 of one thread's speed; with 30,000 looks 0.7.
 */
const LOOKS = 4000;

/**
 * Threads that share the kernels' memory. A kernel call is cut into parts by its sizes alone; whoever is free takes the
 * next part. Which thread computes a part changes no number, so one thread and many give the same bits.
 */
export class Team {
  readonly size: number;
  readonly #workers: Spawned[];
  readonly #control: Int32Array;
  readonly #rows: Float64Array;
  readonly #kernels: readonly ((...numbers: number[]) => unknown)[];
  readonly #numbers: ReadonlyMap<string, number>;
  readonly #reason: Uint8Array;
  /** Why the team can compute no more, and the error behind it. */
  #broken: { reason: string; cause?: unknown } | null = null;

  private constructor(
    workers: Spawned[],
    memory: WebAssembly.Memory,
    address: number,
    exports: Record<string, (...numbers: number[]) => unknown>,
  ) {
    this.size = workers.length + 1;
    this.#workers = workers;
    this.#control = new Int32Array(memory.buffer, address, 7);
    this.#rows = new Float64Array(memory.buffer, address + 64, MOST_PARTS * MOST_ARGUMENTS);
    this.#reason = new Uint8Array(memory.buffer, address + 64 + ARGUMENTS_BYTES, REASON_BYTES);
    const names = Object.keys(exports).sort();
    this.#kernels = names.map((name) => exports[name]);
    this.#numbers = new Map(names.map((name, i) => [name, i]));
    for (const worker of workers) {
      worker.onEnd((reason, cause) => {
        this.#broken ??= { reason, cause };
      });
    }
  }

  /**
   * Starts `size` - 1 threads beside this one.
   * @param address of TEAM_BYTES in `memory`, for the team alone
   * @returns null where no threads are to be had: in a page that is not cross-origin isolated
   */
  static async start(
    size: number,
    module: WebAssembly.Module,
    memory: WebAssembly.Memory,
    address: number,
    exports: Record<string, (...numbers: number[]) => unknown>,
  ): Promise<Team | null> {
    new Int32Array(memory.buffer, address, 7).fill(0);
    const job = { module, memory, address, names: Object.keys(exports).sort() };
    const workers = await spawn(worker(), job, size - 1);
    return workers && new Team(workers, memory, address, exports);
  }

  /** Calls the kernel once for each row of arguments, on all threads, and returns when all are done. */
  run(kernel: string, rows: readonly (readonly number[])[]): void {
    if (this.#broken) this.#fail(this.#broken.reason, this.#broken.cause);
    const control = this.#control;
    const job = (control[JOB] + 1) & 0xffffff;
    Atomics.store(control, TICKET, (job << 8) | CLOSED);
    rows.forEach((row, part) => {
      this.#rows.set(row, part * MOST_ARGUMENTS);
    });
    control[PARTS] = rows.length;
    control[ARGUMENTS] = rows[0].length;
    control[KERNEL] = this.#numbers.get(kernel)!;
    Atomics.store(control, DONE, 0);
    Atomics.store(control, TICKET, job << 8);
    Atomics.store(control, JOB, job);
    Atomics.notify(control, JOB);

    const compute = this.#kernels[control[KERNEL]];
    let failure: unknown;
    for (let ticket = Atomics.load(control, TICKET); (ticket & 255) < rows.length; ) {
      const seen = Atomics.compareExchange(control, TICKET, ticket, ticket + 1);
      if (seen === ticket) {
        try {
          compute(...rows[ticket & 255]);
        } catch (error) {
          failure ??= error; // As in any other thread: the parts that are taken must end first.
        }
        Atomics.add(control, DONE, 1);
      }
      ticket = Atomics.load(control, TICKET);
    }
    this.#wait(rows.length);
    const told = Atomics.load(control, FAILED);
    if (told > 0) failure ??= new Error(new TextDecoder().decode(this.#reason.slice(0, told - 1)));
    if (failure !== undefined) this.#fail(`the kernel ${kernel} failed`, failure);
  }

  /** Ends the threads. */
  async stop(): Promise<void> {
    this.#broken ??= { reason: 'these threads were stopped' };
    await Promise.all(this.#workers.map((worker) => worker.end()));
  }

  /** Until the other threads have done their parts. */
  #wait(parts: number): void {
    const control = this.#control;
    let begin = 0;
    for (let looks = 1; ; looks++) {
      const done = Atomics.load(control, DONE);
      if (done >= parts) return;
      if (looks % LOOKS !== 0) continue;
      begin ||= performance.now();
      if (performance.now() - begin > PATIENCE) this.#fail(`a thread did not answer for ${PATIENCE / 1000} s`);
      try {
        Atomics.wait(control, DONE, done, 1000);
      } catch {
        // A page's main thread must not sleep: it looks again and again.
      }
    }
  }

  #fail(reason: string, cause?: unknown): never {
    this.#broken = { reason, cause };
    throw new ThreadError('threads', reason, { cause });
  }
}

/**
 * What each thread runs; `job` and `ready` come from the program around it (see workers.ts). It looks for work a while
 * before it sleeps: the kernels of one training step follow each other within microseconds. After each part it wakes the
 * first thread, which may be asleep. Only the first thread that fails writes its reason; FAILED is 1 meanwhile.
 */
const worker = () => `
const { module, memory, address, names } = job;
const control = new Int32Array(memory.buffer, address, 7);
const rows = new Float64Array(memory.buffer, address + 64, ${MOST_PARTS * MOST_ARGUMENTS});
const reason = new Uint8Array(memory.buffer, address + ${64 + ARGUMENTS_BYTES}, ${REASON_BYTES});
const abort = () => { throw new Error('a kernel aborted'); };
const { exports } = new WebAssembly.Instance(module, { env: { memory, abort } });
const kernels = names.map((name) => exports[name]);
let last = Atomics.load(control, ${JOB});
ready();
for (;;) {
  for (let i = 0; i < ${LOOKS} && Atomics.load(control, ${JOB}) === last; i++);
  Atomics.wait(control, ${JOB}, last);
  last = Atomics.load(control, ${JOB});
  const [parts, count, kernel] = [control[${PARTS}], control[${ARGUMENTS}], kernels[control[${KERNEL}]]];
  for (;;) {
    const ticket = Atomics.load(control, ${TICKET});
    const part = ticket & 255;
    if (ticket >>> 8 !== last || part >= parts) break;
    if (Atomics.compareExchange(control, ${TICKET}, ticket, ticket + 1) !== ticket) continue;
    try {
      kernel(...rows.subarray(part * ${MOST_ARGUMENTS}, part * ${MOST_ARGUMENTS} + count));
    } catch (error) {
      const text = new TextEncoder().encode(String(error)).subarray(0, reason.length);
      if (Atomics.compareExchange(control, ${FAILED}, 0, 1) === 0) {
        reason.set(text);
        Atomics.store(control, ${FAILED}, 1 + text.length);
      }
    }
    Atomics.add(control, ${DONE}, 1);
    Atomics.notify(control, ${DONE});
  }
}`;
