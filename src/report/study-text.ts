import type { NullComparison } from '../inspect/filters/emergence.js';
import type { NullKind } from '../inspect/filters/nulls.js';
import type { Shape } from '../shape.js';
import { fixed, percent, pText, whole } from './numbers.js';
import type { FilterStudy, StudiedFilter, StudiedLayer } from './study.js';

/** The names of the nulls in tables, and what they are. */
export const NULLS: Record<NullKind, { name: string; meaning: string }> = {
  normal: {
    name: 'independent taps',
    meaning: 'every number (tap) of the filter is drawn on its own, as before training: noise.',
  },
  uniform: {
    name: 'independent taps (uniform)',
    meaning: 'every number of the filter is drawn on its own, evenly between −1 and 1: noise.',
  },
  colored: {
    name: 'as smooth as the images',
    meaning:
      'random as well, but neighboring numbers are as alike as neighboring pixels of the images are. ' +
      'Such filters look smooth, and smooth ones are easily taken for edges: this is the harder comparison.',
  },
  permuted: {
    name: 'own taps, permuted',
    meaning: "each learned filter's own numbers in random order: what is left when only the arrangement is lost.",
  },
  rotated: {
    name: 'mixtures of its own filters',
    meaning:
      'random mixtures of the learned filters, as smooth as these are and as alike: what is left when only the way in which ' +
      'the layer shares out its shapes among its filters is lost.',
  },
};

/** The columns of tables of filters. */
const FILTER_COLUMNS: Record<string, (filter: StudiedFilter) => string> = {
  class: (filter) => filter.class,
  angle: angleText,
  R2ori: ({ r2ori }) => fixed(r2ori),
  norm: ({ norm }) => fixed(norm),
  'nearest hand-made filter, cosine': ({ nearest }) => (nearest ? `${nearest.name}, ${fixed(nearest.cosine)}` : '–'),
};

/** The columns of tables of filters of this shape; with several channels also in which of them a filter's pattern is. */
export function filterColumns([, channels]: Shape, names?: readonly string[]): typeof FILTER_COLUMNS {
  if (channels === 1) return FILTER_COLUMNS;
  const textOf = ({ channels: factors }: StudiedFilter) => {
    const strongest = Array.from(factors.keys()).sort((a, b) => Math.abs(factors[b]) - Math.abs(factors[a]));
    const shown = strongest.slice(0, 3).sort((a, b) => a - b);
    return shown.map((c) => `${names?.[c] ?? c}: ${fixed(factors[c])}`).join(', ');
  };
  return {
    [channels > 3 ? 'strongest channels' : 'channels']: textOf,
    'in common': ({ shared }) => percent(shared),
    ...FILTER_COLUMNS,
  };
}

/** A study as tables of plain text: a row for each filter, then the layer before and after training against each null. */
export function studyText(study: FilterStudy): string {
  const columns = filterColumns(study.shape);
  const filters = study.after.filters.map((filter) => [
    `${filter.filter}`,
    ...Object.values(columns).map((textOf) => textOf(filter)),
  ]);
  const left = study.leftNullBand.map(
    ({ kind, step }) => `above 99% of random layers (${NULLS[kind].name}): ${sinceText(step)}`,
  );
  const tables = [align([['filter', ...Object.keys(columns)], ...filters]), align(layerTable(study))];
  return [...tables, ...(study.timeline.length > 0 ? [left.join('\n')] : []), study.conclusion].join('\n\n');
}

/** The angle of an edge or line; nothing for other filters. */
export function angleText({ class: name, angle }: StudiedFilter): string {
  return name === 'edge' || name === 'line' ? `${fixed(angle, 0)}°` : '';
}

/** From which step on a layer has been above the random ones, in words. */
export function sinceText(step: number | null): string {
  if (step === null) return 'not at the end';
  return step === 0 ? 'from the beginning' : `from step ${whole(step)} on`;
}

/** The columns of tables that compare a layer with a null. */
const LAYER_COLUMNS: Record<string, (layer: StudiedLayer, given: NullComparison) => string> = {
  'mean R2ori': ({ r2ori }) => fixed(r2ori, 3),
  live: ({ live }) => `${live}`,
  'edges + lines': ({ oriented }) => `${oriented}`,
  'random filters': (_, { kind }) => NULLS[kind].name,
  'their mean': (_, { mean }) => fixed(mean, 3),
  '99% of layers below': (_, { layer99 }) => fixed(layer99, 3),
  p: ({ live }, given) => (live === 0 ? '–' : pText(given)),
  'by chance': (_, { expectedOriented }) => fixed(expectedOriented, 1),
};

/** The layer before and after training against each null: the names of the columns, then the rows. */
export function layerTable({ before, after }: Pick<FilterStudy, 'before' | 'after'>): string[][] {
  const rows = Object.entries({ before, after }).flatMap(([when, layer]) =>
    layer
      ? layer.nulls.map((given) => [when, ...Object.values(LAYER_COLUMNS).map((textOf) => textOf(layer, given))])
      : [],
  );
  return [['training', ...Object.keys(LAYER_COLUMNS)], ...rows];
}

/** Rows as lines with aligned columns, those of numbers to the right. */
function align(rows: string[][]): string {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const numeric = rows[0].map((_, column) => rows.slice(1).every((row) => /^[-–≤\d]|^$/.test(row[column])));
  const lines = rows.map((row) =>
    row.map((cell, i) => (numeric[i] ? cell.padStart(widths[i]) : cell.padEnd(widths[i]))).join('  '),
  );
  return lines.map((line) => line.trimEnd()).join('\n');
}
