import type { Tensor } from '../autograd/tensor.js';
import { checkDataset, type Dataset } from '../data/dataset.js';
import { DataLoader } from '../data/loader.js';
import type { Transform } from '../data/transform.js';
import { ArgumentError, ConvgradError, checkNumber, checkOptions, show } from '../errors.js';
import { useAllThreads } from '../kernels/index.js';
import { Module } from '../nn/module.js';
import { crossEntropy } from '../ops/losses.js';
import { Optimizer } from '../optim/optimizer.js';
import type { LRScheduler } from '../optim/scheduler.js';
import { Generator, getDefaultGenerator } from '../random.js';
import { argmax, type Evaluation, evaluate, type Loss, lossOf } from './evaluate.js';

/** Training stopped because the loss became NaN or infinite. */
export class DivergenceError extends ConvgradError {}

/** Where the training stands. */
export interface TrainingState {
  readonly model: Module;
  readonly optimizer: Optimizer;
  /** From 1 to `epochs`. */
  epoch: number;
  readonly epochs: number;
  /** Batches done in this epoch, of `batches`. */
  batch: number;
  readonly batches: number;
  /** Batches done since training began. */
  step: number;
  /** Mean over the examples of this epoch so far, each seen before the weights learned from it. */
  loss: number;
  accuracy: number;
  /** Seconds since training began. */
  seconds: number;
  /** Images a second since training began, validation left out. */
  imagesPerSecond: number;
}

export interface EpochRecord {
  epoch: number;
  /** Batches done since training began. */
  step: number;
  /** Mean training loss and accuracy during the epoch, while the weights changed. */
  loss: number;
  accuracy: number;
  /** Learning rate of the first group of parameters at the epoch's end. */
  lr: number;
  /** Seconds since training began. */
  seconds: number;
  /** On the validation data, after the epoch. */
  validation?: { loss: number; accuracy: number };
}

/** Functions that `fit` calls, and waits for if they return a promise. */
export interface Callback {
  onTrainBegin?(state: TrainingState): void | Promise<void>;
  onEpochBegin?(state: TrainingState): void | Promise<void>;
  onBatchEnd?(state: TrainingState): void | Promise<void>;
  onEpochEnd?(state: TrainingState, record: EpochRecord): void | Promise<void>;
  onTrainEnd?(state: TrainingState, history: History): void | Promise<void>;
  /** Instead of `onTrainEnd`, before `fit` throws what went wrong. */
  onTrainError?(state: TrainingState, error: unknown): void | Promise<void>;
}

export interface FitOptions {
  optimizer: Optimizer;
  /** How often the whole dataset is seen: 1 unless given. */
  epochs?: number;
  /** 32 unless given. */
  batchSize?: number;
  /** `crossEntropy` unless given. */
  loss?: Loss;
  /** Changes the learning rate after each batch. */
  scheduler?: LRScheduler;
  /** Data to evaluate on after each epoch; the model never learns from it. */
  validation?: Dataset;
  /** Seed of the order of the examples; without it the order is drawn from the default generator. */
  seed?: number | string;
  /** Changes each batch before the model sees it, such as `affine({ degrees: 10 })`; the validation data stay as they are. */
  transform?: Transform;
  callbacks?: readonly Callback[];
}

export interface History {
  epochs: EpochRecord[];
  /** Seconds spent training, validation left out. */
  trainSeconds: number;
  imagesPerSecond: number;
}

/** How long `fit` computes before it lets timers, signals and the page have their turn, in ms. */
const TURN = 50;

/**
 * Trains a model, on all cores unless `setThreads` said otherwise: for each batch in random order, gradient of the loss,
 * then a step of the optimizer.
 * @throws DivergenceError when the loss is not a number any more; ArgumentError, before anything is trained, for what
 * does not fit together
 */
