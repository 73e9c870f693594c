import { ArgumentError, checkBuilt, checkChoice, checkNumber, FINITE, readOptions, WHOLE } from '../errors.js';
import type { Module, StateDict } from '../nn/module.js';
import type { Callback, EpochRecord, TrainingState } from './callback.js';
import { copy } from './checkpoint.js';
import { allFinite } from './divergence.js';

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
  readonly #minDelta: number;
  /** The measure of the best epoch; null before the first. */
  value: number | null = null;

  /** @param minDelta by how much a measure must be better than the best so far */
  constructor(where: string, monitor: Monitor, minDelta = 0) {
    this.#where = where;
    this.#monitor = checkChoice(where, 'monitor', monitor, Object.keys(MEASURES) as Monitor[]);
    this.#minDelta = minDelta;
  }

  /** Takes an epoch into account, and says whether it is the best so far. What is not finite never is: weights or measure. */
  update(record: EpochRecord, model: Module): boolean {
    const { of, sign } = MEASURES[this.#monitor];
    const value = of(record);
    if (value === undefined) {
      throw new ArgumentError(this.#where, `${this.#monitor} needs validation data: give some to fit`);
    }
    if (!Number.isFinite(value) || (this.value !== null && !(sign * (value - this.value) > this.#minDelta)))
      return false;
    if (!finite(model.stateDict())) return false;
    this.value = value;
    return true;
  }
}

const finite = (state: StateDict) => Object.values(state).every(({ storage }) => allFinite(storage.array));

export interface EarlyStoppingOptions {
  /** What should get better. @default 'validationLoss' */
  monitor?: Monitor;
  /** How many epochs in a row without improvement end the training, at least 1. @default 3 */
  patience?: number;
  /** A change by no more than this is no improvement, at least 0. @default 0 */
  minDelta?: number;
  /** Whether the model gets the weights of its best epoch when the training ends. @default false */
  restoreBest?: boolean;
}

interface Stopping {
  best: number | null;
  waited: number;
  weights: StateDict | null;
}

/**
 * Ends a training that no longer improves. Each training begins anew, unless it is resumed.
 * @returns a callback for `fit`
 * @throws ArgumentError after the first epoch when what it monitors needs validation data, and `fit` has none
 */
export function earlyStopping(options: EarlyStoppingOptions = {}): Callback {
  const defaults = { monitor: 'validationLoss' as const, patience: 3, minDelta: 0, restoreBest: false };
  const { monitor, patience, minDelta, restoreBest } = readOptions('earlyStopping', options, defaults);
  checkNumber('earlyStopping', 'patience', patience, { least: 1, whole: true });
  const best = new Best('earlyStopping', monitor, checkNumber('earlyStopping', 'minDelta', minDelta, { least: 0 }));
  let waited = 0;
  let weights: StateDict | null = null;
  let loaded: Stopping | null = null;
  let running = false;
  const reason = `${monitor} did not improve in ${patience} epochs`;
  const giveBack = ({ model }: TrainingState) => {
    if (running && weights) model.loadStateDict(weights);
    running = false;
  };
  return {
    name: 'earlyStopping',
    onTrainBegin(state) {
      const begin = (state.resumed && loaded) || { best: null, waited: 0, weights: null };
      best.value = begin.best;
      ({ waited, weights } = begin);
      loaded = null;
      running = true;
      if (waited >= patience) state.stop(reason);
    },
    onEpochEnd(state, record) {
      waited = best.update(record, state.model) ? 0 : waited + 1;
      if (restoreBest && waited === 0) weights = copy(state.model.stateDict());
      if (waited >= patience) state.stop(reason);
    },
    onTrainEnd: giveBack,
    onTrainError: giveBack,
    saveState: (): Stopping => ({ best: best.value, waited, weights }),
    loadState(saved, training) {
      checkBuilt('earlyStopping', 'the state', saved, { waited: WHOLE, best: numberOrNull });
      const state = saved as Stopping;
      if (state.weights !== null) {
        const { model } = training;
        const now = copy(model.stateDict());
        model.loadStateDict(state.weights); // Throws unless they fit.
        model.loadStateDict(now);
        if (!finite(state.weights)) throw new ArgumentError('earlyStopping', 'expected finite weights');
      }
      loaded = state;
    },
  };
}

/** @internal Whether it can be the measure of the best epoch. */
export const numberOrNull = (value: unknown) => value === null || FINITE(value);
