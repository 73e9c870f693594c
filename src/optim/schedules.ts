import { ArgumentError, checkBuilt, checkNumber, readOptions, show } from '../errors.js';
import { cosPi, power } from './arithmetic.js';
import { checkNotNegative, type Optimizer } from './optimizer.js';
import { checkOptimizer, LRScheduler, type SchedulerState } from './scheduler.js';

/** From one factor of the learning rate to another along a straight line, then constant; PyTorch's LinearLR. */
export class LinearLR extends LRScheduler {
  /**
   * @param options `startFactor`: at least 0, 1/3 unless given; `endFactor`: at least 0, 1 unless given; `totalIters`: how
   * many steps the line takes, 5 unless given
   */
  constructor(optimizer: Optimizer, options: { startFactor?: number; endFactor?: number; totalIters?: number } = {}) {
    const defaults = { startFactor: 1 / 3, endFactor: 1, totalIters: 5 };
    const { startFactor, endFactor, totalIters } = readOptions('LinearLR', options, defaults);
    checkNotNegative('LinearLR', { startFactor, endFactor });
    checkNumber('LinearLR', 'totalIters', totalIters, { least: 1, whole: true });
    super(
      optimizer,
      (initial, steps) => initial * (startFactor + (endFactor - startFactor) * Math.min(1, steps / totalIters)),
      { settings: { startFactor, endFactor, totalIters } },
    );
  }
}

/**
 * @internal What schedules are made of that multiply the learning rate by `gamma`.
 * @param times how often, after so many steps
 */
function decays(gamma: number, times: (steps: number) => number, settings: object) {
  return [
    // A rate of 0 stays 0, also where the power is too large for a number.
    (initial: number, steps: number) => initial && initial * power(gamma, times(steps)),
    { settings, next: (lr: number, steps: number) => lr * power(gamma, times(steps) - times(steps - 1)) },
  ] as const;
}

/** The learning rate times `gamma` after each `stepSize` steps; PyTorch's StepLR. */
export class StepLR extends LRScheduler {
  /** @param options `stepSize`: at least 1; `gamma`: at least 0, 0.1 unless given */
  constructor(optimizer: Optimizer, options: { stepSize: number; gamma?: number }) {
    const { stepSize, gamma } = readOptions('StepLR', options, { stepSize: undefined, gamma: 0.1 });
    checkNumber('StepLR', 'stepSize', stepSize, { least: 1, whole: true });
    checkNotNegative('StepLR', { gamma });
    super(optimizer, ...decays(gamma, (steps) => Math.floor(steps / stepSize), { stepSize, gamma }));
  }
}

/** The learning rate times `gamma` at each of some steps; PyTorch's MultiStepLR. */
export class MultiStepLR extends LRScheduler {
  /** @param options `milestones`: steps in rising order; `gamma`: at least 0, 0.1 unless given */
  constructor(optimizer: Optimizer, options: { milestones: readonly number[]; gamma?: number }) {
    const { milestones, gamma } = readOptions('MultiStepLR', options, { milestones: undefined, gamma: 0.1 });
    const at = checkMilestones('MultiStepLR', milestones);
    checkNotNegative('MultiStepLR', { gamma });
    super(optimizer, ...decays(gamma, (steps) => passed(at, steps), { milestones: at, gamma }));
  }
}

/** The learning rate times `gamma` after each step; PyTorch's ExponentialLR. */
export class ExponentialLR extends LRScheduler {
  /** @param options `gamma`: at least 0 */
  constructor(optimizer: Optimizer, options: { gamma: number }) {
    const { gamma } = readOptions('ExponentialLR', options, { gamma: undefined });
    checkNotNegative('ExponentialLR', { gamma });
    super(optimizer, ...decays(gamma, (steps) => steps, { gamma }));
  }
}

/**
 * The learning rate down to `etaMin` along half a cosine in `tMax` steps, then up again along the other half, and so on;
 * PyTorch's CosineAnnealingLR, whose options are T_max and eta_min. As there, the way up leads to the rate that the group had
 * when the first schedule of its optimizer was made.
 * Source: Loshchilov and Hutter 2017, https://arxiv.org/abs/1608.03983
 */
