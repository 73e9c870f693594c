import { axisX, axisY, dot, gridX, gridY, line, type Markish, rect, ruleY, text } from '@observablehq/plot';
import { ArgumentError, checkNumber, checkOptions, ShapeError } from '../errors.js';
import { FONT_SIZE, headHeight, type LegendItem, textWidth } from './head.js';
import { CHART_OPTIONS, type ChartOptions, checkChart } from './options.js';
import { AXIS, COLORS, draw, MARGINS, X_LABEL_OFFSET, Y_LABEL_OFFSET } from './svg.js';

/** A line through points; a point with a number that is not finite leaves a gap. */
export interface Series {
  name: string;
  x: ArrayLike<number>;
  y: ArrayLike<number>;
  dashed?: boolean;
}

export interface CurveOptions extends ChartOptions {
  series: readonly Series[];
  xLabel: string;
  yLabel: string;
  /** 'symlog' is linear up to 1 and logarithmic beyond, on both sides of 0: 'linear' unless given. */
  xScale?: 'linear' | 'log' | 'symlog';
  /** Ranges of y, shaded over the whole width and named in the legend. */
  bands?: readonly { label: string; from: number; to: number }[];
  /** Values of y with a dotted line over the whole width and a name at its right end. */
  rules?: readonly { y: number; label: string }[];
}

/** Up to so many points of a line are shown as points, too. */
const DOTS = 30;
const BANDS = ['#E6E6E6', '#D3E6F2', '#F8E2D3'];
/** The longest line of a rule's name, in ems; the rest goes on below. */
const NAME_EMS = 10;

/**
 * Lines over a common x, such as a loss over steps, as the text of an SVG file.
 * @throws ArgumentError when there is nothing to draw, or a logarithm of what is not above 0; ShapeError when x and y
 * of a series differ in length
 */
export function curve(options: CurveOptions): string {
  checkOptions('curve', options, [...CHART_OPTIONS, 'series', 'xLabel', 'yLabel', 'xScale', 'bands', 'rules']);
  const { series, xLabel, yLabel, xScale = 'linear', bands = [], rules = [] } = options;
  const chart = checkChart('curve', options);
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
    throw new ArgumentError('curve', `expected x above 0 on a log scale ('symlog' has room for 0), got ${least}`);
  }
  for (const value of [...bands.flatMap(({ from, to }) => [from, to]), ...rules.map(({ y }) => y)]) {
    checkNumber('curve', 'a y of the bands and rules', value);
  }
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
    ruleY(rules, { y: 'y', strokeDasharray: '2,3' }),
    lines.map(drawLine),
    text(rules, { y: 'y', text: 'label', frameAnchor: 'right', textAnchor: 'start', dx: 5, lineWidth: NAME_EMS }),
  ];
  const named = Math.max(0, ...rules.map(({ label }) => Math.min(textWidth(label), NAME_EMS * FONT_SIZE)));
  const head = { ...chart, legend: legend.length > 1 ? legend : [] };
  return draw(`${yLabel} over ${xLabel}`, head, {
    ...MARGINS,
    marginTop: headHeight(head) + 10,
    marginRight: Math.max(MARGINS.marginRight, named + 12),
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

/** A number, or NaN for one that is infinite, which no axis can show. */
function finite(value: number): number {
  return Number.isFinite(value) ? value : Number.NaN;
}

/** Ticks at whole numbers when there are no others and they are few, such as epochs; else the axis finds its own. */
function wholeTicks(xs: readonly number[], least: number, most: number): number[] | undefined {
  if (most - least > 12 || most === least || !xs.every(Number.isInteger)) return undefined;
  return Array.from({ length: most - least + 1 }, (_, i) => least + i);
}

/** Where a logarithmic axis has its ticks: 0 and the powers of ten, with 2 and 5 times them when they are few. */
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
