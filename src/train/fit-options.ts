import type { Tensor } from '../autograd/tensor.js';
import { checkDataset, checkNames, Dataset, givenNames, type Inputs, type Targets } from '../data/dataset.js';
import type { Transform } from '../data/transform.js';
import { ArgumentError, checkChoice, checkNumber, readOptions, show } from '../errors.js';
import { type AnyModule, checkModel } from '../nn/module.js';
import { Optimizer } from '../optim/optimizer.js';
import type { ReduceLROnPlateau } from '../optim/plateau.js';
import type { LRScheduler } from '../optim/scheduler.js';
import { Generator } from '../random.js';
import type { Callback, Checkpoint } from './callback.js';
import { type Loss, lossFor, metricsFrom } from './evaluate.js';
import { checkLastBatch } from './first-batch.js';
import { accuracy, type Metrics } from './metrics.js';
import { type AnyBatch, type Batches, checkSource } from './source.js';
import type { World } from './world.js';

/** What `fit` can be told of any training. */
export interface TrainingOptions {
  /** How often the whole dataset is seen, at least 0. @default 1 */
  epochs?: number;
  /** Examples in a batch; the last one of an epoch may be smaller, see `dropLast`. @default 32 */
  batchSize?: number;
  /** Whether the last batch of an epoch is left out when it is smaller than the others. @default false */
  dropLast?: boolean;
  /**
   * Changes the learning rate. A ReduceLROnPlateau gets the validation loss after each epoch, or with mode 'max' the
   * validation accuracy.
   */
  scheduler?: LRScheduler | ReduceLROnPlateau;
  /** Whether the scheduler takes its steps after batches or after epochs. @default 'step' */
  schedulerInterval?: 'step' | 'epoch';
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
  /**
   * What layers, transforms and batches of one's own draw from, besides the default generator: checkpoints keep where they
   * stand. @default []
   */
  generators?: readonly Generator[];
  /** Throws when the loss is not finite, or the weights in the end; when false, training goes on as it can. @default true */
  stopOnDivergence?: boolean;
  /**
   * Whether what is likely to be a mistake is told on the console, once each: a softmax in front of `crossEntropy`, pixels up to
   * 255. @default true
   */
  warnings?: boolean;
}

/** What `fit` can be told of a training by a loss. */
export interface FitOptions<Output = Tensor, Y = Int32Array> extends TrainingOptions {
  /** What changes the model's parameters after each batch. */
  optimizer: Optimizer;
  /**
   * From what the model gives and the targets to the loss of a batch; see `Loss`.
   * @default crossEntropy, where the targets are classes
   */
  loss?: Loss<Output, Y>;
  /** What else to measure, of the training and of the validation data. @default accuracy, where the targets are classes */
  metrics?: Metrics<Output, Y>;
  /** The norm that all gradients together are clipped to before each step, at least 0. @default no clipping */
  clipGradNorm?: number;
  /**
   * The processes that train together, `await mpi()` of `convgrad/mpi`; each calls `fit` with the same data, model and
   * settings. `batchSize` is that of all together. Each batch falls into parts, 8 unless said otherwise, whose gradients are
   * added along a fixed tree: the weights are the same, to the last bit, on 1, 2, 4 or 8 ranks. They are not those of `fit`
   * without a world, which adds over the batch as a whole, in another order, and normalizes over it: here batch norm sees a
   * part at a time, its running statistics are the mean of those of the parts, and dropout and transforms draw part by part.
   * Callbacks, and what they write, run on rank 0 only: what changes the model or the optimizer there is an error on all.
   * @default this process alone
   */
  world?: World;
  /** Data to evaluate on after each epoch; the model never learns from it. */
  validation?: Dataset<Y extends Tensor ? Tensor : Int32Array, Inputs>;
  step?: undefined;
}

