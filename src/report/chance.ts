import { chart, type Html, html, section, table } from './html.js';
import { whole } from './numbers.js';
import { layerTable, NULLS, sinceText } from './study-text.js';
import type { Subject } from './subject.js';

/** The layer compared with random filters: before and after training, and over the steps. */
export function chanceSection(subject: Subject): Html | null {
  const { figures, options, charts, page } = subject;
  const { after, before = null } = figures;
  const { nulls } = options;
  if (!after) return null;
  const densities = charts.histogram({
    groups: nulls.map(({ kind, r2ori }) => ({ name: `random: ${NULLS[kind].name}`, values: r2ori })),
    marks: after.filters.map(({ filter, r2ori }) => ({ x: r2ori, label: `${filter}` })),
    marksName: 'filters of this layer, by number',
    xLabel: 'R2ori of a filter',
    width: 820,
    height: 420,
    document: page,
  });
  const [columns, ...rows] = layerTable({ before, after });
  return section(
    'chance',
    'Is it more than chance?',
    html`<p>Random filters look a little like edges and lines, too. So the layer is compared with random ones of the same
size:</p>
<ul>${nulls.map(({ kind, r2ori }) => html`<li><strong>${NULLS[kind].name}</strong> (${whole(r2ori.length)} filters): ${NULLS[kind].meaning}</li>\n`)}</ul>
`,
    chart(
      densities,
      html`How much of a filter the best edge or line explains: random filters as hills, the filters of this layer after
training as dots. What to see: the further the dots lie to the right of the hills' middles, the better. One dot over a hill
may well be chance; that nearly <em>all</em> dots lie in a hill's right half is not, and the table below counts how rare that
is.${after.live < after.filters.length ? ' Dead filters are dots here, too, unless all their weights are 0, but do not count in the mean.' : null}`,
    ),
    table(
      html`The layer as a whole. <em>p</em> is the share of 20,000 layers of random filters whose mean R2ori is at least as
large; a small one (below 0.05) is unlikely to be chance, unless the layer's filters are much alike. <em>By chance</em>: how many of as many random filters would be
called an edge or a line.`,
      columns,
      rows,
    ),
    overSteps(subject),
  );
}

/** The mean R2ori over the steps. */
function overSteps({ figures, charts, page }: Subject): Html | null {
  const { timeline = [], leftNullBand = [] } = figures;
  if (!timeline.some(({ r2ori }) => Number.isFinite(r2ori))) return null;
  const x = timeline.map(({ step }) => step);
  const bands = leftNullBand.map(({ kind }, i) => {
    const name = `99% of random layers are below: ${NULLS[kind].name}`;
    return { name, x, y: timeline.map(({ layer99 }) => layer99[i]), dashed: true };
  });
  const lines = charts.curve({
    series: [...bands, { name: 'this layer', x, y: timeline.map(({ r2ori }) => r2ori) }],
    xScale: 'symlog',
    xLabel: 'step of the training',
    yLabel: 'mean R2ori',
    width: 820,
    height: 400,
    document: page,
  });
  const left = leftNullBand.map(({ kind, step }) => `above “${NULLS[kind].name}”: ${sinceText(step)}`);
  return chart(
    lines,
    `The layer's mean R2ori over the training. What to see: where the line rises above a dashed one and stays there, the layer ` +
      `is more like edges and lines than 99 of 100 random layers. Here, ${left.join('; ')}.`,
  );
}
