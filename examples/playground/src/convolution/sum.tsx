/** The sum where the window stands, written out: what it sees x the filter = the products, and these together. */
import { diverging } from '../../../../src/inspect/index.js';
import { css, textOn } from '../pictures/colors.js';
import type { Lab } from './lab.js';
import { bracketed, long, short } from './numbers.js';
import { gray } from './paint.js';
import type { ConvolutionTexts } from './texts.en.js';
import { agrees, peakOf, type Tap } from './walk.js';

/** Filters up to this size have their factors written out, larger ones only the products. */
const FACTORS_UP_TO = 3;

export function Sum({ lab, texts }: { lab: Lab; texts: ConvolutionTexts }) {
  const words = texts.sum;
  const taps = lab.taps.value;
  const { size } = lab.filter.value;
  const { rows, total } = lab.sums.value;
  const rectify = lab.rectify.value;
  const engine = lab.result.value[lab.position.value];
  const same = agrees(engine, taps, total, rectify);
  const weightPeak = peakOf(lab.filter.value.values);
  const { white } = lab.image.value;
  return (
    <section class="sum" aria-label={words.heading(lab.row.value + 1, lab.column.value + 1)}>
      <h3>{words.heading(lab.row.value + 1, lab.column.value + 1)}</h3>
      <div class="sum-parts">
        <Matrix name={words.patch} size={size} kind="patch">
          {taps.map((tap) => ({ text: short(tap.pixel), color: gray(tap.pixel / white), padding: tap.padding }))}
        </Matrix>
        <span class="sign">×</span>
        <Matrix name={words.weights} size={size} kind="weights">
          {taps.map(({ weight }) => ({ text: short(weight), color: diverging(weight / weightPeak) }))}
        </Matrix>
        <span class="sign">=</span>
        <Matrix name={words.products} size={size} kind="products">
          {taps.map(({ product }) => ({ text: short(product), color: diverging(product / (weightPeak * white)) }))}
        </Matrix>
        <div class="written" style={{ '--cells': size }}>
          {rows.map((sum, row) => (
            <p key={row}>
              {taps.slice(row * size, (row + 1) * size).map((tap, column) => (
                <span key={column} class="term">
                  <span class="plus">{column > 0 && '+'}</span>
                  {term(tap, size)}
                </span>
              ))}
              <span class="row-sum">= {long(sum)}</span>
            </p>
          ))}
          <p class="total">
            {words.together} <strong>{long(total)}</strong>
          </p>
          {rectify && <p class="rectified">{words.relu(long(Math.max(0, total)))}</p>}
          <p class={same ? 'engine' : 'engine differs'}>
            {same ? words.engine(long(engine)) : words.differs(long(engine))}
          </p>
        </div>
      </div>
    </section>
  );
}

function term({ pixel, weight, product }: Tap, size: number): string {
  if (size > FACTORS_UP_TO) return bracketed(short(product));
  return `${short(pixel)}·${bracketed(short(weight))}`;
}

interface Cell {
  text: string;
  color: readonly [number, number, number];
  padding?: boolean;
}

function Matrix({ name, size, kind, children }: { name: string; size: number; kind: string; children: Cell[] }) {
  return (
    <figure class={`matrix ${kind}`} style={{ '--cells': size }}>
      <div class="matrix-cells">
        {children.map(({ text, color, padding }, index) => (
          <span
            key={index}
            class={padding ? 'matrix-cell padding' : 'matrix-cell'}
            style={padding ? undefined : { background: css(color), color: textOn(color) }}
          >
            {text}
          </span>
        ))}
      </div>
      <figcaption>{name}</figcaption>
    </figure>
  );
}
