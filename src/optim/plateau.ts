import { ArgumentError, checkNumber, checkOptions, show } from '../errors.js';
import type { Optimizer } from './optimizer.js';
import { checkOptimizer } from './scheduler.js';

export interface ReduceLROnPlateauOptions {
  /** Whether a better measure is a smaller or a larger one: 'min' unless given. */
  mode?: 'min' | 'max';
  /** What the learning rate is multiplied by: 0.1 unless given. */
  factor?: number;
  /** How many steps without improvement are waited for: 10 unless given. */
  patience?: number;
  /** What counts as an improvement: 1e-4 unless given. */
  threshold?: number;
  /** A share of the best measure, or a difference: 'rel' unless given. */
  thresholdMode?: 'rel' | 'abs';
  /** How many steps after a reduction are not counted: 0 unless given. */
  cooldown?: number;
  /** The learning rate goes no lower; one for each group, or one for all: 0 unless given. */
  minLr?: number | readonly number[];
  /** A smaller change of the learning rate is not made: 1e-8 unless given. */
  eps?: number;
}

/** Where a ReduceLROnPlateau stands: plain data, ready for JSON. */
export interface PlateauState {
  kind: 'ReduceLROnPlateau';
  /** null before the first step. */
  best: number | null;
  /** Steps without improvement. */
  bad: number;
  /** Steps of the cooldown that are left. */
  cooldown: number;
}

const KNOWN = ['mode', 'factor', 'patience', 'threshold', 'thresholdMode', 'cooldown', 'minLr', 'eps'];

/**
 * Lowers the learning rate when a measure, such as the validation loss, has stopped improving; PyTorch's
 * ReduceLROnPlateau.
 */
export class ReduceLROnPlateau {
  readonly optimizer: Optimizer;
  readonly mode: 'min' | 'max';
  readonly #settings: Required<Omit<ReduceLROnPlateauOptions, 'mode' | 'minLr'>>;
  readonly #least: readonly number[];
  #best: number | null = null;
  #bad = 0;
  #cooldown = 0;

  constructor(optimizer: Optimizer, options: ReduceLROnPlateauOptions = {}) {
    const where = 'ReduceLROnPlateau';
    checkOptions(where, options, KNOWN);
    checkOptimizer(where, optimizer);
    const { mode = 'min', factor = 0.1, patience = 10, threshold = 1e-4, thresholdMode = 'rel' } = options;
    const { cooldown = 0, minLr = 0, eps = 1e-8 } = options;
    if (mode !== 'min' && mode !== 'max') {
      throw new ArgumentError(where, `expected mode 'min' or 'max', got ${show(mode)}`);
    }
    if (thresholdMode !== 'rel' && thresholdMode !== 'abs') {
      throw new ArgumentError(where, `expected thresholdMode 'rel' or 'abs', got ${show(thresholdMode)}`);
    }
    checkNumber(where, 'factor', factor, { least: 0, most: 1 });
    checkNumber(where, 'patience', patience, { least: 0, whole: true });
    checkNumber(where, 'threshold', threshold);
    checkNumber(where, 'cooldown', cooldown, { least: 0, whole: true });
    checkNumber(where, 'eps', eps, { least: 0 });
    const { length } = optimizer.groups;
    const least = typeof minLr === 'number' ? new Array<number>(length).fill(minLr) : [...minLr];
    if (least.length !== length) {
      throw new ArgumentError(where, `expected minLr to be a number, or ${length}, one a group, got ${show(minLr)}`);
    }
    this.optimizer = optimizer;
    this.mode = mode;
    this.#settings = { factor, patience, threshold, thresholdMode, cooldown, eps };
    this.#least = least;
  }

  /** @param measure what should improve, such as the loss on validation data */
  step(measure: number): void {
    if (typeof measure !== 'number') {
      throw new ArgumentError('ReduceLROnPlateau', `expected step to get a measure, a number, got ${show(measure)}`);
    }
    const { patience, cooldown } = this.#settings;
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
    const { threshold, thresholdMode } = this.#settings;
    const sign = this.mode === 'min' ? -1 : 1;
    if (this.#best === null) return sign * measure > -Infinity;
    const goal = thresholdMode === 'rel' ? this.#best * (1 + sign * threshold) : this.#best + sign * threshold;
    return sign * measure > sign * goal;
  }

  #reduce(): void {
    this.optimizer.groups.forEach((group, i) => {
      const lower = Math.max(group.lr * this.#settings.factor, this.#least[i]);
      if (group.lr - lower > this.#settings.eps) group.lr = lower;
    });
  }

  stateDict(): PlateauState {
    return { kind: 'ReduceLROnPlateau', best: this.#best, bad: this.#bad, cooldown: this.#cooldown };
  }

  /** @throws ArgumentError for the state of another kind of schedule */
  loadStateDict(state: PlateauState): void {
    if (state.kind !== 'ReduceLROnPlateau') {
      throw new ArgumentError('ReduceLROnPlateau', `expected the state of ReduceLROnPlateau, got ${show(state.kind)}`);
    }
    this.#best = state.best;
    this.#bad = state.bad;
    this.#cooldown = state.cooldown;
  }
}
