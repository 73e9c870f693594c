import { type Color, diverging, ink } from '../../../../src/inspect/index.js';
import { short } from '../convolution/numbers.js';
import { css, textOn } from '../pictures/colors.js';

/** Numbers in rows and columns, written on their colors. */
export function Matrix({
  name,
  values,
  columns,
  scale,
  paper = false,
  marked = null,
}: {
  name?: string;
  values: ArrayLike<number>;
  columns: number;
  /** The number that the colors end at. */
  scale: number;
  /** Whether these are pixels: from paper to ink. */
  paper?: boolean;
  /** The number to be marked. */
  marked?: number | null;
}) {
  const colorOf = (value: number): Color => (paper ? ink(value) : diverging(value / scale));
  return (
    <figure class="net-matrix" style={{ '--columns': columns }}>
      <div class="net-cells">
        {Array.from(values, (value, i) => {
          const color = colorOf(value);
          return (
            <span
              key={i}
              class={i === marked ? 'marked' : undefined}
              style={{ background: css(color), color: textOn(color) }}
            >
              {short(value)}
            </span>
          );
        })}
      </div>
      {name && <figcaption>{name}</figcaption>}
    </figure>
  );
}