/** What `fit` can be told of a training by steps of one's own, such as those of a generator and a discriminator. */
export interface StepOptions<B> extends TrainingOptions {
  /** What the steps use, by name: saved with checkpoints. */
  optimizer: Optimizer | Readonly<Record<string, Optimizer>>;
  /**
   * Trains on a batch: computes what it likes, calls `zeroGrad`, `backward` and the optimizers' `step` itself.
   * @returns numbers to log by name, such as `{ loss: 0.3 }`; in an epoch's record their mean over the examples
   */
  step: (batch: B) => Record<string, number> | Promise<Record<string, number>>;
  loss?: undefined;
  metrics?: undefined;
  clipGradNorm?: undefined;
  world?: undefined;
  validation?: undefined;
}

const DEFAULTS = {
  optimizer: undefined,
  epochs: 1,
  batchSize: 32,
  dropLast: false,
  loss: undefined,
  metrics: undefined,
  step: undefined,
  scheduler: undefined,
  schedulerInterval: undefined, // Is 'step' where it is not given; for a plateau it must not be given as 'step'.
  clipGradNorm: undefined,
  world: undefined,
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

/** Either kind of options, as `fit` works with them. */
type AnyOptions = Omit<FitOptions<unknown, never>, 'optimizer' | 'step' | 'validation'> & {
  optimizer: StepOptions<AnyBatch>['optimizer'];
  step?: StepOptions<AnyBatch>['step'];
  validation?: Dataset<Targets, Inputs>;
};

/** @internal The options of `fit`, complete. */
export type FitSettings = ReturnType<typeof checkFit>;

const HOOKS = ['onTrainBegin', 'onEpochBegin', 'onBatchEnd', 'onEpochEnd', 'onTrainEnd', 'onTrainError'];
const OF_BATCHES = ['batchSize', 'dropLast', 'seed', 'transform', 'world'] as const;
const OF_LOSSES = ['loss', 'metrics', 'clipGradNorm', 'validation', 'world'] as const;

/** @internal The options with their defaults, or an error for what does not fit together. */
export function checkFit(
  model: AnyModule,
  data: Dataset<Targets, Inputs> | Batches<AnyBatch>,
  options: FitOptions<never, never> | StepOptions<never>,
) {
  const given = options as AnyOptions;
  const settings = readOptions<AnyOptions, typeof DEFAULTS>('fit', given, DEFAULTS);
  const { optimizer, step, validation, metrics } = settings;
  checkModel('fit', model);
  checkSource('fit', data);
  const dataset = data instanceof Dataset ? data : null;
  if (dataset) checkDataset('fit', 'the training data', dataset);
  if (dataset) checkNames('fit', 'the training data', model.classNames, dataset);
  if (validation !== undefined) {
    checkDataset('fit', 'validation', validation);
    checkNames('fit', 'validation', (dataset && givenNames(dataset)) ?? model.classNames, validation);
  }
  const refuse = (names: readonly (keyof AnyOptions)[], why: string) => {
    const name = names.find((each) => given[each] !== undefined);
    if (name) throw new ArgumentError('fit', `expected no ${name}, got ${show(given[name])}: ${why}`);
  };
  if (!dataset) refuse(OF_BATCHES, 'the batches come as they are');
  if (step !== undefined) refuse(OF_LOSSES, 'the step does what it likes');
  expect(step === undefined || typeof step === 'function', 'step to be a function', step);
  const optimizers = optimizersOf(optimizer, step !== undefined);
  const own = new Set<Tensor>(model.parameters());
  for (const { groups } of Object.values(optimizers)) {
    if (groups.some(({ params }) => params.some((parameter) => own.has(parameter)))) continue;
    throw new ArgumentError('fit', 'the optimizer has no parameter of this model: nothing would be learned');
  }
  checkNumber('fit', 'epochs', settings.epochs, { least: 0, whole: true });
  if (settings.clipGradNorm !== undefined) checkNumber('fit', 'clipGradNorm', settings.clipGradNorm, { least: 0 });
  checkScheduler(settings, optimizers);
  checkRest(settings);
  if (dataset) checkBatchSize(model, dataset, settings);
  const loss = step ? null : lossFor('fit', dataset, settings.loss);
  const naming = !step && metrics === undefined && dataset?.targetShape === null;
  return { ...settings, optimizers, loss, metrics: metricsFrom(naming ? { accuracy: accuracy() } : metrics), naming };
}

/** The optimizers by name. */
function optimizersOf(given: unknown, named: boolean): Readonly<Record<string, Optimizer>> {
  const expected = 'an optimizer such as new SGD(model.parameters())';
  if (given instanceof Optimizer) return { optimizer: given };
  const isObject = named && typeof given === 'object' && given !== null && Object.keys(given).length > 0;
  expect(isObject, named ? `${expected}, or an object of them` : expected, given);
  for (const each of Object.values(given as object)) expect(each instanceof Optimizer, expected, each);
  return given as Record<string, Optimizer>;
}

type Read = Pick<AnyOptions, 'scheduler' | 'schedulerInterval' | 'validation' | 'signal' | 'world'> & {
  callbacks: readonly Callback[];
  generators: readonly Generator[];
};

function checkScheduler(
  { scheduler, schedulerInterval, validation }: Read,
  optimizers: Readonly<Record<string, Optimizer>>,
): void {
  checkChoice('fit', 'schedulerInterval', schedulerInterval ?? 'step', ['step', 'epoch']);
  const fits = !scheduler || (typeof scheduler === 'object' && 'settings' in scheduler);
  expect(fits, 'a scheduler such as new StepLR(...)', scheduler);
  if (scheduler && !Object.values(optimizers).includes(scheduler.optimizer)) {
    throw new ArgumentError('fit', 'the scheduler is that of another optimizer: it would change nothing here');
  }
  if (scheduler && 'mode' in scheduler && (!validation || schedulerInterval === 'step')) {
    throw new ArgumentError('fit', 'ReduceLROnPlateau needs validation data, and takes its steps after epochs');
  }
}

function checkRest({ signal, generators, callbacks, world }: Read): void {
  expect(signal === undefined || signal instanceof AbortSignal, 'signal to be an AbortSignal', signal);
  const drawn = Array.isArray(generators) && generators.every((each) => each instanceof Generator);
  expect(drawn, 'generators to be a list of Generators', generators);
  expect(Array.isArray(callbacks), 'a list of callbacks', callbacks);
  expect(world === undefined || typeof world?.share === 'function', 'world to be what mpi() gives', world);
  for (const callback of callbacks) {
    expect(typeof callback === 'object' && callback !== null, 'a callback such as { onEpochEnd() {} }', callback);
    const unknown = Object.keys(callback).find((name) => /^on[A-Z]/.test(name) && !HOOKS.includes(name));
    if (unknown === undefined) continue;
    throw new ArgumentError('fit', `expected a callback with ${HOOKS.join(', ')}, got ${unknown}`);
  }
}

function checkBatchSize(
  model: AnyModule,
  dataset: Dataset<Targets, Inputs>,
  { batchSize, dropLast, step }: { batchSize: number; dropLast: boolean; step?: unknown },
): void {
  checkNumber('fit', 'batchSize', batchSize, { least: 1, whole: true });
  if (dropLast && dataset.length < batchSize) {
    throw new ArgumentError('fit', `dropLast leaves nothing of ${dataset.length} examples in batches of ${batchSize}`);
  }
  if (step) return; // Nobody knows what it computes.
  if (batchSize === 1 || (!dropLast && dataset.length % batchSize === 1)) checkLastBatch(model, dataset);
}

function expect(fits: boolean, what: string, got: unknown): void {
  if (!fits) throw new ArgumentError('fit', `expected ${what}, got ${show(got)}`);
}
