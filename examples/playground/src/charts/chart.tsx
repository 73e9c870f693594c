import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import { useStore } from '../state/store.js';

export interface Line {
  label: string;
  /** Name of a color in colors.css, such as '--accent'. */
  color: string;
  /** Fills the area below. */
  filled?: boolean;
  dashed?: boolean;
}

/** Shortest time between two drawings, in ms, in sight and out of it: the page has other things to do. */
const BETWEEN_DRAWINGS = { seen: 200, unseen: 2000 };
/** Where a logarithmic axis has its numbers. */
const DECADES = [0, 3, 10, 30, 100, 300, 1000, 3000, 10_000, 30_000, 100_000];

/**
 * Lines over the steps of the training; these on a scale that is linear to about 10 and logarithmic above.
 * @param data the steps, then the numbers of each line; null where a line has none
 * @param mark a step that a vertical line shows
 */
export function Chart({
  label,
  xLabel,
  lines,
  data,
  range,
  percent = false,
  mark,
}: {
  label: string;
  xLabel: string;
  lines: readonly Line[];
  data: uPlot.AlignedData;
  range?: [number, number];
  percent?: boolean;
  mark: number | null;
}) {
  const { preferences, training } = useStore();
  const { dark } = preferences;
  const steps = training.prepared.value?.steps ?? 1;
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const newest = useRef({ data, mark, steps });
  const drawn = useRef(0);
  const visible = useRef(true);
  newest.current = { data, mark, steps };

  const key = `${dark.value} ${label} ${xLabel} ${lines.map((line) => line.label).join()}`;
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const colors = getComputedStyle(element);
    const color = (name: string) => colors.getPropertyValue(name).trim();
    const show = (value: number) => (percent ? `${(100 * value).toFixed(1)}%` : value.toPrecision(3));
    const axis: uPlot.Axis = {
      stroke: color('--quiet'),
      grid: { stroke: color('--rule'), width: 1 },
      ticks: { stroke: color('--rule'), width: 1 },
      font: '12px system-ui, sans-serif',
      labelFont: '12px system-ui, sans-serif',
    };
    const made = new uPlot(
      {
        width: element.clientWidth,
        height: 240,
        scales: {
          x: { time: false, distr: 4, asinh: 10, range: () => [0, newest.current.steps] },
          y: range ? { range } : {},
        },
        axes: [
          {
            ...axis,
            label: xLabel,
            labelSize: 22,
            splits: (own) => DECADES.filter((at) => at <= (own.scales.x.max ?? 0)),
            filter: (_own, splits) => splits,
          },
          {
            ...axis,
            size: 46,
            values: (_own, ticks) => ticks.map((at) => (percent ? `${Math.round(100 * at)}%` : `${at}`)),
          },
        ],
        series: [
          { label: xLabel, value: (_own, value) => (value === null ? '' : String(value)) },
          ...lines.map((line) => ({
            label: line.label,
            stroke: color(line.color),
            width: 2,
            points: { show: false },
            spanGaps: true,
            value: (_own: uPlot, value: number | null) => (value === null ? '' : show(value)),
            ...(line.filled && { fill: `${color(line.color)}22`, width: 1 }),
            ...(line.dashed && { dash: [5, 5] }),
          })),
        ],
        cursor: { drag: { x: false, y: false } },
        hooks: { draw: [(own) => drawMark(own, newest.current.mark, color('--text'))] },
      },
      newest.current.data,
      element,
    );
    plot.current = made;
    const seen = new IntersectionObserver(([{ isIntersecting }]) => {
      visible.current = isIntersecting;
      if (isIntersecting) made.setData(newest.current.data);
    });
    seen.observe(element);
    const watcher = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: 240 }));
    watcher.observe(element);
    return () => {
      seen.disconnect();
      watcher.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [key]);

  useEffect(() => {
    const between = visible.current ? BETWEEN_DRAWINGS.seen : BETWEEN_DRAWINGS.unseen;
    const wait = Math.max(0, drawn.current + between - performance.now());
    const timer = setTimeout(() => {
      drawn.current = performance.now();
      plot.current?.setData(newest.current.data);
    }, wait);
    return () => clearTimeout(timer);
  }, [data, mark, steps]);

  return <div class="chart" ref={box} role="img" aria-label={label} />;
}

function drawMark({ ctx, bbox, valToPos }: uPlot, mark: number | null, color: string): void {
  if (mark === null) return;
  const x = Math.round(valToPos(mark, 'x', true));
  ctx.save();
  ctx.strokeStyle = color;
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([3 * devicePixelRatio, 3 * devicePixelRatio]);
  ctx.beginPath();
  ctx.moveTo(x, bbox.top);
  ctx.lineTo(x, bbox.top + bbox.height);
  ctx.stroke();
  ctx.restore();
}
