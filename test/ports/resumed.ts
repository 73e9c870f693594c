import { join } from 'node:path';
import { expect } from 'vitest';
import { type AnyModule, type Callback, type Checkpoint, type History, weightHash } from '../../src/index.js';
import { checkpoint, loadCheckpoint } from '../../src/node/index.js';
import { temporaryFolder } from '../temporary-folder.js';

const folder = temporaryFolder('ports');
let trainings = 0;

/** What a training hands to `fit` besides its own options. */
interface Rest {
  resume?: Checkpoint;
  callbacks: Callback[];
}

/**
 * Trains, trains again until the middle of an epoch, goes on from the file that this left, and expects weights and history
 * to be those of the training that was never stopped, and something to have been learned.
 * @param train makes the model, trains two epochs of at least two steps, and returns both
 * @returns the uninterrupted training
 */
export async function expectResumed<M extends AnyModule>(
  train: (rest: Rest) => Promise<{ model: M; history: History }>,
  stopAfter = 3,
): Promise<{ model: M; history: History }> {
  const path = join(folder, `${trainings++}.checkpoint`);
  const whole = await train({ callbacks: [] });
  const stop: Callback = { onBatchEnd: (state) => void (state.step === stopAfter && state.stop('enough')) };
  const stopped = await train({ callbacks: [stop, checkpoint(path)] });
  expect(stopped.history.stopped).toBe('enough');
  const resume = await loadCheckpoint(path);
  expect(resume.position.epoch).toBe(resume.history.epochs.length + 1); // In the middle of an epoch.
  const resumed = await train({ resume, callbacks: [] });
  expect(weightHash(resumed.model)).toBe(weightHash(whole.model));
  expect(weightHash(stopped.model)).not.toBe(weightHash(whole.model));
  expect(figures(resumed.history)).toEqual(figures(whole.history));
  return whole;
}

/** All of a history but the time it took. */
function figures({ epochs }: History): object[] {
  return epochs.map((record) => ({ ...record, seconds: 0 }));
}

/** Expects the loss to have fallen from the first epoch to the last. */
export function expectLearned({ epochs }: History, factor = 1): void {
  expect(epochs[epochs.length - 1].loss).toBeLessThan(factor * epochs[0].loss);
}
