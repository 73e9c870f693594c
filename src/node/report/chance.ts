import type { NullKind } from '../../inspect/filters/nulls.js';
import { layerTable, NULL_NAMES } from '../../inspect/study-text.js';
import { noTimeline } from './filters.js';
import { chart, type Html, html, section, table, whole } from './html.js';
import type { Subject } from './subject.js';

/** What the random filters are, in plain words. */
const NULLS: Record<NullKind, string> = {
  normal: 'every number (tap) of the filter is drawn on its own, as before training: noise.',
  uniform: 'every number of the filter is drawn on its own, evenly between −1 and 1: noise.',
  colored:
    'random as well, but neighboring numbers are as alike as neighboring pixels of the training images are. ' +
    'Such filters look smooth, and smooth ones are easily taken for edges: this is the harder comparison.',
  permuted: "each learned filter's own numbers in random order: what is left when only the arrangement is lost.",
};

/** The layer against random filters, before and after, and over the steps. */
export function chanceSection(subject: Subject): Html {
  const { figures, options, charts, page } = subject;
  const { after } = figures;
  const { nulls } = options;
  const marks = after.filters.map(({ filter, r2ori }) => ({ x: r2ori, label: `${filter}` }));
  const densities = charts.histogram({
    groups: nulls.map(({ kind, r2ori }) => ({ name: `random: ${NULL_NAMES[kind]}`, values: r2ori })),
    ...{ marks, marksName: 'filters of this layer, by number', xLabel: 'R2ori of a filter', height: 420 },
    ...{ width: 820, document: page },
  });
  const [columns, ...rows] = layerTable(figures);
  return section(
    'chance',
    'Is it more than chance?',
    html`<p>Random filters look a little like edges and lines, too. So the layer is compared with random ones of the same
size:</p>
<ul>${nulls.map(({ kind, r2ori }) => html`<li><strong>${NULL_NAMES[kind]}</strong> (${whole(r2ori.length)} filters): ${NULLS[kind]}</li>\n`)}</ul>
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
large; a small one (below 0.05) is unlikely to be chance. <em>By chance</em>: how many of as many random filters would be
called an edge or a line.`,
      columns,
      rows,
    ),
    overSteps(subject),
  );
}

/** Since when. */
function overSteps({ figures, charts, page }: Subject): Html {
  const { timeline, leftNullBand } = figures;
  if (!timeline.some(({ r2ori }) => Number.isFinite(r2ori))) {
    const why = timeline.length === 0 ? noTimeline : 'no filter was alive at any step.';
    return html`<p>Since when it is so cannot be said: ${why}</p>`;
  }
  const x = timeline.map(({ step }) => step);
  const bands = leftNullBand.map(({ kind }, i) => ({
    ...{ name: `99% of random layers are below: ${NULL_NAMES[kind]}`, dashed: true },
    ...{ x, y: timeline.map(({ layer99 }) => layer99[i]) },
  }));
  const layer = { name: 'this layer', x, y: timeline.map(({ r2ori }) => r2ori) };
  const lines = charts.curve({
    ...{ series: [...bands, layer], xScale: 'symlog', xLabel: 'step of the training', yLabel: 'mean R2ori' },
    ...{ width: 820, height: 400, document: page },
  });
  const left = leftNullBand.map(({ kind, step }) => {
    const since = step === 0 ? 'from the beginning' : `from step ${whole(step ?? 0)} on`;
    return `It ${step === null ? 'does not stay' : 'stays'} above the line “${NULL_NAMES[kind]}”${step === null ? '' : ` ${since}`}.`;
  });
  return chart(
    lines,
    `The layer's mean R2ori over the training. What to see: where the line rises above a dashed one and stays there, the layer ` +
      `is more like edges and lines than 99 of 100 random layers. ${left.join(' ')}`,
  );
}
