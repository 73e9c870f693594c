import { readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ArgumentError, checkBuilt, checkNumber, checkOptions, show, withPlace } from '../errors.js';
import { readState, writeState } from '../io/state.js';
import type { Callback, Checkpoint, TrainingState } from '../train/callback.js';
import { CHECKPOINT_FORMAT } from '../train/checkpoint.js';
import { Best, type Monitor, numberOrNull } from '../train/monitor.js';
import { readBytes, saveFile, saveModel, UNFINISHED } from './files.js';

export interface CheckpointOptions {
  /** After every so many batches; not unless given. */
  everySteps?: number;
  /** After every so many epochs: 1, unless this or everySteps is given. */
  everyEpochs?: number;
}

/**
 * Keeps a checkpoint of the training in a file, from which `fit(..., { resume: await loadCheckpoint(path) })` goes on to
 * the same weights, to the last bit. It is also written when the training ends or is interrupted. A crash at any moment
 * leaves the last one whole.
 */
export function checkpoint(path: string, options: CheckpointOptions = {}): Callback {
  checkOptions('checkpoint', options, ['everySteps', 'everyEpochs']);
  if (typeof path !== 'string') throw new ArgumentError('checkpoint', `expected a path, got ${show(path)}`);
  const { everySteps, everyEpochs = everySteps === undefined ? 1 : undefined } = options;
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
 * Keeps the model of the best epoch in a file, for `loadModel`, with its epoch and measure as notes. Each training begins anew,
 * unless it is resumed.
 */
export function bestCheckpoint(path: string, options: { monitor?: Monitor } = {}): Callback {
  checkOptions('bestCheckpoint', options, ['monitor']);
  const { monitor = 'validationLoss' } = options;
  const best = new Best('bestCheckpoint', monitor);
  let loaded: number | null = null;
  return {
    name: 'bestCheckpoint',
    onTrainBegin({ resumed }) {
      best.value = resumed ? loaded : null;
      loaded = null;
    },
    async onEpochEnd({ model }, record) {
      if (!best.update(record, model)) return;
      await saveModel(path, model, { epoch: String(record.epoch), [monitor]: String(best.value) });
    },
    saveState: () => best.value,
    loadState(value) {
      checkBuilt('bestCheckpoint', 'the state', value, numberOrNull);
      loaded = value as number | null;
    },
  };
}

/** What processes that were killed while they wrote this file have left of it. */
async function removeLeftovers(path: string): Promise<void> {
  const folder = dirname(path);
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    const [, process] = name.startsWith(`${basename(path)}.`) ? (UNFINISHED.exec(name) ?? []) : [];
    if (process !== undefined && !isRunning(Number(process))) await rm(join(folder, name), { force: true });
  }
}

function isRunning(id: number): boolean {
  try {
    return process.kill(id, 0); // Signal 0 only asks.
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
