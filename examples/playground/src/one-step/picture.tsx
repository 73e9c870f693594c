import type { ComponentChildren } from 'preact';
import { diverging } from '../../../../src/inspect/index.js';
import { short } from '../convolution/numbers.js';
import { css, textOn } from '../pictures/colors.js';

/** Larger filters have no room for numbers in their cells. */
const NUMBERS_UP_TO = 5;
/** Of a cell: how far the longest arrow goes from its middle, half of its whole length. */
const REACH = 0.4;
/** An arrow shorter than this, of the longest, is a dot. */
const DOT = 0.06;

/** The weights of a filter as colored cells, each a unit wide, and what stands on them. */
export function Picture({
  values,
  size,
  scale,
  chosen,
  label,
  children,
}: {
  values: ArrayLike<number>;
  size: number;
  /** The magnitude at the end of the colors. */
  scale: number;
  /** The weight that is written out. */
  chosen: number;
  label: string;
  children?: ComponentChildren;
}) {
  return (
    <svg viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label}>
      {Array.from(values, (value, i) => (
        <rect key={i} {...cornerOf(i, size)} width={1.01} height={1.01} fill={css(diverging(value / scale))} />
      ))}
      {children}
      <rect class="chosen" {...cornerOf(chosen, size)} width={1} height={1} />
    </svg>
  );
}

/** Their numbers. */
export function Numbers({ values, size, scale }: { values: ArrayLike<number>; size: number; scale: number }) {
  if (size > NUMBERS_UP_TO) return null;
  return (
    <g class="numbers">
      {Array.from(values, (value, i) => (
        <text key={i} x={(i % size) + 0.5} y={Math.floor(i / size) + 0.6} fill={textOn(diverging(value / scale))}>
          {short(value)}
        </text>
      ))}
    </g>
  );
}

/** Which way each weight goes, and how far: up where it grows. @param reach of each, -1 to 1 */
export function Arrows({ reach, size }: { reach: readonly number[]; size: number }) {
  return (
    <g class="arrows">
      {reach.map((share, i) => {
        const [x, y] = [(i % size) + 0.5, Math.floor(i / size) + 0.5];
        const shape = Math.abs(share) < DOT ? `M${x} ${y}h.001` : arrow(x, y, share * REACH);
        return (
          <g key={i}>
            <path class="halo" d={shape} />
            <path d={shape} />
          </g>
        );
      })}
    </g>
  );
}

/** Upright around a middle, up for positive lengths. */
function arrow(x: number, y: number, length: number): string {
  const [tail, tip] = [y + length, y - length];
  const head = Math.sign(length) * Math.min(0.18, Math.abs(length));
  const wing = Math.min(0.14, Math.abs(length));
  return `M${x} ${tail}V${tip}M${x - wing} ${tip + head}L${x} ${tip}L${x + wing} ${tip + head}`;
}

function cornerOf(index: number, size: number): { x: number; y: number } {
  return { x: index % size, y: Math.floor(index / size) };
}
