import { tensor } from '../../autograd/create.js';
import { featureMaps } from '../../inspect/network/feature-maps.js';
import { filterPanels } from '../../inspect/pictures/filters.js';
import { largest, type Panel } from '../../inspect/pictures/panel.js';
import { named } from './filters.js';
import { fixed, type Html, html, percent, section, table, whole } from './html.js';
import { guesses } from './reading.js';
import type { Subject } from './subject.js';

/** What each filter answers to, and what is lost without it. */
export function behaviorSection(subject: Subject): Html {
  return section('behavior', 'What the filters do', maps(subject), filterTable(subject), strongest(subject));
}

/** What the layer makes of one digit. */
function maps({ figures, options, images, weights }: Subject): Html {
  const { heldOut } = options.digits;
  const { index, label } = figures.example;
  const image = tensor(heldOut.input(index), { shape: heldOut.inputShape });
  const { shape, values } = featureMaps(options.model, image, figures.layer);
  const [channels, height, width] = shape;
  const size = height * width;
  const panels = Array.from({ length: channels }, (_, i): Panel => {
    return { values: values.subarray(i * size, (i + 1) * size), height, width };
  });
  const scale = largest(panels);
  const filters = filterPanels(weights, figures.shape);
  const made = panels.map((panel, i) => {
    const map = images.panel(panel, `what filter ${i} makes of the ${label}`, { scale, size: 96 });
    const filter = images.panel(filters[i], `filter ${i}`, { size: 25 });
    return html`<figure>${map}<figcaption>${filter} filter ${i}</figcaption></figure>\n`;
  });
  return html`<p>Each filter slides over the digit, and its sums make a new picture, a <em>feature map</em>. What is
negative is then cut off to 0 (this is what the layer called ReLU does), so that the network goes on with the red parts only.</p>
<div class="maps"><figure>${images.digit(heldOut, index, `a handwritten ${label}`)}<figcaption>the digit, a ${label}</figcaption></figure>
${made}</div>
${images.legend(scale, 'sum, one scale for all')}
<p class="caption">What to see: red where the stroke fits the filter, blue where it is the filter's opposite, white where there is
nothing or where it cancels. A filter that detects edges lights up along one side of the strokes that run its way. The small filters
are each on their own scale.</p>
`;
}

/** Filter by filter. */
function filterTable({ figures, images, weights }: Subject): Html {
  const panels = filterPanels(weights, figures.shape);
  const { accuracy, count } = figures.heldOut;
  const change = (other: number) => `${percent(other)} (${points(other - accuracy)})`;
  const rows = figures.after.filters.map((filter, i) => {
    const { accuracy: without, handMade } = figures.ablation[i];
    return [
      html`${filter.filter} ${images.panel(panels[i], `filter ${filter.filter}`, { size: 30 })}`,
      ...[named(filter), fixed(filter.r2ori), fixed(filter.norm)],
      filter.nearest ? `${filter.nearest.name}, ${fixed(filter.nearest.cosine)}` : '–',
      ...[change(without), handMade ? change(handMade.accuracy) : '–'],
    ];
  });
  const [worst] = [...figures.ablation].sort((a, b) => a.accuracy - b.accuracy);
  const missed = guesses(figures)
    ? 'nothing, for the network as it is reads no more than guessing gets'
    : worst.accuracy < accuracy
      ? `the network would miss filter ${worst.filter} most (${points(worst.accuracy - accuracy)})`
      : 'no filter is missed when it alone is gone';
  return html`<h3>Filter by filter</h3>
<p><em>Norm</em> is the strength of a filter. The nearest of 15 filters that people designed stands with the cosine of the angle between
the two: 1 is the same, −1 the same with bright and dark exchanged. The last two columns are experiments: how many of the ${whole(count)}
held-out digits the network reads correctly, ${percent(accuracy)} as it is, when this filter is set to 0, and when the hand-made one takes
its place; behind, the change in percentage points.</p>
${table(
  `Each picture is on its own scale. What to see: ${missed}. One digit is ${fixed(100 / count, 1)} points: a change of a few digits says nothing.`,
  ['filter', 'class', 'R2ori', 'norm', 'nearest hand-made filter', 'accuracy without it', 'hand-made in its place'],
  rows,
)}`;
}

/** The digits and places that each filter answers to most. */
function strongest({ figures, options, images, weights }: Subject): Html {
  const panels = filterPanels(weights, figures.shape);
  const { heldOut } = options.digits;
  const rows = figures.topActivations.map((top, i) => {
    const digits = top.map(({ index, label, patch }) =>
      images.digit(heldOut, index, `a ${label}, framed where filter ${i} answers most`, { patch, square: 2 }),
    );
    const sums = top.map(({ value }) => value);
    const answer =
      sums.length === 0
        ? 'all its weights are 0: it answers to everything alike'
        : `${named(figures.after.filters[i])}, sums from ${fixed(sums[0])} to ${fixed(sums[sums.length - 1])}` +
          (sums[0] > 0 ? '' : ': never positive, so that ReLU lets nothing through');
    return html`<figure><div>${images.panel(panels[i], `filter ${i}`, { size: 42 })}${digits}</div>
<figcaption>filter ${i}: ${answer}</figcaption></figure>\n`;
  });
  return html`<h3>What each filter answers to most</h3>
<div class="tops">${rows}</div>
<p class="caption">For each filter, on its own scale, the held-out digits that it answers to most, with the place framed. What to see:
whether the framed pieces of stroke look alike, and like the filter: ink where it is red, paper where it is blue.</p>
`;
}

/** A difference of two shares in percentage points. */
function points(share: number): string {
  const tenths = Math.round(1000 * share);
  return tenths > 0 ? `+${fixed(tenths / 10, 1)}` : tenths < 0 ? fixed(tenths / 10, 1) : '0';
}