export class CosineAnnealingLR extends LRScheduler {
  /** @param options `tMax`: steps from the first rate to the lowest, at least 1; `etaMin`: at least 0, 0 unless given */
  constructor(optimizer: Optimizer, options: { tMax: number; etaMin?: number }) {
    const { tMax, etaMin } = readOptions('CosineAnnealingLR', options, { tMax: undefined, etaMin: 0 });
    checkNumber('CosineAnnealingLR', 'tMax', tMax, { least: 1, whole: true });
    checkNotNegative('CosineAnnealingLR', { etaMin });
    const share = (steps: number) => 1 + cosPi(steps / tMax);
    super(
      optimizer,
      (start, steps, base) =>
        steps === 0 ? start : etaMin + (((steps > tMax ? base : start) - etaMin) * share(steps)) / 2,
      {
        settings: { tMax, etaMin },
        next: (lr, steps, _, base) => {
          const before = share(steps - 1);
          if (before === 0) return lr + ((base - etaMin) * share(steps)) / 2;
          return ((lr - etaMin) * share(steps)) / before + etaMin;
        },
      },
    );
  }
}

/**
 * One schedule after the other: the next begins, from its own start, at each of the milestones; PyTorch's SequentialLR. As
 * there, it begins with the rates that the groups had when the first schedule of the optimizer was made, and so does each of its
 * schedules. A warm-up, for example:
 *
 *     const warmUp = new LinearLR(optimizer, { startFactor: 0.1, totalIters: 100 });
 *     const decay = new CosineAnnealingLR(optimizer, { tMax: 900 });
 *     new SequentialLR(optimizer, { schedulers: [warmUp, decay], milestones: [100] })
 */
export class SequentialLR extends LRScheduler {
  readonly #schedulers: readonly LRScheduler[];
  readonly #milestones: readonly number[];

  /** @param options `schedulers` of this optimizer; `milestones`: steps in rising order, one less than schedulers */
  constructor(optimizer: Optimizer, options: { schedulers: readonly LRScheduler[]; milestones: readonly number[] }) {
    const where = 'SequentialLR';
    const { schedulers, milestones } = readOptions(where, options, { schedulers: undefined, milestones: undefined });
    checkOptimizer(where, optimizer);
    if (!Array.isArray(schedulers) || !schedulers.every((each) => each instanceof LRScheduler)) {
      throw new ArgumentError(where, `expected a list of schedules, got ${show(schedulers)}`);
    }
    if (schedulers.some((each) => each.optimizer !== optimizer)) {
      throw new ArgumentError(where, 'expected schedules of this optimizer, got one of another');
    }
    const at = checkMilestones(where, milestones);
    if (schedulers.length !== at.length + 1) {
      const got = `got ${at.length} for ${schedulers.length} schedules`;
      throw new ArgumentError(where, `expected one milestone less than schedules, ${got}`);
    }
    const parts = schedulers.map((each) => [each.constructor.name, each.settings]);
    super(optimizer, (initial) => initial, { settings: { milestones: at, schedulers: parts } }); // The schedules set the rates.
    this.#milestones = at;
    this.#schedulers = schedulers;
    this.begin(optimizer.initialRates!);
  }

  /** @internal */
  override begin(rates?: readonly number[]): void {
    super.begin(rates);
    this.#schedulers[0].begin(rates);
  }

  protected override apply(): void {
    const which = passed(this.#milestones, this.steps);
    const scheduler = this.#schedulers[which];
    if (this.#milestones[which - 1] === this.steps) scheduler.begin();
    else scheduler.step();
  }

  override stateDict(): SchedulerState {
    return { ...super.stateDict(), schedulers: this.#schedulers.map((each) => each.stateDict()) };
  }

  override loadStateDict(state: SchedulerState): void {
    checkBuilt('SequentialLR', 'the state', state, { schedulers: [{}] });
    const kinds = (list: readonly { kind: string }[] = []) => list.map(({ kind }) => show(kind)).join(', ');
    const own = kinds(this.stateDict().schedulers);
    if (kinds(state.schedulers) !== own) {
      throw new ArgumentError('SequentialLR', `expected the states of ${own}, got those of ${kinds(state.schedulers)}`);
    }
    super.loadStateDict(state);
    this.#schedulers.forEach((each, i) => {
      each.loadStateDict(state.schedulers![i]);
    });
  }
}

function passed(milestones: readonly number[], steps: number): number {
  return milestones.filter((milestone) => milestone <= steps).length;
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
