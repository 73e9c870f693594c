import type { AnyModule, StateDict } from '../nn/module.js';
import type { Optimizer } from '../optim/optimizer.js';
import type { OptimizerState } from '../optim/optimizer-state.js';
import type { PlateauState } from '../optim/plateau.js';
import type { SchedulerState } from '../optim/scheduler.js';
import type { GeneratorState } from '../random.js';

/** Where a training stands, for callbacks. */
export interface TrainingState {
  readonly model: AnyModule;
  /** The optimizer; of several the first. */
  readonly optimizer: Optimizer;
  /** All optimizers by name; one alone is called 'optimizer'. */
  readonly optimizers: Readonly<Record<string, Optimizer>>;
  /** Whether the training goes on from a checkpoint. */
  readonly resumed: boolean;
  /** The epoch that runs, from 1 to `epochs`. */
  epoch: number;
  readonly epochs: number;
  /** Batches done in this epoch. */
  batch: number;
  /** Batches in an epoch; NaN until somebody knows, where they do not come from a dataset. */
  readonly batches: number;
  /** Batches done since training began. */
  step: number;
  /** Mean over the examples of this epoch so far, each seen before the weights learned from it. */
  loss: number;
  /** Fraction of the same examples whose largest logit was that of their label, from 0 to 1; NaN where that is not measured. */
  accuracy: number;
  /** Metrics of the same examples by name, but for those that are functions of all outputs; what a `step` logged, in the mean. */
  metrics: Record<string, number>;
  /** The metrics there are, and which of their values are better where they say so; null where a `step` logs what it likes. */
  readonly modes: Readonly<Record<string, 'min' | 'max' | undefined>> | null;
  /** Seconds since training began. */
  seconds: number;
  /** Examples a second since training began, validation left out. */
  imagesPerSecond: number;
  /** The epochs done so far. */
  readonly history: History;
  /**
   * Ends the training after this batch or epoch.
   * @param reason goes into the history
   */
  stop(reason: string): void;
  /** All that `fit` needs to go on from here, copied. */
  checkpoint(): Checkpoint;
}

/** One epoch of the history. */
export interface EpochRecord {
  /** From 1. */
  epoch: number;
  /** Batches done since training began. */
  step: number;
  /** Mean training loss during the epoch, while the weights changed. */
  loss: number;
  /** Training accuracy during the epoch, from 0 to 1; NaN where that is not measured. */
  accuracy: number;
  /** All metrics during the epoch, by name; what a `step` logged, in the mean. */
  metrics: Record<string, number>;
  /** Learning rate of the first group of parameters at the epoch's end. */
  lr: number;
  /** Seconds since training began. */
  seconds: number;
  /** On the validation data, after the epoch. */
  validation?: { loss: number; accuracy: number; metrics: Record<string, number> };
}

/** What `fit` returns. */
export interface History {
  /** The epochs that were done. */
  epochs: EpochRecord[];
  /** Seconds spent training, validation left out. */
  trainSeconds: number;
  /** Examples a second, validation left out. */
  imagesPerSecond: number;
  /** Why the training ended before its last epoch, such as 'interrupted'; null when it did not. */
  stopped: string | null;
}

/** Functions that `fit` calls, and waits for if they return a promise. */
export interface Callback {
  /** Called after the others each time, as what saves their states must be. @default false */
  readonly last?: boolean;
  /** What its state goes by in a checkpoint; of callbacks with one name, or none, the first gets the first state. @default '' */
  readonly name?: string;
  /**
   * Before the first epoch; also of a training that is resumed, which `state.resumed` says. What it remembers of a training
   * before this one it forgets here.
   */
  onTrainBegin?(state: TrainingState): void | Promise<void>;
  /** Before the first batch of an epoch, or before the rest of it in a training that is resumed. */
  onEpochBegin?(state: TrainingState): void | Promise<void>;
  /** After the step of each batch. */
  onBatchEnd?(state: TrainingState): void | Promise<void>;
  /** After each epoch, its validation included. */
  onEpochEnd?(state: TrainingState, record: EpochRecord): void | Promise<void>;
  /** At the end, also where the training was stopped. */
  onTrainEnd?(state: TrainingState, history: History): void | Promise<void>;
  /** Instead of `onTrainEnd`, before `fit` throws what went wrong. */
  onTrainError?(state: TrainingState, error: unknown): void | Promise<void>;
  /** What it must know to go on after a resume, plain data and tensors: goes into every checkpoint. */
  saveState?(): unknown;
  /** Takes over, before `onTrainBegin` of a training that is resumed, what `saveState` returned; throws for anything else. */
  loadState?(state: unknown, training: TrainingState): void;
}

/** All that a training needs to go on where it was, to the last bit: plain data, and tensors of its own. */
export interface Checkpoint {
  /** The mark of the format and of its version. */
  format: string;
  model: StateDict;
  optimizers: Record<string, OptimizerState>;
  scheduler: SchedulerState | PlateauState | null;
  /** What must be the same when the training goes on; see `resume` of `fit`. */
  setting: {
    examples: number | null;
    inputShape: readonly number[] | null;
    classes: number | null;
    batchSize: number;
    dropLast: boolean;
    seed: number | string | null;
    clipGradNorm: number | null;
    schedulerInterval: string;
    /** Into how many parts each batch fell, where there was a `world`. */
    parts?: number;
    /** Fingerprints of the training data, and of the validation data if there are any. */
    data: number | null;
    validation: number | null;
    /** The options of the schedule, and those of each group of the optimizers when the training began. */
    scheduler: unknown;
    optimizers: Record<string, unknown[]>;
  };
  /** Epoch, batches done in it, and batches done in all. */
  position: { epoch: number; batch: number; step: number; seconds: number; imagesPerSecond: number };
  /** Over the examples of this epoch so far. */
  sums: { seen: number; loss: number; weight: number };
  /** What metrics know of them, by name. */
  metrics: Record<string, unknown>;
  generators: {
    /** Of the order of the examples: before it drew this epoch's, and now. */
    orderBefore: GeneratorState;
    order: GeneratorState;
    default: GeneratorState;
    /** Those of the option `generators`: before the epoch's order was drawn, and now. */
    othersBefore: GeneratorState[];
    others: GeneratorState[];
  };
  history: History;
  callbacks: { name: string; state: unknown }[];
}
