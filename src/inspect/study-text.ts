import { figure } from './conclusion.js';
import type { NullComparison } from './filters/emergence.js';
import type { FilterStudy, StudiedFilter, StudiedLayer } from './study.js';

/** How the nulls are called in tables. */
export const NULL_NAMES = {
  normal: 'independent taps',
  uniform: 'independent taps (uniform)',
  coloured: 'as smooth as the images',
  permuted: 'own taps, permuted',
} as const;

/** A study as tables of plain text: filter by filter, then the layer before and after against each null. */
export function studyText(study: FilterStudy): string {
  const { after, before, shape, leftNullBand, conclusion } = study;
  const filters = align([
    ['filter', 'class', 'angle', 'R2ori', 'norm', 'nearest hand-made filter'],
    ...after.filters.map((filter) => [
      shape[1] === 1 ? `${filter.filter}` : `${filter.filter}, channel ${filter.channel}`,
      ...[filter.class, angleText(filter), filter.r2ori.toFixed(2), filter.norm.toFixed(2)],
      filter.nearest ? `${filter.nearest.name}, cosine ${filter.nearest.cosine.toFixed(2)}` : '',
    ]),
  ]);
  const layers = [...(before ? [['before', before] as const] : []), ['after', after] as const];
  const layer = align([
    [
      'training',
      'mean R2ori',
      'live',
      'edges + lines',
      'random filters',
      'their mean',
      '99% of layers below',
      'p',
      'by chance',
    ],
    ...layers.flatMap(([when, measured]) =>
      measured.nulls.map((given, i) => layerRow(i === 0 ? when : '', measured, given)),
    ),
  ]);
  const left = leftNullBand.map(({ kind, step }) => {
    const when =
      step === null ? 'never, at the steps kept,' : step === 0 ? 'from the beginning' : `from step ${step} on`;
    return `above 99% of random layers (${NULL_NAMES[kind]}): ${when}`;
  });
  return [filters, layer, ...(study.timeline.length > 0 ? [left.join('\n')] : []), conclusion].join('\n\n');
}

/** The way an edge or line runs; nothing for other filters. */
export function angleText({ class: name, angle }: StudiedFilter): string {
  return name === 'edge' || name === 'line' ? `${angle.toFixed(0)}°` : '';
}

/** A p-value in a few characters; at its floor it says so. */
export function pText({ p, pFloor }: Pick<NullComparison, 'p' | 'pFloor'>): string {
  return `${p <= pFloor ? '≤ ' : ''}${figure(p)}`;
}

function layerRow(when: string, layer: StudiedLayer, given: NullComparison): string[] {
  const own = when ? [layer.r2ori.toFixed(3), `${layer.live}`, `${layer.oriented}`] : ['', '', ''];
  const nulls = [NULL_NAMES[given.kind], given.mean.toFixed(3), given.layer99.toFixed(3), pText(given)];
  return [when, ...own, ...nulls, given.expectedOriented.toFixed(1)];
}

/** Columns of one width, numbers at their right. */
function align(rows: string[][]): string {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const numeric = rows[0].map((_, column) => rows.slice(1).every((row) => /^[-≤\d]|^NaN$|^$/.test(row[column])));
  return rows
    .map((row) =>
      row
        .map((cell, i) => (numeric[i] ? cell.padStart(widths[i]) : cell.padEnd(widths[i])))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
