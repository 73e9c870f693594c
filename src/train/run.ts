import type { Tensor } from '../autograd/tensor.js';
import { type Dataset, givenNames, type Inputs, type Targets } from '../data/dataset.js';
import { fingerprint } from '../data/fingerprint.js';
import { keepModes } from '../nn/modes.js';
import type { AnyModule } from '../nn/module.js';
import type { PlateauState } from '../optim/plateau.js';
import type { SchedulerState } from '../optim/scheduler.js';
import { Generator, type GeneratorState, getDefaultGenerator } from '../random.js';
import type { Callback, Checkpoint, EpochRecord, History, TrainingState } from './callback.js';
import { CHECKPOINT_FORMAT, checkCheckpoint, copy, orderDrawn, settingsOf, statesFor } from './checkpoint.js';
import { checkLastStep, DivergenceError } from './divergence.js';
import { EpochMeasures } from './epoch-measures.js';
import { evaluate, type Measures } from './evaluate.js';
import { checkFirstBatch } from './first-batch.js';
import type { FitSettings } from './fit-options.js';
import { argmax } from './metrics.js';
import { type AnyBatch, Source, sizeOfBatch } from './source.js';
import { turn } from './turn.js';

/** How long a training computes before it lets timers, signals and the page have their turn, in ms. */
const YIELD_AFTER = 50;

const START = { epoch: 0, batch: 0, step: 0, loss: 0, accuracy: 0, seconds: 0, imagesPerSecond: 0 };

/** @internal What one call of `fit` keeps: where it stands, its sums and its clock; its callbacks; its checkpoints. */
export class Run {
  readonly state: TrainingState;
  readonly #history: History = { epochs: [], trainSeconds: 0, imagesPerSecond: 0, stopped: null };
  readonly measures: EpochMeasures;
  /** Examples done in the epochs before this one. */
  #seenBefore = 0;
  readonly #settings: FitSettings;
  readonly #callbacks: readonly Callback[];
  readonly #source: Source;
  /** What the order of the examples is drawn from. */
  readonly generator: Generator;
  /** Where it and the others stood before this epoch's order was drawn; null until it has been. */
  #before: Pick<Checkpoint['generators'], 'orderBefore' | 'othersBefore'> | null = null;
  /** The settings of the optimizers' groups when the training began. */
  #begun: Record<string, unknown[]>;
  /** Put the layers into the modes in which they were before the training, and in which they are trained. */
  readonly #modesBefore: () => void;
  #modesMeanwhile: () => void = () => {};
  #first = true;
  /** The metrics of this epoch, once the same metrics have looked at the validation data. */
  #figures: Record<string, number> | null = null;
  /** Fingerprints of the training data and the validation data, once somebody has asked. */
  #data: [number | null, number | null] | null = null;
  /** Times of `performance.now`: when the training began, when this batch did, and when others get their turn. */
  #began: number;
  #batchBegan = 0;
  #yieldAt: number;

