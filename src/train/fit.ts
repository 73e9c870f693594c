import { useAllThreads } from '../autograd/backend.js';
import { noGrad } from '../autograd/graph.js';
import type { Tensor } from '../autograd/tensor.js';
import { checkDataset, type Dataset } from '../data/dataset.js';
import { type Batch, DataLoader } from '../data/loader.js';
import type { Transform } from '../data/transform.js';
import { ArgumentError, checkNumber, checkOptions, show } from '../errors.js';
import { inEvaluation, Module } from '../nn/module.js';
import { crossEntropy } from '../ops/crossEntropy.js';
import { clipGradNorm } from '../optim/clip.js';
import { Optimizer } from '../optim/optimizer.js';
import { ReduceLROnPlateau } from '../optim/plateau.js';
import { LRScheduler } from '../optim/scheduler.js';
import { Generator, getDefaultGenerator } from '../random.js';
import type { Callback, Checkpoint, EpochRecord, History, TrainingState } from './callback.js';
import { capture, type Run, restore, restoreGenerators } from './checkpoint.js';
import { DivergenceError, findCause } from './divergence.js';
import { argmax, type Evaluation, evaluate, type Loss, lossOf } from './evaluate.js';

export interface FitOptions {
  optimizer: Optimizer;
  /** How often the whole dataset is seen: 1 unless given. */
  epochs?: number;
  /** 32 unless given. */
  batchSize?: number;
  /** `crossEntropy` unless given. */
  loss?: Loss;
  /**
   * Changes the learning rate. A ReduceLROnPlateau gets the validation loss after each epoch, or with mode 'max' the
   * validation accuracy.
   */
  scheduler?: LRScheduler | ReduceLROnPlateau;
  /** Whether the scheduler takes its steps after batches or after epochs: 'step' unless given. */
  schedulerInterval?: 'step' | 'epoch';
  /** The norm that all gradients together are clipped to before each step; they are not unless it is given. */
  clipGradNorm?: number;
  /** Data to evaluate on after each epoch; the model never learns from it. */
  validation?: Dataset;
  /** Seed of the order of the examples; without it the order is drawn from the default generator. */
  seed?: number | string;
  /** Changes each batch before the model sees it, such as `affine({ degrees: 10 })`; the validation data stay as they are. */
  transform?: Transform;
  callbacks?: readonly Callback[];
  /** When it is aborted the training ends after the next batch at the latest, with the history so far. */
  signal?: AbortSignal;
  /** Goes on from a checkpoint of the same training, to the same weights as if it had never stopped. */
  resume?: Checkpoint;
  /** What layers and transforms draw from, besides the default generator: checkpoints keep where they stand. */
  generators?: readonly Generator[];
  /** Throws when the loss is not finite; when false, training goes on as it can. true unless given. */
  stopOnDivergence?: boolean;
}

const KNOWN = [
  ...['optimizer', 'epochs', 'batchSize', 'loss', 'scheduler', 'schedulerInterval', 'clipGradNorm', 'validation'],
  ...['seed', 'callbacks', 'signal', 'resume', 'generators', 'stopOnDivergence', 'transform'],
];

const HOOKS = ['onTrainBegin', 'onEpochBegin', 'onBatchEnd', 'onEpochEnd', 'onTrainEnd', 'onTrainError'];

/** How long `fit` computes before it lets timers, signals and the page have their turn, in ms. */
const TURN = 50;

/**
 * Trains a model, on all cores unless `setThreads` said otherwise: for each batch in random order, gradient of the loss,
 * then a step of the optimizer.
 * @throws DivergenceError when the loss is not a number any more; ArgumentError, before anything is trained, for what
 * does not fit together
 */
