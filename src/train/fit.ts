import type { Tensor } from '../autograd/tensor.js';
import { useAllThreads } from '../autograd/threads.js';
import type { Dataset, Inputs, Targets } from '../data/dataset.js';
import type { Batch } from '../data/loader.js';
import type { AnyModule, Module } from '../nn/module.js';
import { clipGradNorm } from '../optim/clip.js';
import type { History } from './callback.js';
import { diverged, divergedInValidation } from './divergence.js';
import { lossOf } from './evaluate.js';
import { checkFit, type FitOptions, type StepOptions } from './fit-options.js';
import { forwardOf } from './predict.js';
import { beginRun } from './shared-training.js';
import { type AnyBatch, type Batches, checkBatch } from './source.js';

/**
 * Trains a model, on all cores unless `setThreads` said otherwise. Meanwhile it is in training mode, but for parts that are
 * in evaluation mode by themselves, or frozen; after it, as it was before. It takes over the names of the data's classes.
 * @param model takes batches [N, ...dataset.inputShape] and gives logits [N, classes], or whatever `loss` takes
 * @param data the examples, taken in a new random order in each epoch; or batches that somebody else makes, as they are: an
 * object that can be iterated, also asynchronously, again and again
 * @param options `optimizer`, and whatever differs from the defaults (see `FitOptions`); with `step` (see `StepOptions`) each
 * batch is trained on as you like
 * @returns loss and metrics of each epoch, and how long it took
 * @throws DivergenceError when the loss is not finite any more; ArgumentError, before anything is trained, for what does
 * not fit together
 */
export function fit<Output, Y extends Targets, X extends Inputs>(
  model: Module<Tensor[], Output>,
  data: Dataset<Y, X> | Batches<Batch<Y, X>>,
  options: FitOptions<Output, Y>,
): Promise<History>;
export function fit<Y extends Targets, X extends Inputs, B = Batch<Y, X>>(
  model: AnyModule,
  data: Dataset<Y, X> | Batches<B>,
  options: StepOptions<B>,
): Promise<History>;
export async function fit(
  model: AnyModule,
  data: Dataset<Targets, Inputs> | Batches<AnyBatch>,
  options: FitOptions<never, never> | StepOptions<never>,
): Promise<History> {
  const settings = checkFit(model, data, options);
  const { optimizers, loss, step, scheduler, schedulerInterval, validation, stopOnDivergence, world } = settings;
  const [plateau, schedule] = scheduler && 'mode' in scheduler ? [scheduler] : [undefined, scheduler];
  const { run, shared } = await beginRun(model, data, settings);
  const goesOn = () => (shared ? shared.goesOn() : run.goesOn);
  const learn = (batch: AnyBatch) => {
    const { x, y } = checkBatch('fit', batch);
    const output = forwardOf(model, x);
    const batchLoss = lossOf('fit', loss!, output, y);
    const value = batchLoss.item();
    if (stopOnDivergence && !Number.isFinite(value)) throw diverged(run.state, value, x, y);
    run.notice(x, y, output, batchLoss);
    optimizers.optimizer.zeroGrad();
    batchLoss.backward();
    if (settings.clipGradNorm !== undefined) clipGradNorm(model.parameters(), settings.clipGradNorm);
    optimizers.optimizer.step();
  };
  await useAllThreads(world?.threads);
  try {
    await run.begin();
    while (await goesOn()) {
      for await (const batch of await run.beginEpoch()) {
        if (shared && !(await shared.learn(batch as never))) break;
        if (step) run.log(batch, await step(batch));
        else if (!shared) learn(batch);
        if (schedulerInterval !== 'epoch') schedule?.step();
        await run.endBatch();
        if (!shared && !run.goesOn) break;
      }
      if (!(await goesOn())) break;

      const score = validation && (shared ? await shared.validate(validation) : run.validate(validation));
      if (stopOnDivergence && score && !Number.isFinite(score.loss)) {
        throw divergedInValidation(run.state, score.loss, validation, loss!);
      }
      const record = run.record(score);
      plateau?.step(plateau.mode === 'min' ? score!.loss : score!.metrics.accuracy);
      if (schedulerInterval === 'epoch') schedule?.step();
      await run.endEpoch(record);
    }
    return await (shared ?? run).end();
  } catch (error) {
    throw await run.fail(error);
  }
}
