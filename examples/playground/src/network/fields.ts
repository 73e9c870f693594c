/** What a number of any stage was computed from, through all stages before it. */
import { type ConvolutionStage, type Maps, POOL, type PoolingStage, STAGES, type Stage, type Trace } from './trace.js';

/** One number: a pixel of a map. */
export interface Unit {
  stage: Stage;
  channel: number;
  row: number;
  column: number;
}

/** A rectangle of rows and columns, in one map or in all maps of a stage. */
export interface Span {
  top: number;
  left: number;
  height: number;
  width: number;
  /** Which map; null for all. */
  channel: number | null;
}

/** For each stage that the unit depends on the numbers it depends on; of its own stage the unit itself. */
export type Field = Partial<Record<Stage, Span>>;

/** What is in front of a pooling. */
const POOLED: Record<PoolingStage, ConvolutionStage> = { pool1: 'conv1', pool2: 'conv2' };

/** Where a unit's number stands in the values of its stage. */
export function indexOf({ height, width }: Maps, { channel, row, column }: Omit<Unit, 'stage'>): number {
  return (channel * height + row) * width + column;
}

export function numberAt({ stages }: Trace, unit: Unit): number {
  const maps = stages[unit.stage];
  return maps.values[indexOf(maps, unit)];
}

/** The unit where the network has it, or the nearest: another network may have fewer maps, and smaller ones. */
export function within({ stages }: Trace, { stage, channel, row, column }: Unit): Unit {
  const { channels, height, width } = stages[stage];
  const hold = (value: number, size: number) => Math.min(size - 1, Math.max(0, value));
  return { stage, channel: hold(channel, channels), row: hold(row, height), column: hold(column, width) };
}

/** The receptive field of a unit in every stage before it: what could have changed its number. */
export function fieldOf(trace: Trace, { stage, channel, row, column }: Unit): Field {
  let span: Span = { top: row, left: column, height: 1, width: 1, channel };
  const field: Field = { [stage]: span };
  for (let i = STAGES.indexOf(stage); i > 0; i--) {
    span = before(trace, STAGES[i], span);
    field[STAGES[i - 1]] = span;
  }
  return field;
}

/** What the numbers of a span are computed from in the stage before. */
function before({ stages, weights }: Trace, stage: Stage, span: Span): Span {
  switch (stage) {
    case 'input':
      return span;
    case 'conv1':
    case 'conv2':
      return { ...grown(span, weights.kernel[stage], 1), channel: null };
    case 'pool1':
    case 'pool2':
      return { ...grown(span, POOL, POOL), channel: span.channel }; // Each map is pooled by itself.
    case 'classes': {
      const { height, width } = stages.pool2;
      return { top: 0, left: 0, height, width, channel: null };
    }
  }
}

function grown({ top, left, height, width }: Span, kernel: number, stride: number): Omit<Span, 'channel'> {
  const size = (steps: number) => (steps - 1) * stride + kernel;
  return { top: top * stride, left: left * stride, height: size(height), width: size(width) };
}

/**
 * Which of the numbers under a pooling's window is its largest, 0 to 3 row by row: the first of equals, as in the library.
 * @returns null when none was positive: then 0 goes on, and ReLU has made it
 */
export function winnerOf({ sums }: Trace, stage: PoolingStage, unit: Omit<Unit, 'stage'>): number | null {
  const maps = sums[POOLED[stage]];
  let best: number | null = null;
  let largest = 0;
  for (let i = 0; i < POOL * POOL; i++) {
    const value = maps.values[indexOf(maps, under(unit, i))];
    if (value <= largest) continue;
    largest = value;
    best = i;
  }
  return best;
}

/** The number at place `i` of the window that a pooling's unit looks through. */
export function under({ channel, row, column }: Omit<Unit, 'stage'>, i: number): Omit<Unit, 'stage'> {
  return { channel, row: POOL * row + Math.floor(i / POOL), column: POOL * column + (i % POOL) };
}

/** The numbers in front of a pooling that won, of all whose windows belong to a field. */
export function winnersIn(trace: Trace, field: Field, stage: PoolingStage): Omit<Unit, 'stage'>[] {
  const span = field[stage];
  if (!span) return [];
  const { channels } = trace.stages[stage];
  const [first, last] = span.channel === null ? [0, channels - 1] : [span.channel, span.channel];
  const winners: Omit<Unit, 'stage'>[] = [];
  for (let channel = first; channel <= last; channel++) {
    for (let row = span.top; row < span.top + span.height; row++) {
      for (let column = span.left; column < span.left + span.width; column++) {
        const unit = { channel, row, column };
        const winner = winnerOf(trace, stage, unit);
        if (winner !== null) winners.push(under(unit, winner));
      }
    }
  }
  return winners;
}
