import { areaY, axisX, axisY, dot, gridY, line, type Markish, ruleX, ruleY, text } from '@observablehq/plot';
import { ArgumentError, checkNumber, readOptions } from '../errors.js';
import { headHeight, type LegendItem, textWidth } from './head.js';
import { CHART, type ChartOptions, checkChart } from './options.js';
import { AXIS, COLORS, DARK, draw, MARGINS, X_LABEL_OFFSET, Y_LABEL_OFFSET } from './svg.js';

export interface HistogramOptions extends ChartOptions {
  /** Each is drawn as a density, whose area is 1. Values that are not finite are left out. */
  groups: readonly { name: string; values: ArrayLike<number> }[];
  /**
   * Single values to be compared with the groups, as dots above them; those that are not finite are left out, and all
   * labels when there are too many. @default []
   */
  marks?: readonly { x: number; label: string }[];
  /** The dots' name in the legend. @default they are not in the legend */
  marksName?: string;
  xLabel: string;
  /** The number of bins, of equal width, over the range of all values, 1 to 1000. @default 60 */
  bins?: number;
}

const DEFAULTS = { ...CHART, groups: undefined, marks: [], marksName: undefined, xLabel: undefined, bins: 60 };
/** Height of a row of dots, in pixels, and how many rows may be above the densities. */
const ROW = 15;
const MOST_ROWS = 8;

/**
 * How several groups of values are distributed, as the text of an SVG file: densities over the same bins, and single
 * values as dots above them.
 * @throws ArgumentError when a group has no finite value
 */
export function histogram(options: HistogramOptions): string {
  const { groups, marks, marksName, xLabel, bins, ...rest } = readOptions('histogram', options, DEFAULTS);
  const chart = checkChart('histogram', rest);
  checkNumber('histogram', 'bins', bins, { least: 1, most: 1000, whole: true });
  const dots = marks.filter(({ x }) => Number.isFinite(x));
  const samples = groups.map(({ name, values }, i) => {
    const sample = Float64Array.from(values).filter(Number.isFinite);
    if (sample.length === 0) throw new ArgumentError('histogram', `expected a finite value in group '${name}'`);
    return { name, sample, color: COLORS[i % COLORS.length] };
  });
  if (samples.length === 0) throw new ArgumentError('histogram', 'expected at least one group');
  const [low, high] = rangeOf([...samples.map(({ sample }) => sample), dots.map(({ x }) => x)]);
  const legend: LegendItem[] = samples.map(({ name, color }) => ({ name, color, sign: 'box' }));
  if (marksName !== undefined && dots.length > 0) legend.push({ name: marksName, color: DARK, sign: 'dot' });

  const { marginLeft, marginRight } = MARGINS;
  const perUnit = (chart.width - marginLeft - marginRight) / (high - low);
  const rows = rowsOf(dots, (x) => marginLeft + (x - low) * perUnit, chart.width);
  const head = { ...chart, legend };
  return draw(`density of ${xLabel}`, head, {
    ...MARGINS,
    marginTop: headHeight(head) + 10 + rows.length * ROW,
    marks: [
      gridY({ tickSpacing: 50, strokeOpacity: 0.08 }),
      axisX({ ...AXIS, label: xLabel, labelOffset: X_LABEL_OFFSET }),
      axisY({ ...AXIS, tickSpacing: 50, label: 'density', labelOffset: Y_LABEL_OFFSET }),
      samples.map(({ sample, color }) => drawSteps(densities(sample, low, high, bins), color)),
      ruleY([0]),
      rows.map((row, i) => drawDots(row, -(i * ROW + 9))),
    ],
    x: { domain: [low, high] },
    y: { nice: true },
  });
}

interface Point {
  x: number;
  y: number;
}

/** An outline that begins and ends at 0, and a pale area below it. */
function drawSteps(steps: readonly Point[], color: string): Markish {
  const place = { x: 'x', y: 'y', curve: 'step-after' } as const;
  return [
    areaY(steps, { ...place, fill: color, fillOpacity: 0.25 }),
    line([{ x: steps[0].x, y: 0 }, ...steps], { ...place, stroke: color }),
  ];
}

/** Dots `dy` below the top of the densities, each with a line down to the axis and its label beside it. */
function drawDots(row: readonly Dot[], dy: number): Markish {
  const place = { x: 'x', frameAnchor: 'top', dy } as const;
  const labels = (textAnchor: Dot['anchor'], dx: number) =>
    text(
      row.filter(({ anchor }) => anchor === textAnchor),
      { ...place, text: 'label', textAnchor, dx, lineAnchor: 'middle' },
    );
  return [
    ruleX(row, { x: 'x', insetTop: dy, strokeOpacity: 0.3 }),
    dot(row, { ...place, r: 3.5, fill: DARK }),
    labels('start', 6),
    labels('end', -6),
  ];
}

/** The smallest and the largest of all values; a little less and more when they are equal. */
function rangeOf(samples: readonly Iterable<number>[]): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const sample of samples) {
    for (const value of sample) [low, high] = [Math.min(low, value), Math.max(high, value)];
  }
  const around = low < high ? 0 : Math.max(Math.abs(low), 1) / 2;
  return [low - around, high + around];
}

/** The share of the values in each bin over the bin's width, at its left edge; 0 at the last one's right edge. */
function densities(values: Float64Array, low: number, high: number, bins: number): Point[] {
  const counts = new Array<number>(bins + 1).fill(0);
  for (const value of values) counts[Math.min(bins - 1, Math.floor((bins * (value - low)) / (high - low)))]++;
  const width = (high - low) / bins;
  return counts.map((count, i) => ({ x: low + i * width, y: count / (values.length * width) }));
}

/** A dot and the side on which its label stands. */
interface Dot {
  x: number;
  label: string;
  anchor: 'start' | 'end';
}

/** Dots in rows, the lowest first: with labels if there is room, else without, and all in one row if they are too many. */
function rowsOf(dots: readonly { x: number; label: string }[], pixelOf: (x: number) => number, width: number): Dot[][] {
  const bare = dots.map(({ x }) => ({ x, label: '' }));
  for (const these of [dots, bare]) {
    const rows = stacked(these, pixelOf, width);
    if (rows.length <= MOST_ROWS) return rows;
  }
  return [bare.map((mark) => ({ ...mark, anchor: 'start' }))];
}

/** Dots with their labels in as few rows as keep them apart. */
function stacked(
  dots: readonly { x: number; label: string }[],
  pixelOf: (x: number) => number,
  width: number,
): Dot[][] {
  const rows: { dots: Dot[]; end: number }[] = [];
  for (const { x, label } of [...dots].sort((a, b) => a.x - b.x)) {
    const [at, needed] = [pixelOf(x), 6 + textWidth(label)];
    const anchor = at + needed > width ? 'end' : 'start';
    const [begin, end] = anchor === 'start' ? [at - 4, at + needed] : [at - needed, at + 4];
    let row = rows.find((other) => other.end < begin);
    if (!row) {
      row = { dots: [], end: 0 };
      rows.push(row);
    }
    row.dots.push({ x, label, anchor });
    row.end = end;
  }
  return rows.map((row) => row.dots);
}
