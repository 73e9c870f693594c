import { ArgumentError, checkNumber, checkOptions, show } from '../errors.js';
import { cosPi, power } from './arithmetic.js';
import type { Optimizer } from './optimizer.js';
import { LRScheduler, type SchedulerState } from './scheduler.js';

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

  protected override rate(initial: number, steps: number): number {
    return initial * (this.#start + (this.#end - this.#start) * Math.min(1, steps / this.#total));
  }
}

/** Times `gamma` (0.1 unless given) after each `stepSize` steps; PyTorch's StepLR. */
export class StepLR extends LRScheduler {
  readonly #size: number;
  readonly #gamma: number;

  constructor(optimizer: Optimizer, options: { stepSize: number; gamma?: number }) {
    checkOptions('StepLR', options, ['stepSize', 'gamma']);
    super(optimizer);
    this.#size = checkNumber('StepLR', 'stepSize', options?.stepSize, { least: 1, whole: true });
    this.#gamma = checkNumber('StepLR', 'gamma', options.gamma ?? 0.1, { least: 0 });
  }

  protected override rate(initial: number, steps: number): number {
    return initial * power(this.#gamma, Math.floor(steps / this.#size));
  }
}

/** Times `gamma` (0.1 unless given) at each of the steps `milestones`; PyTorch's MultiStepLR. */
export class MultiStepLR extends LRScheduler {
  readonly #milestones: readonly number[];
  readonly #gamma: number;

  constructor(optimizer: Optimizer, options: { milestones: readonly number[]; gamma?: number }) {
    checkOptions('MultiStepLR', options, ['milestones', 'gamma']);
    super(optimizer);
    this.#milestones = checkMilestones('MultiStepLR', options?.milestones);
    this.#gamma = checkNumber('MultiStepLR', 'gamma', options.gamma ?? 0.1, { least: 0 });
  }

  protected override rate(initial: number, steps: number): number {
    return initial * power(this.#gamma, this.#milestones.filter((milestone) => milestone <= steps).length);
  }
}

/** Times `gamma` after each step; PyTorch's ExponentialLR. */
export class ExponentialLR extends LRScheduler {
  readonly #gamma: number;

  constructor(optimizer: Optimizer, options: { gamma: number }) {
    checkOptions('ExponentialLR', options, ['gamma']);
    super(optimizer);
    this.#gamma = checkNumber('ExponentialLR', 'gamma', options?.gamma, { least: 0 });
  }

  protected override rate(initial: number, steps: number): number {
    return initial * power(this.#gamma, steps);
  }
}

/**
 * Down to `etaMin` (0 unless given) along half a cosine in `tMax` steps, then up again along the other half, and so on;
 * PyTorch's CosineAnnealingLR, whose options are T_max and eta_min.
 * Source: Loshchilov and Hutter 2017, https://arxiv.org/abs/1608.03983
 */
export class CosineAnnealingLR extends LRScheduler {
  readonly #period: number;
  readonly #least: number;

  constructor(optimizer: Optimizer, options: { tMax: number; etaMin?: number }) {
    checkOptions('CosineAnnealingLR', options, ['tMax', 'etaMin']);
    super(optimizer);
    this.#period = checkNumber('CosineAnnealingLR', 'tMax', options?.tMax, { least: 1, whole: true });
    this.#least = checkNumber('CosineAnnealingLR', 'etaMin', options.etaMin ?? 0, { least: 0 });
  }

  protected override rate(initial: number, steps: number): number {
    return this.#least + ((initial - this.#least) * (1 + cosPi(steps / this.#period))) / 2;
  }
}

/**
 * One schedule after the other: the next begins, from its own start, at each of the steps `milestones`; PyTorch's
 * SequentialLR. A warm-up, for example:
 *
 *     const warmUp = new LinearLR(optimizer, { startFactor: 0.1, totalIters: 100 });
 *     const decay = new CosineAnnealingLR(optimizer, { tMax: 900 });
 *     new SequentialLR(optimizer, { schedulers: [warmUp, decay], milestones: [100] })
 */
export class SequentialLR extends LRScheduler {
  readonly #schedulers: readonly LRScheduler[];
  readonly #milestones: readonly number[];

  constructor(optimizer: Optimizer, options: { schedulers: readonly LRScheduler[]; milestones: readonly number[] }) {
    checkOptions('SequentialLR', options, ['schedulers', 'milestones']);
    super(optimizer);
    const { schedulers, milestones } = options ?? {};
    if (!Array.isArray(schedulers) || !schedulers.every((each) => each instanceof LRScheduler)) {
      throw new ArgumentError('SequentialLR', `expected a list of schedules, got ${show(schedulers)}`);
    }
    if (schedulers.some((each) => each.optimizer !== optimizer)) {
      throw new ArgumentError('SequentialLR', 'expected schedules of this optimizer, got one of another');
    }
    this.#milestones = checkMilestones('SequentialLR', milestones);
    if (schedulers.length !== milestones.length + 1) {
      throw new ArgumentError(
        'SequentialLR',
        `expected one milestone less than schedules, got ${milestones.length} for ${schedulers.length} schedules`,
      );
    }
    this.#schedulers = schedulers;
    this.apply();
  }

  protected override apply(): void {
    const which = this.#milestones.filter((milestone) => milestone <= this.steps).length;
    this.#schedulers[which].moveTo(this.steps - (which === 0 ? 0 : this.#milestones[which - 1]));
  }

  protected override rate(initial: number): number {
    return initial; // The schedules set the rates.
  }

  override stateDict(): SchedulerState {
    return { ...super.stateDict(), schedulers: this.#schedulers.map((each) => each.stateDict()) };
  }

  override loadStateDict(state: SchedulerState): void {
    const states = state.schedulers ?? [];
    const kinds = (list: readonly { kind: string }[]) => list.map(({ kind }) => kind).join(', ');
    const own = kinds(this.#schedulers.map((each) => each.stateDict()));
    if (state.kind === this.constructor.name && kinds(states) !== own) {
      throw new ArgumentError('SequentialLR', `expected the states of ${own}, got those of ${kinds(states)}`);
    }
    super.loadStateDict(state);
    this.#schedulers.forEach((each, i) => {
      each.loadStateDict(states[i]);
    });
  }
}

function checkMilestones(where: string, milestones: readonly number[]): readonly number[] {
  if (!Array.isArray(milestones)) {
    throw new ArgumentError(where, `expected milestones to be a list of steps, got ${show(milestones)}`);
  }
  for (const step of milestones) checkNumber(where, 'a milestone', step, { least: 1, whole: true });
  if (milestones.some((step, i) => i > 0 && step < milestones[i - 1])) {
    throw new ArgumentError(where, `expected milestones that rise, got ${show(milestones)}`);
  }
  return [...milestones];
}
