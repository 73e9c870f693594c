import type { Module, StateDict } from '../nn/module.js';
import type { Optimizer, OptimizerState } from '../optim/optimizer.js';
import type { PlateauState } from '../optim/plateau.js';
import type { SchedulerState } from '../optim/scheduler.js';
import type { GeneratorState } from '../random.js';

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
  /** The epochs done so far. */
  readonly history: History;
  /** Ends the training after this batch or epoch; `reason` goes into the history. */
  stop(reason: string): void;
  /** All that `fit` needs to go on from here, copied. */
  checkpoint(): Checkpoint;
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

export interface History {
  epochs: EpochRecord[];
  /** Seconds spent training, validation left out. */
  trainSeconds: number;
  imagesPerSecond: number;
  /** Why the training ended before its last epoch, such as 'interrupted'; null when it did not. */
  stopped: string | null;
}

/** Functions that `fit` calls, and waits for if they return a promise. A training that is resumed begins again. */
export interface Callback {
  /** Called after the others each time, as what saves their states must be: false unless set. */
  readonly last?: boolean;
  onTrainBegin?(state: TrainingState): void | Promise<void>;
  onEpochBegin?(state: TrainingState): void | Promise<void>;
  onBatchEnd?(state: TrainingState): void | Promise<void>;
  onEpochEnd?(state: TrainingState, record: EpochRecord): void | Promise<void>;
  onTrainEnd?(state: TrainingState, history: History): void | Promise<void>;
  /** Instead of `onTrainEnd`, before `fit` throws what went wrong. */
  onTrainError?(state: TrainingState, error: unknown): void | Promise<void>;
  /** What it must know to go on after a resume: plain data and tensors, which go into every checkpoint. */
  saveState?(): unknown;
  /** Takes that over, before `onTrainBegin`. */
  loadState?(state: unknown): void;
}

/** All that a training needs to go on where it was, to the last bit: plain data, and tensors of its own. */
export interface Checkpoint {
  format: string;
  model: StateDict;
  optimizer: OptimizerState;
  scheduler: SchedulerState | PlateauState | null;
  /** What must be the same when the training goes on. */
  setting: {
    examples: number;
    inputShape: readonly number[];
    classes: number;
    batchSize: number;
    seed: number | string | null;
  };
  /** Epoch, batches done in it, and batches done in all. */
  position: { epoch: number; batch: number; step: number; seconds: number; imagesPerSecond: number };
  /** Over the examples of this epoch so far. */
  sums: Sums;
  generators: {
    /** Of the order of the examples: before it drew this epoch's, and now. */
    orderBefore: GeneratorState;
    order: GeneratorState;
    default: GeneratorState;
    others: GeneratorState[];
  };
  history: History;
  callbacks: unknown[];
}

export interface Sums {
  seen: number;
  loss: number;
  correct: number;
}
