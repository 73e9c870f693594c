import { PARTS, type Part } from '../../../lib/animals/drawings.js';
import type { Measured } from './messages.js';
import type { Run } from './run.js';
import { stepsOf } from './sizes.js';
import { useAnimalsTexts } from './texts.js';

/** How many filters count for each part. */
export function countsOf({ filters }: Measured): Record<Part, number> {
  const count = (part: Part) => filters.filter(({ counted }) => counted === part).length;
  return { eye: count('eye'), nose: count('nose'), ear: count('ear') };
}

const WIDTH = 400;
const HEIGHT = 216;
const EDGE = { left: 40, right: 66, top: 12, bottom: 40 };
/** Numbers at the ends of the lines stand at least so far from each other, in pixels. */
const APART = 15;
/** Lines and marks are told apart without colors, too. */
const DASHES: Record<Part, string | undefined> = { eye: undefined, nose: '7 4', ear: '2 4' };

/** Filters found over the training, for both questions side by side on one scale. */
export function Counts({ runs }: { runs: readonly Run[] }) {
  const { counts: texts } = useAnimalsTexts();
  const most = Math.max(
    0,
    ...runs.flatMap(({ measured }) => measured.value.flatMap((m) => Object.values(countsOf(m)))),
  );
  const top = Math.max(8, 4 * Math.ceil(most / 4));
  return (
    <section class="found" aria-label={texts.title}>
      <h3>{texts.title}</h3>
      <div class="two">
        {runs.map((run) => (
          <Chart key={run.question} run={run} top={top} />
        ))}
      </div>
    </section>
  );
}

function Chart({ run, top }: { run: Run; top: number }) {
  const { counts: texts, parts } = useAnimalsTexts();
  const measured = run.measured.value;
  const last = measured.at(-1);
  const steps = stepsOf(run.sizes);
  const x = (step: number) => EDGE.left + (step / steps) * (WIDTH - EDGE.left - EDGE.right);
  const y = (count: number) => HEIGHT - EDGE.bottom - (count / top) * (HEIGHT - EDGE.top - EDGE.bottom);
  const name = texts.of[run.question];
  const said = last ? texts.said(last.step, ...numbersOf(last)) : texts.none;
  const spoken = measured.length > 1 ? `${texts.said(0, ...numbersOf(measured[0]))}; ${said}` : said;
  return (
    <figure class="count-chart">
      <figcaption>
        <strong>{name}</strong> <span class="note">{last ? texts.seed(run.seed.value) : texts.none}</span>
      </figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={texts.chart(name, spoken)}>
        {[0, top / 4, top / 2, (3 * top) / 4, top].map((tick) => (
          <g key={tick}>
            <line class="grid" x1={EDGE.left} x2={WIDTH - EDGE.right} y1={y(tick)} y2={y(tick)} />
            <text x={EDGE.left - 6} y={y(tick) + 4} text-anchor="end">
              {tick}
            </text>
          </g>
        ))}
        {[0, Math.round(steps / 2), steps].map((tick) => (
          <text key={tick} x={x(tick)} y={HEIGHT - EDGE.bottom + 16} text-anchor="middle">
            {tick}
          </text>
        ))}
        <text x={(EDGE.left + WIDTH - EDGE.right) / 2} y={HEIGHT - 6} text-anchor="middle">
          {texts.steps}
        </text>
        <text class="up" transform={`translate(11 ${HEIGHT / 2 - 12}) rotate(-90)`} text-anchor="middle">
          {texts.filters}
        </text>
        {PARTS.map((part) => (
          <g key={part} class={`part-${part}`}>
            <path
              d={measured
                .map((m, i) => `${i === 0 ? 'M' : 'L'}${x(m.step).toFixed(1)} ${y(countsOf(m)[part])}`)
                .join('')}
              stroke-dasharray={DASHES[part]}
            />
            {measured.map((m) => (
              <Mark key={m.step} part={part} x={x(m.step)} y={y(countsOf(m)[part])} />
            ))}
          </g>
        ))}
        {last &&
          apart(PARTS.map((part) => y(countsOf(last)[part]))).map((at, i) => (
            <text key={i} class={`end part-${PARTS[i]}`} x={x(last.step) + 9} y={at + 4}>
              {parts[PARTS[i]]} {countsOf(last)[PARTS[i]]}
            </text>
          ))}
      </svg>
      {last && <p class="note">{said}</p>}
    </figure>
  );
}

function numbersOf(measured: Measured): [number, number, number] {
  const { eye, nose, ear } = countsOf(measured);
  return [eye, nose, ear];
}

/** A disk for eyes, a triangle for noses, a square for ears. */
function Mark({ part, x, y }: { part: Part; x: number; y: number }) {
  if (part === 'eye') return <circle cx={x} cy={y} r={4} />;
  if (part === 'ear') return <rect x={x - 3.5} y={y - 3.5} width={7} height={7} />;
  return <polygon points={`${x},${y + 5} ${x - 5},${y - 3.5} ${x + 5},${y - 3.5}`} />;
}

/** The same heights, moved where they would cover each other; the lowest stays. */
function apart(heights: readonly number[]): number[] {
  const order = [...heights.keys()].sort((a, b) => heights[b] - heights[a]);
  const moved = [...heights];
  for (let i = 1; i < order.length; i++) moved[order[i]] = Math.min(heights[order[i]], moved[order[i - 1]] - APART);
  return moved;
}
