import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadMnist } from '../../datasets/index.js';
import { type Dataset, Generator } from '../../src/index.js';
import { type NetSpec, parameterShapes, placed } from '../nets.js';
import type { Task } from './task.js';

/** The files that all contestants of a run read: the same digits in the same order, the same initial weights. */
export class TaskFolder {
  readonly #folder = mkdtempSync(join(tmpdir(), 'convgrad-bench-'));
  /** By the channels of an image: the digits themselves, and colored ones. */
  readonly #counts: Record<number, number> = {};

  static async create(): Promise<TaskFolder> {
    const made = new TaskFolder();
    const { train } = await loadMnist({ seed: 0 });
    for (const { inputs, inputShape, labels, length } of [train, colored(train.take(COLORED))]) {
      const [channels] = inputShape;
      made.#counts[channels] = length;
      made.#write(`images-${channels}`, new Uint8Array(inputs.buffer, inputs.byteOffset, inputs.byteLength));
      made.#write(`labels-${channels}`, Uint8Array.from(labels));
    }
    return made;
  }

  /** Writes the task; returns its path. */
  task(net: NetSpec, options: Pick<Task, 'batch' | 'threads' | 'convgrad'> & { infers?: boolean }): string {
    const { infers = false, ...rest } = options;
    const [channels] = net.input;
    const task: Task = {
      ...rest,
      net,
      count: this.#counts[channels],
      // At batch 1 the step is scaled with the batch: all of it could diverge there, and a network of dead
      // units, of zeros or of NaN takes another time than one that learns.
      lr: ((net.lr ?? 0.05) * Math.min(32, options.batch)) / 32,
      momentum: 0.9,
      images: join(this.#folder, `images-${channels}`),
      labels: join(this.#folder, `labels-${channels}`),
      weights: this.#write('weights', initialWeights(net, infers)),
      ...(infers && { statistics: this.#write('statistics', statistics(net)) }),
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

/** How many digits are colored: enough for every batch to be another one in a turn, in 25 MB. */
const COLORED = 2048;

/** Digits in a color of their own on a ground of another, with noise, [3, 32, 32]: made up, for there are no photographs here. */
function colored(digits: Dataset): Dataset {
  const generator = new Generator(0);
  const change = (digit: Float32Array): Float32Array => {
    const image = new Float32Array(3 * 32 * 32);
    for (let channel = 0; channel < 3; channel++) {
      const [ground, ink] = [generator.uniform(-1, 1), generator.uniform(-1, 1)];
      for (let i = 0; i < 32 * 32; i++) {
        const [y, x] = [(i >> 5) - 2, (i & 31) - 2];
        const stroke = y >= 0 && y < 28 && x >= 0 && x < 28 ? digit[y * 28 + x] : 0;
        image[channel * 32 * 32 + i] = ground + (ink - ground) * stroke + generator.uniform(-0.1, 0.1);
      }
    }
    return image;
  };
  return digits.map(change, [3, 32, 32]);
}

/** Means and variances as training could leave them, as the bytes of float32 numbers. */
function statistics(net: NetSpec): Uint8Array {
  const generator = new Generator(1);
  const values = placed(net).flatMap(({ layer }) => {
    if (layer.kind !== 'batchNorm') return [];
    const drawn = (low: number, high: number) =>
      Array.from({ length: layer.channels }, () => generator.uniform(low, high));
    return [...drawn(-0.2, 0.2), ...drawn(0.1, 0.5)];
  });
  return new Uint8Array(Float32Array.from(values).buffer);
}

/**
 * PyTorch's default initialization, from a seed, as the bytes of float32 numbers.
 * @param infers whether batch norm has weights and biases that tell channels apart
 */
function initialWeights(net: NetSpec, infers: boolean): Uint8Array {
  const generator = new Generator(0);
  const values = parameterShapes(net).flatMap(({ shape, fanIn = 1, start }) => {
    const size = shape.reduce((product, n) => product * n, 1);
    if (start !== undefined) {
      return Array.from({ length: size }, () => start + (infers ? generator.uniform(-0.5, 0.5) : 0));
    }
    const bound = 1 / Math.sqrt(fanIn);
    return Array.from({ length: size }, () => generator.uniform(-bound, bound));
  });
  return new Uint8Array(Float32Array.from(values).buffer);
}
