import { ArgumentError, checkNumber, checkOptions, show } from '../errors.js';
import type { StateDict } from '../nn/module.js';
import type { Callback, EpochRecord } from './callback.js';
import { copy } from './checkpoint.js';

/** A measure of an epoch: a loss, which should fall, or an accuracy, which should rise. */
export type Monitor = 'validationLoss' | 'validationAccuracy' | 'loss' | 'accuracy';

const MEASURES: Record<Monitor, { of: (record: EpochRecord) => number | undefined; sign: 1 | -1 }> = {
  validationLoss: { of: (record: EpochRecord) => record.validation?.loss, sign: -1 },
  validationAccuracy: { of: (record: EpochRecord) => record.validation?.accuracy, sign: 1 },
  loss: { of: (record: EpochRecord) => record.loss, sign: -1 },
  accuracy: { of: (record: EpochRecord) => record.accuracy, sign: 1 },
};

/** The best epoch so far, by one measure. */
export class Best {
  readonly #where: string;
  readonly #monitor: Monitor;
  readonly #least: number;
  /** Of the best epoch; null before the first. */
  value: number | null = null;

  /** @param least by how much a measure must be better than the best so far */
  constructor(where: string, monitor: Monitor, least = 0) {
    if (!Object.hasOwn(MEASURES, monitor)) {
      throw new ArgumentError(where, `expected monitor ${Object.keys(MEASURES).join(', ')}, got ${show(monitor)}`);
    }
    this.#where = where;
    this.#monitor = monitor;
    this.#least = least;
  }

  /** Whether this epoch is the best so far. */
  see(record: EpochRecord): boolean {
    const { of, sign } = MEASURES[this.#monitor];
    const value = of(record);
    if (value === undefined) {
      throw new ArgumentError(this.#where, `${this.#monitor} needs validation data: give some to fit`);
    }
    if (this.value !== null && !(sign * (value - this.value) > this.#least)) return false;
    if (Number.isNaN(value)) return false;
    this.value = value;
    return true;
  }
}

export interface EarlyStoppingOptions {
  /** What should get better: 'validationLoss' unless given. */
  monitor?: Monitor;
  /** How many epochs in a row without improvement end the training: 3 unless given. */
  patience?: number;
  /** A change by no more than this is no improvement: 0 unless given. */
  minDelta?: number;
  /** Gives the model the weights of its best epoch when the training ends: false unless given. */
  restoreBest?: boolean;
}

interface Stopping {
  best: number | null;
  waited: number;
  weights: StateDict | null;
}

/** Ends a training that no longer improves. */
export function earlyStopping(options: EarlyStoppingOptions = {}): Callback {
  checkOptions('earlyStopping', options, ['monitor', 'patience', 'minDelta', 'restoreBest']);
  const { monitor = 'validationLoss', restoreBest = false } = options;
  const patience = checkNumber('earlyStopping', 'patience', options.patience ?? 3, { least: 1, whole: true });
  const minDelta = checkNumber('earlyStopping', 'minDelta', options.minDelta ?? 0, { least: 0 });
  const best = new Best('earlyStopping', monitor, minDelta);
  let waited = 0;
  let weights: StateDict | null = null;
  const reason = `${monitor} did not improve in ${patience} epochs`;
  return {
    onTrainBegin(state) {
      if (waited >= patience) state.stop(reason);
    },
    onEpochEnd(state, record) {
      waited = best.see(record) ? 0 : waited + 1;
      if (restoreBest && waited === 0) weights = copy(state.model.stateDict());
      if (waited >= patience) state.stop(reason);
    },
    onTrainEnd(state) {
      if (weights) state.model.loadStateDict(weights);
    },
    saveState: (): Stopping => ({ best: best.value, waited, weights }),
    loadState(saved) {
      const state = saved as Stopping | null;
      if (typeof state?.waited !== 'number') {
        throw new ArgumentError('earlyStopping', `expected the state of earlyStopping, got ${show(saved)}`);
      }
      best.value = state.best;
      ({ waited, weights } = state);
    },
  };
}
