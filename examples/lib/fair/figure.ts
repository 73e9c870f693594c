/** The figure of the study of fair controls: every seed as a dot, and the mean with its interval. */
import { axisX, axisY, dot, gridX, type Markish, ruleX, ruleY } from '@observablehq/plot';
import { headHeight, type LegendItem } from '../../../src/charts/head.js';
import { AXIS, COLORS, DARK, draw } from '../../../src/charts/svg.js';
import type { Reading } from './conditions.js';
import { KINDS, type Kind, type Row } from './summary.js';

/** What is drawn, from top to bottom, and how it is called. */
export const SHOWN: readonly (readonly [condition: string, reading: Reading, label: string])[] = [
  ['recipe', 'start', 'before training'],
  ['recipe', 'trained', 'the recipe'],
  ['scrambled', 'trained', 'phases scrambled'],
  ['whitened', 'trained', 'whitened'],
  ['whitened, scrambled', 'trained', 'whitened, scrambled'],
  ['pixels permuted', 'trained', 'pixels permuted'],
  ['no decay', 'trained', 'no decay'],
  ['no decay', 'change', 'no decay, less the start'],
  ['no decay, a tenth', 'trained', 'no decay, from a tenth of the start'],
  ['Adam, no decay', 'trained', 'Adam, no decay'],
  ['Adam, no decay', 'change', 'Adam, no decay, less the start'],
  ['Adam, no decay, a tenth', 'trained', 'Adam, no decay, from a tenth'],
  ['conv2 fixed', 'trained', 'conv2 fixed at random'],
  ['all above fixed', 'trained', 'all above conv1 fixed'],
  ['labels by heart', 'trained', '1,000 shuffled labels by heart'],
  ['random labels, no decay', 'change', 'all labels random, less the start'],
];

const WIDTH = 1000;
const ROW = 30;
const NAMES = { raw: 'raw filters', centered: 'without their means' } satisfies Record<Kind, string>;
/** Pixels below the middle of a row. */
const BELOW = { raw: -6, centered: 6 } satisfies Record<Kind, number>;

/** An SVG of its own: R2ori less that of each condition's own null, 5x5 on the left and 7x7 on the right. */
export function figureOf(rows: readonly Row[], page: Document): string {
  const found = SHOWN.flatMap(([condition, reading, label]) =>
    rows
      .filter((row) => row.condition === condition && row.reading === reading)
      .map((row) => ({ row, label, size: `${row.size}x${row.size} filters` })),
  );
  const marks = KINDS.flatMap((kind, i): Markish[] => {
    const place = { fx: 'size', y: 'label', dy: BELOW[kind] };
    const each = found.flatMap(({ row, label, size }) => {
      const { values = [] } = row[kind] ?? {};
      return values.map((value) => ({ value, label, size }));
    });
    const means = found.flatMap(({ row, label, size }) => {
      const summary = row[kind];
      return summary ? [{ ...summary.excess, label, size }] : [];
    });
    const whole = means.filter(({ low, high }) => Number.isFinite(low + high));
    return [
      dot(each, { ...place, x: 'value', r: 2.5, fill: COLORS[i], fillOpacity: 0.4 }),
      ruleY(whole, { ...place, x1: 'low', x2: 'high', stroke: COLORS[i], strokeWidth: 2 }),
      dot(means, { ...place, x: 'mean', r: 4, fill: COLORS[i], stroke: 'white' }),
    ];
  });
  const legend = KINDS.map((kind, i): LegendItem => ({ name: NAMES[kind], color: COLORS[i], sign: 'dot' }));
  const labels = SHOWN.map(([, , label]) => label).filter((label) => found.some((each) => each.label === label));
  const title = 'Likeness to edges and lines (R2ori), less that of random filters as smooth as the images learned from';
  const head = { title, legend, width: WIDTH };
  const marginTop = headHeight(head) + 40;
  return draw(
    title,
    { ...head, height: marginTop + ROW * (labels.length + 1) + 60, page },
    {
      marginTop,
      marginBottom: 60,
      marginLeft: 230,
      marginRight: 24,
      marks: [
        gridX({ strokeOpacity: 0.1 }),
        axisX({
          ...AXIS,
          label: 'mean R2ori of a layer, less its null (dots: seeds; lines: 95% intervals of the mean)',
          labelOffset: 44,
        }),
        axisY({ label: null, tickSize: 0 }),
        ruleX([0], { stroke: DARK }),
        ...marks,
      ],
      fx: { label: null, padding: 0.1 },
      y: { domain: labels, padding: 0.4, paddingInner: 0 },
      x: { nice: true },
    },
  );
}
