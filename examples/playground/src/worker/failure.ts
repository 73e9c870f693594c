import { DivergenceError, OutOfMemoryError } from '../../../../src/index.js';

/** What can go wrong in a worker or with it: by kind, so that the page says it in the reader's language. */
export type Failure =
  /**
   * The browser gives the page no workers ('absent'); the worker's program could not be loaded ('unloaded'); the worker
   * answers no more ('lost'); there is no memory left.
   */
  | { kind: 'absent' | 'unloaded' | 'lost' | 'memory' }
  /**
   * The digits could not be downloaded; what was downloaded are no digits ('damaged'); or whatever else, in an error's own
   * English ('failed').
   */
  | { kind: 'download' | 'damaged' | 'failed'; detail: string }
  /** The loss was not finite in the batch `step`. */
  | { kind: 'diverged'; step: number };

/** Why there are no digits. */
export class DigitsError extends Error {
  constructor(
    readonly kind: 'download' | 'damaged',
    detail: string,
  ) {
    super(detail);
  }
}

/** What an error means for the page. */
export function failureOf(error: unknown): Failure {
  if (error instanceof DivergenceError) return { kind: 'diverged', step: error.step };
  const detail = detailOf(error);
  if (error instanceof DigitsError) return { kind: error.kind, detail };
  // Engines say it as a RangeError when an array finds no room.
  const isFull = error instanceof OutOfMemoryError || (error instanceof RangeError && /memory|alloc/i.test(detail));
  return isFull ? { kind: 'memory' } : { kind: 'failed', detail };
}

/** An error in its own words. */
export function detailOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
