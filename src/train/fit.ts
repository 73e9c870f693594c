import { useAllThreads } from '../autograd/backend.js';
import type { Dataset } from '../data/dataset.js';
import type { Module } from '../nn/module.js';
import { clipGradNorm } from '../optim/clip.js';
import type { History } from './callback.js';
import { diverged, divergedInValidation } from './divergence.js';
import { argmax, evaluate, lossOf } from './evaluate.js';
import { checkFit, type FitOptions } from './fit-options.js';
import { Run } from './run.js';

/**
 * Trains a model, on all cores unless `setThreads` said otherwise. Meanwhile it is in training mode, but for parts that are
 * in evaluation mode by themselves, or frozen; after it, as it was before. It takes over the names of the data's classes.
 * @param model takes batches [N, ...dataset.inputShape] and gives logits [N, classes]
 * @param dataset the examples, taken in a new random order in each epoch
 * @param options `optimizer`, and whatever differs from the defaults (see `FitOptions`)
 * @returns loss and accuracy of each epoch, and how long it took
 * @throws DivergenceError when the loss is not finite any more; ArgumentError, before anything is trained, for what does
 * not fit together
 */
export async function fit(model: Module, dataset: Dataset, options: FitOptions): Promise<History> {
  const settings = checkFit(model, dataset, options);
  const { optimizer, loss, scheduler, schedulerInterval, validation, stopOnDivergence } = settings;
  const [plateau, schedule] = scheduler && 'mode' in scheduler ? [scheduler] : [undefined, scheduler];
  const run = new Run(model, dataset, settings);
  await useAllThreads();
  try {
    await run.begin();
    while (run.goesOn) {
      for (const { x, y } of await run.beginEpoch()) {
        const logits = model.forward(x);
        const guesses = argmax('fit', logits, y.length, dataset.classes);
        const batchLoss = lossOf('fit', loss, logits, y);
        const value = batchLoss.item();
        if (stopOnDivergence && !Number.isFinite(value)) throw diverged(run.state, value, x);
        run.noticeFirst(x, batchLoss);
        optimizer.zeroGrad();
        batchLoss.backward();
        if (settings.clipGradNorm !== undefined) clipGradNorm(model.parameters(), settings.clipGradNorm);
        optimizer.step();
        if (schedulerInterval !== 'epoch') schedule?.step();
        await run.endBatch(batchLoss, guesses, y);
        if (!run.goesOn) break;
      }
      if (!run.goesOn) break;

      const score = validation && evaluate(model, validation, { loss });
      if (stopOnDivergence && score && !Number.isFinite(score.loss)) {
        throw divergedInValidation(run.state, score.loss, validation, loss);
      }
      const record = run.record(score);
      plateau?.step(score![plateau.mode === 'min' ? 'loss' : 'accuracy']);
      if (schedulerInterval === 'epoch') schedule?.step();
      await run.endEpoch(record);
    }
    return await run.end();
  } catch (error) {
    throw await run.fail(error);
  }
}
