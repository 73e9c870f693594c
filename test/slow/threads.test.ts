import { once } from 'node:events';
import os from 'node:os';
import threads, { type Worker } from 'node:worker_threads';
import asc from 'assemblyscript/asc';
import { afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { TEAM_BYTES, Team, ThreadError } from '../../src/autograd/team.js';
import * as convgrad from '../../src/index.js';
import { train } from '../browser/training.js';
import { runProgram } from '../programs.js';

const { ArgumentError, crossEntropy, Dataset, Dense, fit, Generator, randn, SGD, setThreads, weightHash } = convgrad;

afterEach(async () => {
  vi.restoreAllMocks();
  await setThreads(1);
});

/** The threads that the test starts from now on. */
function startedThreads(): Worker[] {
  const { getBuiltinModule } = process;
  const threads = getBuiltinModule('node:worker_threads');
  const started: Worker[] = [];
  class Watched extends threads.Worker {
    constructor(...args: ConstructorParameters<typeof threads.Worker>) {
      super(...args);
      started.push(this);
    }
  }
  process.getBuiltinModule = ((name: string) =>
    name === 'node:worker_threads' ? { Worker: Watched } : getBuiltinModule(name)) as typeof getBuiltinModule;
  onTestFinished(() => {
    process.getBuiltinModule = getBuiltinModule;
  });
  return started;
}

describe('setThreads', () => {
  test('one, two and three threads train to the same bits', async () => {
    const results = [];
    for (const count of [1, 2, 3, 1]) {
      expect(await setThreads(count)).toBe(count);
      results.push(train(convgrad, 5));
    }
    for (const result of results) expect(result).toEqual(results[0]);
  });

  test('a training step on two threads hands its large kernels over, and no others', async () => {
    await setThreads(2);
    const runs: string[] = [];
    const original = Team.prototype.run;
    Team.prototype.run = function (kernel, rows) {
      runs.push(kernel);
      original.call(this, kernel, rows);
    };
    try {
      train(convgrad, 1);
    } finally {
      Team.prototype.run = original;
    }
    expect(runs).toContain('conv2d');
    expect(runs).toContain('gradWeight');
    expect(runs).toContain('gradInput');
    const before = runs.length;
    crossEntropy(randn([2, 3]), [0, 1]);
    expect(runs.length).toBe(before);
  });

  test('fit starts as many as the machine can run at once, unless it was said how many', async () => {
    vi.spyOn(os, 'availableParallelism').mockReturnValue(3);
    onTestFinished(() => void vi.restoreAllMocks());
    vi.resetModules(); // In this one nobody has said it yet.
    const { Dataset, Dense, fit, SGD, setThreads }: typeof convgrad = await import('../../src/index.js');
    const started = startedThreads();
    const model = new Dense(1, 2);
    const train = () =>
      fit(model, new Dataset([0, 1], [1], [0, 1]), { optimizer: new SGD(model.parameters(), { lr: 1 }) });
    await train();
    expect(started).toHaveLength(2);
    await setThreads(1);
    await train();
    expect(started).toHaveLength(2);
  });

  test('40 starts and stops leave no thread and no memory behind', async () => {
    for (let i = 0; i < 5; i++) await setThreads(2 + (i % 2));
    await setThreads(1);
    const before = process.memoryUsage().rss;
    for (let i = 0; i < 40; i++) await setThreads(i % 2 === 0 ? 3 : 2);
    await setThreads(1);
    const active = process.getActiveResourcesInfo();
    expect(active.filter((name) => name.includes('Worker') || name.includes('MessagePort'))).toEqual([]);
    expect((process.memoryUsage().rss - before) / 2 ** 20).toBeLessThan(40); // 1 MiB a start; a thread takes more.
  });

  test.each([0, -1, 1.5, Number.NaN, 65])('%s threads are refused', async (count) => {
    await expect(setThreads(count)).rejects.toThrow(ArgumentError);
  });

  test('may change while fit is running, from a callback or from outside, and change no number', async () => {
    const hash = async (change: (step: number) => Promise<unknown> | undefined) => {
      const model = new Dense(784, 64, { generator: new Generator(1) });
      const inputs = randn([128, 784], { generator: new Generator(2) }).data as Float32Array;
      const labels = Array.from({ length: 128 }, (_, i) => i % 10);
      const data = new Dataset(inputs, [784], labels);
      const optimizer = new SGD(model.parameters(), { lr: 0.01 });
      const onBatchEnd = async ({ step }: { step: number }) => void (await change(step));
      await fit(model, data, { epochs: 2, batchSize: 32, optimizer, seed: 1, callbacks: [{ onBatchEnd }] });
      return weightHash(model);
    };
    const expected = await hash(() => undefined);
    expect(await hash((step) => setThreads(1 + (step % 3)))).toBe(expected);
    const pending: Promise<unknown>[] = [];
    expect(await hash((step) => void pending.push(setThreads(1 + (step % 2))))).toBe(expected);
    await Promise.all(pending);
  });

  test('starts threads where `module` and `exports` are declared before: Bun, Deno', async () => {
    const { getBuiltinModule } = process;
    const { Worker } = getBuiltinModule('node:worker_threads');
    class Declaring extends Worker {
      constructor(code: string, options: object) {
        super(`let module, exports;\n${code}`, options);
      }
    }
    process.getBuiltinModule = ((name: string) =>
      name === 'node:worker_threads' ? { Worker: Declaring } : getBuiltinModule(name)) as typeof getBuiltinModule;
    onTestFinished(() => {
      process.getBuiltinModule = getBuiltinModule;
    });
    expect(await setThreads(2)).toBe(2);
  });

  test('calls that overlap end with what was asked last', async () => {
    expect(await Promise.all([setThreads(2), setThreads(3), setThreads(2)])).toEqual([2, 3, 2]);
  });
});

describe('a program with threads', () => {
  const run = (code: string) =>
    runProgram(`import { setThreads } from 'convgrad'; const count = await setThreads(2); ${code}`, {
      timeout: 300_000,
    });

  test('ends by itself, its threads with it', async () => {
    expect(await run('console.log(count)')).toEqual({ code: 0, output: '2\n' });
  });

  test('ends with an uncaught error too', async () => {
    const { code, output } = await run(`throw new Error('mine')`);
    expect(code).toBe(1);
    expect(output).toContain('mine');
  });
});

function errorOf(fn: () => void): Error {
  try {
    fn();
  } catch (error) {
    return error as Error;
  }
  throw new Error('expected an error');
}

describe('Team', () => {
  const SOURCE = `
    export function work(address: usize): void { store<i32>(address, load<i32>(address) + 1); }
    export function fail(): void { unreachable(); }
    export function meet(address: usize): void { atomic.add<i32>(address, 1); while (atomic.load<i32>(address) < 2) {} }
    export function doze(address: usize): void { meet(address); atomic.wait<i32>(address + 4, 0, -1); }
    export function meetAndFail(address: usize): void { meet(address); unreachable(); }`;

  type Kernels = Record<string, (address: number) => void>;
  let module: WebAssembly.Module;
  beforeAll(async () => {
    const { binary, stderr } = await asc.compileString(SOURCE, {
      runtime: 'stub',
      importMemory: true,
      sharedMemory: true,
      noExportMemory: true,
      enable: ['threads'],
      initialMemory: 1,
      maximumMemory: 16,
      optimizeLevel: 3,
    });
    if (!binary) throw new Error(stderr.toString());
    module = new WebAssembly.Module(Uint8Array.from(binary));
  });

  /** @param own what this thread computes in place of a kernel */
  async function start(size: number, own: (kernels: Kernels) => Kernels = () => ({})) {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 16, shared: true });
    const { exports } = new WebAssembly.Instance(module, { env: { memory, abort() {} } });
    const kernels = exports as Kernels;
    const team = (await Team.start(size, module, memory, 0, { ...kernels, ...own(kernels) }))!;
    const numbers = new Int32Array(memory.buffer, TEAM_BYTES, 64);
    return { team, numbers, row: (part: number) => [TEAM_BYTES + 4 * part] };
  }

  test('every part is computed exactly once, in 20,000 jobs of changing size', async () => {
    const { team, numbers, row } = await start(3);
    const expected = new Int32Array(64);
    for (let job = 0; job < 20_000; job++) {
      const parts = 1 + (job % 7);
      team.run(
        'work',
        Array.from({ length: parts }, (_, part) => row(part)),
      );
      for (let part = 0; part < parts; part++) expected[part]++;
    }
    expect([...numbers]).toEqual([...expected]);
    await team.stop();
  });

  describe('waits for a part that ends 0.2 s after it began to wait', () => {
    /** Wakes the thread that dozes, when it is told. */
    const WAKER = `
      const { workerData: numbers, parentPort } = require('node:worker_threads');
      parentPort.postMessage('ready');
      Atomics.wait(numbers, 2, 0);
      Atomics.wait(numbers, 3, 0, 200);
      Atomics.store(numbers, 1, 1);
      Atomics.notify(numbers, 1);`;

    /** @param sleep in place of Atomics.wait */
    const doze = async (sleep: typeof Atomics.wait) => {
      const { team, numbers, row } = await start(2, ({ meet }) => ({ doze: meet })); // The other thread's takes longer.
      await once(new threads.Worker(WAKER, { eval: true, workerData: numbers }), 'message');
      const wait = vi.spyOn(Atomics, 'wait').mockImplementation((...given: Parameters<typeof Atomics.wait>) => {
        Atomics.store(numbers, 2, 1);
        Atomics.notify(numbers, 2);
        return sleep(...given);
      });
      const begin = performance.now();
      team.run('doze', [row(0), row(0)]);
      expect(performance.now() - begin).toBeGreaterThan(190);
      await team.stop();
      return wait.mock.results;
    };

    test('asleep, so that whoever needs the core has it', async () => {
      const results = await doze(Atomics.wait.bind(Atomics));
      expect(results.map(({ value }) => value)).toContain('ok'); // It was woken.
    });

    test('awake in a page, which must not sleep', async () => {
      const results = await doze(() => {
        throw new TypeError('Atomics.wait cannot be called in this context');
      });
      expect(results.length).toBeGreaterThan(0);
    });
  });

  test('a kernel that fails is an error, whichever thread it was in, and the team is done for', async () => {
    const { team } = await start(2);
    expect(() => team.run('fail', [[], [], [], []])).toThrow(ThreadError);
    expect(() => team.run('work', [[0]])).toThrow(ThreadError);
    await team.stop();
  });

  // Two parts that meet are in two threads; only one of them fails.
  test('the error has as its cause what the other thread said', async () => {
    const { team, row } = await start(2, ({ meet }) => ({ meetAndFail: meet }));
    const failed = errorOf(() => team.run('meetAndFail', [row(0), row(0)]));
    expect(failed).toBeInstanceOf(ThreadError);
    expect(failed).toMatchObject({ message: 'threads: the kernel meetAndFail failed', cause: expect.any(Error) });
    expect(String((failed.cause as Error).message)).toMatch(/^RuntimeError: .*unreachable/);
    expect(errorOf(() => team.run('work', [row(0)])).cause).toBe(failed.cause); // And so it stays.
    await team.stop();
  });

  test('or what was thrown in this one, itself', async () => {
    const mine = new Error('mine');
    const { team, row } = await start(2, ({ meet }) => ({
      meet(address) {
        meet(address);
        throw mine;
      },
    }));
    expect(errorOf(() => team.run('meet', [row(0), row(0)])).cause).toBe(mine);
    await team.stop();
  });

  test('a thread that dies is an error at the next kernel, not a hang', async () => {
    const started = startedThreads();
    const { team, row } = await start(2);
    team.run('work', [row(0), row(1)]);
    await started[0].terminate();
    expect(() => team.run('work', [row(0)])).toThrow('threads: a thread ended');
    await team.stop();
  });

  test('a stopped team says so', async () => {
    const { team, row } = await start(2);
    await team.stop();
    expect(() => team.run('work', [row(0)])).toThrow('these threads were stopped');
  });
});
