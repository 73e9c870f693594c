import { useMemo, useRef, useState } from 'preact/hooks';
import { useStore } from '../state/store.js';
import { useTexts } from '../texts/index.js';
import { areaUnder, asinhScale, decadesTo, linearScale, mostOf, pathOf, ticksOf } from './scales.js';
import { useWidth } from './width.js';

interface Line {
  label: string;
  /** Name of a color in colors.css, such as '--accent'. */
  color: string;
  /** Fills the area below. */
  filled?: boolean;
  dashed?: boolean;
}

/** A number for each step, null where there is none. */
type Column = readonly (number | null)[];

/** Of the drawing, in pixels, and of what the axes take of it. */
const HEIGHT = 240;
const EDGE = { left: 46, right: 14, top: 10, bottom: 44 };

/**
 * Lines over the steps of the training, and told in numbers to those who do not see them; these on a scale that is linear to about 10 and logarithmic above.
 * @param steps of the columns
 * @param columns the numbers of each line
 * @param range of the numbers; as wide as they need unless given
 * @param mark a step that a vertical line shows
 */
export function Chart(props: {
  label: string;
  xLabel: string;
  lines: readonly Line[];
  steps: readonly number[];
  columns: readonly Column[];
  range?: [number, number];
  percent?: boolean;
  mark: number | null;
}) {
  const { label, lines, steps, columns, mark, percent = false } = props;
  const { charts: texts } = useTexts();
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const last = useStore().training.prepared.value?.steps ?? 1;
  const [pointed, setPointed] = useState<number | null>(null);

  const [left, right] = [EDGE.left, Math.max(EDGE.left + 1, width - EDGE.right)];
  const x = asinhScale(last, left, right);
  const ticks = useMemo(() => ticksOf(props.range ?? [0, mostOf(columns)]), [columns, props.range?.[1]]);
  const y = linearScale(ticks[0], ticks[ticks.length - 1], HEIGHT - EDGE.bottom, EDGE.top);
  const paths = useMemo(() => columns.map((column) => pathOf(steps.map(x), column, y)), [steps, columns, width, last]);
  const show = (value: number) => (percent ? `${(100 * value).toFixed(1)}%` : value.toPrecision(3));
  const told = lines.flatMap((line, i) => {
    const known = columns[i].flatMap((value, at) => (value === null || !Number.isFinite(value) ? [] : [at]));
    if (known.length === 0) return [];
    const [first, last] = [known[0], known[known.length - 1]].map(
      (index) => [show(columns[i][index]!), steps[index]] as const,
    );
    return [texts.line(line.label, ...first, ...last)];
  });
  const at = pointed === null ? null : nearest(steps.map(x), pointed);
  return (
    <div class="chart" ref={box} role="img" aria-label={[label, ...told].join(texts.gap)}>
      <svg
        {...{ width, height: HEIGHT }}
        aria-hidden="true"
        onPointerMove={({ offsetX }) => setPointed(offsetX)}
        onPointerLeave={() => setPointed(null)}
      >
        {ticks.map((tick) => (
          <g key={tick}>
            <line class="grid" x1={left} x2={right} y1={y(tick)} y2={y(tick)} />
            <text x={left - 6} y={y(tick) + 4} text-anchor="end">
              {percent ? `${Math.round(100 * tick)}%` : tick}
            </text>
          </g>
        ))}
        {decadesTo(last).map((tick) => (
          <g key={tick}>
            <line class="grid" x1={x(tick)} x2={x(tick)} y1={EDGE.top} y2={HEIGHT - EDGE.bottom} />
            <text x={x(tick)} y={HEIGHT - EDGE.bottom + 17} text-anchor="middle">
              {tick}
            </text>
          </g>
        ))}
        <text x={(left + right) / 2} y={HEIGHT - 8} text-anchor="middle">
          {props.xLabel}
        </text>
        {lines.map(({ color, filled, dashed }, i) => (
          <g key={i} style={{ color: `var(${color})` }}>
            {filled && <path class="area" d={areaUnder(paths[i], y(ticks[0]))} />}
            <path class={filled ? 'line thin' : 'line'} d={paths[i]} stroke-dasharray={dashed ? '5 5' : undefined} />
          </g>
        ))}
        {mark !== null && <Upright at={x(mark)} />}
        {at !== null && <Upright at={x(steps[at])} />}
      </svg>
      <ul class="legend-lines">
        {lines.map((line, i) => {
          const value = at === null ? null : columns[i][at];
          return (
            <li key={i} style={{ '--color': `var(${line.color})` }}>
              {line.label} <span>{value === null ? '' : show(value)}</span>
            </li>
          );
        })}
        <li class="at">
          {props.xLabel} <span>{at === null ? '' : steps[at]}</span>
        </li>
      </ul>
    </div>
  );
}

/** A dashed line from top to bottom. */
function Upright({ at }: { at: number }) {
  return <line class="mark" x1={at} x2={at} y1={EDGE.top} y2={HEIGHT - EDGE.bottom} />;
}

/** The index of the place nearest to `to`; null when there is none. */
function nearest(places: readonly number[], to: number): number | null {
  const distances = places.map((place) => Math.abs(place - to));
  return places.length > 0 ? distances.indexOf(Math.min(...distances)) : null;
}
