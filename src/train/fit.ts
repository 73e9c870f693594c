import { useAllThreads } from '../autograd/backend.js';
import type { Dataset } from '../data/dataset.js';
import type { Module } from '../nn/module.js';
import { clipGradNorm } from '../optim/clip.js';
import { ReduceLROnPlateau } from '../optim/plateau.js';
import type { History } from './callback.js';
import { diverged, divergedInValidation } from './divergence.js';
import { evaluate, lossOf } from './evaluate.js';
import { checkFit, type FitOptions } from './fit-options.js';
import { Run } from './run.js';

/**
 * Trains a model, on all cores unless `setThreads` said otherwise.
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
  const plateau = scheduler instanceof ReduceLROnPlateau;
  const run = new Run(model, dataset, settings);
  await useAllThreads();
  try {
    await run.begin();
    while (run.goesOn) {
      model.train();
      for (const { x, y } of await run.beginEpoch()) {
        const logits = model.forward(x);
        const batchLoss = lossOf('fit', loss, logits, y);
        const value = batchLoss.item();
        if (stopOnDivergence && !Number.isFinite(value)) throw diverged(run.state, value, x);
        optimizer.zeroGrad();
        batchLoss.backward();
        if (settings.clipGradNorm !== undefined) clipGradNorm(model.parameters(), settings.clipGradNorm);
        optimizer.step();
        if (!plateau && schedulerInterval !== 'epoch') scheduler?.step();
        await run.endBatch(value, logits, y);
        if (!run.goesOn) break;
      }
      if (!run.goesOn) break;

      const score = validation && evaluate(model, validation, { loss });
      if (stopOnDivergence && score && !Number.isFinite(score.loss)) {
        throw divergedInValidation(run.state, score.loss, validation, loss);
      }
      const record = run.record(score);
      if (plateau) scheduler.step(score![scheduler.mode === 'min' ? 'loss' : 'accuracy']);
      else if (schedulerInterval === 'epoch') scheduler?.step();
      await run.endEpoch(record);
    }
    return await run.end();
  } catch (error) {
    throw await run.fail(error);
  }
}
