import { ArgumentError, checkNumber, show } from '../errors.js';

/** A range that numbers are drawn from evenly; both ends may be equal. */
export type Range = readonly [low: number, high: number];

/** @internal A range within `limits`. */
export function range(where: string, what: string, value: Range, limits: { least?: number; most?: number } = {}) {
  if (Array.isArray(value) && value.length === 2) {
    const [low, high] = value.map((end) => checkNumber(where, what, end, limits));
    if (low <= high) return [low, high] as const;
  }
  throw new ArgumentError(where, `expected ${what} to be a range [low, high], got ${show(value)}`);
}
