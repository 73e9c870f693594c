/** What the card and its worker tell each other. */
import type { AnimalFace } from '../../../../datasets/animal-faces.js';
import type { Part } from '../../../lib/animals/drawings.js';
import type { SlowReason } from '../worker/engine.js';
import type { Failure } from '../worker/failure.js';
import type { Question, Sizes } from './sizes.js';

/** A filter of layer 3, scored on the held-out drawings that it was not chosen on. */
export interface FilterFound {
  /** The part that it finds, as hardly any filter of a control does; null where it does not count. */
  counted: Part | null;
  /** The part without which its answers fall most; null where they fall without none. */
  part: Part | null;
  /** Of that part, fractions: how often its answer is on it, how far it falls without it, and without another one. */
  onPart: number;
  fall: number;
  others: number;
  /** What excites it most, the strongest first; none where it answers to nothing. */
  top: Piece[];
}

/** A piece of 20x20 pixels of a held-out drawing. */
export interface Piece {
  /** Index of the drawing among those that the worker sent. */
  drawing: number;
  /** Its corner, in pixels. */
  top: number;
  left: number;
  /** Whether the answer is on the filter's part. */
  onPart: boolean;
}

/** The network after so many batches. */
export interface Measured {
  step: number;
  /** Share of the held-out drawings that get their right answer. */
  accuracy: number;
  filters: FilterFound[];
}

/** The drawings that filters are scored on. */
export interface Drawings {
  /** 64x64 each, from 0 black to 255 white. */
  pixels: Uint8Array<ArrayBuffer>;
  /** What each pixel shows: 0 none of the parts, else 1 + the part's index in `PARTS`. */
  shown: Uint8Array<ArrayBuffer>;
  faces: AnimalFace[];
}

export type ToAnimals =
  | { type: 'begin'; question: Question; seed: number; sizes: Sizes }
  | { type: 'pace'; paused: boolean }
  | { type: 'ping' };

export type FromAnimals =
  | { type: 'started'; slow: SlowReason | null }
  | { type: 'drawn'; drawings: Drawings }
  | { type: 'step'; step: number; steps: number }
  | { type: 'measured'; measured: Measured }
  | { type: 'finished'; hash: string }
  | { type: 'failed'; failure: Failure }
  | { type: 'pong' };
