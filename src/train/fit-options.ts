import type { Tensor } from '../autograd/tensor.js';
import { checkDataset, checkNames, type Dataset, givenNames } from '../data/dataset.js';
import type { Transform } from '../data/transform.js';
import { ArgumentError, checkChoice, checkNumber, readOptions, show } from '../errors.js';
import { checkModel, type Module } from '../nn/module.js';
import { crossEntropy } from '../ops/crossEntropy.js';
import { Optimizer } from '../optim/optimizer.js';
import type { ReduceLROnPlateau } from '../optim/plateau.js';
import type { LRScheduler } from '../optim/scheduler.js';
import { Generator } from '../random.js';
import type { Callback, Checkpoint } from './callback.js';
import type { Loss } from './evaluate.js';
import { checkLastBatch } from './first-batch.js';

export interface FitOptions {
  /** What changes the model's parameters after each batch. */
  optimizer: Optimizer;
  /** How often the whole dataset is seen, at least 0. @default 1 */
  epochs?: number;
  /** Examples in a batch; the last one of an epoch may be smaller, see `dropLast`. @default 32 */
  batchSize?: number;
  /** Whether the last batch of an epoch is left out when it is smaller than the others. @default false */
  dropLast?: boolean;
  /** From logits and class indices to the loss of a batch; see `Loss`. @default crossEntropy */
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
  /**
   * Goes on from a checkpoint of the same training, to the same weights as if it had never stopped. What decides the weights
   * must be as it was: the data, `batchSize`, `dropLast`, `seed`, `clipGradNorm`, and the optimizer and the schedule with their
   * options, made anew as they were made then; anything else is an error. (Layers, loss and transform cannot be compared.)
   * `epochs` may grow, and callbacks and validation data may be added. For other settings, begin another training:
   * `model.loadStateDict(checkpoint.model)`.
   */
  resume?: Checkpoint;
  /** What layers and transforms draw from, besides the default generator: checkpoints keep where they stand. @default [] */
  generators?: readonly Generator[];
  /** Throws when the loss is not finite, or the weights in the end; when false, training goes on as it can. @default true */
  stopOnDivergence?: boolean;
  /**
   * Whether what is likely to be a mistake is told on the console, once each: a softmax in front of `crossEntropy`, pixels up to
   * 255. @default true
   */
  warnings?: boolean;
}

const DEFAULTS = {
  optimizer: undefined,
  epochs: 1,
  batchSize: 32,
  dropLast: false,
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
  warnings: true,
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
  checkNames('fit', 'the training data', model.classNames, dataset);
  if (validation !== undefined) {
    checkDataset('fit', 'validation', validation);
    checkNames('fit', 'validation', givenNames(dataset) ?? model.classNames, validation);
  }
  expect(optimizer instanceof Optimizer, 'an optimizer such as new SGD(model.parameters())', optimizer);
  const own = new Set<Tensor>(model.parameters());
  if (!optimizer.groups.some(({ params }) => params.some((parameter) => own.has(parameter)))) {
    throw new ArgumentError('fit', 'the optimizer has no parameter of this model: nothing would be learned');
  }
  checkNumber('fit', 'epochs', settings.epochs, { least: 0, whole: true });
  expect(typeof loss === 'function', 'loss to be a function', loss);
  checkChoice('fit', 'schedulerInterval', schedulerInterval ?? 'step', ['step', 'epoch']);
  if (settings.clipGradNorm !== undefined) checkNumber('fit', 'clipGradNorm', settings.clipGradNorm, { least: 0 });
  expect(
    !scheduler || (typeof scheduler === 'object' && 'settings' in scheduler),
    'a scheduler such as new StepLR(...)',
    scheduler,
  );
  if (scheduler && scheduler.optimizer !== optimizer) {
    throw new ArgumentError('fit', 'the scheduler is that of another optimizer: it would change nothing here');
  }
  if (scheduler && 'mode' in scheduler && (!validation || schedulerInterval === 'step')) {
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
  const { batchSize, dropLast } = settings;
  checkNumber('fit', 'batchSize', batchSize, { least: 1, whole: true });
  if (dropLast && dataset.length < batchSize) {
    throw new ArgumentError('fit', `dropLast leaves nothing of ${dataset.length} examples in batches of ${batchSize}`);
  }
  if (batchSize === 1 || (!dropLast && dataset.length % batchSize === 1)) checkLastBatch(model, dataset);
  return settings;
}

function expect(fits: boolean, what: string, got: unknown): void {
  if (!fits) throw new ArgumentError('fit', `expected ${what}, got ${show(got)}`);
}
