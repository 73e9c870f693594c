import { ArgumentError, checkBuilt, checkChoice, checkNumber, FINITE, readOptions, show, WHOLE } from '../errors.js';
import type { Optimizer } from './optimizer.js';
import { checkOptimizer, eachGroup } from './scheduler.js';

/** Options of `ReduceLROnPlateau`. */
export interface ReduceLROnPlateauOptions {
  /** Whether a better measure is a smaller or a larger one. @default 'min' */
  mode?: 'min' | 'max';
  /** What the learning rate is multiplied by, from 0 to 1. @default 0.1 */
  factor?: number;
  /** How many steps without improvement are waited for. @default 10 */
  patience?: number;
  /** What counts as an improvement, see `thresholdMode`. @default 1e-4 */
  threshold?: number;
  /** Whether the threshold is a fraction of the best measure, or a difference. @default 'rel' */
  thresholdMode?: 'rel' | 'abs';
  /** How many steps after a reduction are not counted. @default 0 */
  cooldown?: number;
  /** The learning rate goes no lower: one for all groups, or one for each. @default 0 */
  minLr?: number | readonly number[];
  /** A smaller change of the learning rate is not made. @default 1e-8 */
  eps?: number;
}

/** Where a ReduceLROnPlateau stands: plain data, ready for JSON. */
export interface PlateauState {
  kind: 'ReduceLROnPlateau';
  /** The best measure; null before the first step. */
  best: number | null;
  /** Steps without improvement. */
  bad: number;
  /** Steps of the cooldown that are left. */
  cooldown: number;
}

/**
 * Lowers the learning rate when a measure, such as the validation loss, has stopped improving; PyTorch's
 * ReduceLROnPlateau.
 */
export class ReduceLROnPlateau {
  readonly optimizer: Optimizer;
  readonly mode: 'min' | 'max';
  /** @internal */
  readonly settings: Required<ReduceLROnPlateauOptions>;
  readonly #minLr: readonly number[];
  #best: number | null = null;
  #bad = 0;
  #cooldown = 0;

  /** @throws ArgumentError for options out of range */
  constructor(optimizer: Optimizer, options: ReduceLROnPlateauOptions = {}) {
    const where = 'ReduceLROnPlateau';
    const settings = readOptions(where, options, {
      mode: 'min',
      factor: 0.1,
      patience: 10,
      threshold: 1e-4,
      thresholdMode: 'rel',
      cooldown: 0,
      minLr: 0,
      eps: 1e-8,
    });
    checkOptimizer(where, optimizer);
    this.optimizer = optimizer;
    this.mode = checkChoice(where, 'mode', settings.mode, ['min', 'max']);
    checkChoice(where, 'thresholdMode', settings.thresholdMode, ['rel', 'abs']);
    checkNumber(where, 'factor', settings.factor, { least: 0, most: 1 });
    checkNumber(where, 'patience', settings.patience, { least: 0, whole: true });
    checkNumber(where, 'threshold', settings.threshold);
    checkNumber(where, 'cooldown', settings.cooldown, { least: 0, whole: true });
    checkNumber(where, 'eps', settings.eps, { least: 0 });
    this.#minLr = eachGroup(where, 'minLr', optimizer, settings.minLr);
    this.settings = settings;
  }

  /**
   * Lowers the learning rate if the measure has not improved for `patience` steps.
   * @param measure what should improve, such as the loss on validation data
   */
  step(measure: number): void {
    if (typeof measure !== 'number') {
      throw new ArgumentError('ReduceLROnPlateau', `expected step to get a measure, a number, got ${show(measure)}`);
    }
    const { patience, cooldown } = this.settings;
    if (this.#improves(measure)) {
      this.#best = measure;
      this.#bad = 0;
    } else {
      this.#bad++;
    }
    if (this.#cooldown > 0) {
      this.#cooldown--;
      this.#bad = 0;
    }
    if (this.#bad <= patience) return;
    this.#reduce();
    this.#cooldown = cooldown;
    this.#bad = 0;
  }

  #improves(measure: number): boolean {
    const { threshold, thresholdMode } = this.settings;
    const sign = this.mode === 'min' ? -1 : 1;
    if (!Number.isFinite(measure)) return false;
    if (this.#best === null) return true;
    const goal = thresholdMode === 'rel' ? this.#best * (1 + sign * threshold) : this.#best + sign * threshold;
    return sign * measure > sign * goal;
  }

  #reduce(): void {
    this.optimizer.groups.forEach((group, i) => {
      const lower = Math.max(group.lr * this.settings.factor, this.#minLr[i]);
      if (group.lr - lower > this.settings.eps) group.lr = lower;
    });
  }

  /** Where the schedule stands. Its options are not part of it. */
  stateDict(): PlateauState {
    return { kind: 'ReduceLROnPlateau', best: this.#best, bad: this.#bad, cooldown: this.#cooldown };
  }

  /**
   * Goes on from a state; the learning rates themselves are the optimizer's state.
   * @throws ArgumentError for the state of another kind of schedule
   */
  loadStateDict(state: PlateauState): void {
    const where = 'ReduceLROnPlateau';
    if (state?.kind !== where) {
      throw new ArgumentError(where, `expected the state of ${where}, got ${show(state?.kind ?? state)}`);
    }
    checkBuilt(where, 'the state', state, {
      bad: WHOLE,
      cooldown: WHOLE,
      best: (best) => best === null || FINITE(best),
    });
    this.#best = state.best;
    this.#bad = state.bad;
    this.#cooldown = state.cooldown;
  }
}
