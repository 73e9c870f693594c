import { tensor } from '../autograd/create.js';
import { handMadeFilters } from '../inspect/filters/handmade.js';
import { featureMaps } from '../inspect/network/feature-maps.js';
import { largest } from '../inspect/pictures/panel.js';
import { type Content, type Html, html, section, table } from './html.js';
import { legend, tilesOf } from './images.js';
import { fixed, percent, whole } from './numbers.js';
import { shown } from './performance.js';
import { filterColumns } from './study-text.js';
import { CHANNELS, type Subject } from './subject.js';

/** Feature maps, the accuracy without each filter, and the images for which it is most active. */
export function behaviorSection(subject: Subject): Html {
  return section('behavior', 'What the filters do', maps(subject), filterTable(subject), strongest(subject));
}

/** The feature maps of one image. */
function maps({ figures, options, draw, image, filters }: Subject): Html {
  const { heldOut } = options.data;
  const { index, label } = figures.example;
  const input = tensor(heldOut.input(index), { shape: heldOut.inputShape });
  const { shape, values } = featureMaps(options.model, input, figures.layer);
  const scale = largest([{ values }]);
  const name = heldOut.classNames[label];
  const made = tilesOf(values, [shape[0], 1, shape[1], shape[2]], scale).map((tile, filter) => {
    const map = draw([tile], `what filter ${filter} makes of the image`, { size: 96 });
    return html`<figure>${map}<figcaption>${draw([filters[filter]], `filter ${filter}`, { size: 25 })} filter ${filter}</figcaption></figure>\n`;
  });
  return html`<p>Each filter slides over the image, and its sums make a new picture, a <em>feature map</em>. Where a ReLU
follows, what is negative is then cut off to 0, so that the network goes on with the red parts only.</p>
<div class="maps"><figure>${draw([image(index)], `held-out image ${index}`, { size: 96 })}<figcaption>the image${name && `: ${name}`}</figcaption></figure>
${made}</div>
${legend(draw, 1, scale, 'sum, one scale for all')}
<p class="caption">What to see: red where the image fits the filter, blue where it is the filter's opposite, white where there is
nothing or where it cancels. A filter that detects edges lights up along the borders that run its way. The small filters
are on one scale: a pale one does little.</p>
`;
}

/** A table with a row for each filter. */
function filterTable({ figures, options, draw, filters }: Subject): Html {
  const { after, ablation, heldOut, shape } = figures;
  const { accuracy, loss, count } = heldOut;
  const change = (other?: number) => (other === undefined ? '–' : `${percent(other)} (${points(other - accuracy)})`);
  const columns: Record<string, (filter: number) => Content> = {
    filter: (filter) => html`${filter} ${draw([filters[filter]], `filter ${filter}`, { size: 30 })}`,
  };
  if (after) {
    for (const [name, textOf] of Object.entries(filterColumns(shape, CHANNELS))) {
      columns[name] = (filter) => textOf(after.filters[filter]);
    }
  }
  const naming = options.data.heldOut.targetShape === null;
  if (naming) columns['accuracy without it'] = (filter) => change(ablation[filter].accuracy);
  else {
    columns['loss without it'] = (filter) => {
      const other = ablation[filter].loss!;
      return `${shown(other)} (${other > loss ? '+' : ''}${shown(other - loss)})`;
    };
  }
  const replaced = ablation.some(({ handMade }) => handMade);
  if (replaced) columns['hand-made in its place'] = (filter) => change(ablation[filter].handMade?.accuracy);
  const nearest =
    after &&
    html`<em>Norm</em> is the strength of a filter. The nearest of ${handMadeFilters(shape[2]).length} filters
that people designed stands with the cosine of the angle between the two: 1 is the same, −1 the same with bright and dark exchanged. `;
  const common =
    after &&
    shape[1] > 1 &&
    html`A filter's channels have a picture <em>in common</em>, which holds this share of the filter, with a factor in each
channel; it is what the other columns are about. `;
  return html`<h3>Filter by filter</h3>
<p>${common}${nearest}${
    naming
      ? html`<em>Accuracy without it</em> is an experiment: how many of the ${whole(count)} held-out images the network names
correctly, ${percent(accuracy)} as it is, when this filter is set to 0${replaced ? '; the last column, when the hand-made one takes its place' : null}.
In brackets is the change in percentage points.`
      : html`<em>Loss without it</em> is an experiment: the loss on the ${whole(count)} held-out images, ${shown(loss)} as it is, when this filter is set to
0. In brackets is the change.`
  }</p>
${table(
  `The pictures are on one scale: a pale filter does little. What to see: which filter the network would miss most.${naming ? ` One image is ${fixed(100 / count, 1)} points: a change of a few images says nothing.` : ''}`,
  Object.keys(columns),
  ablation.map(({ filter }) => Object.values(columns).map((cell) => cell(filter))),
)}`;
}

/** The images for which each filter is most active. */
function strongest({ figures, options, draw, image, filters }: Subject): Html | null {
  if (!figures.topActivations) return null;
  const { classNames } = options.data.heldOut;
  const rows = figures.topActivations.map((top, filter) => {
    const images = top.map(({ index, label, patch }) =>
      draw([image(index)], `${classNames[label] ?? `image ${index}`}, framed where filter ${filter} answers most`, {
        patch,
        size: 56,
      }),
    );
    const sums = top.map(({ value }) => value);
    const answer =
      sums.length === 0
        ? 'all its weights are 0: it answers to everything alike'
        : `sums from ${fixed(sums[0])} to ${fixed(sums[sums.length - 1])}` +
          (sums[0] > 0 ? '' : ': never positive, so that a ReLU lets nothing through');
    return html`<figure><div>${draw([filters[filter]], `filter ${filter}`, { size: 42 })}${images}</div>
<figcaption>filter ${filter}: ${answer}</figcaption></figure>\n`;
  });
  const [dark, bright] = options.ink ? ['paper', 'ink'] : ['dark', 'bright'];
  const like = figures.shape[1] === 1 && `: ${bright} where it is red, ${dark} where it is blue`;
  return html`<h3>What each filter answers to most</h3>
<div class="tops">${rows}</div>
<p class="caption">For each filter (all on one scale) the held-out images that it answers to most, with the place framed. What to see:
whether the framed pieces look alike, and like the filter${like}.</p>
`;
}

/** A difference of two shares in percentage points. */
function points(share: number): string {
  const tenths = Math.round(1000 * share);
  return tenths === 0 ? '0' : `${tenths > 0 ? '+' : ''}${fixed(tenths / 10, 1)}`;
}
