import { ArgumentError, checkBuilt, checkChoice, checkNumber, FINITE, readOptions, show, WHOLE } from '../errors.js';
import type { StateDict } from '../nn/module.js';
import type { Callback, EpochRecord, TrainingState } from './callback.js';
import { copy } from './checkpoint.js';
import { allFinite } from './divergence.js';

/**
 * A measure of an epoch: 'loss', 'accuracy' or the name of a metric, of the training; 'validationLoss', 'validationAccuracy',
 * 'validation' and a metric's name with a capital ('validationIou'), of the validation data.
 */
export type Monitor = 'validationLoss' | 'validationAccuracy' | 'loss' | 'accuracy' | (string & {});

/** What is better: a smaller or a larger measure. */
export type Mode = 'min' | 'max';

const MODES: Readonly<Record<string, Mode>> = { loss: 'min', accuracy: 'max' };

/** The name that a measure has in the history, and whether it is that of the validation data. */
function partsOf(monitor: string): { name: string; validation: boolean } {
  const [, first, rest] = /^validation([A-Z])(.*)$/.exec(monitor) ?? [];
  return first ? { name: first.toLowerCase() + rest, validation: true } : { name: monitor, validation: false };
}

/** The best epoch so far, by one measure. */
export class Best {
  readonly #where: string;
  readonly #monitor: Monitor;
  readonly #mode: Mode | undefined;
  readonly #minDelta: number;
  /** The measure of the best epoch; null before the first. */
  value: number | null = null;

  /**
   * @param mode which measure is better; a loss the smaller one, an accuracy the larger one, any other as its metric says
   * @param minDelta by how much a measure must be better than the best so far
   */
  constructor(where: string, monitor: Monitor, mode: Mode | undefined, minDelta = 0) {
    if (typeof monitor !== 'string')
      throw new ArgumentError(where, `expected the name of a measure as monitor, got ${show(monitor)}`);
    if (mode !== undefined) checkChoice(where, 'mode', mode, ['min', 'max']);
    this.#where = where;
    this.#monitor = monitor;
    this.#mode = mode ?? MODES[partsOf(monitor).name];
    this.#minDelta = minDelta;
  }

  /** Throws when a training that begins has no such measure. */
  check({ modes }: TrainingState): void {
    const { name } = partsOf(this.#monitor);
    if (modes && name !== 'loss' && !(name in modes)) this.#unknown(['loss', ...Object.keys(modes)]);
  }

  #unknown(names: string[]): never {
    const expected = `expected monitor to be a measure there is (${names.join(', ')}, of validation data validationLoss and so on)`;
    throw new ArgumentError(this.#where, `${expected}, got ${show(this.#monitor)}`);
  }

  /** Takes an epoch into account, and says whether it is the best so far. What is not finite never is: weights or measure. */
  update(record: EpochRecord, { model, modes }: TrainingState): boolean {
    const { name, validation } = partsOf(this.#monitor);
    const measures = validation ? record.validation : record;
    if (!measures) throw new ArgumentError(this.#where, `${this.#monitor} needs validation data: give some to fit`);
    const { loss, accuracy, metrics } = measures;
    const known: Record<string, number> = { ...metrics, ...(!Number.isNaN(accuracy) && { accuracy }), loss };
    const value = known[name];
    if (value === undefined) this.#unknown(Object.keys(known));
    const mode = this.#mode ?? modes?.[name];
    if (mode === undefined) {
      throw new ArgumentError(this.#where, `expected mode to be 'min' or 'max' for ${this.#monitor}, got none`);
    }
    const sign = mode === 'max' ? 1 : -1;
    if (!Number.isFinite(value) || (this.value !== null && !(sign * (value - this.value) > this.#minDelta)))
      return false;
    if (!finite(model.stateDict())) return false;
    this.value = value;
    return true;
  }
}

const finite = (state: StateDict) => Object.values(state).every(({ storage }) => allFinite(storage.array));

/** Options of `earlyStopping`. */
export interface EarlyStoppingOptions {
  /** What should get better. @default 'validationLoss' */
  monitor?: Monitor;
  /** How many epochs in a row without improvement end the training, at least 1. @default 3 */
  patience?: number;
  /** Which measure is better. @default 'min' for a loss, 'max' for an accuracy, and what a metric says of itself */
  mode?: Mode;
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
  const defaults = {
    monitor: 'validationLoss' as const,
    mode: undefined,
    patience: 3,
    minDelta: 0,
    restoreBest: false,
  };
  const { monitor, mode, patience, minDelta, restoreBest } = readOptions('earlyStopping', options, defaults);
  checkNumber('earlyStopping', 'patience', patience, { least: 1, whole: true });
  const best = new Best(
    'earlyStopping',
    monitor,
    mode,
    checkNumber('earlyStopping', 'minDelta', minDelta, { least: 0 }),
  );
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
      best.check(state);
      const begin = (state.resumed && loaded) || { best: null, waited: 0, weights: null };
      best.value = begin.best;
      ({ waited, weights } = begin);
      loaded = null;
      running = true;
      if (waited >= patience) state.stop(reason);
    },
    onEpochEnd(state, record) {
      waited = best.update(record, state) ? 0 : waited + 1;
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
