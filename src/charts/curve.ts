import { axisX, axisY, dot, gridX, gridY, line, type Markish, rect } from '@observablehq/plot';
import { ArgumentError, checkNumber, readOptions, ShapeError } from '../errors.js';
import { headHeight, type LegendItem } from './head.js';
import { CHART, type ChartOptions, checkChart } from './options.js';
import { AXIS, COLORS, draw, MARGINS, X_LABEL_OFFSET, Y_LABEL_OFFSET } from './svg.js';

/** A line through points; a point with a number that is not finite leaves a gap. */
export interface Series {
  /** For the legend. */
  name: string;
  x: ArrayLike<number>;
  y: ArrayLike<number>;
  /** @default false, but true from the eighth series on, when colors repeat */
  dashed?: boolean;
}

export interface CurveOptions extends ChartOptions {
  series: readonly Series[];
  xLabel: string;
  yLabel: string;
  /** 'symlog' is linear up to 1 and logarithmic beyond, on both sides of 0. @default 'linear' */
  xScale?: 'linear' | 'log' | 'symlog';
  /** Ranges of y, shaded over the whole width and named in the legend. @default [] */
  bands?: readonly { label: string; from: number; to: number }[];
}

const REQUIRED = { series: undefined, xLabel: undefined, yLabel: undefined };
/** Points of a line that are drawn as dots, too, at most. */
const DOTS = 30;
const BANDS = ['#E6E6E6', '#D3E6F2', '#F8E2D3'];

/**
 * Lines over a common x, such as a loss over steps, as the text of an SVG file.
 * @throws ArgumentError when there is nothing to draw, or a logarithm of what is not above 0; ShapeError when x and y
 * of a series differ in length
 */
export function curve(options: CurveOptions): string {
  const defaults = { ...CHART, ...REQUIRED, xScale: 'linear' as const, bands: [] };
  const { series, xLabel, yLabel, xScale, bands, ...rest } = readOptions('curve', options, defaults);
  const chart = checkChart('curve', rest);
  const lines = series.map(({ name, x, y, dashed }, i) => {
    if (x.length !== y.length) {
      throw new ShapeError('curve', `expected as many y as x in series '${name}', got ${y.length} and ${x.length}`);
    }
    const points = Array.from(x, (value, at) => ({ x: finite(value), y: finite(y[at]) }));
    return { name, points, dashed: dashed ?? i >= COLORS.length, color: COLORS[i % COLORS.length] };
  });
  const points = lines.flatMap((one) => one.points);
  if (!points.some(({ x, y }) => !Number.isNaN(x + y))) {
    throw new ArgumentError('curve', 'expected a series with at least one finite point');
  }
  const xs = points.map(({ x }) => x).filter(Number.isFinite);
  const [least, most] = xs.reduce(([low, high], x) => [Math.min(low, x), Math.max(high, x)], [xs[0], xs[0]]);
  if (xScale === 'log' && least <= 0) {
    throw new ArgumentError('curve', `expected x above 0 on a log scale ('symlog' can show 0), got ${least}`);
  }
  for (const end of bands.flatMap(({ from, to }) => [from, to])) checkNumber('curve', 'the end of a band', end);
  const shades = bands.map((band, i) => ({ ...band, color: BANDS[i % BANDS.length] }));
  const legend: LegendItem[] = [
    ...lines.map(({ name, color, dashed }) => ({ name, color, sign: dashed ? 'dashes' : 'line' }) as const),
    ...shades.map(({ label, color }) => ({ name: label, color, sign: 'box' }) as const),
  ];

  const ticks = xScale === 'linear' ? wholeTicks(xs, least, most) : powerTicks(xScale, least, most);
  const marks: Markish[] = [
    shades.map(({ from, to, color }) => rect([0], { y1: [from], y2: [to], fill: color })),
    gridX({ ticks, strokeOpacity: 0.08 }),
    gridY({ tickSpacing: 50, strokeOpacity: 0.08 }),
    axisX({ ...AXIS, ticks, label: xLabel, labelOffset: X_LABEL_OFFSET }),
    axisY({ ...AXIS, tickSpacing: 50, label: yLabel, labelOffset: Y_LABEL_OFFSET }),
    lines.map(drawLine),
  ];
  const head = { ...chart, legend: legend.length > 1 ? legend : [] };
  return draw(`${yLabel} over ${xLabel}`, head, {
    ...MARGINS,
    marginTop: headHeight(head) + 10,
    marks,
    x: { type: xScale, domain: [least, most], nice: xScale === 'linear' && !ticks },
    y: { nice: true },
  });
}

interface Line {
  points: { x: number; y: number }[];
  color: string;
  dashed: boolean;
}

function drawLine({ points, color, dashed }: Line): Markish {
  const place = { x: 'x', y: 'y' } as const;
  const path = line(points, { ...place, stroke: color, strokeWidth: 2, strokeDasharray: dashed ? '6,4' : undefined });
  return points.length <= DOTS ? [path, dot(points, { ...place, fill: color, r: 3 })] : path;
}

/** The number, or NaN for an infinite one, which no axis can show. */
function finite(value: number): number {
  return Number.isFinite(value) ? value : Number.NaN;
}

/** Ticks at few whole numbers, such as epochs; undefined for others, for which Plot chooses ticks. */
function wholeTicks(xs: readonly number[], least: number, most: number): number[] | undefined {
  if (most - least > 12 || most === least || !xs.every(Number.isInteger)) return undefined;
  return Array.from({ length: most - least + 1 }, (_, i) => least + i);
}

/** The ticks of a logarithmic axis: 0 and the powers of ten, with 2 and 5 times them when they are few. */
function powerTicks(scale: 'log' | 'symlog', least: number, most: number): number[] {
  const first = scale === 'log' ? Math.floor(Math.log10(least)) : 0;
  const last = Math.ceil(Math.log10(Math.max(1, Math.abs(least), Math.abs(most))));
  const powers = Array.from({ length: last - first + 1 }, (_, i) => Number(`1e${first + i}`)); // 10 ** -5 is not 1e-5.
  const ticksFrom = (positive: readonly number[]) => {
    const all = scale === 'log' ? positive : [...positive.map((value) => -value).reverse(), 0, ...positive];
    return all.filter((value) => value >= least && value <= most);
  };
  const ticks = ticksFrom(powers);
  return ticks.length > 2 ? ticks : ticksFrom(powers.flatMap((power) => [power, 2 * power, 5 * power]));
}
