import { filterMetrics } from '../../inspect/filters/metrics.js';
import { templates } from '../../inspect/filters/templates.js';
import { filterPanels } from '../../inspect/pictures/filters.js';
import { largest, type Panel } from '../../inspect/pictures/panel.js';
import type { StudiedFilter } from '../../inspect/study.js';
import { angleText } from '../../inspect/study-text.js';
import { fixed, type Html, html, section, whole } from './html.js';
import type { Subject } from './subject.js';

/** The picture of the first lesson: bright on the left, dark on the right. */
const IMAGE = Array.from({ length: 5 }, () => [200, 200, 200, 50, 50]);
const FILTER = Array.from({ length: 3 }, () => [1, 0, -1]);
/** Where the highlighted window stands, in columns. */
const LEFT = 1;

/** What a filter is, for someone who has never seen one. */
export function lessonSection({ figures }: Subject): Html {
  const [, , size] = figures.shape;
  const places = IMAGE.length - FILTER.length + 1;
  const result = Array.from({ length: places }, (_, y) =>
    Array.from({ length: places }, (_, x) =>
      FILTER.flat().reduce((sum, weight, i) => sum + weight * IMAGE[y + Math.floor(i / 3)][x + (i % 3)], 0),
    ),
  );
  return section(
    'lesson',
    'What a filter is',
    html`<p>A filter is a small square of numbers. It slides over an image. Wherever it stops, each of its numbers is
multiplied by the pixel below it, and the products are added up: one sum for each place. The filter below has 1 on its
left and −1 on its right. Where both sides are equally bright they cancel, and the sum is 0; where the left is brighter, it
is high. So it <strong>detects a vertical edge</strong>.</p>
<div class="lesson">
${matrix('image: bright (200) left, dark (50) right', IMAGE, (value) => [gray(value), value > 99 ? '#222' : '#fff'], LEFT)}
<span aria-hidden="true">∗</span>
${matrix('filter', FILTER, (value) => [value > 0 ? '#f4a582' : value < 0 ? '#92c5de' : '#f7f7f7', '#222'])}
<span aria-hidden="true">=</span>
${matrix('result: where the edge is', result, (value) => [gray(value / 2), value > 200 ? '#222' : '#fff'], LEFT, 1)}
</div>
<p>The outlined window gives, in each of its three rows, 1 · 200 + 0 · 200 − 1 · 50 = 150, and so 450 together. People used
to design such filters by hand. The network of this report has ${figures.shape[0]} filters of ${size}×${size} numbers
in its first layer, and nobody designed them: they start as random numbers, and each step of the training changes every number
a little, so that the network names the digits better. What they become is the question of this report.</p>
<p>Red is positive and blue negative, here and in all pictures of filters; digits are shown as ink on white paper. There a high
number is dark (ink 1, paper 0), unlike in the example above.</p>
`,
  );
}

function gray(value: number): string {
  return `rgb(${value}, ${value}, ${value})`;
}

/** Numbers as a table of colored squares, with an outline around a window of 3x3 that begins in this column. */
function matrix(
  caption: string,
  rows: readonly (readonly number[])[],
  colors: (value: number) => [string, string],
  column = -1,
  width = 3,
): Html {
  const marked = (x: number, y: number) => column >= 0 && x >= column && x < column + width && y >= 1 && y <= width;
  return html`<table class="matrix"><caption>${caption}</caption><tbody>${rows.map(
    (row, y) =>
      html`<tr>${row.map((value, x) => {
        const [back, front] = colors(value);
        const edges = marked(x, y) ? outline(x - column, y - 1, width) : '';
        return html`<td style="background:${back};color:${front};box-shadow:${edges || 'none'}">${fixed(value, 0)}</td>`;
      })}</tr>`,
  )}</tbody></table>`;
}

/** The part of a frame around width x width squares that belongs to the square at (x, y). */
function outline(x: number, y: number, width: number): string {
  const sides = [
    ...(x === 0 ? ['inset 3px 0 #d64514'] : []),
    ...(x === width - 1 ? ['inset -3px 0 #d64514'] : []),
    ...(y === 0 ? ['inset 0 3px #d64514'] : []),
    ...(y === width - 1 ? ['inset 0 -3px #d64514'] : []),
  ];
  return sides.join(',');
}

/** Each filter before and after, and the edge or line that is most like it. */
export function filtersSection({ figures, options, images, weights }: Subject): Html {
  const { shape, after, before, conclusion } = figures;
  const first = options.timeline?.snapshots[0]?.weights;
  const earlier = first ? filterPanels(first, shape) : null;
  const now = filterPanels(weights, shape);
  const ideal = filterMetrics(weights, shape).map(({ template }, i) => projected(now[i], template.values));
  const ideals = templates(shape[2]).filter(({ family }) => family !== 'blob').length;
  const scale = largest([...now, ...(earlier ?? [])]);
  const cards = after.filters.map((filter, i) => {
    const name = `filter ${filter.filter}`;
    const small = (panel: Panel, what: string, alt: string) =>
      html`<div>${images.panel(panel, alt, { scale })}<span>${what}</span></div>`;
    return html`<figure class="card">
<div>${earlier ? small(earlier[i], 'before', `${name} before training: ${before ? looks(before.filters[i]) : 'random'}`) : null}
${small(now[i], earlier ? 'after' : 'filter', `${name} now: ${looks(filter)}`)}
${small(ideal[i], 'closest ideal', `the edge or line that is most like ${name}`)}</div>
<figcaption><strong>${filter.filter}</strong> ${named(filter)} · R² ${fixed(filter.r2ori)}</figcaption></figure>
`;
  });
  return section(
    'filters',
    earlier ? 'The filters before and after training' : 'The filters',
    html`<p class="conclusion">${conclusion}</p>
${earlier ? null : html`<p>Nothing is shown from before the training: ${noTimeline}</p>\n`}
<div class="cards">${cards}</div>
${images.legend(scale, 'weight, one scale for all')}
<p class="caption">What to look for: a filter that is positive on one side of a straight border and negative on the other is an
<strong>edge</strong>; a stripe between two of the other color is a <strong>line</strong>; the angle says which way it runs
(0° is horizontal, 90° is vertical). <em>Closest ideal</em> is the mathematically drawn edge or line, of ${whole(ideals)}, that fits the filter best,
scaled to match it. <strong>R²</strong>, called R2ori in tables, is the share of the filter that it explains: 1
is a perfect edge or line, and random filters of this size reach ${fixed(figures.after.nulls[0].mean)} on average. A filter is
<em>unclassified</em> when no template fits it better than templates fit 99% of random filters, and <em>dead</em> when its weights
have all but vanished beside the strongest filter's.</p>
`,
  );
}

/** Why a part of the report is missing. */
export const noTimeline = 'a timeline, the filters as they were kept through the training, was not given.';

/** The class, and the angle of an edge or a line. */
export function named(filter: StudiedFilter): string {
  return `${filter.class} ${angleText(filter)}`.trim();
}

function looks(filter: StudiedFilter): string {
  const article = /^[aeiou]/.test(filter.class) ? 'an' : 'a';
  return filter.class === 'edge' || filter.class === 'line'
    ? `${article} ${filter.class} at ${angleText(filter)}`
    : filter.class;
}

/** The part of a filter that lies along a template of length 1. */
function projected(panel: Panel, template: Float64Array): Panel {
  const share = template.reduce((sum, value, i) => sum + value * panel.values[i], 0);
  return { ...panel, values: template.map((value) => value * share) };
}
