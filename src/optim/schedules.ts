import { checkNumber, checkOptions } from '../errors.js';
import type { Optimizer } from './optimizer.js';

/** Sets the learning rate of every group to its first value times a factor that depends on the steps taken. */
export abstract class LRScheduler {
  readonly #optimizer: Optimizer;
  readonly #initial: number[];
  #steps = 0;

  constructor(optimizer: Optimizer) {
    this.#optimizer = optimizer;
    this.#initial = optimizer.groups.map((group) => group.lr);
  }

  /** The factor after `steps` calls of `step`. */
  protected abstract factor(steps: number): number;

  /** How often `step` was called. */
  get steps(): number {
    return this.#steps;
  }

  /** Call it after each `optimizer.step()`. */
  step(): void {
    this.#steps++;
    this.apply();
  }

  protected apply(): void {
    this.#optimizer.groups.forEach((group, i) => {
      group.lr = this.#initial[i] * this.factor(this.#steps);
    });
  }
}

/** From startFactor to endFactor along a straight line in `totalIters` steps, then constant; PyTorch's LinearLR. */
export class LinearLR extends LRScheduler {
  readonly #start: number;
  readonly #end: number;
  readonly #total: number;

  /** @param options `startFactor` (1/3 unless given), `endFactor` (1), `totalIters` (5), as in PyTorch */
  constructor(optimizer: Optimizer, options: { startFactor?: number; endFactor?: number; totalIters?: number } = {}) {
    checkOptions('LinearLR', options, ['startFactor', 'endFactor', 'totalIters']);
    super(optimizer);
    this.#start = checkNumber('LinearLR', 'startFactor', options.startFactor ?? 1 / 3, { least: 0 });
    this.#end = checkNumber('LinearLR', 'endFactor', options.endFactor ?? 1, { least: 0 });
    this.#total = checkNumber('LinearLR', 'totalIters', options.totalIters ?? 5, { least: 1, whole: true });
    this.apply();
  }

  protected override factor(steps: number): number {
    return this.#start + (this.#end - this.#start) * Math.min(1, steps / this.#total);
  }
}