export async function fit(model: Module, dataset: Dataset, options: FitOptions): Promise<History> {
  checkFit(model, dataset, options);
  const { optimizer, loss = crossEntropy, scheduler, schedulerInterval = 'step', validation, signal } = options;
  const { seed, resume, generators = [], stopOnDivergence = true, transform } = options;
  const epochs = checkNumber('fit', 'epochs', options.epochs ?? 1, { least: 0, whole: true });
  const generator = seed === undefined ? getDefaultGenerator() : new Generator(seed);
  const loader = new DataLoader(dataset, { batchSize: options.batchSize ?? 32, shuffle: true, generator, transform });
  const given = options.callbacks ?? [];
  const callbacks = [...given.filter(({ last }) => !last), ...given.filter(({ last }) => last)];

  const history: History = { epochs: [], trainSeconds: 0, imagesPerSecond: 0, stopped: null };
  const state: TrainingState = {
    ...{ model, optimizer, epochs, batches: loader.length, history },
    ...{ epoch: 0, batch: 0, step: 0, loss: 0, accuracy: 0, seconds: 0, imagesPerSecond: 0 },
    stop: (reason) => {
      history.stopped = reason;
    },
    checkpoint: () => capture(run),
  };
  const sums = { seen: 0, loss: 0, correct: 0 };
  const run: Run = {
    ...{ state, loader, scheduler, seed, callbacks, generator, generators, sums },
    orderBefore: generator.getState(),
  };
  if (resume !== undefined) restore(run, resume);
  /** Whether an epoch has begun that is not done. */
  const underWay = () => state.epoch > history.epochs.length;
  /** Before callbacks are called, so that those that save the training know that it ends here. */
  const heed = () => {
    if (signal?.aborted && history.epochs.length < epochs) history.stopped ??= 'interrupted';
  };
  const begin = performance.now() - 1000 * state.seconds;
  let turnEnds = performance.now() + TURN;
  heed();

  await useAllThreads();
  try {
    await call(callbacks, (callback) => callback.onTrainBegin?.(state));
    if (resume) restoreGenerators(run, resume);
    while (history.epochs.length < epochs && history.stopped === null) {
      model.train();
      const resumed = underWay();
      if (!resumed) {
        Object.assign(state, { epoch: state.epoch + 1, batch: 0, loss: 0, accuracy: 0 });
        Object.assign(sums, { seen: 0, loss: 0, correct: 0 });
      }
      await call(callbacks, (callback) => callback.onEpochBegin?.(state));
      if (resumed) generator.setState(run.orderBefore);
      run.orderBefore = generator.getState();
      const batches = loader.batches(state.batch);
      if (resumed) restoreGenerators(run, resume!); // Whatever callbacks and the order have drawn a second time.

      let clock = performance.now();
      for (const { x, y } of batches) {
        const logits = model.forward(x);
        const batchLoss = lossOf('fit', loss, logits, y);
        const value = batchLoss.item();
        if (stopOnDivergence && !Number.isFinite(value)) throw diverged(state, value, x);
        optimizer.zeroGrad();
        batchLoss.backward();
        if (options.clipGradNorm !== undefined) clipGradNorm(model.parameters(), options.clipGradNorm);
        optimizer.step();
        if (scheduler instanceof LRScheduler && schedulerInterval === 'step') scheduler.step();

        sums.seen += y.length;
        sums.loss += value * y.length;
        argmax('fit', logits, y.length, dataset.classes).forEach((guess, i) => {
          if (guess === y[i]) sums.correct++;
        });
        const now = performance.now();
        history.trainSeconds += (now - clock) / 1000;
        state.batch++;
        state.step++;
        state.loss = sums.loss / sums.seen;
        state.accuracy = sums.correct / sums.seen;
        state.seconds = (now - begin) / 1000;
        state.imagesPerSecond = ((state.epoch - 1) * dataset.length + sums.seen) / history.trainSeconds;
        if (now > turnEnds) {
          await new Promise((resolve) => setTimeout(resolve, 0));
          turnEnds = performance.now() + TURN;
        }
        heed();
        await call(callbacks, (callback) => callback.onBatchEnd?.(state));
        if (history.stopped !== null) break;
        clock = performance.now();
      }
      if (history.stopped !== null) break;
      const record: EpochRecord = {
        ...{ epoch: state.epoch, step: state.step, loss: state.loss, accuracy: state.accuracy },
        ...{ lr: optimizer.groups[0].lr, seconds: state.seconds },
        ...(validation && { validation: scores(evaluate(model, validation, { loss })) }),
      };
      const score = record.validation?.loss ?? 0;
      if (stopOnDivergence && !Number.isFinite(score)) throw divergedAfter(state, score, validation!, loss);
      history.epochs.push(record);
      if (scheduler instanceof ReduceLROnPlateau) {
        scheduler.step(record.validation![scheduler.mode === 'min' ? 'loss' : 'accuracy']);
      } else if (schedulerInterval === 'epoch') scheduler?.step();
      heed();
      await call(callbacks, (callback) => callback.onEpochEnd?.(state, record));
    }
    history.imagesPerSecond = state.imagesPerSecond;
    await call(callbacks, (callback) => callback.onTrainEnd?.(state, history));
    return history;
  } catch (error) {
    try {
      await call(callbacks, (callback) => callback.onTrainError?.(state, error));
    } catch (another) {
      if (error instanceof Error) error.cause ??= another; // What ended the training is the first to be told.
    }
    throw error;
  }
}

