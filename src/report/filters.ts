import { filterMetrics } from '../inspect/filters/metrics.js';
import { filterPatterns } from '../inspect/filters/pattern.js';
import { templates } from '../inspect/filters/templates.js';
import { largest } from '../inspect/pictures/panel.js';
import { dot } from '../inspect/values.js';
import type { Shape } from '../shape.js';
import { type Html, html, section } from './html.js';
import { legend, type Tile, tilesOf } from './images.js';
import { fixed, whole } from './numbers.js';
import type { StudiedFilter } from './study.js';
import { angleText, NULLS } from './study-text.js';
import type { Subject } from './subject.js';

/** An image, bright on the left and dark on the right, a filter, and the result of the convolution. */
const IMAGE = Array.from({ length: 5 }, () => [200, 200, 200, 50, 50]);
const FILTER = Array.from({ length: 3 }, () => [1, 0, -1]);
const RESULT = Array.from({ length: 3 }, () => [0, 450, 450]);

/** What a filter is, for readers who do not know. */
export function lessonSection({ figures, options }: Subject): Html {
  const [filters, channels, height, width] = figures.shape;
  const color = channels > 1;
  return section(
    'lesson',
    'What a filter is',
    html`<p>A filter is a small square of numbers. It slides over an image. Wherever it stops, each of its numbers is
multiplied by the pixel below it, and the products are added up: one sum for each place. The filter below has 1 on its
left and −1 on its right. Where both sides are equally bright they cancel, and the sum is 0; where the left is brighter, it
is high. So it <strong>detects a vertical edge</strong>.</p>
<div class="lesson">
${matrix('image: bright (200) left, dark (50) right', IMAGE, gray, [1, 2, 3])}
<span aria-hidden="true">∗</span>
${matrix('filter', FILTER, (value) => `background: ${['#92c5de', '#f7f7f7', '#f4a582'][value + 1]}`)}
<span aria-hidden="true">=</span>
${matrix('result: where the edge is', RESULT, (value) => gray(value / 2), [1])}
</div>
<p>The outlined window gives, in each of its three rows, 1 · 200 + 0 · 200 − 1 · 50 = 150, and so 450 together. People used
to design such filters by hand. A network learns them: as a rule its filters start as random numbers, and each step of the
training changes every number a little, so that the network does better what it is trained for. The layer
<code>${figures.layer}</code> has ${whole(filters)} filters of ${height}×${width} numbers${color ? ', three times each: for red, green and blue' : null}.
What became of them is the question of this report.</p>
<p>${
      color
        ? `In pictures of such filters gray is 0. Where a square is redder, red in the image raises the sum; where it is the opposite,
cyan, red lowers it. So it is with green and its opposite, magenta, and with blue and yellow.`
        : 'Red is positive and blue negative in all pictures of filters.'
    }${
      options.ink && !color
        ? ` Images are shown as ink on white paper. There a high number is dark (ink 1, paper 0), unlike in the example above.`
        : null
    }</p>
`,
  );
}

function gray(value: number): string {
  return `background: rgb(${value}, ${value}, ${value}); color: ${value > 99 ? '#222' : '#fff'}`;
}

/**
 * Numbers as a table of squares.
 * @param style CSS for the square of a value
 * @param outlined rows and columns of the squares that are outlined
 */
function matrix(
  caption: string,
  rows: readonly (readonly number[])[],
  style: (value: number) => string,
  outlined: readonly number[] = [],
): Html {
  const cells = rows.map((row, y) => {
    const within = (x: number) => (outlined.includes(x) && outlined.includes(y) ? 'outlined' : '');
    return html`<tr>${row.map((value, x) => html`<td class="${within(x)}" style="${style(value)}">${fixed(value, 0)}</td>`)}</tr>`;
  });
  return html`<table class="matrix"><caption>${caption}</caption><tbody>${cells}</tbody></table>`;
}

/** Each filter before and after training, and the edge or line that fits it best. */
export function filtersSection({ figures, options, draw, weights }: Subject): Html {
  const { shape, after, before, conclusion } = figures;
  const first = options.timeline?.snapshots[0]?.weights;
  const scale = largest([{ values: weights }, { values: first ?? [] }]);
  const columns = [
    { what: 'before', tiles: first && tilesOf(first, shape, scale), layer: before },
    { what: first ? 'after' : 'filter', tiles: tilesOf(weights, shape, scale), layer: after },
    { what: 'closest ideal', tiles: after && tilesOf(ideals(weights, shape), shape, scale), layer: null },
  ];
  const looks = (row: StudiedFilter) => `${named(row)} · R² ${fixed(row.r2ori)} · norm ${fixed(row.norm)}`;
  const cards = Array.from({ length: shape[0] }, (_, filter) => {
    const picture = (what: string, tile: Tile, looks: string) =>
      html`<div>${draw([tile], `filter ${filter}, ${what}${looks && `: ${looks}`}`)}<span>${what}</span></div>`;
    return html`<figure class="card"><div>
${columns.map(({ what, tiles, layer }) => tiles && picture(what, tiles[filter], layer ? named(layer.filters[filter]) : ''))}
</div><figcaption><strong>${filter}</strong> ${after && looks(after.filters[filter])}</figcaption></figure>
`;
  });
  const explained =
    after &&
    html` The angle says which way it runs (0° is horizontal, 90° is vertical).
<em>Closest ideal</em> is the mathematically drawn edge or line, of ${whole(templates(shape[2]).filter(({ family }) => family !== 'blob').length)}, that fits the filter best,
scaled to match it${shape[1] > 1 ? ', in the colors that all of the filter shares most: its first principal component' : null}. <strong>R²</strong>, called R2ori in tables, is the share of the filter that it explains: 1
is a perfect edge or line, and random filters of this size reach, on average, ${after.nulls.map(({ kind, mean }) => `${fixed(mean)} (${NULLS[kind].name})`).join(', ')}. A filter is
<em>unclassified</em> when no template fits it better than templates fit 99% of random filters, and <em>dead</em> when its weights
have all but vanished beside the strongest filter's.`;
  return section(
    'filters',
    first ? 'The filters before and after training' : 'The filters',
    conclusion && html`<p class="conclusion">${conclusion}</p>`,
    html`<div class="cards">${cards}</div>
${legend(draw, shape[1], scale, 'weight, one scale for all')}
<p class="caption">What to look for: a filter that is positive on one side of a straight border and negative on the other is an
<strong>edge</strong>; a stripe between two of the other color is a <strong>line</strong>.${explained}</p>
`,
  );
}

/** The projection of each filter's pattern on its best edge or line, in the channels in which the pattern is. */
function ideals(weights: ArrayLike<number>, shape: Shape): number[] {
  const patterns = filterPatterns(weights, shape);
  return filterMetrics(weights, shape).flatMap(({ template: { values }, channels }, i) => {
    const length = dot(values, patterns[i].taps);
    return channels.flatMap((factor) => Array.from(values, (value) => value * length * factor));
  });
}

/** The class of a filter, and the angle of an edge or a line. */
function named(filter: StudiedFilter): string {
  return `${filter.class} ${angleText(filter)}`.trim();
}
