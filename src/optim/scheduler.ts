import { ArgumentError, show } from '../errors.js';
import { Optimizer } from './optimizer.js';

/** Where a schedule stands: plain data, ready for JSON. */
export interface SchedulerState {
  /** Its class, such as 'StepLR'. */
  kind: string;
  /** How often `step` was called. */
  steps: number;
  /** The learning rates that the groups began with. */
  initialRates: number[];
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

/**
 * Sets the learning rate of every group to what its first value and the number of steps taken give. All schedules of one
 * optimizer begin with the rates that it had when the first of them was made, as in PyTorch. One of your own:
 *
 *     class InverseRoot extends LRScheduler {
 *       constructor(optimizer: Optimizer) {
 *         super(optimizer, (initial, steps) => initial / Math.sqrt(1 + steps));
 *       }
 *     }
 */
export abstract class LRScheduler {
  readonly optimizer: Optimizer;
  protected initialRates: number[];
  readonly #rate: (initial: number, steps: number) => number;
  #steps = 0;

  /**
   * @param rate the learning rate after `steps` calls of `step`, for a group that began with `initial`; where that of step 0
   * is not `initial`, call `apply` at the end of your constructor
   * @param initialRates the groups' first values: what the optimizer has unless given
   */
  constructor(optimizer: Optimizer, rate: (initial: number, steps: number) => number, initialRates?: number[]) {
    checkOptimizer(new.target.name, optimizer);
    this.optimizer = optimizer;
    this.#rate = rate;
    if (initialRates) optimizer.initialRates = initialRates;
    optimizer.initialRates ??= optimizer.groups.map((group) => group.lr);
    this.initialRates = optimizer.initialRates;
  }

  /** How often `step` was called. */
  get steps(): number {
    return this.#steps;
  }

  /** Sets the next learning rates: call it after each `optimizer.step()`, or after each epoch. */
  step(): void {
    this.moveTo(this.#steps + 1);
  }

  /** @internal Sets the learning rates to what they are after so many steps. */
  moveTo(steps: number): void {
    this.#steps = steps;
    this.apply();
  }

  /** Sets the learning rates to what they are now. */
  protected apply(): void {
    this.optimizer.groups.forEach((group, i) => {
      group.lr = this.#rate(this.initialRates[i], this.#steps);
    });
  }

  /** Where the schedule stands. Its options are not part of it. */
  stateDict(): SchedulerState {
    return { kind: this.constructor.name, steps: this.#steps, initialRates: [...this.initialRates] };
  }

  /**
   * Goes on from a state; the learning rates themselves are the optimizer's state.
   * @throws ArgumentError for the state of another kind of schedule, or of another number of groups
   */
  loadStateDict(state: SchedulerState): void {
    const where = this.constructor.name;
    if (state.kind !== where) throw new ArgumentError(where, `expected the state of ${where}, got ${show(state.kind)}`);
    const { length } = this.optimizer.groups;
    if (state.initialRates.length !== length) {
      throw new ArgumentError(where, `expected ${length} learning rates, got ${state.initialRates.length}`);
    }
    this.initialRates = [...state.initialRates];
    this.optimizer.initialRates = this.initialRates;
    this.#steps = state.steps;
  }
}
