import { useRef } from 'preact/hooks';
import { linearScale, ticksOf } from '../charts/scales.js';
import { useWidth } from '../charts/width.js';
import { meanOf, type Network, type Series } from './recorded.js';

const HEIGHT = 270;
const EDGE = { left: 46, right: 14, top: 12, bottom: 46 };

/** How far to the right of its mark the seeds of a network stand, so that they do not hide each other's. */
const BESIDE: Record<Network, number> = { trained: 14, untrained: -14, byHeart: 24 };

/** Told apart without color, too: by their marks and their lines. */
const LOOKS: Record<Network, { color: string; dash?: string; mark: (x: number, y: number) => string }> = {
  trained: {
    color: '--accent',
    mark: (x, y) => `M${x - 5} ${y}a5 5 0 1 0 10 0a5 5 0 1 0 -10 0Z`,
  },
  untrained: {
    color: '--quiet',
    dash: '6 4',
    mark: (x, y) => `M${x - 4.5} ${y - 4.5}h9v9h-9Z`,
  },
  byHeart: {
    color: '--second',
    dash: '2 4',
    mark: (x, y) => `M${x} ${y - 6}L${x + 5.5} ${y + 4.5}H${x - 5.5}Z`,
  },
};

/**
 * Networks layer by layer: a mark for each, or for the mean of its seeds, and a dot for each of these.
 * @param label says what is to be seen, with its numbers
 * @param layers below the marks
 */
export function Marks(props: {
  label: string;
  xLabel: string;
  layers: readonly string[];
  series: Partial<Record<Network, Series>>;
  /** Where the axis begins; it ends at 1. */
  lowest: number;
}) {
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const [left, right] = [EDGE.left, Math.max(EDGE.left + 1, width - EDGE.right)];
  const y = linearScale(props.lowest, 1, HEIGHT - EDGE.bottom, EDGE.top);
  const step = (right - left) / props.layers.length;
  const x = (layer: number) => left + (layer + 0.5) * step;
  return (
    <div class="chart marks" ref={box} role="img" aria-label={props.label}>
      <svg {...{ width, height: HEIGHT }} aria-hidden="true">
        {ticksOf([props.lowest, 1]).map((tick) => (
          <g key={tick}>
            <line class="grid" x1={left} x2={right} y1={y(tick)} y2={y(tick)} />
            <text x={left - 6} y={y(tick) + 4} text-anchor="end">
              {Math.round(100 * tick)}%
            </text>
          </g>
        ))}
        {props.layers.map((name, layer) => (
          <text key={name} x={x(layer)} y={HEIGHT - EDGE.bottom + 18} text-anchor="middle">
            {name}
          </text>
        ))}
        <text x={(left + right) / 2} y={HEIGHT - 7} text-anchor="middle">
          {props.xLabel}
        </text>
        {Object.entries(props.series).map(([name, series]) => {
          const { color, dash, mark } = LOOKS[name as Network];
          const means = series.map(meanOf);
          return (
            <g key={name} style={{ color: `var(${color})` }}>
              <path
                class="line"
                d={`M${means.map((mean, layer) => `${x(layer)} ${y(mean)}`).join('L')}`}
                stroke-dasharray={dash}
              />
              {series.map((seeds, layer) => (
                <g key={layer}>
                  <path class="mark-of" d={mark(x(layer), y(means[layer]))} />
                  {seeds.length > 1 &&
                    seeds.map((value, i) => (
                      <circle key={i} class="seed" cx={x(layer) + BESIDE[name as Network]} cy={y(value)} r={2.5} />
                    ))}
                </g>
              ))}
            </g>
          );
        })}
      </svg>
    </div>
  );
}

/** The mark of a network beside its name. */
export function Key({ network }: { network: Network }) {
  const { color, dash, mark } = LOOKS[network];
  return (
    <svg class="key" width={34} height={14} aria-hidden="true" style={{ color: `var(${color})` }}>
      <path class="line" d="M0 7H34" stroke-dasharray={dash} />
      <path class="mark-of" d={mark(17, 7)} />
    </svg>
  );
}