  constructor(model: AnyModule, data: ConstructorParameters<typeof Source>[0], settings: FitSettings) {
    const { optimizers, epochs, batchSize, dropLast, transform, seed, callbacks, resume, metrics, step } = settings;
    this.#settings = settings;
    this.#callbacks = [...callbacks.filter(({ last }) => !last), ...callbacks.filter(({ last }) => last)];
    this.generator = seed === undefined ? getDefaultGenerator() : new Generator(seed);
    const generator = this.generator;
    this.#source = new Source(data, { batchSize, dropLast, shuffle: true, generator, transform });
    this.#begun = this.#optimizerSettings();
    this.#modesBefore = keepModes(model);
    const source = this.#source;
    this.state = {
      ...START,
      metrics: {},
      model,
      optimizer: Object.values(optimizers)[0],
      optimizers,
      modes: step ? null : Object.fromEntries([...metrics].map(([name, metric]) => [name, metric.mode])),
      resumed: resume !== undefined,
      epochs,
      get batches() {
        return source.length ?? Number.NaN;
      },
      history: this.#history,
      stop: (reason) => {
        this.#history.stopped = reason;
      },
      checkpoint: () => this.#checkpoint(),
    };
    this.measures = new EpochMeasures(metrics, step !== undefined);
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
    const { dataset } = this.#source;
    model.classNames = (dataset && givenNames(dataset)) ?? model.classNames;
    if (!model.training) model.train();
    this.#modesMeanwhile = keepModes(model);
    this.#noticeAbort();
    await this.#call((callback) => callback.onTrainBegin?.(this.state));
    if (this.#settings.resume) this.#restoreGenerators(this.#settings.resume);
  }

  /** The batches of the next epoch, or what is left of the one that a checkpoint was taken in. */
  async beginEpoch(): Promise<Iterable<AnyBatch> | AsyncIterable<AnyBatch>> {
    const { state } = this;
    const resumed = state.epoch > this.#history.epochs.length;
    if (!resumed) {
      Object.assign(state, { epoch: state.epoch + 1, batch: 0, loss: 0, accuracy: 0, metrics: {} });
      this.#seenBefore += this.measures.sums.seen;
      this.measures.forget();
      this.#before = null;
    }
    await this.#call((callback) => callback.onEpochBegin?.(state));
    if (!state.model.training) this.#modesMeanwhile(); // A callback has left it in evaluation mode.
    const saved = resumed ? this.#settings.resume : undefined;
    if (saved) {
      this.#restoreGenerators(saved); // Callbacks have drawn a second time.
      this.generator.setState(saved.generators.orderBefore);
      this.#setOthers(saved.generators.othersBefore); // Batches of one's own may be drawn from them.
    }
    this.#before = this.#standBefore();
    const batches = await this.#source.batches(state.batch, this.#settings.world !== undefined);
    // So has the order, unless the checkpoint was taken before it was drawn.
    if (saved && orderDrawn(saved)) this.#restoreGenerators(saved);
    this.#batchBegan = performance.now();
    return batches;
  }

  /** Takes into account what the model gave for a batch, from the weights before the step. */
  notice(x: Inputs, y: unknown, output: unknown, loss: Tensor): void {
    const { warnings, naming } = this.#settings;
    const { dataset } = this.#source;
    if (naming && this.#first) argmax('fit', output as Tensor, (y as Int32Array).length, dataset!.classes);
    if (this.#first) checkFirstBatch(this.state, dataset ?? this, x, loss, warnings);
    this.#first = false;
    this.measures.notice(sizeOfBatch({ x, y }), loss, output, y);
  }

  /** Takes into account what a step of one's own has logged for a batch. */
  log(batch: AnyBatch, logged: Record<string, number>): void {
    this.measures.log(sizeOfBatch(batch ?? {}), logged, (name, value) => {
      if (!this.#settings.stopOnDivergence) return;
      const { epoch, batch: done, step } = this.state;
      const found = `the step gave ${value} as ${name} in batch ${done + 1} of epoch ${epoch} (step ${step + 1})`;
      throw new DivergenceError('fit', found, step + 1);
    });
  }

  async endBatch(): Promise<void> {
    const { state } = this;
    const now = performance.now();
    this.#history.trainSeconds += (now - this.#batchBegan) / 1000;
    state.batch++;
    state.step++;
    this.#measure();
    state.seconds = (now - this.#began) / 1000;
    state.imagesPerSecond = (this.#seenBefore + this.measures.sums.seen) / this.#history.trainSeconds;
    if (now > this.#yieldAt) {
      await turn();
      this.#yieldAt = performance.now() + YIELD_AFTER;
    }
    this.#noticeAbort();
    await this.#call((callback) => callback.onBatchEnd?.(state));
    this.#batchBegan = performance.now();
  }

  /** Puts what has been measured in this epoch so far into the state. */
  #measure(): void {
    const { state } = this;
    state.metrics = this.measures.figures(false);
    state.loss = this.measures.loss;
    state.accuracy = state.metrics.accuracy ?? Number.NaN;
  }

  /** Measures the validation data, by the same metrics, which are then again what they were. */
  validate(data: Dataset<Targets, Inputs>): Measures {
    const { loss, metrics } = this.#settings;
    this.#figures = this.measures.figures(true);
    const state = this.measures.saveState();
    const measures = evaluate<unknown, Targets, Inputs>(this.state.model, data, {
      loss: loss!,
      metrics: Object.fromEntries(metrics),
    });
    this.measures.loadState(state);
    return measures;
  }

  /** Puts the epoch into the history. */
  record(score: Measures | undefined): EpochRecord {
    const { epoch, step, loss, seconds, optimizer } = this.state;
    const metrics = this.#figures ?? this.measures.figures(true);
    this.#figures = null;
    this.#source.length = this.state.batch;
    const accuracyOf = (measures: Record<string, number>) => measures.accuracy ?? Number.NaN;
    const record: EpochRecord = {
      epoch,
      step,
      loss,
      accuracy: accuracyOf(metrics),
      metrics,
      lr: optimizer.groups[0].lr,
      seconds,
    };
    if (score) record.validation = { loss: score.loss, accuracy: accuracyOf(score.metrics), metrics: score.metrics };
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
    const { model, optimizers, epoch, batch, step, seconds, imagesPerSecond, history } = this.state;
    const { scheduler } = this.#settings;
    return {
      format: CHECKPOINT_FORMAT,
      model: copy(model.stateDict()),
      optimizers: Object.fromEntries(Object.entries(optimizers).map(([name, each]) => [name, each.stateDict()])),
      scheduler: scheduler?.stateDict() ?? null,
      setting: this.#setting(),
      position: { epoch, batch, step, seconds, imagesPerSecond },
      ...this.measures.saveState(),
      generators: {
        ...(this.#before ?? this.#standBefore()),
        order: this.generator.getState(),
        default: getDefaultGenerator().getState(),
        others: this.#standBefore().othersBefore,
      },
      history: { ...history, epochs: [...history.epochs] },
      callbacks: this.#callbacks.flatMap((callback) =>
        callback.saveState ? [{ name: callback.name ?? '', state: callback.saveState() }] : [],
      ),
    };
  }

  #optimizerSettings(): Record<string, unknown[]> {
    const all = Object.entries(this.#settings.optimizers);
    return Object.fromEntries(all.map(([name, { groups }]) => [name, settingsOf(groups)]));
  }

  #setting(): Checkpoint['setting'] {
    const { batchSize, dropLast, seed = null, clipGradNorm = null, schedulerInterval = 'step' } = this.#settings;
    const { scheduler, validation } = this.#settings;
    this.#data ??= [this.#source.fingerprint(), validation ? fingerprint(validation) : null];
    return {
      ...this.#source.setting,
      batchSize,
      dropLast,
      seed,
      clipGradNorm,
      schedulerInterval,
      parts: this.#settings.world?.parts,
      data: this.#data[0],
      validation: this.#data[1],
      scheduler: scheduler ? settingsOf([scheduler.settings])[0] : null,
      optimizers: this.#begun,
    };
  }

  /**
   * Puts the training where the checkpoint was taken, the generators too; the order of an epoch that was under way is
   * still to be drawn, from `orderBefore`.
   * @throws ArgumentError or ShapeError for a checkpoint of another training; nothing is changed then
   */
  #resume(checkpoint: Checkpoint): void {
    const now = this.#checkpoint();
    checkCheckpoint(now, checkpoint, this.#source.length);
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
    for (const [name, each] of Object.entries(state.optimizers)) each.loadStateDict(checkpoint.optimizers[name]);
    this.#settings.scheduler?.loadStateDict(checkpoint.scheduler as SchedulerState & PlateauState);
    state.model.loadStateDict(checkpoint.model);
    this.#restoreGenerators(checkpoint);
    const { orderBefore, othersBefore } = checkpoint.generators;
    this.#before = orderDrawn(checkpoint) ? { orderBefore, othersBefore } : null;
    Object.assign(state, position);
    Object.assign(this.#history, { ...history, epochs: [...history.epochs], stopped: null });
    this.#seenBefore = Math.round(position.imagesPerSecond * history.trainSeconds) - sums.seen || 0;
    this.#begun = checkpoint.setting.optimizers;
    this.measures.loadState(checkpoint);
    if (sums.seen > 0) this.#measure();
    for (const [callback, own] of statesFor(this.#callbacks, checkpoint.callbacks)) callback.loadState?.(own, state);
  }

  #restoreGenerators({ generators: { order, default: usual, others } }: Checkpoint): void {
    this.generator.setState(order);
    getDefaultGenerator().setState(usual);
    this.#setOthers(others);
  }

  #setOthers(states: readonly GeneratorState[]): void {
    this.#settings.generators.forEach((generator, i) => {
      generator.setState(states[i]);
    });
  }

  #standBefore() {
    const othersBefore = this.#settings.generators.map((generator) => generator.getState());
    return { orderBefore: this.generator.getState(), othersBefore };
  }
}