/** Throws for what does not fit together. */
function checkFit(model: Module, dataset: Dataset, options: FitOptions): void {
  checkOptions('fit', options, KNOWN);
  const { optimizer, loss, scheduler, schedulerInterval, validation, signal } = options ?? {};
  const { callbacks = [], generators = [] } = options ?? {};
  if (!(model instanceof Module)) throw new ArgumentError('fit', `expected a model, a Module, got ${show(model)}`);
  checkDataset('fit', 'the training data', dataset);
  if (validation !== undefined) checkDataset('fit', 'validation', validation);
  if (!(optimizer instanceof Optimizer)) {
    throw new ArgumentError('fit', `expected an optimizer such as new SGD(model.parameters()), got ${show(optimizer)}`);
  }
  const own = new Set<Tensor>(model.parameters());
  if (!optimizer.groups.some(({ params }) => params.some((parameter) => own.has(parameter)))) {
    throw new ArgumentError('fit', 'the optimizer has no parameter of this model: nothing would be learned');
  }
  if (loss !== undefined && typeof loss !== 'function') {
    throw new ArgumentError('fit', `expected loss to be a function, got ${show(loss)}`);
  }
  if (schedulerInterval !== undefined && schedulerInterval !== 'step' && schedulerInterval !== 'epoch') {
    throw new ArgumentError('fit', `expected schedulerInterval 'step' or 'epoch', got ${show(schedulerInterval)}`);
  }
  if (options.clipGradNorm !== undefined) checkNumber('fit', 'clipGradNorm', options.clipGradNorm, { least: 0 });
  const plateau = scheduler instanceof ReduceLROnPlateau;
  if (scheduler !== undefined && !plateau && !(scheduler instanceof LRScheduler)) {
    throw new ArgumentError('fit', `expected a scheduler such as new StepLR(...), got ${show(scheduler)}`);
  }
  if (scheduler && scheduler.optimizer !== optimizer) {
    throw new ArgumentError('fit', 'the scheduler is that of another optimizer: it would change nothing here');
  }
  if (plateau && (!validation || schedulerInterval === 'step')) {
    throw new ArgumentError('fit', 'ReduceLROnPlateau needs validation data, and takes its steps after epochs');
  }
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new ArgumentError('fit', `expected signal to be an AbortSignal, got ${show(signal)}`);
  }
  if (!Array.isArray(generators) || !generators.every((each) => each instanceof Generator)) {
    throw new ArgumentError('fit', `expected generators to be a list of Generators, got ${show(generators)}`);
  }
  if (!Array.isArray(callbacks)) throw new ArgumentError('fit', `expected a list of callbacks, got ${show(callbacks)}`);
  for (const callback of callbacks) {
    if (typeof callback !== 'object' || callback === null) {
      throw new ArgumentError('fit', `expected a callback such as { onEpochEnd() {} }, got ${show(callback)}`);
    }
    const unknown = Object.keys(callback).find((name) => /^on[A-Z]/.test(name) && !HOOKS.includes(name));
    if (unknown === undefined) continue;
    throw new ArgumentError('fit', `expected a callback with ${HOOKS.join(', ')}, got ${unknown}`);
  }
}

function diverged({ model, epoch, batch, step }: TrainingState, loss: number, x: Tensor): DivergenceError {
  const { layer, what, advice } = findCause(model, x);
  const place = `batch ${batch + 1} of epoch ${epoch} (step ${step + 1})`;
  return new DivergenceError('fit', `the loss became ${loss} in ${place}: ${what}. ${advice}`, step + 1, layer);
}

/** The cause is looked for, as it was evaluated, with the first batch of the validation data whose loss is not finite. */
function divergedAfter({ model, epoch, step }: TrainingState, score: number, data: Dataset, loss: Loss) {
  return inEvaluation(model, () => {
    const batches = [...new DataLoader(data, { batchSize: 100 })];
    const fits = ({ x, y }: Batch) => Number.isFinite(noGrad(() => lossOf('fit', loss, model.forward(x), y).item()));
    const { x } = batches.find((batch) => !fits(batch)) ?? batches[0];
    const { layer, what, advice } = findCause(model, x);
    const place = `after epoch ${epoch} (step ${step})`;
    return new DivergenceError('fit', `the validation loss became ${score} ${place}: ${what}. ${advice}`, step, layer);
  });
}

function scores({ loss, accuracy }: Evaluation) {
  return { loss, accuracy };
}

/** Calls each in turn, and waits only where there is something to wait for. */
async function call(callbacks: readonly Callback[], fn: (callback: Callback) => void | Promise<void>): Promise<void> {
  for (const callback of callbacks) {
    const result = fn(callback);
    if (typeof result?.then === 'function') await result;
  }
}
