import { ArgumentError, show } from '../errors.js';
import { Optimizer } from './optimizer.js';

/** Where a schedule stands: plain data, ready for JSON. */
export interface SchedulerState {
  /** Its class, such as 'StepLR'. */
  kind: string;
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

/**
 * Sets the learning rate of every group to what its first value and the number of steps taken give. All schedules of one
 * optimizer begin with the rates that it had when the first of them was made, as in PyTorch. One of your own says its
 * `rate`, and calls `apply` at the end of its constructor when the rate before the first step is not the initial one.
 */
export abstract class LRScheduler {
  readonly optimizer: Optimizer;
  protected initialRates: number[];
  #steps = 0;

  /** @param initialRates the groups' first values: what the optimizer has unless given */
  constructor(optimizer: Optimizer, initialRates?: number[]) {
    const where = new.target.name;
    checkOptimizer(where, optimizer);
    this.optimizer = optimizer;
    if (initialRates) optimizer.initialRates = initialRates;
    optimizer.initialRates ??= optimizer.groups.map((group) => group.lr);
    this.initialRates = optimizer.initialRates;
  }

  /** The learning rate after `steps` calls of `step`, for a group that began with `initial`. */
  protected abstract rate(initial: number, steps: number): number;

  /** How often `step` was called. */
  get steps(): number {
    return this.#steps;
  }

  /** Call it after each `optimizer.step()`, or after each epoch: it counts its own calls. */
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
      group.lr = this.rate(this.initialRates[i], this.#steps);
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