export async function fit(model: Module, dataset: Dataset, options: FitOptions): Promise<History> {
  checkOptions('fit', options, [
    ...['optimizer', 'epochs', 'batchSize', 'loss', 'scheduler', 'validation', 'seed', 'callbacks', 'transform'],
  ]);
  const { optimizer, loss = crossEntropy, scheduler, validation, seed, callbacks = [], transform } = options ?? {};
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
  if (typeof loss !== 'function') throw new ArgumentError('fit', `expected loss to be a function, got ${show(loss)}`);
  if (!Array.isArray(callbacks)) throw new ArgumentError('fit', `expected a list of callbacks, got ${show(callbacks)}`);
  for (const callback of callbacks) {
    if (typeof callback === 'object' && callback !== null) continue;
    throw new ArgumentError('fit', `expected a callback such as { onEpochEnd() {} }, got ${show(callback)}`);
  }
  const epochs = checkNumber('fit', 'epochs', options.epochs ?? 1, { least: 0, whole: true });
  const generator = seed === undefined ? getDefaultGenerator() : new Generator(seed);
  const loader = new DataLoader(dataset, { batchSize: options.batchSize ?? 32, shuffle: true, generator, transform });

  const state: TrainingState = {
    ...{ model, optimizer, epochs, batches: loader.length },
    ...{ epoch: 0, batch: 0, step: 0, loss: 0, accuracy: 0, seconds: 0, imagesPerSecond: 0 },
  };
  const history: History = { epochs: [], trainSeconds: 0, imagesPerSecond: 0 };
  const begin = performance.now();
  let turnEnds = begin + TURN;

  await useAllThreads();
  try {
    await call(callbacks, (callback) => callback.onTrainBegin?.(state));
    for (state.epoch = 1; state.epoch <= epochs; state.epoch++) {
      model.train();
      Object.assign(state, { batch: 0, loss: 0, accuracy: 0 });
      await call(callbacks, (callback) => callback.onEpochBegin?.(state));
      let [seen, lossSum, correct] = [0, 0, 0];
      let clock = performance.now();
      for (const { x, y } of loader) {
        const logits = model.forward(x);
        const batchLoss = lossOf('fit', loss, logits, y);
        const value = batchLoss.item();
        if (!Number.isFinite(value)) {
          throw new DivergenceError(
            'fit',
            `the loss became ${value} in batch ${state.batch + 1} of epoch ${state.epoch} (step ${state.step + 1}). ` +
              'A smaller learning rate often helps; inputs that are NaN or very large do this too',
          );
        }
        optimizer.zeroGrad();
        batchLoss.backward();
        optimizer.step();
        scheduler?.step();

        seen += y.length;
        lossSum += value * y.length;
        argmax('fit', logits, y.length, dataset.classes).forEach((guess, i) => {
          if (guess === y[i]) correct++;
        });
        const now = performance.now();
        history.trainSeconds += (now - clock) / 1000;
        state.batch++;
        state.step++;
        state.loss = lossSum / seen;
        state.accuracy = correct / seen;
        state.seconds = (now - begin) / 1000;
        state.imagesPerSecond = ((state.epoch - 1) * dataset.length + seen) / history.trainSeconds;
        await call(callbacks, (callback) => callback.onBatchEnd?.(state));
        if (performance.now() > turnEnds) {
          await new Promise((resolve) => setTimeout(resolve, 0));
          turnEnds = performance.now() + TURN;
        }
        clock = performance.now();
      }
      const record: EpochRecord = {
        ...{ epoch: state.epoch, step: state.step, loss: state.loss, accuracy: state.accuracy },
        ...{ lr: optimizer.groups[0].lr, seconds: state.seconds },
        ...(validation && { validation: scores(evaluate(model, validation, { loss })) }),
      };
      history.epochs.push(record);
      await call(callbacks, (callback) => callback.onEpochEnd?.(state, record));
    }
    history.imagesPerSecond = state.imagesPerSecond;
    await call(callbacks, (callback) => callback.onTrainEnd?.(state, history));
    return history;
  } catch (error) {
    await call(callbacks, (callback) => callback.onTrainError?.(state, error));
    throw error;
  }
}

function scores({ loss, accuracy }: Evaluation) {
  return { loss, accuracy };
}

/** Calls each in turn, and waits only where there is something to wait for. */
async function call(callbacks: readonly Callback[], fn: (callback: Callback) => void | Promise<void>): Promise<void> {
  for (const callback of callbacks) {
    const result = fn(callback);
    if (result instanceof Promise) await result;
  }
}
