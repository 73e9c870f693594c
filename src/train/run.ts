import type { Tensor } from '../autograd/tensor.js';
import { type Dataset, givenNames } from '../data/dataset.js';
import { fingerprint } from '../data/fingerprint.js';
import { type Batch, DataLoader } from '../data/loader.js';
import { keepModes, type Module } from '../nn/module.js';
import { shareOf } from '../ops/share.js';
import type { PlateauState } from '../optim/plateau.js';
import type { SchedulerState } from '../optim/scheduler.js';
import { Generator, type GeneratorState, getDefaultGenerator } from '../random.js';
import type { Callback, Checkpoint, EpochRecord, History, TrainingState } from './callback.js';
import { CHECKPOINT_FORMAT, checkCheckpoint, copy, settingsOf, statesFor } from './checkpoint.js';
import { checkLastStep } from './divergence.js';
import type { Evaluation } from './evaluate.js';
import { checkFirstBatch } from './first-batch.js';
import type { FitSettings } from './fit-options.js';

/** How long a training computes before it lets timers, signals and the page have their turn, in ms. */
const YIELD_AFTER = 50;

const NOTHING = { seen: 0, loss: 0, weight: 0, correct: 0 };
const START = { epoch: 0, batch: 0, step: 0, loss: 0, accuracy: 0, seconds: 0, imagesPerSecond: 0 };

const sameState = ({ orderBefore, order }: Checkpoint['generators']) =>
  JSON.stringify(orderBefore) === JSON.stringify(order);

/** @internal What one call of `fit` keeps: where it stands, its sums and its clock; its callbacks; its checkpoints. */
export class Run {
  readonly state: TrainingState;
  readonly #history: History = { epochs: [], trainSeconds: 0, imagesPerSecond: 0, stopped: null };
  /** Over the examples of this epoch so far. */
  readonly #sums = { ...NOTHING };
  readonly #settings: FitSettings;
  readonly #callbacks: readonly Callback[];
  readonly #loader: DataLoader;
  /** What the order of the examples is drawn from. */
  readonly #generator: Generator;
  /** Where that generator stood before it drew this epoch's order; null until it has drawn it. */
  #orderBefore: GeneratorState | null = null;
  /** The settings of the optimizer's groups when the training began. */
  #begun: unknown[];
  /** Put the layers into the modes in which they were before the training, and in which they are trained. */
  readonly #modesBefore: () => void;
  #modesMeanwhile: () => void = () => {};
  #first = true;
  /** Fingerprints of the training data and the validation data, once somebody has asked. */
  #data: [number, number | null] | null = null;
  /** Times of `performance.now`: when the training began, when this batch did, and when others get their turn. */
  #began: number;
  #batchBegan = 0;
  #yieldAt: number;

  constructor(model: Module, dataset: Dataset, settings: FitSettings) {
    const { optimizer, epochs, batchSize, dropLast, transform, seed, callbacks, resume } = settings;
    this.#settings = settings;
    this.#callbacks = [...callbacks.filter(({ last }) => !last), ...callbacks.filter(({ last }) => last)];
    this.#generator = seed === undefined ? getDefaultGenerator() : new Generator(seed);
    const generator = this.#generator;
    this.#loader = new DataLoader(dataset, { batchSize, dropLast, shuffle: true, generator, transform });
    this.#begun = settingsOf(optimizer.groups);
    this.#modesBefore = keepModes(model);
    this.state = {
      ...START,
      model,
      optimizer,
      resumed: resume !== undefined,
      epochs,
      batches: this.#loader.length,
      history: this.#history,
      stop: (reason) => {
        this.#history.stopped = reason;
      },
      checkpoint: () => this.#checkpoint(),
    };
    if (resume !== undefined) this.#resume(resume);
    this.#began = performance.now() - 1000 * this.state.seconds;
    this.#yieldAt = performance.now() + YIELD_AFTER;
  }

  /** Whether epochs are left, and nobody has stopped the training. */
  get goesOn(): boolean {
    return this.#history.epochs.length < this.state.epochs && this.#history.stopped === null;
  }

