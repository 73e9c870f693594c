/** A running thread. */
export interface Spawned {
  /** Calls back if the thread ends without having been told to. */
  onEnd(callback: (reason: string, cause?: unknown) => void): void;
  end(): Promise<void>;
}

/** What of node:worker_threads and node:os is used here. */
interface NodeWorker {
  on(event: 'message' | 'error' | 'exit', listener: (value: unknown) => void): void;
  unref(): void;
  terminate(): Promise<number>;
}
interface NodeModules {
  'node:worker_threads': { Worker: new (code: string, options: object) => NodeWorker };
  'node:os': { availableParallelism(): number };
}

/**
 * Node's own modules, asked for at run time: an import would stop bundlers that build for a page.
 * null in a page, and in Node before 20.16, which then compute on one thread.
 */
function nodeModule<Name extends keyof NodeModules>(name: Name): NodeModules[Name] | null {
  const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } };
  return (process?.getBuiltinModule?.(name) as NodeModules[Name] | undefined) ?? null;
}

/** How many threads this machine can run at once. */
export function availableThreads(): number {
  return nodeModule('node:os')?.availableParallelism() ?? globalThis.navigator?.hardwareConcurrency ?? 1;
}

/**
 * Starts `count` threads that run `code` with `job`; null where that is not to be had.
 * @param code finds `job` in scope, and calls `ready()` when it is
 */
export async function spawn(code: string, job: object, count: number): Promise<Spawned[] | null> {
  const node = nodeModule('node:worker_threads');
  if (!node && !globalThis.crossOriginIsolated) return null;
  const starts = Array.from({ length: count }, () =>
    node ? startInNode(node.Worker, code, job) : startInPage(code, job),
  );
  const results = await Promise.allSettled(starts);
  const started = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  if (started.length === count) return started;
  await Promise.all(started.map((worker) => worker.end()));
  return null;
}

async function startInNode(Worker: new (code: string, options: object) => NodeWorker, code: string, job: object) {
  // A block, because where Bun and Deno run it, `module` and others have been declared.
  const program = `{
const { parentPort, workerData: job } = require('node:worker_threads');
const ready = () => parentPort.postMessage('ready');
${code}
}`;
  // No loaders and preloads of the main program: this one is complete.
  const worker = new Worker(program, { eval: true, workerData: job, execArgv: [], env: {} });
  const started = await startedWhenReady({
    onMessage: (callback) => worker.on('message', callback),
    onFailure: (callback) => {
      worker.on('error', (error) => callback(`a thread failed: ${error}`, error));
      worker.on('exit', () => callback('a thread ended'));
    },
    end: async () => void (await worker.terminate()),
  });
  worker.unref(); // It must not keep the program alive. Not before: a new listener would undo it.
  return started;
}

async function startInPage(code: string, job: object) {
  const program = `onmessage = ({ data: job }) => {
const ready = () => postMessage('ready');
${code}
};`;
  const url = URL.createObjectURL(new Blob([program], { type: 'text/javascript' }));
  const worker = new Worker(url);
  worker.postMessage(job);
  const started = await startedWhenReady({
    onMessage: (callback) => worker.addEventListener('message', callback),
    onFailure: (callback) =>
      worker.addEventListener('error', (event) => callback(`a thread failed: ${event.message}`, event.error)),
    end: async () => worker.terminate(),
  });
  URL.revokeObjectURL(url);
  return started;
}

interface Channel {
  onMessage(callback: () => void): void;
  onFailure(callback: (reason: string, cause?: unknown) => void): void;
  end(): Promise<void>;
}

/** How long a thread may take to start, in ms. */
const START = 10_000;

function startedWhenReady(channel: Channel): Promise<Spawned> {
  return new Promise((resolve, reject) => {
    let told: (reason: string, cause?: unknown) => void = reject;
    let ending = false;
    const spawned: Spawned = {
      onEnd(callback) {
        told = callback;
      },
      end() {
        ending = true;
        return channel.end();
      },
    };
    const timer = setTimeout(() => {
      spawned.end().finally(() => reject(new Error('a thread did not start')));
    }, START);
    channel.onMessage(() => {
      clearTimeout(timer);
      resolve(spawned);
    });
    channel.onFailure((reason, cause) => {
      clearTimeout(timer);
      if (!ending) told(reason, cause);
    });
  });
}
