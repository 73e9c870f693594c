/** The four pictures of example 06, each made of what the one before shows. */
import { Conv2D, type Dataset, type Sequential, tensor } from '../../../src/index.js';
import {
  type FilterMetrics,
  featureMaps,
  filterMetrics,
  type Panel,
  type PanelRow,
  type Picture,
  panelGrid,
  receptiveField,
} from '../../../src/inspect/index.js';
import type { Ingredient } from './ingredients.js';
import { meanSquare, patchesOf, type Square, type Study, topOf } from './study.js';

const PANEL = { panelSize: 80 };
/** How many ingredients of either kind a row has room for; and what is below 2% of the rise is not shown. */
const FOUND = 4;
const MISSING = 3;
const LEAST = 0.02;
const CARE =
  'What is made up depends on how smooth it is asked to be; the best patches are extremes, chosen from 1,000 images.';

/** What a row shows of the ingredients: those that are found, and those that are missing. */
export function shownOf({ combines }: Study): [Ingredient[], Ingredient[]] {
  const list = combines.filter(({ share }) => share >= LEAST);
  return [list.filter(({ wanted }) => wanted).slice(0, FOUND), list.filter(({ wanted }) => !wanted).slice(0, MISSING)];
}

/** '+31% edge 4' for what is found, '−7% edge 2' for what is missing. */
export function inWords({ channel, wanted, share }: Ingredient, name: string): string {
  return `${wanted ? '+' : '−'}${(100 * share).toFixed(0)}% ${name} ${channel}`;
}

const DIRECTIONS = ['horizontal', 'rising', 'vertical', 'falling'];

/** What a filter of the first layer looks like, in words. */
export function lookOf({ class: name, template }: FilterMetrics): string {
  if (name === 'edge' || name === 'line') return `${DIRECTIONS[Math.round(template.angle / 45) % 4]} ${name}`;
  return { blob: 'blob', dead: 'almost nothing', unclassified: 'no clear shape' }[name];
}

/** Picture 1: the filters themselves, what excites them, and what they make of a 5. */
export function edgesPicture(model: Sequential, layer: string, images: Dataset): Picture {
  const { data, shape } = model.at(layer, Conv2D).weight;
  const filters = filterMetrics(data, shape).map((metrics, i): Panel => {
    const label = `edge ${i}\n${lookOf(metrics).replace(' ', '\n')}`;
    return { values: edgesOf(model, layer)[i].values, height: shape[2], width: shape[3], label };
  });
  const best = filters.map((_, i) => ink(meanSquare(patchesOf(topOf(model, layer, i, images), images))));
  const five = images.input(images.labels.indexOf(5));
  const maps = featureMaps(model, tensor(five, { shape: images.inputShape }), layer);
  const size = maps.shape[1];
  const strongest = Math.max(...maps.values);
  const answers = Array.from(maps.values, (value) => value / strongest); // One scale for all; ink begins at 0, as ReLU does.
  const answer = (i: number) => ink({ values: answers.slice(i * size * size, (i + 1) * size * size), size });
  const rows = [
    { label: 'the filter', panels: [null, ...filters] },
    { label: 'mean of the\nnine patches\nthat excite it\nmost', panels: [null, ...best] },
    {
      label: 'where it finds\nthat in a 5',
      panels: [ink({ values: five, size: images.inputShape[1] }), ...filters.map((_, i) => answer(i))],
    },
  ];
  const title =
    '1. Edges. The filters of the first layer (conv1) see 5x5 pixels each, and nobody designed them.\n' +
    'A filter answers where ink lies below its red and paper below its blue.';
  return panelGrid(rows, { ...PANEL, title });
}

/** Picture 2: what the second layer makes of edges. */
export function strokesPicture(model: Sequential, strokes: readonly Study[], images: Dataset): Picture {
  const edges = edgesOf(model, 'conv1');
  const place = placing(model, 'relu1', images);
  const rows = strokes.map((filter, i) =>
    rowOf(`stroke ${i}`, filter, (one) => place(edges[one.channel], one, filter), 'edge'),
  );
  const title =
    '2. Strokes. The filters of the second layer (conv2) see 10x10 pixels each, and put edges of picture 1 together.\n' +
    '+31%: where the filter answers most, this edge is found more than elsewhere, and that makes 31% of the rise of its output.\n' +
    `−7%: this edge is missing there, and that makes 7%.\n${CARE}`;
  return panelGrid(rows, { ...PANEL, title, headings: headings('edges'), unit: 'weight of the edge' });
}

