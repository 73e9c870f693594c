/**
 * The random filters that a layer is compared with, without drawing them: 40,000 of each kind and size were drawn once, and
 * stand in null-tables.ts as the quantiles of their R2ori. ../../store-nulls.ts wrote them.
 */
import type { NullDistribution } from '../../../../src/inspect/index.js';
import { DRAWN, NULL_TABLES, type NullTable } from './null-tables.js';

/** How fine the quantiles are, and how many filters a table becomes again: layers of these reach what layers of all reach, to 0.01. */
const UNIT = 4096;
const FILTERS = 4096;
/** Between so many levels; they stand closest at both ends, where few filters decide about p. */
const STEPS = 128;

/**
 * Random filters of independent weights, and of weights as smooth as the digits of seed 0. The same objects each time,
 * since what is computed of them is kept with them.
 * @param size one that the settings offer
 */
export function storedNulls(size: number): readonly [NullDistribution, NullDistribution] {
  const stored = known.get(size);
  if (stored) return stored;
  const tables = NULL_TABLES[size];
  const nulls = [nullOf('normal', size, tables.normal), nullOf('colored', size, tables.colored)] as const;
  known.set(size, nulls);
  return nulls;
}

const known = new Map<number, readonly [NullDistribution, NullDistribution]>();

/** The table of random filters that have been drawn. */
export function tableOf({ r2ori, classes }: NullDistribution): NullTable {
  const sorted = Float64Array.from(r2ori).sort();
  const quantiles = Array.from({ length: STEPS + 1 }, (_, i) => {
    const level = Math.sin((Math.PI / 2) * (i / STEPS)) ** 2;
    return Math.round(UNIT * sorted[Math.min(sorted.length - 1, Math.floor(level * sorted.length))]);
  });
  const steps = quantiles.map((quantile, i) => (quantile - (quantiles[i - 1] ?? 0)).toString(36)).join(' ');
  const count = (share: number) => Math.round(share * r2ori.length);
  return [steps, count(classes.edge), count(classes.line), count(classes.blob)];
}

function nullOf(kind: 'normal' | 'colored', size: number, [steps, edge, line, blob]: NullTable): NullDistribution {
  let sum = 0;
  const quantiles = steps.split(' ').map((step) => {
    sum += Number.parseInt(step, 36);
    return sum / UNIT;
  });
  const r2ori = Float64Array.from({ length: FILTERS }, (_, i) => {
    const at = (Math.asin(Math.sqrt((i + 0.5) / FILTERS)) / (Math.PI / 2)) * STEPS;
    const low = Math.floor(at);
    return quantiles[low] + (at - low) * (quantiles[low + 1] - quantiles[low]);
  });
  const unclassified = DRAWN - edge - line - blob;
  const classes = {
    edge: edge / DRAWN,
    line: line / DRAWN,
    blob: blob / DRAWN,
    unclassified: unclassified / DRAWN,
  };
  return { kind, size, channels: 1, r2ori, classes, sources: 1 };
}
