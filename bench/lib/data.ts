import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadMnist } from '../../datasets/index.js';
import { Generator } from '../../src/index.js';
import { type NetSpec, parameterShapes } from '../nets.js';
import type { Task } from './task.js';

/** The files that all contestants of a run read: the same digits in the same order, the same initial weights. */
export class TaskFolder {
  readonly #folder = mkdtempSync(join(tmpdir(), 'convgrad-bench-'));
  #count = 0;

  static async create(): Promise<TaskFolder> {
    const made = new TaskFolder();
    const { train } = await loadMnist({ seed: 0 });
    made.#count = train.length;
    made.#write('images', new Uint8Array(train.inputs.buffer, train.inputs.byteOffset, train.inputs.byteLength));
    made.#write('labels', Uint8Array.from(train.labels));
    return made;
  }

  /** Writes the task; returns its path. */
  task(net: NetSpec, options: Pick<Task, 'batch' | 'threads' | 'convgrad'>): string {
    const task: Task = {
      ...options,
      net,
      count: this.#count,
      // At batch 1 the step is scaled with the batch: 0.05 with momentum could diverge there, and a network of dead
      // units, of zeros or of NaN takes another time than one that learns.
      lr: (0.05 * Math.min(32, options.batch)) / 32,
      momentum: 0.9,
      images: join(this.#folder, 'images'),
      labels: join(this.#folder, 'labels'),
      weights: this.#write('weights', initialWeights(net)),
    };
    return this.#write('task.json', JSON.stringify(task));
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true });
  }

  #write(name: string, content: Uint8Array | string): string {
    const path = join(this.#folder, name);
    writeFileSync(path, content);
    return path;
  }
}

/** PyTorch's default initialization, from a seed, as the bytes of float32 numbers. */
function initialWeights(net: NetSpec): Uint8Array {
  const generator = new Generator(0);
  const values = parameterShapes(net).flatMap(({ shape, fanIn }) => {
    const size = shape.reduce((product, n) => product * n, 1);
    const bound = 1 / Math.sqrt(fanIn);
    return Array.from({ length: size }, () => generator.uniform(-bound, bound));
  });
  return new Uint8Array(Float32Array.from(values).buffer);
}