/** Picture 3: what the third layer makes of strokes; at most 16 filters that picture 4 needs, the strongest. */
export function partsPicture(
  model: Sequential,
  { strokes, parts, scores }: Record<'strokes' | 'parts' | 'scores', readonly Study[]>,
  images: Dataset,
): Picture {
  const needed = scores.flatMap((score) => shownOf(score).flat()).sort((a, b) => b.share - a.share);
  const shown = [...new Set(needed.map(({ channel }) => channel))].slice(0, 16).sort((a, b) => a - b);
  const place = placing(model, 'relu2', images);
  const rows = shown.map((i) =>
    rowOf(`part ${i}`, parts[i], (one) => place(colored(strokes, one), one, parts[i]), 'stroke'),
  );
  const title =
    '3. Parts of digits. The filters of the third layer (conv3) see 20x20 pixels each, and put strokes of picture 2 together.\n' +
    `Percentages as in picture 2. Here are ${shown.length} of ${parts.length} filters, those with the largest shares in ` +
    `picture 4; ${parts.length - shown.length} are left out.\n${CARE}`;
  const unit = 'ink made up for the stroke: red where it is found, blue where it is missing';
  return panelGrid(rows, { ...PANEL, title, headings: headings('strokes'), unit });
}

/** Picture 4: what the scores make of parts. */
export function digitsPicture(
  model: Sequential,
  parts: readonly Study[],
  scores: readonly Study[],
  images: Dataset,
): Picture {
  const place = placing(model, 'relu3', images);
  const rows = scores.map((score, digit) =>
    rowOf(`the score\nof ${digit}`, score, (one) => place(colored(parts, one), one, score), 'part'),
  );
  const title =
    '4. Digits. The score of a digit (dense) puts parts of picture 3 together, each at its place in the image.\n' +
    '+17%: images of this digit have this part here more than other images do, and that makes 17% of the lead of the score in them.\n' +
    '−12%: they lack this part here, and that makes 12%.\n' +
    'What is made up depends on how smooth it is asked to be.';
  const unit = 'ink made up for the part: red where it is found, blue where it is missing';
  const columns = headings('parts', 'mean\nof all', 'six images of the digit, as they come');
  return panelGrid(rows, { ...PANEL, title, headings: columns, unit });
}

function headings(
  what: string,
  mean = 'mean of\nthe nine',
  six = 'six of the nine patches that excite it most,\nall from different images',
): string[] {
  const found = `what it puts together: ${what} that are found,\neach at its place over the mean`;
  return ['made up\nfor it', mean, six, '', '', '', '', '', found, '', '', '', `and ${what} that are missing`];
}

/** What was made up for a filter, what excites it, and what it combines. */
function rowOf(label: string, filter: Study, draw: (one: Ingredient) => Panel, name: string): PanelRow {
  const [found, missing] = shownOf(filter).map((list) =>
    list.map((one) => ({ ...draw(one), label: inWords(one, name).replace(' ', '\n') })),
  );
  const free = new Array<null>(FOUND - found.length).fill(null);
  const seen = [filter.madeUp, filter.mean, ...filter.patches.slice(0, 6)];
  return { label, panels: [...seen.map(ink), ...found, ...free, ...missing] };
}

/** Draws a square at its place over what excites a filter: the field of its tap in the layer `below`. */
function placing(model: Sequential, below: string, { inputShape }: Dataset) {
  const { size: field, stride } = receptiveField(model, below, inputShape);
  return ({ values: square, size }: Square, { tap }: Ingredient, { mean }: Study): Panel => {
    // Pooling widens the field: what the filter in front of it sees stands in its middle.
    const [top, left] = [0, 1].map((axis) => tap[axis] * stride[axis] + Math.floor((field[axis] - size) / 2));
    const values = new Float32Array(mean.size * mean.size);
    for (let i = 0; i < square.length; i++) {
      values[(top + Math.floor(i / size)) * mean.size + left + (i % size)] = square[i];
    }
    return { values, height: mean.size, width: mean.size, over: mean.values };
  };
}

/** What was made up for the ingredient's filter, below 0 where it is missing. */
function colored(filters: readonly Study[], { channel, wanted }: Ingredient): Square {
  const { values, size } = filters[channel].madeUp;
  return { values: Array.from(values, (value) => (wanted ? value : -value)), size };
}

function edgesOf(model: Sequential, layer: string): Square[] {
  const { data, shape } = model.at(layer, Conv2D).weight;
  const [filters, , size] = shape;
  return Array.from({ length: filters }, (_, i) => ({
    values: data.subarray(i * size ** 2, (i + 1) * size ** 2),
    size,
  }));
}

function ink({ values, size }: Square): Panel {
  return { values, height: size, width: size, colors: 'ink' };
}
