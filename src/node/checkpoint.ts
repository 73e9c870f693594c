import { ArgumentError, checkBuilt, checkNumber, readOptions, show, withPlace } from '../errors.js';
import { readState, writeState } from '../io/state.js';
import type { Callback, Checkpoint, TrainingState } from '../train/callback.js';
import { CHECKPOINT_FORMAT } from '../train/checkpoint.js';
import { Best, type Mode, type Monitor, numberOrNull } from '../train/monitor.js';
import { readBytes, removeLeftovers, saveFile, saveModel } from './files.js';

/** Options of `checkpoint`. */
export interface CheckpointOptions {
  /** Steps from one checkpoint to the next, at least 1. @default checkpoints follow epochs only */
  everySteps?: number;
  /** Epochs from one checkpoint to the next, at least 1. @default 1, or with everySteps none */
  everyEpochs?: number;
}

/**
 * Keeps a checkpoint of the training in a file, from which `fit(..., { resume: await loadCheckpoint(path) })` goes on to
 * the same weights, to the last bit. It is also written when the training ends or is interrupted. After a crash at any
 * moment the last one is complete.
 * @returns a callback for `fit`
 */
export function checkpoint(path: string, options: CheckpointOptions = {}): Callback {
  const given = readOptions('checkpoint', options, { everySteps: undefined, everyEpochs: undefined });
  if (typeof path !== 'string') throw new ArgumentError('checkpoint', `expected a path, got ${show(path)}`);
  const { everySteps, everyEpochs = everySteps === undefined ? 1 : undefined } = given;
  for (const [what, value] of Object.entries({ everySteps, everyEpochs })) {
    if (value !== undefined) checkNumber('checkpoint', what, value, { least: 1, whole: true });
  }
  const due = (every: number | undefined, count: number) => every !== undefined && count % every === 0;
  const save = async (state: TrainingState) => {
    await saveFile(path, writeState(CHECKPOINT_FORMAT, state.checkpoint()));
  };
  return {
    last: true,
    onTrainBegin: () => removeLeftovers(path),
    async onBatchEnd(state) {
      if (due(everySteps, state.step) || state.history.stopped !== null) await save(state);
    },
    async onEpochEnd(state, { epoch }) {
      if (due(everyEpochs, epoch) || state.history.stopped !== null || epoch === state.epochs) await save(state);
    },
  };
}

/**
 * Reads what `checkpoint` wrote.
 * @throws FileError when it cannot be read; FormatError that names the file when it is damaged or something else
 */
export async function loadCheckpoint(path: string): Promise<Checkpoint> {
  const bytes = await readBytes('loadCheckpoint', path);
  return withPlace(`loadCheckpoint, ${show(path)}`, () => readState(CHECKPOINT_FORMAT, bytes) as Checkpoint);
}

/**
 * Keeps the model of the best epoch in a file, for `loadModel`, with its epoch and measure as metadata. Each training begins
 * anew, unless it is resumed.
 * @param options `monitor`: the measure ('validationLoss' by default); `mode`: which values are better, where neither loss nor
 * accuracy nor the metric itself says it
 * @returns a callback for `fit`
 */
export function bestCheckpoint(path: string, options: { monitor?: Monitor; mode?: Mode } = {}): Callback {
  const { monitor, mode } = readOptions('bestCheckpoint', options, { monitor: 'validationLoss', mode: undefined });
  const best = new Best('bestCheckpoint', monitor, mode);
  let loaded: number | null = null;
  return {
    name: 'bestCheckpoint',
    onTrainBegin(state) {
      best.check(state);
      best.value = state.resumed ? loaded : null;
      loaded = null;
    },
    async onEpochEnd(state, record) {
      if (!best.update(record, state)) return;
      await saveModel(path, state.model, { epoch: String(record.epoch), [monitor]: String(best.value) });
    },
    saveState: () => best.value,
    loadState(value) {
      checkBuilt('bestCheckpoint', 'the state', value, numberOrNull);
      loaded = value as number | null;
    },
  };
}
