/** What the inspector and its worker tell each other. */
import type { LayersAnswer, LayersQuestion } from '../layers/messages.js';
import type { Settings } from '../state/settings.js';
import type { Failure } from '../worker/failure.js';
import type { HeldOut } from '../worker/held-out.js';

/** A held-out digit that a filter answers to strongly, and where. */
interface Exciting {
  /** Among the held-out digits. */
  index: number;
  label: number;
  value: number;
  /** The corner of what the filter sees there, in pixels. */
  top: number;
  left: number;
}

/** What one has to run the network for to know of a filter. */
export interface Seen {
  /** The strongest first. */
  exciting: Exciting[];
  /** [k, k]: what the filter answers to most, ink from 0 to 1; null when its answer cannot be raised. */
  maximized: number[] | null;
}

/** How many of the held-out digits the network names right, with its filters as they are and with one of them changed. */
export interface Changed {
  before: number;
  after: number;
  total: number;
}

export type ToInspector =
  | ({ type: 'prepare'; settings: Settings } & Pick<HeldOut, 'pixels' | 'labels'>)
  | { type: 'look'; id: number; weights: Float32Array; filter: number }
  /** Replaced by a hand-made filter of this name; null ablates it. */
  | { type: 'change'; id: number; weights: Float32Array; filter: number; by: string | null }
  | LayersQuestion
  | { type: 'ping' };

export type FromInspector =
  | { type: 'seen'; id: number; answer: Seen }
  | { type: 'changed'; id: number; answer: Changed }
  | { type: 'layers'; id: number; answer: LayersAnswer }
  | { type: 'failed'; id: number; failure: Failure }
  | { type: 'pong' };