  async begin(): Promise<void> {
    const { model } = this.state;
    model.classNames = givenNames(this.#loader.dataset) ?? model.classNames;
    if (!model.training) model.train();
    this.#modesMeanwhile = keepModes(model);
    this.#noticeAbort();
    await this.#call((callback) => callback.onTrainBegin?.(this.state));
    if (this.#settings.resume) this.#restoreGenerators(this.#settings.resume);
  }

  /** The batches of the next epoch, or what is left of the one that a checkpoint was taken in. */
  async beginEpoch(): Promise<Iterable<Batch>> {
    const { state } = this;
    const resumed = state.epoch > this.#history.epochs.length;
    if (!resumed) {
      Object.assign(state, { epoch: state.epoch + 1, batch: 0, loss: 0, accuracy: 0 });
      Object.assign(this.#sums, NOTHING);
      this.#orderBefore = null;
    }
    await this.#call((callback) => callback.onEpochBegin?.(state));
    if (!state.model.training) this.#modesMeanwhile(); // A callback has left it in evaluation mode.
    const saved = resumed ? this.#settings.resume : undefined;
    if (saved) {
      this.#restoreGenerators(saved); // Callbacks have drawn a second time.
      this.#generator.setState(saved.generators.orderBefore);
    }
    this.#orderBefore = this.#generator.getState();
    const batches = this.#loader.batches(state.batch);
    // So has the order, unless the checkpoint was taken before it was drawn.
    if (saved && !sameState(saved.generators)) this.#restoreGenerators(saved);
    this.#batchBegan = performance.now();
    return batches;
  }

  /** Looks at the first batch that is computed, before anything is learned from it. */
  noticeFirst(x: Tensor, loss: Tensor): void {
    if (this.#first) checkFirstBatch(this.state, this.#loader.dataset, x, loss, this.#settings.warnings);
    this.#first = false;
  }

  /** @param guesses the class with the largest logit of each example, from the weights before the step */
  async endBatch(loss: Tensor, guesses: Int32Array, labels: Int32Array): Promise<void> {
    const { state } = this;
    const sums = this.#sums;
    const { dataset, batchSize } = this.#loader;
    const { sum, weight } = shareOf(loss, labels.length);
    sums.seen += labels.length;
    sums.loss += sum;
    sums.weight += weight;
    sums.correct += guesses.filter((guess, i) => guess === labels[i]).length;
    const now = performance.now();
    this.#history.trainSeconds += (now - this.#batchBegan) / 1000;
    state.batch++;
    state.step++;
    state.loss = sums.loss / sums.weight;
    state.accuracy = sums.correct / sums.seen;
    state.seconds = (now - this.#began) / 1000;
    const perEpoch = Math.min(dataset.length, state.batches * batchSize);
    state.imagesPerSecond = ((state.epoch - 1) * perEpoch + sums.seen) / this.#history.trainSeconds;
    if (now > this.#yieldAt) {
      await new Promise((resolve) => setTimeout(resolve, 0));
      this.#yieldAt = performance.now() + YIELD_AFTER;
    }
    this.#noticeAbort();
    await this.#call((callback) => callback.onBatchEnd?.(state));
    this.#batchBegan = performance.now();
  }

  /** Puts the epoch into the history. */
  record(score: Evaluation | undefined): EpochRecord {
    const { epoch, step, loss, accuracy, seconds, optimizer } = this.state;
    const record: EpochRecord = { epoch, step, loss, accuracy, lr: optimizer.groups[0].lr, seconds };
    if (score) record.validation = { loss: score.loss, accuracy: score.accuracy };
    this.#history.epochs.push(record);
    return record;
  }

  async endEpoch(record: EpochRecord): Promise<void> {
    this.#noticeAbort();
    await this.#call((callback) => callback.onEpochEnd?.(this.state, record));
  }

  async end(): Promise<History> {
    if (this.#settings.stopOnDivergence && !this.#first) checkLastStep(this.state);
    this.#history.imagesPerSecond = this.state.imagesPerSecond;
    await this.#call((callback) => callback.onTrainEnd?.(this.state, this.#history));
    this.#modesBefore();
    return this.#history;
  }

  /** Tells the callbacks what ended the training, and returns it. */
  async fail(error: unknown): Promise<unknown> {
    for (const callback of this.#callbacks) {
      try {
        await callback.onTrainError?.(this.state, error);
      } catch (another) {
        if (error instanceof Error) error.cause ??= another; // What ended the training is the first to be told.
      }
    }
    this.#modesBefore();
    return error;
  }

  /** Before callbacks are called, so that those that save the training know that it ends here. */
  #noticeAbort(): void {
    if (this.#settings.signal?.aborted && this.goesOn) this.#history.stopped = 'interrupted';
  }

  /** Calls each in turn, and waits only where there is something to wait for. */
  async #call(fn: (callback: Callback) => void | Promise<void>): Promise<void> {
    for (const callback of this.#callbacks) {
      const result = fn(callback);
      if (typeof result?.then === 'function') await result;
    }
  }

  /** A copy of all that changes while a training runs. */
  #checkpoint(): Checkpoint {
    const { model, optimizer, epoch, batch, step, seconds, imagesPerSecond, history } = this.state;
    const { scheduler, generators } = this.#settings;
    return {
      format: CHECKPOINT_FORMAT,
      model: copy(model.stateDict()),
      optimizer: optimizer.stateDict(),
      scheduler: scheduler?.stateDict() ?? null,
      setting: this.#setting(),
      position: { epoch, batch, step, seconds, imagesPerSecond },
      sums: { ...this.#sums },
      generators: {
        orderBefore: this.#orderBefore ?? this.#generator.getState(),
        order: this.#generator.getState(),
        default: getDefaultGenerator().getState(),
        others: generators.map((generator) => generator.getState()),
      },
      history: { ...history, epochs: [...history.epochs] },
      callbacks: this.#callbacks.flatMap((callback) =>
        callback.saveState ? [{ name: callback.name ?? '', state: callback.saveState() }] : [],
      ),
    };
  }

  #setting(): Checkpoint['setting'] {
    const { length: examples, inputShape, classes } = this.#loader.dataset;
    const { batchSize, dropLast, seed = null, clipGradNorm = null, schedulerInterval = 'step' } = this.#settings;
    const { scheduler, validation } = this.#settings;
    this.#data ??= [fingerprint(this.#loader.dataset), validation ? fingerprint(validation) : null];
    return {
      examples,
      inputShape: [...inputShape],
      classes,
      batchSize,
      dropLast,
      seed,
      clipGradNorm,
      schedulerInterval,
      data: this.#data[0],
      validation: this.#data[1],
      scheduler: scheduler ? settingsOf([scheduler.settings])[0] : null,
      optimizer: this.#begun,
    };
  }

  /**
   * Puts the training where the checkpoint was taken, the generators too; the order of an epoch that was under way is
   * still to be drawn, from `orderBefore`.
   * @throws ArgumentError or ShapeError for a checkpoint of another training; nothing is changed then
   */
  #resume(checkpoint: Checkpoint): void {
    const now = this.#checkpoint();
    checkCheckpoint(now, checkpoint, this.#loader.length);
    try {
      this.#restore(checkpoint);
    } catch (error) {
      this.#restore(now);
      throw error;
    }
  }

  #restore(checkpoint: Checkpoint): void {
    const { state } = this;
    const { position, sums, history } = checkpoint;
    state.optimizer.loadStateDict(checkpoint.optimizer);
    this.#settings.scheduler?.loadStateDict(checkpoint.scheduler as SchedulerState & PlateauState);
    state.model.loadStateDict(checkpoint.model);
    this.#restoreGenerators(checkpoint);
    this.#orderBefore = sameState(checkpoint.generators) ? null : checkpoint.generators.orderBefore;
    Object.assign(state, position);
    if (sums.seen > 0) Object.assign(state, { loss: sums.loss / sums.weight, accuracy: sums.correct / sums.seen });
    Object.assign(this.#sums, sums);
    Object.assign(this.#history, { ...history, epochs: [...history.epochs], stopped: null });
    this.#begun = checkpoint.setting.optimizer;
    for (const [callback, own] of statesFor(this.#callbacks, checkpoint.callbacks)) callback.loadState?.(own, state);
  }

  #restoreGenerators({ generators: { order, default: usual, others } }: Checkpoint): void {
    this.#generator.setState(order);
    getDefaultGenerator().setState(usual);
    this.#settings.generators.forEach((generator, i) => {
      generator.setState(others[i]);
    });
  }
}
