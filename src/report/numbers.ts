import type { NullComparison } from '../inspect/filters/emergence.js';

/** A number with so many decimals; a dash for one that is not finite. */
export function fixed(value: number, decimals = 2): string {
  return Number.isFinite(value) ? value.toFixed(decimals).replace('-', '−') : '–';
}

/** A share, 0 to 1, as a percentage; a dash for one that is not finite. */
export function percent(share: number): string {
  return Number.isFinite(share) ? `${fixed(100 * share, 1)}%` : '–';
}

/** A whole number with commas between the thousands. */
export function whole(value: number): string {
  return value.toLocaleString('en');
}

/** A p-value in a few characters, with '≤' when it is the smallest possible. */
export function pText({ p, pFloor }: Pick<NullComparison, 'p' | 'pFloor'>): string {
  return `${p <= pFloor ? '≤ ' : ''}${p < 0.001 ? p.toExponential(0) : Number(p.toPrecision(2))}`;
}
