import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { PYTHON } from './machine.js';

export interface Run {
  seconds: number;
  losses: number[];
  /** Where the net is run and not trained: processor time in seconds, and what came of the last batch. */
  processor?: number;
  outputs?: number[];
}

const SERVE = {
  training: fileURLToPath(new URL('../serve.ts', import.meta.url)),
  inference: fileURLToPath(new URL('../serve-inference.ts', import.meta.url)),
};
const PYTORCH = fileURLToPath(new URL('../contestants/pytorch.py', import.meta.url));

/** PyTorch comes as its defaults have it, with the layout that its convolutions like best, and without oneDNN. */
export const CONTESTANTS = [
  'convgrad',
  'pytorch',
  'pytorch-nhwc',
  'pytorch-native',
  'convnetjs',
  'jaxjs',
  'tfjs-cpu',
  'tfjs-wasm',
];

/**
 * A contestant in a process of its own, which waits without using the processor until it is told to run. So no one's
 * garbage, compiled code or threads are in another's way.
 */
export class Peer {
  facts: Record<string, string | number> = {};
  readonly #process: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  #complaints = '';

  private constructor(name: string, taskFile: string, what: keyof typeof SERVE) {
    const [base, threads = ''] = name.split('@');
    const [command, ...args] = base.startsWith('pytorch')
      ? [PYTHON, PYTORCH, base, taskFile, threads]
      : [process.execPath, '--import', 'tsx', SERVE[what], base, taskFile, threads];
    this.#process = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#process.on('error', (error) => {
      this.#complaints += error.message;
    });
    this.#process.stdin!.on('error', () => {}); // A process that died is reported when its answer does not come.
    this.#process.stderr!.on('data', (text) => {
      this.#complaints = (this.#complaints + text).slice(-2000);
    });
    this.#lines = createInterface({ input: this.#process.stdout! })[Symbol.asyncIterator]();
  }

  /**
   * @param name one of CONTESTANTS; 'convgrad@1' is convgrad with one thread, whatever the task says
   * @throws when the contestant cannot be built
   */
  static async start(name: string, taskFile: string, what: keyof typeof SERVE = 'training'): Promise<Peer> {
    const peer = new Peer(name, taskFile, what);
    peer.facts = (await peer.#answer<{ facts: Peer['facts'] }>()).facts;
    return peer;
  }

  /** Trains on `steps` more batches, or runs the net on them. */
  run(steps: number): Promise<Run> {
    this.#process.stdin!.write(`${steps}\n`);
    return this.#answer<Run>();
  }

  close(): void {
    this.#process.kill();
  }

  async #answer<T extends object>(): Promise<T> {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error(this.#complaints.trim().split('\n').at(-1) || 'it ended without a word');
    const message: T | { error: string } = JSON.parse(value);
    if ('error' in message) throw new Error(message.error);
    return message;
  }
}
