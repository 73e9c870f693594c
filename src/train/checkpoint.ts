import { wrap } from '../autograd/create.js';
import type { Tensor } from '../autograd/tensor.js';
import { ArgumentError, show } from '../errors.js';
import type { StateDict } from '../nn/module.js';
import type { Checkpoint } from './callback.js';

/** The mark of checkpoints that this version writes and reads. */
export const CHECKPOINT_FORMAT = 'convgrad checkpoint 1';

/**
 * @internal Whether a training can go on from a checkpoint.
 * @param now what the training itself would save
 * @throws ArgumentError for a checkpoint of another training, or for something else
 */
export function checkCheckpoint(now: Checkpoint, checkpoint: Checkpoint): void {
  if (checkpoint?.format !== CHECKPOINT_FORMAT) {
    const got = show(checkpoint?.format ?? checkpoint);
    throw new ArgumentError('resume', `expected a checkpoint, '${CHECKPOINT_FORMAT}', got ${got}`);
  }
  const absent = Object.keys(now).find((key) => !(key in checkpoint));
  if (absent !== undefined) throw new ArgumentError('resume', `the checkpoint is not whole: it has no ${absent}`);
  const compare = (what: string, expected: unknown, got: unknown) => {
    if (JSON.stringify(got) === JSON.stringify(expected)) return; // An error's text is cut.
    throw new ArgumentError('resume', `the checkpoint was made with ${what} ${show(expected)}, got ${show(got)}`);
  };
  for (const what of ['examples', 'inputShape', 'classes', 'batchSize', 'seed'] as const) {
    compare(what, checkpoint.setting[what], now.setting[what]);
  }
  compare('scheduler', checkpoint.scheduler?.kind ?? null, now.scheduler?.kind ?? null);
  compare('generators:', checkpoint.generators.others.length, now.generators.others.length);
  compare('callbacks that have a state:', checkpoint.callbacks.length, now.callbacks.length);
}

/** @internal Tensors that share no memory with these. */
export function copy(tensors: Record<string, Tensor>): StateDict {
  return Object.fromEntries(
    Object.entries(tensors).map(([key, { storage, shape }]) => [key, wrap(storage.array.slice(), shape)]),
  );
}
