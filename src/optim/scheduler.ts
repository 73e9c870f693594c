import { ArgumentError, checkBuilt, FINITE, LOGICAL, show, WHOLE } from '../errors.js';
import { Optimizer } from './optimizer.js';

/** Where a schedule stands: plain data, ready for JSON. */
export interface SchedulerState {
  /** Its class, such as 'StepLR'. */
  kind: string;
  /** How often `step` was called. */
  steps: number;
  /** The learning rates that the groups had when the first schedule of the optimizer was made. */
  initialRates: number[];
  /** The learning rates that this schedule found. */
  startRates: number[];
  /** Whether something else has changed the learning rate of a group since. */
  touched: boolean[];
  /** The schedules of a SequentialLR. */
  schedulers?: SchedulerState[];
}

/** @internal Throws unless it is one. */
export function checkOptimizer(where: string, optimizer: unknown): void {
  if (optimizer instanceof Optimizer) return;
  throw new ArgumentError(where, `expected an optimizer such as new SGD(...), got ${show(optimizer)}`);
}

/** @internal One number for each group of the optimizer, from one for all or from a list. */
export function eachGroup(where: string, what: string, { groups }: Optimizer, value: number | readonly number[]) {
  const values = typeof value === 'number' ? groups.map(() => value) : value;
  if (Array.isArray(values) && values.length === groups.length) return values as readonly number[];
  throw new ArgumentError(
    where,
    `expected ${what} to be a number, or ${groups.length}, one a group, got ${show(value)}`,
  );
}

/** What a schedule of your own may say besides its rates. */
export interface ScheduleOptions {
  /** Its options, as plain data: a training that is resumed must have the same. @default {} */
  settings?: object;
  /**
   * From the rate before a step to the one after it, where something else has changed the rate. `start` is the rate that the
   * schedule found when it was made, `base` the one when the first schedule of the optimizer was made.
   * @default the rate times what `rate` changes by
   */
  next?: (lr: number, steps: number, start: number, base: number) => number;
}

/**
 * Sets the learning rate of every group, step by step, as PyTorch 1.13 does: from the rate that it finds when it is made, and
 * after each step from the rate that it finds then, so that one set by hand, or by another schedule, counts. One of your own:
 *
 *     class InverseRoot extends LRScheduler {
 *       constructor(optimizer: Optimizer) {
 *         super(optimizer, (initial, steps) => initial / Math.sqrt(1 + steps));
 *       }
 *     }
 */
export abstract class LRScheduler {
  readonly optimizer: Optimizer;
  /** @internal */
  readonly settings: object;
  #initialRates: number[];
  #startRates: number[] = [];
  #touched: boolean[] = [];
  readonly #rate: (start: number, steps: number, base: number) => number;
  readonly #next: NonNullable<ScheduleOptions['next']>;
  #steps = 0;

  /** @param rate the learning rate after `steps` calls of `step`, for a group that began with `initial` */
  constructor(
    optimizer: Optimizer,
    rate: (initial: number, steps: number, base: number) => number,
    { settings = {}, next }: ScheduleOptions = {},
  ) {
    checkOptimizer(new.target.name, optimizer);
    this.optimizer = optimizer;
    this.settings = settings;
    this.#rate = rate;
    this.#next =
      next ??
      ((lr, steps, start, base) => {
        const [before, now] = [rate(1, steps - 1, 1), rate(1, steps, 1)];
        if (before === now) return lr;
        return before === 0 ? rate(start, steps, base) : (lr * now) / before;
      });
    const found = optimizer.groups.map((group) => group.lr);
    optimizer.initialRates ??= found;
    this.#initialRates = optimizer.initialRates;
    this.#begin(found);
  }

  /** How often `step` was called. */
  get steps(): number {
    return this.#steps;
  }

  /** Sets the next learning rates: call it after each `optimizer.step()`, or after each epoch. */
  step(): void {
    this.#steps++;
    this.apply();
  }

  /** @internal Goes back to its beginning, and sets the rates to what they are there. */
  begin(rates: readonly number[] = this.#initialRates): void {
    this.#begin(rates);
  }

  #begin(rates: readonly number[]): void {
    this.#steps = 0;
    this.#startRates = [...rates];
    this.#touched = rates.map(() => false);
    this.optimizer.groups.forEach((group, i) => {
      group.lr = this.#rate(rates[i], 0, this.#initialRates[i]);
    });
  }

  /** Sets the learning rates to those of this step. */
  protected apply(): void {
    const { steps } = this;
    this.optimizer.groups.forEach((group, i) => {
      const [start, base] = [this.#startRates[i], this.#initialRates[i]];
      // Step by step, roundings would add up: that is for rates that others have changed.
      this.#touched[i] ||= group.lr !== this.#rate(start, steps - 1, base);
      group.lr = this.#touched[i] ? this.#next(group.lr, steps, start, base) : this.#rate(start, steps, base);
    });
  }

  /** Where the schedule stands. Its options are not part of it. */
  stateDict(): SchedulerState {
    return {
      kind: this.constructor.name,
      steps: this.#steps,
      initialRates: [...this.#initialRates],
      startRates: [...this.#startRates],
      touched: [...this.#touched],
    };
  }

  /**
   * Goes on from a state; the learning rates themselves are the optimizer's state.
   * @throws ArgumentError for the state of another kind of schedule, or of another number of groups
   */
  loadStateDict(state: SchedulerState): void {
    const where = this.constructor.name;
    if (state?.kind !== where) {
      throw new ArgumentError(where, `expected the state of ${where}, got ${show(state?.kind ?? state)}`);
    }
    const { length } = this.optimizer.groups;
    checkBuilt(where, 'the state', state, {
      steps: WHOLE,
      initialRates: [FINITE],
      startRates: [FINITE],
      touched: [LOGICAL],
    });
    for (const { length: got } of [state.initialRates, state.startRates, state.touched]) {
      if (got !== length) throw new ArgumentError(where, `expected ${length} learning rates, got ${got}`);
    }
    this.#initialRates = [...state.initialRates];
    this.#startRates = [...state.startRates];
    this.#touched = [...state.touched];
    this.optimizer.initialRates = this.#initialRates;
    this.#steps = state.steps;
  }
}
