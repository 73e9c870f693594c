import { readFileSync } from 'node:fs';
import { type NetSpec, parameterShapes } from '../nets.js';

/** What a contestant is told to train, or to run where there are `statistics`. It comes as a JSON file, because one of them is written in Python. */
export interface Task {
  readonly net: NetSpec;
  readonly batch: number;
  readonly lr: number;
  readonly momentum: number;
  readonly threads: number;
  /** How many images there are; batch i begins at image i * batch, and starts again where fewer are left. */
  readonly count: number;
  /** Files: float32 images, one byte a label, float32 parameters in the order of `parameterShapes`. */
  readonly images: string;
  readonly labels: string;
  readonly weights: string;
  /** Mean and variance of each batch norm, of a net that is run and not trained. */
  readonly statistics?: string;
  /** Where convgrad is imported from. */
  readonly convgrad: string;
}

/** A contestant in its own process: it trains on one batch after another. */
interface Contestant {
  /** One step of training on the next batch: forward, loss, backward, SGD. Returns the loss as a number. */
  step(images: Float32Array, labels: Uint8Array): number | Promise<number>;
  /** Versions, element type, threads: what the table has to say about it. */
  readonly facts: Record<string, string | number>;
}

export type Build = (task: Task, weights: readonly Float32Array[]) => Contestant | Promise<Contestant>;

export function readFloats(path: string): Float32Array {
  const bytes = readFileSync(path);
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4).slice();
}

/** The initial parameters, one array each. */
export function readWeights(task: Task): Float32Array[] {
  const all = readFloats(task.weights);
  let at = 0;
  return parameterShapes(task.net).map(({ shape }) => {
    const size = shape.reduce((product, n) => product * n, 1);
    at += size;
    return all.subarray(at - size, at);
  });
}
