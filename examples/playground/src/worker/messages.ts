/** What the page and the workers that train and measure tell each other. */
import type { Emergence, FilterMetrics, NullComparison } from '../../../../src/inspect/index.js';
import type { Settings } from '../state/settings.js';
import type { SlowReason } from './engine.js';
import type { Failure } from './failure.js';
import type { HeldOut } from './held-out.js';

/** Where a training stands, and what it has learned so far. */
export interface Frame {
  step: number;
  epoch: number;
  /** Of the batches since the last frame: mean loss, share named right. NaN before the first step. */
  loss: number;
  accuracy: number;
  imagesPerSecond: number;
  /** All weights of the network, one parameter after the other; conv1's filters come first. */
  weights: Float32Array<ArrayBuffer>;
  /** Whether the timeline keeps it. */
  kept: boolean;
}

/** `stepsPerSecond` null is as fast as it goes. */
export interface Pace {
  paused: boolean;
  stepsPerSecond: number | null;
}

export type ToTrainer =
  /** `threads`: how many compute, at most. */
  | { type: 'prepare'; run: number; settings: Settings; digits: string; threads: number; pace: Pace }
  | ({ type: 'pace' } & Pace)
  | { type: 'step' }
  | { type: 'ping' };

/** What is known of a run once its network stands. */
export interface Prepared {
  steps: number;
  epochs: number;
  threads: number;
  /** Why plain loops compute, slowly; null where the fast kernels do. */
  slow: SlowReason | null;
}

export type FromTrainer =
  | { type: 'prepared'; run: number; prepared: Prepared; frame: Frame }
  | { type: 'frame'; run: number; frame: Frame }
  | { type: 'finished'; run: number; hash: string; trainSeconds: number; imagesPerSecond: number }
  | { type: 'failed'; run: number; failure: Failure }
  | { type: 'pong' };

/** A filter as the page shows it. */
export interface MeasuredFilter extends Pick<FilterMetrics, 'class' | 'r2ori' | 'norm' | 'template'> {
  /** The hand-made filter most like it. */
  nearest: { name: string; cosine: number } | null;
}

/** A held-out digit that the network gets wrong. */
export interface Mistake {
  /** Its index among the held-out digits. */
  index: number;
  label: number;
  said: number;
  /** What the network thought: the probability of each digit. */
  probabilities: number[];
}

export interface HeldOutScore {
  /** Of the network after so many batches. */
  step: number;
  /** How many of the held-out digits were counted. */
  digits: number;
  loss: number;
  accuracy: number;
  /** How many digits i (row) were taken for j (column). */
  confusion: number[][];
  /** The surest first. */
  mistakes: Mistake[];
}

export interface Measured extends Pick<Emergence, 'r2ori' | 'live' | 'oriented'> {
  /** Of the network after so many batches. */
  step: number;
  filters: MeasuredFilter[];
  /** Against independent weights and against weights as smooth as the digits. */
  nulls: { independent: NullComparison; smooth: NullComparison };
  /** When asked for; else the one before, whose step says so, or null. */
  heldOut: HeldOutScore | null;
}

export type ToMeasurer =
  | { type: 'prepare'; run: number; settings: Settings; digits: string }
  /** `heldOut`: how many of the held-out digits are to be named, none, some or all of them. */
  | { type: 'measure'; run: number; step: number; weights: Float32Array<ArrayBuffer>; heldOut: 'none' | 'some' | 'all' }
  | { type: 'ping' };

export type FromMeasurer =
  | ({ type: 'prepared'; run: number } & Pick<HeldOut, 'pixels' | 'labels'>)
  | { type: 'measured'; run: number; measured: Measured }
  | { type: 'failed'; run: number; failure: Failure }
  | { type: 'pong' };
