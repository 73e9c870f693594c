import type { Tensor } from '../autograd/tensor.js';
import { checkDataset, type Dataset } from '../data/dataset.js';
import type { Transform } from '../data/transform.js';
import { ArgumentError, checkChoice, checkNumber, readOptions, show } from '../errors.js';
import { checkModel, type Module } from '../nn/module.js';
import { crossEntropy } from '../ops/crossEntropy.js';
import { Optimizer } from '../optim/optimizer.js';
import { ReduceLROnPlateau } from '../optim/plateau.js';
import { LRScheduler } from '../optim/scheduler.js';
import { Generator } from '../random.js';
import type { Callback, Checkpoint } from './callback.js';
import type { Loss } from './evaluate.js';

export interface FitOptions {
  /** What changes the model's parameters after each batch. */
  optimizer: Optimizer;
  /** How often the whole dataset is seen, at least 0. @default 1 */
  epochs?: number;
  /** Examples in a batch; the last one of an epoch may be smaller. @default 32 */
  batchSize?: number;
  /** From logits and class indices to the mean loss of a batch. @default crossEntropy */
  loss?: Loss;
  /**
   * Changes the learning rate. A ReduceLROnPlateau gets the validation loss after each epoch, or with mode 'max' the
   * validation accuracy.
   */
  scheduler?: LRScheduler | ReduceLROnPlateau;
  /** Whether the scheduler takes its steps after batches or after epochs. @default 'step' */
  schedulerInterval?: 'step' | 'epoch';
  /** The norm that all gradients together are clipped to before each step, at least 0. @default no clipping */
  clipGradNorm?: number;
  /** Data to evaluate on after each epoch; the model never learns from it. */
  validation?: Dataset;
  /** Seed of the order of the examples. @default the order is drawn from the default generator */
  seed?: number | string;
  /** Changes each batch before the model sees it, such as `affine({ degrees: 10 })`; the validation data stay as they are. */
  transform?: Transform;
  /** What is called as the training goes on, such as `earlyStopping()`. @default [] */
  callbacks?: readonly Callback[];
  /** When it is aborted the training ends after the next batch at the latest, with the history so far. */
  signal?: AbortSignal;
  /** Goes on from a checkpoint of the same training, to the same weights as if it had never stopped. */
  resume?: Checkpoint;
  /** What layers and transforms draw from, besides the default generator: checkpoints keep where they stand. @default [] */
  generators?: readonly Generator[];
  /** Throws when the loss is not finite; when false, training goes on as it can. @default true */
  stopOnDivergence?: boolean;
}

const DEFAULTS = {
  optimizer: undefined,
  epochs: 1,
  batchSize: 32,
  loss: crossEntropy,
  scheduler: undefined,
  schedulerInterval: undefined, // Is 'step' where it is not given; for a plateau it must not be given as 'step'.
  clipGradNorm: undefined,
  validation: undefined,
  seed: undefined,
  transform: undefined,
  callbacks: [],
  signal: undefined,
  resume: undefined,
  generators: [],
  stopOnDivergence: true,
};

/** @internal The options of `fit`, complete. */
export type FitSettings = ReturnType<typeof checkFit>;

const HOOKS = ['onTrainBegin', 'onEpochBegin', 'onBatchEnd', 'onEpochEnd', 'onTrainEnd', 'onTrainError'];

/** @internal The options with their defaults, or an error for what does not fit together. */
export function checkFit(model: Module, dataset: Dataset, options: FitOptions) {
  const settings = readOptions('fit', options, DEFAULTS);
  const { optimizer, loss, scheduler, schedulerInterval, validation, signal, callbacks, generators } = settings;
  checkModel('fit', model);
  checkDataset('fit', 'the training data', dataset);
  if (validation !== undefined) checkDataset('fit', 'validation', validation);
  expect(optimizer instanceof Optimizer, 'an optimizer such as new SGD(model.parameters())', optimizer);
  const own = new Set<Tensor>(model.parameters());
  if (!optimizer.groups.some(({ params }) => params.some((parameter) => own.has(parameter)))) {
    throw new ArgumentError('fit', 'the optimizer has no parameter of this model: nothing would be learned');
  }
  checkNumber('fit', 'epochs', settings.epochs, { least: 0, whole: true });
  expect(typeof loss === 'function', 'loss to be a function', loss);
  checkChoice('fit', 'schedulerInterval', schedulerInterval ?? 'step', ['step', 'epoch']);
  if (settings.clipGradNorm !== undefined) checkNumber('fit', 'clipGradNorm', settings.clipGradNorm, { least: 0 });
  const plateau = scheduler instanceof ReduceLROnPlateau;
  expect(!scheduler || plateau || scheduler instanceof LRScheduler, 'a scheduler such as new StepLR(...)', scheduler);
  if (scheduler && scheduler.optimizer !== optimizer) {
    throw new ArgumentError('fit', 'the scheduler is that of another optimizer: it would change nothing here');
  }
  if (plateau && (!validation || schedulerInterval === 'step')) {
    throw new ArgumentError('fit', 'ReduceLROnPlateau needs validation data, and takes its steps after epochs');
  }
  expect(signal === undefined || signal instanceof AbortSignal, 'signal to be an AbortSignal', signal);
  const drawn = Array.isArray(generators) && generators.every((each) => each instanceof Generator);
  expect(drawn, 'generators to be a list of Generators', generators);
  expect(Array.isArray(callbacks), 'a list of callbacks', callbacks);
  for (const callback of callbacks) {
    expect(typeof callback === 'object' && callback !== null, 'a callback such as { onEpochEnd() {} }', callback);
    const unknown = Object.keys(callback).find((name) => /^on[A-Z]/.test(name) && !HOOKS.includes(name));
    if (unknown === undefined) continue;
    throw new ArgumentError('fit', `expected a callback with ${HOOKS.join(', ')}, got ${unknown}`);
  }
  return settings;
}

function expect(fits: boolean, what: string, got: unknown): void {
  if (!fits) throw new ArgumentError('fit', `expected ${what}, got ${show(got)}`);
}
