/** What the study of fair controls says: each condition with its interval over seeds, and the differences that are claimed. */
import type { Reading } from './conditions.js';
import { type Interval, interval } from './interval.js';
import type { Measured } from './measure.js';

/** One finished training: a line of the study's file. */
export interface Run {
  condition: string;
  size: number;
  seed: number;
  /** On held-out digits with their own names, changed as those that it learned from; and on what it learned from. */
  accuracy: number;
  trainAccuracy: number;
  seconds: number;
  weightHash: string;
  /** Mean R2ori of random filters as smooth as its images. */
  nullMean: number;
  readings: Partial<Record<Reading, Measured>>;
  /** For the first seed: w_0 and w_T, to be looked at. */
  start?: number[];
  trained?: number[];
}

export type Kind = 'raw' | 'centered';

/** All trainings of a condition and a kernel size, read in one way. */
export interface Row {
  condition: string;
  reading: Reading;
  size: number;
  accuracy: Interval;
  trainAccuracy: Interval;
  nullMean: number;
  live: Interval;
  dc: Interval;
  /** Trainings without a value, for want of two live filters. */
  without: number;
  raw: Summary | null;
  centered: Summary | null;
}

interface Summary {
  r2ori: Interval;
  excess: Interval;
  /** One a seed, in the seeds' order. */
  values: number[];
  /** Trainings with p < .05 alone, against smooth random filters and against rotations of themselves. */
  smooth: number;
  rotated: number;
}

export const KINDS: readonly Kind[] = ['raw', 'centered'];

/** Rows in the order of the runs, the sizes apart. */
export function rowsOf(runs: readonly Run[]): Row[] {
  const keys = new Map(
    runs.flatMap((run) =>
      Object.keys(run.readings).map((reading) => [
        `${run.size} ${run.condition} ${reading}`,
        { condition: run.condition, size: run.size, reading: reading as Reading },
      ]),
    ),
  );
  return [...keys.values()].map((key) => {
    const own = runs.filter(({ condition, size }) => condition === key.condition && size === key.size);
    const measured = own.flatMap(({ readings }) => readings[key.reading] ?? []);
    const live = measured.filter(({ raw }) => raw);
    return {
      ...key,
      accuracy: interval(own.map(({ accuracy }) => accuracy)),
      trainAccuracy: interval(own.map(({ trainAccuracy }) => trainAccuracy)),
      nullMean: interval(own.map(({ nullMean }) => nullMean)).mean,
      live: interval(measured.map((each) => each.live)),
      dc: interval(live.map(({ dc }) => dc)),
      without: measured.length - live.length,
      raw: summary(measured, 'raw'),
      centered: summary(measured, 'centered'),
    };
  });
}

function summary(measured: readonly Measured[], kind: Kind): Summary | null {
  const statistics = measured.flatMap((each) => each[kind] ?? []);
  if (statistics.length === 0) return null;
  return {
    r2ori: interval(statistics.map(({ r2ori }) => r2ori)),
    excess: interval(statistics.map(({ excess }) => excess)),
    values: statistics.map(({ excess }) => excess),
    smooth: statistics.filter(({ pSmooth }) => pSmooth < 0.05).length,
    rotated: statistics.filter(({ pRotated }) => pRotated < 0.05).length,
  };
}

/** The differences that were registered, the first for the claim about the digits' shapes. */
const DIFFERENCES: readonly (readonly [string, Reading, string, Reading])[] = [
  ['whitened', 'trained', 'whitened, scrambled', 'trained'],
  ['recipe', 'trained', 'scrambled', 'trained'],
  ['no decay', 'change', 'random labels, no decay', 'change'],
  ['no decay', 'change', 'no decay', 'trained'],
  ['recipe', 'trained', 'no decay', 'change'],
];

export interface Difference {
  what: string;
  size: number;
  kind: Kind;
  difference: Interval;
}

/** The difference of two readings' excess over their own nulls, by seed: its mean and interval. */
export function differencesOf(runs: readonly Run[]): Difference[] {
  const excess = (run: Run | undefined, reading: Reading, kind: Kind) => run?.readings[reading]?.[kind]?.excess;
  return [5, 7].flatMap((size) =>
    DIFFERENCES.flatMap(([one, read, other, readOther]) =>
      KINDS.map((kind) => {
        const differences = runs
          .filter((run) => run.condition === one && run.size === size)
          .flatMap((run) => {
            const beside = runs.find(
              (each) => each.condition === other && each.size === size && each.seed === run.seed,
            );
            const [a, b] = [excess(run, read, kind), excess(beside, readOther, kind)];
            return a === undefined || b === undefined ? [] : [a - b];
          });
        return { what: `${one} (${read}) − ${other} (${readOther})`, size, kind, difference: interval(differences) };
      }),
    ),
  );
}
